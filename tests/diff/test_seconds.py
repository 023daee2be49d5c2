"""Seconds: a client that is slower as a whole is told, noise is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diff.edited import small, with_attempts
from tlslab.diff.changes import compare
from tlslab.diff.kinds import Kind
from tlslab.model.record import Record

ACTS = [entry.id for entry in small().attempts]


def timed(seconds: dict[str, list[float]]) -> Record:
    """Every attempt was repeated, and took so long: by client, the same in each of its attempts."""
    return with_attempts(
        small(),
        {
            entry.id: {
                "repeats": [
                    {"result": entry.result, "code": entry.code, "normalised": entry.normalised, "seconds": second}
                    for second in seconds[entry.client]
                ]
            }
            for entry in small().attempts
        },
    )


PAIR = {"requests": "odbc18"}


def against(old: list[float], new: list[float]) -> list[Kind]:
    """`requests` and `odbc18` of one run; they stand for two versions of one client."""
    text = timed({"requests": old, "odbc18": new}).model_dump_json().replace("https", "sqlserver")
    record = Record.model_validate_json(text)
    return [group.kind for group in compare(record, record, PAIR).groups if group.kind is Kind.SECONDS]


def test_twice_as_long_is_told() -> None:
    assert against([0.10, 0.11, 0.10], [0.20, 0.21, 0.22]) == [Kind.SECONDS]
    assert against([0.20, 0.21, 0.22], [0.10, 0.11, 0.10]) == [Kind.SECONDS]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([0.10, 0.11, 0.10], [0.11, 0.11, 0.12]),
        ([0.10, 0.30, 0.10], [0.20, 0.21, 0.20]),
        ([0.10, 0.10], [0.30, 0.30]),
        ([], [0.3, 0.3, 0.3]),
    ],
    ids=["too-little", "within-the-noise", "too-few-repetitions", "not-repeated"],
)
def test_what_may_be_noise_is_not_told(old: list[float], new: list[float]) -> None:
    assert against(old, new) == []


@given(st.lists(st.floats(0.01, 10), min_size=3, max_size=5))
def test_the_same_seconds_are_no_change(seconds: list[float]) -> None:
    assert against(seconds, seconds) == []


def test_two_runs_are_not_compared_because_nobody_knows_what_else_the_machine_did() -> None:
    old = timed({"requests": [0.1] * 3, "odbc18": [0.1] * 3})
    new = timed({"requests": [0.5] * 3, "odbc18": [0.5] * 3}).model_copy(update={"started": "another day"})
    assert compare(old, new).groups == []
