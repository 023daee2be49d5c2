"""GNU Wget built with GnuTLS: it words what is wrong with a certificate itself, one line a fault."""

from tlslab.model.conditions import EXPIRED, INCOMPLETE, NAME_MISMATCH, REVOKED, SELF_SIGNED, UNTRUSTED, WEAK_SIGNATURE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, says_each

CHECK = Source(
    "GNU Wget, src/gnutls.c (_CHECK_CERT, ssl_check_certificate)",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/gnutls.c",
)

LIBRARY = Library(
    "wget",
    (
        *says_each(
            {
                **dict.fromkeys((SELF_SIGNED, UNTRUSTED, INCOMPLETE), "doesn't have a known issuer"),
                EXPIRED: "has expired",
                WEAK_SIGNATURE: "was signed using an insecure algorithm",
                REVOKED: "has been revoked",
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "The certificate's owner does not match hostname {*}{name}",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
    ),
)
