"""One cause is one change, and all changes together are one sentence."""

from typing import Any

import pytest

from tests.diff.edited import CONNECTED, small, with_attempts, with_cells
from tests.report.invented import FIXES, attempt
from tlslab.diff.changes import Changes, compare
from tlslab.diff.kinds import Kind, Level
from tlslab.model.record import DefaultEntry, Record

OLD = small()
STRANGERS = {f"requests/{scenario}/{fix}/stranger" for scenario, fixes in FIXES.items() for fix in fixes}
REQUESTS = {entry.id for entry in OLD.attempts if entry.client == "requests"}


def lax(*, chain: bool = True, name: bool = True) -> Record:
    """`requests` no longer checks the chain, the name, or both: the bad servers of two scenarios, and the stranger."""
    defects: dict[str, dict[str, Any]] = {identity: {"audit": ["untrusted"]} for identity in STRANGERS & REQUESTS}
    defects["requests/untrusted-ca/broken"] = {"audit": ["untrusted"]}
    defects["requests/name-mismatch/broken"] = {"audit": ["name-mismatch"]}
    open_to = {"untrusted": chain, "name-mismatch": name}
    return with_attempts(
        OLD, {identity: more | (CONNECTED if open_to[more["audit"][0]] else {}) for identity, more in defects.items()}
    )


STRICT = lax(chain=False, name=False)


def of_another_version(record: Record) -> Record:
    clients = [entry.model_copy(update={"version": "3.0"}) for entry in record.clients]
    return record.model_copy(update={"clients": clients})


def upgraded(old: Record, new: Record) -> Changes:
    return compare(old, of_another_version(new))


def test_a_check_that_is_gone_is_one_change_whatever_acts_and_texts_show_it() -> None:
    (only,) = upgraded(STRICT, lax()).groups
    assert (only.kind, only.security, only.improvement) == (Kind.ACCEPTS, True, False)
    assert only.checks == ["chain", "host name"]
    assert only.title == "no longer checks the chain and the host name"
    assert {change.act for change in only.changes} == {"broken", "impostor:stranger"}


def test_a_client_that_begins_to_verify_is_an_improvement_that_breaks() -> None:
    changes = upgraded(lax(), STRICT)
    (only,) = changes.groups
    assert (only.security, only.improvement, only.breaking) == (False, True, True)
    assert only.title == "checks the chain and the host name now"
    assert changes.failing(Level.VERDICT) == [only]


def test_who_begins_to_look_at_the_chain_misses_what_was_always_missing() -> None:
    defects = {"requests/expired/broken": {"audit": ["incomplete"]}}
    lenient = with_attempts(lax(), {identity: more | CONNECTED for identity, more in defects.items()})
    (only,) = upgraded(lenient, with_attempts(STRICT, defects)).groups
    assert only.checks == ["chain", "host name"]
    alone = with_attempts(STRICT, {identity: more | CONNECTED for identity, more in defects.items()})
    (other,) = upgraded(alone, with_attempts(STRICT, defects)).groups
    assert (other.checks, other.title) == ([], "was accepted, is refused now")


def test_one_wording_is_one_change_however_often_a_text_has_it_and_whichever_host_it_names() -> None:
    old, new = (
        with_attempts(
            OLD,
            {
                "odbc18/expired/broken": {"text": f"{server} failed (db.lab.test)"},
                "odbc18/name-mismatch/broken": {"text": f"{server} failed (b.lab.test)\n{server} failed (b.lab.test)"},
                "odbc18/untrusted-ca/broken": {"text": f"{server} is not there", "code": "20009"},
            },
        )
        for server in ("Adaptive Server", "TDS server")
    )
    (only,) = upgraded(old, new).groups
    assert only.kind is Kind.TEXT
    assert {change.scenario for change in only.changes} == {"expired", "name-mismatch", "untrusted-ca"}


def test_a_text_that_changes_verdicts_of_acts_and_of_fixes_is_one_change() -> None:
    says = {"requests/expired/broken": {"text": "AttributeError"}, "requests/expired/renew/stranger": {"text": ""}}
    old = with_attempts(OLD, {identity: {"text": "wrong name"} for identity in says})
    new = with_attempts(OLD, {identity: {"text": "AttributeError"} for identity in says})
    new = with_cells(new, {"expired/renew/requests/https": {"broken": "other-error", "fix_verdict": "unproven"}})
    (only,) = upgraded(old, new).groups
    assert (only.kind, len(only.changes)) == (Kind.JUDGED, 2)
    assert only.before == "as-documented, refused, code 08001"


def by_default(identity: str, result: str) -> Record:
    found = attempt("default", client="odbc18", result=result, audit=["name-mismatch"])
    entry = DefaultEntry(
        id=f"{identity}/odbc18",
        default=identity,
        client="odbc18",
        kind="https",
        status="played",
        as_expected=True,
        acts={"default": "default"},
        server="HTTPS",
        server_id="s1",
        certificate="",
        must_refuse=True,
    )
    return OLD.model_copy(update={"attempts": [*OLD.attempts, found], "defaults": [entry]})


def test_who_no_longer_looks_at_the_common_name_did_check_names_before() -> None:
    before, after = (by_default("https/cn-only", result) for result in ("connected", "refused"))
    (only,) = upgraded(before, after).groups
    assert only.title == "checks the SAN instead of the common name now"


TEXT = {"odbc18/expired/broken": {"text": "other words"}}
CODE = {"odbc18/untrusted-ca/broken": {"code": "HY000"}}
NEVER = {cell.id: {"broken": "never-connects", "fix_verdict": ""} for cell in OLD.cells if cell.client == "odbc18"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (OLD, OLD, "nothing changes"),
        (OLD, with_attempts(OLD, TEXT), "nothing but texts"),
        (OLD, with_attempts(OLD, TEXT | CODE), "nothing but error codes and texts"),
        (STRICT, lax(), "do not upgrade: the client does not check the chain and the host name any more"),
        (
            STRICT,
            lax(chain=False),
            "do not upgrade: the client does not check the host name any more",
        ),
        (
            lax(),
            STRICT,
            "the client checks the chain and the host name now: that is safer, and breaks who relied on the opposite",
        ),
        (
            OLD,
            with_cells(OLD, NEVER),
            "do not upgrade: the client does not connect any more, even where nothing is wrong",
        ),
        (
            OLD,
            with_attempts(OLD, {"odbc18/expired/renew/fixed": {"result": "refused"}}),
            "look before you upgrade: a fix does not clear the error any more",
        ),
        (
            with_attempts(OLD, {"odbc18/expired/renew/fixed": {"result": "refused"}}),
            with_attempts(OLD, TEXT),
            "a fix clears the error now; beside that nothing but texts",
        ),
        (OLD, OLD.model_copy(update={"cells": []}), "nothing could be compared"),
    ],
)
def test_the_conclusion_says_what_the_upgrade_means(old: Record, new: Record, sentence: str) -> None:
    assert upgraded(old, new).conclusion == sentence


def test_where_several_clients_change_the_conclusion_names_the_one_that_is_worst() -> None:
    changes = upgraded(STRICT, with_attempts(lax(chain=False), TEXT))
    assert changes.conclusion == "do not upgrade: requests does not check the host name any more"


def test_two_runs_of_one_version_are_no_upgrade() -> None:
    changes = compare(STRICT, lax(chain=False))
    assert changes.conclusion == "it got worse: the client does not check the host name any more"


def of_an_address(broken: dict[str, Any]) -> Record:
    """`expired` as a scenario in which nothing is wrong: a good certificate that only some clients take."""
    scenarios = [
        entry.model_copy(update={"conditions": ["ip-address"] if entry.id == "expired" else ["untrusted"]})
        for entry in OLD.scenarios
    ]
    edited = with_attempts(OLD, {"requests/expired/broken": {"audit": [], **broken}})
    return edited.model_copy(update={"scenarios": scenarios})


def test_who_takes_now_what_is_not_wrong_has_not_become_lax() -> None:
    changes = upgraded(of_an_address({}), of_an_address(CONNECTED))
    (only,) = changes.groups
    assert (only.kind, only.security) == (Kind.HEALTHY_CONNECTS, False)
    assert changes.conclusion == "the client connects now in expired, where nothing is wrong"


def test_who_no_longer_takes_what_is_not_wrong_breaks() -> None:
    changes = upgraded(of_an_address(CONNECTED), of_an_address({}))
    (only,) = changes.groups
    assert (only.kind, only.breaking, only.improvement) == (Kind.HEALTHY_FAILS, True, False)
    assert changes.conclusion == (
        "do not upgrade: the client does not connect any more in expired, where nothing is wrong"
    )


def test_a_client_that_verifies_and_encrypts_by_itself_is_told_as_one() -> None:
    def plainly(record: Record, encrypted: bool) -> Record:
        found = attempt("default", client="requests", result="connected", encrypted=encrypted, audit=[])
        entry = by_default("sqlserver/on/good", "connected").defaults[0]
        entry = entry.model_copy(
            update={"client": "requests", "must_refuse": False, "id": "sqlserver/on/good/requests"}
        )
        return record.model_copy(update={"attempts": [*record.attempts, found], "defaults": [entry]})

    assert upgraded(plainly(lax(), False), plainly(STRICT, True)).conclusion == (
        "the client encrypts by itself and checks the chain and the host name now: that is safer, and breaks who "
        "relied on the opposite"
    )
