"""Releases, and the rows that are about some of them."""

import pytest

from tlslab.model.release import ALL, Versions, numbers


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.0.19", (3, 0, 19)),
        ("1.1.1w", (1, 1, 1)),
        ("13.6.2.jre11", (13, 6, 2)),
        ("v1.11.2", (1, 11, 2)),
        ("5.0", (5,)),
        ("main", ()),
        ("", ()),
    ],
)
def test_the_numbers_of_a_version(version: str, expected: tuple[int, ...]) -> None:
    assert numbers(version) == expected


@pytest.mark.parametrize(
    ("bound", "taken", "left"),
    [
        (">=25", ["25", "25.0.1", "26"], ["24.9", "17.0.15"]),
        (">25", ["25.0.1"], ["25.0", "25"]),
        ("<5.2", ["5.1.9", "4"], ["5.2", "5.2.0", "7.1.1"]),
        ("<=5.2", ["5.2.0"], ["5.2.1"]),
        ("==4.0.0", ["4", "4.0.0"], ["4.0.1"]),
        (">=5.1, <6.1.7", ["5.1.0", "6.1.1"], ["5.0.1", "6.1.7"]),
    ],
)
def test_a_bound_takes_these_and_leaves_those(bound: str, taken: list[str], left: list[str]) -> None:
    versions = Versions.of({"driver": bound})
    assert [version for version in taken if versions.take({"driver": version})] == taken
    assert [version for version in left if versions.take({"driver": version})] == []


def test_a_local_build_counts_as_the_newest() -> None:
    assert Versions.of({"driver": ">=5.2"}).take({"driver": "/home/me/driver"})
    assert not Versions.of({"driver": "<5.2"}).take({"driver": "/home/me/driver"})
    assert not Versions.of({"driver": "==5.2"}).take({"driver": ""})


def test_a_release_that_does_not_name_a_program_is_none_of_its_releases() -> None:
    """A row of one driver is not about another."""
    assert not Versions.of({"driver": ">=5.2"}).take({})
    assert not Versions.of({"driver": ">=5.2"}).take({"another-driver": "7"})
    assert not Versions.of({"driver": "<5.2"}).take({"another-driver": "4"})


def test_a_row_without_bounds_is_about_every_release() -> None:
    assert ALL.take({"driver": "1"})
    assert ALL.take({})


def test_bounds_of_several_programs_all_hold() -> None:
    versions = Versions.of({"driver": "<5", "runtime": ">=2"})
    assert versions.take({"driver": "4", "runtime": "2"})
    assert not versions.take({"driver": "4", "runtime": "1"})


def test_what_is_among_both_is_among_each() -> None:
    both = Versions.of({"driver": "<5"}) & Versions.of({"driver": ">=4", "runtime": ">=2"})
    assert both.take({"driver": "4.1", "runtime": "2"})
    assert not both.take({"driver": "3", "runtime": "2"})
    assert not both.take({"driver": "4.1", "runtime": "1"})
    assert both & ALL == both


@pytest.mark.parametrize("bound", ["5.2", "=5", "~=1", ">= five", ">=1,"])
def test_what_is_no_bound_is_refused(bound: str) -> None:
    with pytest.raises(ValueError, match="is no bound of a version"):
        Versions.of({"driver": bound})
