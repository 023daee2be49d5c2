"""A proxy for tunnels, as whoever connects to it sees it."""

import asyncio

import pytest

from tlslab.model.proxy import Lets
from tlslab.servers.connect_proxy import basic, connect_proxy

LOGIN = basic("user", "secret")
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
ESTABLISHED = "HTTP/1.1 200 Connection established"


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(100))
    writer.close()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(100):
        pass
    writer.close()


async def told(lets: Lets, asked: bytes, inside: bytes = b"") -> tuple[str, bytes]:
    """The first line of the answer, and what comes through the tunnel until it ends. `{port}`: the server's."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, connect_proxy(lets, LOGIN, "127.0.0.1", port) as own:
        reader, writer = await asyncio.open_connection("127.0.0.1", own)
        writer.write(asked.replace(b"{port}", str(port).encode()))
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(inside)
        found = await reader.read()
        writer.close()
    return head.decode().partition("\r\n")[0], found


def connect(*fields: str, to: str = "shop.lab.test:{port}") -> bytes:
    return "".join(f"{line}\r\n" for line in (f"CONNECT {to} HTTP/1.1", *fields, "")).encode()


@pytest.mark.parametrize(
    ("lets", "asked"),
    [
        (Lets.EVERYBODY, connect()),
        (Lets.EVERYBODY, connect(to="[::1]:{port}")),
        (Lets.USERS, connect("Host: shop.lab.test", f"proxy-authorization: {LOGIN}")),
    ],
)
def test_it_leads_to_the_server_whatever_name_it_is_asked_for(lets: Lets, asked: bytes) -> None:
    assert asyncio.run(told(lets, asked, b"ping")) == (ESTABLISHED, b"ping")


@pytest.mark.parametrize(
    ("lets", "asked", "status"),
    [
        (Lets.USERS, connect(), "407 Proxy Authentication Required"),
        (Lets.USERS, connect(f"Proxy-Authorization: {basic('user', 'other')}"), "407 Proxy Authentication Required"),
        (Lets.NOBODY, connect(f"Proxy-Authorization: {LOGIN}"), "403 Forbidden"),
        (Lets.EVERYBODY, connect(to="shop.lab.test:1"), "400 Bad Request"),
        (Lets.EVERYBODY, b"GET http://shop.lab.test/ HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (Lets.EVERYBODY, b"CONNECT\r\n\r\n", "400 Bad Request"),
        (Lets.EVERYBODY, HELLO, "400 Bad Request"),
        (Lets.EVERYBODY, b"A" * 70_000, "400 Bad Request"),
    ],
)
def test_who_is_not_let_through_is_told_and_left(lets: Lets, asked: bytes, status: str) -> None:
    assert asyncio.run(told(lets, asked)) == (f"HTTP/1.1 {status}", b"")


def test_it_is_gone_with_its_tunnels_when_its_context_ends() -> None:
    async def leave() -> bytes:
        server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with connect_proxy(Lets.EVERYBODY, LOGIN, "127.0.0.1", port) as own:
            reader, writer = await asyncio.open_connection("127.0.0.1", own)
            writer.write(connect().replace(b"{port}", str(port).encode()))
            await reader.readuntil(b"\r\n\r\n")
            writer.write_eof()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", own)
        left = await reader.read()
        writer.close()
        server.close()
        return left

    assert asyncio.run(leave()) == b""
