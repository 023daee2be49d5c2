"""Go beyond what the lab's client is judged by: the rest of crypto/x509 and crypto/tls, of clients and of servers.

Since 1.20 `tls: failed to verify certificate: ` stands before what crypto/x509 says. An alert (`remote error: tls: `)
is what the other side says of one's own certificate; a server's log reads it of the server's.
"""

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    CLIENT_SPEAKS_PLAIN,
    IN_THE_SERVERS_LOG,
    INAPPROPRIATE_FALLBACK,
    INTERCEPTED,
    KEY_MISMATCH,
    KEY_UNREADABLE,
    MALFORMED,
    NO_COMMON_APPLICATION,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    NO_EXTENDED_MASTER_SECRET,
    NO_SERVER_CERTIFICATE,
    REVOCATION_UNUSABLE,
    STORE_EMPTY,
    UNKNOWN_ALGORITHM,
    UNRECOGNIZED_NAME,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.conditions import (
    CN_ALONE,
    CRITICAL_EXTENSION,
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOKED,
    SELF_SIGNED,
    SERIAL_NOT_POSITIVE,
    SILENT,
    UNTRUSTED,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

_SRC = "https://github.com/golang/go/blob/go1.26.8/src"
VERIFY = Source(
    "Go 1.26, src/crypto/x509/verify.go (CertificateInvalidError.Error, SystemRootsError.Error)",
    f"{_SRC}/crypto/x509/verify.go",
)
NAMES = Source("Go 1.26, src/crypto/x509/verify.go (HostnameError.Error)", f"{_SRC}/crypto/x509/verify.go")
X509 = Source(
    "Go 1.26, src/crypto/x509/x509.go (ErrUnsupportedAlgorithm, InsecureAlgorithmError, ConstraintSignatureError, "
    "UnhandledCriticalExtension)",
    f"{_SRC}/crypto/x509/x509.go",
)
PARSER = Source("Go 1.26, src/crypto/x509/parser.go (parseCertificate)", f"{_SRC}/crypto/x509/parser.go")
RECORDS = Source("Go 1.26, src/crypto/tls/conn.go (readRecordOrCCS)", f"{_SRC}/crypto/tls/conn.go")
CLIENT = Source(
    "Go 1.26, src/crypto/tls/handshake_client.go, handshake_client_tls13.go, key_agreement.go",
    f"{_SRC}/crypto/tls/handshake_client.go",
)
SERVER = Source(
    "Go 1.26, src/crypto/tls/handshake_server.go, handshake_server_tls13.go", f"{_SRC}/crypto/tls/handshake_server.go"
)
COMMON = Source("Go 1.26, src/crypto/tls/common.go (errNoCertificates)", f"{_SRC}/crypto/tls/common.go")
SIGNATURES = Source("Go 1.26, src/crypto/tls/auth.go (selectSignatureScheme)", f"{_SRC}/crypto/tls/auth.go")
PAIRS = Source("Go 1.26, src/crypto/tls/tls.go (X509KeyPair)", f"{_SRC}/crypto/tls/tls.go")
ALERTS = Source(
    'Go 1.26, src/crypto/tls/alert.go (alertText), behind the "remote error" of conn.go', f"{_SRC}/crypto/tls/alert.go"
)
SERVING = Source("Go 1.26, src/net/http/server.go (conn.serve)", f"{_SRC}/net/http/server.go")
HTTP = Source("Go 1.26, src/net/http/client.go (ErrSchemeMismatch)", f"{_SRC}/net/http/client.go")
TIME_OUT = Source("Go 1.26, src/net/http/transport.go (tlsHandshakeTimeoutError)", f"{_SRC}/net/http/transport.go")

_REMOTE = "remote error: tls: "
_DEFECTS = (UNTRUSTED, SELF_SIGNED, INCOMPLETE, EXPIRED, NAME_MISMATCH)
"""Clients send the same alert of all of these."""

_HINT = 'x509: certificate signed by unknown authority (possibly because of "'

KUBELET = Source(
    "Kubernetes 1.24, pkg/kubelet/certificate/bootstrap/bootstrap.go, isClientConfigStillValid",
    "https://github.com/kubernetes/kubernetes/blob/v1.24.0/pkg/kubelet/certificate/bootstrap/bootstrap.go",
)

LIBRARY = Library(
    "go-errors",
    (
        *stands_for(
            {
                "x509: certificate is not authorized to sign other certificates": (NOT_A_CA,),
                "x509: a root or intermediate certificate is not authorized to sign for this name": (
                    NAME_NOT_PERMITTED,
                ),
                "x509: issuer has name constraints but leaf doesn't have a SAN extension": (NAME_NOT_PERMITTED,),
                "x509: issuer has name constraints but leaf contains unknown or unconstrained name": (
                    NAME_NOT_PERMITTED,
                ),
                "x509: a root or intermediate certificate is not authorized for an extended key usage": (
                    ISSUER_NOT_FOR_SERVERS,
                ),
                "x509: too many intermediates for path length constraint": (PATH_TOO_LONG,),
                "x509: certificate specifies an incompatible key usage": (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS),
                "x509: certificate has expired or is not yet valid: current time {*} is after ": (
                    *(EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT),
                ),
                "x509: failed to load system roots and no roots provided": (STORE_EMPTY,),
                # The hint names what went wrong with a CA of the right name.
                f"{_HINT}crypto/rsa: verification error": (FORGED,),
                f"{_HINT}x509: ECDSA verification failure": (FORGED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
        ),
        *stands_for(
            {
                "x509: cannot validate certificate for {*} because it doesn't contain any IP SANs": (NAME_MISMATCH,),
                "x509: certificate is valid for {*} IP SANs, but none matched {name}": (NAME_MISMATCH,),
                "x509: certificate is valid for {*} names, but none matched {name}": (NAME_MISMATCH,),
                "x509: certificate relies on legacy Common Name field, use SANs instead": (CN_ALONE,),
                "x509: certificate relies on legacy Common Name field": (CN_ALONE,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *stands_for(
            {
                "x509: cannot verify signature: algorithm unimplemented": (UNKNOWN_ALGORITHM,),
                "x509: cannot verify signature: insecure algorithm ": (WEAK_SIGNATURE,),
                "x509: invalid signature: parent certificate cannot sign this kind of certificate": (NOT_A_CA,),
                "x509: ECDSA verification failure": (FORGED,),
                "x509: Ed25519 verification failure": (FORGED,),
                "x509: unhandled critical extension": (CRITICAL_EXTENSION,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=X509,
        ),
        *stands_for(
            {
                "x509: negative serial number": (SERIAL_NOT_POSITIVE,),
                "x509: malformed serial number": (MALFORMED,),
                "x509: malformed certificate": (MALFORMED,),
                "x509: unsupported elliptic curve": (UNKNOWN_ALGORITHM,),
                "x509: unknown public key algorithm": (UNKNOWN_ALGORITHM,),
                "x509: SAN dNSName is malformed": (MALFORMED,),
                "x509: cannot parse IP address of length ": (MALFORMED,),
                "x509: invalid basic constraints": (MALFORMED,),
                "x509: invalid key usage": (MALFORMED,),
                "x509: invalid RDNSequence": (MALFORMED,),
                "x509: authority key identifier incorrectly marked critical": (MALFORMED,),
                "x509: RSA key missing NULL parameters": (MALFORMED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=PARSER,
        ),
        *stands_for(
            {"tls: failed to parse certificate from server: ": (MALFORMED, SERIAL_NOT_POSITIVE)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *stands_for(
            {
                "tls: first record does not look like a TLS handshake": (PLAIN_HTTP, OTHER_SERVICE),
                "tls: unsupported SSLv2 handshake received": (NO_COMMON_VERSION,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=RECORDS,
        ),
        *stands_for(
            {"http: server gave HTTP response to HTTPS client": (PLAIN_HTTP,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=HTTP,
        ),
        *stands_for(
            {"net/http: TLS handshake timeout": (SILENT,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=TIME_OUT,
        ),
        *stands_for(
            {
                "tls: downgrade attempt detected, possibly due to a MitM attack or a broken middlebox": (INTERCEPTED,),
                "tls: server chose an unconfigured cipher suite": (NO_COMMON_CIPHER,),
                "tls: server selected unsupported curve": (NO_COMMON_GROUP,),
                "tls: server selected unsupported group": (NO_COMMON_GROUP,),
                "tls: certificate used with invalid signature algorithm": (
                    NO_COMMON_SIGNATURE,
                    WEAK_HANDSHAKE_SIGNATURE,
                ),
                "tls: invalid signature by the server certificate: ": (WRONG_HANDSHAKE_SIGNATURE,),
                "tls: server's certificate contains an unsupported type of public key: ": (UNKNOWN_ALGORITHM,),
                "tls: server certificate contains incorrect key type for selected ciphersuite": (NO_COMMON_CIPHER,),
                "tls: FIPS 140-3 requires the use of Extended Master Secret": (NO_EXTENDED_MASTER_SECRET,),
                "tls: server did not select an ALPN protocol": (NO_COMMON_APPLICATION,),
                "tls: server selected unadvertised ALPN protocol": (NO_COMMON_APPLICATION,),
                "tls: server's Finished message was incorrect": (BROKEN_PROTOCOL,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *stands_for(
            {
                "tls: client offered only unsupported versions: ": (NO_COMMON_VERSION,),
                "tls: no cipher suite supported by both client and server": (NO_COMMON_CIPHER,),
                "tls: no key exchanges supported by both client and server": (NO_COMMON_GROUP,),
                "tls: client didn't provide a certificate": (CLIENT_CERTIFICATE_MISSING,),
                "tls: failed to parse client certificate: ": (CLIENT_CERTIFICATE_REFUSED,),
                "tls: client certificate used with invalid signature algorithm": (CLIENT_CERTIFICATE_REFUSED,),
                "tls: invalid signature by the client certificate: ": (WRONG_HANDSHAKE_SIGNATURE,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=SERVER,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {"tls: no certificates configured": (NO_SERVER_CERTIFICATE,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=COMMON,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {"tls: peer doesn't support any of the certificate's signature algorithms": (NO_COMMON_SIGNATURE,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=SIGNATURES,
        ),
        *stands_for(
            {
                "tls: certificate RSA key size too small for supported signature algorithms": (WEAK_KEY,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=SIGNATURES,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                "tls: private key does not match public key": (KEY_MISMATCH,),
                "tls: private key type does not match public key type": (KEY_MISMATCH,),
                "tls: failed to find any PEM data in certificate input": (KEY_UNREADABLE,),
                "tls: failed to find any PEM data in key input": (KEY_UNREADABLE,),
                "tls: failed to find certificate PEM data in certificate input": (KEY_UNREADABLE,),
                'tls: failed to find "CERTIFICATE" PEM block in certificate input': (KEY_UNREADABLE,),
                'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input': (KEY_UNREADABLE,),
                "tls: found a certificate rather than a key in the PEM for the private key": (KEY_UNREADABLE,),
                "tls: failed to parse private key": (KEY_UNREADABLE,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=PAIRS,
        ),
        *stands_for(
            {
                f"{_REMOTE}{words}": conditions
                for words, conditions in {
                    "handshake failure": (
                        *(NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
                    ),
                    "bad record MAC": (BROKEN_PROTOCOL,),
                    "bad certificate": (CLIENT_CERTIFICATE_REFUSED,),
                    "unsupported certificate": (CLIENT_CERTIFICATE_REFUSED,),
                    "revoked certificate": (CLIENT_CERTIFICATE_REVOKED,),
                    "expired certificate": (CLIENT_CERTIFICATE_EXPIRED,),
                    "unknown certificate": (CLIENT_CERTIFICATE_REFUSED,),
                    "unknown certificate authority": (CLIENT_CERTIFICATE_UNTRUSTED,),
                    "access denied": (CLIENT_CERTIFICATE_REFUSED,),
                    "error decrypting message": (WRONG_HANDSHAKE_SIGNATURE,),
                    "insufficient security level": (NO_COMMON_CIPHER,),
                    "inappropriate fallback": (INAPPROPRIATE_FALLBACK,),
                    "unrecognized name": (UNRECOGNIZED_NAME,),
                    "certificate required": (CLIENT_CERTIFICATE_MISSING,),
                    "no application protocol": (NO_COMMON_APPLICATION,),
                }.items()
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *stands_for(
            {
                f"{_REMOTE}{words}": conditions
                for words, conditions in {
                    # Go's own clients say `bad certificate` whatever crypto/x509 has found.
                    "bad certificate": _DEFECTS,
                    "unknown certificate": _DEFECTS,
                    "unsupported certificate": (NOT_FOR_SERVERS, KEY_USAGE),
                    "revoked certificate": (REVOKED,),
                    "expired certificate": (EXPIRED,),
                    "unknown certificate authority": (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                    "bad certificate status response": (REVOCATION_UNUSABLE,),
                }.items()
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                "http: TLS handshake error from {*}: tls: first record does not look like a TLS handshake": (
                    CLIENT_SPEAKS_PLAIN,
                )
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=RECORDS,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                # The frame tells that it is the server who reads it: the client refuses the server's certificate.
                "http: TLS handshake error from {*}: remote error: tls: bad certificate": _DEFECTS,
                "http: TLS handshake error from {*}: remote error: tls: unknown certificate": _DEFECTS,
                "http: TLS handshake error from {*}: remote error: tls: unknown certificate authority": (
                    *(UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                ),
                "http: TLS handshake error from {*}: remote error: tls: expired certificate": (EXPIRED,),
                "Client sent an HTTP request to an HTTPS server": (CLIENT_SPEAKS_PLAIN,),
                "http: TLS handshake error from {*}: EOF": (ENDS_EARLY,),
                "local error: tls: bad record MAC": (BROKEN_PROTOCOL,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=SERVING,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                "part of the existing bootstrap client certificate is expired": (CLIENT_CERTIFICATE_EXPIRED,),
                "part of the existing bootstrap client certificate in {*} is expired": (CLIENT_CERTIFICATE_EXPIRED,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=KUBELET,
        ),
    ),
    vocabulary=True,
)
