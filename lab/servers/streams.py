"""Connections: bounded reading, writing and ending of one TCP connection, with TLS between or not."""

import asyncio
import contextlib
import re
import select
import socket
import struct
from dataclasses import dataclass

from tlslab.servers.tds.tls import TlsPipe

READ_SIZE = 16 * 1024
MARK = "tlslab-mark {token}\n"
"""What the lab sends instead of TDS or TLS, to learn that the endpoint has dealt with everything before it. The token
is 32 hexadecimal digits, and never the same: an address and a port would not do, for the kernel gives ports out again.
"""
_MARK = re.compile(rb"tlslab-mark ([0-9a-f]{32})\n")
_HUNG_UP = select.POLLRDHUP | select.POLLHUP | select.POLLERR
_CLOSE_SECONDS = 2.0


class Marked(Exception):
    """This connection is a marker of the lab, and no client; the text is its token."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def hung_up(writer: asyncio.StreamWriter) -> bool:
    """Whether the other side has closed or reset the connection, also where nobody has read so far yet (poll(2),
    POLLRDHUP).
    """
    number = writer.get_extra_info("socket").fileno()
    if number < 0:
        return True
    asked = select.poll()
    asked.register(number, _HUNG_UP)
    return bool(asked.poll(0))


def address_of(writer: asyncio.StreamWriter, which: str) -> Address:
    """`peername` or `sockname` of a connection; port 0 where the connection is gone already."""
    name = writer.get_extra_info(which)
    return Address(str(name[0]), int(name[1])) if name else Address("unknown", 0)


class Channel:
    """Bytes from and to a client: clear, until a TLS connection is put in between.

    Raises ConnectionError when the client is gone, Marked when it is none, and what TlsPipe raises.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._held = b""
        self._fresh = True
        self.tls: TlsPipe | None = None
        self.reset_by_client = False

    def hold(self, data: bytes) -> None:
        """Put bytes back, to be read next."""
        self._held += data

    async def read_raw(self) -> bytes:
        """What came, without TLS; empty when the client has closed. Raises Marked."""
        if self._held:
            data, self._held = self._held, b""
            return data
        try:
            data = await self._reader.read(READ_SIZE)
        except ConnectionError:
            self.reset_by_client = True
            return b""
        if self._fresh and (mark := _MARK.fullmatch(data)):
            raise Marked(mark[1].decode())
        self._fresh = False
        return data

    async def read(self) -> bytes:
        """What came, decrypted; empty when the client has closed. Raises Marked, RecordError."""
        if self.tls is None:
            return await self.read_raw()
        while True:
            try:
                # Records that came with the last of the handshake are in the buffer of TLS already.
                if plain := self.tls.decrypt(b""):
                    return plain
                raw = await self.read_raw()
                if not raw:
                    return b""
                if plain := self.tls.decrypt(raw):
                    return plain
            except EOFError:
                return b""

    async def write_raw(self, data: bytes) -> None:
        """Send without TLS."""
        self._writer.write(data)
        await self._writer.drain()

    async def write(self, data: bytes) -> None:
        """Send, encrypted where TLS is in between."""
        await self.write_raw(self.tls.encrypt(data) if self.tls is not None else data)

    def shut_down(self) -> None:
        """Send FIN, and go on reading."""
        self._writer.write_eof()

    async def close(self, *, reset: bool) -> None:
        """End the connection: with FIN, or with RST, which a client reports as forcibly closed by the remote
        host.
        """
        transport = self._writer.transport
        if reset:
            sock = self._writer.get_extra_info("socket")
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        except (TimeoutError, OSError):
            transport.abort()
