"""pyOpenSSL: it raises what OpenSSL's error queue holds, and that does not say why a certificate was refused."""

from lab.documented import Level, Phase
from lab.libraries.openssl import REASONS
from lab.model.library import ANY, Library, says

LIBRARY = Library("pyopenssl", says(ANY, Phase.VERIFY, "certificate verify failed", basis=Level.VENDOR, source=REASONS))
