"""A played cell: what decides, and which words stand for it."""

from tests.pytesting.entries import attempt, cell, judgement
from tests.report.invented import procedure, shown
from tlslab.pytesting.played import Played


def test_the_words_of_both_sides_are_properties_of_their_act() -> None:
    played = Played(cell=cell({"broken": "a7"}), attempts=[attempt("a7", text="certificate has expired")])

    told = dict(played.properties())

    assert told["broken: result"] == "refused, code 60, exit status 60"
    assert told["broken: client says"] == "certificate has expired"
    assert told["broken: server says"] == "handshake failed\nclosed"
    assert told["broken verdict"] == "as-documented"


def test_a_broken_act_that_is_not_as_expected_decides_before_the_fix() -> None:
    broken, fix = judgement("other words", as_expected=False), judgement("still fails", as_expected=False)
    entry = cell({}, as_expected=False, broken="other-error", broken_judgement=broken, fix_judgement=fix)

    assert Played(cell=entry, attempts=[]).story() == "other words"


def test_a_fix_that_is_not_as_expected_decides_when_the_failure_is() -> None:
    fix = judgement("after the fix\nthe client still fails", as_expected=False)
    entry = cell({}, as_expected=False, fix_verdict="not-cleared", fix_judgement=fix)
    played = Played(cell=entry, attempts=[])

    assert not played.as_expected
    assert played.story() == "after the fix the client still fails"


def test_what_the_session_demands_and_lacks_makes_a_good_cell_fail() -> None:
    played = Played(cell=cell({}), attempts=[], lacking="nginx is missing")

    assert not played.as_expected
    assert played.story() == "nginx is missing"


def test_a_client_that_never_connects_fails_its_cell_and_is_no_failure_of_the_lab() -> None:
    never = judgement("nothing is wrong, and it does not connect: timeout", as_expected=False)
    entry = cell({}, as_expected=False, broken="never-connects", fix_verdict="", broken_judgement=never)
    played = Played(cell=entry, attempts=[])

    assert not played.as_expected
    assert not played.lab_failed
    assert played.story() == "nothing is wrong, and the client does not connect: timeout"


def test_a_cell_that_the_lab_lost_says_so() -> None:
    lost = judgement("the act control: nginx has died", as_expected=False)
    entry = cell(
        {}, as_expected=False, status="lab-error", broken="", fix_verdict="", broken_judgement=lost, fix_judgement=lost
    )

    assert Played(cell=entry, attempts=[]).lab_failed
    assert Played(cell=entry, attempts=[]).story() == "lab-error: the act control: nginx has died"


def test_a_missing_client_says_how_to_get_it() -> None:
    absent = judgement("curl; get it with: apt-get install curl")
    entry = cell({}, status="missing", broken="", fix_verdict="", broken_judgement=absent, fix_judgement=absent)
    played = Played(cell=entry, attempts=[])

    assert played.missing == "curl; get it with: apt-get install curl"
    assert dict(played.properties())["broken verdict"] == "missing"
    assert "fix verdict" not in dict(played.properties())
    assert Played(cell=cell({}), attempts=[]).missing == ""


def with_procedure(verdict: str, *, as_expected: bool) -> Played:
    """A cell as expected, with a trust procedure that came to this."""
    item = shown("expired/renew/curl/https", verdict, as_expected=as_expected)
    return Played(cell=cell({}), attempts=[], trust_procedures=[procedure("here", "update", item)])


def test_a_trust_procedure_that_is_not_as_documented_fails_its_cell() -> None:
    played = with_procedure("not-cleared", as_expected=False)

    assert not played.as_expected
    assert not played.lab_failed
    assert played.story() == "trust procedure not-cleared: not-cleared, because it is so"


def test_a_trust_procedure_that_the_lab_could_not_follow_is_its_own_failure() -> None:
    assert with_procedure("lab-error", as_expected=False).lab_failed


def test_what_a_trust_procedure_did_is_among_the_properties() -> None:
    told = dict(with_procedure("cure", as_expected=True).properties())

    assert told["trust procedure update: verdict"] == "cure"
    assert told["trust procedure update: update"] == "1 added, 0 removed; done.\n"
    assert told["trust procedure update: changes"] == "added /store/lab.crt\nchanged /store"
