"""A server that finishes the handshake and then refuses the request: the client is not connected, and it has not
refused the server for what that is.
"""

import asyncio
from pathlib import Path

import pytest

from tlslab import catalogue
from tlslab.clients.curl import Curl
from tlslab.matrix.judge import ActVerdict, Judge
from tlslab.matrix.play import decide
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.conditions import UNTRUSTED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import says
from tlslab.model.outcome import Outcome, Result
from tlslab.model.situation import ServerKind, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import system
from tlslab.stages.local.stage import LocalStage

pytestmark = [
    pytest.mark.skipif(system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx"),
    pytest.mark.skipif(system.find_program("curl") is None, reason="curl plays here: apt-get install curl"),
]
NO_CERTIFICATE = "400 No required SSL certificate was sent"
SPECIAL_RESPONSE = Source(
    "nginx, src/http/ngx_http_special_response.c (ngx_http_error_496_page)",
    "https://github.com/nginx/nginx/blob/release-1.22.1/src/http/ngx_http_special_response.c",
)


class Impostor(Curl):
    """curl, of which it were documented that a server with an unknown CA answers it so."""

    rows = (
        *Curl.rows,
        *says([UNTRUSTED], Phase.RESPONSE, NO_CERTIFICATE, basis=Basis.AUTHORITATIVE, source=SPECIAL_RESPONSE),
    )


def met(tmp_path: Path) -> Outcome:
    situation = healthy(ServerKind.HTTPS).with_server(client_anchors=(LAB_ROOT,))

    async def play() -> Outcome:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys"))) as stage:
            stage.open([situation.client.connect_to])
            await stage.serve([situation])
            async with stage.hold(situation.server):
                return decide(Curl(), situation, await stage.attempt(Curl(), situation))

    return asyncio.run(play())


def test_an_answer_of_400_after_the_handshake_is_no_connection_and_never_a_refusal_of_an_impostor(
    tmp_path: Path,
) -> None:
    outcome = met(tmp_path)
    assert outcome.result is Result.REFUSED
    assert outcome.tls_version == "TLSv1.3"
    assert NO_CERTIFICATE in outcome.text

    known = catalogue.load()
    judge = Judge.of(Impostor(), known.knowledge)
    stranger = known.scenario("untrusted-ca").apply(healthy(ServerKind.HTTPS))
    act = judge.act(stranger, outcome)
    assert act.verdict is ActVerdict.AS_DOCUMENTED
    assert not judge.refuses_for_trust(act)
