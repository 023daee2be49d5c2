"""What stands at the addresses in certificates, as the self-check and clients find it on the local stage."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.model.certificate import FRESH, LAB_ISSUING, LAB_ROOT, STALE, Responder, RevocationList, issuers
from tlslab.model.condition import Condition, conditions_of, defects
from tlslab.model.conditions import (
    CONDITIONS,
    INCOMPLETE,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    STAPLE_MISSING,
)
from tlslab.model.situation import RevocationCheck, ServerKind, Situation, TLSVersion, healthy
from tlslab.pki.audit import audit
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.pki.scan import Scan, Staple
from tlslab.stages.local.responders import Responders

ANSWERS, REFUSES, SILENT = Responder.ANSWERS, Responder.REFUSES, Responder.SILENT
LISTED = replace(LAB_ISSUING, crl=ANSWERS, ocsp=ANSWERS)
GOOD = healthy(ServerKind.HTTPS)
LISTS = (RevocationList(LAB_ISSUING), RevocationList(LAB_ROOT))
FETCHES, ASKS, DEMANDS = RevocationCheck.CRL, RevocationCheck.OCSP, RevocationCheck.STAPLE


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


def seen(situation: Situation, keys: Path, staple: Callable[[Mint], Staple]) -> frozenset[Condition]:
    """The defects that the self-check sees where the responders run."""

    async def look() -> frozenset[Condition]:
        mint = Mint(Keys(keys))
        responders = Responders(mint)
        await responders.start([situation.server])
        try:
            sent = tuple(mint.pem(item) for item in situation.chain.presented)

            def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
                return Scan(sent)

            return await asyncio.to_thread(audit, situation, mint, scanner, lambda: staple(mint), CONDITIONS)
        finally:
            await responders.stop()

    return asyncio.run(look())


def none(mint: Mint) -> Staple:
    return Staple()


def of(status: str, fresh: bool = True) -> Callable[[Mint], Staple]:
    return lambda mint: Staple(status, mint.now + (FRESH if fresh else STALE).ends)


def below_listed(**changes: object) -> Situation:
    return GOOD.with_leaf(**{"issuer": LISTED, "crl": ANSWERS, "ocsp": ANSWERS, **changes})


@pytest.mark.parametrize(
    ("situation", "staple", "found"),
    [
        pytest.param(below_listed(), none, set(), id="good, and nobody looks"),
        pytest.param(below_listed(revoked=True), none, {REVOKED}, id="revoked, and nobody looks"),
        pytest.param(GOOD.with_leaf(revoked=True), none, set(), id="revoked, and nobody tells"),
        pytest.param(below_listed().with_client(revocation=FETCHES), none, set(), id="good, by the list"),
        pytest.param(below_listed().with_client(revocation=ASKS), none, set(), id="good, by OCSP"),
        pytest.param(GOOD.with_client(revocation=FETCHES), none, {REVOCATION_UNKNOWN}, id="no address of a list"),
        pytest.param(
            below_listed(crl=REFUSES).with_client(revocation=FETCHES), none, {REVOCATION_UNKNOWN}, id="nobody there"
        ),
        pytest.param(
            below_listed(ocsp=SILENT).with_client(revocation=ASKS), none, {REVOCATION_UNKNOWN}, id="nothing is said"
        ),
        pytest.param(
            GOOD.with_leaf(revoked=True).with_client(crls=LISTS), none, {REVOKED}, id="revoked, by the list that it has"
        ),
        pytest.param(GOOD.with_client(crls=LISTS), none, set(), id="good, by the list that it has"),
        pytest.param(
            GOOD.with_client(crls=(RevocationList(LAB_ROOT),)), none, {REVOCATION_UNKNOWN}, id="the list of another CA"
        ),
        pytest.param(
            GOOD.with_client(crls=(RevocationList(LAB_ISSUING, STALE),)), none, {REVOCATION_STALE}, id="an old list"
        ),
        pytest.param(
            GOOD.with_leaf(revoked=True).with_server(staple=FRESH), of("revoked"), {REVOKED}, id="revoked, by staple"
        ),
        pytest.param(GOOD.with_server(staple=FRESH), of("good"), set(), id="good, by staple"),
        pytest.param(GOOD.with_server(staple=STALE), of("good", False), {REVOCATION_STALE}, id="an old staple"),
        pytest.param(GOOD.with_client(revocation=DEMANDS), none, {STAPLE_MISSING}, id="a staple is demanded"),
        pytest.param(GOOD.with_leaf(must_staple=True), none, {STAPLE_MISSING}, id="the certificate demands it"),
        pytest.param(
            GOOD.with_leaf(ca_issuers=ANSWERS).with_chain(after=()), none, {INCOMPLETE}, id="nobody fetches the issuer"
        ),
        pytest.param(
            GOOD.with_leaf(ca_issuers=ANSWERS).with_chain(after=()).with_client(fetches_issuers=True),
            none,
            set(),
            id="the issuer is fetched",
        ),
        pytest.param(
            GOOD.with_leaf(ca_issuers=REFUSES).with_chain(after=()).with_client(fetches_issuers=True),
            none,
            {INCOMPLETE},
            id="the issuer is to be fetched, and nobody is there",
        ),
    ],
)
def test_the_self_check_sees_what_is_told_of_revocation(
    situation: Situation, staple: Callable[[Mint], Staple], found: set[Condition], keys: Path
) -> None:
    assert seen(situation, keys, staple) == found
    assert defects(conditions_of(situation, CONDITIONS)) == found


def test_responders_run_where_a_certificate_names_them() -> None:
    assert GOOD.server.responders == frozenset()
    assert below_listed(ocsp=SILENT).server.responders == {ANSWERS, SILENT}
    assert issuers(below_listed().chain.leaf) == (LISTED, LAB_ROOT)
