"""Words: the difference of two texts, word by word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

_WORD = re.compile(r"\\[nrt]|\w+|\s+|[^\w\s]")
"""Words, blanks and signs; a line break that a client shows escaped is no part of the word behind it."""
_WORK = 10_000_000
"""Steps that a comparison may take, about 0.5 s; beyond, what lies between two equal ends is compared as one piece."""


Opcode = tuple[str, int, int, int, int]


class Part(StrEnum):
    """Where a piece of a difference stands."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Piece(BaseModel):
    """A run of words that stand in both texts, in the old one, or in the new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Part
    text: str


@lru_cache(maxsize=1024)
def difference(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in order: what is same or removed makes the old text, same or added the new one."""
    return tuple(_tidied(_pieces(_WORD.findall(old), _WORD.findall(new))))


def edit(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """What was replaced by what, without where: one change of wording is the same edit in every text it touches."""
    found: list[tuple[str, str]] = []
    removed = added = ""
    for piece in (*difference(old, new), Piece(part=Part.SAME, text="")):
        if piece.part is Part.REMOVED:
            removed += piece.text
        elif piece.part is Part.ADDED:
            added += piece.text
        elif removed or added:
            found.append((removed.strip(), added.strip()))
            removed = added = ""
    return tuple(found)


def opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """As those of `difflib.SequenceMatcher`, in bounded time: a crafted text could take for ever."""
    if _work(old, new) <= _WORK:
        return _compared(old, new)
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if old[i] != new[i]), limit)
    tail = next((i for i in range(limit - head) if old[-1 - i] != new[-1 - i]), limit - head)
    a, b, c, d = head, len(old) - tail, head, len(new) - tail
    between: list[Opcode] = [("replace", 0, b - a, 0, d - c)]
    if _work(old[a:b], new[c:d]) <= _WORK:
        between = _compared(old[a:b], new[c:d])
    return [
        ("equal", 0, head, 0, head),
        *((how, a + start, a + end, c + begin, c + stop) for how, start, end, begin, stop in between),
        ("equal", b, len(old), d, len(new)),
    ]


def _compared(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _work(old: Sequence[str], new: Sequence[str]) -> int:
    """The maximum of steps of the comparison: it looks at every two equal words for each run of words in common."""
    counts = Counter(new)
    return sum(count * counts[word] for word, count in Counter(old).items()) * min(len(old), len(new))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for how, a, b, c, d in opcodes(old, new):
        if how == "equal":
            if a < b:
                yield Piece(part=Part.SAME, text="".join(old[a:b]))
            continue
        if a < b:
            yield Piece(part=Part.REMOVED, text="".join(old[a:b]))
        if c < d:
            yield Piece(part=Part.ADDED, text="".join(new[c:d]))


def _tidied(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A lone blank or sign between two changes is no common ground: it joins them, which people can read."""
    removed = added = between = ""
    for piece in pieces:
        if piece.part is Part.SAME:
            if (removed or added) and not between and not re.search(r"\w", piece.text) and len(piece.text) <= 2:
                between = piece.text
                continue
            yield from _both(removed, added, between)
            removed = added = between = ""
            yield piece
        else:
            if between:
                removed, added, between = removed + between, added + between, ""
            if piece.part is Part.REMOVED:
                removed += piece.text
            else:
                added += piece.text
    yield from _both(removed, added, between)


def _both(removed: str, added: str, after: str) -> Iterator[Piece]:
    for part, text in ((Part.REMOVED, removed), (Part.ADDED, added), (Part.SAME, after)):
        if text:
            yield Piece(part=part, text=text)
