"""A request with a client's certificate, or without one, at a real nginx; and what the self-check makes of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.model.certificate import FUTURE, LAB_ROOT, PAST, Authority, Chain, KeyPurpose
from tlslab.model.client_certificates import NOT_SENT, NOT_TAKEN
from tlslab.model.condition import Condition, conditions_of
from tlslab.model.conditions import CONDITIONS
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy
from tlslab.pki.audit import Asked, audit
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.pki.openssl_verify import AuditError
from tlslab.pki.scan import Scan, Staple
from tlslab.setup import system
from tlslab.stages.local.stage import LocalStage
from tlslab_scenarios.client_certificate import CLIENTS_ROOT, OF_ALICE

pytestmark = pytest.mark.skipif(
    system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx"
)
DEMANDS = healthy(ServerKind.HTTPS).with_server(client_anchors=(CLIENTS_ROOT,))
BELOW = Authority("Clients Issuing CA", parent=CLIENTS_ROOT)
SHOWN = {
    "none": (None, NOT_SENT),
    "good": (OF_ALICE, ""),
    "with an intermediate": (replace(OF_ALICE, issuer=BELOW), ""),
    "expired": (replace(OF_ALICE, validity=PAST), NOT_TAKEN),
    "not yet valid": (replace(OF_ALICE, validity=FUTURE), NOT_TAKEN),
    "of another CA": (replace(OF_ALICE, issuer=LAB_ROOT), NOT_TAKEN),
    "self-signed": (replace(OF_ALICE, issuer=None), NOT_TAKEN),
    "for servers": (replace(OF_ALICE, extended_key_usage=(KeyPurpose.SERVER_AUTH,)), NOT_TAKEN),
    "for any purpose that it does not name": (replace(OF_ALICE, extended_key_usage=()), ""),
}
SITUATIONS = {name: DEMANDS.with_client(certificate=Chain(leaf) if leaf else None) for name, (leaf, _) in SHOWN.items()}


def seen(situation: Situation, mint: Mint, asked: Asked) -> frozenset[Condition]:
    def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
        return Scan((mint.chain_pem(situation.chain),))

    return audit(situation, mint, scanner, Staple, CONDITIONS, None, asked)


def test_nginx_answers_what_openssl_and_cryptography_find_of_the_certificate(tmp_path: Path) -> None:
    answers: dict[str, str] = {}
    found: dict[str, frozenset[Condition]] = {}

    async def ask() -> None:
        mint = Mint(Keys(tmp_path / "keys"))
        async with LocalStage(tmp_path, mint) as stage:
            stage.open([DEMANDS.client.connect_to])
            await stage.serve(SITUATIONS.values())

            def asked(certificate: str, key: str) -> str:
                answers[name] = stage.request(DEMANDS.server, DEMANDS.client.connect_to, certificate, key)
                return answers[name]

            for name, situation in SITUATIONS.items():
                found[name] = await asyncio.to_thread(seen, situation, mint, asked)

    asyncio.run(ask())
    for name, situation in SITUATIONS.items():
        wanted = SHOWN[name][1]
        assert wanted in answers[name], name
        assert bool(wanted) is bool(answers[name]), name
        assert found[name] == conditions_of(situation, CONDITIONS), name


@pytest.mark.parametrize(("name", "answered"), [("good", NOT_TAKEN), ("expired", "")])
def test_a_server_that_answers_otherwise_than_it_should_is_an_error_of_the_lab(
    tmp_path: Path, name: str, answered: str
) -> None:
    mint = Mint(Keys(tmp_path / "keys"))
    with pytest.raises(AuditError, match="of the client's certificate OpenSSL finds"):
        seen(SITUATIONS[name], mint, lambda certificate, key: answered)


def test_a_server_that_asks_nobody_although_it_should_is_told(tmp_path: Path) -> None:
    mint = Mint(Keys(tmp_path / "keys"))
    assert seen(SITUATIONS["none"], mint, lambda certificate, key: "") == set()
