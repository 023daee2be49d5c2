"""The journal: what happens on the listeners, as one JSON line an event, for whoever started the process.

Written by a thread of its own through a bounded queue, so that a reader who is slow, or stopped, never holds
up a TLS handshake. What does not fit is counted, and the count is written as soon as there is room: a reader
always knows that the record has a gap.
"""

import json
import os
import queue
import threading
from collections.abc import Callable, Mapping

MAX_WAITING = 50_000
_PIPE_CHUNK = 65536


class Journal:
    """Events of the process on a file descriptor. `on_broken` is called once, from the writing thread, when
    nobody reads any more.
    """

    def __init__(self, fd: int, on_broken: Callable[[], None] = lambda: None, limit: int = MAX_WAITING) -> None:
        self._fd = fd
        self._on_broken = on_broken
        self._queue: queue.Queue[bytes | None] = queue.Queue(limit)
        self._lost = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def put(self, record: Mapping[str, object]) -> None:
        """Append one record; never waits."""
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self._lost:
                gap = json.dumps({"event": "lost", "count": self._lost}).encode() + b"\n"
                try:
                    self._queue.put_nowait(gap)
                except queue.Full:
                    self._lost += 1
                    return
                self._lost = 0
            try:
                self._queue.put_nowait(line)
            except queue.Full:
                self._lost += 1

    def close(self, timeout: float = 2.0) -> None:
        """Write what waits, for at most `timeout` seconds."""
        try:
            self._queue.put(None, timeout=timeout)
        except queue.Full:
            return
        self._thread.join(timeout)

    def _write(self) -> None:
        while True:
            line = self._queue.get()
            if line is None:
                return
            batch = bytearray(line)
            end = False
            while len(batch) < _PIPE_CHUNK:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    end = True
                    break
                batch += following
            try:
                view = memoryview(batch)
                while view:
                    view = view[os.write(self._fd, view) :]
            except OSError:
                self._on_broken()
                return
            if end:
                return
