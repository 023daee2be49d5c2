"""Documented texts: literal but for their placeholders."""

import re
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tlslab.model.evidence import shows

words = st.text(string.ascii_letters + string.digits + " .:[]()'*+?\\^$|", min_size=1).filter(str.strip)


@given(words)
def test_a_literal_text_shows_itself(text: str) -> None:
    assert shows(f"before {text} after", text, {})


@given(words, words)
def test_a_text_that_is_not_there_is_not_shown(text: str, other: str) -> None:
    folded = " ".join(text.split())
    if folded not in " ".join(other.split()):
        assert not shows(other, text, {})


@given(words)
def test_white_space_of_any_kind_is_one_blank(text: str) -> None:
    assert shows("\n\t".join(text.split()), text, {})


def test_case_and_punctuation_are_part_of_the_text() -> None:
    assert not shows("Certificate has expired", "certificate has expired", {})
    assert not shows("self signed certificate", "self-signed certificate", {})


def test_the_star_stands_for_what_is_volatile() -> None:
    pattern = "error:{*}:SSL routines:{*}:certificate verify failed"
    assert shows("[error:0A000086:SSL routines::certificate verify failed:x]", pattern, {})
    assert not shows("[error:0A000086:TLS routines::certificate verify failed:x]", pattern, {})


@settings(deadline=None)
@given(st.text("ab ", max_size=12), st.lists(st.text("ab ", max_size=3), min_size=1, max_size=5))
@example("ababb", ["ab", "b"])
@example("a b", ["a ", " b"])
def test_a_pattern_is_found_where_a_regular_expression_finds_it(text: str, parts: list[str]) -> None:
    pattern = " ".join("{*}".join(parts).split())
    expression = ".*".join(map(re.escape, pattern.split("{*}")))
    assert shows(text, pattern, {}) is (re.search(expression, " ".join(text.split())) is not None)


def test_a_value_is_taken_literally() -> None:
    assert shows("for {*}.", "for {name}.", {"name": "{*}"})
    assert not shows("for anybody.", "for {name}.", {"name": "{*}"})


def test_a_name_in_the_text_must_be_the_situations() -> None:
    pattern = "not valid for '{name}'"
    assert shows("not valid for 'db.lab.test'.", pattern, {"name": "db.lab.test"})
    assert not shows("not valid for 'dbxlab.test'.", pattern, {"name": "db.lab.test"})


def test_a_placeholder_without_value_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(KeyError):
        shows("text", "for {nobody}", {})
