"""One .NET process serves many attempts, and none sees what another was told or has fetched: attempts by HttpClient."""

import asyncio
from pathlib import Path

import pytest

from tlslab.clients.dotnet_https import DotnetHttpClient
from tlslab.model.certificate import Responder
from tlslab.model.outcome import Outcome, Result
from tlslab.model.situation import ServerKind, Situation, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.local.stage import LocalStage
from tlslab.stages.machine import local_machine

CLIENT = DotnetHttpClient()
TRUSTED = healthy(ServerKind.HTTPS)
BLIND = TRUSTED.with_client(trust_everything=True)
MISNAMED = TRUSTED.with_leaf(common_name="other.lab.test", names=("other.lab.test",))
ALONE = TRUSTED.with_chain(after=())
PUBLISHED = ALONE.with_leaf(ca_issuers=Responder.ANSWERS)

pytestmark = pytest.mark.skipif(
    CLIENT.missing(local_machine()) is not None, reason="dotnet-httpclient is not here: ./tlslab setup"
)


def played(tmp_path: Path, situations: list[Situation]) -> list[Outcome]:
    """What came of them, one after the other."""

    async def script() -> list[Outcome]:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys"))) as stage:
            stage.open({"shop.lab.test"})
            if stage.obstacle:
                pytest.skip(stage.obstacle.what)
            await stage.serve(situations)
            return [CLIENT.read(await stage.attempt(CLIENT, item), item.client) for item in situations]

    return asyncio.run(script())


def test_an_attempt_that_accepts_anything_leaves_nothing_to_one_that_verifies(tmp_path: Path) -> None:
    found = played(
        tmp_path, [TRUSTED, MISNAMED, BLIND, MISNAMED, MISNAMED.with_client(trust_everything=True), MISNAMED]
    )
    assert [item.result for item in found] == [
        Result.CONNECTED,
        Result.REFUSED,
        Result.CONNECTED,
        Result.REFUSED,
        Result.CONNECTED,
        Result.REFUSED,
    ]
    assert found[1].text == found[3].text == found[5].text
    assert found[1].text.endswith("RemoteCertificateNameMismatch")


def test_an_intermediate_that_one_attempt_has_fetched_completes_no_chain_of_another(tmp_path: Path) -> None:
    before, fetched, after = played(tmp_path, [ALONE, PUBLISHED, ALONE])
    assert [before.result, fetched.result] == [Result.REFUSED, Result.CONNECTED]
    assert after.text == before.text
    assert after.text.endswith("PartialChain")


def test_what_one_attempt_has_fetched_is_there_for_the_next_in_the_same_home(tmp_path: Path) -> None:
    async def script() -> list[Outcome]:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys"))) as stage:
            stage.open({"shop.lab.test"})
            if stage.obstacle:
                pytest.skip(stage.obstacle.what)
            await stage.serve([PUBLISHED, ALONE])
            with stage.home() as home:
                return [
                    CLIENT.read(await stage.attempt(CLIENT, item, home), item.client)
                    for item in (ALONE, PUBLISHED, ALONE)
                ]

    assert [item.result for item in asyncio.run(script())] == [Result.REFUSED, Result.CONNECTED, Result.CONNECTED]
    assert not list(tmp_path.glob("**/attempt-*"))
