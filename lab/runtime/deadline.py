"""Deadlines: time limits for what the lab waits for; time in which the machine does not run the lab does not count."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator

STEP = 1.0
"""Seconds in which a running event loop completes a turn."""
EXCUSED = 10
"""How often a deadline may be put off by a step because the event loop did not complete a turn in time."""


@contextlib.asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """End the block after so many seconds, and raise TimeoutError.

    Time in which the lab itself did not run does not count: Ctrl-Z had stopped it, or the machine was busy with other
    programs. Otherwise every event of that time would be too late when the lab goes on. So the deadline counts time in
    steps, and in the last step the event loop must have completed a turn in time.
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
