"""What a client shows of a trust procedure is compared like a cell: a release that reads another store is found."""

from collections.abc import Mapping

from tests.report.invented import attempt, cell, client, procedure, record, shown
from tlslab.diff.changes import Changes, compare
from tlslab.model.record import Record

CELL = "expired/renew/curl/https"
CONNECTED = {"result": "connected", "text": "", "code": "", "exit_status": 0, "encrypted": True, "audit": []}


def played(after: Mapping[str, object], verdict: str) -> Record:
    """A record with a trust procedure of curl, after which this comes."""
    item = shown(CELL, verdict, acts={"before": "p-before", "after": "p-after"})
    found = record([cell(CELL, acts={}, judged={})], clients=[client("curl")], attempts=[
        attempt("p-before", client="curl", server="s2"),
        attempt("p-after", client="curl", server="s2", **after),
    ])  # fmt: skip
    return found.model_copy(update={"trust_procedures": [procedure("bookworm", "update-ca-certificates", item)]})


def changed(old: Record, new: Record) -> Changes:
    return compare(old, new)


def test_the_same_twice_is_no_change() -> None:
    assert changed(played(CONNECTED, "cure"), played(CONNECTED, "cure")).groups == []


def test_a_client_that_no_longer_reads_the_systems_store_is_told() -> None:
    (only,) = changed(played(CONNECTED, "cure"), played({}, "ignored")).groups
    (change,) = only.changes
    assert change.cell == f"bookworm/update-ca-certificates/{CELL}"
    assert (change.scenario, change.fix, change.act) == ("expired", "renew by update-ca-certificates", "fixed")
    assert (change.verdict_before, change.verdict_after) == ("cure", "ignored")


def test_one_that_the_lab_lost_is_not_compared() -> None:
    found = changed(played(CONNECTED, "cure"), played(CONNECTED, "lab-error"))
    assert [item.lab_failed for item in found.not_compared] == [True]
