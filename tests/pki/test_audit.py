"""The self-check finds what is wrong with a situation, and nothing else; it catches a chain that was minted wrongly."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ocsp

from tlslab.catalogue import load
from tlslab.matrix.plan import attacks
from tlslab.model.certificate import (
    FALLBACK,
    LAB_ISSUING,
    PAST,
    Authority,
    KeyPurpose,
    Responder,
    SignatureHash,
    Validity,
)
from tlslab.model.check import Check, Worth
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, NOT_SENT, NOT_TAKEN, OF_CLIENTS
from tlslab.model.condition import Condition, conditions_of, defects, misbuilt
from tlslab.model.conditions import (
    CONDITIONS,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NO_STRICT,
    NOT_FOR_SERVERS,
    NOT_LOADED,
    NOT_SERVING,
    NOT_YET_VALID,
    SELF_SIGNED,
    STRICT_ONLY,
    UNTRUSTED,
    client_versions,
)
from tlslab.model.proxy import OK
from tlslab.model.scenario import Scenario, Side
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation, Speaks, TLSVersion, healthy
from tlslab.pki.audit import audit
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint, certificates
from tlslab.pki.openssl_verify import AuditError
from tlslab.pki.revocation import answer_of_ocsp
from tlslab.pki.scan import NO_TLS, Scan, Staple
from tlslab.stages.local.responders import Responders

CATALOGUE = load()
CASES = [
    pytest.param(scenario, kind, id=f"{scenario.id}-{kind.value}")
    for scenario in CATALOGUE.scenarios
    for kind in sorted(scenario.kinds)
]
DOWN = "nobody listens: [Errno 111] Connection refused"
GOOD = healthy(ServerKind.HTTPS)
WITH_OLD_CA = GOOD.with_leaf(
    issuer=Authority("Old Issuing CA", LAB_ISSUING.parent, validity=Validity(timedelta(days=-9), timedelta(days=-3)))
)
FOR_CLIENTS = GOOD.with_leaf(extended_key_usage=(KeyPurpose.CLIENT_AUTH,))
BY_ADDRESS = GOOD.with_leaf(addresses=("192.0.2.7", "2001:db8::7")).with_client(connect_to="192.0.2.7")
FUTURE = Validity(timedelta(days=10), timedelta(days=100))
UNREADABLE = healthy(ServerKind.SQLSERVER).with_server(key_readable=False)


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mint]:
    """With something at the addresses that stand in its certificates."""
    made = Mint(Keys(tmp_path_factory.mktemp("keys")))
    responders = Responders(made)
    sides = [GOOD.with_leaf(ocsp=responder).server for responder in Responder]
    loop = asyncio.new_event_loop()
    serving = threading.Thread(target=loop.run_forever)
    serving.start()
    asyncio.run_coroutine_threadsafe(responders.start(sides), loop).result()
    yield made
    asyncio.run_coroutine_threadsafe(responders.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    serving.join()
    loop.close()


def stapled_by(mint: Mint, situation: Situation) -> Staple:
    """What the server was given to send."""
    side = situation.server
    if side.staple is None or side.chain is None:
        return Staple()
    mint.chain_pem(side.chain)
    answer = ocsp.load_der_ocsp_response(answer_of_ocsp(mint, side.chain.leaf, side.staple))
    return Staple(answer.certificate_status.name.lower(), answer.next_update_utc)


def scan_server(
    mint: Mint,
    situation: Situation,
    *,
    presented: str | None = None,
    known: Iterable[Condition] = CATALOGUE.knowledge.conditions,
) -> frozenset[Condition]:
    """The audit with a looker that sees what the server was given, and the versions that it speaks."""
    situation = situation.met
    chain = situation.server.chain
    text = presented if presented is not None else mint.chain_pem(chain) if chain else mint.pem(FALLBACK)
    newest = min(situation.server.tls_max, client_versions(healthy(situation.kind))[1])

    def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
        if not situation.server.starts:
            return Scan(refused=DOWN)
        if situation.server.encryption is ServerEncryption.IN_CLEAR:
            return Scan(refused=NO_TLS)
        if situation.server.speaks is not Speaks.ITS_PROTOCOL:
            return Scan(refused="EOFError: closed", speaks=situation.server.speaks)
        at_wrong_door = STRICT_ONLY.present(situation) or NO_STRICT.present(situation)
        if NOT_LOADED.present(situation) or at_wrong_door is not other_door:
            return Scan(refused="EOFError: closed")
        common = max(low, situation.server.tls_min) <= min(high, newest)
        unusual = not situation.server.usual_suites
        return Scan(tuple(_split(text)), unusual=unusual) if common else Scan(refused="alert 70")

    def asked(certificate: str, key: str) -> str:
        wrong = conditions_of(situation, OF_CLIENTS)
        said = NOT_SENT if CLIENT_CERTIFICATE_MISSING in wrong else NOT_TAKEN
        return f"<title>400 {said}</title>" if wrong else ""

    status = situation.client.proxy.status if situation.client.proxy else OK
    return audit(situation, mint, scanner, lambda: stapled_by(mint, situation), known, None, asked, status)


def _split(text: str) -> list[str]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return [item.public_bytes(Encoding.PEM).decode() for item in certificates(text)]


@pytest.mark.parametrize("kind", list(ServerKind))
def test_nothing_is_wrong_with_the_healthy_situation(mint: Mint, kind: ServerKind) -> None:
    assert scan_server(mint, healthy(kind)) == frozenset()


@pytest.mark.parametrize(("scenario", "kind"), CASES)
def test_a_scenario_has_the_defects_that_it_declares_and_only_those(
    mint: Mint, scenario: Scenario, kind: ServerKind
) -> None:
    broken = scenario.apply(healthy(kind))
    assert scan_server(mint, broken) == defects(scenario.conditions)


@pytest.mark.parametrize(("scenario", "kind"), CASES)
def test_a_cure_leaves_nothing_wrong_and_every_impostor_has_something(
    mint: Mint, scenario: Scenario, kind: ServerKind
) -> None:
    broken = scenario.apply(healthy(kind))
    for fix in scenario.fixes:
        if kind not in fix.kinds:
            continue
        fixed = fix.apply(broken)
        # Who compares the key needs nothing else: what was wrong with the chain still is.
        if fix.worth is Worth.CURE and fix.clears and Check.KEY not in fix.still_checks:
            assert not scan_server(mint, fixed), fix.name
        for impostor, situation in attacks(CATALOGUE.impostors, fixed)[0]:
            wanted = defects(conditions_of(situation, CATALOGUE.knowledge.conditions))
            assert scan_server(mint, situation) == wanted, (fix.name, impostor.id)
            nobody_looks = impostor.side is Side.CLIENT and not situation.server.client_anchors
            assert wanted or nobody_looks, (fix.name, impostor.id)


def test_a_second_fault_beside_the_declared_one_is_seen(mint: Mint) -> None:
    """An expired certificate that was minted for the wrong name as well."""
    situation = healthy(ServerKind.HTTPS).with_leaf(
        names=("wrong.lab.test",),
        common_name="wrong.lab.test",
        validity=Validity(timedelta(days=-9), timedelta(days=-3)),
    )
    assert scan_server(mint, situation) == {EXPIRED, NAME_MISMATCH}


@pytest.mark.parametrize(
    ("situation", "seen"),
    [
        (GOOD.with_leaf(issuer=LAB_ISSUING).with_chain(after=()), {INCOMPLETE}),
        (
            GOOD.with_chain(after=()).with_client(intermediates=(LAB_ISSUING,)),
            set[Condition](),
        ),
        (GOOD.with_client(trust_anchors=()), {UNTRUSTED}),
        (GOOD.with_chain(after=()).with_client(trust_anchors=()), {UNTRUSTED}),
        (GOOD.with_client(clock=timedelta(days=200)), {EXPIRED}),
        (GOOD.with_client(clock=timedelta(days=-15)), {NOT_YET_VALID}),
        (GOOD.with_client(clock=timedelta(days=200), trust_anchors=()), {EXPIRED, UNTRUSTED}),
        (GOOD.with_client(clock=timedelta(days=-15), trust_anchors=()), {NOT_YET_VALID, UNTRUSTED}),
        (GOOD.with_leaf(names=()), {NAME_MISMATCH}),
        (GOOD.with_leaf(issuer=None, names=("other.lab.test",)), {SELF_SIGNED, NAME_MISMATCH}),
        (GOOD.with_server(tls_min=TLSVersion.TLSv1_3).with_client(tls_max=TLSVersion.TLSv1_2), {NO_COMMON_VERSION}),
        (GOOD.with_leaf(signature=SignatureHash.SHA1), {NOT_LOADED}),
        (BY_ADDRESS, set[Condition]()),
        (BY_ADDRESS.with_leaf(names=()), set[Condition]()),
        (BY_ADDRESS.with_client(connect_to="192.0.2.8"), {NAME_MISMATCH}),
        (BY_ADDRESS.with_leaf(addresses=()), {NAME_MISMATCH}),
        (BY_ADDRESS.with_client(connect_to="2001:0DB8:0:0::7"), set[Condition]()),
        (BY_ADDRESS.with_client(connect_to="2001:db8::8"), {NAME_MISMATCH}),
        (BY_ADDRESS.with_client(expected_name="shop.lab.test"), set[Condition]()),
        (GOOD.with_client(expected_name="192.0.2.7"), {NAME_MISMATCH}),
        (BY_ADDRESS.with_client(trust_anchors=()), {UNTRUSTED}),
        (FOR_CLIENTS, {NOT_FOR_SERVERS}),
        (FOR_CLIENTS.with_leaf(signature=SignatureHash.SHA1), {NOT_LOADED}),
        (FOR_CLIENTS.with_client(trust_anchors=()), {NOT_FOR_SERVERS, UNTRUSTED}),
        (FOR_CLIENTS.with_chain(after=()), {NOT_FOR_SERVERS, INCOMPLETE}),
        (FOR_CLIENTS.with_leaf(issuer=None), {NOT_FOR_SERVERS, SELF_SIGNED}),
        (FOR_CLIENTS.with_leaf(names=()), {NOT_FOR_SERVERS, NAME_MISMATCH}),
        (FOR_CLIENTS.with_leaf(validity=PAST), {NOT_FOR_SERVERS, EXPIRED}),
        (FOR_CLIENTS.with_leaf(validity=FUTURE), {NOT_FOR_SERVERS, NOT_YET_VALID}),
        # OpenSSL finds no issuer; with the leaf itself as anchor it tells the purpose, and goes on to the dates.
        (FOR_CLIENTS.with_leaf(validity=PAST).with_client(trust_anchors=()), {NOT_FOR_SERVERS, EXPIRED, UNTRUSTED}),
        (
            FOR_CLIENTS.with_leaf(validity=FUTURE).with_client(trust_anchors=()),
            {NOT_FOR_SERVERS, NOT_YET_VALID, UNTRUSTED},
        ),
        *(
            (GOOD.with_leaf(extended_key_usage=purposes), set[Condition]())
            for purposes in ((), (KeyPurpose.CLIENT_AUTH, KeyPurpose.SERVER_AUTH))
        ),
        *(
            (GOOD.with_leaf(extended_key_usage=(purpose,)), {NOT_FOR_SERVERS})
            for purpose in (KeyPurpose.CODE_SIGNING, KeyPurpose.EMAIL_PROTECTION, KeyPurpose.ANY)
        ),
    ],
)
def test_what_is_seen_is_what_the_situation_is_meant_to_have(
    mint: Mint, situation: Situation, seen: set[Condition]
) -> None:
    assert scan_server(mint, situation) == seen
    assert misbuilt(situation, frozenset(seen), CONDITIONS) == ""


UNNAMED = tuple(item for item in CONDITIONS if item != EXPIRED_ISSUER)


def test_what_no_condition_is_told_by_is_a_defect_in_the_words_of_openssl(mint: Mint) -> None:
    """The situation says nothing about a client until a scenario brings a condition."""
    found = scan_server(mint, WITH_OLD_CA, known=UNNAMED)
    why = "found certificate has expired (OpenSSL's error 10 at depth 1), but the situation should have nothing wrong"
    assert misbuilt(WITH_OLD_CA, found, UNNAMED) == why


def test_a_scenario_may_bring_a_condition_that_is_told_by_another_error(mint: Mint) -> None:
    old = Condition("old-ca", "the CA has expired", lambda situation: True, lambda seen: seen.has(10, 1), wrong=True)
    assert scan_server(mint, WITH_OLD_CA, known=(*UNNAMED, old)) == {old}


def test_a_server_that_presents_another_chain_than_it_was_given_is_an_error_of_the_lab(mint: Mint) -> None:
    situation = healthy(ServerKind.HTTPS)
    other = mint.chain_pem(situation.with_leaf(names=("other.lab.test",)).chain)
    with pytest.raises(AuditError, match="other certificates"):
        scan_server(mint, situation, presented=other)


def wrongly_built(mint: Mint, situation: Situation, seen: Scan) -> str:
    """In what a situation whose server looks like this differs from what it is meant to be."""

    def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
        return seen

    return misbuilt(situation, audit(situation, mint, scanner, Staple, CONDITIONS), CONDITIONS)


def test_a_server_that_presents_nothing_is_an_error_of_the_lab(mint: Mint) -> None:
    why = wrongly_built(mint, healthy(ServerKind.HTTPS), Scan(refused="EOFError: closed"))
    assert why == "found not-loaded, but the situation should have nothing wrong"


@pytest.mark.parametrize(
    ("encryption", "defect"), [(Encryption.MANDATORY, STRICT_ONLY), (Encryption.STRICT, NO_STRICT)]
)
def test_a_sql_server_that_shows_its_certificates_at_the_other_door_alone(
    mint: Mint, encryption: Encryption, defect: Condition
) -> None:
    """To who begins with TLS (TDS 8.0), or to who begins with PRELOGIN."""
    situation = healthy(ServerKind.SQLSERVER).with_client(encryption=encryption)

    def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
        return Scan((mint.chain_pem(situation.chain),)) if other_door else Scan(refused="EOFError: closed")

    assert audit(situation, mint, scanner, Staple, CONDITIONS) == {defect}


def test_a_server_that_is_down_although_it_should_be_up_is_an_error_of_the_lab(mint: Mint) -> None:
    why = wrongly_built(mint, healthy(ServerKind.SQLSERVER), Scan(refused=DOWN))
    assert why == "found not-serving, but the situation should have nothing wrong"


def test_a_server_that_is_up_although_it_cannot_read_its_key_is_an_error_of_the_lab(mint: Mint) -> None:
    """Its key was readable after all, or something else answers at its port."""
    presented = Scan(tuple(_split(mint.chain_pem(UNREADABLE.chain))))
    wanted = "but the situation should have not-serving"
    assert wrongly_built(mint, UNREADABLE, presented) == f"found nothing wrong, {wanted}"
    assert wrongly_built(mint, UNREADABLE, Scan(refused="EOFError: closed")) == f"found not-loaded, {wanted}"


def test_nobody_meets_the_second_fault_of_a_server_that_is_down(mint: Mint) -> None:
    late = UNREADABLE.with_leaf(validity=Validity(timedelta(days=-9), timedelta(days=-3)))
    assert scan_server(mint, late) == conditions_of(late, CONDITIONS) == {NOT_SERVING}


def test_of_a_server_that_goes_on_in_clear_nothing_but_that_is_seen(mint: Mint) -> None:
    in_clear = healthy(ServerKind.SQLSERVER).with_server(chain=None, encryption=ServerEncryption.IN_CLEAR)
    assert scan_server(mint, in_clear) == {NO_ENCRYPTION}
    why = wrongly_built(mint, healthy(ServerKind.SQLSERVER), Scan(refused=NO_TLS))
    assert why == "found no-encryption, but the situation should have nothing wrong"


@pytest.mark.parametrize("names", [(), ("other.lab.test",)], ids=["no SAN", "another SAN"])
def test_a_name_in_the_common_name_alone_is_a_name_that_is_not_there(mint: Mint, names: tuple[str, ...]) -> None:
    """RFC 9525, 6.3. OpenSSL would take it where there is no SAN; cryptography refuses a certificate without one."""
    assert scan_server(mint, GOOD.with_leaf(names=names)) == {NAME_MISMATCH}


def test_the_two_implementations_must_agree(mint: Mint, monkeypatch: pytest.MonkeyPatch) -> None:
    """If OpenSSL's answer were lost, the other implementation would object."""
    monkeypatch.setattr("tlslab.pki.audit.verify", lambda *_: ())
    with pytest.raises(AuditError, match="OpenSSL finds nothing wrong, but cryptography refuses it"):
        scan_server(
            mint,
            healthy(ServerKind.HTTPS).with_leaf(validity=Validity(timedelta(days=-9), timedelta(days=-3))),
        )


def test_a_server_without_a_certificate_of_its_own_may_present_any_self_generated_one(
    mint: Mint, tmp_path: Path
) -> None:
    """SQL Server makes a new one at each start: what it is like is known from the wire alone."""
    situation = healthy(ServerKind.SQLSERVER).with_server(chain=None)
    another = Mint(Keys(tmp_path))
    found = scan_server(mint, situation, presented=another.pem(FALLBACK))
    assert found == {SELF_SIGNED, NAME_MISMATCH}


def test_but_not_one_of_another_name(mint: Mint) -> None:
    situation = healthy(ServerKind.SQLSERVER).with_server(chain=None)
    other = mint.chain_pem(healthy(ServerKind.SQLSERVER).chain)
    with pytest.raises(AuditError, match=r"presents `db\.lab\.test`, not `SSL_Self_Signed_Fallback`"):
        scan_server(mint, situation, presented=other)
