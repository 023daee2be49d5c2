"""One JVM serves many attempts, and none sees what another was told: real attempts by clients of Java."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.clients.base import Client, Invocation, Request
from tlslab.clients.java_https import HttpClient, UrlConnection
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
WEB = healthy(ServerKind.HTTPS)
OTHER_HOST = WEB.with_client(connect_to="other.lab.test")
UNCHECKED = OTHER_HOST.with_client(name_check=False)

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
    """What came of them, one after the other, in as many JVMs as there are TLS limits."""
    outcomes, done, workers = played_in(tmp_path, situations, client)
    assert workers == len({(item.client.tls_max, item.client.tls_min) for item in situations})
    return outcomes, done


def played_in(
    tmp_path: Path, situations: list[Situation], client: Client
) -> tuple[list[Outcome], list[Completed], int]:
    """What came of them, one after the other, and in how many JVMs."""

    async def script() -> tuple[list[Completed], int]:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys"))) as stage:
            stage.open({"db.lab.test", "shop.lab.test", "other.lab.test"})
            if stage.obstacle:
                pytest.skip(stage.obstacle.what)
            await stage.serve(situations)
            found = [await stage.attempt(client, situation) for situation in situations]
            return found, len(stage.here._workers._idle)

    done, workers = asyncio.run(script())
    outcomes = [client.read(item, situation.client) for item, situation in zip(done, situations, strict=True)]
    return outcomes, done, workers


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


def results(outcomes: list[Outcome]) -> list[Result]:
    return [item.result for item in outcomes]


@pytest.mark.parametrize(("client", "jvms"), [(UrlConnection(), 2), (HttpClient(), 1)])
def test_an_https_client_that_trusts_leaves_nothing_to_the_next(tmp_path: Path, client: Client, jvms: int) -> None:
    untrusted = WEB.with_client(trust_anchors=())
    blind = untrusted.with_client(trust_everything=True)
    outcomes, _, workers = played_in(tmp_path, [WEB, untrusted, blind, untrusted, WEB], client)
    connected, refused = Result.CONNECTED, Result.REFUSED
    assert results(outcomes) == [connected, refused, connected, refused, connected]
    assert workers == jvms


def test_a_session_is_not_resumed_by_who_looks_at_the_name(tmp_path: Path) -> None:
    """The JVM's own context would keep it for the next connection to this host and port."""
    outcomes, _, workers = played_in(tmp_path, [UNCHECKED, OTHER_HOST, UNCHECKED, OTHER_HOST], UrlConnection())
    assert results(outcomes) == [Result.CONNECTED, Result.REFUSED, Result.CONNECTED, Result.REFUSED]
    assert workers == 1
