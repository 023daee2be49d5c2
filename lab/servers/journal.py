"""The journal: what happens on the listeners, as one JSON line an event, for whoever started the process.

Written by a thread of its own from a bounded buffer, so that a reader who is slow, or stopped, never holds up a TLS
handshake. What does not fit is counted, and the count is written as soon as everything before it is: a reader always
knows where the record has a gap.
"""

import json
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping

MAX_WAITING = 8 * 1024 * 1024
_OVERHEAD = 128
"""Bytes of memory that a waiting line takes beside its own."""
_PIPE_CHUNK = 65536


class Journal:
    """Events of the process on a file descriptor. `on_broken` is called once, from the writing thread, when
    nobody reads any more. `limit`: bytes of memory that may wait for the reader.
    """

    def __init__(self, fd: int, on_broken: Callable[[], None] = lambda: None, limit: int = MAX_WAITING) -> None:
        self._fd = fd
        self._on_broken = on_broken
        self._limit = limit
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._lost = 0
        self._closed = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def put(self, record: Mapping[str, object]) -> None:
        """Append one record; never waits."""
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        with self._news:
            size = len(line) + _OVERHEAD
            if self._lost or self._size + size > self._limit:
                self._lost += 1
            else:
                self._lines.append(line)
                self._size += size
            self._news.notify()

    def close(self, timeout: float = 2.0) -> None:
        """Write what waits, for at most `timeout` seconds."""
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join(timeout)

    def _write(self) -> None:
        while batch := self._next():
            try:
                view = memoryview(batch)
                while view:
                    view = view[os.write(self._fd, view) :]
            except OSError:
                self._on_broken()
                return

    def _next(self) -> bytes:
        """The lines to write next; nothing when all is written and the journal is closed."""
        batch = bytearray()
        with self._news:
            self._news.wait_for(lambda: self._lines or self._lost or self._closed)
            while self._lines and len(batch) < _PIPE_CHUNK:
                line = self._lines.popleft()
                self._size -= len(line) + _OVERHEAD
                batch += line
            if self._lost and not self._lines:
                batch += json.dumps({"event": "lost", "count": self._lost}).encode() + b"\n"
                self._lost = 0
        return bytes(batch)
