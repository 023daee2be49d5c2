"""Mbed TLS: what is wrong with a certificate, in its own sentences (mbedtls_x509_crt_verify_info) and as the names of
flags, which curl printed until 8.5.
"""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE, REVOCATION_UNUSABLE, UNKNOWN_ALGORITHM
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    REVOCATION_STALE,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Says, says, says_alike

INFO = Source(
    "Mbed TLS, include/mbedtls/x509_crt.h, MBEDTLS_X509_CRT_ERROR_INFO_LIST",
    "https://github.com/Mbed-TLS/mbedtls/blob/03334868372d9ab34d0b25dfa0a316c5b79d556b/include/mbedtls/x509_crt.h",
)
BUNDLE = Source(
    "Espressif, ESP-IDF, esp_crt_bundle.c, esp_crt_verify_callback",
    "https://github.com/espressif/esp-idf/blob/102122904ade11fd1ae373848f34ffd7dfb18aeb/components/mbedtls"
    "/esp_crt_bundle/esp_crt_bundle.c#L389",
)
NUMBER = Source(
    "espressif/esp-idf issue 14486: -0x2700, X509 - Certificate verification failed",
    "https://github.com/espressif/esp-idf/issues/14486",
)


def _flag(name: str, text: str, *about: Condition, phase: Phase = Phase.VERIFY) -> tuple[Says, ...]:
    return says_alike(about, phase, text, name, basis=Basis.AUTHORITATIVE, source=INFO)


LIBRARY = Library(
    "mbedtls",
    (
        *says_alike(
            (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
            Phase.VERIFY,
            "No matching trusted root certificate found",
            basis=Basis.AUTHORITATIVE,
            source=BUNDLE,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "mbedtls_ssl_handshake returned -0x2700",
            "X509 - Certificate verification failed",
            "x509_verify_cert() returned -9984 (-0x2700)",
            basis=Basis.REPORTED,
            source=NUMBER,
        ),
        *_flag("BADCERT_EXPIRED", "The certificate validity has expired", EXPIRED, EXPIRED_ISSUER),
        *_flag("BADCERT_REVOKED", "The certificate has been revoked (is on a CRL)", REVOKED),
        *_flag(
            "BADCERT_CN_MISMATCH",
            "The certificate Common Name (CN) does not match with the expected CN",
            NAME_MISMATCH,
            phase=Phase.NAME,
        ),
        *_flag(
            "BADCERT_NOT_TRUSTED",
            "The certificate is not correctly signed by the trusted CA",
            UNTRUSTED,
            SELF_SIGNED,
            INCOMPLETE,
        ),
        *_flag("BADCRL_NOT_TRUSTED", "The CRL is not correctly signed by the trusted CA", REVOCATION_UNUSABLE),
        *_flag("BADCRL_EXPIRED", "The CRL is expired", REVOCATION_STALE),
        *_flag("BADCRL_FUTURE", "The CRL is from the future", REVOCATION_STALE),
        *_flag("BADCERT_MISSING", "Certificate was missing", NO_SERVER_CERTIFICATE),
        *_flag("BADCERT_FUTURE", "The certificate validity starts in the future", NOT_YET_VALID),
        *_flag("BADCERT_KEY_USAGE", "Usage does not match the keyUsage extension", KEY_USAGE),
        *_flag("BADCERT_EXT_KEY_USAGE", "Usage does not match the extendedKeyUsage extension", NOT_FOR_SERVERS),
        *_flag("BADCERT_NS_CERT_TYPE", "Usage does not match the nsCertType extension", NOT_FOR_SERVERS),
        *_flag("BADCERT_BAD_MD", "The certificate is signed with an unacceptable hash.", WEAK_SIGNATURE),
        *_flag(
            "BADCERT_BAD_PK",
            "The certificate is signed with an unacceptable PK alg (eg RSA vs ECDSA).",
            UNKNOWN_ALGORITHM,
        ),
        *_flag(
            "BADCERT_BAD_KEY",
            "The certificate is signed with an unacceptable key (eg bad curve, RSA too short).",
            WEAK_KEY,
        ),
    ),
    vocabulary=True,
)
