"""System.Data.SqlClient, .NET's older driver for SQL Server, on .NET: `probes/SqlClient.cs`, in a process that serves
many attempts.

The runtime and the driver are parts of packages that bring their own (`tlslab.setup.parts`); mono's compiler makes the
probe, and `probes/dotnet.py` starts it. Trust and TLS limits are those of a process: SSL_CERT_FILE, SSL_CERT_DIR and
OPENSSL_CONF. Options: Microsoft, "SqlConnection.ConnectionString".
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    PROBES,
    Client,
    Endpoint,
    Invocation,
    Login,
    Machine,
    Request,
    Roots,
    Trust,
    Worker,
    probe,
)
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.tds import QUESTION, openssl_conf, openssl_words, read_versions
from tlslab.libraries.sqlclient import FRAMES
from tlslab.libraries.sqlclient.drivers import SYSTEM
from tlslab.model.circumstances import HOLDS_THE_CA
from tlslab.model.conditions import OTHER_STORE, STORE_NOT_HASHED, UNTRUSTED
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import tolerates
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import PEM_FILE, ClientSide, Encryption, ServerKind, Situation
from tlslab.setup import parts
from tlslab.setup.needs import Built, Packages, Part, Program, PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind
from tlslab.truststores import all_kinds

ROOTS = Source(
    ".NET, OpenSslCachedSystemStoreProvider.cs (SSL_CERT_FILE and SSL_CERT_DIR, else OpenSSL's own; every file of a "
    "directory)",
    "https://github.com/dotnet/runtime/blob/33ef7ca0a798c5ed50b127afd65223b6cb5a6537/src/libraries/"
    "System.Security.Cryptography/src/System/Security/Cryptography/X509Certificates/OpenSslCachedSystemStoreProvider.cs",
)

MCS = Program("mcs", Packages(apt="mono-mcs libmono-system-data4.0-cil"))
PROBE = Built(
    "SqlClient.exe",
    (PROBES / "SqlClient.cs",),
    MCS,
    ("--version",),
    ("{compiler}", "-r:System.Data.dll", "-out:{program}", "SqlClient.cs"),
    executable=False,
)
RUNTIME = Part("dotnet", "a .NET runtime, which comes inside a package from npm")
LAUNCHER, CONFIG = "dotnet.py", "runtimeconfig.json"
SETTINGS = json.dumps(
    {
        "runtimeOptions": {
            "framework": {"name": parts.RUNTIME, "version": "9.0.0"},
            # Else it wants ICU, which the texts do not need.
            "configProperties": {"System.Globalization.Invariant": True},
        }
    }
)
NO_RESUMPTION = {"DOTNET_SYSTEM_NET_SECURITY_DISABLETLSRESUME": "1"}
"""No attempt takes up the TLS session of another."""
STORES_KEPT = (".dotnet/corefx/cryptography/x509stores/ca/*", ".dotnet/corefx/cryptography/crls/*")
"""Where .NET 9 was seen to keep what it has fetched, for the chains of later connections: intermediates and lists of
revoked certificates."""
PIN = "pin.pem"
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
    default_trust = Trust(
        Roots.SYSTEM, "on Linux .NET reads the bundle and the directory of the system's OpenSSL", ROOTS
    )
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
    rows = (
        tolerates(
            "SSL_CERT_FILE takes the place of OpenSSL's default file, not of its default directory",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=ROOTS,
        ),
        tolerates(
            ".NET reads every file of the directory, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=ROOTS,
        ),
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        trust = (f"{STORES[side.store.kind]}={all_kinds()[side.store.kind].path}",) if side.has_store else ()
        return (*words(side), *trust, *openssl_words(side))

    def run(self, request: Request, argv: tuple[str, ...], files: Mapping[str, bytes | str]) -> Invocation:
        """One attempt by a program that answers requests. `files`: what it needs in its directory."""
        side = request.side
        worker = Worker(files, STORES_KEPT)
        invocation = Invocation(argv, NO_RESUMPTION, stdin=self.request(request), timeout=TIMEOUT, worker=worker)
        if side.defaults_only:
            return invocation
        env, fixed, laid = dict(NO_RESUMPTION), dict(files), request.trust()
        if limits := openssl_conf(side):
            env["OPENSSL_CONF"], fixed["openssl.cnf"] = "openssl.cnf", limits
        if not side.has_store:
            return replace(invocation, env=env, worker=Worker(fixed, STORES_KEPT))
        if side.store.kind == PEM_FILE and side.store.flaw is None:
            env |= variables(side.store, laid, PurePosixPath())
            return replace(invocation, env=env, worker=Worker({**fixed, **laid.files}, STORES_KEPT))
        env |= variables(side.store, laid, request.workdir)
        return replace(invocation, env=env, files={**fixed, **laid.files}, prepare=laid.prepare, worker=None)


class SqlClient(OnOpenssl):
    """System.Data.SqlClient on .NET 9."""

    name = "sqlclient"
    title = "System.Data.SqlClient (.NET)"
    needs = (PythonPackage(), RUNTIME, Part(SYSTEM, "System.Data.SqlClient, which comes inside packages"), PROBE)
    library = SYSTEM
    registry = Registry(RegistryKind.PARTS, SYSTEM)
    release: Mapping[str, str] = {SYSTEM: parts.pinned(SYSTEM).version}
    lacks: Mapping[str, str] = {
        "expected_name": "System.Data.SqlClient has no keyword for another name (HostNameInCertificate): it says "
        "`Keyword not supported`",
    }

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(
            self._argv(machine), files={LAUNCHER: probe(LAUNCHER), CONFIG: SETTINGS}, stdin='{"version": ""}\n'
        )

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"sqlclient {found['driver'].split('+')[0].split()[0]} (.NET {found['runtime']})" if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.encryption is Encryption.STRICT:
            return "System.Data.SqlClient knows no TDS 8.0 (`Encrypt=Strict`)"
        return None

    def invoke(self, request: Request) -> Invocation:
        return self.run(request, self._argv(request.machine), {LAUNCHER: probe(LAUNCHER), CONFIG: SETTINGS})

    def _argv(self, machine: Machine) -> tuple[str, ...]:
        start = (machine.python, "-I", LAUNCHER, machine.files[RUNTIME.name], "exec", "--runtimeconfig", CONFIG)
        return (*start, machine.which[PROBE.name], machine.files[self.library])


CLIENTS = (SqlClient(),)
