"""The measured defaults: their situations are what they say, and the answers follow from what came of them."""

import pytest

from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.matrix.defaults import conclude, facts, measured
from tlslab.matrix.plan import Plan
from tlslab.matrix.run import run_plan
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.condition import Condition, conditions_of, defects
from tlslab.model.conditions import (
    CONDITIONS,
    EXPIRED,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.record import AttemptEntry, Record
from tlslab.model.situation import ServerEncryption, ServerKind, healthy

SQL = [default.id for default in measured(ServerKind.SQLSERVER)]
WEB = [default.id for default in measured(ServerKind.HTTPS)]


@pytest.mark.parametrize("kind", list(ServerKind))
def test_nobody_is_told_anything_but_where_to_connect(kind: ServerKind) -> None:
    for default in measured(kind):
        side = default.situation.client
        assert side.defaults_only
        assert side.trust_anchors == (LAB_ROOT,)
        assert (side.trust_everything, side.expected_name, side.encryption, side.tls_min, side.tls_max) == (
            False,
            None,
            None,
            None,
            None,
        )


def test_ids_tell_server_and_certificate() -> None:
    assert len(set(SQL + WEB)) == len(SQL + WEB)
    assert set(WEB) == {
        f"https/{what}" for what in ("good", "untrusted", "wrong-name", "expired", "cn-only", "tls-1.1")
    }
    certificates = ("good", "untrusted", "wrong-name", "expired")
    assert set(SQL) == {
        "sqlserver/off/self-generated",
        *(f"sqlserver/{setting}/{what}" for setting in ("on", "forced") for what in certificates),
        "sqlserver/forced/tls-1.1",
    }


@pytest.mark.parametrize("kind", list(ServerKind))
def test_exactly_the_good_ones_may_be_connected_to(kind: ServerKind) -> None:
    for default in measured(kind):
        assert default.must_refuse == (not default.id.endswith("/good"))
        assert default.must_refuse == bool(defects(conditions_of(default.situation, CONDITIONS)))


@pytest.mark.parametrize(
    ("identity", "conditions"),
    [
        ("https/untrusted", {UNTRUSTED}),
        ("https/wrong-name", {NAME_MISMATCH}),
        ("https/expired", {EXPIRED}),
        ("https/cn-only", {NAME_MISMATCH}),
        ("https/tls-1.1", {NO_COMMON_VERSION}),
        ("sqlserver/off/self-generated", {SELF_SIGNED, NAME_MISMATCH}),
        ("sqlserver/forced/untrusted", {UNTRUSTED}),
        ("sqlserver/forced/tls-1.1", {NO_COMMON_VERSION}),
    ],
)
def test_each_of_the_others_has_what_its_name_says_and_nothing_else(identity: str, conditions: set[Condition]) -> None:
    by_id = {default.id: default.situation for kind in ServerKind for default in measured(kind)}
    assert conditions_of(by_id[identity], CONDITIONS) == conditions


def test_the_good_server_is_the_healthy_one() -> None:
    by_id = {default.id: default.situation.server for kind in ServerKind for default in measured(kind)}
    assert by_id["https/good"] == healthy(ServerKind.HTTPS).server
    assert by_id["sqlserver/on/good"] == healthy(ServerKind.SQLSERVER).server
    assert by_id["sqlserver/forced/good"].encryption is ServerEncryption.FORCED
    assert by_id["sqlserver/off/self-generated"].chain is None


def entry(result: str, encrypted: bool | None) -> AttemptEntry:
    fields = {
        "id": "a1",
        "client": "c",
        "server": "s",
        "connects_to": "x",
        "trusts": [],
        "options": [],
        "audit": [],
        "text": "",
        "normalised": "",
    }
    rest = {"code": "", "trace": "", "exit_status": 0, "seconds": 0.1, "tls_version": "", "server_log": []}
    return AttemptEntry.model_validate(fields | rest | {"result": result, "encrypted": encrypted})


def seen(ids: list[str], refused: tuple[str, ...], encrypted: tuple[str, ...] = ("",)) -> dict[str, AttemptEntry]:
    """What came of the defaults: these (by a part of their ids) refused, the others connected, encrypted where said."""
    return {
        identity: entry("refused", None)
        if any(part in identity for part in refused)
        else entry("connected", any(part in identity for part in encrypted))
        for identity in ids
    }


def answers(found: dict[str, AttemptEntry]) -> dict[str, str]:
    return {fact.question: fact.answer for fact in conclude(found)}


CHECKS = ("checks the chain", "checks the name", "checks the dates")
OLD = "a server with TLS 1.1 at most"
UNKNOWN = "unknown: it does not connect to a healthy server"


def test_a_client_that_checks_everything() -> None:
    """Microsoft's ODBC driver 18, as documented: Encrypt=Yes by default."""
    found = answers(seen(SQL, ("untrusted", "wrong-name", "expired", "tls-1.1", "self-generated")))
    assert found == {"encrypts": "always", **dict.fromkeys(CHECKS, "yes"), OLD: "refuses"}


def test_a_client_that_leaves_encryption_to_the_server_and_checks_nothing() -> None:
    """FreeTDS, as documented: `encryption = request`, no `ca file`."""
    found = answers(seen(SQL, (), encrypted=("forced",)))
    assert found == {"encrypts": "only where the server forces it", **dict.fromkeys(CHECKS, "no"), OLD: "connects"}


def test_a_client_without_tls() -> None:
    """python-tds without `cafile`."""
    found = answers(seen(SQL, ("forced",), encrypted=()))
    assert found == {"encrypts": "never", **dict.fromkeys(CHECKS, "no"), OLD: UNKNOWN}


def test_a_client_that_checks_only_where_encryption_is_forced() -> None:
    """ODBC with Encrypt=no: the login alone is encrypted, unchecked, unless the server forces encryption."""
    found = answers(seen(SQL, ("forced/untrusted", "forced/wrong-name", "forced/expired"), encrypted=("forced",)))
    assert {found[check] for check in CHECKS} == {"only where encryption is forced"}


def test_a_client_that_connects_to_nothing_tells_nothing() -> None:
    assert set(answers(seen(SQL, ("",))).values()) == {UNKNOWN}
    assert set(answers(seen(WEB, ("",))).values()) == {UNKNOWN}


def test_a_hang_tells_nothing() -> None:
    found = seen(WEB, ("untrusted", "wrong-name", "expired", "cn-only", "tls-1.1"))
    found["https/untrusted"] = entry("timeout", None)
    assert answers(found)["checks the chain"] == UNKNOWN
    assert answers(found)["checks the name"] == "yes"


def test_a_web_client_that_takes_the_common_name() -> None:
    found = answers(seen(WEB, ("untrusted", "wrong-name", "expired", "tls-1.1")))
    assert found == {**dict.fromkeys(CHECKS, "yes"), "checks the SAN, not the common name": "no", OLD: "refuses"}


def test_what_was_not_measured_has_no_facts() -> None:
    assert conclude({}) == ()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """curl and openssl s_client at all web servers of the default."""
    clients = tuple(client for client in all_clients() if client.name in {"curl", "openssl"})
    plan = Plan((), (), (), catalogue.load().knowledge)
    return run_plan(plan, cache=tmp_path_factory.mktemp("cache"), defaults=clients)


def test_every_server_of_the_probe_is_what_it_says(played: Record) -> None:
    """One whose self-check finds something else is the lab's own failure."""
    assert {item.default for item in played.defaults if item.status == "played"} == set(WEB)
    audits = {item.default: set(played.attempt(item.acts["default"]).audit) for item in played.defaults}
    assert audits["https/good"] == set()
    assert audits["https/cn-only"] == {NAME_MISMATCH.name}


def test_curl_finds_the_root_in_the_systems_store_and_checks_by_itself(played: Record) -> None:
    found = {fact.question: fact.answer for fact in facts(played, "curl")}
    assert {found[check] for check in CHECKS} == {"yes"}


def test_s_client_checks_nothing_by_itself(played: Record) -> None:
    """openssl-s_client(1): it continues after verification errors."""
    found = {fact.question: fact.answer for fact in facts(played, "openssl")}
    assert {found[check] for check in CHECKS} == {"no"}
