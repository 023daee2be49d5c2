"""How the failures of a session are put in order."""

from itertools import permutations

import pytest

from tlslab.pytesting.summary import Told, by_fault, tell_fault

WORDS = "the client does not check the host name"


def failed(scenario: str, *, checks: int = 1) -> pytest.TestReport:
    told = Told(scenario, "renew", "curl", "https", 0, checks, WORDS, "host name not checked", WORDS, "")
    report = pytest.TestReport(scenario, ("test_matrix.py", 1, scenario), {}, "failed", WORDS, "call")
    tell_fault(report, told)
    return report


def test_cells_stand_in_one_order_whichever_test_ended_first() -> None:
    reports = [failed("expired"), failed("not-yet-valid"), failed("revoked", checks=2)]

    for ended in permutations(reports):
        (group,) = by_fault(ended)
        assert [told.scenario for told, _ in group] == ["revoked", "expired", "not-yet-valid"]
