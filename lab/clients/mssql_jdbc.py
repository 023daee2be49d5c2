"""Microsoft's JDBC driver for SQL Server, run by `probes/MssqlJdbc.java`: one JVM serves many attempts.

Trust is given with each connection: `trustStore`, `trustServerCertificate`, `hostNameInCertificate`. TLS limits are
properties of the whole JVM: `sslProtocol` of a connection names an SSLContext and limits nothing. Every certificate of
a trust store is an anchor. Options: Microsoft, "Setting the connection properties".
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from tlslab.clients.answers import read_answer
from tlslab.clients.base import PROBES, Client, Invocation, Machine, Request, Roots, Trust, Worker
from tlslab.clients.https import floor
from tlslab.clients.tds import QUESTION, read_versions
from tlslab.model.circumstances import LOGIN_ONLY, RESETS, STRICT, TRUST_EVERYTHING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CN_ALONE,
    CN_BESIDE_SAN,
    DEMANDS_ENCRYPTION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    IP_ADDRESS,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NOT_LOADED,
    NOT_SERVING,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Says, Template, When, says, says_each, says_like, tolerates
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN, ADDRESS_AS_DNS_NAME, DOT_AT_THE_END
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.release import Versions
from tlslab.model.situation import ClientSide, Encryption, ServerKind, Situation, TLSVersion
from tlslab.setup import jars
from tlslab.setup.needs import Built, Jar, Packages, Program
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
OBSERVED = Source("observed by the lab of mssql-jdbc 13.6.2 at a port that resets each connection", "")
OBSERVED_DOT = Source("observed by the lab of mssql-jdbc 13.6.2 with a dot behind the name", "")
NO_RESPONSE = _source("13.4.0", "SQLServerResource", "R_noServerResponse")
OLDER_NAMES = _source("9.4.1", "IOBuffer", "validateServerNameInCertificate: DNS names and the common name alone")
OLDER_NAME = _source("9.4.1", "SQLServerResource", "R_certNameFailed")
CONNECTION_TEXTS = _source("13.4.0", "SQLServerResource", "R_tcpipConnectionFailed, R_tcpOpenFailed")
VERIFIES = _source("13.4.0", "IOBuffer", "TDSChannel.enableSSL: a trust manager that trusts everything")
VERIFIES_WHEN_ASKED = _source("9.4.1", "IOBuffer", "TDSChannel.enableSSL: the level that was requested decides")
OWN_STORE = _source("13.4.0", "IOBuffer", "TDSChannel.enableSSL: a TrustManagerFactory of the store that is named")
NAMES = _source("13.4.0", "SQLServerCertificateUtils", "validateServerNameInCertificate")
NAMES_WITHOUT_ADDRESSES = _source("12.10.2", "SQLServerCertificateUtils", "validateServerNameInCertificate")
STORES = Source(
    "OpenJDK, TrustStoreManager.java (javax.net.ssl.trustStore, else jssecacerts, else cacerts)",
    "https://github.com/openjdk/jdk/blob/06da40b2150fdbdbabff9ab567a4925503d56a3f/"
    "src/java.base/share/classes/sun/security/ssl/TrustStoreManager.java",
)

OWN = Trust(Roots.OWN, "without `trustStore` the driver reads what the Java runtime brings, cacerts", STORES)
SYSTEMS = Trust(
    Roots.SYSTEM,
    "without `trustStore` the driver reads the Java runtime's cacerts, which is a link to the distribution's here",
    STORES,
    unless=(
        (
            "dpkg-reconfigure",
            Trust(
                Roots.OWN,
                "Debian tells Java of a CA by a trigger, which dpkg-reconfigure leaves pending until dpkg runs again",
                Source(
                    "observed by the lab with Debian's ca-certificates-java 20230710, whose hook jks-keystore runs "
                    "`dpkg --triggers-only --pending` only outside of a package's scripts",
                    "",
                ),
                Basis.OBSERVED,
            ),
        ),
    ),
)

PROBE = Built(
    "MssqlJdbc.class",
    (PROBES / "MssqlJdbc.java",),
    Program("javac", Packages(apt="default-jdk-headless", dnf="java-devel", zypper="java-devel")),
    ("-version",),
    ("{compiler}", "--release", "11", "-d", "{directory}", "MssqlJdbc.java"),
    static=True,
    executable=False,
)
JRE = Program(
    "java", Packages(apt="default-jre-headless", dnf="java-17-openjdk-headless", zypper="java-17-openjdk-headless")
)
FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m")
QUIET = ("-XX:-UsePerfData", "-Duser.language=en")
"""Without these it writes to /tmp/hsperfdata_USER, whatever TMPDIR says, and the driver speaks the user's language."""
IMPORT = f"keytool -importcert -noprompt -file ca.pem -keystore ca.p12 -storepass {PASSWORD}"
"""How people make the trust store. The probe does the same, without a second JVM."""
LOGIN_TIMEOUT = 10
"""Seconds. Up to 9.4 the driver tries again until then where nobody listens."""
TIMEOUT = 30.0
ENCRYPT = {Encryption.OPTIONAL: "false", Encryption.MANDATORY: "true", Encryption.STRICT: "strict"}
ROOTS = "roots.pem"
"""What the probe makes the trust store of a whole JVM from, where no connection is given one."""
SECURITY = "old-tls.security"
ALLOWS_OLD = "jdk.tls.disabledAlgorithms=SSLv3, RC4, DES, MD5withRSA, DH keySize < 1024, EC keySize < 224, anon, NULL\n"
"""The JDK's own list (conf/security/java.security) without TLSv1, TLSv1.1 and what these need."""

_FIXED_WAITS = {"FAKETIME_FORCE_MONOTONIC_FIX": "0"}
"""A JVM waits by the monotonic clock. Where libfaketime mends waiting for old C libraries (its README,
FORCE_MONOTONIC_FIX), a JVM that does nothing takes 3 processor seconds instead of 0.25."""

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


class MssqlJdbc(Client):
    """The driver in a JVM."""

    name = "mssql-jdbc"
    title = "Microsoft JDBC Driver for SQL Server"
    kinds = frozenset({ServerKind.SQLSERVER})
    tls_library = "JSSE of the Java runtime"
    default_trust = OWN
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
            "store",
        }
    )
    lacks: Mapping[str, str] = {
        "intermediates": "Java has no store for intermediates: a certificate in `trustStore` is trusted like a root",
    }
    templates = tuple(
        Template("jsse", _ALL, before + reason, basis, also or source, versions=Versions.of({"mssql-jdbc": releases}))
        for releases, before, source in _FRAMES
        for reason, basis, also in _REASONS
    )
    rows = (
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
            for condition in (NO_COMMON_VERSION, NOT_LOADED)
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
        tolerates(
            "encrypt=false against a server that does not force encryption encrypts the login alone, and the server's "
            "certificate is not checked",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[LOGIN_ONLY],
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES,
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

    def version_probe(self, machine: Machine) -> Invocation:
        return _invocation(machine, (), {}, {"version": ""}, {})

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "mssql-jdbc {driver} (Java {java})".format(**found) if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.trust_everything and side.encryption is Encryption.STRICT:
            return "with `encrypt=strict` the driver ignores trustServerCertificate: it always verifies"
        if side.store.flaw is not None:
            return "the driver reads PKCS#12 and JKS files alone, and what it is given is made of a good PEM file"
        return None

    def default_trust_on(self, machine: Machine) -> Trust:
        return SYSTEMS if JRE.name in machine.system_roots else OWN

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return (*_default_store(side, "ca.p12"),)
        words = [f"{name}={value}" for name, value in _options(side).items()]
        if side.has_store:
            words += [IMPORT, "trustStore=ca.p12", f"trustStorePassword={PASSWORD}"]
        settings, files = _limits(side)
        return (*words, *settings, *(f"{SECURITY}: {text.strip()}" for text in files.values()))

    def invoke(self, request: Request) -> Invocation:
        side, workdir = request.side, request.workdir
        question = {
            "url": f"jdbc:sqlserver://{side.connect_to}:{request.endpoint.port}",
            "question": QUESTION,
            "user": request.login.user,
            "password": request.login.password,
            "loginTimeout": str(LOGIN_TIMEOUT),
        }
        # What the runtime brings cannot be seen in the sandbox: the whole JVM is given a store in its place.
        default = (f"-Djavax.net.ssl.trustStorePassword={PASSWORD}", f"-Dlab.anchors={ROOTS}")
        fixed = {ROOTS: request.material.default_store}
        if side.defaults_only and not side.in_default_store:
            return _invocation(request.machine, (), {}, question, {})
        if side.defaults_only:
            return _invocation(request.machine, default, fixed, question, {})
        question |= _options(side)
        files: dict[str, str] = {}
        if side.has_store:
            question |= {"anchors": str(workdir / "ca.pem")}
            question |= {"trustStore": str(workdir / "ca.p12"), "trustStorePassword": PASSWORD}
            files = {"ca.pem": request.material.anchors}
        settings, limits = _limits(side)
        waits = _FIXED_WAITS if side.clock else {}
        return _invocation(request.machine, (*default, *settings), {**fixed, **limits}, question, files, waits)

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


def _invocation(
    machine: Machine,
    settings: tuple[str, ...],
    fixed: Mapping[str, str],
    request: Mapping[str, str],
    files: Mapping[str, str],
    env: Mapping[str, str] | None = None,
) -> Invocation:
    classes = f"{PurePosixPath(machine.which[PROBE.name]).parent}:{machine.files[MssqlJdbc.library]}"
    return Invocation(
        env=env or {},
        argv=(machine.which[JRE.name], *FAST_START, *QUIET, *settings, "-cp", classes, "MssqlJdbc"),
        files=files,
        stdin=json.dumps(request),
        timeout=TIMEOUT,
        worker=Worker(fixed),
    )


def _options(side: ClientSide) -> dict[str, str]:
    """The properties of a connection that say how to encrypt and whom to trust, without the trust store."""
    found: dict[str, str] = {}
    if side.encryption is not None:
        found["encrypt"] = ENCRYPT[side.encryption]
    if side.trust_everything:
        found["trustServerCertificate"] = "true"
    if side.expected_name is not None:
        found["hostNameInCertificate"] = side.expected_name
    return found


def _limits(side: ClientSide) -> tuple[tuple[str, ...], dict[str, str]]:
    """The TLS limits of a side as options of the JVM, and the files that these name."""
    lowest = floor(side)
    if lowest is None and side.tls_max is None:
        return (), {}
    low, high = lowest or TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_3
    versions = ",".join(version.label for version in TLSVersion if low <= version <= high)
    settings = (f"-Djdk.tls.client.protocols={versions}",)
    if low >= TLSVersion.TLSv1_2:
        return settings, {}
    return (*settings, f"-Djava.security.properties={SECURITY}"), {SECURITY: ALLOWS_OLD}


def _default_store(side: ClientSide, store: str) -> tuple[str, ...]:
    """How people make a JVM trust more than it brings, without an option of the connection."""
    given = (f"-Djavax.net.ssl.trustStore={store}", f"-Djavax.net.ssl.trustStorePassword={PASSWORD}")
    return given if side.trust_anchors else ()


CLIENTS = (MssqlJdbc(),)
