"""Deadlines: so much time for what is waited for, and not for what the machine does with the lab meanwhile."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator

STEP = 1.0
"""Seconds in which an event loop that runs comes round."""
EXCUSED = 10
"""How often a deadline may be put off by a step, for the loop did not come round in time."""


@contextlib.asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """End the block after so many seconds, and raise TimeoutError.

    Time in which the lab itself did not run does not count: stopped by Ctrl-Z, or on a machine that is busy with
    something else. Otherwise, at the moment in which it goes on, everything that has happened meanwhile would come too
    late. So time is counted in steps, and the last one must have been one in which the event loop came round in time.
    """
    loop = asyncio.get_running_loop()
    steps = max(4, math.ceil(seconds / STEP))
    step = seconds / steps
    left, excused = steps, EXCUSED
    timer: asyncio.TimerHandle

    def count(due: float) -> None:
        nonlocal left, excused, timer
        left -= 1
        if left <= 0 and excused and loop.time() - due > step:
            left, excused = 1, excused - 1
        if left <= 0:
            limit.reschedule(loop.time())
        else:
            timer = loop.call_later(step, count, loop.time() + step)

    timer = loop.call_later(step, count, loop.time() + step)
    try:
        async with asyncio.timeout(None) as limit:
            yield
    finally:
        timer.cancel()
