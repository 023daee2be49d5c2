"""rustls and webpki: what they find wrong with a certificate, and with a handshake, in the forms of their releases.

A name such as `UnknownIssuer` stands behind `invalid peer certificate: ` (since 0.21), within `InvalidCertificate(...)`
where a program prints the error for developers, and as webpki calls it behind `invalid certificate: ` or within
`WebPKIError(...)` (before 0.20). Newer releases say the commonest in a sentence.
"""

from collections.abc import Iterator

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    ENDS_WITHOUT_NOTICE,
    IN_THE_SERVERS_LOG,
    INAPPROPRIATE_FALLBACK,
    KEY_MISMATCH,
    MALFORMED,
    NO_COMMON_APPLICATION,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    NO_EXTENDED_MASTER_SECRET,
    NO_SERVER_CERTIFICATE,
    REVOCATION_UNUSABLE,
    UNKNOWN_ALGORITHM,
    UNRECOGNIZED_NAME,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CA_AS_LEAF,
    CN_ALONE,
    CRITICAL_EXTENSION,
    EXPIRED,
    EXPIRED_ISSUER,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    ISSUER_NOT_YET_VALID,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    SERIAL_NOT_POSITIVE,
    UNTRUSTED,
    VERSION_1,
    WEAK_ISSUER_SIGNATURE,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Library, stands_for

_RUSTLS = "https://github.com/rustls/rustls/blob"
ERRORS = Source(
    "rustls, rustls/src/error/mod.rs, Display of Error and of CertificateError",
    f"{_RUSTLS}/6868ee84dd62b4292b760cb7ba487cb37f86a95f/rustls/src/error/mod.rs",
)
ERRORS_0_23 = Source(
    "rustls 0.23.31, rustls/src/webpki/mod.rs, pki_error: CertificateError::UnsupportedSignatureAlgorithmContext",
    f"{_RUSTLS}/v/0.23.31/rustls/src/webpki/mod.rs",
)
ERRORS_0_21 = Source(
    "rustls 0.21.12, rustls/src/error.rs, Display of Error: the Debug form of its parts",
    f"{_RUSTLS}/v/0.21.12/rustls/src/error.rs",
)
ERRORS_0_20 = Source("rustls 0.20.9, rustls/src/error.rs, Display of Error", f"{_RUSTLS}/v/0.20.9/rustls/src/error.rs")
ERRORS_0_19 = Source(
    "rustls 0.19.1, rustls/src/error.rs, Display of TLSError: the Debug form of webpki's error",
    f"{_RUSTLS}/v/0.19.1/rustls/src/error.rs",
)
END = Source("rustls 0.23.31, rustls/src/conn.rs, UNEXPECTED_EOF_MESSAGE", f"{_RUSTLS}/v/0.23.31/rustls/src/conn.rs")
END_OF_HANDSHAKE = Source(
    "tokio-rustls, src/common/mod.rs",
    "https://github.com/rustls/tokio-rustls/blob/1e138ad074c9fdadff64a8a97ba339e28400108d/src/common/mod.rs",
)
WEBPKI = Source(
    "webpki, src/error.rs, Error: its Display is its name",
    "https://github.com/rustls/webpki/blob/1bff41a41a014f61aa85802872c08410e6b7bb84/src/error.rs",
)
NOT_TLS = Source(
    "thin-edge.io, issue 3212: a server that answers in plain text, played with reqwest",
    "https://github.com/thin-edge/thin-edge.io/issues/3212",
)

_Meanings = dict[str, tuple[Condition, ...]]
_NAMES = (NAME_MISMATCH, CN_ALONE)
_UNTRUSTED = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)
_EXPIRED = (EXPIRED, EXPIRED_ISSUER)
_EARLY = (NOT_YET_VALID, ISSUER_NOT_YET_VALID)
_PURPOSE = (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)
_ALGORITHM = (UNKNOWN_ALGORITHM, WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE)

_OF_RUSTLS: _Meanings = {
    "BadEncoding": (MALFORMED,),
    "Expired": _EXPIRED,
    "NotValidYet": _EARLY,
    "Revoked": (REVOKED,),
    "UnhandledCriticalExtension": (CRITICAL_EXTENSION,),
    "UnknownIssuer": _UNTRUSTED,
    "UnknownRevocationStatus": (REVOCATION_UNKNOWN,),
    "ExpiredRevocationList": (REVOCATION_STALE,),
    "BadSignature": (FORGED, WRONG_HANDSHAKE_SIGNATURE),
    "UnsupportedSignatureAlgorithm": _ALGORITHM,
    "UnsupportedSignatureAlgorithmForPublicKey": (UNKNOWN_ALGORITHM,),
    "InvalidPurpose": _PURPOSE,
    "InvalidOcspResponse": (REVOCATION_UNUSABLE,),
}
"""CertificateError."""
_OF_WEBPKI: _Meanings = {
    "BadDerTime": (MALFORMED,),
    "CaUsedAsEndEntity": (CA_AS_LEAF,),
    "CertExpired": _EXPIRED,
    "CertNotValidYet": _EARLY,
    "CertRevoked": (REVOKED,),
    "CrlExpired": (REVOCATION_STALE,),
    "EndEntityUsedAsCa": (NOT_A_CA,),
    "ExtensionValueInvalid": (MALFORMED,),
    "InvalidCertValidity": (MALFORMED,),
    "InvalidSerialNumber": (SERIAL_NOT_POSITIVE, MALFORMED),
    "InvalidSignatureForPublicKey": (FORGED, WRONG_HANDSHAKE_SIGNATURE),
    "IssuerNotCertSigner": (NOT_A_CA,),
    "KeyUsageMissingDigitalSignature": (KEY_USAGE,),
    "MalformedExtensions": (MALFORMED,),
    "NameConstraintViolation": (NAME_NOT_PERMITTED,),
    "PathLenConstraintViolated": (PATH_TOO_LONG,),
    "RequiredEkuNotFound": _PURPOSE,
    "SignatureAlgorithmMismatch": (MALFORMED,),
    "UnknownIssuer": _UNTRUSTED,
    "UnknownRevocationStatus": (REVOCATION_UNKNOWN,),
    "UnsupportedCertVersion": (VERSION_1,),
    "UnsupportedCriticalExtension": (CRITICAL_EXTENSION,),
    "UnsupportedSignatureAlgorithm": _ALGORITHM,
}
"""webpki's Error; what rustls has no name for stands in its `Other(OtherError(...))`."""
_ALERTS: dict[str, tuple[str, tuple[Condition, ...]]] = {
    "HandshakeFailure": (
        "failed to negotiate an acceptable set of security parameters",
        (NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
    ),
    "ProtocolVersion": ("did not support a suitable TLS version", (NO_COMMON_VERSION,)),
    "InsufficientSecurity": ("required a higher security level than was offered", (NO_COMMON_CIPHER,)),
    "InappropriateFallback": ("detected an attempted version downgrade", (INAPPROPRIATE_FALLBACK,)),
    "BadRecordMac": ("failed to verify a message", (BROKEN_PROTOCOL,)),
    "DecryptError": ("failed to perform a handshake cryptographic operation", (WRONG_HANDSHAKE_SIGNATURE,)),
    "BadCertificate": (
        "rejected the certificate as corrupt or incorrectly signed",
        (CLIENT_CERTIFICATE_REFUSED,),
    ),
    "UnsupportedCertificate": ("did not support the certificate", (CLIENT_CERTIFICATE_REFUSED,)),
    "CertificateRevoked": ("found the certificate to be revoked", (CLIENT_CERTIFICATE_REVOKED,)),
    "CertificateExpired": ("found the certificate to be expired", (CLIENT_CERTIFICATE_EXPIRED,)),
    "CertificateUnknown": ("rejected the certificate for an unspecified reason", (CLIENT_CERTIFICATE_REFUSED,)),
    "UnknownCA": ("found the certificate was not issued by a trusted CA", (CLIENT_CERTIFICATE_UNTRUSTED,)),
    "AccessDenied": ("denied access", (CLIENT_CERTIFICATE_REFUSED,)),
    "CertificateRequired": ("required a client certificate", (CLIENT_CERTIFICATE_MISSING,)),
    "UnrecognisedName": ("did not recognize a name in the `server_name` extension", (UNRECOGNIZED_NAME,)),
    "NoApplicationProtocol": (
        "did not support any of the offered application protocols",
        (NO_COMMON_APPLICATION,),
    ),
}
"""What the other side says, by its name and in the sentence of newer releases."""
_LOGGED: _Meanings = {
    "UnknownCA": _UNTRUSTED,
    "CertificateExpired": (EXPIRED,),
    "BadCertificate": (*_UNTRUSTED, EXPIRED, NAME_MISMATCH),
    "CertificateUnknown": (*_UNTRUSTED, EXPIRED, NAME_MISMATCH),
}


def _within(names: _Meanings, *frames: str) -> dict[str | Does, tuple[Condition, ...]]:
    return {frame.format(name): conditions for name, conditions in names.items() for frame in frames}


def _alone(names: _Meanings) -> Iterator[tuple[str | Does, tuple[Condition, ...]]]:
    """The names that are so long that they need no frame: they mean the same wherever they stand."""
    return ((name, conditions) for name, conditions in names.items() if len(name) > len("UnknownIssuer"))


LIBRARY = Library(
    "rustls",
    (
        *stands_for(
            _within(_OF_RUSTLS, "invalid peer certificate: {}", "InvalidCertificate({})"),
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_21,
        ),
        *stands_for(
            {
                "invalid peer certificate: certificate expired: verification time ": _EXPIRED,
                "invalid peer certificate: certificate not valid yet: verification time ": _EARLY,
                "certificate revocation list expired: verification time ": (REVOCATION_STALE,),
                "certificate does not allow extended key usage for ": _PURPOSE,
                "ExpiredContext { time: ": _EXPIRED,
                "NotValidYetContext { time: ": _EARLY,
                "InvalidPurposeContext { required: ": _PURPOSE,
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            {"UnsupportedSignatureAlgorithmContext { signature_algorithm_id: ": _ALGORITHM},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_23,
        ),
        *stands_for(
            {
                "certificate not valid for name {*}; certificate is only valid for ": (NAME_MISMATCH,),
                "certificate not valid for name {*}; certificate is not valid for any names (according to its "
                "subjectAltName extension)": _NAMES,
                "NotValidForNameContext { expected: ": _NAMES,
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            {"invalid peer certificate: NotValidForName": _NAMES, "InvalidCertificate(NotValidForName)": _NAMES},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_21,
        ),
        *stands_for(
            _within(_OF_WEBPKI, "invalid peer certificate: {}"),
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_20,
        ),
        *stands_for(
            {
                "invalid peer certificate encoding": (MALFORMED,),
                "invalid peer certificate signature type": _ALGORITHM,
                "invalid peer certificate signature": (FORGED, WRONG_HANDSHAKE_SIGNATURE),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_20,
        ),
        *stands_for(
            _within(_OF_WEBPKI, "invalid certificate: {}", "WebPKIError({})"),
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_19,
        ),
        *stands_for({"CertNotValidForName": _NAMES}, Phase.NAME, basis=Basis.AUTHORITATIVE, source=WEBPKI),
        *stands_for(dict(_alone(_OF_WEBPKI)), Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=WEBPKI),
        *stands_for(
            {
                f"peer is incompatible: {name}": conditions
                for name, conditions in {
                    "ServerDoesNotSupportTls12Or13": (NO_COMMON_VERSION,),
                    "ServerTlsVersionIsDisabledByOurConfig": (NO_COMMON_VERSION,),
                    "SupportedVersionsExtensionRequired": (NO_COMMON_VERSION,),
                    "Tls12NotOffered": (NO_COMMON_VERSION,),
                    "Tls12NotOfferedOrEnabled": (NO_COMMON_VERSION,),
                    "NoCipherSuitesInCommon": (NO_COMMON_CIPHER,),
                    "NoKxGroupsInCommon": (NO_COMMON_GROUP,),
                    "NoEcPointFormatsInCommon": (NO_COMMON_GROUP,),
                    "NoSignatureSchemesInCommon": (NO_COMMON_SIGNATURE,),
                    "NoCertificateRequestSignatureSchemesInCommon": (NO_COMMON_SIGNATURE,),
                    "NoServerNameProvided": (UNRECOGNIZED_NAME,),
                    "ExtendedMainSecretExtensionRequired": (NO_EXTENDED_MASTER_SECRET,),
                }.items()
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            {
                "received corrupt message of type InvalidContentType": (PLAIN_HTTP, OTHER_SERVICE),
                "InvalidMessage(InvalidContentType)": (PLAIN_HTTP, OTHER_SERVICE),
            },
            Phase.HANDSHAKE,
            basis=Basis.REPORTED,
            source=NOT_TLS,
        ),
        *stands_for(
            {
                "peer sent no certificates": (NO_SERVER_CERTIFICATE,),
                "cannot decrypt peer's message": (BROKEN_PROTOCOL,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_21,
        ),
        *stands_for(
            {"peer closed connection without sending TLS close_notify": (ENDS_WITHOUT_NOTICE,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=END,
        ),
        *stands_for(
            {"tls handshake eof": (ENDS_WITHOUT_NOTICE,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=END_OF_HANDSHAKE,
        ),
        *stands_for(
            {"peer sent no certificates": (CLIENT_CERTIFICATE_MISSING,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_21,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                "peer doesn't support any known protocol": (NO_COMMON_APPLICATION,),
                "no suitable certificate found": (NO_SERVER_CERTIFICATE,),
                "keys may not be consistent: KeyMismatch": (KEY_MISMATCH,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                form: conditions
                for name, (_, conditions) in _ALERTS.items()
                for form in (f"received fatal alert: {name}", f"AlertReceived({name})")
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS_0_21,
        ),
        *stands_for(
            {f"received fatal alert: the peer {words}": conditions for words, conditions in _ALERTS.values()},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            {
                form: conditions
                for name, conditions in _LOGGED.items()
                for form in (
                    *(f"received fatal alert: {name}", f"AlertReceived({name})"),
                    f"received fatal alert: the peer {_ALERTS[name][0]}",
                )
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
            when=[IN_THE_SERVERS_LOG],
        ),
    ),
    vocabulary=True,
)
