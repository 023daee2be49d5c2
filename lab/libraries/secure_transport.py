"""Secure Transport, and what WebKit and Foundation make of it on Apple's systems: errSSL* (-98xx), NSURLErrorDomain
(-1200 to -1206).

Applications show the domain and the number; the number of Secure Transport stands behind `_kCFStreamErrorCodeKey` or in
the console. `The certificate for this server is invalid` is said whatever is wrong with it.
"""

from collections.abc import Iterator

from tlslab.model.beyond import (
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    MALFORMED,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_YET_VALID,
    SELF_SIGNED,
    SMALL_DH,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Says, says, stands_for

HEADER = Source(
    "Apple's SecureTransport.h, as darlinghq/darling-security has it",
    "https://github.com/darlinghq/darling-security/blob/30f90ed6e98be1c6ca0de0a06e7bf5d562c63c2c/OSX/libsecurity_ssl/lib"
    "/SecureTransport.h",
)
IN_THE_CONSOLE = Source(
    "Alamofire/AlamofireImage, issue 380: the number as the console and the error show it",
    "https://github.com/Alamofire/AlamofireImage/issues/380",
)
INVALID_CHAIN = Source(
    "Apple, Security, errSSLXCertChainInvalid: invalid certificate chain",
    "https://developer.apple.com/documentation/security/errsslxcertchaininvalid",
)
_APPLE = "https://developer.apple.com/documentation"
BAD_DATE = Source(
    "Apple, CFNetwork, kCFURLErrorServerCertificateHasBadDate",
    f"{_APPLE}/cfnetwork/cfnetworkerrors/cfurlerrorservercertificatehasbaddate",
)
UNSPECIFIC_NUMBER = Source(
    "objc2-foundation, NSURLErrorSecureConnectionFailed = -1200",
    "https://docs.rs/objc2-foundation/latest/aarch64-apple-darwin/objc2_foundation"
    "/constant.NSURLErrorSecureConnectionFailed.html",
)
FATAL_ALERT = Source(
    "google/macops-MOLAuthenticatingURLSession issue 6: -9802, a fatal alert",
    "https://github.com/google/macops-MOLAuthenticatingURLSession/issues/6",
)
UNSPECIFIC_WORDS = Source(
    "900Seconds/900SecondsSDK, issue 8: the sentence, of a certificate that had expired",
    "https://github.com/900Seconds/900SecondsSDK/issues/8",
)
POSTED = Source(
    "maitrungduc1410/WebRTC-Demo, issue 47: -1202 of a self-signed certificate",
    "https://github.com/maitrungduc1410/WebRTC-Demo/issues/47",
)

_UNTRUSTED = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)
_EXPIRED = (EXPIRED, EXPIRED_ISSUER)
_STATUS: dict[tuple[str, int], tuple[Phase, tuple[Condition, ...]]] = {
    ("errSSLNegotiation", -9801): (Phase.HANDSHAKE, (NO_COMMON_CIPHER,)),
    ("errSSLClosedAbort", -9806): (Phase.HANDSHAKE, (ENDS_EARLY,)),
    ("errSSLBadCert", -9808): (Phase.VERIFY, (MALFORMED,)),
    ("errSSLUnknownRootCert", -9812): (Phase.VERIFY, (UNTRUSTED, SELF_SIGNED)),
    ("errSSLNoRootCert", -9813): (Phase.VERIFY, _UNTRUSTED),
    ("errSSLCertExpired", -9814): (Phase.VERIFY, _EXPIRED),
    ("errSSLCertNotYetValid", -9815): (Phase.VERIFY, (NOT_YET_VALID,)),
    ("errSSLPeerHandshakeFail", -9824): (
        Phase.HANDSHAKE,
        (NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
    ),
    ("errSSLPeerBadCert", -9825): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REFUSED,)),
    ("errSSLPeerUnsupportedCert", -9826): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REFUSED,)),
    ("errSSLPeerCertRevoked", -9827): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REVOKED,)),
    ("errSSLPeerCertExpired", -9828): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_EXPIRED,)),
    ("errSSLPeerCertUnknown", -9829): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REFUSED,)),
    ("errSSLPeerUnknownCA", -9831): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_UNTRUSTED,)),
    ("errSSLPeerAccessDenied", -9832): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REFUSED,)),
    ("errSSLPeerDecryptError", -9834): (Phase.HANDSHAKE, (WRONG_HANDSHAKE_SIGNATURE,)),
    ("errSSLPeerProtocolVersion", -9836): (Phase.HANDSHAKE, (NO_COMMON_VERSION,)),
    ("errSSLPeerInsufficientSecurity", -9837): (Phase.HANDSHAKE, (NO_COMMON_CIPHER,)),
    ("errSSLClientCertRequested", -9842): (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_MISSING,)),
    ("errSSLHostNameMismatch", -9843): (Phase.NAME, (NAME_MISMATCH,)),
    ("errSSLConnectionRefused", -9844): (Phase.HANDSHAKE, (ENDS_EARLY,)),
    ("errSSLWeakPeerEphemeralDHKey", -9850): (Phase.HANDSHAKE, (SMALL_DH,)),
}
_URL_ERRORS: dict[str, tuple[Phase, tuple[Condition, ...]]] = {
    "NSURLErrorServerCertificateNotYetValid": (Phase.VERIFY, (NOT_YET_VALID,)),
    "NSURLErrorServerCertificateHasUnknownRoot": (Phase.VERIFY, _UNTRUSTED),
    "NSURLErrorServerCertificateUntrusted": (Phase.VERIFY, (UNTRUSTED, SELF_SIGNED)),
    "NSURLErrorClientCertificateRejected": (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REFUSED,)),
    "NSURLErrorClientCertificateRequired": (Phase.HANDSHAKE, (CLIENT_CERTIFICATE_MISSING,)),
}
_NUMBERED: tuple[tuple[str, int, Phase, tuple[Condition, ...]], ...] = (
    ("NSURLErrorServerCertificateHasBadDate", -1201, Phase.VERIFY, _EXPIRED),
    ("NSURLErrorServerCertificateHasUnknownRoot", -1203, Phase.VERIFY, _UNTRUSTED),
    ("NSURLErrorServerCertificateNotYetValid", -1204, Phase.VERIFY, (NOT_YET_VALID,)),
    ("NSURLErrorClientCertificateRejected", -1205, Phase.HANDSHAKE, (CLIENT_CERTIFICATE_REFUSED,)),
    ("NSURLErrorClientCertificateRequired", -1206, Phase.HANDSHAKE, (CLIENT_CERTIFICATE_MISSING,)),
)
_DOMAIN = (
    "NSURLErrorDomain Code={}",
    "NSURLErrorDomain error {}",
    "Domain: NSURLErrorDomain Error Code: {}",
    "kCFErrorDomainCFNetwork error {}",
    "kCFErrorDomainCFNetwork Code={}",
)
"""In which the number of Foundation is pasted."""
_UNSPECIFIC = "NSURLErrorSecureConnectionFailed"
_PASTED = (
    "_kCFStreamErrorCodeKey={}",
    "_kCFNetworkCFStreamSSLErrorOriginalValue={}",
    "TLS Trust encountered error 3:{}",
    "default TLS Trust evaluation failed({})",
    "kCFStreamErrorDomainSSL, {}",
    "kCFStreamErrorDomainSSL error {}",
    "CFNetwork SSLHandshake failed ({})",
)
"""In which the number is pasted."""


def _documented(name: str) -> Source:
    return Source(f"Apple, Foundation, {name}", f"{_APPLE}/foundation/{name.lower()}-swift.var")


def _of_status() -> Iterator[Says]:
    for (name, number), (phase, conditions) in _STATUS.items():
        yield from stands_for({name: conditions}, phase, basis=Basis.REPORTED, source=HEADER)
        yield from stands_for(
            {form.format(number): conditions for form in _PASTED},
            phase,
            basis=Basis.REPORTED,
            source=IN_THE_CONSOLE,
        )


LIBRARY = Library(
    "secure-transport",
    (
        *_of_status(),
        *stands_for(
            {"errSSLXCertChainInvalid": _UNTRUSTED},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=INVALID_CHAIN,
        ),
        *stands_for(
            {form.format(-9807): _UNTRUSTED for form in _PASTED},
            Phase.VERIFY,
            basis=Basis.REPORTED,
            source=IN_THE_CONSOLE,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            *(form.format(-9802) for form in _PASTED),
            basis=Basis.REPORTED,
            source=FATAL_ALERT,
        ),
        *(
            row
            for name, number, phase, conditions in _NUMBERED
            for row in stands_for(
                {
                    **{form.format(number): conditions for form in _DOMAIN},
                    **({name: conditions} if name.endswith("BadDate") else {}),
                },
                phase,
                basis=Basis.AUTHORITATIVE,
                source=_documented(name),
            )
        ),
        *stands_for(
            {"URLErrorServerCertificateHasBadDate": _EXPIRED},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=BAD_DATE,
        ),
        *(
            row
            for name, (phase, conditions) in _URL_ERRORS.items()
            for row in stands_for({name: conditions}, phase, basis=Basis.AUTHORITATIVE, source=_documented(name))
        ),
        *stands_for(
            dict.fromkeys(
                (
                    *(form.format(-1202) for form in _DOMAIN),
                    (
                        "The certificate for this server is invalid. You might be connecting to a server that is "
                        "pretending to be"
                    ),
                ),
                (SELF_SIGNED, UNTRUSTED, INCOMPLETE, NAME_MISMATCH),
            ),
            Phase.VERIFY,
            basis=Basis.REPORTED,
            source=POSTED,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            _UNSPECIFIC,
            basis=Basis.AUTHORITATIVE,
            source=_documented(_UNSPECIFIC),
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "NSURLErrorDomain Code=-1200",
            "NSURLErrorDomain error -1200",
            basis=Basis.REPORTED,
            source=UNSPECIFIC_NUMBER,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "An SSL error has occurred and a secure connection to the server cannot be made",
            basis=Basis.REPORTED,
            source=UNSPECIFIC_WORDS,
        ),
    ),
    vocabulary=True,
)
