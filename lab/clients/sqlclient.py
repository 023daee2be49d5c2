"""System.Data.SqlClient, .NET's older driver for SQL Server, on .NET: `probes/SqlClient.cs`, in a process that serves
many attempts.

The driver is a part of a package, as the runtime is (`tlslab.clients.dotnet`). Options: Microsoft,
"SqlConnection.ConnectionString".
"""

import json
from collections.abc import Mapping

from tlslab.clients import dotnet
from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    PIN,
    PROBES,
    Client,
    Endpoint,
    Invocation,
    Login,
    Machine,
    Request,
)
from tlslab.clients.openssl_variables import STORES
from tlslab.clients.tds import QUESTION, openssl_conf, openssl_words, read_versions
from tlslab.libraries.sqlclient import FRAMES
from tlslab.libraries.sqlclient.drivers import SYSTEM
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, Encryption, ServerKind, Situation
from tlslab.setup import parts
from tlslab.setup.needs import Built, Packages, Part, Program, PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

MCS = Program("mcs", Packages(apt="mono-mcs libmono-system-data4.0-cil"))
PROBE = Built(
    "SqlClient.exe",
    (PROBES / "SqlClient.cs", PROBES / "Probe.cs"),
    MCS,
    ("--version",),
    ("{compiler}", "-r:System.Data.dll", "-out:{program}", "SqlClient.cs", "Probe.cs"),
    executable=False,
)
CONNECT_TIMEOUT = 5
"""Seconds. Where nobody listens the driver tries again until then."""
TIMEOUT = 15.0
"""Seconds. Releases before 4.8 read for ever where the server hangs up, whatever the connection string says."""
ENCRYPT = {Encryption.OPTIONAL: "False", Encryption.MANDATORY: "True", Encryption.STRICT: "Strict"}


def words(side: ClientSide, pin: str = PIN) -> tuple[str, ...]:
    """The keywords of a connection string that say how to encrypt and whom to trust. `pin`: the file with the
    certificate to accept.
    """
    found: list[str] = []
    if side.encryption is not None:
        found.append(f"Encrypt={ENCRYPT[side.encryption]}")
    if side.trust_everything:
        found.append("TrustServerCertificate=True")
    if side.expected_name is not None:
        found.append(f"HostNameInCertificate={side.expected_name}")
    if side.pin is not None:
        found.append(f"ServerCertificate={pin}")
    return tuple(found)


def connection_string(side: ClientSide, endpoint: Endpoint, login: Login, pin: str = PIN) -> str:
    """The connection string. With a pool the driver would answer from memory what it was refused a moment ago."""
    own = (
        f"Server=tcp:{side.connect_to},{endpoint.port}",
        f"User ID={login.user}",
        f"Password={_quoted(login.password)}",
        "Pooling=False",
        f"Connect Timeout={CONNECT_TIMEOUT}",
        "ConnectRetryCount=0",
    )
    return ";".join((*own, *(() if side.defaults_only else words(side, pin))))


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


class DotnetDriver(Client):
    """A driver of the family: what it is told, and what it printed."""

    kinds = frozenset({ServerKind.SQLSERVER})

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def request(self, request: Request) -> str:
        """What the probe is asked."""
        # A worker serves attempts with directories of their own.
        pin = str(request.workdir / PIN)
        text = connection_string(request.side, request.endpoint, request.login, pin)
        return json.dumps({"connection": text, "question": QUESTION})


class OnOpenssl(DotnetDriver):
    """A driver on .NET, which takes its roots and its TLS limits as OpenSSL does."""

    tls_library = "OpenSSL of the system, and .NET's own check of the chain"
    default_trust = dotnet.SYSTEMS_ROOTS
    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "intermediates",
            "trust_everything",
            "encryption",
            "tls_min",
            "tls_max",
            "defaults_only",
            "store",
        }
    )
    stores = STORES
    templates = FRAMES
    rows = dotnet.OF_THE_STORE

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        return (*words(side), *dotnet.trust_words(side), *openssl_words(side))

    def run(self, request: Request, argv: tuple[str, ...], files: Mapping[str, bytes | str]) -> Invocation:
        """One attempt by a program that answers requests. `files`: what it needs in its directory."""
        asked = Invocation(argv, stdin=self.request(request), timeout=TIMEOUT)
        return dotnet.attempt(request, asked, files, "" if request.side.defaults_only else openssl_conf(request.side))


class SqlClient(OnOpenssl):
    """System.Data.SqlClient on .NET 9."""

    name = "sqlclient"
    title = "System.Data.SqlClient (.NET)"
    needs = (PythonPackage(), dotnet.RUNTIME, Part(SYSTEM, "System.Data.SqlClient, which comes inside packages"), PROBE)
    library = SYSTEM
    registry = Registry(RegistryKind.PARTS, SYSTEM)
    release: Mapping[str, str] = {SYSTEM: parts.pinned(SYSTEM).version}
    lacks: Mapping[str, str] = {
        "expected_name": "System.Data.SqlClient has no keyword for another name (HostNameInCertificate): it says "
        "`Keyword not supported`",
    }

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(self._argv(machine), files=dotnet.files(), stdin='{"version": ""}\n')

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"sqlclient {found['driver'].split('+')[0].split()[0]} (.NET {found['runtime']})" if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.encryption is Encryption.STRICT:
            return "System.Data.SqlClient knows no TDS 8.0 (`Encrypt=Strict`)"
        return None

    def invoke(self, request: Request) -> Invocation:
        return self.run(request, self._argv(request.machine), dotnet.files())

    def _argv(self, machine: Machine) -> tuple[str, ...]:
        return (*dotnet.argv(machine, PROBE.name), machine.files[self.library])


CLIENTS = (SqlClient(),)
