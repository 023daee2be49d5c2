"""Services: the processes behind the server sides, and the lab's own endpoints as such a process.

A service has a port for each of its server sides and hands out, after an attempt, the lines that the server wrote
about it. "After" is an event, not a delay: a marker connection follows the client's through the server's own event
loop, and once the server has dealt with the marker it has dealt with everything before it. The lab's own endpoints know
it by a token: a port is given out again, and so names no connection.
"""

import asyncio
import contextlib
import errno
import json
import os
import secrets
import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tlslab
from tlslab.model.certificate import Chain
from tlslab.model.situation import ServerEncryption, ServerKind, ServerSide, VirtualHost, unsupported
from tlslab.pki.mint import Mint
from tlslab.runtime.deadline import deadline
from tlslab.runtime.tasks import abandon
from tlslab.servers import https_endpoint
from tlslab.servers.cipher_list import ciphers, dh_parameters
from tlslab.servers.listener import BOTH_TRIES, IPV6_LOOPBACK
from tlslab.servers.mssql_conf import mssql_conf, store_of
from tlslab.servers.streams import MARK
from tlslab.stages.runner import Process, clean_environment, end, forget, start
from tlslab.stages.sandbox import Sandbox

ADDRESS = "127.0.0.1"
START_TIMEOUT = 60.0
"""Seconds in which a server starts, on a machine that is busy with something else."""
SETTLE_TIMEOUT = 30.0
"""Seconds in which a server deals with a connection, on such a machine."""
MARKERS = 5
"""Markers that the lab sends while the endpoint loses events."""
MAX_LINES = 1000
"""Lines about one server side that are kept between two attempts; any program that reaches its port makes it write."""
_COMPLAINTS = "server.stderr"

PROTOCOLS = {ServerKind.HTTPS: "HTTPS", ServerKind.SQLSERVER: "TDS"}


class ServiceError(Exception):
    """A server could not be started or has died; the message carries its own words."""


class Silent(ServiceError):
    """A server neither serves nor ends: it does not say with which of its sides it would start."""


class Service(ABC):
    """One process that plays some server sides."""

    implementation = ""
    """Program and version, as far as the program has said them itself."""
    real = False
    """False: the lab's own endpoint stands in for the real server."""
    problem = ""
    """Why nothing can be attempted at its sides, once it has been started."""

    def __init__(self, workdir: Path, mint: Mint, sides: Mapping[str, ServerSide], names: Mapping[str, str]) -> None:
        self.workdir = workdir
        self.mint = mint
        self.sides = sides
        self.names = names
        self.ports: dict[str, int] = {}
        self._process: Process | None = None
        self._sandbox: Sandbox | None = None

    @abstractmethod
    async def start(self, sandbox: Sandbox) -> None:
        """Start and wait until every side accepts connections. Raises ServiceError, which names the side that the
        server does not start with where it says so; Silent; OSError; ValueError as `mssql_conf` does.
        """

    @abstractmethod
    async def take_log(self, identity: str) -> tuple[str, ...]:
        """The lines written about this side since they were last taken, once the server has dealt with all ended
        connections. Raises ServiceError when the server has ended, or does not deal with them in time.
        """

    def start_log(self, identity: str) -> tuple[str, ...]:
        """The lines that belong to no connection: what the server said of this side when it started."""
        return ()

    def replace_files(self) -> None:
        """Write what stands on disk now over the files of the chains, once the server has loaded them."""
        for name, side in self.sides.items():
            if side.on_disk is not None:
                self.write_chain(name, side.on_disk)

    def write_chain(self, name: str, chain: Chain) -> tuple[str, str]:
        """Write the files of a chain and of its key; their paths."""
        certificate = self.write(f"{name}.chain.pem", self.mint.chain_pem(chain))
        return certificate, self.write(f"{name}.key.pem", self.mint.leaf_key_pem(chain.leaf))

    async def stop(self) -> None:
        """End the process, unless that has been done."""
        process, self._process = self._process, None
        if process is not None and self._sandbox is not None:
            await end(self._sandbox, process)
            await forget(process)

    def write(self, name: str, text: str) -> str:
        """Write a file of the service; its absolute path. Keys are readable by the owner alone."""
        path = self.workdir / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return str(path)


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener of the lab's own endpoints: its identity, what it is, and the name that its clients use."""

    identity: str
    side: ServerSide
    host: str


def routed_identity(identity: str) -> str:
    """The identity of the server to which this one sends its clients on."""
    return f"{identity}.routed"


def listeners_of(identity: str, side: ServerSide, host: str) -> Iterator[Listener]:
    """The listeners of a server side: its own, and those of the servers to which it sends its clients on."""
    yield Listener(identity, side, host)
    if side.route is not None:
        yield from listeners_of(routed_identity(identity), side.route.server, side.route.host)


class Embedded(Service):
    """The lab's own endpoints (`servers.embedded`): TDS as a stand-in for SQL Server, HTTPS where there is no nginx."""

    def __init__(
        self,
        kind: ServerKind,
        password: str,
        workdir: Path,
        mint: Mint,
        sides: Mapping[str, ServerSide],
        names: Mapping[str, str],
    ) -> None:
        super().__init__(workdir, mint, sides, names)
        self.implementation = f"the lab's own {PROTOCOLS[kind]} endpoint {tlslab.__version__}"
        self._kind = kind
        self._password = password
        self._listeners = {name: list(listeners_of(name, side, names[name])) for name, side in sides.items()}
        every = [item.identity for found in self._listeners.values() for item in found]
        self._start_lines: dict[str, list[str]] = {name: [] for name in every}
        self._lines: dict[str, list[str]] = {name: [] for name in every}
        self._marked: dict[str, int] = dict.fromkeys(every, 0)
        """The number of the last marker's connection; numbers grow."""
        self._markers: dict[str, asyncio.Future[tuple[str, ...] | None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def start(self, sandbox: Sandbox) -> None:
        order = {
            "listeners": [self._listener(item) for found in self._listeners.values() for item in found],
            "password": self._password,
        }
        self._sandbox = sandbox
        # Its standard error goes to a file: the endpoint would block on a full pipe that the lab does not read.
        with (self.workdir / _COMPLAINTS).open("wb") as complaints:
            self._process = await start(
                sandbox,
                self._command(),
                self.workdir,
                {**clean_environment(self.workdir), **_python_environment()},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=complaints,
                limit=1 << 20,
            )
        assert self._process.stdin
        with contextlib.suppress(ConnectionError):  # The endpoint has ended; its own words say more.
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            with contextlib.suppress(TimeoutError):  # An endpoint that does not read it does not answer, either.
                async with deadline(START_TIMEOUT):
                    await self._process.stdin.drain()
        while "ready" not in (event := await self._next_event()):
            self._note(event)
        self.ports = event["ready"]
        self.replace_files()
        self._reader = asyncio.create_task(self._read_events())

    async def take_log(self, identity: str) -> tuple[str, ...]:
        # A server to which clients are sent on serves them after the one that they have dialled.
        found = [await self._take_log(item.identity) for item in self._listeners.get(identity, ())]
        return tuple(line for lines in found for line in lines)

    async def _take_log(self, identity: str) -> tuple[str, ...]:
        for _ in range(MARKERS):
            lines = await self._settle(identity)
            if lines is not None:  # Else the marker may be among the events that the endpoint could not tell.
                return lines
        raise ServiceError(f"the embedded {self._kind.value} endpoint writes faster than the lab can read")

    def start_log(self, identity: str) -> tuple[str, ...]:
        return tuple(self._start_lines[identity])

    async def stop(self) -> None:
        if self._reader is not None:
            await abandon([self._reader])
        await super().stop()

    def _command(self) -> Sequence[str]:
        return (sys.executable, "-P", "-m", "tlslab.servers.embedded")

    def _listener(self, listener: Listener) -> dict[str, Any]:
        name, side = listener.identity, listener.side
        common = {
            "id": name,
            "kind": side.kind.value,
            "address": ADDRESS,
            "port": 0,
            "ipv6": side.ipv6,
            "security_level": side.security_level,
            "refusal": side.refusal.value,
            "speaks": side.speaks.value,
            "reads_versions": side.reads_versions,
        }
        if parameters := dh_parameters(side):
            common["dh"] = self.write(f"{name}.dh.pem", parameters)
        if side.kind is ServerKind.HTTPS and (other := unsupported(side, https_endpoint.SUPPORTS)):
            # The plan asked nginx as well, which may be missing.
            raise ServiceError(
                f"{name}: the lab's own HTTPS endpoint, in the place of nginx, has no setting for {other[1]}"
            )
        chain = side.chain
        certificate, key = self.write_chain(name, chain) if chain else ("", "")
        if side.kind is ServerKind.HTTPS:
            return {
                **common,
                "chain": certificate,
                "key": key,
                "tls_min": side.tls_min.label,
                "tls_max": side.tls_max.label,
                "ciphers": ciphers(side),
                "hosts": [self._virtual_host(f"{name}.host-{n}", host) for n, host in enumerate(side.virtual_hosts, 1)],
            }
        told: dict[str, Any] = {
            **common,
            "conf": self.write(f"{name}.mssql.conf", mssql_conf(side, certificate, key)),
            "host": listener.host,
            "tds8": side.speaks_tds8,
        }
        if side.route is not None:
            told["route"] = {"host": side.route.host, "listener": routed_identity(name)}
        if side.encryption is ServerEncryption.IN_CLEAR:
            told["encryption"] = "in_clear"
        if chain is None:
            told["fallback_cert"] = self.write(f"{name}.fallback.pem", self.mint.pem(side.fallback))
            told["fallback_key"] = self.write(f"{name}.fallback-key.pem", self.mint.leaf_key_pem(side.fallback))
        else:
            told["ca_store"] = self.write(f"{name}.ca-store.pem", self.mint.pem(*store_of(chain)))
        return told

    def _virtual_host(self, identity: str, host: VirtualHost) -> dict[str, str]:
        chain, key = self.write_chain(identity, host.chain)
        return {"name": host.name, "chain": chain, "key": key}

    async def _next_event(self) -> dict[str, Any]:
        assert self._process
        assert self._process.stdout
        try:
            async with deadline(START_TIMEOUT):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise Silent(
                f"the embedded {self._kind.value} endpoint did not start within {START_TIMEOUT:.0f} s"
            ) from None
        if not line:
            raise ServiceError(self._ended())
        event: dict[str, Any] = json.loads(line)
        if "error" in event:
            raise ServiceError(
                f"the embedded {self._kind.value} endpoint could not start {event['listener']}: {event['error']}"
            )
        return event

    def _ended(self) -> str:
        words = (self.workdir / _COMPLAINTS).read_text(errors="replace").strip()
        return f"the embedded {self._kind.value} endpoint has ended: {words or 'without a word'}"

    async def _read_events(self) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            self._note(json.loads(line))

    def _note(self, event: dict[str, Any]) -> None:
        match event:
            case {"event": "log", "listener": name, "connection": None, "line": line}:
                self._start_lines[name].append(line)
            case {"event": "log", "listener": name, "connection": number, "line": line}:
                # A connection before the last marker is not that of the client whose attempt follows it.
                if number > self._marked[name]:
                    self._keep(name, line)
            case {"event": "mark", "listener": name, "connection": number, "token": token} if token in self._markers:
                self._markers.pop(token).set_result(tuple(self._lines[name]))
                self._lines[name].clear()
                self._marked[name] = number
            case {"event": "lost", "count": count}:
                for name in self._lines:
                    self._keep(
                        name, f"(The lab was too slow to read: {count} events of its endpoints are missing here.)"
                    )
                for marker in self._markers.values():
                    marker.set_result(None)
                self._markers.clear()

    def _keep(self, name: str, line: str) -> None:
        kept = self._lines[name]
        if len(kept) == MAX_LINES:
            kept[:2] = ["(The lab has left out earlier lines: there are too many.)"]
        kept.append(line)

    async def _settle(self, identity: str) -> tuple[str, ...] | None:
        """What was written about this side up to a marker connection, once the endpoint has dealt with all before it.
        None when its events have a gap, in which that of the marker may be. Raises ServiceError when it dies, or hangs.
        """
        assert self._reader
        token = secrets.token_hex(16)
        marker: asyncio.Future[tuple[str, ...] | None] = asyncio.get_running_loop().create_future()
        self._markers[token] = marker
        writer: asyncio.StreamWriter | None = None
        waited: set[asyncio.Future[Any]] = {marker, self._reader}
        try:
            with contextlib.suppress(TimeoutError):
                async with deadline(SETTLE_TIMEOUT):
                    _, writer = await asyncio.open_connection(ADDRESS, self.ports[identity])
                    writer.write(MARK.format(token=token).encode())
                    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        except OSError as problem:
            raise ServiceError(f"{self._ended()} ({problem})") from problem
        finally:
            if writer is not None:
                writer.transport.abort()
            self._markers.pop(token, None)
        if marker.done():
            return marker.result()
        if self._reader.done():
            raise ServiceError(self._ended())
        raise ServiceError(f"the embedded {self._kind.value} endpoint gave no answer within {SETTLE_TIMEOUT:.0f} s")


def reserve() -> socket.socket:
    """A port that no other process gets: bound with SO_REUSEPORT (socket(7)) and never listened on, so that nginx may
    bind it too.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind((ADDRESS, 0))
    return reserved


def reserve_both() -> tuple[socket.socket, socket.socket]:
    """A port of both loopback addresses, reserved alike. Raises OSError where there is no IPv6."""
    for left in reversed(range(BOTH_TRIES)):
        first, second = reserve(), socket.socket(socket.AF_INET6)
        try:
            second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            second.bind((IPV6_LOOPBACK, first.getsockname()[1]))
            return first, second
        except OSError as problem:
            first.close()
            second.close()
            if problem.errno != errno.EADDRINUSE or not left:
                raise
    raise AssertionError("unreachable")


def ipv6_obstacle() -> str:
    """Why no server can listen at the IPv6 loopback address here, in words; "" where one can."""
    try:
        for item in reserve_both():
            item.close()
    except OSError as problem:
        return f"this machine has no IPv6 loopback address ({IPV6_LOOPBACK}): {problem.strerror or problem}"
    return ""


def _python_environment() -> dict[str, str]:
    prefix = os.environ.get("PYTHONPYCACHEPREFIX")
    return {"PYTHONPATH": str(tlslab.IMPORTED_FROM), **({"PYTHONPYCACHEPREFIX": prefix} if prefix else {})}
