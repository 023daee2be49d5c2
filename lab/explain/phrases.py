"""Phrases: documented texts, made ready to be found in what was pasted, and the index that finds all of them at once.

The index is an Aho-Corasick automaton (package ahocorasick-rs): one pass over the text, however many texts are
documented. A text with gaps is several literals; these are put together from what the one pass found.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from tlslab.explain.reading import OVERLAP, WITHOUT_BLANKS, Passage, skeleton_of, unescaped

SHORTEST = 12
"""Letters that a text must have to be found by itself: shorter ones (`has expired`) are said of other things, too."""
SHORTEST_CODE = 5
_SHORTEST_PART = 4
_ANY_WORDS, _NAME, _INNER = 600, 300, OVERLAP // 2
"""The most characters that may stand in a gap: of any words, of a name, between an exception and its inner one."""
_CLOSE = 80
"""The most characters before a short part that ends a text."""

_GAP = re.compile(r"\{(\*|[a-z]+)\}|( ---> )")
_HEAD = re.compile(r"(?:[\w.]*(?:Exception|Error)(?: \[\w+\])?: |curl: \(\d+\) |\[[^\[\]{}]{1,60}\] ?)+")
"""What stands before the sentence itself: the class of an exception, a program's name, a tag. People leave it out."""
_INNER_CAUSE = re.compile(r" ---> |(?:\{\*\})?Caused by: |: (?:[a-z]\w*\.){2,}[A-Z]\w*(?:Exception|Error): ")
"""Between an exception and its inner one (Java puts its class between colons); what is innermost is pasted alone as
well."""
_CODE = re.compile(r"[A-Z0-9_]+(?:::[A-Z0-9_]+)?|[A-Z]{2,5}-\d{4,5}|-?\d+|0x[0-9a-fA-F]+")
_HRESULT = re.compile(r"-2\d{9}|0x8[0-9a-fA-F]{7}")
_NUMBER = re.compile(r"-?\d+")
_NUMBERED = re.compile(
    r"(?:error|errors|event|eventid|errornumber|errorcode|sqlcode|msg|errno|native|nativeerror|exception)"
    r"(?:is|of)?[\W_]{0,4}$"
)
"""What stands before a number that is the number of an error."""
_GOES_ON = re.compile(r"\s++(?:in(?! connection\b)|or|of)\s++[a-z]++\s++[a-z]++")
"""What makes another text of one that begins alike: `self-signed certificate` and `... in certificate chain`."""
_MISSING_FILE = "nosuchfileordirectory"
_UNNAMED = "filenotfounderror"
_OF_TRUST = re.compile(
    r"cert|\.(?:pem|crt|cer|der|key|jks|p12|pfx)|keystore|truststore|bundle|cafile|ssl|tls|[/_.-]ca\b"
)
_NEAR_BY = 200
"""That a file is missing says something of trust where a file of trust is named so near by; the ssl module of Python
names none.
"""
_DISTINCTIVE = 8
"""Digits with which a number needs nothing before it: it is no port, no line, no year."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A documented text: the skeletons of its literal parts, in order, and how many characters may stand between."""

    parts: tuple[str, ...]
    gaps: tuple[int, ...] = ()
    number: bool = False
    """Its one part is the number of an error."""
    whole: bool = True
    """The documented text ends with it: no name and no other words come behind it."""
    ending: tuple[str, ...] = ()
    """Literal parts that are too short to be looked for, which must follow closely all the same."""
    words: tuple[int, ...] = ()
    """The parts behind which a blank stands before a gap: no letter goes on there."""

    @property
    def length(self) -> int:
        """The letters that are literal."""
        return sum(map(len, self.parts))

    @property
    def means_something(self) -> bool:
        """Whether it is long enough to be found by itself; a Chinese character says as much as two letters."""
        letters = self.length
        return letters >= SHORTEST or letters + sum(char >= WITHOUT_BLANKS for char in "".join(self.parts)) >= SHORTEST


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a passage: the places of its parts in the skeleton, with their ends."""

    phrase: Phrase
    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


def phrases_of(text: str, *, whole_only: bool = False, innermost_too: bool = True) -> Iterator[Phrase]:
    """A documented text as phrases: whole, and unless `whole_only` without what stands before its sentence, and if
    `innermost_too` the innermost of several exceptions alone. None for a text that is too short to mean anything by
    itself.
    """
    text = " ".join(unescaped(text).split())
    whole = _phrase(text)
    if whole and whole.means_something:
        yield whole
    if whole_only:
        return
    # The class in front of each exception is left out; what is inner comes behind it.
    bare = " ---> ".join(_HEAD.sub("", part, count=1) if _HEAD.match(part) else part for part in text.split(" ---> "))
    stripped = _phrase(bare) if bare != text else None
    if stripped and stripped != whole and stripped.means_something:
        yield stripped
    *outer, innermost = _INNER_CAUSE.split(text)
    if outer and innermost_too:
        yield from phrases_of(innermost)


def code_phrases(code: str) -> Iterator[Phrase]:
    """The phrases of a code: as it is written, and of an HRESULT both as a signed number and in hexadecimal."""
    if phrase := code_phrase(code):
        yield phrase
    if _HRESULT.fullmatch(code):
        value = int(code, 0) & 0xFFFFFFFF
        for other in (f"0x{value:08x}", str(value - (1 << 32))):
            if other != skeleton_of(code):
                yield Phrase((other,), number=True)


def code_phrase(code: str) -> Phrase | None:
    """The phrase of a code; None for one that says nothing without what stands around it."""
    if not _CODE.fullmatch(code):
        return _phrase(code) if len(code) >= SHORTEST else None
    if _NUMBER.fullmatch(code):
        return Phrase((code,), number=True) if len(code.lstrip("-")) >= SHORTEST_CODE else None
    return Phrase((skeleton_of(code),)) if len(code) > SHORTEST_CODE else None


def _phrase(text: str) -> Phrase | None:
    parts: list[str] = []
    gaps: list[int] = []
    gap, end = 0, 0
    short: list[str] = []
    words: list[int] = []
    for found in (*_GAP.finditer(text), None):
        part = skeleton_of(text[end : found.start() if found else len(text)])
        if found and found[1] and text[: found.start()].endswith(" ") and len(part) >= _SHORTEST_PART:
            words.append(len(parts))
        if found is None:
            part = part.rstrip(".,:;({[")
        if len(part) >= _SHORTEST_PART or (part and not parts and found is None):
            if parts:
                gaps.append(gap)
            parts.append(part)
            gap = 0
            short = []
        else:
            gap += len(part)
            short += [part] if part else []
        if found:
            gap += _INNER if found[2] else _ANY_WORDS if found[1] == "*" else _NAME
            end = found.end()
    if not parts:
        return None
    return Phrase(tuple(parts), tuple(gaps), whole=not text.endswith("}"), ending=tuple(short), words=tuple(words))


class Index:
    """Finds phrases. Frozen after it was made."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases: Sequence[Phrase] = tuple(dict.fromkeys(phrases))
        literals = {part: None for phrase in self._phrases for part in phrase.parts}
        self._literals = {part: number for number, part in enumerate(literals)}
        self._automaton = AhoCorasick(
            list(literals),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        # A phrase is looked at where its rarest part stands: the longest is taken for it.
        self._by_part: dict[int, list[tuple[Phrase, int]]] = defaultdict(list)
        for phrase in self._phrases:
            pivot = max(range(len(phrase.parts)), key=lambda part, of=phrase: (len(of.parts[part]), part))  # type: ignore[misc]
            self._by_part[self._literals[phrase.parts[pivot]]].append((phrase, pivot))

    def within(self, passage: Passage) -> Iterator[Hit]:
        """The phrases in a passage, as words of their own; those that were found in the passage before left out."""
        starts: dict[int, list[int]] = defaultdict(list)
        for number, start, _ in self._automaton.find_matches_as_indexes(passage.skeleton, overlapping=True):
            starts[number].append(start)
        for number in starts:
            for phrase, pivot in self._by_part.get(number, ()):
                for hit in self._put_together(phrase, pivot, starts):
                    if hit.end > passage.known and _stands_alone(hit, passage):
                        yield hit

    def _put_together(self, phrase: Phrase, pivot: int, starts: dict[int, list[int]]) -> Iterator[Hit]:
        """A phrase around each place of its rarest part, with what is nearest before and behind it."""
        numbers = [self._literals[part] for part in phrase.parts]
        if any(number not in starts for number in numbers):
            return
        free = 0
        for start in starts[numbers[pivot]]:
            if start < free:
                continue
            spans = _spans(phrase, pivot, start, [starts[number] for number in numbers])
            if spans is not None:
                yield Hit(phrase, spans)
                free = spans[-1][1]


def _spans(
    phrase: Phrase, pivot: int, start: int, starts: Sequence[Sequence[int]]
) -> tuple[tuple[int, int], ...] | None:
    spans = [(start, start + len(phrase.parts[pivot]))]
    for part in range(pivot - 1, -1, -1):
        size = len(phrase.parts[part])
        at = bisect_right(starts[part], spans[0][0] - size) - 1
        if at < 0 or spans[0][0] - (starts[part][at] + size) > phrase.gaps[part]:
            return None
        spans.insert(0, (starts[part][at], starts[part][at] + size))
    for part in range(pivot + 1, len(phrase.parts)):
        at = bisect_left(starts[part], spans[-1][1])
        if at == len(starts[part]) or starts[part][at] - spans[-1][1] > phrase.gaps[part - 1]:
            return None
        spans.append((starts[part][at], starts[part][at] + len(phrase.parts[part])))
    # What is nearest to what comes behind it: a beginning that is said again begins anew.
    for part in range(len(spans) - 2, -1, -1):
        size = len(phrase.parts[part])
        start = starts[part][bisect_right(starts[part], spans[part + 1][0] - size) - 1]
        spans[part] = (start, start + size)
    return tuple(spans)


def _ends(hit: Hit, passage: Passage) -> bool:
    """Whether the short parts that end the phrase follow, each in its turn and not as the beginning of a word."""
    at = hit.end
    for part in hit.phrase.ending:
        last = at + _CLOSE + len(part)
        begin = passage.skeleton.find(part, at, last)
        while begin >= 0 and part.isalpha() and _goes_on(passage, begin, begin + len(part)):
            begin = passage.skeleton.find(part, begin + 1, last)
        if begin < 0:
            return False
        at = begin + len(part)
    return True


def _goes_on(passage: Passage, start: int, end: int) -> bool:
    behind = passage.place(start, end)[1]
    return passage.text[behind : behind + 1].isalpha()


def _is_of_trust(hit: Hit, passage: Passage) -> bool:
    """Whether the file that is missing is one of trust."""
    if hit.phrase.parts[0].startswith(_UNNAMED) and not passage.skeleton.startswith(":", hit.end):
        return True
    near = _OF_TRUST.search(passage.skeleton, max(0, hit.start - _NEAR_BY), hit.end + _NEAR_BY)
    return near is not None


def _stands_alone(hit: Hit, passage: Passage) -> bool:
    if not passage.is_word(hit.start, hit.end) or not _ends(hit, passage):
        return False
    if any(_MISSING_FILE in part for part in hit.phrase.parts) and not _is_of_trust(hit, passage):
        return False
    if any(_goes_on(passage, *hit.spans[part]) for part in hit.phrase.words):
        return False
    if hit.phrase.whole and _GOES_ON.match(passage.text, passage.place(hit.start, hit.end)[1]):
        return False
    if not hit.phrase.number or len(hit.phrase.parts[0].lstrip("-")) >= _DISTINCTIVE:
        return True
    return _NUMBERED.search(passage.skeleton, max(0, hit.start - 24), hit.start) is not None
