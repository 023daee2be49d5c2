"""FreeBSD's fetch and pkg: libfetch names the certificate at which OpenSSL stopped, and not the reason.

Where that is a public root of which everybody knows when it expired, the name is the reason.
"""

from tlslab.model.conditions import EXPIRED_ROOT
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says

VERIFY = Source(
    "FreeBSD, lib/libfetch/common.c, fetch_ssl_cb_verify_crt",
    "https://github.com/freebsd/freebsd-src/blob/release/13.0.0/lib/libfetch/common.c",
)
DST_ROOT = Source(
    "Let's Encrypt, DST Root CA X3 Expiration (September 2021)",
    "https://letsencrypt.org/docs/dst-root-ca-x3-expiration-september-2021/",
)
_FAILED = "Certificate verification failed for"

LIBRARY = Library(
    "freebsd-fetch",
    (
        *says(ANY, Phase.VERIFY, f"{_FAILED} /", basis=Basis.AUTHORITATIVE, source=VERIFY),
        *says(
            [EXPIRED_ROOT],
            Phase.VERIFY,
            f"{_FAILED} /O=Digital Signature Trust Co./CN=DST Root CA X3",
            basis=Basis.REPORTED,
            source=DST_ROOT,
        ),
    ),
    vocabulary=True,
)
