"""What the JDBC drivers share: `probes/Jdbc.java` in a JVM that serves many attempts, its trust store and TLS limits.

TLS limits, and the trust store where a driver has no option for one, are properties of a whole JVM; everything else is
given with each connection. Every certificate of a Java trust store is an anchor.
"""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath

from tlslab.clients.answers import read_answer
from tlslab.clients.base import PROBES, Client, Invocation, Machine, Roots, Trust, Worker
from tlslab.clients.https import floor
from tlslab.clients.tds import read_versions
from tlslab.model.evidence import Basis, Source
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, RevocationCheck, ServerKind, TLSVersion
from tlslab.setup.needs import Built, Packages, Program
from tlslab.truststores.pkcs12 import PASSWORD

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
    "Jdbc.class",
    (PROBES / "Jdbc.java",),
    Program("javac", Packages(apt="default-jdk-headless", dnf="java-devel", zypper="java-devel")),
    ("-version",),
    ("{compiler}", "--release", "11", "-d", "{directory}", "Jdbc.java"),
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
NO_FLAW = "the driver reads PKCS#12 and JKS files alone, and what it is given is made of a good PEM file"
"""Why a trust store cannot be laid down for it in one of the ways that go wrong with PEM."""
LOGIN_TIMEOUT = 10
"""Seconds. Up to 9.4 mssql-jdbc tries again until then where nobody listens; jTDS waits for ever without."""
TIMEOUT = 30.0
ROOTS = "roots.pem"
"""What the probe makes the trust store of a whole JVM from, where no connection is given one."""
SECURITY = "jvm.security"
ALLOWS_OLD = "jdk.tls.disabledAlgorithms=SSLv3, RC4, DES, MD5withRSA, DH keySize < 1024, EC keySize < 224, anon, NULL\n"
"""The JDK's own list (conf/security/java.security) without TLSv1, TLSv1.1 and what these need."""

_FIXED_WAITS = {"FAKETIME_FORCE_MONOTONIC_FIX": "0"}
"""A JVM waits by the monotonic clock. Where libfaketime mends waiting for old C libraries (its README,
FORCE_MONOTONIC_FIX), a JVM that does nothing takes 3 processor seconds instead of 0.25."""


class JdbcDriver(Client):
    """A JDBC driver, a jar, in a JVM. `version_class`: what in it knows its version."""

    kinds = frozenset({ServerKind.SQLSERVER})
    tls_library = "JSSE of the Java runtime"
    default_trust = OWN
    lacks: Mapping[str, str] = {
        "intermediates": "Java has no store for intermediates: a certificate in its trust store is trusted like a root",
    }
    version_class: str

    def version_probe(self, machine: Machine) -> Invocation:
        return self.run(machine, (), {}, {"version": self.version_class}, {})

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"{self.name} {found['driver']} (Java {found['java']})" if found else ""

    def default_trust_on(self, machine: Machine) -> Trust:
        return SYSTEMS if JRE.name in machine.system_roots else OWN

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def run(
        self,
        machine: Machine,
        settings: tuple[str, ...],
        fixed: Mapping[str, str],
        request: Mapping[str, str],
        files: Mapping[str, str],
        env: Mapping[str, str] | None = None,
    ) -> Invocation:
        """One request to the probe. `settings`, `fixed` and `env` belong to the whole JVM: its options, its files and
        its environment.
        """
        classes = f"{PurePosixPath(machine.which[PROBE.name]).parent}:{machine.files[self.library]}"
        return Invocation(
            env=env or {},
            argv=(machine.which[JRE.name], *FAST_START, *QUIET, *settings, "-cp", classes, "Jdbc"),
            files=files,
            stdin=json.dumps(request),
            timeout=TIMEOUT,
            worker=Worker(fixed),
        )


def jvm_store(pem: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The options of a JVM whose trust store holds these certificates alone, and the file that they name."""
    return (f"-Djavax.net.ssl.trustStorePassword={PASSWORD}", f"-Dlab.anchors={ROOTS}"), {ROOTS: pem}


def jvm_store_words(store: str = "ca.p12") -> tuple[str, ...]:
    """How people give a JVM a trust store."""
    return (f"-Djavax.net.ssl.trustStore={store}", f"-Djavax.net.ssl.trustStorePassword={PASSWORD}")


def limits(side: ClientSide) -> tuple[tuple[str, ...], dict[str, str]]:
    """The TLS limits of a side, and what it is to look up, as options of the JVM, and the files that these name."""
    lowest = floor(side)
    settings, security = list(_looks_up(side)), ""
    if lowest is not None or side.tls_max is not None:
        low, high = lowest or TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_3
        versions = ",".join(version.label for version in TLSVersion if low <= version <= high)
        settings.append(f"-Djdk.tls.client.protocols={versions}")
        security += ALLOWS_OLD if low < TLSVersion.TLSv1_2 else ""
    if side.revocation is RevocationCheck.OCSP:
        security += "ocsp.enable=true\n"
    if not security:
        return tuple(settings), {}
    return (*settings, f"-Djava.security.properties={SECURITY}"), {SECURITY: security}


def _looks_up(side: ClientSide) -> tuple[str, ...]:
    """The options of a JVM that looks at revocation, or fetches issuers (Java PKI Programmer's Guide)."""
    return (
        *(("-Dcom.sun.net.ssl.checkRevocation=true",) if side.revocation is not None else ()),
        *(("-Dcom.sun.security.enableCRLDP=true",) if side.revocation is RevocationCheck.CRL else ()),
        *(("-Dcom.sun.security.enableAIAcaIssuers=true",) if side.fetches_issuers else ()),
    )


def limits_words(side: ClientSide) -> tuple[str, ...]:
    """How people give a JVM its TLS limits."""
    settings, files = limits(side)
    return (*settings, *(f"{SECURITY}: {text.strip()}" for text in files.values()))


def waits(side: ClientSide) -> Mapping[str, str]:
    """The environment of a JVM with this side's clock."""
    return _FIXED_WAITS if side.clock else {}
