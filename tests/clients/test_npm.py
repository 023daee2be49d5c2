"""npm: what it is told in ~/.npmrc, and its words. Texts: minipass-fetch, lib/index.js; settings: npm's config."""

import pytest

from tests.clients.acts import broken, documented, tolerated
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients.npm import Npm
from tlslab.model.environment import NODE_TLS_REJECT_UNAUTHORIZED, Variable
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind

NPM = Npm()
SAID = f"""\
npm notice PING https://{HOST}:8443/
npm error code CODE
npm error errno CODE
npm error request to https://{HOST}:8443/-/ping failed, reason: REASON
"""


def said(code: str, reason: str) -> str:
    return SAID.replace("CODE", code).replace("REASON", reason)


def test_reads_no_configuration_but_its_own() -> None:
    invocation = invoked(NPM, SAFE)
    assert invocation.argv == ("/usr/bin/npm", "ping")
    assert invocation.files[".npmrc"] == f"registry=https://{HOST}:8443/\ncafile=/room/ca.pem\n"
    assert invocation.env["npm_config_globalconfig"] == "no-such-npmrc"
    assert invocation.env["npm_config_fetch_retries"] == "0"


@pytest.mark.parametrize(
    ("side", "typed"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("npm config set cafile ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("npm config set strict-ssl false",)),
        (ClientSide(HOST, trust_anchors=SAFE.trust_anchors, defaults_only=True), ("NODE_EXTRA_CA_CERTS=ca.pem",)),
    ],
)
def test_settings_are_typed_as_people_do(side: ClientSide, typed: tuple[str, ...]) -> None:
    assert NPM.options_as_typed(side) == typed


def test_pong_is_a_connection_and_an_error_has_nodes_code() -> None:
    assert NPM.read(Completed(0, "", "npm notice PING x\nnpm notice PONG 27ms\n", 0.1), SAFE).result is Result.CONNECTED
    refused = NPM.read(Completed(1, "", said("CERT_HAS_EXPIRED", "certificate has expired"), 0.1), SAFE)
    assert (refused.result, refused.code) == (Result.REFUSED, "CERT_HAS_EXPIRED")


def test_nodes_words_and_codes_are_known() -> None:
    assert documented(NPM, said("CERT_HAS_EXPIRED", "certificate has expired")).keys() == {"expired"}
    found = documented(NPM, said("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"))
    assert "missing-intermediate" in found


def test_strict_ssl_decides_and_nodes_variable_does_not() -> None:
    situation = broken("untrusted-ca", ServerKind.HTTPS)
    assert "strict-ssl" in tolerated(NPM, situation.with_client(trust_everything=True))
    variable = Variable(NODE_TLS_REJECT_UNAUTHORIZED, value="0")
    assert not tolerated(NPM, situation.with_client(environment=(variable,)))
