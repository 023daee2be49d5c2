"""What the SQL Server clients share: the question that each asks, and TLS limits for OpenSSL.

The question is the documented one (Microsoft Learn, "Configure SQL Server Database Engine for encryption"):
the server says whether it encrypts this session. The clients that are Python modules are run by
`probes/python_tds.py`.
"""

import json
from collections.abc import Mapping
from typing import Any

from tlslab.clients.answers import read_answer
from tlslab.clients.base import Client, Invocation, Machine, probe
from tlslab.model.conditions import ENDS_EARLY, STRICT_ONLY
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import says_like
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion
from tlslab.setup.needs import Library, Packages

PROBE = "python_tds.py"
STRICT_ENDS_EARLY = says_like(
    ENDS_EARLY,
    [STRICT_ONLY],
    "a server that takes strict connections alone (TDS 8.0) ends any other when it has heard its first word",
    basis=Basis.OBSERVED,
    source=Source("observed by the lab: network.forcestrict, and a client that sends a PRELOGIN", ""),
)
QUESTION = "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"
DRIVER_MANAGER = Library(
    "odbc-manager",
    ("libodbc.so.2",),
    Packages(apt="unixodbc", dnf="unixODBC", zypper="unixODBC libodbc2"),
    "the ODBC driver manager libodbc.so.2 (unixODBC)",
)
"""unixODBC, without which `import pyodbc` fails."""


class PythonSqlClient(Client):
    """A SQL Server driver that is a Python module of the clients' environment, run once by the probe."""

    kinds = frozenset({ServerKind.SQLSERVER})
    driver: str
    """What the probe calls it."""

    def version_probe(self, machine: Machine) -> Invocation:
        return run_probe(machine, {"driver": self.driver, "version": True, "files": dict(machine.files)})

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


def run_probe(
    machine: Machine,
    request: Mapping[str, Any],
    *,
    env: Mapping[str, str] | None = None,
    files: Mapping[str, bytes | str] | None = None,
    prepare: tuple[tuple[str, ...], ...] = (),
    collect: tuple[str, ...] = (),
) -> Invocation:
    """One run of `probes/python_tds.py` in the clients' environment.

    The request goes in on standard input, so that no password stands in argv.
    """
    return Invocation(
        argv=(machine.python, "-I", PROBE),
        env=env or {},
        files={PROBE: probe(PROBE), **(files or {})},
        stdin=json.dumps(request),
        collect=collect,
        prepare=prepare,
    )


def read_versions(completed: Completed) -> dict[str, str]:
    """What the probe reported of the versions; empty when it reported nothing."""
    try:
        found = json.loads(completed.stdout)
    except (ValueError, RecursionError):  # no JSON, or nested too deeply to be an answer
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def allows_old_versions(side: ClientSide) -> bool:
    """Whether this side allows versions below TLS 1.2, which OpenSSL 3 does at security level 0 alone."""
    return any(limit is not None and limit < TLSVersion.TLSv1_2 for limit in (side.tls_min, side.tls_max))


def cipher_list(side: ClientSide) -> str:
    """The cipher list that says OpenSSL's security level; "" where the client is left to its own."""
    level = 0 if side.security_level is None and allows_old_versions(side) else side.security_level
    return "" if level is None else f"DEFAULT@SECLEVEL={level}"


def openssl_conf(side: ClientSide) -> str:
    """The text of an openssl.cnf with the TLS limits of this side; "" when it has none and the system's shall
    hold.

    Source: OpenSSL config(5), "SSL Configuration"; for its ODBC driver Microsoft says the same (msphpsql
    wiki, FAQ).
    """
    if side.tls_min is None and side.tls_max is None and side.security_level is None:
        return ""
    lowest = side.tls_min or min(TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_2)
    lines = [
        "openssl_conf = default_conf",
        "[default_conf]",
        "ssl_conf = ssl_sect",
        "[ssl_sect]",
        "system_default = system_default_sect",
        "[system_default_sect]",
    ]
    if side.tls_min is not None or side.tls_max is not None:
        lines.append(f"MinProtocol = {lowest.label}")
    if side.tls_max is not None:
        lines.append(f"MaxProtocol = {side.tls_max.label}")
    if ciphers := cipher_list(side):
        lines.append(f"CipherString = {ciphers}")
    return "\n".join(lines) + "\n"


def openssl_words(side: ClientSide) -> tuple[str, ...]:
    """The same limits as people write them into openssl.cnf."""
    text = openssl_conf(side)
    if not text:
        return ()
    return ("OPENSSL_CONF=openssl.cnf", *text.partition("[system_default_sect]\n")[2].splitlines())
