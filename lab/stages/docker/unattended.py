"""Threads that nobody waits for when what they do is not wanted any more."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

R = TypeVar("R")


async def unattended(function: Callable[[], R]) -> R:
    """Call a function in a thread of its own, as `asyncio.to_thread` does in one of a pool.

    When this is cancelled the thread goes on by itself, and ends with the process: asyncio waits at its end for the
    threads of its pool, and Ctrl-C would have to wait with it for a daemon that is busy building, or that hangs. What
    a daemon still makes then is for the reaper.
    """
    future: Future[R] = Future()
    future.set_running_or_notify_cancel()

    def work() -> None:
        try:
            future.set_result(function())
        except BaseException as problem:
            future.set_exception(problem)

    threading.Thread(target=work, name="unattended", daemon=True).start()
    return await asyncio.wrap_future(future)
