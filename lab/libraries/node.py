"""Node.js: its codes for OpenSSL's verification errors, its own check of the name, its own socket errors."""

from tlslab.model.conditions import (
    CN_ALONE,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NOT_LOADED,
    NOT_SERVING,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, says, says_each, tolerates

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

CLOSED = (NO_COMMON_VERSION, NOT_LOADED)

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
    ),
)
