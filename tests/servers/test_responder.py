"""A responder over plain HTTP, as whoever connects to it sees it."""

import asyncio
import contextlib

import pytest

from tlslab.servers.responder import Handler, answering, silent

ASKED = b"GET /list HTTP/1.1\r\nHost: pki.lab.test\r\n\r\n"


def give(path: str, body: bytes) -> tuple[str, bytes] | None:
    return ("text/plain", body or b"a list") if path == "/list" else None


async def told(handler: Handler, *sent: bytes) -> bytes:
    """What comes back until the responder closes."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for part in sent:
            writer.write(part)
        writer.write_eof()
        found = await reader.read()
        writer.close()
        return found


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        (ASKED, b"HTTP/1.1 200 OK", b"a list"),
        (b"POST /list HTTP/1.1\r\nContent-Length: 4\r\n\r\nwhat", b"HTTP/1.1 200 OK", b"what"),
        (b"GET /other HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 Not Found", b""),
        (b"DELETE /list HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 Not Found", b""),
    ],
)
def test_a_responder_gives_out_what_it_has(asked: bytes, status: bytes, body: bytes) -> None:
    head, _, found = asyncio.run(told(answering(give), asked)).partition(b"\r\n\r\n")
    assert head.startswith(status)
    assert found == body


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"GET /list",
        b"POST /list HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /list HTTP/1.1\r\nContent-Length: 9\r\n\r\nwhat",
        b"x" * 100_000,
    ],
)
def test_what_is_no_request_gets_no_answer(asked: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # it may close while the client is still sending
        assert asyncio.run(told(answering(give), asked)) == b""


def test_a_silent_responder_says_nothing_until_the_client_goes() -> None:
    assert asyncio.run(told(silent, ASKED)) == b""
