"""Microsoft's new drivers in Rust, which the wheel mssql-python-rs carries: its Python module, `mssql-rs`, and
`mssqlodbc`, a second implementation of the ODBC driver, here under pyodbc.

Both call themselves what their elders do, and say other words. TLS is native-tls': OpenSSL of the system.
"""

from collections.abc import Mapping

from tlslab.clients import native_tls
from tlslab.clients.base import PIN, Invocation, Machine, Request, Roots, Trust
from tlslab.clients.odbc import (
    ENCRYPT,
    MESSAGE,
    connection_string,
    encryption_words,
    trust_words,
    with_openssl,
)
from tlslab.clients.openssl_variables import STORES
from tlslab.clients.tds import DRIVER_MANAGER, STRICT_ENDS_EARLY, PythonSqlClient, read_versions, run_probe
from tlslab.clients.variables import DEFAULT_LOCATIONS
from tlslab.model.circumstances import LOGIN_ONLY, PINNED, STRICT, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    FORGED,
    NO_ENCRYPTION,
    OTHER_PIN,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    SERVER_REFUSES,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, When, says, says_alike, tolerates
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption
from tlslab.setup.needs import Library, PackagedLibrary, Packages, PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

PACKAGE = "mssql-python-rs"
_SRC = "https://github.com/microsoft/mssql-rs/blob/ecd8d6cb596a0175651f7dee918de01b2e1c1855"


def _source(file: str, where: str) -> Source:
    return Source(f"microsoft/mssql-rs, {file} ({where})", f"{_SRC}/{file}")


ERRORS = _source("mssql-tds/src/error/mod.rs", "Error")
FACTORY = _source("mssql-tds/src/handler/handler_factory.rs", "what the server answers of encryption")
TRANSPORT = _source("mssql-tds/src/connection/transport/network_transport.rs", "reading a packet's header")
VALIDATION = _source("mssql-tds/src/connection/transport/ssl_handler.rs", "resolve_tls_validation")
OBSERVED = Source("observed by the lab of mssqlodbc 18.6.2.1", "")
CONNECTOR = _source("mssql-tds/src/connection/transport/tls/native_tls_engine.rs", "get_or_build_connector")
SSL = Library(
    "libssl.so.3",
    ("libssl.so.3",),
    Packages(apt="libssl3", dnf="openssl-libs", zypper="libopenssl3"),
    "the library libssl.so.3, which Microsoft's drivers in Rust load",
    linux_only=True,
)
ASKS_FOR_NONE = When("Encrypt=no", lambda act: act.client.encryption is Encryption.OPTIONAL)


def _templates(before: str) -> tuple[Template, ...]:
    """`before`: the words of the program that stand before the driver's."""
    handshake = before + "TLS handshake failed while connecting to '{*}': "
    return (
        *native_tls.templates(handshake, ERRORS),
        Template(
            "posix",
            frozenset({Phase.CONNECT, Phase.NO_TLS}),
            before + "IO error: {reason}",
            Basis.AUTHORITATIVE,
            ERRORS,
        ),
    )


def _rows(before: str) -> tuple[Own, ...]:
    handshake = before + "TLS handshake failed while connecting to '{*}': "
    ends = before + "Connection closed: Connection closed by server while reading TDS packet header"
    return (
        *native_tls.ROWS,
        STRICT_ENDS_EARLY,
        *says_alike(
            SERVER_REFUSES,
            Phase.CLOSED,
            handshake + "unexpected EOF",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says(
            [ENDS_AFTER_PRELOGIN], Phase.NO_TLS, handshake + "unexpected EOF", basis=Basis.AUTHORITATIVE, source=ERRORS
        ),
        *says([ENDS_EARLY], Phase.NO_TLS, ends, basis=Basis.AUTHORITATIVE, source=TRANSPORT),
        *says_alike(
            [PLAIN_HTTP, OTHER_SERVICE],
            Phase.NO_TLS,
            before + "Protocol Error: TDS packet length {*} exceeds negotiated max packet size ",
            basis=Basis.AUTHORITATIVE,
            source=TRANSPORT,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            before + "Protocol Error: Server does not support encryption but client requires it (client: ",
            basis=Basis.AUTHORITATIVE,
            source=FACTORY,
        ),
        tolerates(
            "with Encrypt=no the driver goes on in clear where the server does not encrypt, the login too",
            of=[NO_ENCRYPTION],
            when=[ASKS_FOR_NONE],
            basis=Basis.AUTHORITATIVE,
            source=FACTORY,
        ),
        tolerates(
            "Encrypt=no against a server that does not force encryption encrypts the login alone, and the server's "
            "certificate is not checked",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[LOGIN_ONLY],
            basis=Basis.AUTHORITATIVE,
            source=VALIDATION,
        ),
        tolerates(
            "with TrustServerCertificate=yes the driver looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING, ~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=VALIDATION,
        ),
        tolerates(
            "with ServerCertificate the driver compares the certificate, and looks neither at chain nor name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[PINNED],
            basis=Basis.AUTHORITATIVE,
            source=VALIDATION,
        ),
        *says(
            [OTHER_PIN],
            Phase.PIN,
            before + "Server certificate validation failed: Certificate mismatch. The server presented a different "
            "certificate than expected.",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        tolerates(
            "SSL_CERT_FILE takes the place of OpenSSL's default file, not of its default directory",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=DEFAULT_LOCATIONS,
        ),
    )


class RustDriver(PythonSqlClient):
    """What the two have in common."""

    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "intermediates",
            "trust_everything",
            "expected_name",
            "encryption",
            "defaults_only",
            "pin",
            "store",
        }
    )
    lacks: Mapping[str, str] = native_tls.NO_LIMITS
    stores = STORES
    offers = native_tls.OFFERS
    tls_library = "OpenSSL of the system, through native-tls"
    default_trust = Trust(
        Roots.SYSTEM, "native-tls builds on what the system's OpenSSL trusts, and no option adds to it", CONNECTOR
    )


class MssqlRs(RustDriver):
    """The Python module, mssql_py_core."""

    name = "mssql-rs"
    title = "Microsoft's Rust driver through Python (mssql-python-rs)"
    driver = "mssql-rs"
    needs = (PythonPackage(PACKAGE), SSL)
    registry = Registry(RegistryKind.PYPI, PACKAGE)
    templates = _templates("Failed to connect to SQL Server: ")
    rows = _rows("Failed to connect to SQL Server: ")

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "mssql-python-rs {mssql-python-rs} ({openssl})".format(**found) if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        words = [f'"{name}": {value!r}' for name, value in _options(side).items()]
        return (*words, *trust_words(side))

    def invoke(self, request: Request) -> Invocation:
        side = request.side
        given = {
            "server": f"{side.connect_to},{request.endpoint.port}",
            "user_name": request.login.user,
            "password": request.login.password,
            **_options(side),
        }
        return with_openssl(request, run_probe(request.machine, {"driver": self.driver, "connection": given}))


class Mssqlodbc(RustDriver):
    """pyodbc with the ODBC driver of the same wheel."""

    name = "mssqlodbc"
    title = "Microsoft's ODBC driver in Rust through pyodbc"
    driver = "pyodbc"
    library = "mssqlodbc"
    needs = (
        PythonPackage("pyodbc"),
        DRIVER_MANAGER,
        SSL,
        PackagedLibrary("mssqlodbc", PACKAGE, "the driver's library mssqlodbc.so"),
    )
    registry = Registry(RegistryKind.PYPI, PACKAGE, ("pyodbc",))
    templates = _templates(MESSAGE)
    rows = (
        *_rows(MESSAGE),
        # The driver shows the beginning of OpenSSL's stack of errors, which ends with its words about the certificate.
        *says(
            [FORGED],
            Phase.VERIFY,
            MESSAGE + "TLS handshake failed while connecting to '{*}': error:{*}:rsa routines:",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        files = {"odbc_driver": machine.files[self.library]}
        return run_probe(machine, {"driver": self.driver, "version": True, "files": files})

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "ODBC Driver in Rust {odbc_driver} (pyodbc {pyodbc}, {openssl})".format(**found) if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return (*encryption_words(side), *trust_words(side))

    def invoke(self, request: Request) -> Invocation:
        text = connection_string(request.side, request.endpoint, request.login, request.machine.files[self.library])
        # unixODBC reads no data sources and no drivers of the machine.
        env = {"ODBCSYSINI": str(request.workdir)}
        question = {"driver": self.driver, "connection": {"connection_string": text}}
        return with_openssl(request, run_probe(request.machine, question, env=env))


def _options(side: ClientSide) -> dict[str, str | bool]:
    """The settings of a connection that say how to encrypt and whom to trust."""
    found: dict[str, str | bool] = {}
    if side.encryption is not None:
        found["encryption"] = ENCRYPT[side.encryption].capitalize()
    if side.trust_everything:
        found["trust_server_certificate"] = True
    if side.expected_name is not None:
        found["host_name_in_certificate"] = side.expected_name
    if side.pin is not None:
        found["server_certificate"] = PIN
    return found


CLIENTS = (MssqlRs(), Mssqlodbc())
