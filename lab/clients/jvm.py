"""What the clients in a JVM share: `probes/Lines.java`, which serves many attempts; its trust store; its TLS limits.

The limits, and the trust store where nothing of a connection names one, are properties of a whole JVM. Every
certificate of a Java trust store is an anchor.
"""

import json
from collections.abc import Mapping

from tlslab.clients.answers import read_answer
from tlslab.clients.base import PROBES, Client, Invocation, Machine, Roots, Trust, Worker
from tlslab.clients.https import floor
from tlslab.model.evidence import Basis, Source
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, RevocationCheck, TLSVersion
from tlslab.setup.needs import Built, Packages, Program
from tlslab.truststores.pkcs12 import PASSWORD

STORES = Source(
    "OpenJDK, TrustStoreManager.java (javax.net.ssl.trustStore, else jssecacerts, else cacerts)",
    "https://github.com/openjdk/jdk/blob/06da40b2150fdbdbabff9ab567a4925503d56a3f/"
    "src/java.base/share/classes/sun/security/ssl/TrustStoreManager.java",
)

OWN = Trust(Roots.OWN, "without `trustStore` it reads what the Java runtime brings, cacerts", STORES)
SYSTEMS = Trust(
    Roots.SYSTEM,
    "without `trustStore` it reads the Java runtime's cacerts, which is a link to the distribution's here",
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
    "java-probes.jar",
    tuple(PROBES / name for name in ("Https.java", "Jdbc.java", "Lines.java")),
    Program("javac", Packages(apt="default-jdk-headless", dnf="java-devel", zypper="java-devel")),
    ("-version",),
    (
        "sh",
        "-c",
        '"$1" --release 11 -d classes Https.java Jdbc.java && "$(dirname "$1")/jar" --create --file "$2" -C classes .',
        "sh",
        "{compiler}",
        "{program}",
    ),
    static=True,
    executable=False,
)
"""One jar with the probes of all clients in a JVM."""
JRE = Program(
    "java", Packages(apt="default-jre-headless", dnf="java-17-openjdk-headless", zypper="java-17-openjdk-headless")
)
FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m")
QUIET = ("-XX:-UsePerfData", "-Duser.language=en")
"""Without these it writes to /tmp/hsperfdata_USER, whatever TMPDIR says, and messages are in the user's language."""
IMPORT = f"keytool -importcert -noprompt -file ca.pem -keystore ca.p12 -storepass {PASSWORD}"
"""How people make the trust store. The probe does the same, without a second JVM."""
NO_FLAW = "Java reads PKCS#12 and JKS files alone, and what it is given is made of a good PEM file"
"""Why a trust store cannot be laid down for it in one of the ways that go wrong with PEM."""
TIMEOUT = 30.0
"""Seconds. Java waits for 15 where it asks for an issuer, a list or an answer of OCSP and nothing is said."""
ROOTS = "roots.pem"
"""What the probe makes the trust store of a whole JVM from, where no connection is given one."""
SECURITY = "jvm.security"
ALLOWS_OLD = "jdk.tls.disabledAlgorithms=SSLv3, RC4, DES, MD5withRSA, DH keySize < 1024, EC keySize < 224, anon, NULL\n"
"""The JDK's own list (conf/security/java.security) without TLSv1, TLSv1.1 and what these need."""

NO_INTERMEDIATES = "Java has no store for intermediates: a certificate in its trust store is trusted like a root"


class JvmClient(Client):
    """A client whose probe serves attempts in a JVM."""

    tls_library = "JSSE of the Java runtime"
    default_trust = OWN
    lacks: Mapping[str, str] = {"intermediates": NO_INTERMEDIATES}
    main: str
    """The class of the probe."""

    def default_trust_on(self, machine: Machine) -> Trust:
        return SYSTEMS if JRE.name in machine.system_roots else OWN

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def classes(self, machine: Machine) -> tuple[str, ...]:
        """What stands in the class path beside the probes."""
        return ()

    def run(
        self,
        machine: Machine,
        settings: tuple[str, ...],
        fixed: Mapping[str, str],
        request: Mapping[str, str],
        files: Mapping[str, bytes | str],
    ) -> Invocation:
        """One request to the probe. `settings` and `fixed` belong to the whole JVM: its options and its files."""
        classes = ":".join((machine.which[PROBE.name], *self.classes(machine)))
        return Invocation(
            argv=(machine.which[JRE.name], *FAST_START, *QUIET, *settings, "-cp", classes, self.main),
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


def protocols(side: ClientSide) -> tuple[str, ...]:
    """The TLS versions that a side asks for, by Java's names; none: it leaves them to Java."""
    lowest = floor(side)
    if lowest is None and side.tls_max is None:
        return ()
    low, high = lowest or TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_3
    return tuple(version.label for version in TLSVersion if low <= version <= high)


def limits(side: ClientSide, *, by_property: bool = True) -> tuple[tuple[str, ...], dict[str, str]]:
    """The TLS limits of a side, and what it is to look up, as options of the JVM, and the files that these name.

    `by_property` False: a client tells each connection which versions to speak; what Java forbids is still the JVM's.
    """
    settings, security, versions = list(_looks_up(side)), "", protocols(side)
    if versions and by_property:
        settings.append(f"-Djdk.tls.client.protocols={','.join(versions)}")
    if any(version.label in versions for version in TLSVersion if version < TLSVersion.TLSv1_2):
        security += ALLOWS_OLD
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


def limits_words(side: ClientSide, *, by_property: bool = True) -> tuple[str, ...]:
    """How people give a JVM its TLS limits."""
    settings, files = limits(side, by_property=by_property)
    return (*settings, *(f"{SECURITY}: {text.strip()}" for text in files.values()))
