"""Deadlines: they come, and time in which the lab did not run does not bring them nearer."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tlslab.runtime.deadline import EXCUSED, deadline


class Clock:
    """The clock of the running event loop, which goes on when it is told to."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self.now = loop.time()
        patch.setattr(loop, "time", lambda: self.now)

    async def turns(self, count: int, seconds: float = 0.0) -> None:
        """Turns of the loop, each with so much time on the clock."""
        for _ in range(count):
            self.now += seconds
            await asyncio.sleep(0)


def play(monkeypatch: pytest.MonkeyPatch, act: Callable[[Clock], Awaitable[None]]) -> None:
    async def with_clock() -> None:
        with monkeypatch.context() as patch:
            await act(Clock(patch))

    asyncio.run(with_clock())


def test_who_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(clock: Clock) -> None:
        began = clock.now
        with pytest.raises(TimeoutError):
            async with deadline(3):
                await clock.turns(100, 0.1)
        assert 3 <= clock.now - began < 4

    play(monkeypatch, act)


def test_who_is_in_time_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(clock: Clock) -> None:
        async with deadline(3):
            await clock.turns(25, 0.1)
        await clock.turns(25, 0.1)

    play(monkeypatch, act)


def test_what_has_happened_while_the_lab_was_stopped_is_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(clock: Clock) -> None:
        async with deadline(3):
            await clock.turns(1, 30)
            await clock.turns(20)  # the loop hears of it in one of its next turns

    play(monkeypatch, act)


def test_nobody_has_less_time_after_a_stop_than_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(clock: Clock) -> None:
        async with deadline(3):
            await clock.turns(29, 0.1)
            await clock.turns(1, 30)
            await clock.turns(20)

    play(monkeypatch, act)


def test_the_deadline_comes_although_the_loop_is_always_late(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(clock: Clock) -> None:
        with pytest.raises(TimeoutError):
            async with deadline(3):
                await clock.turns(10 * (3 + EXCUSED), 30)

    play(monkeypatch, act)
