"""Node.js: its codes for OpenSSL's verification errors, its own check of the name, its own socket errors.

A code that begins with ERR_SSL_ is OpenSSL's reason in capitals, with underscores for blanks. What Node has no code for
is UNSPECIFIED.
"""

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    DISTRUSTED,
    INTERCEPTED,
    NO_CIPHER_LEFT,
    REVOCATION_UNUSABLE,
    UNRECOGNIZED_NAME,
    UNSAFE_RENEGOTIATION,
)
from tlslab.model.circumstances import GIVEN_LISTS, SENT_ALONE
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_UNTRUSTED
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CN_ALONE,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    EXPIRED,
    FORGED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_STRICT,
    NOT_A_CA,
    NOT_SERVING,
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    ROOT_SENT,
    SELF_SIGNED,
    SERVER_REFUSES,
    SILENT,
    SMALL_DH,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Offers, Prints, Says, says, says_alike, says_each, tolerates
from tlslab.model.situation import TLSVersion

CODES = Source(
    "Node.js, doc/api/tls.md, X509 certificate error codes",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md#x509-certificate-error-codes",
)
UNSPECIFIED = Source(
    "Node.js, src/crypto/crypto_common.cc, X509ErrorCode",
    "https://github.com/nodejs/node/blob/020ffbfbdb574a36a49ec2b1008177fcb8cdc8ca/src/crypto/crypto_common.cc",
)
NAMES = Source(
    "Node.js, lib/tls.js, checkServerIdentity",
    "https://github.com/nodejs/node/blob/c3bcce7123a2d773a841e35bd60a553af883812e/lib/tls.js",
)
SYSTEM_ERRORS = Source(
    "Node.js, Errors, Common system errors", "https://nodejs.org/api/errors.html#common-system-errors"
)
BEFORE_SECURE = Source(
    "Node.js 20.20.2, lib/_tls_wrap.js (onConnectEnd)",
    "https://github.com/nodejs/node/blob/v20.20.2/lib/_tls_wrap.js",
)

REASONS = Source(
    "Node.js, src/crypto/crypto_util.cc, Decorate: reasons of OpenSSL as ERR_SSL_THIS_ERROR",
    "https://github.com/nodejs/node/blob/f67a0ea51f5095ddb5ed8007bda8aa4ec34bbd69/src/crypto/crypto_util.cc",
)
OLD_METHODS = Source("nodejs/node issue 3695: SSLv3 methods disabled", "https://github.com/nodejs/node/issues/3695")
ERRORS = Source("Node.js, Errors, Node.js error codes", "https://nodejs.org/api/errors.html#nodejs-error-codes")

DEFAULT_VERSIONS = Source(
    "Node.js, doc/api/tls.md, tls.DEFAULT_MIN_VERSION",
    "https://github.com/nodejs/node/blob/17172fef20f84a0a7e3d604e3bdea86daf9ef37a/doc/api/tls.md",
)

CLOSED = SERVER_REFUSES

_OF_A_CHAIN: tuple[tuple[str, tuple[Condition, ...]], ...] = (
    ("SELF_SIGNED_CERT_IN_CHAIN", (INTERCEPTED,)),
    ("CERT_SIGNATURE_FAILURE", (FORGED,)),
    ("UNABLE_TO_DECRYPT_CERT_SIGNATURE", (FORGED,)),
    ("INVALID_CA", (NOT_A_CA,)),
    ("PATH_LENGTH_EXCEEDED", (PATH_TOO_LONG,)),
    ("CERT_REVOKED", (REVOKED,)),
    ("CERT_UNTRUSTED", (DISTRUSTED,)),
    ("CERT_REJECTED", (DISTRUSTED,)),
    ("UNABLE_TO_GET_CRL", (REVOCATION_UNKNOWN,)),
    ("CRL_HAS_EXPIRED", (REVOCATION_STALE,)),
    ("CRL_NOT_YET_VALID", (REVOCATION_STALE,)),
    ("CRL_SIGNATURE_FAILURE", (REVOCATION_UNUSABLE,)),
    ("UNABLE_TO_DECRYPT_CRL_SIGNATURE", (REVOCATION_UNUSABLE,)),
    ("ERROR_IN_CRL_LAST_UPDATE_FIELD", (REVOCATION_UNUSABLE,)),
    ("ERROR_IN_CRL_NEXT_UPDATE_FIELD", (REVOCATION_UNUSABLE,)),
)
_OF_A_HANDSHAKE: tuple[tuple[str, tuple[Condition, ...]], ...] = (
    ("ERR_SSL_WRONG_VERSION_NUMBER", (PLAIN_HTTP, OTHER_SERVICE)),
    ("ERR_SSL_PACKET_LENGTH_TOO_LONG", (PLAIN_HTTP, OTHER_SERVICE)),
    ("ERR_SSL_UNSUPPORTED_PROTOCOL", (NO_COMMON_VERSION,)),
    ("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", (NO_COMMON_VERSION,)),
    ("ERR_SSL_NO_PROTOCOLS_AVAILABLE", (NO_COMMON_VERSION,)),
    ("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", (NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING)),
    ("ERR_SSL_NO_CIPHERS_AVAILABLE", (NO_CIPHER_LEFT,)),
    ("ERR_SSL_DH_KEY_TOO_SMALL", (SMALL_DH,)),
    ("ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED", (UNSAFE_RENEGOTIATION,)),
    ("ERR_SSL_TLSV1_UNRECOGNIZED_NAME", (UNRECOGNIZED_NAME,)),
    ("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", (CLIENT_CERTIFICATE_UNTRUSTED,)),
    ("ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", (CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_MISSING)),
    ("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", (CLIENT_CERTIFICATE_MISSING,)),
    ("ERR_SSL_BAD_RECORD_TYPE", (BROKEN_PROTOCOL,)),
    ("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", (BROKEN_PROTOCOL,)),
)


def _codes(table: tuple[tuple[str, tuple[Condition, ...]], ...], phase: Phase, source: Source) -> tuple[Says, ...]:
    return tuple(
        row
        for code, about in table
        for row in says_alike(about, phase, Prints(code=code), basis=Basis.AUTHORITATIVE, source=source)
    )


LISTS_LAST = Source("observed by the lab of Node 20 with the option `crl` at a server of an unknown CA", "")

LIBRARY = Library(
    "node",
    (
        *says_each(
            {
                SELF_SIGNED: Prints(code="DEPTH_ZERO_SELF_SIGNED_CERT"),
                UNTRUSTED: Prints(code="UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
                INCOMPLETE: Prints(code="UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
                EXPIRED: Prints(code="CERT_HAS_EXPIRED"),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CODES,
        ),
        # OpenSSL's last word, where nothing above the leaf was found: nobody sent it, or a root signs leaves itself.
        *says(
            [UNTRUSTED],
            Phase.VERIFY,
            Prints(code="UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
            basis=Basis.AUTHORITATIVE,
            source=CODES,
            when=[SENT_ALONE],
        ),
        # OpenSSL goes on to the lists, and Node shows what it found last.
        *says(
            [UNTRUSTED],
            Phase.VERIFY,
            "unable to get certificate CRL",
            Prints(code="UNABLE_TO_GET_CRL"),
            basis=Basis.OBSERVED,
            source=LISTS_LAST,
            when=[GIVEN_LISTS],
        ),
        *says(
            [WEAK_SIGNATURE], Phase.VERIFY, Prints(code="UNSPECIFIED"), basis=Basis.AUTHORITATIVE, source=UNSPECIFIED
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Hostname/IP does not match certificate's altnames: Host: {name}. is not in the cert's altnames: DNS:",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        tolerates(
            "Node takes the common name where there is no SAN that it knows",
            of=[NAME_MISMATCH, CN_ALONE],
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says_each(
            dict.fromkeys(CLOSED, "socket hang up"), Phase.CLOSED, basis=Basis.AUTHORITATIVE, source=SYSTEM_ERRORS
        ),
        *says_each(
            dict.fromkeys(CLOSED, Prints(code="ECONNRESET")),
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=SYSTEM_ERRORS,
        ),
        *says(
            [NO_STRICT],
            Phase.NO_TLS,
            "Client network socket disconnected before secure TLS connection was established",
            basis=Basis.AUTHORITATIVE,
            source=BEFORE_SECURE,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "Client network socket disconnected before secure TLS connection was established",
            basis=Basis.AUTHORITATIVE,
            source=BEFORE_SECURE,
        ),
        *says_each(
            {
                ENDS_EARLY: Prints(code="ECONNRESET"),
                ENDS_AFTER_PRELOGIN: Prints(code="ECONNRESET"),
            },
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=SYSTEM_ERRORS,
        ),
        *says([ENDS_AFTER_PRELOGIN], Phase.NO_TLS, "socket hang up", basis=Basis.AUTHORITATIVE, source=SYSTEM_ERRORS),
        *says(
            [NOT_SERVING], Phase.CONNECT, Prints(code="ECONNREFUSED"), basis=Basis.AUTHORITATIVE, source=SYSTEM_ERRORS
        ),
        *says(
            [UNTRUSTED, ROOT_SENT],
            Phase.VERIFY,
            Prints(code="SELF_SIGNED_CERT_IN_CHAIN"),
            basis=Basis.AUTHORITATIVE,
            source=CODES,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            Prints(code="ERR_TLS_CERT_ALTNAME_INVALID"),
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "SSLv3 methods disabled",
            basis=Basis.REPORTED,
            source=OLD_METHODS,
        ),
        *says(
            [SILENT],
            Phase.HANDSHAKE,
            Prints(code="ERR_TLS_HANDSHAKE_TIMEOUT"),
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *_codes(_OF_A_CHAIN, Phase.VERIFY, UNSPECIFIED),
        *_codes(_OF_A_HANDSHAKE, Phase.HANDSHAKE, REASONS),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_3,
            "tls.DEFAULT_MIN_VERSION is TLS 1.2",
            Basis.AUTHORITATIVE,
            DEFAULT_VERSIONS,
        ),
    ),
)
