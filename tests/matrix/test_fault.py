"""What is at fault in a cell follows from what the self-check found wrong with the servers that the client accepted."""

import pytest

from tests.report.invented import attempt, cell, certificate, judgement, let_in, server
from tlslab.matrix.fault import faults, together
from tlslab.model.record import AttemptEntry, CellEntry, ServerEntry

CELL = "any/fix/odbc18/sqlserver"
NOTHING_SAYS_SO = judgement(False, "connects, and nothing says that it would", "")
DOCUMENTED = judgement(why="fails as documented")


def accepts(*audit: str) -> tuple[CellEntry, list[AttemptEntry]]:
    """A cell whose broken act, with these defects, ends in a connection that nothing documents."""
    entry = cell(
        CELL,
        "unexpected-connection",
        acts={"broken": "b"},
        judged=let_in("broken"),
        as_expected=False,
        broken_judgement=NOTHING_SAYS_SO,
        fix_judgement=DOCUMENTED,
    )
    return entry, [attempt("b", result="connected", audit=list(audit))]


def presenting(**changes: object) -> list[ServerEntry]:
    leaf = certificate("CN=db.lab.test", "CN=Stranger\\, Inc. CA,O=Elsewhere", ["other.lab.test"])
    return [server("s1", "sqlserver", real=True).model_copy(update={"presented": [leaf.model_copy(update=changes)]})]


@pytest.mark.parametrize(
    ("defect", "check", "server"),
    [
        ("name-mismatch", "host name", "whose certificate is for other.lab.test"),
        ("untrusted", "chain", "whose certificate comes from Stranger, Inc. CA, which it does not trust"),
        ("self-signed", "chain", "whose certificate is self-signed"),
        ("expired", "dates", "whose certificate, by the client's clock, has expired"),
        ("not-yet-valid", "dates", "whose certificate, by the client's clock, is not valid yet"),
        ("not-for-servers", "extended key usage", "whose certificate is not for servers"),
        ("weak-signature", "signature algorithm", "whose certificate is signed with sha256WithRSAEncryption"),
        ("no-common-version", "TLS version", "with which it has no version in common"),
    ],
)
def test_a_defect_that_was_accepted_names_the_check_that_is_gone(defect: str, check: str, server: str) -> None:
    (found,) = faults(*accepts(defect), presenting())
    assert found.words == f"the client does not check the {check}: it connected to a server {server}"
    assert found.reason == f"{check} not checked"


def test_a_condition_that_is_not_known_here_is_told_by_its_name() -> None:
    (found,) = faults(*accepts("revoked"))
    assert found.words == "the client does not notice what is wrong (revoked): it connected to the server all the same"


def test_several_checks_that_are_gone_are_one_sentence_with_the_most_serious_first() -> None:
    found = together(faults(*accepts("expired", "self-signed"), presenting()))
    assert found.words.startswith("the client checks neither the chain nor the dates: it connected to a server ")
    assert found.reason == "chain and dates not checked"


def test_who_does_not_look_at_the_chain_does_not_miss_a_part_of_it() -> None:
    assert [fault.reason for fault in faults(*accepts("incomplete", "untrusted"))] == ["chain not checked"]
    assert [fault.reason for fault in faults(*accepts("incomplete"))] == ["missing intermediate accepted"]


def test_only_the_impostors_that_nothing_lets_in_tell_what_is_not_checked() -> None:
    entry = cell(
        CELL,
        fix="bypass",
        acts={"impostor:neighbour": "n", "impostor:stranger": "s"},
        judged=let_in("impostor:stranger"),
        as_expected=False,
        fix_judgement=judgement(False, "the impostor `stranger` gets in, and nothing says that it would", ""),
    )
    attempts = [
        attempt("n", result="connected", audit=["name-mismatch"]),
        attempt("s", result="connected", audit=["untrusted"]),
    ]
    assert [fault.reason for fault in faults(entry, attempts)] == ["chain not checked"]


def test_a_connection_with_which_nothing_is_wrong_keeps_the_words_of_the_judge() -> None:
    (found,) = faults(*accepts())
    assert found.words == "the client connects, and nothing says that it would"


@pytest.mark.parametrize(
    ("broken", "why", "words"),
    [
        ("other-error", "says nothing documented: no", "the client says nothing documented: no"),
        ("other-error", "it should connect, but it fails: no", "the client should connect, but it fails: no"),
        ("no-answer", "gives no answer within 9 s", "the client gives no answer within 9 s"),
        ("never-connects", "nothing is wrong, and it fails: no", "nothing is wrong, and the client fails: no"),
    ],
)
def test_what_a_client_says_wrong_has_the_client_for_its_subject(broken: str, why: str, words: str) -> None:
    entry = cell(CELL, broken, "", as_expected=False, broken_judgement=judgement(False, why, ""))
    (found,) = faults(entry, [])
    assert found.words == words


def test_a_cell_as_expected_has_no_fault() -> None:
    assert faults(cell(CELL), []) == []


def test_a_check_that_is_gone_comes_before_another_text() -> None:
    entry = cell(
        CELL,
        "other-error",
        "partial-bypass",
        acts={"impostor:neighbour": "n"},
        judged=let_in("impostor:neighbour"),
        as_expected=False,
        broken_judgement=judgement(False, "says something else", ""),
        fix_judgement=judgement(False, "the impostor `neighbour` gets in, and nothing says that it would", ""),
    )
    found = faults(entry, [attempt("n", result="connected", audit=["name-mismatch"])])
    assert [fault.reason for fault in found] == ["host name not checked", "other error"]
    assert [fault.rank for fault in found] == sorted(fault.rank for fault in found)
