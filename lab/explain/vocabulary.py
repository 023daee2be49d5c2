"""The vocabulary: every documented text of every table, with what it means there.

Each library is a table of its own, and so is each client (its libraries' texts within its own words). Beside them stand
the programs around a client, and what means that TLS is not the cause. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlslab.explain.outside import OUTSIDE, Outside
from tlslab.explain.phrases import Index, Phrase, code_phrases, phrases_of
from tlslab.explain.programs import PROGRAMS, Program
from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.knowledge import Knowledge, Statement
from tlslab.model.library import Any, Crashes, Does, Prints, Says, When

if TYPE_CHECKING:
    from tlslab.clients.base import Client

MOST = 7
"""A text that stands for more causes than these says nothing about which one it is."""

_OF_ALL = frozenset(
    {
        ("handshakefailed",),
        ("nosuchfileordirectory",),
        ("signaturecheckfailed",),
        ("endofstreamreached",),
        ("hasbeenrevoked",),
    }
)
"""What programs of all kinds say: it is looked for within other words alone."""

Cause = frozenset[Condition]
"""Conditions that are there together."""


@dataclass(frozen=True)
class Meaning:
    """What a text means in one table: each of `causes` has it. `of_any`: every defect has it of which the table says
    nothing else. `options`: what must hold where the text is about no condition. `vocabulary`: no client of the lab is
    judged by the table.
    """

    table: str
    libraries: tuple[str, ...]
    client: bool
    text: str
    causes: tuple[Cause, ...]
    of_any: bool
    phases: frozenset[Phase]
    options: tuple[When, ...]
    basis: Basis
    sources: tuple[Source, ...]
    vocabulary: bool = False

    @property
    def vague(self) -> bool:
        """Whether the text does not tell causes apart."""
        return self.of_any or len(self.causes) > MOST

    @property
    def framed(self) -> bool:
        """Whether a client's own words stand round those of its library."""
        return self.client and self.table not in self.libraries

    @property
    def outside(self) -> bool:
        """Whether it is said where TLS has not begun, or where it stands already."""
        return self.phases <= {Phase.CONNECT, Phase.LOGIN, Phase.RESPONSE}


Entry = Meaning | Program | Outside


@dataclass(frozen=True)
class Vocabulary:
    """Every text that is known, ready to be found."""

    index: Index
    entries: Mapping[Phrase, Sequence[Entry]]


def vocabulary(knowledge: Knowledge, clients: Iterable["Client"], libraries: Iterable[str] | None = None) -> Vocabulary:
    """The texts of these clients, and of these libraries (None: of all)."""
    entries: dict[Phrase, list[Entry]] = defaultdict(list)
    for meaning in _meanings(knowledge, clients, libraries):
        # What a client puts round its library's words is what tells that the client speaks; what is innermost may be of
        # any program, and stands in the table of the library.
        for phrase in _phrases(meaning.text, whole_only=meaning.framed, innermost_too=not meaning.client):
            if phrase.parts not in _OF_ALL:
                _add(entries[phrase], meaning)
    others: tuple[Program | Outside, ...] = (*PROGRAMS, *OUTSIDE)
    for known in others:
        for text in known.texts:
            for phrase in _phrases(text):
                _add(entries[phrase], known)
    return Vocabulary(Index(entries), {phrase: tuple(found) for phrase, found in entries.items()})


def _add(entries: list[Entry], entry: Entry) -> None:
    """Add what isn't there; that can only be the last one, for a text has a phrase once more at most."""
    if not entries or entries[-1] is not entry:
        entries.append(entry)


def _phrases(text: str, *, whole_only: bool = False, innermost_too: bool = True) -> Iterator[Phrase]:
    yield from list(phrases_of(text, whole_only=whole_only, innermost_too=innermost_too)) or code_phrases(text)


def _meanings(knowledge: Knowledge, clients: Iterable["Client"], libraries: Iterable[str] | None) -> Iterator[Meaning]:
    for name in sorted(knowledge.libraries) if libraries is None else libraries:
        library = knowledge.libraries[name]
        rows = [row for row in library.rows if isinstance(row, Says)]
        said = [Statement(row, row.does, name, row.basis, (row.source,), row.when, row.versions) for row in rows]
        yield from _of_table(name, said, client=False, vocabulary=library.vocabulary)
    for client in clients:
        yield from _of_table(client.name, knowledge.table(client.templates, client.rows), client=True)


def _of_table(table: str, said: Iterable[Statement], *, client: bool, vocabulary: bool = False) -> Iterator[Meaning]:
    by_text: dict[str, list[tuple[Statement, Says]]] = defaultdict(list)
    for item in said:
        if isinstance(item.row, Says):
            for text in _texts(item.row.phase, item.does):
                by_text[text].append((item, item.row))
    for text, rows in by_text.items():
        sets = dict.fromkeys(row.of for _, row in rows if not isinstance(row.of, Any))
        yield Meaning(
            table,
            tuple(sorted({item.library or table for item, _ in rows})),
            client,
            text,
            _least(cause for cause in sets if cause),
            any(isinstance(row.of, Any) for _, row in rows),
            frozenset(row.phase for _, row in rows),
            tuple(dict.fromkeys(when for item, row in rows if not row.of for when in item.when)),
            max(item.basis for item, _ in rows),
            tuple(dict.fromkeys(source for item, _ in rows for source in item.sources)),
            vocabulary,
        )


def _texts(phase: Phase, does: Does | None) -> Iterator[str]:
    if isinstance(does, Prints):
        if phase is Phase.NO_TLS and not (does.text or does.trace):
            return  # a code that a client gives every failure to connect
        yield from filter(None, (does.text, does.code, does.trace))
    elif isinstance(does, Crashes) and does.text:
        yield does.text


def _least(sets: Iterable[Cause]) -> tuple[Cause, ...]:
    """Those that hold none of the others: where a text is said of one defect, a second one beside it adds nothing.
    Those of one condition are first, else they stay in their order.
    """
    sets = sorted(sets, key=len)
    least: list[Cause] = []
    for cause in sets:
        if not any(other < cause for other in least):
            least.append(cause)
    return tuple(least)
