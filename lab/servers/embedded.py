"""The embedded server: all listeners of a run in one process (`python -m tlslab.servers.embedded`).

One JSON document on one line of standard input says what to listen on. On standard output comes one line `{"ready":
{id: port}}`, and from then on one line an event: open, log, close, mark, and lost, with a count, for a slow reader. A
connection that begins with `streams.MARK` is no client: its token comes back in the event `mark`, behind all
lines about clients that had gone before it came. The process ends with its standard input, on SIGTERM and on SIGINT; a
listener that cannot start is said in one line `{"error": ..., "listener": ...}`, and the exit status is then 3.

Besides what a listener needs (`id`, `kind`, `address`, `port`, `security_level`, and `conf`, `host` or `chain`,
`key`, `tls_min`, `tls_max`) one of kind sqlserver takes: `ca_store` (a PEM bundle that stands for the server's system
store), `fallback_cert` and `fallback_key`, `encryption` ("not_supported" answers ENCRYPT_NOT_SUP and ends the
connection of a client that asks for more, "in_clear" answers the same and goes on); one of kind https `hosts` (`name`,
`chain` and `key` of virtual hosts); and every one `refusal` ("reset" instead of "close" for a handshake that the server
refuses), `ipv6` (it listens at ::1 as well), `speaks` (what is met there in the place of such a server,
`tlslab.model.situation.Speaks`), `login_timeout`,
`idle_timeout`, `max_connections`. One of kind sqlserver may send its clients on: `route` has the `host` to which, and
the id of another `listener` of the process, at whose port that is.
"""

import asyncio
import contextlib
import errno
import itertools
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from tlslab.model.situation import Refusal, Speaks
from tlslab.servers.cipher_list import USUAL
from tlslab.servers.https_endpoint import HttpsEndpoint, HttpsOptions
from tlslab.servers.journal import Journal
from tlslab.servers.listener import BOTH_TRIES, IPV6_LOOPBACK, CannotStart, Limits
from tlslab.servers.no_tls import NoTlsEndpoint, NoTlsOptions
from tlslab.servers.streams import Address, Marked, address_of, hung_up
from tlslab.servers.tds.endpoint import Endpoint, Fallback, RouteTo, SqlServerOptions
from tlslab.servers.tds.errorlog import LOGON, stamped
from tlslab.servers.tds.prelogin import ServerMode
from tlslab.servers.tds.tls import Settings

AnyEndpoint = Endpoint | HttpsEndpoint | NoTlsEndpoint
Word = TypeVar("Word", bound=StrEnum)
EXIT_CANNOT_START = 3
DEFAULT = Limits()
_BACKLOG = 256
_ENCRYPTION = {
    "supported": ServerMode.OFF,
    "not_supported": ServerMode.NOT_SUPPORTED,
    "in_clear": ServerMode.IN_CLEAR,
}
_BUFFER = 32 * 1024  # asyncio stops reading from a client at twice this many bytes.


@dataclass(frozen=True, slots=True)
class Listener:
    """Where one listener listens, and what it is."""

    id: str
    address: str
    port: int
    ipv6: bool
    """Whether it listens at the same port of the IPv6 loopback address, too."""
    options: SqlServerOptions | HttpsOptions | NoTlsOptions


class BadDescription(Exception):
    """The description on standard input is not usable; `listener` is the one that it is about, if any."""

    def __init__(self, text: str, listener: str | None = None) -> None:
        super().__init__(text)
        self.listener = listener


def describe(text: str) -> tuple[Listener, ...]:
    """The listeners of a JSON document. Raises BadDescription."""
    try:
        document = json.loads(text)
    except ValueError as e:
        raise BadDescription(f"The description on standard input is not JSON: {e}") from e
    if not isinstance(document, dict) or not isinstance(document.get("listeners"), list):
        raise BadDescription('The description needs a list "listeners".')
    found = tuple(_listener(entry, document) for entry in document["listeners"])
    if len({listener.id for listener in found}) != len(found):
        raise BadDescription("Two listeners have the same id.")
    return found


def _listener(entry: object, document: Mapping[str, object]) -> Listener:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise BadDescription('Every listener needs an "id" of text.')
    name = entry["id"]
    try:
        return Listener(
            name,
            str(entry.get("address", "127.0.0.1")),
            int(entry.get("port", 0)),
            bool(entry.get("ipv6")),
            _options(entry, document),
        )
    except KeyError as e:
        raise BadDescription(f"The listener has no {e.args[0]!r}.", name) from e
    except (TypeError, ValueError) as e:
        raise BadDescription(f"The description of the listener is wrong: {e}", name) from e


def _options(
    entry: Mapping[str, object], document: Mapping[str, object]
) -> SqlServerOptions | HttpsOptions | NoTlsOptions:
    def number(key: str, default: float) -> float:
        value = entry.get(key, document.get(key, default))
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"{key} is not a positive number")
        return float(value)

    def path(key: str) -> Path | None:
        return Path(str(entry[key])) if entry.get(key) else None

    level = entry.get("security_level", 2)
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= 5:
        raise ValueError("security_level is not a number from 0 to 5")
    limits = Limits(
        number("login_timeout", DEFAULT.login_seconds),
        number("idle_timeout", DEFAULT.idle_seconds),
        int(number("max_connections", DEFAULT.connections)),
    )
    refusal = _one_of(Refusal, entry, "refusal", Refusal.CLOSE)
    speaks = _one_of(Speaks, entry, "speaks", Speaks.ITS_PROTOCOL)
    if speaks not in (Speaks.ITS_PROTOCOL, Speaks.CLOSES_AFTER_PRELOGIN):
        return NoTlsOptions(speaks, refusal, limits)
    settings = Settings(path("dh"), entry.get("reads_versions", True) is not False)
    match entry["kind"]:
        case "sqlserver":
            encryption = _ENCRYPTION.get(str(entry.get("encryption", "supported")))
            if encryption is None:
                raise ValueError(f"encryption is none of {', '.join(_ENCRYPTION)}")
            return SqlServerOptions(
                conf=Path(str(entry["conf"])),
                security_level=level,
                host=str(entry.get("host", "localhost")),
                password=str(document["password"]),
                limits=limits,
                ca_store=path("ca_store"),
                fallback_certificate=path("fallback_cert"),
                fallback_key=path("fallback_key"),
                encryption=encryption,
                refusal=refusal,
                settings=settings,
                tds8=entry.get("tds8", True) is not False,
                closes_after_prelogin=speaks is Speaks.CLOSES_AFTER_PRELOGIN,
                route=_route(entry.get("route")),
            )
        case "https":
            return HttpsOptions(
                chain=Path(str(entry["chain"])),
                key=Path(str(entry["key"])),
                tls_min=str(entry.get("tls_min", "TLSv1.2")),
                tls_max=str(entry.get("tls_max", "TLSv1.3")),
                security_level=level,
                limits=limits,
                refusal=refusal,
                ciphers=str(entry.get("ciphers", USUAL)),
                settings=settings,
                hosts={
                    str(host["name"]).lower(): (Path(str(host["chain"])), Path(str(host["key"])))
                    for host in _hosts(entry.get("hosts", []))
                },
            )
    raise ValueError(f"{entry['kind']!r} is no kind of listener; there are sqlserver and https")


def _route(given: object) -> RouteTo | None:
    """Where a listener sends its clients on to. Raises ValueError for what says that not."""
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("host"), str) or not given.get("listener"):
        raise ValueError("route has no host, or no listener")
    return RouteTo(given["host"], str(given["listener"]))


def _hosts(given: object) -> list[dict[str, object]]:
    """The virtual hosts of a listener. Raises ValueError for what is no list of objects."""
    if not isinstance(given, list) or not all(isinstance(host, dict) for host in given):
        raise ValueError("hosts is no list of virtual hosts")
    return given


def _one_of(kind: type[Word], entry: Mapping[str, object], key: str, default: Word) -> Word:
    """The value of a key. Raises ValueError for one that there is not."""
    value = entry.get(key, default)
    if value not in list(kind):
        raise ValueError(f"{key} is none of {', '.join(kind)}")
    return kind(str(value))


class Sink(Protocol):
    """Where the events of the process go."""

    def put(self, record: Mapping[str, object]) -> None:
        """Take one event."""


class _Gate:
    """Holds events back until the line about the ports is out, which comes first."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._held: list[Mapping[str, object]] | None = []

    def put(self, record: Mapping[str, object]) -> None:
        if self._held is None:
            self._journal.put(record)
        else:
            self._held.append(record)

    def open(self, first: Mapping[str, object]) -> None:
        held, self._held = self._held or [], None
        for record in (first, *held):
            self._journal.put(record)


class _ListenerEvents:
    def __init__(self, journal: Sink, listener: str) -> None:
        self._journal = journal
        self._listener = listener

    def line(self, connection: int | None, text: str) -> None:
        self.put(connection, "log", line=text)

    def put(self, connection: int | None, event: str, **more: str) -> None:
        self._journal.put({"listener": self._listener, "connection": connection, "event": event, **more})


@dataclass(slots=True)
class _Client:
    """One connection; `admitted` once it has logged in."""

    task: "asyncio.Task[None]"
    writer: asyncio.StreamWriter
    admitted: bool = False


class _Connections:
    """The connections of one listener, in the order in which they came.

    Whoever can reach the port can hold connections open. So those that have not logged in make room for new ones, the
    oldest first: only clients that know the password can keep others out.
    """

    def __init__(self, endpoint: AnyEndpoint, limit: int, numbers: Iterator[int], events: _ListenerEvents) -> None:
        self._endpoint = endpoint
        self._limit = limit
        self._numbers = numbers
        self._events = events
        self._clients: dict[int, _Client] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> set["asyncio.Task[None]"]:
        """The tasks that serve them."""
        return self._ending | {client.task for client in self._clients.values()}

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        number, task = next(self._numbers), asyncio.current_task()
        assert task is not None
        client = _Client(task, writer)
        full = not self._make_room()
        self._clients[number] = client
        self._events.put(number, "open", peer=str(address_of(writer, "peername")))

        def admit() -> None:
            client.admitted = True

        try:
            await self._endpoint.serve(reader, writer, number, admit, full=full)
        except Marked as mark:
            await self._settle(number)
            self._events.put(number, "mark", token=str(mark))
        except asyncio.CancelledError:
            # Nobody waits for this task. It is cancelled at the end of the process, or for another client.
            if number not in self._clients:
                text = f"The connection was closed before a login, to make workdir: there are {self._limit} others."
                self._events.line(number, stamped(LOGON, text, datetime.now()))
        except Exception as e:  # One client must never end the others.
            self._events.line(number, f"The endpoint failed: {type(e).__name__}: {e}")
            writer.transport.abort()
        finally:
            self._clients.pop(number, None)
            self._ending.discard(task)
            self._events.put(number, "close")

    def _make_room(self) -> bool:
        """Whether there is room for one more."""
        if len(self._clients) < self._limit:
            return True
        oldest = next((number for number, client in self._clients.items() if not client.admitted), None)
        if oldest is None:
            return False
        client = self._clients.pop(oldest)
        self._ending.add(client.task)
        client.writer.transport.abort()
        client.task.cancel()
        return True

    async def _settle(self, number: int) -> None:
        """Wait until the endpoint has dealt with every client that has gone before this connection came. One that only
        keeps its connection open is not waited for.
        """
        gone = [client.task for other, client in self._clients.items() if other < number and hung_up(client.writer)]
        if gone := [*gone, *self._ending]:
            await asyncio.wait(gone)


class Process:
    """All listeners, and the numbers of their connections."""

    def __init__(self, journal: Sink) -> None:
        self._journal = journal
        self._numbers = itertools.count(1)
        self._fallback = Fallback()
        self._servers: list[asyncio.Server] = []
        self._connections: list[_Connections] = []

    async def start(self, listeners: tuple[Listener, ...]) -> dict[str, int]:
        """Open every listener and give the ports. Raises BadDescription with the id of the listener that
        cannot start.
        """
        ports: dict[str, int] = {}
        endpoints: list[AnyEndpoint] = []
        for listener in listeners:
            events = _ListenerEvents(self._journal, listener.id)
            try:
                endpoint = self._endpoint(listener, events)
                servers = await self._listen(listener, endpoint, events)
            except (CannotStart, OSError) as e:
                raise BadDescription(str(e), listener.id) from e
            endpoints.append(endpoint)
            self._servers += servers
            ports[listener.id] = servers[0].sockets[0].getsockname()[1]
        for endpoint, listener in zip(endpoints, listeners, strict=True):
            if isinstance(endpoint, Endpoint) and (to := endpoint.routes_to) is not None:
                if to.listener not in ports:
                    raise BadDescription(f"No listener is called {to.listener!r}.", listener.id)
                endpoint.route = Address(to.host, ports[to.listener])
            endpoint.start()
        return ports

    def _endpoint(self, listener: Listener, events: _ListenerEvents) -> AnyEndpoint:
        if isinstance(listener.options, SqlServerOptions):
            return Endpoint(listener.options, self._fallback, events)
        if isinstance(listener.options, NoTlsOptions):
            return NoTlsEndpoint(listener.options, events)
        return HttpsEndpoint(listener.options, events)

    async def _listen(self, listener: Listener, endpoint: AnyEndpoint, events: _ListenerEvents) -> list[asyncio.Server]:
        """Its socket; with `ipv6` two, at one port: another one where that is taken at the second address."""
        connections = _Connections(endpoint, listener.options.limits.connections, self._numbers, events)
        self._connections.append(connections)

        async def at(address: str, port: int) -> asyncio.Server:
            return await asyncio.start_server(connections.accept, address, port, backlog=_BACKLOG, limit=_BUFFER)

        for left in reversed(range(BOTH_TRIES)):
            first = await at(listener.address, listener.port)
            if not listener.ipv6:
                return [first]
            try:
                return [first, await at(IPV6_LOOPBACK, first.sockets[0].getsockname()[1])]
            except OSError as problem:
                first.close()
                if problem.errno != errno.EADDRINUSE or not left:
                    raise
        raise AssertionError("unreachable")

    async def stop(self) -> None:
        """Close all listeners and connections."""
        for server in self._servers:
            server.close()
        tasks = {task for connections in self._connections for task in connections.tasks}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2)


def _raise_file_limit() -> None:
    # Every connection is a file; the usual soft limit of 1024 is less than what the listeners allow together.
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > 0 else 65536, hard))


def _ignore_names_that_are_none(event: "sys.UnraisableHookArgs") -> None:
    # The ssl module complains on standard error about a server name that is not ASCII; the log of the connection
    # has the failed handshake already.
    if not isinstance(event.exc_value, UnicodeDecodeError):
        sys.__unraisablehook__(event)


async def _run(text: str) -> int:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop_from_thread() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stopped.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    journal = Journal(sys.stdout.fileno(), stop_from_thread)
    gate = _Gate(journal)
    process = Process(gate)
    try:
        ports = await process.start(describe(text))
    except BadDescription as e:
        gate.open({"error": str(e), "listener": e.listener})
        await process.stop()
        journal.close()
        return EXIT_CANNOT_START
    gate.open({"ready": ports})

    def watch_input() -> None:
        # The process ends with its parent: the kernel closes the pipe whatever became of it.
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        stop_from_thread()

    threading.Thread(target=watch_input, name="stdin", daemon=True).start()
    await stopped.wait()
    await process.stop()
    journal.close()
    return 0


def main() -> int:
    """Run the process; the exit status."""
    _raise_file_limit()
    sys.unraisablehook = _ignore_names_that_are_none
    return asyncio.run(_run(sys.stdin.readline()))


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Threads that wait in a system call must not hold up the end.
    os._exit(status)
