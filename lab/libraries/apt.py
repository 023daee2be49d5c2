"""apt with GnuTLS (up to Debian 12 and Ubuntu 24.04): what its https method says round the words of GnuTLS.

`Certificate verification failed: The certificate is NOT trusted.` is said whatever is wrong; GnuTLS' sentence behind it
names the reason.
"""

from tlslab.model.beyond import KEY_UNREADABLE, STORE_EMPTY
from tlslab.model.conditions import STORE_ABSENT, STORE_UNREADABLE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, says_alike

CONNECT = Source(
    "apt 2.6.1, methods/connect.cc, UnwrapTLS",
    "https://github.com/Debian/apt/blob/2.6.1/methods/connect.cc",
)

LIBRARY = Library(
    "apt",
    (
        *says_alike(
            (STORE_EMPTY, STORE_ABSENT),
            Phase.VERIFY,
            "No system certificates available. Try installing ca-certificates.",
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        *says_alike(
            (STORE_ABSENT, STORE_UNREADABLE),
            Phase.VERIFY,
            "Could not load certificates from {*} (CaInfo option)",
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        *says(
            [KEY_UNREADABLE],
            Phase.HANDSHAKE,
            "Could not load client certificate ({*}, SslCert option) or key",
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "Certificate verification failed: The certificate is NOT trusted.",
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
    ),
    vocabulary=True,
)
