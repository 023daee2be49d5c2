"""One process serves many attempts, and none sees what another was told: real clients of Node, and of Python."""

import asyncio
from pathlib import Path

import pytest

from tlslab.clients.aiohttp import Aiohttp
from tlslab.clients.base import Client
from tlslab.clients.httpx import Httpx
from tlslab.clients.node_https import NodeHttps
from tlslab.clients.node_packages import Axios, Undici
from tlslab.clients.requests import Requests
from tlslab.clients.tedious import Tedious
from tlslab.clients.urllib import Urllib
from tlslab.model.outcome import Outcome, Result
from tlslab.model.situation import ServerKind, Situation, Store, StoreFlaw, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.local.stage import LocalStage
from tlslab.stages.machine import local_machine

CLIENTS = (Tedious(), NodeHttps(), Axios(), Undici(), Aiohttp(), Httpx(), Requests(), Urllib())


def played(tmp_path: Path, client: Client, situations: list[Situation]) -> list[Outcome]:
    """What came of them, one after the other, all in one process."""
    if missing := client.missing(local_machine()):
        pytest.skip(f"{missing.what} is not here: {missing.how_to_get}")

    async def script() -> list[Outcome]:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys"))) as stage:
            stage.open({"db.lab.test", "shop.lab.test", "other.lab.test"})
            if stage.obstacle:
                pytest.skip(stage.obstacle.what)
            await stage.serve(situations)
            done = [await stage.attempt(client, item) for item in situations]
            assert len(stage.here._workers._idle) == 1
            return [client.read(item, situation.client) for item, situation in zip(done, situations, strict=True)]

    return asyncio.run(script())


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_an_attempt_that_trusts_leaves_nothing_to_one_that_does_not(tmp_path: Path, client: Client) -> None:
    (kind,) = client.kinds
    trusted = healthy(kind)
    untrusted = trusted.with_client(trust_anchors=())
    blind = untrusted.with_client(trust_everything=True)
    absent = trusted.with_client(store=Store(flaw=StoreFlaw.MISSING))
    misnamed = trusted.with_client(connect_to="other.lab.test")
    found = played(tmp_path, client, [trusted, untrusted, blind, untrusted, absent, trusted, misnamed, blind, misnamed])
    connected, refused = Result.CONNECTED, Result.REFUSED
    assert [item.result for item in found] == [
        *(connected, refused, connected, refused, refused, connected),
        *(refused, connected, refused),
    ]
    assert found[1].text == found[3].text
    assert found[6].text == found[8].text
    assert "/attempt-" not in found[4].text  # it names the file as it was told to


@pytest.mark.parametrize("client", [NodeHttps(), Requests()], ids=lambda client: client.name)
def test_a_connection_is_not_used_again_by_who_looks_at_the_name(tmp_path: Path, client: Client) -> None:
    misnamed = healthy(ServerKind.HTTPS).with_client(connect_to="other.lab.test")
    unchecked = misnamed.with_client(name_check=False)
    found = played(tmp_path, client, [unchecked, misnamed, unchecked, misnamed])
    connected, refused = Result.CONNECTED, Result.REFUSED
    assert [item.result for item in found] == [connected, refused, connected, refused]
