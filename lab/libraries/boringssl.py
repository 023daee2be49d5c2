"""BoringSSL: what it says in words of its own, `SSL routines:OPENSSL_internal:` and the name of the reason.

Its words for path validation are those of older releases of OpenSSL (`tlslab.libraries.openssl_verify`). Chromium,
Android, Envoy, gRPC and Bun use it.
"""

from tlslab.libraries.openssl_reasons import NO_TLS
from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    CLIENT_SPEAKS_PLAIN,
    IN_THE_SERVERS_LOG,
    INAPPROPRIATE_FALLBACK,
    INTERCEPTED,
    KEY_MISMATCH,
    MALFORMED,
    NO_CIPHER_LEFT,
    NO_COMMON_APPLICATION,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    NO_SERVER_CERTIFICATE,
    UNRECOGNIZED_NAME,
    UNSAFE_RENEGOTIATION,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.conditions import (
    EXPIRED,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    OTHER_SERVICE,
    PLAIN_HTTP,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

_BORINGSSL = "https://github.com/google/boringssl/blob/a0689af29e8e460f1e5380e0fb74cef1b342e810"
REASONS = Source(
    "BoringSSL, crypto/err/ssl.errordata, as ERR_error_string_n (crypto/err/err.cc) prints it",
    f"{_BORINGSSL}/crypto/err/ssl.errordata",
)
X509_TEXTS = Source(
    "BoringSSL, crypto/x509/x509_txt.cc, X509_verify_cert_error_string", f"{_BORINGSSL}/crypto/x509/x509_txt.cc"
)
_FRAME = "SSL routines:OPENSSL_internal:"
_DEFECTS = (UNTRUSTED, SELF_SIGNED, INCOMPLETE, EXPIRED, NAME_MISMATCH)
"""Clients send the same alert of all of these."""

LIBRARY = Library(
    "boringssl",
    (
        *stands_for(
            {f"{_FRAME}WRONG_VERSION_NUMBER": (PLAIN_HTTP, OTHER_SERVICE)},
            Phase.HANDSHAKE,
            basis=Basis.REPORTED,
            source=NO_TLS,
        ),
        *stands_for(
            {
                f"{_FRAME}{name}": conditions
                for name, conditions in {
                    "UNSUPPORTED_PROTOCOL": (NO_COMMON_VERSION,),
                    "UNKNOWN_SSL_VERSION": (NO_COMMON_VERSION,),
                    "WRONG_SSL_VERSION": (NO_COMMON_VERSION,),
                    "NO_SUPPORTED_VERSIONS_ENABLED": (NO_COMMON_VERSION,),
                    "TLSV1_ALERT_PROTOCOL_VERSION": (NO_COMMON_VERSION,),
                    "TLS13_DOWNGRADE": (INTERCEPTED,),
                    "DOWNGRADE_DETECTED": (INTERCEPTED,),
                    "NO_CIPHERS_AVAILABLE": (NO_CIPHER_LEFT,),
                    "NO_CIPHER_MATCH": (NO_CIPHER_LEFT,),
                    "UNKNOWN_CIPHER_RETURNED": (NO_COMMON_CIPHER,),
                    "WRONG_CIPHER_RETURNED": (NO_COMMON_CIPHER,),
                    "HANDSHAKE_FAILURE_ON_CLIENT_HELLO": (NO_COMMON_VERSION, NO_COMMON_CIPHER, NO_COMMON_GROUP),
                    "UNSUPPORTED_ELLIPTIC_CURVE": (NO_COMMON_GROUP,),
                    "WRONG_CURVE": (NO_COMMON_GROUP,),
                    "NO_SHARED_GROUP": (NO_COMMON_GROUP,),
                    "NO_COMMON_SIGNATURE_ALGORITHMS": (NO_COMMON_SIGNATURE,),
                    "WRONG_SIGNATURE_TYPE": (NO_COMMON_SIGNATURE,),
                    "BAD_SIGNATURE": (WRONG_HANDSHAKE_SIGNATURE,),
                    "NO_APPLICATION_PROTOCOL": (NO_COMMON_APPLICATION,),
                    "INVALID_ALPN_PROTOCOL": (NO_COMMON_APPLICATION,),
                    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": (UNSAFE_RENEGOTIATION,),
                    "KEY_USAGE_BIT_INCORRECT": (KEY_USAGE,),
                    "CANNOT_PARSE_LEAF_CERT": (MALFORMED,),
                    "CERTIFICATE_AND_PRIVATE_KEY_MISMATCH": (KEY_MISMATCH,),
                    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC": (BROKEN_PROTOCOL,),
                    "SSLV3_ALERT_HANDSHAKE_FAILURE": (
                        *(NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
                    ),
                    "SSLV3_ALERT_BAD_CERTIFICATE": (CLIENT_CERTIFICATE_REFUSED,),
                    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": (CLIENT_CERTIFICATE_REFUSED,),
                    "SSLV3_ALERT_CERTIFICATE_REVOKED": (CLIENT_CERTIFICATE_REVOKED,),
                    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (CLIENT_CERTIFICATE_EXPIRED,),
                    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (CLIENT_CERTIFICATE_REFUSED,),
                    "TLSV1_ALERT_UNKNOWN_CA": (CLIENT_CERTIFICATE_UNTRUSTED,),
                    "TLSV1_ALERT_ACCESS_DENIED": (CLIENT_CERTIFICATE_REFUSED,),
                    "TLSV1_ALERT_DECRYPT_ERROR": (WRONG_HANDSHAKE_SIGNATURE,),
                    "TLSV1_ALERT_INSUFFICIENT_SECURITY": (NO_COMMON_CIPHER,),
                    "TLSV1_ALERT_INAPPROPRIATE_FALLBACK": (INAPPROPRIATE_FALLBACK,),
                    "TLSV1_ALERT_UNRECOGNIZED_NAME": (UNRECOGNIZED_NAME,),
                    "TLSV1_ALERT_CERTIFICATE_REQUIRED": (CLIENT_CERTIFICATE_MISSING,),
                    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL": (NO_COMMON_APPLICATION,),
                }.items()
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=REASONS,
        ),
        *stands_for(
            {
                f"{_FRAME}{name}": conditions
                for name, conditions in {
                    "HTTP_REQUEST": (CLIENT_SPEAKS_PLAIN,),
                    "HTTPS_PROXY_REQUEST": (CLIENT_SPEAKS_PLAIN,),
                    "NO_SHARED_CIPHER": (NO_COMMON_CIPHER,),
                    "NO_CERTIFICATE_SET": (NO_SERVER_CERTIFICATE,),
                    "PEER_DID_NOT_RETURN_A_CERTIFICATE": (CLIENT_CERTIFICATE_MISSING,),
                    "INAPPROPRIATE_FALLBACK": (INAPPROPRIATE_FALLBACK,),
                    "SSLV3_ALERT_BAD_CERTIFICATE": _DEFECTS,
                    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _DEFECTS,
                    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": (NOT_FOR_SERVERS, KEY_USAGE),
                    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (EXPIRED,),
                    "TLSV1_ALERT_UNKNOWN_CA": (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                }.items()
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=REASONS,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {"Issuer has name constraints but leaf has no SANs": (NAME_NOT_PERMITTED,)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=X509_TEXTS,
        ),
    ),
    vocabulary=True,
)
