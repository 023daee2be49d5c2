"""The signals that end the lab: Ctrl-C (SIGINT), `kill` and `docker stop` (SIGTERM), a closed terminal (SIGHUP),
Ctrl-\\ (SIGQUIT).

All of them do the same. On the first the lab takes everything down. On another one the lab stops waiting for what it
waits for while it does so, and skips nothing. A signal that a shell ignores (nohup; SIGINT in the background) stays so.

Standard library only: the launcher's first start uses this module.
"""

import math
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from types import FrameType
from typing import Any, TypeVar

R = TypeVar("R")
Handler = Callable[[int, FrameType | None], object]

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
INTERRUPTED = 130
"""The exit status of a command that one of these signals ended."""
PATIENCE, RETRY = 2.0, 0.02
"""Seconds for which an import may go on, and seconds between two checks whether it does."""
AT_ONCE = 0.5
"""Seconds within which several signals count as one."""


def hold(signals: Iterable[signal.Signals] = ENDING) -> None:
    """Block these signals until `release` or `take`, also in the program that takes over this process: while Python
    starts and imports, they would end it with a traceback, or by the system's default action.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)


def release() -> None:
    """Unblock the signals that `hold` blocked."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def take() -> None:
    """From now on each of these signals raises KeyboardInterrupt; one that `hold` blocked raises it here."""
    _handle(_interrupt)
    release()


def end() -> None:
    """Ignore these signals: the lab has nothing left to take down, and Python, while it ends, gives a signal that is
    not ignored the system's default action. The lab may start no program after this: the program would inherit it.
    """
    while True:
        try:
            _handle(signal.SIG_IGN)
        except KeyboardInterrupt:  # a signal came before the handlers were set
            continue
        return


def run(main: Coroutine[Any, Any, R]) -> R:
    """As `asyncio.run`, but each of these signals cancels `main`: the first cancels its work, another one what it waits
    for while it takes things down. None stops the loop in the middle of a step.

    Raises KeyboardInterrupt, when everything is down, if one of them came.
    """
    import asyncio  # slow to import

    came: list[int] = []
    ways: list[Callable[[], object]] = []

    def cancel(number: int, frame: FrameType | None) -> None:
        global _raised  # noqa: PLW0603
        _raised = time.monotonic()
        came.append(number)
        for way in ways:
            way()

    async def watched() -> R:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task
        ways.append(lambda: loop.is_closed() or loop.call_soon_threadsafe(task.cancel))
        if came:  # a signal came while the loop was made
            main.close()
            raise asyncio.CancelledError
        return await main

    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(main)  # Python hands signals to the main thread alone
    before = {number: signal.getsignal(number) for number in (*ENDING, signal.SIGALRM)}
    try:
        _handle(cancel)
        result = asyncio.run(watched())
    except BaseException as problem:
        if came:
            raise KeyboardInterrupt from problem
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt
    return result


def _handle(handler: Handler | signal.Handlers) -> None:
    postponed = [signal.SIGALRM] if signal.getsignal(signal.SIGALRM) is _interrupt else []
    for number in (*ENDING, *postponed):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt.

    Not in the middle of an import that ends soon: Python drops what is raised in callbacks of its import system. And
    not twice at once: the first may have come to where it is answered.
    """
    global _raised  # noqa: PLW0603
    if _is_importing(frame) and len(_asked) < PATIENCE / RETRY:
        _asked.append(number)
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, RETRY)
    elif time.monotonic() - _raised > AT_ONCE:
        _raised = time.monotonic()
        raise KeyboardInterrupt


_asked: list[int] = []
_raised = -math.inf


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
