"""What the tests explain with: the catalogue, every client, the texts of both, each read once."""

from functools import cache

from tlslab import catalogue
from tlslab.catalogue import Catalogue
from tlslab.clients import all_clients
from tlslab.explain.causes import Explanation, explain
from tlslab.explain.findings import search
from tlslab.explain.vocabulary import Vocabulary, vocabulary


@cache
def known() -> Catalogue:
    return catalogue.load()


@cache
def everything() -> Vocabulary:
    return vocabulary(known().knowledge, all_clients())


def explained(*pieces: str, words: Vocabulary | None = None) -> Explanation:
    """What a pasted text, given in pieces, means."""
    found = search(pieces, words or everything())
    return explain(found, known().scenarios, known().knowledge.conditions, {})


def causes(*pieces: str) -> list[list[str]]:
    """The causes, best first, each by the names of its conditions."""
    return [[condition.name for condition in item.conditions] for item in explained(*pieces).candidates]
