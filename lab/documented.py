"""Documented errors: what a client is documented to say, in two layers, each with a source and a level of evidence.

Most client texts are *the TLS library's reason inside the client's wrapper*. A scenario lists reasons (one or more
for each dialect, that is, for each family of libraries that words them); a client lists wrappers. `expectations`
combines them, so that a new client costs a few wrappers and a new scenario a few reasons.

Texts are patterns: literal but for `{reason}` (in wrappers), `{host}`, `{name}` and `{*}` (any characters, for
volatile parts). White space is folded, so that a text that a terminal wrapped still matches.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How good the evidence for a text is; a combination is as good as its weaker part."""

    OBSERVED = 1
    """Only the lab saw it: a baseline for regressions, never called documented."""
    PUBLIC = 2
    """Posted by people; the source is the address."""
    VENDOR = 3
    """The vendor's or project's own documentation or source code."""


class Phase(StrEnum):
    """Where the connection fails; wrappers differ by it."""

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
    """Nobody answers: there is no TCP connection, and TLS never begins."""
    NEGOTIATION = "negotiation"
    """The client stops before TLS begins: it does not know an option, or the two do not agree to encrypt."""
    LOGIN = "login"
    """TLS stands, and the server refuses the user."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: a document and its section, and its address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What a family of TLS libraries (the dialect) says of a failure."""

    dialect: str
    phase: Phase
    text: str
    level: Level
    source: Source


@dataclass(frozen=True, slots=True)
class Wrapper:
    """How a client presents a reason that its TLS library gave.

    `trace` is a second pattern, held against the diagnostic trace of clients whose own text names no reason (FreeTDS:
    TDSDUMP).
    """

    dialect: str
    phases: frozenset[Phase]
    text: str
    level: Level
    source: Source
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A text that this client is documented to show: one reason in one wrapper."""

    text: str
    trace: str
    level: Level
    sources: tuple[Source, ...]

    def matches(self, text: str, trace: str, values: dict[str, str]) -> bool:
        """Whether an outcome's text (and its trace, where the expectation has one) shows this expectation."""
        return shows(text, self.text, values) and (not self.trace or shows(trace, self.trace, values))


def wrappers(
    dialect: str, phases: Iterable[Phase], *texts: str, level: Level, source: Source, trace: str = ""
) -> tuple[Wrapper, ...]:
    """One wrapper for each text."""
    return tuple(Wrapper(dialect, frozenset(phases), text, level, source, trace) for text in texts)


def expectations(reasons: Iterable[Reason], wrapped_by: Iterable[Wrapper]) -> tuple[Expectation, ...]:
    """Every text that a client with these wrappers is documented to show for these reasons."""
    wrapped_by = tuple(wrapped_by)
    return tuple(
        Expectation(
            text=wrapper.text.replace("{reason}", reason.text),
            trace=wrapper.trace.replace("{reason}", reason.text),
            level=min(reason.level, wrapper.level),
            sources=tuple(dict.fromkeys((reason.source, wrapper.source))),
        )
        for reason in reasons
        for wrapper in wrapped_by
        if wrapper.dialect == reason.dialect and reason.phase in wrapper.phases
    )


_PLACEHOLDER = re.compile(r"\{(\*|[a-z]+)\}")


def shows(text: str, pattern: str, values: dict[str, str]) -> bool:
    """Whether `text` contains the pattern. Raises KeyError for a placeholder that has no value.

    Folding white space and ignoring nothing else: letters, case and punctuation are part of the documented text.
    """
    folded = " ".join(text.split())
    parts: list[str] = []
    end = 0
    pattern = " ".join(pattern.split())
    for found in _PLACEHOLDER.finditer(pattern):
        parts.append(re.escape(pattern[end : found.start()]))
        parts.append(".*?" if found[1] == "*" else re.escape(values[found[1]]))
        end = found.end()
    parts.append(re.escape(pattern[end:]))
    return re.search("".join(parts), folded) is not None
