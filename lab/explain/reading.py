"""Reading: what a person pasted, as text that can be searched. Pure, in time and memory that are linear in the text.

People paste what a terminal wrapped, what a log shipper escaped, what a browser gave other quotes. So a pasted text is
cleaned (colours, escapes, what stands in front of log lines, the lines of a stack), and both it and the documented
texts are searched as skeletons: lower-case letters without white space and without quotes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from unicodedata import category

BLOCK = 1 << 17
"""Characters that are looked at together; what is longer is read in such blocks."""
OVERLAP = 1 << 13
"""Characters of a block that are looked at once more with the next, so that no text is cut in two."""

_PIECE = 256

ESCAPED_LINE = "\u2028"
"""Stands for a line break that was written as `\\n`: it is none of the lines that are counted."""

_COLOUR = re.compile(
    r"(?:\x1b|(?<!\\)\\++(?:u001[bB]|x1[bB]|e|033)|\^\[|#033)\[[0-?]{0,32}[ -/]{0,4}[@-~]"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
)
# A Windows path may hold `\n`, too: it loses a letter, which no documented text needs.
_ESCAPED = re.compile(r"(?<!\\)\\++(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt]))")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,6});")
_DATE = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_IN_FRONT = (
    r"[>|│┃║#][^\S\n]*+",  # quoted, boxed, a comment
    rf"\[?{_DATE}\]?[^\S\n]*+",
    r"\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?[^\S\n]++",
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,64} [^\s:]{1,64}: ",  # syslog
    r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ {1,8}\d++ [^\s\]]{1,80}\] ",  # klog
    r"std(?:out|err) [FP] ",  # the log of a container
    r"[A-Za-z][\w.-]{0,62} {1,12}\| ",  # Docker Compose
    r"\[(?:ERROR|ERR|WARN(?:ING)?|INFO|DEBUG|FATAL|TRACE|CRITICAL|error|warn|info|fail|fatal)\]:? +",
    r"npm (?:ERR!|error) ",
    r"remote: ",  # git
)
_BEFORE_A_LINE = re.compile(rf"\s*+(?:{'|'.join(_IN_FRONT)}){{1,6}}+")
_STACK = re.compile(
    r"\s*+(?:"
    r"\w{1,4}:? (?:async )?[\w$<>+`/@-]++(?:\.[\w$<>+`/@\[\],|-]++)++ ?(?:\[as \w+\] )?\([^{]*+"
    r"|at (?:async )?(?:node:|file:|/)[^{]*+"
    r"|at [^(]{1,200}\([^()]{0,300}(?::\d+|Unknown Source|Native Method)\)\s*+"
    r"|\.\.\. \d+ (?:more|common frames omitted)\s*+"
    r"|--- End of (?:inner exception stack trace|stack trace from previous location)[^{]*+"
    r")(?=\{|$)"
)
"""A line of a stack; what opens behind the last one (`{`) stays."""

_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_QUOTES = (0x22, 0x27, 0x60, 0xAB, 0xB4, 0xBB, *range(0x2018, 0x2020), 0x2039, 0x203A)
_DASHES = (*range(0x2010, 0x2016), 0x2212, 0xFE63)
_BOXES = range(0x2500, 0x2580)
WITHOUT_BLANKS = "\u2e80"
"""From here on stand the scripts that put no blanks between words: Chinese, Japanese, Korean."""
_WIDE = range(0xFF01, 0xFF5F)
"""The forms of ASCII that are as wide as a Chinese character."""


def _table() -> dict[int, str | None]:
    """What a skeleton has for each character that does not stand for itself."""
    table: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in _WIDE}
    table |= dict.fromkeys(_DASHES, "-") | {0x2026: "...", 0x130: "i"}
    table |= {code: None for code in range(0x3001) if category(chr(code)) in _UNSEEN}
    table |= dict.fromkeys((*_QUOTES, *_BOXES, ord("\\"), ord("*"), 0xFEFF, *range(0xFFF9, 0xFFFC)))
    return table | {code: None for code in _WIDE if code - 0xFEE0 in _QUOTES}


_TABLE = _table()
_LOST = bytes(code for code, form in _TABLE.items() if code < 128 and form is None)
"""What of ASCII has no form in a skeleton; all the rest of it stands for itself."""


def skeleton_of(text: str) -> str:
    """The text in lower case, without white space, quotes, backslashes and what is not seen."""
    if text.isascii():
        return text.encode("ascii").translate(None, _LOST).decode("ascii").lower()
    return text.translate(_TABLE).lower()


def unescaped(text: str) -> str:
    """The text without colours, and with the characters for which escapes and entities stand."""
    if any(begin in text for begin in ("\x1b", "\\", "^[", "#033")):
        text = _COLOUR.sub("", text)
    if "\\" in text:
        text = _ESCAPED.sub(_unescaped, text)
    if "&" in text:
        text = _ENTITY.sub(_as_character, text)
    return text


def cleaned(text: str) -> str:
    """The text without colours, escapes, what stands in front of log lines, and the lines of a stack. It has as many
    line breaks as before.
    """
    text = unescaped(text)
    if ESCAPED_LINE in text:
        text = ESCAPED_LINE.join(map(_line, text.split(ESCAPED_LINE)))
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    if found := _BEFORE_A_LINE.match(line):
        line = line[found.end() :]
    found = _STACK.match(line)
    return line[found.end() :] if found else line


def _unescaped(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    char = chr(int(number, 16)) if number else {"n": "\n", "r": " ", "t": "\t"}[found[3]]
    if char == "\n":
        return ESCAPED_LINE
    # Half a character of a pair can be written nowhere.
    return " " if "\ud800" <= char <= "\udfff" else char


def _as_character(found: re.Match[str]) -> str:
    import html  # its table of names costs more than a short text does

    char = html.unescape(found[0])
    return ESCAPED_LINE if char in "\n\r" else char


@dataclass(frozen=True)
class Passage:
    """A block of a pasted text: cleaned, and its skeleton. `line`: the number of its first line; `known`: so many
    characters of the skeleton have been looked at with the block before.
    """

    text: str
    line: int = 1
    known: int = 0

    @cached_property
    def skeleton(self) -> str:
        return skeleton_of(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        """Where in the skeleton each piece of the text ends."""
        pieces = (self.text[start : start + _PIECE] for start in range(0, len(self.text), _PIECE))
        return list(accumulate(len(skeleton_of(piece)) for piece in pieces))

    @cached_property
    def _places(self) -> dict[int, list[int]]:
        """By the number of a piece, for each character of its skeleton the place in the text; as far as asked for."""
        return {}

    def _place(self, at: int) -> int:
        """Where in the text a character of the skeleton stands."""
        number = bisect_right(self._ends, at)
        if number not in self._places:
            begin = number * _PIECE
            piece = enumerate(self.text[begin : begin + _PIECE], start=begin)
            self._places[number] = [place for place, char in piece for _ in skeleton_of(char)]
        return self._places[number][at - (self._ends[number - 1] if number else 0)]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text a part of the skeleton stands that is not empty."""
        return self._place(start), self._place(end - 1) + 1

    def line_at(self, place: int) -> int:
        """The number of the line in which a place of the text is."""
        return self.line + self.text.count("\n", 0, place)

    def is_word(self, start: int, end: int) -> bool:
        """Whether a part of the skeleton stands in the text as words of its own: nothing goes on before or behind."""
        first, last = self.place(start, end)
        before, behind = self.text[first - 1 : first], self.text[last : last + 1]
        return not (_goes_on(before, self.text[first]) or _goes_on(self.text[last - 1], behind))


def _goes_on(left: str, right: str) -> bool:
    if left >= WITHOUT_BLANKS or right >= WITHOUT_BLANKS:
        return False
    return bool(left and right) and (left.isalnum() or left == "_") and (right.isalnum() or right == "_")


def passages(pieces: Iterable[str]) -> Iterator[Passage]:
    """A text that comes in pieces, as blocks that overlap. It is held in memory block by block."""
    line, held, known = 1, "", 0
    for piece in pieces:
        held += piece
        while len(held) > BLOCK + OVERLAP:
            cut = _end_of_line(held, BLOCK)
            yield _passage(held[:cut], line, known)
            again = _beginning_of_line(held, cut)
            line += held.count("\n", 0, again)
            held, known = held[again:], cut - again
    if len(held) > known:
        yield _passage(held, line, known)


def _passage(text: str, line: int, known: int) -> Passage:
    return Passage(cleaned(text), line, len(skeleton_of(cleaned(text[:known]))) if known else 0)


def _end_of_line(text: str, near: int) -> int:
    """Behind the last line break before a place, if one is near enough; else the place."""
    found = text.rfind("\n", near - OVERLAP, near)
    return found + 1 if found >= 0 else near


def _beginning_of_line(text: str, end: int) -> int:
    """Where the block behind this one begins: some lines before its end."""
    found = text.find("\n", end - OVERLAP, end - 1)
    return found + 1 if found >= 0 else end - OVERLAP


def is_binary(piece: str) -> bool:
    """Whether a beginning of a text is none: characters without form stand in it that no terminal prints."""
    odd = sum(1 for char in piece[:4096] if char == "\ufffd" or (char < " " and char not in "\t\n\r\f\b\x1b"))
    return odd * 20 > len(piece[:4096])
