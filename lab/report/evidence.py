"""What the tables rest on, as data and as a document: by client the share of its rows that only this lab has seen; and
each document that is cited, with the words that it is cited for, and whether it was read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tlslab.catalogue import Catalogue
from tlslab.clients.base import Client
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import Prints, Says

HEAD = """\
# What the tables rest on

A row says what a client does, and rests on the documentation or source code of its project (*authoritative*), on a post
(*reported*), or on what this lab alone has seen (*observed*): a baseline, not documentation. This page is made by
`./tlslab refresh`.

## By client

Rows of the client's own table, with those of its TLS library in the client's words. A row in a template counts as the
weaker of the two.

| client | rows | authoritative | reported | observed alone |
|---|---|---|---|---|
"""
DOCUMENTS = """
## The documents

`./tlslab check --sources`, on a machine with a network, fetches each and looks for the words that it is cited for.
*Read* says when, and in which copy (that commit, the address, or the source of another release); *words*: how many of
those were found there. What could not be reached from the machine that looked last says so: it was read when its row
was written.

| document | read | words |
|---|---|---|
"""
_PLACE = re.compile(r"\{(?:\*|[a-z]+)\}")
_IDENTIFIER = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b(?!\.)|\b[a-z]+[A-Z]\w+\b(?!\.)")
_WORD = re.compile(r"[A-Za-z]{4,}")
_OF_FRAMES = frozenset({"routines", "java", "lang", "sql", "SQLException", "System", "Error", "severity"})
"""Words that OpenSSL and runtimes put round the words of others."""
_JOINED = re.compile(r"""["']\s*(?:\+\s*|\\?\n\s*|\s)["']""")


@dataclass(slots=True)
class Document:
    """One address that is cited: as what, and for which words. A word is a text of a row, or a name in a title."""

    url: str
    titles: dict[str, None] = field(default_factory=dict)
    words: dict[str, None] = field(default_factory=dict)


def documents(catalogue: Catalogue, clients: Iterable[Client]) -> Mapping[str, Document]:
    """Every document that the catalogue, the libraries or the clients cite, by its address."""
    found: dict[str, Document] = {}

    def cite(source: Source, *texts: str) -> None:
        if source.url:
            item = found.setdefault(source.url, Document(source.url))
            item.titles[source.title] = None
            item.words |= dict.fromkeys(part for text in texts for part in _literal(text))
            if names := _IDENTIFIER.findall(source.title):
                item.words[" ".join(names)] = None

    for scenario in catalogue.scenarios:
        for source in (*scenario.sources, *(source for fix in scenario.fixes for source in fix.sources)):
            cite(source)
    for library in catalogue.knowledge.libraries.values():
        for row in library.rows:
            cite(row.source, *_says(row))
    for client in clients:
        cite(client.default_trust.source)
        for template in client.templates:
            cite(template.source, template.text, template.trace)
        for own in client.rows:
            cite(own.source, *_says(own))
    return dict(sorted(found.items()))


def _says(row: object) -> Iterator[str]:
    if isinstance(row, Says) and isinstance(row.does, Prints):
        yield from (row.does.text, row.does.trace, *((row.does.code,) if not row.does.code.isdigit() else ()))


def _literal(text: str) -> Iterator[str]:
    """The parts of a pattern that are words, without what changes."""
    for part in _PLACE.split(text):
        words = " ".join(part.split()).strip(" :.,;'\"()[]")
        if _WORD.search(words):
            yield words


def lacking(words: Iterable[str], text: str) -> tuple[str, ...]:
    """Which of these texts a document does not have. Source code breaks its strings and puts values into them, and what
    people see has the words of others round it. So of a text that does not stand there as it is half of the
    words must.
    """
    folded = " ".join(_JOINED.sub("", text).split())
    there = set(_WORD.findall(text))

    def stands_there(item: str) -> bool:
        asked = [word for word in _WORD.findall(item) if word not in _OF_FRAMES]
        return item in folded or not asked or sum(word in there for word in asked) * 2 >= len(asked)

    return tuple(item for item in words if not stands_there(item))


def shares(catalogue: Catalogue, clients: Iterable[Client]) -> Mapping[str, Mapping[Basis, int]]:
    """Of each client how many rows of its table rest on what."""
    found: dict[str, dict[Basis, int]] = {}
    for client in clients:
        bases = [item.basis for item in catalogue.knowledge.table(client.templates, client.rows)]
        found[client.name] = {basis: bases.count(basis) for basis in Basis}
    return found


def evidence_in_markdown(catalogue: Catalogue, clients: Iterable[Client], read: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole document. `read`: what was seen of each address (`lab/setup/reading.py`)."""
    clients = tuple(clients)
    lines = [_share(name, counted) for name, counted in shares(catalogue, clients).items()]
    cited = documents(catalogue, clients).values()
    return HEAD + "".join(lines) + DOCUMENTS + "".join(_row(item, read.get(item.url, {})) for item in cited)


def _share(name: str, counted: Mapping[Basis, int]) -> str:
    rows, observed = sum(counted.values()), counted[Basis.OBSERVED]
    share = f"{observed} ({observed / rows:.0%})" if rows else "0"
    return f"| {name} | {rows} | {counted[Basis.AUTHORITATIVE]} | {counted[Basis.REPORTED]} | {share} |\n"


def _row(item: Document, seen: Mapping[str, Any]) -> str:
    first, *others = (title.replace("|", "\\|") for title in item.titles)
    titles = f"{first} (and {len(others)} more places in it)" if others else first
    if "read" not in seen:
        return f"| [{titles}]({item.url}) | {seen.get('problem', 'not yet')} | {len(item.words) or ''} |\n"
    missing = [word for word in seen.get("lacking", ()) if word in item.words]
    words = f"{len(item.words) - len(missing)} of {len(item.words)}" if item.words else ""
    return f"| [{titles}]({item.url}) | {seen['read']}, {seen['copy']} | {words} |\n"
