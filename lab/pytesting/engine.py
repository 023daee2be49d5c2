"""The engine: plays cells for the tests of one pytest session, in a thread with an event loop of its own.

There is one in a session: in pytest's own process, or with xdist in the controller. It starts with the first cell
that is asked for, begins at once with the attempts of all selected cells, and is closed at the end of the session,
however that comes.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.matrix.choice import LOCAL, Choice

if TYPE_CHECKING:  # slow to import: the engine's thread does, when there is something to play
    from lab.matrix.plan import Cell, Plan
    from lab.pytesting.played import Played
    from lab.pytesting.session_run import SessionRun
    from lab.record import Record

ENDED = "the session ended before this cell was played"


class EngineError(Exception):
    """The lab cannot play; the message is for people."""


@dataclass(frozen=True, slots=True)
class Order:
    """How to play. `plan` makes the plan of everything that could be selected; `jobs` 0: one for each core."""

    plan: Callable[[], "Plan"]
    cache: Callable[[], Path]
    jobs: int = 0
    stage: Choice = LOCAL
    keep_record: bool = False


class Engine:
    """Plays cells by id. Every method may be called from every thread."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._selected: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._listening: Future[asyncio.AbstractEventLoop] = Future()
        self._done: Future[Record | None] = Future()
        self._closed = False

    def select(self, identities: Iterable[str]) -> None:
        """The cells of the session, in the order of the tests. Comes before the first `play`; starts nothing."""
        self._selected = tuple(identities)

    def play(self, identity: str) -> "Future[Played]":
        """The played cell, some time from now.

        Raises EngineError, as the future does; that also CancelledError, when the engine is closed meanwhile.
        """
        with self._lock:
            if self._closed:
                raise EngineError(ENDED)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="tls-lab", daemon=True)
                self._thread.start()
            loop = self._listening.result()
            if self._done.done():
                raise EngineError(f"the lab has broken down: {self._done.exception()}")
            # Within the lock: what is asked for before the engine is closed is also answered before.
            return asyncio.run_coroutine_threadsafe(self._play(identity), loop)

    def close(self) -> "Record | None":
        """Take everything down, and wait until it is. The record when one is to be kept and something was played."""
        with self._lock:
            self._closed = True
        if self._thread is None:
            return None
        loop = self._listening.result()
        if not self._done.done():
            loop.call_soon_threadsafe(self._finish)
        self._thread.join()
        return self._done.result()

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as problem:
            # A thread has nobody to raise it to: whoever waits gets it.
            for waited_for in (self._listening, self._done):
                if not waited_for.done():
                    waited_for.set_exception(problem)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._up: asyncio.Future[SessionRun] = loop.create_future()
        self._end = asyncio.Event()
        self._task = asyncio.current_task()
        self._listening.set_result(loop)
        record = None
        try:
            run = self._new_run()
            self._cells = {cell.id: cell for cell in run.plan.cells}
            async with run:
                self._up.set_result(run)
                for cell in run.plan.cells:  # cell by cell, so that the first test has its answer soon
                    await run.want((cell,))
                await self._end.wait()
                record = await run.record_so_far() if self._order.keep_record else None
        except asyncio.CancelledError:
            if not self._end.is_set():  # else: closed before everything was up
                raise
        except Exception as problem:
            if self._up.done():
                raise
            self._up.set_exception(problem)
            await self._end.wait()
        self._done.set_result(record)

    def _new_run(self) -> "SessionRun":
        from lab.pytesting.session_run import SessionRun, narrowed

        plan = narrowed(self._order.plan(), self._selected)
        return SessionRun(plan, cache=self._order.cache(), jobs=self._order.jobs, stage=self._order.stage.make)

    async def _play(self, identity: str) -> "Played":
        try:
            run = await asyncio.shield(self._up)
            return await run.played(self._cell(identity))
        except Exception as problem:
            raise EngineError(_sentence(problem)) from problem

    def _cell(self, identity: str) -> "Cell":
        try:
            return self._cells[identity]
        except KeyError:
            raise EngineError(f"{identity} was not selected when the engine started") from None

    def _finish(self) -> None:
        """In the engine's thread: end what is being waited for."""
        self._end.set()
        if not self._up.done() and self._task is not None:
            self._task.cancel()


def _sentence(problem: Exception) -> str:
    from lab.stages.sandbox import SandboxError
    from lab.stages.services import ServiceError
    from lab.stages.stage import StageError

    if isinstance(problem, EngineError | SandboxError | ServiceError | StageError):
        return str(problem)
    return f"the lab failed: {type(problem).__name__}: {problem}"
