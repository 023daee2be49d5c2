"""A proxy for tunnels (CONNECT; RFC 9110, 9.3.6): a client asks it in clear, and speaks TLS with the server behind it.

It leads to one server, whatever name it is asked for: the names of the lab's servers are known to clients alone.
"""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

from tlslab.model.proxy import BAD_GATEWAY, BAD_REQUEST, FORBIDDEN, LOGIN_REQUIRED, OK, Lets
from tlslab.runtime.tasks import abandon

SECONDS = 60.0
"""How long a request may take."""
LINGER = 5.0
"""Seconds in which tunnels end once their client has ended."""
_PART = 64 * 1024
_SAID = {
    OK: "Connection established",
    BAD_REQUEST: "Bad Request",
    FORBIDDEN: "Forbidden",
    LOGIN_REQUIRED: "Proxy Authentication Required",
    BAD_GATEWAY: "Bad Gateway",
}


def basic(user: str, password: str) -> str:
    """What a client that was given these sends in Proxy-Authorization (RFC 7617, 2)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def connect_proxy(
    lets: Lets, authorization: str, address: str, port: int, leads_to: int | None = None
) -> AsyncIterator[int]:
    """A proxy for tunnels to this address and port, and its own port; it goes with the context, when its tunnels have
    ended.

    `authorization`: what users of it send. `leads_to`: the port to which the tunnels lead, where that is another one
    than the clients think. Raises OSError.
    """

    async def answer(client: Ends) -> None:
        async with asyncio.timeout(SECONDS):
            status = _status(await _request(client[0]), lets, authorization, port)
            if status != OK:
                await _say(client[1], status)
                return
            try:
                server = await asyncio.open_connection(address, leads_to or port)
            except OSError:
                await _say(client[1], BAD_GATEWAY)
                return
            await _say(client[1], status)
        await _tunnel(client, server)

    async with _listening(address, answer) as own:
        yield own


@contextlib.asynccontextmanager
async def interceptor(presents: ssl.SSLContext, address: str, port: int, host: str) -> AsyncIterator[int]:
    """The port of what ends TLS with this context, and begins it anew with the server of this name at this address and
    port, at whose certificate it does not look. Raises OSError.
    """
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE

    async def hand_on(client: Ends) -> None:
        server = await asyncio.open_connection(address, port, ssl=unverified, server_hostname=host)
        await _tunnel(client, server)

    async with _listening(address, hand_on, presents) as own:
        yield own


@contextlib.asynccontextmanager
async def behind(address: str, proxy: int, request: bytes) -> AsyncIterator[int]:
    """A port at which is met what is behind a proxy at this port of the address, for who asks it in this way. Raises
    OSError.
    """

    async def lead(client: Ends) -> None:
        server = await asyncio.open_connection(address, proxy)
        server[1].write(request)
        await server[0].readuntil(b"\r\n\r\n")
        await _tunnel(client, server)

    async with _listening(address, lead) as own:
        yield own


@contextlib.asynccontextmanager
async def _listening(
    address: str, serve: Callable[[Ends], Awaitable[None]], presents: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A port of this address at which each connection is served, with TLS where there is something to present."""
    talks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            with contextlib.suppress(TimeoutError, OSError, EOFError):
                await serve((reader, writer))
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, address, 0, ssl=presents)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        if talks:
            await asyncio.wait(talks, timeout=LINGER)
        await abandon(tuple(talks))


async def _request(reader: asyncio.StreamReader) -> str:
    """The request that comes; "" for what is none, as the first message of TLS. Raises EOFError when it ends early."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = await reader.read(_PART)
        if not part:
            raise EOFError("the client says no more")
        head += part
        if not head[:1].isalpha() or len(head) > _PART:
            return ""
    return head.decode("latin-1")


def _status(request: str, lets: Lets, authorization: str, port: int) -> int:
    """What is answered to a request."""
    line, _, rest = request.partition("\r\n")
    method, target, *_ = (*line.split(" "), "", "")
    if method != "CONNECT" or target.rpartition(":")[2] != str(port):
        return BAD_REQUEST
    if lets is Lets.NOBODY:
        return FORBIDDEN
    sent = [value.strip() for name, _, value in (item.partition(":") for item in rest.split("\r\n")) if _is_login(name)]
    return LOGIN_REQUIRED if lets is Lets.USERS and sent != [authorization] else OK


def _is_login(name: str) -> bool:
    return name.strip().lower() == "proxy-authorization"


async def _say(writer: asyncio.StreamWriter, status: int) -> None:
    lines = [f"HTTP/1.1 {status} {_SAID[status]}"]
    if status == LOGIN_REQUIRED:
        lines.append('Proxy-Authenticate: Basic realm="proxy"')
    if status != OK:
        lines += ["Content-Length: 0", "Connection: close"]
    writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii"))
    await writer.drain()


async def _tunnel(client: Ends, server: Ends) -> None:
    """Hand on what either side says, until one of them ends."""
    ways = [asyncio.create_task(_hand_on(client[0], server[1])), asyncio.create_task(_hand_on(server[0], client[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await abandon(ways)
        server[1].close()


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await reader.read(_PART):
            writer.write(part)
            await writer.drain()
