"""The pool of SQL Servers: all at once where there is workdir, by turns where memory is short."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.model.situation import ServerKind, ServerSide, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.docker.sqlserver_pool import GIB, Pool, room_for
from tlslab.stages.local.services import ServiceError
from tlslab.stages.stage import Distance, StageError

SIDE = healthy(ServerKind.SQLSERVER).server
SIDES = dict.fromkeys(("one", "two", "three"), SIDE)


class Written:
    """A server that only writes down what it is given; a side with security level 5 does not start."""

    real, implementation, said = False, "a server of these tests", ("a line",)

    def __init__(self) -> None:
        self.loaded: list[ServerSide] = []

    async def load(self, side: ServerSide, mint: Mint) -> None:
        self.loaded.append(side)
        await asyncio.sleep(0)
        if side.security_level == 5:
            raise ServiceError("it has ended: no such level")

    async def stop(self) -> None:
        pass


@pytest.fixture
def mint(tmp_path: Path) -> Mint:
    return Mint(Keys(tmp_path))


def pool(count: int, mint: Mint, sides: Mapping[str, ServerSide] = SIDES) -> Pool[Written]:
    return Pool([Written() for _ in range(count)], sides, mint)


def test_with_room_for_all_every_side_is_up_and_stays_up(mint: Mint) -> None:
    async def play() -> None:
        whole = pool(3, mint)
        await whole.start()
        assert {whole.distance(name) for name in SIDES} == {Distance.UP}
        for name in SIDES:
            async with whole.hold(name):
                assert len(whole.server(name).loaded) == 1

    asyncio.run(play())


def test_with_room_for_one_the_sides_take_turns(mint: Mint) -> None:
    async def play() -> None:
        small = pool(1, mint)
        await small.start()
        assert [small.distance(name) for name in SIDES] == [Distance.UP, Distance.NEAR, Distance.NEAR]
        async with small.hold("two"):
            assert [small.distance(name) for name in SIDES] == [Distance.FAR, Distance.UP, Distance.FAR]
        assert len(small.servers[0].loaded) == 2

    asyncio.run(play())


def test_a_side_that_is_held_is_not_taken_away(mint: Mint) -> None:
    async def play() -> list[str]:
        small, order = pool(1, mint), []
        await small.start()
        let_go = asyncio.Event()

        async def first() -> None:
            async with small.hold("one"):
                await let_go.wait()
                order.append("one is done with")

        async def second() -> None:
            async with small.hold("two"):
                order.append("two is up")

        async with asyncio.TaskGroup() as group:
            group.create_task(first())
            await asyncio.sleep(0)
            group.create_task(second())
            await asyncio.sleep(0)
            let_go.set()
        return order

    assert asyncio.run(play()) == ["one is done with", "two is up"]


def test_a_side_that_does_not_start_is_told_to_whoever_holds_it_and_to_nobody_else(mint: Mint) -> None:
    async def play() -> None:
        sides = {"bad": replace(SIDE, security_level=5), "good": SIDE}
        whole = pool(2, mint, sides)
        await whole.start()
        for _ in range(2):
            with pytest.raises(ServiceError, match="no such level"):
                async with whole.hold("bad"):
                    pass
        assert len(whole.server("bad").loaded) == 1
        assert whole.start_log("bad") == ("a line",)
        async with whole.hold("good"):
            pass

    asyncio.run(play())


def test_a_side_that_nobody_holds_up_cannot_be_used(mint: Mint) -> None:
    async def play() -> None:
        small = pool(1, mint)
        await small.start()
        with pytest.raises(ServiceError, match="has to be held"):
            small.server("three")

    asyncio.run(play())


@given(st.integers(min_value=3 * GIB, max_value=512 * GIB), st.integers(min_value=0, max_value=60))
def test_there_is_never_more_than_memory_allows_nor_than_is_needed(total: int, sides: int) -> None:
    room = room_for(total, sides)
    assert room <= sides
    assert room * 2 * GIB + GIB <= total
    assert room == sides or (room + 1) * 2 * GIB + GIB > total


def test_a_machine_that_is_too_small_for_one_is_told_what_to_do() -> None:
    with pytest.raises(StageError, match=r"machine has 2\.0 GB.*--sqlserver-image endpoint"):
        room_for(2 * GIB, 1)
