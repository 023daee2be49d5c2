"""The attached streams of a container: what its main process writes and reads, over a Unix socket, TCP or TLS."""

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

R = TypeVar("R")

_HEADER = 8
"""Bytes before each frame of an attached stream (Docker Engine API, "Attach to a container", stream format)."""
_PART = 1 << 16


class Attached:
    """One connection, read by one thread while others write.

    A TLS connection must not be used by two threads at once (OpenSSL, "Notes on multi-threading"), and a thread that
    waits inside it for something to read would keep all others from writing. So over TLS no
    thread waits inside it: the socket does not block, and a thread that has to wait waits outside, for the socket.
    """

    def __init__(self, attached: Any) -> None:
        """`attached`: what the SDK's `attach_socket` returns."""
        self._attached = attached
        # A socket.SocketIO over plain connections, the socket itself over TLS.
        self._socket: socket.socket = getattr(attached, "_sock", attached)
        self._is_tls = isinstance(self._socket, ssl.SSLSocket)
        self._socket.settimeout(0 if self._is_tls else None)
        self._turn = threading.Lock()

    def lines(self) -> Iterator[str]:
        """The lines of both output streams as they come, to the end of the connection."""
        rest: dict[int, bytes] = {}
        # ValueError: it has been closed meanwhile, and a closed socket has no number to wait for.
        with contextlib.suppress(OSError, EOFError, ValueError):
            while True:
                kind, length = struct.unpack(">BxxxL", self._exactly(_HEADER))
                *lines, rest[kind] = (rest.get(kind, b"") + self._exactly(length)).split(b"\n")
                for line in lines:
                    yield line.decode("utf-8", errors="replace").rstrip("\r")

    def write(self, data: bytes) -> None:
        """Write to the standard input. Raises OSError when the container has closed the connection."""
        if not self._is_tls:
            self._socket.sendall(data)
            return
        sent = 0
        while sent < len(data):
            sent += self._without_waiting(partial(self._socket.send, memoryview(data)[sent:]))

    def shutdown(self) -> None:
        """End the connection; the thread that reads it sees its end."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close every handle of the connection: the SDK holds it in three objects."""
        response = getattr(self._attached, "_response", None)
        if response is not None:
            response.close()
        self._attached.close()
        self._socket.close()

    def _exactly(self, count: int) -> bytes:
        received = bytearray()
        while len(received) < count:
            part = self._read(min(count - len(received), _PART))
            if not part:
                raise EOFError
            received += part
        return bytes(received)

    def _read(self, count: int) -> bytes:
        if not self._is_tls:
            return self._socket.recv(count)
        return self._without_waiting(partial(self._socket.recv, count))

    def _without_waiting(self, step: Callable[[], R]) -> R:
        while True:
            try:
                with self._turn:
                    return step()
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN)
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT)

    def _wait(self, event: int) -> None:
        waiting = select.poll()
        waiting.register(self._socket, event)
        waiting.poll()
