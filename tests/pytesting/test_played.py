"""A played cell: what decides, and which words stand for it."""

from lab.pytesting.played import Played
from tests.pytesting.entries import attempt, cell, judgement


def test_the_words_of_both_sides_are_properties_of_their_act() -> None:
    played = Played(cell=cell({"broken": "a7"}), attempts=[attempt("a7", text="certificate has expired")])

    told = dict(played.properties())

    assert told["broken: result"] == "refused, code 60, exit status 60"
    assert told["broken: client says"] == "certificate has expired"
    assert told["broken: server says"] == "handshake failed\nclosed"
    assert told["broken verdict"] == "reproduced"


def test_a_broken_act_that_is_not_as_expected_decides_before_the_fix() -> None:
    broken, fix = judgement("other words", as_expected=False), judgement("still fails", as_expected=False)
    entry = cell({}, as_expected=False, broken="other-error", broken_judgement=broken, fix_judgement=fix)

    assert Played(cell=entry, attempts=[]).why == "other-error: other words"


def test_a_fix_that_is_not_as_expected_decides_when_the_failure_is() -> None:
    fix = judgement("after the fix\nthe client still fails", as_expected=False)
    entry = cell({}, as_expected=False, fix_verdict="not-cleared", fix_judgement=fix)
    played = Played(cell=entry, attempts=[])

    assert not played.as_expected
    assert played.story() == "not-cleared: after the fix the client still fails"


def test_what_the_session_demands_and_lacks_makes_a_good_cell_fail() -> None:
    played = Played(cell=cell({}), attempts=[], lacking="nginx is missing")

    assert not played.as_expected
    assert played.story() == "nginx is missing"


def test_a_missing_client_says_how_to_get_it() -> None:
    absent = judgement("curl; get it with: apt-get install curl")
    entry = cell({}, broken="missing", fix_verdict="not-played", broken_judgement=absent, fix_judgement=absent)

    assert Played(cell=entry, attempts=[]).missing == "curl; get it with: apt-get install curl"
    assert Played(cell=cell({}), attempts=[]).missing == ""
