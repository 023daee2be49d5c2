"""Tasks of the event loop: several at a time, none of which outlives the caller that waits for it."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

REPEAT = 0.5
"""Seconds after which a task that was told to end is told again."""


async def together(*work: Awaitable[T]) -> list[T]:
    """Wait for all of these; their results, in order. When one fails, end the others, then raise its failure:
    `asyncio.gather` would let the others run on without a caller that waits for them.
    """
    return await _all_of(work, asyncio.FIRST_EXCEPTION)


async def each(*work: Awaitable[T]) -> list[T]:
    """Wait for all of these, whatever becomes of the others; their results, in order. Raises the first failure."""
    return await _all_of(work, asyncio.ALL_COMPLETED)


async def _all_of(work: Iterable[Awaitable[T]], until: str) -> list[T]:
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        if tasks:
            await asyncio.wait(tasks, return_when=until)
        failed = [task for task in tasks if task.done() and not task.cancelled() and task.exception()]
    finally:
        await abandon(tasks)
    return [task.result() for task in failed or tasks]


async def abandon(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel these tasks and wait until they have ended. Cancel them again every REPEAT seconds: code that a task runs
    may swallow a cancellation, as `asyncio.wait_for` does when what it waits for is done at that very moment
    (python/cpython, issue 86296; mended in 3.12). The lab does not use `wait_for`, but other code may.
    """
    tasks = tuple(tasks)
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=REPEAT)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # mark the failure as retrieved: the caller ignores it


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait until the work has ended, however often the caller is cancelled; a cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    told: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as cancelled:
            told = cancelled
    if told is not None:
        await abandon([task])
        raise told
    return task.result()
