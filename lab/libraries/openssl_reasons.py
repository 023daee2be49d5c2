"""OpenSSL's errors of the handshake, SSL_R_*: in words, by name, and by the number that stands in `error:0A000152`.

Those of which the lab's clients show the words stand in `tlslab.libraries.openssl`; the numbers are here. An alert is
what the other side says: a client reads it of its own certificate, and a server's log reads it of the server's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    CLIENT_SPEAKS_PLAIN,
    DANE_MISMATCH,
    ENDS_WITHOUT_NOTICE,
    IN_THE_SERVERS_LOG,
    INAPPROPRIATE_FALLBACK,
    KEY_MISMATCH,
    KEY_UNREADABLE,
    NO_CIPHER_LEFT,
    NO_COMMON_APPLICATION,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    NO_SERVER_CERTIFICATE,
    NO_TLS_LIBRARY,
    NO_TRANSPARENCY,
    REVOCATION_UNUSABLE,
    STORE_PASSWORD,
    UNRECOGNIZED_NAME,
    UNSAFE_RENEGOTIATION,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    OTHER_SERVICE,
    PLAIN_HTTP,
    REVOKED,
    SELF_SIGNED,
    SMALL_DH,
    STORE_UNREADABLE,
    UNTRUSTED,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_ISSUER_KEY,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, Says, says, stands_for

_OPENSSL = "https://github.com/openssl/openssl"
_TABLE = f"{_OPENSSL}/blob/008c92e11b68d688951dd122e4030d1d398a8b2f/crypto/err/openssl.txt"
REASONS = Source("OpenSSL, crypto/err/openssl.txt, SSL_R_*: the names, numbers and words of its errors", _TABLE)
X509_REASONS = Source("OpenSSL, crypto/err/openssl.txt, X509_R_KEY_VALUES_MISMATCH", _TABLE)
FILES = Source("OpenSSL, crypto/err/openssl.txt, PEM_R_*, PKCS12_R_*, X509_R_*", _TABLE)
NUMBERS = Source(
    "OpenSSL, crypto/err/err.c, ERR_error_string_n: `error:%08lX:%s:%s:%s`, and `lib(%lu)`, `reason(%lu)` where the "
    "words are not loaded",
    f"{_OPENSSL}/blob/00db8c60aaecd2ff9b0a5d9fd10c7771a1e1a73e/crypto/err/err.c",
)
OLDER_ALERTS = Source(
    "OpenSSL, ssl/ssl_err.c, SSL_str_reasons: the words of alerts before 3.2",
    f"{_OPENSSL}/blob/3d4bb90138b0586f88f44a67b7ea3b7ab4a88081/ssl/ssl_err.c",
)
NO_TLS = Source(
    "openssl/openssl, issue 10938: what a maintainer says of `wrong version number` in the first record",
    f"{_OPENSSL}/issues/10938",
)
_LIBRARY = 20
"""ERR_LIB_SSL."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One error: its number, its name, what can be so, and its words, the newest first.

    `logged`: what can be so where it stands in the server's log.
    """

    number: int
    name: str
    of: tuple[Condition, ...]
    words: tuple[str, ...] = ()
    logged: tuple[Condition, ...] = ()
    source: Source = REASONS


def _alert(
    number: int, name: str, of: tuple[Condition, ...], *words: str, logged: tuple[Condition, ...] = ()
) -> Reason:
    return Reason(1000 + number, name, of, words, logged)


_DEFECTS = (UNTRUSTED, SELF_SIGNED, INCOMPLETE, EXPIRED, NAME_MISMATCH)
"""Clients say the same alert of all of these."""

REASONS_OF_OPENSSL = (
    Reason(155, "HTTPS_PROXY_REQUEST", (), ("https proxy request",), (CLIENT_SPEAKS_PLAIN,)),
    Reason(156, "HTTP_REQUEST", (), ("SSL routines:{*}:http request",), (CLIENT_SPEAKS_PLAIN,)),
    Reason(252, "UNKNOWN_PROTOCOL", (PLAIN_HTTP, OTHER_SERVICE), ("SSL routines:{*}:unknown protocol",), (), NO_TLS),
    Reason(267, "WRONG_VERSION_NUMBER", (PLAIN_HTTP, OTHER_SERVICE), ("wrong version number",), (), NO_TLS),
    Reason(166, "VERSION_TOO_HIGH", (NO_COMMON_VERSION,), ("SSL routines:{*}:version too high",)),
    Reason(396, "VERSION_TOO_LOW", (NO_COMMON_VERSION,), ("SSL routines:{*}:version too low",)),
    Reason(191, "NO_PROTOCOLS_AVAILABLE", (NO_COMMON_VERSION,)),
    Reason(254, "UNKNOWN_SSL_VERSION", (NO_COMMON_VERSION,), ("unknown ssl version",)),
    Reason(258, "UNSUPPORTED_PROTOCOL", (NO_COMMON_VERSION,)),
    Reason(259, "UNSUPPORTED_SSL_VERSION", (NO_COMMON_VERSION,), ("unsupported ssl version",)),
    Reason(266, "WRONG_SSL_VERSION", (NO_COMMON_VERSION,), ("wrong ssl version",)),
    Reason(373, "INAPPROPRIATE_FALLBACK", (), ("inappropriate fallback",), (INAPPROPRIATE_FALLBACK,)),
    Reason(161, "LIBRARY_HAS_NO_CIPHERS", (NO_CIPHER_LEFT, NO_TLS_LIBRARY), ("library has no ciphers",)),
    Reason(181, "NO_CIPHERS_AVAILABLE", (NO_CIPHER_LEFT,), ("no ciphers available",)),
    Reason(185, "NO_CIPHER_MATCH", (NO_CIPHER_LEFT,), ("no cipher match",)),
    Reason(193, "NO_SHARED_CIPHER", (), ("no shared cipher",), (NO_COMMON_CIPHER,)),
    Reason(261, "WRONG_CIPHER_RETURNED", (NO_COMMON_CIPHER,), ("wrong cipher returned",)),
    Reason(101, "NO_SUITABLE_KEY_SHARE", (NO_COMMON_GROUP,), ("no suitable key share",)),
    Reason(315, "UNSUPPORTED_ELLIPTIC_CURVE", (NO_COMMON_GROUP,), ("unsupported elliptic curve",)),
    Reason(378, "WRONG_CURVE", (NO_COMMON_GROUP,), ("SSL routines:{*}:wrong curve",)),
    Reason(295, "NO_SUITABLE_GROUPS", (NO_COMMON_GROUP,), ("no suitable groups",)),
    Reason(410, "NO_SHARED_GROUPS", (), ("no shared groups",), (NO_COMMON_GROUP,)),
    Reason(118, "NO_SUITABLE_SIGNATURE_ALGORITHM", (NO_COMMON_SIGNATURE,), ("no suitable signature algorithm",)),
    Reason(370, "WRONG_SIGNATURE_TYPE", (NO_COMMON_SIGNATURE, WEAK_HANDSHAKE_SIGNATURE), ("wrong signature type",)),
    Reason(
        333,
        "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
        (WEAK_HANDSHAKE_SIGNATURE,),
        ("legacy sigalg disallowed or unsupported",),
    ),
    Reason(376, "NO_SHARED_SIGNATURE_ALGORITHMS", (), ("no shared signature algorithms",), (NO_COMMON_SIGNATURE,)),
    Reason(123, "BAD_SIGNATURE", (WRONG_HANDSHAKE_SIGNATURE,), ("SSL routines:{*}:bad signature",)),
    Reason(235, "NO_APPLICATION_PROTOCOL", (), ("SSL routines:{*}:no application protocol",), (NO_COMMON_APPLICATION,)),
    Reason(294, "UNEXPECTED_EOF_WHILE_READING", (ENDS_WITHOUT_NOTICE,), ("unexpected eof while reading",)),
    Reason(
        338, "UNSAFE_LEGACY_RENEGOTIATION_DISABLED", (UNSAFE_RENEGOTIATION,), ("unsafe legacy renegotiation disabled",)
    ),
    Reason(394, "DH_KEY_TOO_SMALL", (SMALL_DH,), ("dh key too small",)),
    # What is said of a certificate and key that the program itself was given.
    Reason(397, "CA_KEY_TOO_SMALL", (), ("ca key too small",), (WEAK_ISSUER_KEY,)),
    Reason(398, "CA_MD_TOO_WEAK", (), ("ca md too weak",), (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE)),
    Reason(399, "EE_KEY_TOO_SMALL", (), ("ee key too small",), (WEAK_KEY,)),
    Reason(177, "NO_CERTIFICATE_ASSIGNED", (), ("no certificate assigned",), (NO_SERVER_CERTIFICATE,)),
    Reason(179, "NO_CERTIFICATE_SET", (), ("no certificate set",), (NO_SERVER_CERTIFICATE,)),
    Reason(221, "MISSING_SIGNING_CERT", (), ("missing signing cert",), (NO_SERVER_CERTIFICATE,)),
    Reason(190, "NO_PRIVATE_KEY_ASSIGNED", (KEY_UNREADABLE,), ("no private key assigned",)),
    Reason(288, "PRIVATE_KEY_MISMATCH", (KEY_MISMATCH,), ("SSL routines:{*}:private key mismatch",)),
    Reason(
        199,
        "PEER_DID_NOT_RETURN_A_CERTIFICATE",
        (),
        ("peer did not return a certificate",),
        (CLIENT_CERTIFICATE_MISSING,),
    ),
    Reason(180, "DANE_TLSA_BAD_CERTIFICATE", (DANE_MISMATCH,), ("dane tlsa bad certificate",)),
    Reason(208, "SCT_VERIFICATION_FAILED", (NO_TRANSPARENCY,), ("sct verification failed",)),
    Reason(216, "NO_VALID_SCTS", (NO_TRANSPARENCY,), ("no valid scts",)),
    Reason(328, "INVALID_STATUS_RESPONSE", (REVOCATION_UNUSABLE,), ("invalid status response",)),
    Reason(281, "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", (BROKEN_PROTOCOL,), ("decryption failed or bad record mac",)),
    _alert(
        20,
        "SSLV3_ALERT_BAD_RECORD_MAC",
        (BROKEN_PROTOCOL,),
        "ssl/tls alert bad record mac",
        "sslv3 alert bad record mac",
    ),
    _alert(
        40,
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        (NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
        "ssl/tls alert handshake failure",
        "sslv3 alert handshake failure",
    ),
    _alert(41, "SSLV3_ALERT_NO_CERTIFICATE", (), "sslv3 alert no certificate", logged=(CLIENT_CERTIFICATE_MISSING,)),
    _alert(
        42,
        "SSLV3_ALERT_BAD_CERTIFICATE",
        (CLIENT_CERTIFICATE_REFUSED,),
        "ssl/tls alert bad certificate",
        "sslv3 alert bad certificate",
        logged=_DEFECTS,
    ),
    _alert(
        43,
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        (CLIENT_CERTIFICATE_REFUSED,),
        "ssl/tls alert unsupported certificate",
        "sslv3 alert unsupported certificate",
        logged=(NOT_FOR_SERVERS, KEY_USAGE),
    ),
    _alert(
        44,
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        (CLIENT_CERTIFICATE_REVOKED,),
        "ssl/tls alert certificate revoked",
        "sslv3 alert certificate revoked",
        logged=(REVOKED,),
    ),
    _alert(
        45,
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        (CLIENT_CERTIFICATE_EXPIRED,),
        "ssl/tls alert certificate expired",
        "sslv3 alert certificate expired",
        logged=(EXPIRED,),
    ),
    _alert(
        46,
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        (CLIENT_CERTIFICATE_REFUSED,),
        "ssl/tls alert certificate unknown",
        "sslv3 alert certificate unknown",
        logged=_DEFECTS,
    ),
    _alert(
        48,
        "TLSV1_ALERT_UNKNOWN_CA",
        (CLIENT_CERTIFICATE_UNTRUSTED,),
        "tlsv1 alert unknown ca",
        logged=(UNTRUSTED, SELF_SIGNED, INCOMPLETE),
    ),
    _alert(49, "TLSV1_ALERT_ACCESS_DENIED", (CLIENT_CERTIFICATE_REFUSED,), "tlsv1 alert access denied"),
    _alert(51, "TLSV1_ALERT_DECRYPT_ERROR", (WRONG_HANDSHAKE_SIGNATURE,), "tlsv1 alert decrypt error"),
    _alert(70, "TLSV1_ALERT_PROTOCOL_VERSION", (NO_COMMON_VERSION,)),
    _alert(71, "TLSV1_ALERT_INSUFFICIENT_SECURITY", (NO_COMMON_CIPHER,), "tlsv1 alert insufficient security"),
    _alert(86, "TLSV1_ALERT_INAPPROPRIATE_FALLBACK", (INAPPROPRIATE_FALLBACK,), "tlsv1 alert inappropriate fallback"),
    _alert(112, "TLSV1_UNRECOGNIZED_NAME", (UNRECOGNIZED_NAME,), "tlsv1 unrecognized name"),
    _alert(
        113,
        "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
        (),
        "tlsv1 bad certificate status response",
        logged=(REVOCATION_UNUSABLE,),
    ),
    _alert(
        116, "TLSV13_ALERT_CERTIFICATE_REQUIRED", (CLIENT_CERTIFICATE_MISSING,), "tlsv13 alert certificate required"
    ),
    _alert(120, "TLSV1_ALERT_NO_APPLICATION_PROTOCOL", (NO_COMMON_APPLICATION,), "tlsv1 alert no application protocol"),
)
"""Those that are about trust or negotiation."""


def packed(number: int) -> str:
    """The number of an error of the handshake as OpenSSL 3 prints it behind `error:`."""
    return f"{_LIBRARY << 23 | number:08X}"


def _forms(reason: Reason) -> Iterator[tuple[str | Prints, Source]]:
    for words in reason.words:
        yield words, OLDER_ALERTS if words.startswith("sslv3") else reason.source
    yield Prints(code=reason.name), REASONS
    yield Prints(code=packed(reason.number)), NUMBERS
    yield f"lib({_LIBRARY}):func({{*}}):reason({reason.number})", NUMBERS
    yield f"lib({_LIBRARY})::reason({reason.number})", NUMBERS


def _rows() -> Iterator[Says]:
    for reason in REASONS_OF_OPENSSL:
        basis = Basis.REPORTED if reason.source is NO_TLS else Basis.AUTHORITATIVE
        for form, source in _forms(reason):
            for conditions, when in ((reason.of, ()), (reason.logged, (IN_THE_SERVERS_LOG,))):
                for condition in conditions:
                    yield from says([condition], Phase.HANDSHAKE, form, basis=basis, source=source, when=when)


LIBRARY = Library(
    "openssl-reasons",
    (
        *_rows(),
        *says(
            [KEY_MISMATCH],
            Phase.HANDSHAKE,
            "key values mismatch",
            Prints(code="KEY_VALUES_MISMATCH"),
            Prints(code="05800074"),
            basis=Basis.AUTHORITATIVE,
            source=X509_REASONS,
        ),
        *stands_for(
            {
                "PEM routines:{*}:no start line": (KEY_UNREADABLE, STORE_UNREADABLE),
                Prints(code="0480006C"): (KEY_UNREADABLE, STORE_UNREADABLE),
                "PEM routines:{*}:bad base64 decode": (KEY_UNREADABLE, STORE_UNREADABLE),
                "PEM routines:{*}:bad end line": (KEY_UNREADABLE, STORE_UNREADABLE),
                "PEM routines:{*}:bad decrypt": (KEY_UNREADABLE,),
                "PEM routines:{*}:bad password read": (KEY_UNREADABLE,),
                "no certificate or crl found": (STORE_UNREADABLE,),
                Prints(code="NO_CERTIFICATE_OR_CRL_FOUND"): (STORE_UNREADABLE,),
                "PKCS12 routines:{*}:mac verify failure": (STORE_PASSWORD,),
                "mac verify failure": (STORE_PASSWORD,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=FILES,
        ),
    ),
    vocabulary=True,
)
