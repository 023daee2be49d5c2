"""Prepared: all that explaining a text needs, as bytes that a later start reads instead of building it anew. Pure.

Every text and its meaning is bytes of its own, because a pasted text needs few of them. Functions are left out, such as
that which finds a condition in a situation: nothing here is asked of a situation. Where that would be needed (an option
of a client, `needs_situations`) the tables themselves are read.
"""

import io
import marshal
import pickle
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, NoReturn

from tlslab.explain.causes import Measured
from tlslab.explain.findings import Found
from tlslab.explain.phrases import Index, Phrase
from tlslab.explain.reading import Passage, cleaned
from tlslab.explain.vocabulary import Entry, Meaning, Vocabulary
from tlslab.model.condition import Condition
from tlslab.model.scenario import Scenario
from tlslab.model.situation import ServerKind

LONGEST = 1 << 14
"""Characters of a text up to which its phrases are looked for one by one; a longer one is worth an index of all."""
_CHECK = 4
"""Bytes of the sum that tells a whole file from one that is not."""
_Row = tuple[tuple[str, ...], tuple[int, ...], bool, bool, tuple[str, ...], tuple[int, ...], tuple[int, ...]]
"""The fields of a phrase, and the numbers of its entries."""


@dataclass(frozen=True)
class Speaker:
    """A client whose words are known. `libraries`: those whose texts it shows."""

    name: str
    title: str
    kinds: frozenset[ServerKind]
    libraries: frozenset[str]


@dataclass(frozen=True)
class Known:
    """What explaining needs beside the texts."""

    scenarios: Sequence[Scenario]
    conditions: Sequence[Condition]
    speakers: Sequence[Speaker]
    libraries: Sequence[str]
    measured: Measured


class Prepared:
    """What was read back."""

    def __init__(self, rows: Sequence[_Row], entries: Sequence[bytes], known: bytes) -> None:
        self._rows, self._entries, self._known = rows, entries, known

    def known(self) -> Known:
        """What is known beside the texts."""
        known: Known = pickle.loads(self._known)
        return known

    def vocabulary(self, text: str | None, keep: Callable[[Entry], bool]) -> Vocabulary:
        """The texts whose words stand in this one (None: all), with the meanings that are kept."""
        rows: Iterable[_Row] = self._rows
        if text is not None:
            words = Passage(cleaned(text)).skeleton
            rows = [row for row in rows if all(part in words for part in row[0])]
        once: dict[int, Entry] = {}
        entries: dict[Phrase, Sequence[Entry]] = {}
        for parts, gaps, is_number, whole, ending, ends, numbers in rows:
            for number in numbers:
                if number not in once:
                    once[number] = pickle.loads(self._entries[number])
            if kept := tuple(once[number] for number in numbers if keep(once[number])):
                entries[Phrase(parts, gaps, is_number, whole, ending, ends)] = kept
        return Vocabulary(Index(entries), entries)


def needs_situations(found: Found) -> bool:
    """Whether a text stands for an option of a client: which scenarios it plays is asked of their situations."""
    meanings = (item.entry for item in found.findings if isinstance(item.entry, Meaning))
    return any(not meaning.causes and not meaning.vague for meaning in meanings)


def to_bytes(vocabulary: Vocabulary, known: Known) -> bytes:
    """All texts with their meanings, and what is known beside them."""
    numbers: dict[int, int] = {}
    entries: list[bytes] = []
    rows: list[_Row] = []
    for phrase, found in vocabulary.entries.items():
        for entry in found:
            if id(entry) not in numbers:
                numbers[id(entry)] = len(entries)
                entries.append(_pickled(entry))
        its = tuple(numbers[id(entry)] for entry in found)
        rows.append((phrase.parts, phrase.gaps, phrase.number, phrase.whole, phrase.ending, phrase.words, its))
    scenarios = tuple(replace(item, lesson="", rows={}) for item in known.scenarios)
    body = marshal.dumps((rows, entries, _pickled(replace(known, scenarios=scenarios))))
    return zlib.crc32(body).to_bytes(_CHECK, "big") + body


def from_bytes(data: bytes) -> Prepared | None:
    """What these bytes hold; None where they are not whole."""
    check, body = data[:_CHECK], data[_CHECK:]
    if len(check) < _CHECK or zlib.crc32(body).to_bytes(_CHECK, "big") != check:
        return None
    try:
        return Prepared(*marshal.loads(body))
    except (ValueError, TypeError, EOFError):
        return None


class _Pickler(pickle.Pickler):
    """Leaves out the functions of this program: whoever reads must not import what has them."""

    def reducer_override(self, item: Any) -> Any:
        if isinstance(item, FunctionType) and item.__module__.startswith("tlslab") and item is not _left_out:
            return _left_out, ()
        return NotImplemented


def _pickled(item: object) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(item)
    return stream.getvalue()


def _left_out() -> Callable[..., NoReturn]:
    def asked(*_: object) -> NoReturn:
        raise NotImplementedError("this was left out: read the tables themselves")

    return asked
