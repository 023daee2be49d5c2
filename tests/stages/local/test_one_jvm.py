"""One JVM serves many attempts, and none sees what another was told: real attempts by mssql-jdbc."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.clients.base import Client, Invocation, Request
from tlslab.clients.mssql_jdbc import MssqlJdbc
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.local.stage import LocalStage
from tlslab.stages.machine import local_machine

JDBC = MssqlJdbc()
TRUSTED = healthy(ServerKind.SQLSERVER)
UNTRUSTED = TRUSTED.with_client(trust_anchors=())
BLIND = UNTRUSTED.with_client(trust_everything=True)
MISNAMED = TRUSTED.with_client(expected_name="other.lab.test")
LIMITED = TRUSTED.with_client(tls_max=TLSVersion.TLSv1_1)

pytestmark = pytest.mark.skipif(
    JDBC.missing(local_machine()) is not None, reason="mssql-jdbc is not here: ./tlslab setup"
)


class Hurried(MssqlJdbc):
    """Ended before it can answer, where nothing is trusted."""

    name = "hurried"

    def invoke(self, request: Request) -> Invocation:
        invocation = super().invoke(request)
        return invocation if request.side.trust_anchors else replace(invocation, timeout=0.001)


def played(tmp_path: Path, situations: list[Situation], client: Client = JDBC) -> tuple[list[Outcome], list[Completed]]:
    """What came of them, one after the other."""

    async def script() -> list[Completed]:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys"))) as stage:
            stage.open({"db.lab.test", "other.lab.test"})
            if stage.obstacle:
                pytest.skip(stage.obstacle.what)
            await stage.serve(situations)
            found = [await stage.attempt(client, situation) for situation in situations]
            workers.append(len(stage.here._workers._idle))
            return found

    workers: list[int] = []
    done = asyncio.run(script())
    kinds = {(invocation.tls_max, invocation.tls_min) for invocation in (item.client for item in situations)}
    assert workers == [len(kinds)]
    return [client.read(item, situation.client) for item, situation in zip(done, situations, strict=True)], done


def test_an_attempt_that_trusts_leaves_nothing_to_one_that_does_not(tmp_path: Path) -> None:
    outcomes, _ = played(tmp_path, [TRUSTED, UNTRUSTED, BLIND, UNTRUSTED, MISNAMED, TRUSTED])
    assert [item.result for item in outcomes] == [
        Result.CONNECTED,
        Result.REFUSED,
        Result.CONNECTED,
        Result.REFUSED,
        Result.REFUSED,
        Result.CONNECTED,
    ]
    assert "PKIX path building failed" in outcomes[1].text
    assert outcomes[3].text.partition("ClientConnectionId")[0] == outcomes[1].text.partition("ClientConnectionId")[0]
    assert "Failed to validate the server name" in outcomes[4].text


def test_tls_limits_of_one_attempt_are_not_those_of_the_next(tmp_path: Path) -> None:
    outcomes, _ = played(tmp_path, [LIMITED, TRUSTED, LIMITED])
    assert [item.result for item in outcomes] == [Result.REFUSED, Result.CONNECTED, Result.REFUSED]


def test_a_jvm_that_was_ended_is_replaced(tmp_path: Path) -> None:
    outcomes, done = played(tmp_path, [TRUSTED, UNTRUSTED, TRUSTED], Hurried())
    assert done[1].exit_status is None
    assert [outcomes[0].result, outcomes[2].result] == [Result.CONNECTED, Result.CONNECTED]
