"""The self-check finds what is wrong with a situation, and nothing else; it catches a chain that was minted wrongly."""

from datetime import timedelta
from pathlib import Path

import pytest

from tlslab.catalogue import load
from tlslab.model.scenario import Claim, Defect
from tlslab.model.situation import LAB_ISSUING, Authority, ServerKind, Situation, TLSVersion, Validity, healthy
from tlslab.pki.audit import AuditError, audit, client_versions
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint, certificates
from tlslab.pki.scan import Look

CATALOGUE = load()
CASES = [
    pytest.param(scenario, kind, id=f"{scenario.id}-{kind.value}")
    for scenario in CATALOGUE.scenarios
    for kind in sorted(scenario.kinds)
]
DOWN = "nobody listens: [Errno 111] Connection refused"
UNREADABLE = healthy(ServerKind.SQLSERVER).with_server(key_readable=False)


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    return Mint(Keys(tmp_path_factory.mktemp("keys")))


def look_at(mint: Mint, situation: Situation, *, presented: str | None = None) -> "frozenset[Defect]":
    """The audit with a looker that sees what the server was given, and the versions that it speaks."""
    chain = situation.server.chain
    text = presented if presented is not None else mint.chain_pem(chain) if chain else mint.fallback()[0]
    newest = min(situation.server.tls_max, client_versions(healthy(situation.kind))[1])

    def looker(low: TLSVersion, high: TLSVersion) -> Look:
        if not situation.server.key_readable:
            return Look(refused=DOWN)
        common = max(low, situation.server.tls_min) <= min(high, newest)
        return Look(tuple(_split(text))) if common else Look(refused="alert 70")

    return audit(situation, mint, looker)


def _split(text: str) -> list[str]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return [item.public_bytes(Encoding.PEM).decode() for item in certificates(text)]


@pytest.mark.parametrize("kind", list(ServerKind))
def test_nothing_is_wrong_with_the_healthy_situation(mint: Mint, kind: ServerKind) -> None:
    assert look_at(mint, healthy(kind)) == frozenset()


@pytest.mark.parametrize(("scenario", "kind"), CASES)
def test_a_scenario_has_the_defects_that_it_declares_and_only_those(
    mint: Mint, scenario: object, kind: ServerKind
) -> None:
    broken = scenario.apply(healthy(kind))  # type: ignore[attr-defined]
    assert look_at(mint, broken) == scenario.defects  # type: ignore[attr-defined]


@pytest.mark.parametrize(("scenario", "kind"), CASES)
def test_a_cure_leaves_nothing_wrong_and_every_impostor_has_something(
    mint: Mint, scenario: object, kind: ServerKind
) -> None:
    broken = scenario.apply(healthy(kind))  # type: ignore[attr-defined]
    for fix in scenario.fixes:  # type: ignore[attr-defined]
        if kind not in fix.kinds:
            continue
        fixed = fix.apply(broken)
        if fix.claim is Claim.CURE:
            assert look_at(mint, fixed) == frozenset(), fix.name
        for impostor in CATALOGUE.impostors:
            assert look_at(mint, impostor.apply(fixed)), (fix.name, impostor.id)


def test_a_second_fault_beside_the_declared_one_is_seen(mint: Mint) -> None:
    """An expired certificate that was minted for the wrong name as well."""
    situation = healthy(ServerKind.HTTPS).with_leaf(
        names=("wrong.lab.test",),
        common_name="wrong.lab.test",
        validity=Validity(timedelta(days=-9), timedelta(days=-3)),
    )
    assert look_at(mint, situation) == {Defect.EXPIRED, Defect.NAME_MISMATCH}


def test_an_expired_intermediate_is_not_taken_for_health(mint: Mint) -> None:
    old = Authority(
        "Old Issuing CA", parent=LAB_ISSUING.parent, validity=Validity(timedelta(days=-9), timedelta(days=-3))
    )
    assert Defect.EXPIRED in look_at(mint, healthy(ServerKind.HTTPS).with_leaf(issuer=old))


def test_a_server_that_presents_another_chain_than_it_was_given_is_an_error_of_the_lab(mint: Mint) -> None:
    situation = healthy(ServerKind.HTTPS)
    other = mint.chain_pem(situation.with_leaf(names=("other.lab.test",)).chain)
    with pytest.raises(AuditError, match="other certificates"):
        look_at(mint, situation, presented=other)


def test_a_server_that_presents_nothing_is_an_error_of_the_lab(mint: Mint) -> None:
    with pytest.raises(AuditError, match="no certificate: it is down"):
        audit(healthy(ServerKind.HTTPS), mint, lambda low, high: Look(refused="it is down"))


def test_a_server_that_is_down_although_it_should_be_up_is_an_error_of_the_lab(mint: Mint) -> None:
    with pytest.raises(AuditError, match="presents no certificate: nobody listens"):
        audit(healthy(ServerKind.SQLSERVER), mint, lambda low, high: Look(refused=DOWN))


def test_a_server_that_is_up_although_it_cannot_read_its_key_is_an_error_of_the_lab(mint: Mint) -> None:
    """Its key was readable after all, or something else answers at its port."""
    presented = tuple(_split(mint.chain_pem(UNREADABLE.chain)))
    with pytest.raises(AuditError, match="presents a certificate, although"):
        audit(UNREADABLE, mint, lambda low, high: Look(presented))
    with pytest.raises(AuditError, match=r"answers \(EOFError: closed\), although"):
        audit(UNREADABLE, mint, lambda low, high: Look(refused="EOFError: closed"))


def test_a_second_fault_of_a_server_that_is_down_is_seen(mint: Mint) -> None:
    late = UNREADABLE.with_leaf(validity=Validity(timedelta(days=-9), timedelta(days=-3)))
    assert look_at(mint, late) == {Defect.NOT_SERVING, Defect.EXPIRED}


def test_a_defect_that_no_scenario_declares_is_an_error_of_the_lab(mint: Mint) -> None:
    """A certificate that is not valid yet: error 9 of OpenSSL."""
    soon = Validity(timedelta(days=3), timedelta(days=90))
    with pytest.raises(AuditError, match=r"no scenario declares: error \[9\]"):
        look_at(mint, healthy(ServerKind.HTTPS).with_leaf(validity=soon))


def test_the_two_implementations_must_agree(mint: Mint, monkeypatch: pytest.MonkeyPatch) -> None:
    """If OpenSSL's answer were lost, the other implementation would object."""
    monkeypatch.setattr("tlslab.pki.audit._openssl_verify", lambda *_: set())
    with pytest.raises(AuditError, match="OpenSSL finds nothing wrong, but cryptography refuses it"):
        look_at(
            mint,
            healthy(ServerKind.HTTPS).with_leaf(validity=Validity(timedelta(days=-9), timedelta(days=-3))),
        )


def test_a_server_without_a_certificate_of_its_own_may_present_any_self_generated_one(
    mint: Mint, tmp_path: Path
) -> None:
    """SQL Server makes a new one at each start: what it is like is known from the wire alone."""
    situation = healthy(ServerKind.SQLSERVER).with_server(chain=None)
    another = Mint(Keys(tmp_path))
    found = look_at(mint, situation, presented=another.fallback()[0])
    assert found == {Defect.SELF_SIGNED, Defect.NAME_MISMATCH}


def test_but_not_one_of_another_name(mint: Mint) -> None:
    situation = healthy(ServerKind.SQLSERVER).with_server(chain=None)
    other = mint.chain_pem(healthy(ServerKind.SQLSERVER).chain)
    with pytest.raises(AuditError, match=r"presents `db\.lab\.test`, not `SSL_Self_Signed_Fallback`"):
        look_at(mint, situation, presented=other)
