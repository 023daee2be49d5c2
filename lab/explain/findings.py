"""Findings: which documented texts stand in what was pasted. Pure; a long log is read block by block."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tlslab.explain.outside import Outside
from tlslab.explain.phrases import Hit
from tlslab.explain.reading import Passage, passages
from tlslab.explain.vocabulary import Cause, Entry, Meaning, Vocabulary

_AROUND = 60
_LONGEST = 400
"""Characters of the pasted text that are quoted before and behind a text, and in all."""


_CODES = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"curl: \((\d{1,2})\)", "curl's exit status"),
        (r"Error Number: ?(-?\d{1,10})", "SqlException.Number"),
        (r"provider: [\w ]{1,40}, error: (\d{1,5})", "number of the network layer"),
        (r"\(0x([0-9A-Fa-f]{8})\)", "HRESULT"),
        (r"(?:SQLSTATE\[?=?|\('|\()(0[0-9A-Z]{4}|HY[0-9]{3})\b", "SQLSTATE"),
        (r"\berror:([0-9A-Fa-f]{8}):", "OpenSSL's packed number"),
        (r"\bverify error:num=(\d{1,3})", "X509_V_ERR_* of OpenSSL"),
        (r"\bcode['\"]?: ?['\"]?([A-Z][A-Z0-9_]{3,60})", "code"),
        (r"\balert (?:number )?\[?(\d{1,3})\b", "TLS alert"),
        (r"\bevent ?id[: ]{1,2}(\d{4,5})\b", "event of Windows"),
        (r"\bError: (\d{4,5}), Severity", "error of SQL Server"),
    )
)
_MOST_CODES = 12


@dataclass(frozen=True)
class Code:
    """A number or name of an error beside the texts, and whose it is."""

    code: str
    what: str


@dataclass(frozen=True)
class Finding:
    """A documented text that was found: what it means, where it stands first, in what words, and how often.

    `number`: it is the bare number of an error.
    """

    entry: Entry
    length: int
    line: int
    quote: str
    count: int = 1
    number: bool = False


@dataclass(frozen=True)
class Found:
    """All that was found in a text, in the order in which it stands there, each once."""

    findings: tuple[Finding, ...]
    codes: tuple[Code, ...] = ()


def search(pieces: Iterable[str], vocabulary: Vocabulary) -> Found:
    """Every documented text in a text that comes in pieces, and the codes in the blocks where there is one.

    A text within a longer one that is documented, too, is no finding: the longer one decides.
    """
    found: dict[tuple[Entry, int], Finding] = {}
    codes: dict[Code, None] = {}
    for passage in passages(pieces):
        before = len(found)
        for hit, entry in _deciding(passage, vocabulary):
            key = (entry, hit.phrase.length)
            if key in found:
                found[key] = replace(found[key], count=found[key].count + 1)
            else:
                line, quote = _quoted(passage, hit)
                found[key] = Finding(entry, hit.phrase.length, line, quote, number=hit.phrase.number)
        if len(found) > before and len(codes) < _MOST_CODES:
            codes |= dict.fromkeys(_codes_in(passage.text))
    return Found(tuple(found.values()), tuple(codes)[:_MOST_CODES])


def _codes_in(text: str) -> Iterator[Code]:
    for pattern, what in _CODES:
        for number, found in enumerate(pattern.finditer(text)):
            if number == _MOST_CODES:
                break
            yield Code(found[1], what)


@dataclass(frozen=True)
class _Span:
    """Where a part of a text stands that decides. `causes`: what it means, where a client's words stand round it."""

    start: int
    end: int
    length: int
    causes: frozenset[Cause] | None

    def stands_for(self, hit: Hit, entry: Entry) -> bool:
        """Whether a text within it is no finding: that nobody was reached stays true, whoever says more about it, and a
        vocabulary may know more that a library's words can mean than the client that shows them.
        """
        if self.end < hit.end or self.length <= hit.phrase.length or isinstance(entry, Outside):
            return False
        if self.causes is None or not isinstance(entry, Meaning) or not entry.vocabulary or entry.vague:
            return True
        return self.causes >= set(entry.causes)


def _deciding(passage: Passage, vocabulary: Vocabulary) -> Iterator[tuple[Hit, Entry]]:
    hits = sorted(vocabulary.index.within(passage), key=lambda hit: (hit.start, -hit.end))
    spans = sorted(_spans(hits, vocabulary), key=lambda span: (span.start, -span.end))
    around: list[_Span] = []
    next_span = 0
    for hit in hits:
        while next_span < len(spans) and spans[next_span].start <= hit.start:
            around.append(spans[next_span])
            next_span += 1
        around = [span for span in around if span.end > hit.start]
        for entry in vocabulary.entries[hit.phrase]:
            if not any(span.stands_for(hit, entry) for span in around):
                yield hit, entry


def _spans(hits: Iterable[Hit], vocabulary: Vocabulary) -> set[_Span]:
    """The parts of the texts that say enough to stand for the shorter ones within them."""
    spans: set[_Span] = set()
    for hit in hits:
        meanings = [entry for entry in vocabulary.entries[hit.phrase] if isinstance(entry, Meaning)]
        if told := [entry for entry in meanings if not entry.vague]:
            framed = all(entry.framed for entry in told)
            causes = frozenset(cause for entry in told for cause in entry.causes) if framed else None
            spans.update(_Span(start, end, hit.phrase.length, causes) for start, end in hit.spans)
    return spans


def _quoted(passage: Passage, hit: Hit) -> tuple[int, str]:
    """The line, and the words of the line around a text; of a long text its beginning."""
    first, last = passage.place(hit.start, hit.end)
    begin = max(passage.text.rfind("\n", 0, first) + 1, first - _AROUND)
    end = passage.text.find("\n", last)
    end = min(len(passage.text) if end < 0 else end, last + _AROUND, begin + _LONGEST)
    return passage.line_at(first), " ".join(passage.text[begin:end].split())
