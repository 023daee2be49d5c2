"""The endpoint with the interface of Microsoft's image of SQL Server: `python -m tlslab.servers.mssql_image`.

What that image documents (Microsoft Learn, "Configure SQL Server settings with environment variables on Linux" and
"Configure SQL Server on Linux with the mssql-conf tool") is what this one takes: ACCEPT_EULA, MSSQL_SA_PASSWORD (or
SA_PASSWORD), MSSQL_TCP_PORT, /var/opt/mssql/mssql.conf; the errorlog goes to /var/opt/mssql/log/errorlog and to
standard output. OpenSSL's own variables stand for the system's configuration: OPENSSL_CONF for the security level,
SSL_CERT_FILE for the CA store. Without a configured certificate it makes one at each start, as SQL Server does.
"""

import asyncio
import configparser
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

from tlslab import __version__
from tlslab.servers.embedded import BadDescription, Listener, Process
from tlslab.servers.tds.endpoint import SqlServerOptions
from tlslab.servers.tds.errorlog import SERVER, stamped

HOME = Path("/var/opt/mssql")
DEFAULT_PORT = 1433
OLD_LOGS = 6
DEFAULT_LEVEL = 2
EULA = (
    "The SQL Server End-User License Agreement (EULA) must be accepted before SQL Server can start. "
    "You can accept the EULA by specifying the --accept-eula command line option, setting the ACCEPT_EULA environment "
    "variable, or using the mssql-conf tool."
)
WEAK_PASSWORD = (
    "Unable to set system administrator password: Password validation failed. The password does not meet SQL Server "
    "password policy requirements because it is too short or not complex enough: at least 8 characters of three of "
    "these kinds: uppercase letters, lowercase letters, digits, symbols."
)
READY = "SQL Server is now ready for client connections. This is an informational message; no user action is required."
NOT_SQL_SERVER = (
    f"This is the TLS trust lab's own TDS endpoint {__version__} behind the interface of SQL Server's container image. "
    "It is not SQL Server."
)


class Refused(Exception):
    """The container does not start; the message is the line that it leaves in its log."""


class ErrorLog:
    """The errorlog: a file, and standard output. Earlier ones are kept as errorlog.1 and so on, as SQL Server does."""

    def __init__(self, directory: Path, output: TextIO) -> None:
        self._output = output
        directory.mkdir(parents=True, exist_ok=True)
        for number in range(OLD_LOGS - 1, -1, -1):
            older = directory / (f"errorlog.{number}" if number else "errorlog")
            with contextlib.suppress(FileNotFoundError):
                older.replace(directory / f"errorlog.{number + 1}")
        self._file = (directory / "errorlog").open("w", encoding="utf-8", buffering=1)

    def put(self, record: Mapping[str, object]) -> None:
        """Take an event of the embedded server; only lines of its log concern this one."""
        if record.get("event") == "log":
            self.write(str(record["line"]))

    def say(self, text: str) -> None:
        """Write a line of the server's own."""
        self.write(stamped(SERVER, text, datetime.now()))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def write(self, line: str) -> None:
        """Write a line as it is."""
        self._file.write(line + "\n")
        print(line, file=self._output, flush=True)


def listener(environment: Mapping[str, str], home: Path) -> Listener:
    """What to listen on, from the environment and mssql.conf. Raises Refused."""
    if environment.get("ACCEPT_EULA", "").upper() not in ("Y", "YES"):
        raise Refused(EULA)
    password = environment.get("MSSQL_SA_PASSWORD") or environment.get("SA_PASSWORD", "")
    if not strong(password):
        raise Refused(WEAK_PASSWORD)
    conf = home / "mssql.conf"
    if not conf.exists():
        conf = home / "log" / ".defaults.conf"
        conf.write_text("[network]\n")
    options = SqlServerOptions(
        conf=conf,
        security_level=security_level(environment.get("OPENSSL_CONF", "")),
        host=socket.gethostname(),
        password=password,
        ca_store=_path(environment, "SSL_CERT_FILE"),
    )
    return Listener("sqlserver", "0.0.0.0", port(environment, conf), False, options)


def port(environment: Mapping[str, str], conf: Path) -> int:
    """The TCP port: the environment's, else that of `network.tcpport`, else 1433. Raises Refused."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, default_section="")
    with contextlib.suppress(
        configparser.Error, OSError, UnicodeDecodeError
    ):  # the endpoint says what is wrong with it
        parser.read_string(conf.read_text(encoding="utf-8"))
    given = environment.get("MSSQL_TCP_PORT") or parser.get("network", "tcpport", fallback="") or str(DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refused(f"The TCP port {given!r} is not a number from 1 to 65535.")
    return int(given)


def strong(password: str) -> bool:
    """Whether SQL Server's password policy takes it (Microsoft Learn, "Password policy")."""
    kinds = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())
    return len(password) >= 8 and sum(any(map(kind, password)) for kind in kinds) >= 3


def security_level(conf: str) -> int:
    """The security level that an openssl.cnf asks for, 2 (Debian's and Ubuntu's) without one."""
    with contextlib.suppress(OSError):
        found = re.search(r"@SECLEVEL=([0-5])", Path(conf).read_text(encoding="utf-8")) if conf else None
        if found:
            return int(found[1])
    return DEFAULT_LEVEL


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if environment.get(name) else None


async def serve(log: ErrorLog) -> int:
    """Serve until SIGTERM or SIGINT; the exit status."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    process = Process(log)
    try:
        described = listener(os.environ, HOME)
        await process.start((described,))
    except (Refused, BadDescription) as problem:
        log.say(str(problem))
        return 1
    log.say(f"Server is listening on [ 'any' <ipv4> {described.port} ].")
    log.say(READY)
    await stopped.wait()
    await process.stop()
    return 0


def main() -> int:
    """Run the server; the exit status."""
    log = ErrorLog(HOME / "log", sys.stdout)
    log.say(NOT_SQL_SERVER)
    return asyncio.run(serve(log))


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Threads that wait in a system call must not hold up the end.
    os._exit(status)
