"""Threads that the lab stops waiting for when it does not want their results any more."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

R = TypeVar("R")


_under_way: set[Future[Any]] = set()


async def drain(timeout: float) -> None:
    """Wait for the threads under way, for at most `timeout` seconds."""
    waiting = [asyncio.wrap_future(future) for future in [*_under_way]]
    if waiting:
        await asyncio.wait(waiting, timeout=timeout)
        for future in waiting:
            if not future.cancel():
                future.exception()  # mark the failure as retrieved: the caller has gone


async def unattended(function: Callable[[], R]) -> R:
    """Call a function in a thread of its own, as `asyncio.to_thread` does in one of a pool.

    When the caller is cancelled the thread goes on by itself, and ends with the process: asyncio waits at its end for
    the threads of its pool, and Ctrl-C would have to wait for a Docker daemon that is busy building, or that hangs, or
    for pip. The reaper removes what a daemon still makes then.
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
