"""Threads that nobody waits for when what they do is not wanted any more."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

R = TypeVar("R")


_under_way: set[Future[Any]] = set()


async def drain(timeout: float) -> None:
    """Wait for those that are under way, but no longer than this."""
    waiting = [asyncio.wrap_future(future) for future in [*_under_way]]
    if waiting:
        await asyncio.wait(waiting, timeout=timeout)
        for future in waiting:
            if not future.cancel():
                future.exception()  # who asked for it has gone


async def unattended(function: Callable[[], R]) -> R:
    """Call a function in a thread of its own, as `asyncio.to_thread` does in one of a pool.

    When this is cancelled the thread goes on by itself, and ends with the process: asyncio waits at its end for the
    threads of its pool, and Ctrl-C would have to wait with it for a Docker daemon that is busy building, or that hangs,
    or for pip. What a daemon still makes then is for the reaper.
    """
    future: Future[R] = Future()
    future.set_running_or_notify_cancel()
    _under_way.add(future)
    future.add_done_callback(_under_way.discard)

    def work() -> None:
        try:
            future.set_result(function())
        except BaseException as problem:
            future.set_exception(problem)

    threading.Thread(target=work, name="unattended", daemon=True).start()
    return await asyncio.wrap_future(future)
