"""The servers of the docker stage: one nginx for all HTTPS sides, one SQL Server for each SQL Server side.

All of them listen in one network namespace, each side on a port of its own, so that any number of sides can have the
same name. What they log is read from their output as it comes. The lab's own connections come from 127.0.0.1 there and
the clients' from the network, which tells them apart in the logs.
"""

import asyncio
import contextlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import docker
from lab.pki.mint import Mint
from lab.servers import nginx
from lab.servers.sqlserver import mssql_conf
from lab.situation import ServerSide
from lab.stages.docker.agent import Agent
from lab.stages.docker.container import Container, File, Order
from lab.stages.services import ServiceError

SETTLE_TIMEOUT = 5.0
LINES_SHOWN = 8
ROOM = PurePosixPath("/lab")
MSSQL = PurePosixPath("/var/opt/mssql")
MSSQL_UID = 10001
READY = "SQL Server is now ready for client connections"
MARK = "120100090000010000"
"""A PRELOGIN packet whose payload is no list of options (MS-TDS 2.2.6.5): SQL Server logs error 17828 at once."""
_OWN = "127.0.0.1"
_ERROR = re.compile(r"Error: \d+, Severity: \d+, State: \d+\.")
_BANNER = re.compile(r"Microsoft SQL Server \d{4}.*")
_CONNECTION = re.compile(r" \*(\d+) ")
_ACCESS = re.compile(r"\*(\d+) (\d+) (.*)")
_LISTENS = re.compile(r"server: [\d.]+:(\d+)")


class DockerServer(ABC):
    """A container that plays some sides. `watch` is the agent in the servers' network namespace."""

    what: str

    def __init__(self, client: docker.DockerClient, order: Order, watch: Agent) -> None:
        self._container = Container(client, order, self._hear)
        self._watch = watch
        self._news = asyncio.Condition()
        self._lines: list[str] = []
        self._marks = 0
        self._notices: set[asyncio.Task[None]] = set()

    @property
    def real(self) -> bool:
        return True

    async def start(self) -> None:
        """Start it and wait until it serves. Raises ServiceError with its own last words."""
        await self._container.start()
        starting = asyncio.ensure_future(self._serves())
        ended = asyncio.ensure_future(self._container.ended.wait())
        try:
            await asyncio.wait({starting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                return
            status = await self._container.exit_status()
            raise ServiceError(f"{self.what} has ended while it started (exit status {status}): {self._last_words()}")
        except (TimeoutError, OSError) as problem:
            raise ServiceError(f"{self.what} does not serve ({problem!r}): {self._last_words()}") from problem
        finally:
            for task in (starting, ended):
                task.cancel()
            await asyncio.gather(starting, ended, return_exceptions=True)

    async def stop(self) -> None:
        """Remove it."""
        await self._container.stop()

    @abstractmethod
    async def _serves(self) -> None:
        """Come back when it serves."""

    def _hear(self, line: str) -> None:
        self._lines.append(line)
        notice = asyncio.ensure_future(self._notify())
        self._notices.add(notice)
        notice.add_done_callback(self._notices.discard)

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _check(self) -> None:
        if self._container.ended.is_set():
            raise ServiceError(f"{self.what} has ended: {self._last_words()}")

    def _last_words(self) -> str:
        return " | ".join(self._lines[-LINES_SHOWN:]) or "without a word"


class NginxServer(DockerServer):
    """nginx, from its image."""

    what = "nginx"

    def __init__(
        self,
        client: docker.DockerClient,
        order: Order,
        watch: Agent,
        ports: Mapping[str, int],
        sentinel: int,
        note: str,
    ) -> None:
        super().__init__(client, order, watch)
        self.ports = ports
        self._sentinel = sentinel
        self._note = note
        self._taken = 0
        self._where: dict[str, int] = {}
        self._sorted: dict[int, list[str]] = {port: [] for port in ports.values()}
        self._version = ""

    @property
    def implementation(self) -> str:
        return f"{self._version} ({self._note})"

    def start_log(self, identity: str) -> tuple[str, ...]:
        return ()

    async def _serves(self) -> None:
        await self._settle()

    async def take_log(self, identity: str) -> tuple[str, ...]:
        """The lines about this side since they were last taken, once nginx has dealt with everything."""
        self._check()
        await self._settle()
        self._sort()
        port = self.ports[identity]
        lines, self._sorted[port] = self._sorted[port], []
        return tuple(lines)

    async def _settle(self) -> None:
        self._marks += 1
        token = f"/mark-{self._marks}"
        request = f"GET {token} HTTP/1.0\r\n\r\n".encode().hex()
        answer = await self._watch.ask(do="mark", port=self._sentinel, bytes=request)
        found = re.search(r"^Server: (.+?)\r?$", answer["answer"], re.MULTILINE)
        self._version = found[1] if found else self._version
        async with self._news:
            seen = self._news.wait_for(lambda: any(f"GET {token} " in line for line in self._lines[self._taken :]))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(seen, SETTLE_TIMEOUT)

    def _sort(self) -> None:
        """Give each new line to the side that it is about."""
        fresh, self._taken = self._lines[self._taken :], len(self._lines)
        for line in fresh:
            if access := _ACCESS.match(line):
                self._where[access[1]] = int(access[2])
        for line in fresh:
            if access := _ACCESS.match(line):
                port, text, own = int(access[2]), access[3], access[3].startswith(f"{_OWN}:")
            else:
                number, listens = _CONNECTION.search(line), _LISTENS.search(line)
                if number and listens:
                    self._where[number[1]] = int(listens[1])
                port = self._where.get(number[1], 0) if number else 0
                text, own = line, f"client: {_OWN}" in line or f"client {_OWN}" in line
            if port in self._sorted and not own:
                self._sorted[port].append(text)


class SqlServer(DockerServer):
    """SQL Server, or what stands in for it behind the same interface."""

    def __init__(
        self, client: docker.DockerClient, order: Order, watch: Agent, port: int, *, endpoint: str, limit: float
    ) -> None:
        """`endpoint`: what the lab's own endpoint is called, "" for other images. `limit`: seconds for the start."""
        super().__init__(client, order, watch)
        self.what = f"the SQL Server container {order.name}"
        self.port = port
        self._endpoint = endpoint
        self._limit = limit
        self._taken = 0
        self._began = 0

    @property
    def real(self) -> bool:
        return not self._endpoint and bool(self._banner())

    @property
    def implementation(self) -> str:
        return self._endpoint or self._banner() or f"the image {self._container.order.image}"

    def start_log(self, identity: str) -> tuple[str, ...]:
        return tuple(self._lines[: self._began])

    async def _serves(self) -> None:
        async with asyncio.timeout(self._limit):
            async with self._news:
                await self._news.wait_for(lambda: any(READY in line for line in self._lines))
            self._began = len(self._lines)
            await self._settle()
        self._taken = len(self._lines)

    async def take_log(self, identity: str) -> tuple[str, ...]:
        """The lines since they were last taken, once the server has dealt with everything; without the lab's own."""
        self._check()
        await self._settle()
        fresh, self._taken = self._lines[self._taken :], len(self._lines)
        return tuple(of_clients(fresh))

    async def _settle(self) -> None:
        before = self._own_marks()
        await self._watch.ask(do="mark", port=self.port, bytes=MARK)
        async with self._news:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait_for(lambda: self._own_marks() > before), SETTLE_TIMEOUT)

    def _own_marks(self) -> int:
        marks = ("is structurally invalid", "A TDS 7.x connection was refused")
        return sum(f"[CLIENT: {_OWN}]" in line and any(mark in line for mark in marks) for line in self._lines)

    def _banner(self) -> str:
        return next((found[0] for line in self._lines if (found := _BANNER.search(line))), "")


def of_clients(lines: list[str]) -> list[str]:
    """The lines of an errorlog that are not about the lab's own connections. An error has two lines, and the second one
    says whose it is.
    """
    kept: list[str] = []
    for line in lines:
        if f"[CLIENT: {_OWN}]" not in line:
            kept.append(line)
        elif kept and _ERROR.search(kept[-1]):
            kept.pop()
    return kept


def nginx_files(
    sides: Mapping[str, ServerSide], ports: Mapping[str, int], sentinel: int, mint: Mint
) -> dict[str, File]:
    """What is put into the nginx container, and its configuration."""
    blocks = tuple(nginx.Block(name, side, ports[name]) for name, side in sides.items())
    room = Path(ROOM)
    found = {f"{ROOM}/nginx.conf": File(nginx.configuration(room, "0.0.0.0", blocks, sentinel, one_log=True))}
    for block in blocks:
        assert block.side.chain
        texts = nginx.files(block, mint.chain_pem(block.side.chain), mint.leaf_key_pem(block.side.chain.leaf))
        found |= {f"{ROOM}/{name}": File(text, 0o400) for name, text in texts.items()}
    return found


def sqlserver_files(side: ServerSide, mint: Mint) -> tuple[dict[str, File], dict[str, str]]:
    """What is put into a SQL Server container, with the ownership and modes that the documents ask for, and the
    environment that goes with it.
    """
    certificate, key = f"{MSSQL}/certs/server.pem", f"{MSSQL}/certs/server.key"
    files = {f"{MSSQL}/mssql.conf": File(mssql_conf(side, certificate, key), 0o640, MSSQL_UID)}
    environment: dict[str, str] = {}
    chain = side.chain
    if chain is None:
        pem, fallback_key = mint.fallback()
        files[f"{MSSQL}/certs/fallback.pem"] = File(pem, 0o400, MSSQL_UID)
        files[f"{MSSQL}/certs/fallback.key"] = File(fallback_key, 0o400, MSSQL_UID)
        environment["TLSLAB_FALLBACK_CERT"] = f"{MSSQL}/certs/fallback.pem"
        environment["TLSLAB_FALLBACK_KEY"] = f"{MSSQL}/certs/fallback.key"
    else:
        files[certificate] = File(mint.chain_pem(chain), 0o400, MSSQL_UID)
        files[key] = File(mint.leaf_key_pem(chain.leaf), 0o400, MSSQL_UID)
        if chain.with_intermediates and chain.intermediates:
            store = mint.pem(*chain.intermediates, chain.intermediates[-1].root)
            files[f"{MSSQL}/certs/ca-store.pem"] = File(store, 0o444, MSSQL_UID)
            environment["SSL_CERT_FILE"] = f"{MSSQL}/certs/ca-store.pem"
    if side.security_level != 2:
        files[f"{MSSQL}/openssl.cnf"] = File(_openssl_cnf(side.security_level), 0o444, MSSQL_UID)
        environment["OPENSSL_CONF"] = f"{MSSQL}/openssl.cnf"
    return files, environment


def _openssl_cnf(level: int) -> str:
    """The system's OpenSSL at another security level (config(5), "SSL Configuration")."""
    return (
        "openssl_conf = default_conf\n[default_conf]\nssl_conf = ssl_sect\n[ssl_sect]\n"
        "system_default = system_default_sect\n[system_default_sect]\n"
        f"MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL={level}\n"
    )
