"""Planted changes are found, named, ordered and grouped; and nothing else is."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diff.edited import ACTS, CONNECTED, SAYS, SCENARIOS, TLS13, lost, small, with_attempts, with_cells
from tests.report.invented import FIXES, attempt, full_record, judgement, not_played
from tlslab.diff.changes import Changes, compare
from tlslab.diff.groups import group
from tlslab.diff.kinds import Kind, Level
from tlslab.model.record import DefaultEntry, Record

COMMITTED = Path(__file__).parents[2] / "schema" / "changes.schema.json"
OLD = small()
IDS = sorted(entry.id for entry in OLD.attempts)
CELLS = sorted(entry.id for entry in OLD.cells)
FINDING = judgement(False, "connects, and nothing says that it would", "")


def kinds(changes: Changes) -> list[Kind]:
    return [item.kind for item in changes.groups]


def accepting(source: Record) -> Record:
    """`requests` no longer looks at the name."""
    cells = {
        f"name-mismatch/{fix}/requests/https": {
            "broken": "unexpected-connection",
            "as_expected": False,
            "broken_judgement": FINDING,
        }
        for fix in FIXES["name-mismatch"]
    }
    return with_cells(with_attempts(source, {"requests/name-mismatch/broken": CONNECTED}), cells)


# --- properties

ENDED: list[dict[str, str]] = [
    {},
    {"broken": "other-error"},
    {"broken": "unexpected-connection"},
    {"broken": "no-answer"},
    {"broken": "never-connects"},
    {"status": "missing", "broken": ""},
    {"status": "lab-error", "broken": ""},
]
EDITS = st.one_of(
    st.tuples(
        st.sampled_from(IDS),
        st.fixed_dictionaries(
            {},
            optional={
                "text": st.sampled_from(["", "other words", *SAYS.values()]),
                "code": st.sampled_from(["", "08001", "60"]),
                "result": st.sampled_from(["connected", "refused", "timeout", "crashed"]),
                "encrypted": st.sampled_from([None, True, False]),
                "server_log": st.sampled_from([[], [TLS13]]),
            },
        ),
    ),
    st.tuples(
        st.sampled_from(CELLS),
        st.builds(
            lambda ended, more: {**ended, **more},
            st.sampled_from(ENDED),
            st.fixed_dictionaries(
                {},
                optional={
                    "fix_verdict": st.sampled_from(["cure", "partial-bypass", "bypass", "not-cleared", "unproven"]),
                    "unstable": st.just(True),
                    "broken_judgement": st.sampled_from([FINDING, judgement()]),
                },
            ),
        ),
    ),
)
Edits = list[tuple[str, dict[str, Any]]]
LISTS = st.lists(EDITS, max_size=8)


def with_edits(edits: Edits) -> Record:
    """The small record with all these edits."""
    return with_cells(
        with_attempts(OLD, {name: change for name, change in edits if name in IDS}),
        {name: change for name, change in edits if name in CELLS},
    )


@given(LISTS)
@settings(max_examples=60)
def test_a_record_is_not_different_from_itself(edits: Edits) -> None:
    changes = compare(with_edits(edits), with_edits(edits))
    assert changes.groups == []
    assert changes.only_old == changes.only_new == []


@given(LISTS, LISTS)
@settings(max_examples=60)
def test_swapping_old_and_new_mirrors_the_changes(before: Edits, after: Edits) -> None:
    old, new = with_edits(before), with_edits(after)
    there, back = compare(old, new), compare(new, old)
    forward = Counter(
        (change.kind.mirrored, change.cell, change.act, change.after, change.before, change.verdict_before)
        for item in there.groups
        for change in item.changes
    )
    backward = Counter(
        (change.kind, change.cell, change.act, change.before, change.after, change.verdict_after)
        for item in back.groups
        for change in item.changes
    )
    assert forward == backward
    assert (there.cells, there.acts) == (back.cells, back.acts)


@given(LISTS, LISTS)
@settings(max_examples=60)
def test_grouping_loses_no_change_and_groups_are_ordered(before: Edits, after: Edits) -> None:
    found = compare(with_edits(before), with_edits(after)).groups
    changes = [change for item in found for change in item.changes]
    again = group(changes)
    kept = [change.model_dump_json() for item in again for change in item.changes]
    assert Counter(kept) == Counter(change.model_dump_json() for change in changes)
    places = [(change.cell, change.act) for change in changes]
    assert len(places) == len(set(places)), "an act has one change at most"
    order = [list(Kind).index(item.kind) for item in found]
    assert order == sorted(order)


@given(LISTS, LISTS)
@settings(max_examples=30)
def test_every_act_that_differs_is_in_a_group_or_accounted_for(one: Edits, other: Edits) -> None:
    """No result can change in a compared cell without that the cell is in the report."""
    old, new = with_edits(one), with_edits(other)
    changes = compare(old, new)
    told = {change.cell for item in changes.groups for change in item.changes}
    told |= {item.cell for item in changes.unstable} | {item.cell for item in changes.not_compared}
    before, after = ({entry.id: entry for entry in source.attempts} for source in (old, new))
    cells = {entry.id: entry for entry in new.cells}
    for entry in old.cells:
        partner = cells[entry.id]
        if {"missing"} == {entry.status, partner.status}:
            continue
        # Of a client that never connects, no other act says anything.
        never = {"never-connects"} == {entry.broken, partner.broken}
        acts = [entry.acts["control"]] if never else entry.acts.values()
        pairs = [(before[identity], after[identity]) for identity in acts]
        if entry.verdict != partner.verdict or any(a.result != b.result for a, b in pairs):
            assert entry.id in told


# --- planted


def test_volatile_parts_and_ids_are_no_change() -> None:
    renamed = {entry.id: f"a{number}" for number, entry in enumerate(OLD.attempts)}
    attempts = [
        entry.model_copy(update={"id": renamed[entry.id], "text": entry.text.replace("port 40123", "port 51515")})
        for entry in OLD.attempts
    ]
    cells = [
        entry.model_copy(update={"acts": {act: renamed[identity] for act, identity in entry.acts.items()}})
        for entry in OLD.cells
    ]
    assert compare(OLD, OLD.model_copy(update={"attempts": attempts, "cells": cells})).groups == []


def test_a_check_that_is_gone_comes_first_as_a_security_regression() -> None:
    text = {"odbc18/expired/broken": {"text": "another text", "code": "HY000"}}
    changes = compare(OLD, with_attempts(accepting(OLD), text))
    assert kinds(changes) == [Kind.ACCEPTS, Kind.CODE]
    first = changes.groups[0]
    assert first.security
    assert (first.level, first.client.old) == (Level.VERDICT, "requests")
    assert (first.before, first.after) == (
        "as-documented, refused, code 08001",
        "unexpected-connection (a finding), connected",
    )
    assert [change.cell for change in first.changes] == [
        f"name-mismatch/{fix}/requests/https" for fix in FIXES["name-mismatch"]
    ]
    assert changes.groups[1].changes[0].also == [Level.TEXT]


def test_a_verdict_alone_is_enough() -> None:
    edited = with_cells(OLD, {"expired/renew/requests/https": {"broken": "unexpected-connection"}})
    assert kinds(compare(OLD, edited)) == [Kind.ACCEPTS]
    assert kinds(compare(edited, OLD)) == [Kind.REFUSES]


def test_a_cure_that_lets_an_impostor_in_is_a_security_regression() -> None:
    edited = with_attempts(OLD, {"odbc18/expired/renew/stranger": CONNECTED})
    edited = with_cells(edited, {"expired/renew/odbc18/sqlserver": {"fix_verdict": "bypass"}})
    changes = compare(OLD, edited)
    assert kinds(changes) == [Kind.LETS_IN]
    assert changes.groups[0].security
    assert changes.failing(Level.VERDICT)
    assert kinds(compare(edited, OLD)) == [Kind.KEEPS_OUT]
    assert not compare(edited, OLD).failing(Level.VERDICT)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("cure", "bypass", Kind.LETS_IN),
        ("cure", "partial-bypass", Kind.LETS_IN),
        ("bypass", "cure", Kind.KEEPS_OUT),
        ("partial-bypass", "cure", Kind.KEEPS_OUT),
        ("cure", "not-cleared", Kind.FIX_FAILS),
        ("not-cleared", "cure", Kind.FIX_CLEARS),
        ("cure", "unproven", Kind.FIX_JUDGED),
    ],
)
def test_the_verdict_of_a_fix_alone_is_enough(before: str, after: str, kind: Kind) -> None:
    identity = "expired/renew/odbc18/sqlserver"
    old, new = (with_cells(OLD, {identity: {"fix_verdict": verdict}}) for verdict in (before, after))
    assert kinds(compare(old, new)) == [kind]


def test_verdicts_over_other_impostors_are_not_compared_but_their_acts_are() -> None:
    identity = "expired/renew/odbc18/sqlserver"
    of = next(item for item in OLD.cells if item.id == identity)
    more = {**of.acts, "impostor:neighbour": of.acts["fixed"]}
    wider = with_cells(OLD, {identity: {"fix_verdict": "partial-bypass", "acts": more}})
    assert kinds(compare(OLD, wider)) == []
    let_in = with_attempts(wider, {"odbc18/expired/renew/stranger": CONNECTED})
    assert kinds(compare(OLD, let_in)) == [Kind.LETS_IN]


def test_a_fix_that_no_longer_clears_hides_what_follows_from_it() -> None:
    refused = {"result": "refused", "text": "still no", "encrypted": None}
    edited = with_attempts(OLD, {"odbc18/expired/renew/fixed": refused, "odbc18/expired/renew/stranger": refused})
    assert kinds(compare(OLD, edited)) == [Kind.FIX_FAILS]


def test_a_session_without_encryption_is_a_security_regression() -> None:
    changes = compare(OLD, with_attempts(OLD, {"odbc18/expired/renew/fixed": {"encrypted": False}}))
    assert kinds(changes) == [Kind.UNENCRYPTED]
    assert changes.groups[0].after == "connected, not encrypted, TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256"


def test_a_client_that_fails_when_nothing_is_wrong_is_one_breaking_change() -> None:
    words = "AttributeError: 'X509' object has no attribute 'get_extension'"
    edited = with_attempts(OLD, {"odbc18/control": {"result": "refused", "text": words, "encrypted": None}})
    ids = [cell.id for cell in OLD.cells if cell.client == "odbc18"]
    changes = compare(
        OLD, with_cells(edited, {identity: {"broken": "never-connects", "fix_verdict": ""} for identity in ids})
    )
    assert kinds(changes) == [Kind.HEALTHY_FAILS]
    assert [change.cell for change in changes.groups[0].changes] == ids
    assert changes.groups[0].changes[0].after.text == words
    assert not changes.lab_failed


def test_a_failure_of_the_lab_is_no_change_but_is_told() -> None:
    changes = compare(OLD, lost(OLD, "expired/renew/odbc18/sqlserver"))
    assert changes.groups == []
    assert changes.lab_failed
    assert [item.cell for item in changes.not_compared] == ["expired/renew/odbc18/sqlserver"]


def test_one_wording_in_all_texts_is_one_change_with_all_its_cells() -> None:
    edited = {
        entry.id: {"text": entry.text.replace("SSL Provider", "TLS Provider")}
        for entry in OLD.attempts
        if entry.client == "odbc18" and entry.text
    }
    changes = compare(OLD, with_attempts(OLD, edited))
    assert kinds(changes) == [Kind.TEXT]
    touched = {change.cell for change in changes.groups[0].changes}
    assert touched == {cell.id for cell in OLD.cells if cell.client == "odbc18"}
    assert [(piece.part.value, piece.text) for piece in changes.groups[0].words][:2] == [
        ("removed", "SSL"),
        ("added", "TLS"),
    ]
    assert not changes.failing(Level.CODE)
    assert changes.failing(Level.TEXT)


def test_forty_cells_of_one_cause_are_one_group() -> None:
    old = full_record()
    edited = {
        entry.id: {"text": entry.text.replace("SSL Provider", "TLS Provider")}
        for entry in old.attempts
        if entry.client == "odbc18"
    }
    changes = compare(old, with_attempts(old, edited))
    assert len(changes.groups) == 1
    played = {cell.id for cell in old.cells if cell.client == "odbc18" and cell.acts}
    assert {change.cell for change in changes.groups[0].changes} == played
    assert len(played) > 20


def test_another_protocol_or_cipher_is_seen_from_the_server() -> None:
    changes = compare(OLD, with_attempts(OLD, {"odbc18/control": {"server_log": [TLS13]}}))
    assert kinds(changes) == [Kind.TLS]
    assert changes.groups[0].after == "connected, TLSv1.3 TLS_AES_256_GCM_SHA384"


def test_what_only_one_side_tells_about_tls_is_not_compared() -> None:
    silent = with_attempts(OLD, {"odbc18/control": {"server_log": []}})
    short = with_attempts(OLD, {"odbc18/control": {"server_log": [], "tls_version": "TLSv1.2"}})
    assert compare(OLD, silent).groups == compare(OLD, short).groups == []


def test_another_end_without_another_verdict_is_told() -> None:
    changes = compare(OLD, with_attempts(OLD, {"odbc18/expired/renew/stranger": {"result": "crashed"}}))
    assert kinds(changes) == [Kind.ENDS]


def test_an_unstable_cell_is_never_a_change() -> None:
    repeats = [
        {"result": "refused", "code": "08001", "normalised": "no", "seconds": 0.1},
        {"result": "connected", "code": "", "normalised": "", "seconds": 0.1},
        {"result": "refused", "code": "08001", "normalised": "no", "seconds": 0.1},
    ]
    edited = with_attempts(accepting(OLD), {"requests/name-mismatch/broken": {"repeats": repeats}})
    for changes in (compare(OLD, edited), compare(edited, OLD)):
        assert changes.groups == []
        assert len(changes.unstable) == len(FIXES["name-mismatch"])
    shares = compare(OLD, edited).unstable[0].new
    assert [(share.act, share.result, share.count) for share in shares] == [
        ("broken", "refused", 2),
        ("broken", "connected", 1),
    ]


def test_versions_are_compared_by_their_base_name_or_as_told() -> None:
    renamed = (
        accepting(OLD).model_dump_json().replace('"requests"', '"requests@2.0"').replace("/requests/", "/requests@2.0/")
    )
    new = Record.model_validate_json(renamed)
    assert kinds(compare(OLD, new)) == [Kind.ACCEPTS]
    changes = compare(OLD, new, {"requests": "requests@2.0"})
    assert [item.new for item in changes.clients] == ["requests@2.0"]
    assert changes.only_old == changes.only_new == []


def test_cells_without_a_partner_are_named() -> None:
    fewer = OLD.model_copy(update={"cells": [cell for cell in OLD.cells if cell.scenario != "expired"]})
    assert sorted(compare(OLD, fewer).only_old) == ["expired/renew/odbc18/sqlserver", "expired/renew/requests/https"]
    one = OLD.model_copy(update={"cells": [cell for cell in OLD.cells if cell.client == "odbc18"]})
    assert all("/requests/" in identity for identity in compare(one, OLD).only_new)


def test_what_was_not_played_on_both_sides_is_silent_and_on_one_side_is_not() -> None:
    identity = "expired/renew/odbc18/sqlserver"
    cells = [not_played(identity, "missing", "no driver") if cell.id == identity else cell for cell in OLD.cells]
    missing = OLD.model_copy(update={"cells": cells})
    assert compare(missing, missing).not_compared == []
    told = compare(OLD, missing).not_compared
    assert [(item.cell, item.why, item.lab_failed) for item in told] == [(identity, "new: missing: no driver", False)]


# --- defaults


def probed(**changes: Any) -> Record:
    found = attempt("default", **({"client": "odbc18", "result": "refused"} | changes))
    return OLD.model_copy(
        update={
            "attempts": [*OLD.attempts, found],
            "defaults": [
                DefaultEntry(
                    id="sqlserver/on/untrusted/odbc18",
                    default="sqlserver/on/untrusted",
                    client="odbc18",
                    kind="sqlserver",
                    status="played",
                    as_expected=True,
                    acts={"default": "default"},
                    server="certificate configured, encryption not forced",
                    server_id="s1",
                    certificate="untrusted",
                    must_refuse=changes.get("encrypted") is not False,
                )
            ],
        }
    )


def test_a_default_that_opens_is_a_security_regression_and_one_that_closes_breaks() -> None:
    strict, lax = probed(), probed(**CONNECTED)
    assert kinds(compare(strict, lax)) == [Kind.DEFAULT_ACCEPTS]
    assert compare(strict, lax).failing(Level.VERDICT), "a security regression fails whatever the level"
    assert kinds(compare(lax, strict)) == [Kind.DEFAULT_REFUSES]
    assert not compare(lax, strict).failing(Level.VERDICT)
    assert compare(lax, strict).failing(Level.DEFAULT)


def with_good(record: Record, **changes: Any) -> Record:
    """The same with what the client does by itself where nothing is wrong."""
    (untrusted,) = record.defaults
    good = untrusted.model_copy(
        update={
            "id": "sqlserver/on/good/odbc18",
            "default": "sqlserver/on/good",
            "acts": {"default": "good"},
            "certificate": "good",
            "must_refuse": False,
        }
    )
    found = attempt("good", **({"client": "odbc18"} | changes))
    return record.model_copy(update={"attempts": [*record.attempts, found], "defaults": [untrusted, good]})


def test_who_refuses_the_good_certificate_as_well_checked_nothing_that_can_be_lost() -> None:
    never = with_good(probed(), result="refused")
    lax = with_good(probed(**CONNECTED), **CONNECTED)
    assert kinds(compare(never, lax)) == [Kind.DEFAULT_CONNECTS]
    assert kinds(compare(lax, never)) == [Kind.DEFAULT_FAILS]
    assert kinds(compare(with_good(probed(), **CONNECTED), lax)) == [Kind.DEFAULT_ACCEPTS]


def test_a_default_that_no_longer_encrypts_is_a_security_regression() -> None:
    changes = compare(probed(**CONNECTED), probed(**(CONNECTED | {"encrypted": False})))
    assert kinds(changes) == [Kind.DEFAULT_UNENCRYPTED]
    assert changes.groups[0].security


# --- levels and shape


@pytest.mark.parametrize(
    ("fail_on", "fails"),
    [("verdict", False), ("default", False), ("fix", False), ("code", True), ("text", True), ("seconds", True)],
)
def test_what_is_as_serious_as_the_level_or_more_fails(fail_on: str, fails: bool) -> None:
    changes = compare(OLD, with_attempts(OLD, {"odbc18/expired/broken": {"code": "HY000"}}))
    assert bool(changes.failing(Level(fail_on))) is fails
    assert changes.failing(None) == []


def test_every_kind_has_words_and_a_level_and_mirrors_twice_to_itself() -> None:
    for kind in Kind:
        assert kind.words
        assert kind.mirrored.mirrored is kind
        assert kind.level in Level
    levels = [list(Level).index(kind.level) for kind in Kind]
    assert levels == sorted(levels), "kinds are in the order of their levels"


def test_the_changes_satisfy_the_committed_schema() -> None:
    changes = compare(OLD, accepting(OLD)).model_dump_json()
    jsonschema.validate(json.loads(changes), json.loads(COMMITTED.read_text(encoding="utf-8")))


def test_the_invented_record_has_the_acts_that_the_tests_edit() -> None:
    assert set(ACTS) == set(OLD.cells[0].acts)
    assert set(SCENARIOS) == {cell.scenario for cell in OLD.cells}


def test_a_client_that_begins_to_replace_its_store_breaks_other_hosts_and_that_is_told() -> None:
    """requests may change in an upgrade whether its file stands beside its default list or in its place."""

    def visited(connects: bool) -> Record:
        first = OLD.cells[0]
        said = CONNECTED if connects else {"result": "refused", "text": "unknown CA", "normalised": "unknown CA"}
        made = OLD.attempts[0].model_copy(update={"id": "visit", **said})
        entry = first.model_copy(update={"acts": first.acts | {"bystander:after": "visit"}})
        return OLD.model_copy(update={"cells": [entry, *OLD.cells[1:]], "attempts": [*OLD.attempts, made]})

    (worse,) = compare(visited(True), visited(False)).groups
    assert (worse.kind, worse.kind.breaking, worse.kind.security) == (Kind.BREAKS_OTHERS, True, False)
    (better,) = compare(visited(False), visited(True)).groups
    assert better.kind is Kind.KEEPS_OTHERS
