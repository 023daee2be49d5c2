from typing import get_args

import pytest

from tests.report.invented import cell, finding, fix_finding, judgement, never_connects, not_played
from tlslab.model.record import CellEntry
from tlslab.report.marks import BROKEN, CONNECTS, FIX, NOT_PLAYED, Worth, mark_broken, mark_broken_of, mark_fix

WHERE = "expired/renew/curl/https"


def test_every_verdict_of_the_record_has_a_mark() -> None:
    def values(field: str) -> set[str]:
        return set(get_args(CellEntry.model_fields[field].annotation))

    not_played = values("status") - {"played"}
    assert set(BROKEN) == values("broken") - {""} | not_played | {CONNECTS}
    assert set(FIX) == values("fix_verdict") - {""}
    assert set(NOT_PLAYED) == not_played


@pytest.mark.parametrize("form", ["glyph", "ascii"])
def test_marks_of_one_kind_of_row_are_distinct_without_colour(form: str) -> None:
    fix_row = [*FIX.values(), BROKEN["excluded"], BROKEN["missing"], BROKEN["lab-error"]]
    for marks in (list(BROKEN.values()), fix_row):
        signs = [getattr(mark, form) for mark in marks]
        assert len(set(signs)) == len(signs)
        assert all(len(sign) == 1 for sign in signs)


def test_ascii_marks_are_ascii() -> None:
    assert all(mark.ascii.isascii() for mark in (*BROKEN.values(), *FIX.values()))


def test_a_documented_refusal_and_a_documented_connection_are_plain_and_told_apart() -> None:
    assert mark_broken(cell(WHERE)).signs(False) == "✓"
    assert mark_broken(cell(WHERE, broken_result="connected")).signs(False) == "→"


def test_evidence_that_only_the_lab_has_seen_is_marked_and_coloured_otherwise() -> None:
    documented, observed = (
        mark_broken(cell(WHERE)),
        mark_broken(cell(WHERE, broken_judgement=judgement(basis="observed"))),
    )
    assert observed.signs(False) == "✓*"
    assert observed.style != documented.style


def test_a_finding_is_marked_whatever_its_verdict() -> None:
    connects = finding(WHERE, "unexpected-connection", "connects, and nothing says that it would")
    assert mark_broken(connects).signs(False) == "C!"
    assert mark_fix(fix_finding(WHERE, "bypass", "an impostor gets in")).signs(False) == "~!"


def test_a_client_that_never_connects_shows_it_in_the_fix_row_too() -> None:
    never = never_connects(WHERE, "nothing is wrong, and it does not connect")
    assert (mark_broken(never).signs(False), mark_fix(never).signs(False)) == ("0!", "0!")


def test_a_failure_of_the_lab_is_no_finding() -> None:
    lost = not_played(WHERE, "lab-error", "no control")
    assert (mark_broken(lost).signs(False), mark_fix(lost).signs(False)) == ("L", "L")


def test_a_cell_that_was_not_played_shows_why_in_the_fix_row_too() -> None:
    assert mark_fix(not_played(WHERE, "missing", "not here")).mark is BROKEN["missing"]


def test_the_shared_broken_act_shows_the_played_cell_before_one_that_is_impossible() -> None:
    shared = mark_broken_of([not_played(WHERE, "excluded", "no option"), cell(WHERE)])
    assert shared is not None
    assert shared.mark is BROKEN["as-documented"]


def test_the_shared_broken_act_shows_the_played_cell_before_a_failure_of_the_lab() -> None:
    shared = mark_broken_of([not_played(WHERE, "lab-error", "no control"), cell(WHERE)])
    assert shared is not None
    assert shared.worth is Worth.PLAIN


def test_the_shared_broken_act_shows_a_finding_before_everything() -> None:
    shared = mark_broken_of([cell(WHERE), not_played(WHERE, "missing", "gone"), finding(WHERE, "other-error", "why")])
    assert shared is not None
    assert shared.mark is BROKEN["other-error"]


def test_no_cell_has_no_mark() -> None:
    assert mark_broken_of([]) is None
