"""Microsoft ODBC Driver 18 for SQL Server, through pyodbc.

The driver comes from the wheel `mssql-python-odbc` and uses the system's OpenSSL: trusted roots through
SSL_CERT_FILE and SSL_CERT_DIR, TLS limits through OPENSSL_CONF (openssl-env(7)). Options: Microsoft Learn,
"DSN and connection string keywords and attributes".
"""

from dataclasses import replace

from tlslab.clients.base import PIN, Endpoint, Invocation, Login, Machine, Request, Roots, Trust
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.tds import (
    DRIVER_MANAGER,
    STRICT_ENDS_EARLY,
    PythonSqlClient,
    openssl_conf,
    openssl_words,
    read_versions,
    run_probe,
)
from tlslab.clients.variables import DEFAULT_LOCATIONS, OPENSSL_ENV, beside, read
from tlslab.libraries.msodbc import STRINGS
from tlslab.model.circumstances import LOGIN_ONLY, PINNED, STRICT, TRUST_EVERYTHING
from tlslab.model.conditions import OTHER_PIN, OTHER_STORE, SELF_SIGNED
from tlslab.model.environment import SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, says, says_like, tolerates
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption
from tlslab.setup.needs import Library, PackagedLibrary, Packages, PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind
from tlslab.truststores import all_kinds

KEYWORDS = Source(
    'Microsoft, "Connecting from Linux or macOS" (ODBC), section "Using TLS/SSL"',
    "https://github.com/MicrosoftDocs/sql-docs/blob/f29335f92247a8c47b03760629f891ab15570dd7/docs/connect/odbc/linux-mac/"
    "connection-string-keywords-and-data-source-names-dsns.md",
)
TROUBLESHOOTING = Source(
    'Microsoft, "Connection encryption troubleshooting in the ODBC driver"',
    "https://github.com/MicrosoftDocs/sql-docs/blob/75bcfa916df87515571761e51f88b04f69b4f956/docs/connect/odbc/connection-troubleshooting.md",
)
FAQ = Source("Microsoft, msphpsql wiki, FAQ", "https://github.com/Microsoft/msphpsql/wiki/FAQ")
QUEUE = Source(
    "observed by the lab of ODBC Driver 18.6.2, which shows OpenSSL's queue of errors from its beginning", ""
)
PIN_IGNORED = Source("observed by the lab of ODBC Driver 18.6.2", "")
RESET = Source("microsoft/msphpsql, issue 1480", "https://github.com/microsoft/msphpsql/issues/1480")

BUNDLED_VERSION, BUNDLING = "18.5.1", "1.7.1"
"""The driver that mssql-python carried up to this version of its own."""

DRIVER_LIBRARIES = tuple(
    Library(name, (name,), packages, f"the library {name}, which Microsoft's driver loads", linux_only=True)
    for name, packages in (
        ("libgssapi_krb5.so.2", Packages(apt="libgssapi-krb5-2", dnf="krb5-libs", zypper="krb5")),
        ("libltdl.so.7", Packages(apt="libltdl7", dnf="libtool-ltdl", zypper="libltdl7")),
    )
)
"""What the driver loads from the system and cannot start without."""

ENCRYPT = {Encryption.OPTIONAL: "no", Encryption.MANDATORY: "yes", Encryption.STRICT: "strict"}

MESSAGE = "[Microsoft][ODBC Driver 18 for SQL Server]"


def driver_templates(before: str) -> tuple[Template, ...]:
    """How the driver presents what OpenSSL says, and what it says itself.

    `before`: the words of the program that stand before the driver's.
    """
    ssl = before + "SSL Provider: [error:{*}:SSL routines:{*}:"
    refused = ssl + "certificate verify failed:{reason}]"
    return (
        Template("openssl", frozenset({Phase.VERIFY}), refused, Basis.AUTHORITATIVE, TROUBLESHOOTING),
        # The driver compares names itself and words it like a reason of OpenSSL.
        Template("msodbc", frozenset({Phase.NAME}), refused, Basis.AUTHORITATIVE, TROUBLESHOOTING),
        # Where a signature does not verify, the queue begins with what RSA says, and the driver shows the beginning.
        Template(
            "msodbc", frozenset({Phase.VERIFY}), before + "SSL Provider: [error:{*}:{reason}", Basis.OBSERVED, QUEUE
        ),
        # OpenSSL adds the alert's number to the reason, the driver the further errors of the queue.
        Template("openssl", frozenset({Phase.HANDSHAKE}), ssl + "{reason}", Basis.AUTHORITATIVE, FAQ),
        Template(
            "msodbc",
            frozenset({Phase.CONNECT, Phase.NO_TLS, Phase.NEGOTIATION}),
            before + "{reason}",
            Basis.AUTHORITATIVE,
            STRINGS,
        ),
        Template("msodbc", frozenset({Phase.CLOSED}), before + "TCP Provider: {reason}", Basis.REPORTED, RESET),
    )


def encryption_words(side: ClientSide) -> tuple[str, ...]:
    """The keywords of the connection string that say how to encrypt and whom to trust."""
    words: list[str] = []
    if side.encryption is not None:
        words.append(f"Encrypt={ENCRYPT[side.encryption]}")
    if side.trust_everything:
        words.append("TrustServerCertificate=yes")
    if side.expected_name is not None:
        words.append(f"HostnameInCertificate={side.expected_name}")
    if side.pin is not None:
        words.append(f"ServerCertificate={PIN}")
    return tuple(words)


def connection_string(side: ClientSide, endpoint: Endpoint, login: Login, driver: str = "") -> str:
    """The connection string; `driver` is the path of the driver where the program needs to be told."""
    words = (
        *((f"DRIVER={braced(driver)}",) if driver else ()),
        f"SERVER={side.connect_to},{endpoint.port}",
        f"UID={braced(login.user)}",
        f"PWD={braced(login.password)}",
        *encryption_words(side),
    )
    return ";".join(words)


def braced(value: str) -> str:
    """A value in the braces of ODBC connection strings, with closing braces doubled (ODBC, SQLDriverConnect,
    "Comments")."""
    return "{" + value.replace("}", "}}") + "}"


def with_openssl(request: Request, invocation: Invocation) -> Invocation:
    """The invocation of a program that asks the system's OpenSSL for trusted roots and for TLS limits."""
    if request.side.defaults_only:
        return invocation
    laid, env, files = request.trust(), dict(invocation.env), dict(invocation.files)
    if request.side.has_store:
        env |= variables(request.side.store, laid, request.workdir)
        files |= laid.files
    if request.side.pin is not None:
        files[PIN] = request.material.pin
    if text := openssl_conf(request.side):
        files["openssl.cnf"] = text
        env["OPENSSL_CONF"] = str(request.workdir / "openssl.cnf")
    return replace(invocation, env=env, files=files, prepare=laid.prepare)


def trust_words(side: ClientSide) -> tuple[str, ...]:
    """How people give the trust store and the TLS limits to a program that uses the system's OpenSSL."""
    trust = (f"{STORES[side.store.kind]}={all_kinds()[side.store.kind].path}",) if side.has_store else ()
    return (*trust, *openssl_words(side))


class MicrosoftDriver(PythonSqlClient):
    """What every program has in common that loads Microsoft's driver."""

    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "intermediates",
            "trust_everything",
            "expected_name",
            "encryption",
            "tls_min",
            "tls_max",
            "security_level",
            "defaults_only",
            "pin",
            "store",
        }
    )
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE})
    stores = STORES
    tls_library = "OpenSSL of the system"
    default_trust = Trust(
        Roots.SYSTEM,
        "TLS on Linux uses the OpenSSL library and its default trust store, the system's",
        KEYWORDS,
    )

    rows: tuple[Own, ...] = (
        STRICT_ENDS_EARLY,
        tolerates(
            "Encrypt=no against a server that does not force encryption encrypts the login alone, and the server's "
            "certificate is not checked",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[LOGIN_ONLY],
            basis=Basis.AUTHORITATIVE,
            source=KEYWORDS,
        ),
        tolerates(
            "with TrustServerCertificate=yes the driver looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING, ~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=KEYWORDS,
        ),
        tolerates(
            "with ServerCertificate the driver compares the certificate, and looks neither at chain nor name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[PINNED, STRICT],
            basis=Basis.AUTHORITATIVE,
            source=TROUBLESHOOTING,
        ),
        *says(
            [OTHER_PIN],
            Phase.PIN,
            "{*}SSL Provider: [error:{*}Provided certificate doesn't match with server/peer certificate]",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
            when=[STRICT],
        ),
        tolerates(
            "ServerCertificate counts in strict connections alone, and is ignored in others",
            of=[OTHER_PIN],
            when=[~STRICT],
            basis=Basis.OBSERVED,
            source=PIN_IGNORED,
        ),
        says_like(
            SELF_SIGNED,
            [SELF_SIGNED],
            "ServerCertificate counts in strict connections alone, and is ignored in others",
            basis=Basis.OBSERVED,
            source=PIN_IGNORED,
            when=[PINNED, ~STRICT],
        ),
        tolerates(
            "SSL_CERT_FILE takes the place of OpenSSL's default file, not of its default directory",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=DEFAULT_LOCATIONS,
        ),
        *read("the driver's OpenSSL", (SSL_CERT_DIR, SSL_CERT_FILE), OPENSSL_ENV),
        *beside(
            "the variable takes the place of OpenSSL's default file or of its default directory, and not of the other",
            (SSL_CERT_DIR, SSL_CERT_FILE),
            DEFAULT_LOCATIONS,
        ),
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return (*encryption_words(side), *trust_words(side))


def driver_packages(version: str) -> tuple[str, ...]:
    """The wheel that carries this version of the driver: its own from 18.6.2 on; mssql-python carried it before."""
    if version == BUNDLED_VERSION or version.startswith(f"{BUNDLED_VERSION}."):
        return (f"mssql-python=={BUNDLING}",)
    return (f"mssql-python-odbc=={version}",)


class Odbc18(MicrosoftDriver):
    """pyodbc with Microsoft ODBC Driver 18."""

    name = "odbc18"
    title = "Microsoft ODBC Driver 18 through pyodbc"
    driver = "pyodbc"
    needs = (
        PythonPackage("pyodbc"),
        *DRIVER_LIBRARIES,
        DRIVER_MANAGER,
        PackagedLibrary("odbc18", "mssql-python-odbc", "the driver's library libmsodbcsql-18"),
    )
    registry = Registry(
        RegistryKind.PYPI,
        "mssql-python-odbc",
        ("pyodbc",),
        requirements=driver_packages,
        more_versions=(BUNDLED_VERSION,),
    )
    library = "odbc18"
    templates = driver_templates(MESSAGE)

    def version_probe(self, machine: Machine) -> Invocation:
        request = {"driver": self.driver, "version": True, "files": {"odbc_driver": machine.files["odbc18"]}}
        return run_probe(machine, request)

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "ODBC Driver {odbc_driver} (pyodbc {pyodbc}, {openssl})".format(**found) if found else ""

    def invoke(self, request: Request) -> Invocation:
        text = connection_string(request.side, request.endpoint, request.login, request.machine.files["odbc18"])
        # unixODBC reads no data sources and no drivers of the machine.
        env = {"ODBCSYSINI": str(request.workdir)}
        question = {"driver": self.driver, "connection": {"connection_string": text}}
        return with_openssl(request, run_probe(request.machine, question, env=env))


CLIENTS = (Odbc18(),)
