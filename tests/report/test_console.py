"""Consoles: a width that nobody can print in counts as not set."""

import io

import pytest

from tlslab.report.console import NARROWEST, WIDEST, console, usable

SILLY = ["0", "00", "-5", "abc", "", " ", "8 0", "1e3", "0x50", "\N{SUPERSCRIPT TWO}"]


@pytest.mark.parametrize("name", ["COLUMNS", "LINES"])
@pytest.mark.parametrize("value", SILLY)
def test_what_is_no_positive_number_counts_as_not_set(name: str, value: str) -> None:
    assert usable({name: value, "TERM": "xterm"}) == {"TERM": "xterm"}


@pytest.mark.parametrize(
    ("given", "width"),
    [("80", 80), ("00080", 80), ("1", NARROWEST), ("99999", WIDEST), ("9" * 100, WIDEST), ("9" * 5000, WIDEST)],
)
def test_a_width_is_bounded_by_what_can_be_read(given: str, width: int) -> None:
    assert usable({"COLUMNS": given}) == {"COLUMNS": str(width)}


@pytest.mark.parametrize("value", [*SILLY, "1", "9" * 5000])
def test_whatever_the_environment_says_every_word_is_printed(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", value)
    monkeypatch.setenv("LINES", value)
    page = io.StringIO()
    console(page, colour=False).print("some words that are wider than nothing")
    assert page.getvalue().split() == ["some", "words", "that", "are", "wider", "than", "nothing"]
