"""Attempts at a server side take turns, so that its lines belong to the right client. At one that is down they do not:
some clients wait there through their whole login timeout.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tlslab.clients import all_clients
from tlslab.clients.base import Client
from tlslab.matrix.play import Attempt, Player
from tlslab.matrix.progress import Silent
from tlslab.model.conditions import CONDITIONS
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ServerKind, ServerSide, Situation, TLSVersion, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.pki.scan import NOBODY, Scan
from tlslab.stages.stage import Distance, Stage

SQLSERVER = healthy(ServerKind.SQLSERVER)
ALONE = SQLSERVER.with_chain(after=())
HOME = Path("/home")
CLIENTS = [client for client in all_clients() if client.name in ("python-tds", "pymssql")]


class Together:
    """A stage at whose attempts nothing happens but that they meet at a server, or do not: at `most` so many."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._under_way = Counter[ServerSide]()
        self.most = 0
        self.made: list[tuple[ServerSide, Path | None]] = []

    def distance(self, side: ServerSide) -> Distance:
        return Distance.UP

    @asynccontextmanager
    async def hold(self, side: ServerSide) -> AsyncIterator[None]:
        yield

    def scan(self, side: ServerSide, host: str, low: TLSVersion, high: TLSVersion, *, strict: bool) -> Scan:
        if not side.key_readable:
            return Scan(refused=NOBODY)
        assert side.chain
        certificates = self._mint.chain_pem(side.chain).split("-----END CERTIFICATE-----\n")
        return Scan(tuple(f"{item}-----END CERTIFICATE-----\n" for item in certificates if item.strip()))

    async def server_log(self, side: ServerSide) -> tuple[str, ...]:
        return ()

    def home(self) -> AbstractContextManager[Path]:
        return nullcontext(HOME)

    async def attempt(self, client: Client, situation: Situation, home: Path | None = None) -> Completed:
        self.made.append((situation.server, home))
        self._under_way[situation.server] += 1
        self.most = max(self.most, self._under_way[situation.server])
        for _ in range(20):  # Whoever else may begin now does so.
            await asyncio.sleep(0)
        self._under_way[situation.server] -= 1
        return Completed(0, "{}", "", 0.1)


class Needed(Together):
    """A stage on which a client at a server that is down comes back when somebody has been at another one."""

    def __init__(self, mint: Mint) -> None:
        super().__init__(mint)
        self._other = asyncio.Event()

    async def attempt(self, client: Client, situation: Situation, home: Path | None = None) -> Completed:
        if situation.server.key_readable:
            self._other.set()
        await self._other.wait()
        return Completed(0, "{}", "", 0.1)


def at_once(situation: Situation, mint: Mint) -> int:
    """How many of two clients were at this server side at a time."""
    stage = Together(mint)

    async def play() -> None:
        async with Player(cast(Stage, stage), mint, (), jobs=2, observer=Silent()) as player:
            await asyncio.gather(*(player.attempt(client, situation) for client in CLIENTS))

    asyncio.run(play())
    return stage.most


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    path: Path = tmp_path_factory.mktemp("keys")
    return Mint(Keys(path))


def test_one_after_the_other_at_a_server_that_writes_a_log(mint: Mint) -> None:
    assert at_once(SQLSERVER, mint) == 1


def test_all_at_once_at_a_server_that_is_down(mint: Mint) -> None:
    assert at_once(SQLSERVER.with_server(key_readable=False), mint) == 2


def played(situations: Sequence[Situation], mint: Mint) -> tuple[Together, list[Attempt]]:
    """The first client in these situations, as many at a time as can be."""
    stage = Together(mint)

    async def play() -> list[Attempt]:
        async with Player(cast(Stage, stage), mint, CONDITIONS, jobs=len(situations), observer=Silent()) as player:
            return await asyncio.gather(*(player.attempt(CLIENTS[0], item) for item in situations))

    return stage, asyncio.run(play())


def test_an_earlier_visit_is_made_first_and_in_the_same_home(mint: Mint) -> None:
    stage, _ = played([replace(SQLSERVER, visited=ALONE.server)], mint)
    assert stage.made == [(ALONE.server, HOME), (SQLSERVER.server, HOME)]


def test_an_earlier_visit_takes_its_turn_at_the_server_that_others_connect_to(mint: Mint) -> None:
    stage, _ = played([replace(SQLSERVER, visited=ALONE.server), ALONE], mint)
    assert len(stage.made) == 3
    assert stage.most == 1


def test_a_server_that_was_visited_before_is_looked_at_as_well(mint: Mint) -> None:
    old = ALONE.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1)  # this stage shows TLS 1.2 always
    _, (attempt,) = played([replace(SQLSERVER, visited=old.server)], mint)
    assert attempt.outcome.result is Result.LAB_ERROR
    assert "of the server that is visited before: found incomplete, but" in attempt.outcome.text


def test_who_waits_for_a_server_that_is_down_keeps_nobody_from_the_others(mint: Mint) -> None:
    async def play() -> None:
        stage, down = Needed(mint), SQLSERVER.with_server(key_readable=False)
        async with Player(cast(Stage, stage), mint, (), jobs=1, observer=Silent()) as player, asyncio.timeout(30):
            await asyncio.gather(*(player.attempt(CLIENTS[0], item) for item in (down, SQLSERVER)))

    asyncio.run(play())


def test_a_server_that_the_stage_does_not_have_is_an_error_and_nothing_waits_for_it(mint: Mint) -> None:
    class Without(Together):
        def distance(self, side: ServerSide) -> Distance:
            raise KeyError(side.kind)

    async def play() -> None:
        async with Player(cast(Stage, Without(mint)), mint, (), jobs=2, observer=Silent()) as player:
            async with asyncio.timeout(30):
                with pytest.raises(KeyError):
                    await player.attempt(CLIENTS[0], SQLSERVER)
                with pytest.raises(KeyError):
                    await player.attempt(CLIENTS[1], SQLSERVER)

    asyncio.run(play())
