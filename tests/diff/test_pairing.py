"""Clients are paired by name, then by the name without a version where that leaves no doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.diff.pairing import base_name, pair

NAMES = st.lists(st.sampled_from(["curl", "odbc18", "odbc18@18.5.1", "odbc18@18.6.2", "odbc18@18.6.2#2"]), unique=True)


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("curl", "curl"),
        ("odbc18@18.5.1", "odbc18"),
        ("python-tds@1.17.1+pyopenssl==25.0.0", "python-tds"),
        ("python-tds+pyopenssl==25.0.0", "python-tds"),
        ("odbc18#2", "odbc18"),
    ],
)
def test_the_name_without_its_version(name: str, base: str) -> None:
    assert base_name(name) == base


def test_two_versions_of_one_client_are_a_pair() -> None:
    assert pair(["odbc18@18.5.1", "curl"], ["curl", "odbc18@18.6.2"]) == {
        "odbc18@18.5.1": "odbc18@18.6.2",
        "curl": "curl",
    }


def test_equal_names_come_first() -> None:
    assert pair(["odbc18", "odbc18@18.5.1"], ["odbc18@18.5.1", "odbc18"]) == {
        "odbc18": "odbc18",
        "odbc18@18.5.1": "odbc18@18.5.1",
    }


def test_where_there_is_doubt_nothing_is_paired() -> None:
    assert pair(["odbc18@18.5.1"], ["odbc18@18.6.2", "odbc18@18.6.1"]) == {}


@given(NAMES, NAMES)
def test_no_client_has_two_partners_and_swapping_swaps(old: list[str], new: list[str]) -> None:
    pairs = pair(old, new)
    assert len(set(pairs.values())) == len(pairs)
    assert pair(new, old) == {b: a for a, b in pairs.items()}
