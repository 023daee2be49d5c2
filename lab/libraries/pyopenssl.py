"""pyOpenSSL: it raises what OpenSSL's error queue holds, and that does not say why a certificate was refused."""

from tlslab.libraries.openssl import REASONS
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import ANY, Library, says

LIBRARY = Library(
    "pyopenssl", says(ANY, Phase.VERIFY, "certificate verify failed", basis=Basis.AUTHORITATIVE, source=REASONS)
)
