"""GNU Wget built with OpenSSL: the frequent errors of verification in words of its own, the others in OpenSSL's."""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    INCOMPLETE,
    ISSUER_NOT_YET_VALID,
    NAME_MISMATCH,
    NOT_YET_VALID,
    OTHER_PIN,
    ROOT_SENT,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

CHECK = Source(
    "GNU Wget, src/openssl.c, ssl_check_certificate",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/openssl.c",
)

_SELF_SIGNED = "Self-signed certificate encountered."

LIBRARY = Library(
    "wget-openssl",
    (
        *stands_for(
            {
                "Unable to locally verify the issuer's authority.": (INCOMPLETE, UNTRUSTED),
                "Issued certificate not yet valid.": (NOT_YET_VALID, ISSUER_NOT_YET_VALID),
                "Issued certificate has expired.": (EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT),
                _SELF_SIGNED: (SELF_SIGNED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says([UNTRUSTED, ROOT_SENT], Phase.VERIFY, _SELF_SIGNED, basis=Basis.AUTHORITATIVE, source=CHECK),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "no certificate subject alternative name matches requested host name",
            "certificate common name {*} doesn't match requested host name",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(
            [NO_SERVER_CERTIFICATE],
            Phase.VERIFY,
            "No certificate presented by {host}",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(
            [OTHER_PIN],
            Phase.PIN,
            "The public key does not match pinned public key!",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
    ),
    vocabulary=True,
)
