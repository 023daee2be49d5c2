"""Microsoft's JDBC driver for SQL Server, in a JVM that serves many attempts (`tlslab.clients.jvm`).

Trust is given with each connection: `trustStore`, `trustServerCertificate`, `hostNameInCertificate`. TLS limits are
properties of the whole JVM: `sslProtocol` of a connection names an SSLContext and limits nothing. Every certificate of
a trust store is an anchor. Options: Microsoft, "Setting the connection properties".
"""

from collections.abc import Iterable, Iterator, Mapping

from tlslab.clients.base import PIN, Invocation, Request
from tlslab.clients.jdbc import LOGIN_TIMEOUT, JdbcDriver
from tlslab.clients.jvm import (
    IMPORT,
    JRE,
    NO_FLAW,
    PROBE,
    jvm_store,
    jvm_store_words,
    limits,
    limits_words,
)
from tlslab.clients.tds import QUESTION, STRICT_ENDS_EARLY
from tlslab.model.circumstances import LOGIN_ONLY, PINNED, RESETS, STRICT, TRUST_EVERYTHING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CN_ALONE,
    CN_BESIDE_SAN,
    DEMANDS_ENCRYPTION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    IP_ADDRESS,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    NOT_SERVING,
    OTHER_PIN,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    SELF_SIGNED,
    SERVER_REFUSES,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Says, Template, When, says, says_each, says_like, tolerates
from tlslab.model.names import (
    ADDRESS_AS_CN_ALONE,
    ADDRESS_AS_CN_BESIDE_SAN,
    ADDRESS_AS_DNS_NAME,
    DOT_AT_THE_END,
    IPV6_ADDRESS,
)
from tlslab.model.release import Versions
from tlslab.model.situation import ClientSide, Encryption, RevocationCheck, Situation
from tlslab.setup import jars
from tlslab.setup.needs import Jar
from tlslab.setup.versions.registry import Registry, RegistryKind
from tlslab.truststores.pkcs12 import PASSWORD

ARTIFACT = "com.microsoft.sqlserver:mssql-jdbc"
SUFFIX = ".jre11"
"""The driver is published once for each JRE that it is compiled for; these run on 11 and everything newer."""

_DRIVER = "https://github.com/microsoft/mssql-jdbc/blob"
_CLASSES = "src/main/java/com/microsoft/sqlserver/jdbc"


def _source(release: str, name: str, where: str) -> Source:
    return Source(f"mssql-jdbc {release}, {name}.java ({where})", f"{_DRIVER}/v{release}/{_CLASSES}/{name}.java")


TEXTS = _source("13.4.0", "SQLServerResource", "R_sslFailed, R_certNameFailed")
OLDER_TEXTS = _source("12.2.0", "SQLServerResource", "R_sslFailed")
ALERT_FIRST = Source(
    "OpenJDK, Alert.java (createSSLException: the alert's name in brackets before the reason)",
    "https://github.com/openjdk/jdk/blob/0195e41f627e6ab00af1fa039956072262680563/"
    "src/java.base/share/classes/sun/security/ssl/Alert.java",
)
NO_SUPPORT = _source("13.4.0", "SQLServerResource", "R_sslRequiredNoServerSupport")
GOES_ON = _source("13.4.0", "SQLServerConnection", "prelogin: what the server answers of encryption")
UNEXPECTED = _source("13.4.0", "SQLServerResource", "R_notSQLServer, in R_tcpipConnectionFailed")
STRICT_WITHOUT_CHAIN = Source(
    "observed by the lab of mssql-jdbc 11.2.4 and 12.2.0; pull request 2174, Fixed server certificate validation for "
    "encrypt=strict, ended it",
    "https://github.com/microsoft/mssql-jdbc/pull/2174",
)
OBSERVED = Source("observed by the lab of mssql-jdbc 13.6.2 at a port that resets each connection", "")
OBSERVED_DOT = Source("observed by the lab of mssql-jdbc 13.6.2 with a dot behind the name", "")
NO_BOOLEAN = _source("9.4.1", "SQLServerResource", "R_invalidBooleanValue")
NO_RESPONSE = _source("13.4.0", "SQLServerResource", "R_noServerResponse")
OLDER_NAMES = _source("9.4.1", "IOBuffer", "validateServerNameInCertificate: DNS names and the common name alone")
OLDER_NAME = _source("9.4.1", "SQLServerResource", "R_certNameFailed")
CONNECTION_TEXTS = _source("13.4.0", "SQLServerResource", "R_tcpipConnectionFailed, R_tcpOpenFailed")
VERIFIES = _source("13.4.0", "IOBuffer", "TDSChannel.enableSSL: a trust manager that trusts everything")
VERIFIES_WHEN_ASKED = _source("9.4.1", "IOBuffer", "TDSChannel.enableSSL: the level that was requested decides")
OWN_STORE = _source("13.4.0", "IOBuffer", "TDSChannel.enableSSL: a TrustManagerFactory of the store that is named")
NAMES = _source("13.4.0", "SQLServerCertificateUtils", "validateServerNameInCertificate")
NAMES_WITHOUT_ADDRESSES = _source("12.10.2", "SQLServerCertificateUtils", "validateServerNameInCertificate")
COMPARES = _source(
    "13.4.0",
    "SQLServerCertificateUtils",
    "validateServerCerticate; SQLServerResource: R_serverCertError; for TDS 8.0 alone: IOBuffer, TDSChannel.enableSSL",
)
IN_FULL = When(
    "the IPv6 address is written with all eight groups", lambda act: "::" not in act.client.reference_identifier
)
ENCRYPT = {Encryption.OPTIONAL: "false", Encryption.MANDATORY: "true", Encryption.STRICT: "strict"}
_EXCEPTION = "com.microsoft.sqlserver.jdbc.SQLServerException: "
_UNEXPECTED_PRELOGIN = (
    _EXCEPTION
    + 'The TCP/IP connection to the host {host}, port {*} has failed. Error: "The driver received an unexpected '
    "pre-login response."
)
_UNABLE = "driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) encryption"
_SET = '"encrypt" property is set to "{*}" and "trustServerCertificate" property is set to "{*}" but the '
_FRAMES = (
    (">=12.3", f"{_EXCEPTION}{_SET}{_UNABLE}: Error: ", TEXTS),
    ("<12.3", f'{_EXCEPTION}The {_UNABLE}. Error: "', OLDER_TEXTS),
)
"""What stands before a reason, by release."""
_REASONS = (("{reason}", Basis.AUTHORITATIVE, None), ("({*}) {reason}", Basis.AUTHORITATIVE, ALERT_FIRST))
_ALL = frozenset({Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE, Phase.CLOSED})
_NAME_TEXTS = (
    (
        ">=10.1",
        'Failed to validate the server name "{name}"in a certificate during Secure Sockets Layer (SSL) initialization.',
        TEXTS,
    ),
    (
        "<10.1",
        "Failed to validate the server name in a certificate during Secure Sockets Layer (SSL) initialization.",
        OLDER_NAME,
    ),
)
ASKS_FOR_NONE = When("`encrypt=false`", lambda act: act.client.encryption is Encryption.OPTIONAL)


def _framed(of: Iterable[Condition], phase: Phase, text: str, source: Source, releases: str = "") -> Iterator[Says]:
    """What the driver itself says of these conditions, in each of its frames. Java may put a word before it."""
    for of_frame, frame, _ in _FRAMES:
        versions = {"mssql-jdbc": ", ".join(filter(None, (of_frame, releases)))}
        yield from says(of, phase, f"{frame}{{*}}{text}", basis=Basis.AUTHORITATIVE, source=source, versions=versions)


class MssqlJdbc(JdbcDriver):
    """The driver in a JVM."""

    name = "mssql-jdbc"
    title = "Microsoft JDBC Driver for SQL Server"
    version_class = "com.microsoft.sqlserver.jdbc.SQLJdbcVersion"
    needs = (JRE, PROBE, Jar("mssql-jdbc", ARTIFACT))
    library = "mssql-jdbc"
    registry = Registry(RegistryKind.MAVEN, ARTIFACT, suffix=SUFFIX)
    release: Mapping[str, str] = {"mssql-jdbc": jars.pinned(ARTIFACT).version}
    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "trust_everything",
            "expected_name",
            "encryption",
            "tls_min",
            "tls_max",
            "defaults_only",
            "pin",
            "store",
            "revocation",
            "fetches_issuers",
        }
    )
    templates = tuple(
        Template("jsse", _ALL, before + reason, basis, also or source, versions=Versions.of({"mssql-jdbc": releases}))
        for releases, before, source in _FRAMES
        for reason, basis, also in _REASONS
    )
    rows = (
        STRICT_ENDS_EARLY,
        *(
            row
            for releases, text, source in _NAME_TEXTS
            for row in _framed([NAME_MISMATCH], Phase.NAME, text, source, releases)
        ),
        # 13.3.1 began to look at the IP addresses of a certificate.
        *_framed(
            [IP_ADDRESS],
            Phase.NAME,
            _NAME_TEXTS[0][1],
            NAMES_WITHOUT_ADDRESSES,
            ">=10.1, <13.3.1",
        ),
        *_framed([IP_ADDRESS], Phase.NAME, _NAME_TEXTS[1][1], OLDER_NAMES, "<10.1"),
        *(
            row
            for condition in SERVER_REFUSES
            for row in _framed(
                [condition],
                Phase.CLOSED,
                "SQL Server did not return a response. The connection has been closed.",
                NO_RESPONSE,
            )
        ),
        *_framed(
            [ENDS_AFTER_PRELOGIN],
            Phase.NO_TLS,
            "SQL Server did not return a response. The connection has been closed.",
            NO_RESPONSE,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            _UNEXPECTED_PRELOGIN,
            basis=Basis.AUTHORITATIVE,
            source=UNEXPECTED,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            f"{_EXCEPTION}Connection reset",
            basis=Basis.OBSERVED,
            source=OBSERVED,
            when=[RESETS],
        ),
        *says_each(
            dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), _UNEXPECTED_PRELOGIN),
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=UNEXPECTED,
        ),
        *says(
            [],
            Phase.NEGOTIATION,
            f"{_EXCEPTION}The property encrypt does not contain a valid boolean value. Only true or false can be used.",
            basis=Basis.AUTHORITATIVE,
            source=NO_BOOLEAN,
            when=[STRICT],
            versions={"mssql-jdbc": "<11.1"},
        ),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            _EXCEPTION + 'The TCP/IP connection to the host {host}, port {*} has failed. Error: "Connection refused',
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION_TEXTS,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            f"{_EXCEPTION}The {_UNABLE}. The application requested encryption but the server is not configured to "
            "support SSL.",
            basis=Basis.AUTHORITATIVE,
            source=NO_SUPPORT,
        ),
        tolerates(
            "with encrypt=false the driver goes on in clear where the server does not encrypt, the login too",
            of=[NO_ENCRYPTION],
            when=[ASKS_FOR_NONE],
            basis=Basis.AUTHORITATIVE,
            source=GOES_ON,
        ),
        *(
            tolerates(
                "the driver compares the name with the common name first, and with the SAN when that is another",
                of=[condition],
                phases=[Phase.NAME],
                basis=Basis.AUTHORITATIVE,
                source=NAMES,
            )
            for condition in (CN_ALONE, CN_BESIDE_SAN, ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN)
        ),
        says_like(
            NAME_MISMATCH,
            [DOT_AT_THE_END],
            "the driver compares the name as it was typed, with its dot",
            basis=Basis.OBSERVED,
            source=OBSERVED_DOT,
        ),
        says_like(
            NAME_MISMATCH,
            [IPV6_ADDRESS],
            "the driver compares the address as it was typed with the spelling of Java, in eight groups",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
            when=[~IN_FULL],
        ),
        tolerates(
            "the driver compares the DNS names of the SAN with whatever it connects to, an address as well",
            of=[NAME_MISMATCH, ADDRESS_AS_DNS_NAME],
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with `trustStore` the driver reads that store alone, in the place of the Java runtime's",
            basis=Basis.AUTHORITATIVE,
            source=OWN_STORE,
        ),
        tolerates(
            "with trustServerCertificate=true the driver looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING, ~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES,
        ),
        *(
            tolerates(
                "up to 12.2 a strict connection without `serverCertificate` looks at the name, and not at the chain",
                of=[condition],
                basis=Basis.OBSERVED,
                source=STRICT_WITHOUT_CHAIN,
                when=[STRICT, ~PINNED],
                versions={"mssql-jdbc": ">=11.1, <12.4"},
            )
            for condition in (UNTRUSTED, SELF_SIGNED)
        ),
        tolerates(
            "encrypt=false against a server that does not force encryption encrypts the login alone, and the server's "
            "certificate is not checked",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[LOGIN_ONLY],
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES,
        ),
        tolerates(
            "with `serverCertificate` a strict connection compares the certificate and its dates, and nothing else",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[PINNED, STRICT],
            basis=Basis.AUTHORITATIVE,
            source=COMPARES,
        ),
        *_framed([OTHER_PIN], Phase.PIN, "Error validating Server Certificate: ", COMPARES),
        tolerates(
            "`serverCertificate` counts in strict connections alone, and is ignored in others",
            of=[OTHER_PIN],
            when=[~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=COMPARES,
        ),
        says_like(
            SELF_SIGNED,
            [SELF_SIGNED],
            "`serverCertificate` counts in strict connections alone, and is ignored in others",
            basis=Basis.AUTHORITATIVE,
            source=COMPARES,
            when=[PINNED, ~STRICT],
        ),
        tolerates(
            "up to 10.1 a driver that asked for no encryption verifies nothing, although the server forces it",
            of=[DEMANDS_ENCRYPTION],
            phases=[Phase.VERIFY, Phase.NAME],
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES_WHEN_ASKED,
            versions={"mssql-jdbc": "<10.2"},
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.store.flaw is not None:
            return NO_FLAW
        if side.revocation is RevocationCheck.STAPLE:
            return "Java demands no answer of OCSP in the handshake: where none comes, it asks the responder"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return jvm_store_words() if side.trust_anchors else ()
        words = [f"{name}={value}" for name, value in _options(side).items()]
        if side.has_store:
            words += [IMPORT, "trustStore=ca.p12", f"trustStorePassword={PASSWORD}"]
        return (*words, *limits_words(side))

    def invoke(self, request: Request) -> Invocation:
        side, workdir = request.side, request.workdir
        question = {
            # Not in the URL, where an IPv6 address cannot stand (Microsoft, "Building the connection URL").
            "url": "jdbc:sqlserver://",
            "serverName": side.connect_to,
            "portNumber": str(request.endpoint.port),
            "question": QUESTION,
            "user": request.login.user,
            "password": request.login.password,
            "loginTimeout": str(LOGIN_TIMEOUT),
        }
        if side.defaults_only and not side.in_default_store:
            return self.run(request.machine, (), {}, question, {})
        # What the runtime brings cannot be seen in the sandbox: the whole JVM is given a store in its place.
        default, fixed = jvm_store(request.material.default_store)
        if side.defaults_only:
            return self.run(request.machine, default, fixed, question, {})
        question |= _options(side)
        files: dict[str, str] = {}
        if side.has_store:
            question |= {"anchors": str(workdir / "ca.pem")}
            question |= {"trustStore": str(workdir / "ca.p12"), "trustStorePassword": PASSWORD}
            files = {"ca.pem": request.material.anchors}
        if side.pin is not None:
            question |= {"serverCertificate": str(workdir / PIN)}
            files |= {PIN: request.material.pin}
        settings, old = limits(side)
        made = self.run(request.machine, (*default, *settings), {**fixed, **old}, question, files)
        # A JVM keeps what it has fetched.
        return made.alone if side.revocation is not None or side.fetches_issuers else made


def _options(side: ClientSide) -> dict[str, str]:
    """The properties of a connection that say how to encrypt and whom to trust, without the trust store."""
    found: dict[str, str] = {}
    if side.encryption is not None:
        found["encrypt"] = ENCRYPT[side.encryption]
    if side.trust_everything:
        found["trustServerCertificate"] = "true"
    if side.expected_name is not None:
        found["hostNameInCertificate"] = side.expected_name
    if side.pin is not None:
        found["serverCertificate"] = PIN
    return found


CLIENTS = (MssqlJdbc(),)
