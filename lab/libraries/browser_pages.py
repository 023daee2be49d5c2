"""What the warning pages of browsers say in large letters: it names no reason. That is behind `Advanced`, as a code
(NET::ERR_CERT_..., SEC_ERROR_...).
"""

from tlslab.model.beyond import BROKEN_PROTOCOL, MALFORMED, NO_TRANSPARENCY, VALID_TOO_LONG
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CN_ALONE,
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_YET_VALID,
    OTHER_PIN,
    OTHER_SERVICE,
    PLAIN_HTTP,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Does, Library, Prints, says, stands_for

CHROME = Source(
    'How to Fix "Your Connection is Not Private" Error in Google Chrome (the page, and the codes behind it)',
    "https://mefmobile.org/how-to-fix-your-connection-is-not-private-error-in-google-chrome",
)

CHROMIUM = Source(
    "Chromium, components/ssl_errors_strings.grdp",
    "https://github.com/chromium/chromium/blob/25f01b8c29514842708d66b5a0bcb9b1e6aa316c/components"
    "/ssl_errors_strings.grdp",
)
NSPR = Source(
    "NSPR, pr/include/prerr.h: the other side ended or reset the connection",
    "https://searchfox.org/mozilla-central/source/nsprpub/pr/include/prerr.h",
)
MAPPED = Source(
    "Chromium, net/ssl/openssl_ssl_util.cc, MapOpenSSLErrorSSL: what has no error of its own, `wrong version number`",
    "https://github.com/chromium/chromium/blob/128.0.6613.84/net/ssl/openssl_ssl_util.cc",
)
FLAGS_CA = Source(
    "FiloSottile/mkcert issue 80 (Internet Explorer 11 and the first Edge)",
    "https://github.com/FiloSottile/mkcert/issues/80",
)
FLAGS_NAME = Source(
    "acmesh-official/acme.sh issue 1371: the wildcard is for another level",
    "https://github.com/acmesh-official/acme.sh/issues/1371",
)
FLAGS_DATE = Source(
    'projectkudu/slingshot issue 82: "not yet valid or has expired"',
    "https://github.com/projectkudu/slingshot/issues/82",
)

_UNTRUSTED = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)
_CHROMIUM: dict[str | Does, tuple[Condition, ...]] = {
    "its security certificate does not specify Subject Alternative Names": (CN_ALONE,),
    "its security certificate expired in the last day": (EXPIRED,),
    "its security certificate expired {*} days ago": (EXPIRED,),
    "its security certificate is supposedly from": (NOT_YET_VALID,),
    "its security certificate is not valid at this time": (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER),
    "its security certificate is not trusted by": _UNTRUSTED,
    "its security certificate might be revoked": (REVOCATION_UNKNOWN, REVOKED),
    "its security certificate might have been issued fraudulently": (NAME_NOT_PERMITTED,),
    "its security certificate contains errors": (MALFORMED,),
    "but the certificate that the server presented has been revoked by its issuer": (REVOKED,),
    "but the server presented a certificate signed using a weak signature algorithm": (WEAK_SIGNATURE,),
    "but the server presented a certificate containing a weak key": (WEAK_KEY,),
    "but the server presented a certificate whose validity period is too long": (VALID_TOO_LONG,),
    "The server presented a certificate that doesn't match built-in expectations": (OTHER_PIN,),
    "The server presented a certificate that was not publicly disclosed": (NO_TRANSPARENCY,),
}

LIBRARY = Library(
    "browser-pages",
    (
        *says(
            ANY,
            Phase.VERIFY,
            "Your connection is not private",
            "Connection is not private",
            "Your connection isn't private",
            basis=Basis.REPORTED,
            source=CHROME,
        ),
        *stands_for(_CHROMIUM, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=CHROMIUM),
        *stands_for(
            {
                "its security certificate is from ": (NAME_MISMATCH,),
                "Server's certificate does not match the URL": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=CHROMIUM,
        ),
        *stands_for(
            {
                Prints(code="PR_END_OF_FILE_ERROR"): (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER),
                Prints(code="PR_CONNECT_RESET_ERROR"): (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER),
            },
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=NSPR,
        ),
        *stands_for(
            {Prints(code="ERR_SSL_PROTOCOL_ERROR"): (PLAIN_HTTP, OTHER_SERVICE, BROKEN_PROTOCOL)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=MAPPED,
        ),
        *(
            row
            for code, about, source in (
                ("DLG_FLAGS_INVALID_CA", _UNTRUSTED, FLAGS_CA),
                ("DLG_FLAGS_SEC_CERT_CN_INVALID", (NAME_MISMATCH,), FLAGS_NAME),
                ("DLG_FLAGS_SEC_CERT_DATE_INVALID", (EXPIRED, NOT_YET_VALID), FLAGS_DATE),
            )
            for row in stands_for({Prints(code=code): about}, Phase.VERIFY, basis=Basis.REPORTED, source=source)
        ),
    ),
    vocabulary=True,
)
