"""The JDK beside what JSSE says of the chains that the lab plays: names, stores of trust and keys, handshakes,
revocation; and Microsoft's JDBC driver for SQL Server in words of its own.

The words are those of JDK 17, where nothing else is said. A trust store that holds no certificate is not an error
before a connection is made, and then it is this: `the trustAnchors parameter must be non-empty`.
"""

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    INAPPROPRIATE_FALLBACK,
    NO_CIPHER_LEFT,
    NO_COMMON_APPLICATION,
    NO_SERVER_CERTIFICATE,
    PIN_UNREADABLE,
    STORE_EMPTY,
    STORE_PASSWORD,
    UNRECOGNIZED_NAME,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    ENDS_EARLY,
    EXPIRED,
    FORGED,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_SERVING,
    NOT_YET_VALID,
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Says, says, says_alike

_JDK = "https://github.com/openjdk/jdk/blob/jdk-17%2B35/src/java.base/share/classes"


def _jdk(what: str, path: str) -> Source:
    return Source(f"OpenJDK 17, {path.rpartition('/')[2]}: {what}", f"{_JDK}/{path}")


HOSTNAME = Source(
    "OpenJDK, HostnameChecker.java (matchIP, matchDNS)",
    "https://github.com/openjdk/jdk/blob/046262a0f5d0457cb68d5a9968603b1547923e29/src/java.base/share/classes/sun/security"
    "/util/HostnameChecker.java",
)
ANCHORS = _jdk("setTrustAnchors", "java/security/cert/PKIXParameters.java")
VALIDATOR = _jdk("the last certificate and the anchors", "sun/security/provider/certpath/PKIXCertPathValidator.java")
CONSTRAINTS = _jdk("basic constraints and names", "sun/security/provider/certpath/ConstraintsChecker.java")
BASIC = _jdk("signature", "sun/security/provider/certpath/BasicChecker.java")
KEYS = _jdk("what a CA's key is for", "sun/security/provider/certpath/KeyChecker.java")
ALGORITHMS = _jdk("keys and signatures", "sun/security/provider/certpath/AlgorithmChecker.java")
REVOCATION = _jdk("CRL and OCSP", "sun/security/provider/certpath/RevocationChecker.java")
REVOKED_TEXT = _jdk("getMessage", "java/security/cert/CertificateRevokedException.java")
RECORDS = _jdk("what is no TLS record", "sun/security/ssl/SSLSocketInputRecord.java")
CONTEXT = _jdk("protocols and cipher suites that are left", "sun/security/ssl/HandshakeContext.java")
SOCKET = _jdk("the end of a handshake", "sun/security/ssl/SSLSocketImpl.java")
SERVER_HELLO = _jdk("the version that was selected", "sun/security/ssl/ServerHello.java")
CERTIFICATES = _jdk("an empty chain", "sun/security/ssl/CertificateMessage.java")
JKS = _jdk("engineLoad", "sun/security/provider/JavaKeyStore.java")
PKCS12 = _jdk("engineLoad", "sun/security/pkcs12/PKCS12KeyStore.java")
ALERTS = _jdk("the descriptions of alerts", "sun/security/ssl/Alert.java")
OLD_UNRECOGNIZED = Source(
    "yasserg/crawler4j issue 73: JDK 7 and 8, handshake alert:  unrecognized_name",
    "https://github.com/yasserg/crawler4j/issues/73",
)
OLD_SHA1 = Source(
    "quarkusio/quarkus issue 23149: Algorithm constraints check failed SHA1withRSA",
    "https://github.com/quarkusio/quarkus/issues/23149",
)
WRONG_FORMAT = Source(
    "OpenLiberty/open-liberty pull request 17307: Invalid keystore format",
    "https://github.com/OpenLiberty/open-liberty/pull/17307",
)
JDBC_PRELOGIN = Source(
    "mssql-jdbc, SQLServerConnection.java, prelogin",
    "https://github.com/microsoft/mssql-jdbc/blob/34285fd75cc26e84bfe50fc77fd138f31a0b3675/src/main/java/com/microsoft"
    "/sqlserver/jdbc/SQLServerConnection.java#L4684",
)
JDBC = Source(
    "mssql-jdbc, SQLServerResource.java",
    "https://github.com/microsoft/mssql-jdbc/blob/34285fd75cc26e84bfe50fc77fd138f31a0b3675/src/main/java/com/microsoft"
    "/sqlserver/jdbc/SQLServerResource.java",
)


def _alert(name: str) -> tuple[str, ...]:
    return f"Received fatal alert: {name}", f"({name}) Received fatal alert: {name}"


_NAMES: tuple[Says, ...] = says(
    [NAME_MISMATCH],
    Phase.NAME,
    "No subject alternative names present",
    "No subject alternative names matching IP address {*} found",
    "No subject alternative DNS name matching {*} found.",
    "No name matching {*} found",
    basis=Basis.AUTHORITATIVE,
    source=HOSTNAME,
)

_STORES: tuple[Says, ...] = (
    *says_alike(
        (STORE_EMPTY, STORE_ABSENT),
        Phase.VERIFY,
        "the trustAnchors parameter must be non-empty",
        basis=Basis.AUTHORITATIVE,
        source=ANCHORS,
    ),
    *says(
        [STORE_PASSWORD],
        Phase.VERIFY,
        "Keystore was tampered with, or password was incorrect",
        basis=Basis.AUTHORITATIVE,
        source=JKS,
    ),
    *says([STORE_PASSWORD], Phase.VERIFY, "keystore password was incorrect", basis=Basis.AUTHORITATIVE, source=PKCS12),
)

_POSTED: tuple[Says, ...] = (
    *says(
        [UNRECOGNIZED_NAME],
        Phase.HANDSHAKE,
        "handshake alert: unrecognized_name",
        basis=Basis.REPORTED,
        source=OLD_UNRECOGNIZED,
    ),
    *says(
        [WEAK_SIGNATURE],
        Phase.VERIFY,
        "Algorithm constraints check failed SHA1withRSA",
        basis=Basis.REPORTED,
        source=OLD_SHA1,
    ),
    *says([STORE_UNREADABLE], Phase.VERIFY, "Invalid keystore format", basis=Basis.REPORTED, source=WRONG_FORMAT),
)

_CHAINS: tuple[Says, ...] = (
    *says(
        [UNTRUSTED],
        Phase.VERIFY,
        "Path does not chain with any of the trust anchors",
        basis=Basis.AUTHORITATIVE,
        source=VALIDATOR,
    ),
    *says([FORGED], Phase.VERIFY, "signature check failed", basis=Basis.AUTHORITATIVE, source=BASIC),
    *says_alike(
        (EXPIRED, NOT_YET_VALID), Phase.VERIFY, "timestamp check failed", basis=Basis.AUTHORITATIVE, source=BASIC
    ),
    *says_alike(
        (NOT_A_CA, PATH_TOO_LONG),
        Phase.VERIFY,
        "basic constraints check failed",
        basis=Basis.AUTHORITATIVE,
        source=CONSTRAINTS,
    ),
    *says(
        [NOT_A_CA],
        Phase.VERIFY,
        "basic constraints check failed: this is not a CA certificate",
        basis=Basis.AUTHORITATIVE,
        source=CONSTRAINTS,
    ),
    *says(
        [PATH_TOO_LONG],
        Phase.VERIFY,
        "basic constraints check failed: pathLenConstraint violated",
        basis=Basis.AUTHORITATIVE,
        source=CONSTRAINTS,
    ),
    *says(
        [NAME_NOT_PERMITTED],
        Phase.VERIFY,
        "name constraints check failed",
        basis=Basis.AUTHORITATIVE,
        source=CONSTRAINTS,
    ),
    *says([NOT_A_CA], Phase.VERIFY, "CA key usage check failed", basis=Basis.AUTHORITATIVE, source=KEYS),
    *says(
        [WEAK_SIGNATURE],
        Phase.VERIFY,
        "Algorithm constraints check failed on signature algorithm",
        "Algorithm constraints check failed on disabled signature algorithm",
        basis=Basis.AUTHORITATIVE,
        source=ALGORITHMS,
    ),
    *says(
        [WEAK_KEY],
        Phase.VERIFY,
        "Algorithm constraints check failed on keysize limits",
        "Algorithm constraints check failed on key ",
        basis=Basis.AUTHORITATIVE,
        source=ALGORITHMS,
    ),
    *says(
        [KEY_USAGE],
        Phase.VERIFY,
        "Algorithm constraints check failed: incorrect KeyUsage extension",
        basis=Basis.AUTHORITATIVE,
        source=ALGORITHMS,
    ),
    *says(
        [REVOKED], Phase.VERIFY, "Certificate has been revoked, reason", basis=Basis.AUTHORITATIVE, source=REVOKED_TEXT
    ),
    *says(
        [REVOCATION_UNKNOWN],
        Phase.VERIFY,
        "Unable to determine revocation status due to network error",
        "Could not determine revocation status",
        "Certificate does not specify OCSP responder",
        "Certificate's revocation status is unknown",
        basis=Basis.AUTHORITATIVE,
        source=REVOCATION,
    ),
)

_HANDSHAKES: tuple[Says, ...] = (
    *says_alike(
        (PLAIN_HTTP, OTHER_SERVICE),
        Phase.HANDSHAKE,
        "Unsupported or unrecognized SSL message",
        "Unrecognized SSL message, plaintext connection?",
        basis=Basis.AUTHORITATIVE,
        source=RECORDS,
    ),
    *says_alike(
        (NO_CIPHER_LEFT, NO_COMMON_VERSION),
        Phase.HANDSHAKE,
        "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
        basis=Basis.AUTHORITATIVE,
        source=CONTEXT,
    ),
    *says([NO_CIPHER_LEFT], Phase.HANDSHAKE, "No appropriate cipher suite", basis=Basis.AUTHORITATIVE, source=CONTEXT),
    *says(
        [NO_COMMON_VERSION],
        Phase.HANDSHAKE,
        "The server selected protocol version {*} is not accepted by client preferences",
        basis=Basis.AUTHORITATIVE,
        source=SERVER_HELLO,
    ),
    *says_alike(
        (NO_COMMON_VERSION, NO_COMMON_CIPHER, ENDS_EARLY),
        Phase.CLOSED,
        "Remote host terminated the handshake",
        "Remote host closed connection during handshake",
        basis=Basis.AUTHORITATIVE,
        source=SOCKET,
    ),
    *says(
        [NO_SERVER_CERTIFICATE],
        Phase.HANDSHAKE,
        "Empty server certificate chain",
        basis=Basis.AUTHORITATIVE,
        source=CERTIFICATES,
    ),
    *says(
        [CLIENT_CERTIFICATE_MISSING],
        Phase.HANDSHAKE,
        "Empty client certificate chain",
        basis=Basis.AUTHORITATIVE,
        source=CERTIFICATES,
    ),
    *says_alike(
        (NO_COMMON_CIPHER, NO_COMMON_VERSION, CLIENT_CERTIFICATE_MISSING),
        Phase.HANDSHAKE,
        *_alert("handshake_failure"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says(
        [NO_COMMON_CIPHER], Phase.HANDSHAKE, *_alert("insufficient_security"), basis=Basis.AUTHORITATIVE, source=ALERTS
    ),
    *says([UNRECOGNIZED_NAME], Phase.HANDSHAKE, *_alert("unrecognized_name"), basis=Basis.AUTHORITATIVE, source=ALERTS),
    # A server reads the same of its own certificate.
    *says_alike(
        (CLIENT_CERTIFICATE_UNTRUSTED, UNTRUSTED),
        Phase.HANDSHAKE,
        *_alert("unknown_ca"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says_alike(
        (CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_MISSING, UNTRUSTED, NAME_MISMATCH),
        Phase.HANDSHAKE,
        *_alert("bad_certificate"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says(
        [CLIENT_CERTIFICATE_MISSING],
        Phase.HANDSHAKE,
        *_alert("certificate_required"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says_alike(
        (CLIENT_CERTIFICATE_REFUSED, UNTRUSTED, SELF_SIGNED, NAME_MISMATCH),
        Phase.HANDSHAKE,
        *_alert("certificate_unknown"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says_alike(
        (CLIENT_CERTIFICATE_EXPIRED, EXPIRED),
        Phase.HANDSHAKE,
        *_alert("certificate_expired"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says_alike(
        (CLIENT_CERTIFICATE_REVOKED, REVOKED),
        Phase.HANDSHAKE,
        *_alert("certificate_revoked"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says_alike(
        (CLIENT_CERTIFICATE_REFUSED, NOT_FOR_SERVERS),
        Phase.HANDSHAKE,
        *_alert("unsupported_certificate"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says(
        [CLIENT_CERTIFICATE_REFUSED],
        Phase.HANDSHAKE,
        *_alert("access_denied"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says(
        [WRONG_HANDSHAKE_SIGNATURE], Phase.HANDSHAKE, *_alert("decrypt_error"), basis=Basis.AUTHORITATIVE, source=ALERTS
    ),
    *says_alike(
        (BROKEN_PROTOCOL,),
        Phase.HANDSHAKE,
        *_alert("bad_record_mac"),
        *_alert("illegal_parameter"),
        *_alert("decode_error"),
        *_alert("unexpected_message"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says(
        [INAPPROPRIATE_FALLBACK],
        Phase.HANDSHAKE,
        *_alert("inappropriate_fallback"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
    *says(ANY, Phase.HANDSHAKE, *_alert("internal_error"), basis=Basis.AUTHORITATIVE, source=ALERTS),
    *says(
        [NO_COMMON_APPLICATION],
        Phase.HANDSHAKE,
        *_alert("no_application_protocol"),
        basis=Basis.AUTHORITATIVE,
        source=ALERTS,
    ),
)

_JDBC: tuple[Says, ...] = (
    *says_alike(
        (ENDS_EARLY, OTHER_SERVICE),
        Phase.NEGOTIATION,
        "Unexpected end of prelogin response after",
        basis=Basis.AUTHORITATIVE,
        source=JDBC_PRELOGIN,
    ),
    *says(
        ANY,
        Phase.VERIFY,
        "but the driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) "
        "encryption",
        basis=Basis.AUTHORITATIVE,
        source=JDBC,
    ),
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "Failed to validate the server name {*}in a certificate during Secure Sockets Layer (SSL) initialization.",
        basis=Basis.AUTHORITATIVE,
        source=JDBC,
    ),
    *says([EXPIRED], Phase.VERIFY, "Server Certificate has expired: ", basis=Basis.AUTHORITATIVE, source=JDBC),
    *says(
        [NOT_YET_VALID], Phase.VERIFY, "Server Certificate is not yet valid: ", basis=Basis.AUTHORITATIVE, source=JDBC
    ),
    *says(
        [PIN_UNREADABLE],
        Phase.PIN,
        "Error reading certificate, please verify the location of the certificate.",
        basis=Basis.AUTHORITATIVE,
        source=JDBC,
    ),
    *says(
        [NO_ENCRYPTION],
        Phase.NEGOTIATION,
        "The application requested encryption but the server is not configured to support SSL.",
        basis=Basis.AUTHORITATIVE,
        source=JDBC,
    ),
    *says(
        [DEMANDS_ENCRYPTION],
        Phase.NEGOTIATION,
        "SQL Server login requires an encrypted connection that uses Secure Sockets Layer (SSL).",
        basis=Basis.AUTHORITATIVE,
        source=JDBC,
    ),
    *says(
        [NOT_SERVING],
        Phase.CONNECT,
        "The TCP/IP connection to the host {*} has failed.",
        basis=Basis.AUTHORITATIVE,
        source=JDBC,
    ),
)

LIBRARY = Library("jdk", (*_NAMES, *_STORES, *_POSTED, *_CHAINS, *_HANDSHAKES, *_JDBC), vocabulary=True)
