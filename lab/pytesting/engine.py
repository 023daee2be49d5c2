"""The engine of a pytest session: plays cells, in a process of its own.

There is one in a session: started by pytest's own process, or with xdist by the controller. It starts with the first
cell that is asked for, begins at once with the attempts of all selected cells, and is closed at the end of the session,
however that comes. A process, because what tests do to theirs must not reach a client that is being played: warnings
as errors, another environment or working directory, a busy interpreter.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any

from tlslab.matrix.choice import LOCAL, Choice
from tlslab.runtime import child

CLOSE_TIMEOUT = 300.0
"""Seconds in which everything is taken down, on a machine that is busy with something else."""
ENDED = "the session ended before this cell was played"


class EngineError(Exception):
    """The lab cannot play; the message is for people."""


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What to play, and how: the patterns of the options, the selected cells in the order of their tests.

    `jobs`: so many attempts at a time; 0: as many as keep the cores busy.
    """

    scenarios: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    impostors: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    jobs: int = 0
    stage: Choice = LOCAL
    keep_record: bool = False
    with_clients: bool = False
    """Tell each client's version with its cells."""


class Engine:
    """Plays cells by id. Every method may be called from every thread."""

    def __init__(self, request: Callable[[tuple[str, ...]], EngineRequest]) -> None:
        self._request = request
        self._selected: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[str, list[Future[str]]] = {}
        self._record: str | None = None
        self._closed = False
        self._problem = ""

    def select(self, identities: Iterable[str]) -> None:
        """The cells of the session, in the order of the tests. Comes before the first `play`; starts nothing."""
        self._selected = tuple(identities)

    def play(self, identity: str) -> Future[str]:
        """The played cell (`tlslab.pytesting.played`) as JSON, some time from now.

        Raises EngineError, and so does the future; that is cancelled when the engine is closed meanwhile.
        """
        with self._lock:
            if self._closed:
                raise EngineError(ENDED)
            if self._process is None:
                self._start()
            if self._problem:
                raise EngineError(self._problem)
            future: Future[str] = Future()
            self._waiting.setdefault(identity, []).append(future)
            self._send({"play": identity})
        return future

    def close(self) -> str | None:
        """Take everything down, and wait until it is. The record as JSON, when one is kept and something was played."""
        with self._lock:
            self._closed = True
            if self._process is None:
                return None
            assert self._process.stdin
            if not self._process.stdin.closed:
                self._send({"close": True})
                with contextlib.suppress(BrokenPipeError):  # it has ended by itself, and the reader thread knows
                    self._process.stdin.close()
        self._reader.join(CLOSE_TIMEOUT)
        if self._reader.is_alive():
            os.killpg(self._process.pid, signal.SIGKILL)  # what it has started ends with it
            self._reader.join()
        return self._record

    def _start(self) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # the reader closes it, when the process has ended
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tlslab.pytesting.engine_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=child.environment(),
            start_new_session=True,  # Ctrl-C reaches pytest, which closes the engine in good order
        )
        self._send(asdict(self._request(self._selected)))
        self._reader = threading.Thread(target=self._read, name="tls-lab", daemon=True)
        self._reader.start()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # it has ended by itself; the reader fails the futures
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        """Hand out what the process says, until it ends."""
        assert self._process
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._hear(json.loads(line))
        status = self._process.wait()
        with self._complaints as complaints:
            complaints.seek(0)
            words = complaints.read().decode(errors="replace").strip()
        with self._lock:
            if not self._closed:
                self._problem = f"the engine has ended by itself (exit status {status}): {words or 'without a word'}"
            waiting = [future for futures in self._waiting.values() for future in futures]
            self._waiting.clear()
        for future in waiting:
            if self._problem:
                future.set_exception(EngineError(self._problem))
            else:
                future.cancel()
                future.set_running_or_notify_cancel()

    def _hear(self, message: dict[str, Any]) -> None:
        if "record" in message:
            self._record = message["record"]
            return
        with self._lock:
            futures = self._waiting.pop(message["cell"], [])
        for future in futures:
            if "problem" in message:
                future.set_exception(EngineError(message["problem"]))
            else:
                future.set_result(message["played"])
