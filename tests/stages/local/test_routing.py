"""A server that sends its clients on, and the other one: both are served and looked at, and told of as one."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tlslab.matrix.play import Player
from tlslab.matrix.progress import Silent
from tlslab.model.certificate import PAST
from tlslab.model.conditions import CONDITIONS, EXPIRED
from tlslab.model.situation import Route, ServerKind, Situation, TLSVersion, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.pki.openssl_verify import AuditError
from tlslab.servers.tds.client import log_in
from tlslab.setup import system
from tlslab.stages.local.stage import LocalStage

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the local stage's sandbox is Linux's"),
    pytest.mark.skipif(
        system.find_program("openssl") is None, reason="the self-check needs openssl: apt-get install openssl"
    ),
]
REPLICA = "replica.lab.test"
GOOD = healthy(ServerKind.SQLSERVER)
OTHER = GOOD.with_leaf(common_name=REPLICA, names=(REPLICA,), validity=PAST)
SENT = GOOD.with_server(route=Route(REPLICA, OTHER.server))


async def served(cache: Path, situation: Situation, look: Callable[[LocalStage, Player], Awaitable[None]]) -> None:
    mint = Mint(Keys(cache))
    async with LocalStage(cache, mint) as stage:
        stage.open([REPLICA, GOOD.client.connect_to])
        await stage.serve([situation])
        await look(stage, Player(stage, mint, CONDITIONS, jobs=1, observer=Silent()))


def test_both_are_looked_at_and_their_lines_are_those_of_one_side(tmp_path: Path) -> None:
    async def look(stage: LocalStage, player: Player) -> None:
        found = await asyncio.to_thread(player._look_at, SENT)
        assert found == {EXPIRED}
        every = (TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
        first, second = (stage.scan(side, "", *every, strict=False) for side in (SENT.server, OTHER.server))
        assert first.certificates[0] != second.certificates[0]
        await stage.server_log(SENT.server)
        for side in (SENT.server, OTHER.server):
            endpoint = stage.endpoint(side)
            login = (endpoint.address, endpoint.port, stage.login.user, stage.login.password)
            assert not await asyncio.to_thread(log_in, *login, strict=False, timeout=20)
        lines = "\n".join(await stage.server_log(SENT.server))
        assert f"was routed to {REPLICA},{stage.endpoint(OTHER.server).port}" in lines
        assert "Login succeeded" in lines

    asyncio.run(served(tmp_path, SENT, look))


def test_where_the_first_one_is_not_in_order_nobody_would_be_sent_on(tmp_path: Path) -> None:
    bad = SENT.with_leaf(validity=PAST)

    async def look(stage: LocalStage, player: Player) -> None:
        with pytest.raises(AuditError, match=r"should be in order, and there is expired"):
            await asyncio.to_thread(player._look_at, bad)

    asyncio.run(served(tmp_path, bad, look))
