"""Haskell's tls and the validation of certificates beside it, on which stack, cabal and pandoc stand.

An error is a value that is printed: `HandshakeFailed (Error_Protocol ("certificate has unknown CA",True,UnknownCa))`.
"""

from tlslab.model.beyond import CLIENT_CERTIFICATE_REFUSED, MALFORMED, NO_SERVER_CERTIFICATE
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_UNTRUSTED
from tlslab.model.conditions import (
    CN_ALONE,
    CRITICAL_EXTENSION,
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    FORGED,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    PATH_TOO_LONG,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    VERSION_1,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

_TLS = "https://github.com/haskell-tls/hs-tls/blob/14eb8c7513d22f3c79584bd22acd068273f444bd/tls/Network/TLS"
REJECTED = Source(
    "hs-tls, tls/Network/TLS/Handshake/Certificate.hs, certificateRejected", f"{_TLS}/Handshake/Certificate.hs"
)
RECEIVED = Source("hs-tls, tls/Network/TLS/Core.hs, received fatal error", f"{_TLS}/Core.hs")
HANDSHAKE = Source(
    "hs-tls, tls/Network/TLS/Handshake/Client/ServerHello.hs, processServerHello",
    f"{_TLS}/Handshake/Client/ServerHello.hs",
)
VALIDATION = Source(
    "crypton-x509-validation, Data.X509.Validation, FailedReason",
    "https://hackage.haskell.org/package/crypton-x509-validation/docs/Data-X509-Validation.html",
)
_UNKNOWN = (UNTRUSTED, INCOMPLETE, SELF_SIGNED)

LIBRARY = Library(
    "haskell",
    (
        *stands_for(
            {
                "certificate has unknown CA": _UNKNOWN,
                'Error_Protocol ("certificate has expired': (EXPIRED, EXPIRED_ISSUER),
                'Error_Protocol "certificate has expired': (EXPIRED, EXPIRED_ISSUER),
                "certificate is revoked": (REVOKED,),
                "certificate is not allowed for any of": (KEY_USAGE,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=REJECTED,
        ),
        *stands_for(
            {
                "certificate rejected: [SelfSigned": (SELF_SIGNED,),
                "certificate rejected: [UnknownCA": _UNKNOWN,
                "certificate rejected: [Expired": (EXPIRED, EXPIRED_ISSUER),
                "certificate rejected: [InFuture": (NOT_YET_VALID,),
                "certificate rejected: [NotAllowedToSign": (NOT_A_CA,),
                "certificate rejected: [NotAnAuthority": (NOT_A_CA,),
                "certificate rejected: [AuthorityTooDeep": (PATH_TOO_LONG,),
                "certificate rejected: [LeafKeyUsageNotAllowed": (KEY_USAGE,),
                "certificate rejected: [LeafKeyPurposeNotAllowed": (NOT_FOR_SERVERS,),
                "certificate rejected: [LeafNotV3": (VERSION_1,),
                "certificate rejected: [UnknownCriticalExtension": (CRITICAL_EXTENSION,),
                "certificate rejected: [InvalidSignature": (FORGED,),
                "certificate rejected: [EmptyChain": (NO_SERVER_CERTIFICATE,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=VALIDATION,
        ),
        *stands_for(
            {
                "certificate rejected: [NameMismatch": (NAME_MISMATCH,),
                "certificate rejected: [InvalidName": (NAME_MISMATCH, MALFORMED),
                "certificate rejected: [NoCommonName": (CN_ALONE, NAME_MISMATCH),
                "certificate rejected: [InvalidWildcard": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=VALIDATION,
        ),
        *stands_for(
            {
                "received fatal error: ProtocolVersion": (NO_COMMON_VERSION,),
                "received fatal error: HandshakeFailure": (
                    *(NO_COMMON_CIPHER, NO_COMMON_VERSION, CLIENT_CERTIFICATE_MISSING),
                ),
                "received fatal error: CertificateRequired": (CLIENT_CERTIFICATE_MISSING,),
                "received fatal error: UnknownCa": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "received fatal error: BadCertificate": (CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_MISSING),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=RECEIVED,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "server version {*} is not supported",
            basis=Basis.AUTHORITATIVE,
            source=HANDSHAKE,
        ),
        *stands_for(
            {"HandshakeFailed Error_EOF": (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)},
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=RECEIVED,
        ),
    ),
    vocabulary=True,
)
