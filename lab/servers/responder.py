"""A responder: gives out over plain HTTP what stands at the addresses in certificates, or accepts and says nothing.

It is asked for an issuer's certificate, for a list of revoked certificates (RFC 5280), or by OCSP (RFC 6960, A), and
answers one request a connection.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

GivenOut = Callable[[str, bytes], tuple[str, bytes] | None]
"""The media type and the bytes of what is to be had under a path, to who sends these bytes; None: nothing."""
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SECONDS = 60.0
"""How long a connection may take."""
MOST = 64 * 1024
"""Bytes of a request's body; the stream limits the head."""


def answering(given_out: GivenOut) -> Handler:
    """What serves a connection by answering its request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(TimeoutError, OSError, EOFError, ValueError):
                async with asyncio.timeout(SECONDS):
                    writer.write(await _answer(reader, given_out))
                    await writer.drain()
        finally:
            writer.close()

    return serve


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve a connection by saying nothing, until the client goes."""
    try:
        with contextlib.suppress(OSError):
            while await reader.read(MOST):
                pass
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, given_out: GivenOut) -> bytes:
    """The answer to the request that comes. Raises ValueError for one with a length that is none, EOFError when it
    ends early.
    """
    line, _, rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").partition("\r\n")
    method, _, target = line.partition(" ")
    fields = dict(_field(item) for item in rest.split("\r\n") if item)
    body = await reader.readexactly(min(int(fields.get("content-length", "0")), MOST))
    found = given_out(target.partition(" ")[0], body) if method in ("GET", "POST") else None
    if found is None:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    kind, content = found
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    return head.encode() + content


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()
