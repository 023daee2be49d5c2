"""Evidence: what a statement about a client rests on, where a connection fails, and whether a text shows a pattern.

Texts are patterns: literal but for `{host}`, `{urlhost}`, `{name}`, `{certificate}` and `{*}` (any characters, for what
changes). White space is folded, so that a text that a terminal wrapped still matches.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache


class Basis(IntEnum):
    """How good the evidence for a text is; a combination is as good as its weaker part."""

    OBSERVED = 1
    """Only the lab saw it: a baseline for regressions, never called documented."""
    REPORTED = 2
    """Posted by people; the source is the address."""
    AUTHORITATIVE = 3
    """The vendor's or project's own documentation or source code."""


class Phase(StrEnum):
    """Where the connection fails; the message templates of clients differ by it."""

    VERIFY = "verify"
    """The TLS library rejects the chain."""
    NAME = "name"
    """The certificate is not for this name."""
    PIN = "pin"
    """The certificate is not the one that the client was given to compare it with."""
    HANDSHAKE = "handshake"
    """The handshake itself fails: an alert, no common version."""
    CLOSED = "closed"
    """The peer closes or resets the connection during the handshake."""
    CONNECT = "connect"
    """No server answers: there is no TCP connection, and TLS never begins."""
    NO_TLS = "no-tls"
    """What answers is no such server, or ends the connection, or says nothing: TLS never begins."""
    NEGOTIATION = "negotiation"
    """The client stops before TLS begins: it does not know an option, or the two do not agree to encrypt."""
    LOGIN = "login"
    """TLS stands, and the server refuses the user."""
    RESPONSE = "response"
    """TLS stands, and the server answers the request with an error: an HTTP status other than 200."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: a document and its section, and its address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Report:
    """A public report: the issue on GitHub (`owner/name#number`), what happened, and the scenarios that play it; or
    what has to come before it can be played, in words.
    """

    issue: str
    what: str
    scenarios: Sequence[str] = ()
    waits: str = ""

    @property
    def url(self) -> str:
        """The address of the issue."""
        repository, _, number = self.issue.partition("#")
        return f"https://github.com/{repository}/issues/{number}"


_PLACEHOLDER = re.compile(r"\{(\*|[a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A documented text in one situation: literal parts that stand in this order, any characters between them."""

    parts: tuple[str, ...]

    def within(self, folded: str) -> bool:
        """Whether a text with folded white space contains the pattern.

        The first place of a part is the best one, because it leaves most to the parts behind it. So one pass decides,
        whatever a client prints: `str.find` takes linear time.
        """
        end = 0
        for part in self.parts:
            start = folded.find(part, end)
            if start < 0:
                return False
            end = start + len(part)
        return True


def pattern_of(text: str, values: Mapping[str, str]) -> Pattern:
    """The pattern of a documented text. `values`: what its placeholders stand for, literally. Raises KeyError for one
    that has no value.
    """
    literal, *found = _PLACEHOLDER.split(" ".join(text.split()))
    parts = [literal]
    for name, literal in zip(found[::2], found[1::2], strict=True):
        if name == "*":
            parts.append(literal)
        else:
            parts[-1] += values[name] + literal
    return Pattern(tuple(parts))


@lru_cache(maxsize=2)
def fold(text: str) -> str:
    """The text with one blank for white space of any kind. Remembered: an outcome is held against many texts."""
    return " ".join(text.split())


def shows(text: str, pattern: str, values: Mapping[str, str]) -> bool:
    """Whether `text` contains the pattern. Raises KeyError for a placeholder that has no value.

    Folding white space and ignoring nothing else: letters, case and punctuation are part of the documented text.
    """
    return pattern_of(pattern, values).within(fold(text))
