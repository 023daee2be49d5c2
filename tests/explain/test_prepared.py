"""What was prepared explains as the tables do."""

import pytest

from tests.explain.known import everything, known
from tests.explain.posts import Post, load
from tlslab.clients import all_clients
from tlslab.explain.causes import Explanation, explain, measured_of
from tlslab.explain.findings import search
from tlslab.explain.prepared import Known, Prepared, Speaker, from_bytes, needs_situations, to_bytes
from tlslab.explain.vocabulary import Entry, Meaning, Vocabulary

BASELINE = {"client": "curl", "cells": {"self-signed/trust-leaf/https": "as documented, cure"}}
SHORT = [post for post in load() if post.half != "held"]


def of_the_tables() -> Known:
    speakers = [Speaker(item.name, item.title, item.kinds, frozenset()) for item in all_clients()]
    conditions = known().knowledge.conditions
    return Known(known().scenarios, conditions, speakers, sorted(known().knowledge.libraries), measured_of([BASELINE]))


@pytest.fixture(scope="module")
def data() -> bytes:
    return to_bytes(everything(), of_the_tables())


@pytest.fixture(scope="module")
def prepared(data: bytes) -> Prepared:
    found = from_bytes(data)
    assert found
    return found


def told(text: str, words: Vocabulary, of: Known) -> tuple[object, ...]:
    """What is told of a text, without the functions that are left out."""
    found: Explanation = explain(search([text], words), of.scenarios, of.conditions, of.measured)
    candidates = [
        (
            item.cause,
            item.conditions,
            item.others,
            item.findings,
            [scenario.id for scenario in item.scenarios],
            [(fix.scenario, fix.fix.name, fix.fix.summary, fix.fix.claim, fix.shown) for fix in item.remedies],
            item.sources,
            item.tls,
        )
        for item in found.candidates
    ]
    return candidates, found.findings, found.outside, found.hidden, found.vague, found.codes


@pytest.mark.parametrize("post", SHORT, ids=lambda post: post.id)
def test_a_text_is_explained_as_from_the_tables(post: Post, prepared: Prepared) -> None:
    words = prepared.vocabulary(post.text, lambda _: True)
    if not needs_situations(search([post.text], words)):
        assert told(post.text, words, prepared.known()) == told(post.text, everything(), of_the_tables())


def test_all_texts_are_kept(prepared: Prepared) -> None:
    assert prepared.vocabulary(None, lambda _: True).entries == everything().entries


def test_tables_that_were_not_asked_for_say_nothing(prepared: Prepared) -> None:
    def of_curl(entry: Entry) -> bool:
        return isinstance(entry, Meaning) and entry.table == "curl"

    text = "curl: (60) SSL certificate problem: self-signed certificate"
    found = search([text], prepared.vocabulary(text, of_curl)).findings
    assert found
    assert {item.entry.table for item in found if isinstance(item.entry, Meaning)} == {"curl"}


def test_an_option_of_a_client_is_asked_of_the_tables(prepared: Prepared) -> None:
    text = (
        "pytds.tds_base.Error: Client does not have encryption enabled but it is required by server, enable encryption"
    )
    assert needs_situations(search([text], prepared.vocabulary(text, lambda _: True)))


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[:9] + b"x" + data[10:], lambda _: b""])
def test_what_is_not_whole_is_as_if_it_were_not_there(data: bytes, change: "type[bytes]") -> None:
    assert from_bytes(change(data)) is None
