"""Tasks: none outlives whoever waits for it, and none keeps anybody waiting."""

import asyncio
import contextlib

import pytest

from tlslab.runtime.tasks import abandon, each, to_the_end, together

IN_VAIN = 30


async def fails() -> None:
    raise ValueError("no room")


def test_when_one_fails_the_others_have_ended_before_anybody_is_told() -> None:
    ended: list[str] = []

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("the other")

    async def play() -> None:
        async with asyncio.timeout(IN_VAIN):
            with pytest.raises(ValueError, match="no room"):
                await together(hangs(), fails())
            assert ended == ["the other"]

    asyncio.run(play())


def test_the_results_come_in_order() -> None:
    async def number(value: int) -> int:
        for _ in range(value):
            await asyncio.sleep(0)
        return value

    assert asyncio.run(together(number(3), number(1), number(2))) == [3, 1, 2]
    assert asyncio.run(together()) == []


def test_each_is_waited_for_although_another_one_fails() -> None:
    ended: list[str] = []

    async def takes_its_time() -> None:
        await asyncio.sleep(0)
        ended.append("the other")

    with pytest.raises(ValueError, match="no room"):
        asyncio.run(each(fails(), takes_its_time()))
    assert ended == ["the other"]


def test_what_has_to_come_to_its_end_does_however_often_it_is_cancelled() -> None:
    async def play() -> tuple[bool, bool]:
        begun, release = asyncio.Event(), asyncio.Event()
        done: list[bool] = []

        async def clean_up() -> None:
            begun.set()
            await release.wait()
            done.append(True)

        task = asyncio.create_task(to_the_end(clean_up()))
        await begun.wait()
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        release.set()
        await asyncio.wait({task})
        return done == [True], task.cancelled()

    assert asyncio.run(play()) == (True, True)


def test_a_task_that_swallows_its_cancellation_is_told_again() -> None:
    """As `asyncio.wait_for` of Python 3.11 may do (python/cpython, issue 86296)."""

    async def deaf_once() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def play() -> bool:
        task = asyncio.create_task(deaf_once())
        await asyncio.sleep(0)
        await abandon([task])
        return task.cancelled()

    assert asyncio.run(play())
