"""TLS libraries: what one implementation says of each condition and what it tolerates, as rows; and the message
templates in which a client presents what its library says.

A row is about a *set* of conditions, because there are texts for two defects at once, and because a second defect can
turn a refusal into a connection. Texts are literal but for `{reason}` and `{code}` (in templates), `{host}`,
`{urlhost}`, `{name}`, `{certificate}` and `{*}` (any characters, for what changes); white space is folded.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.release import ALL, Versions
from tlslab.model.situation import Situation, TLSVersion


class Any:
    """The set of a row that stands for every defect of which its library says nothing else."""

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = Any()


@dataclass(frozen=True, slots=True)
class When:
    """A circumstance of an act that decides whether a row applies: an option of the client, the kind of the server.

    Two of one name are the same; `~when` holds when it does not.
    """

    name: str
    holds: Callable[[Situation], bool] = field(compare=False, repr=False)
    negated: bool = False

    def __invert__(self) -> "When":
        return When(self.name, self.holds, not self.negated)

    def __str__(self) -> str:
        return f"not {self.name}" if self.negated else self.name


def where(condition: Condition) -> When:
    """The circumstance that a condition is there: for a row that is not about it, or that holds only without it."""
    return When(condition.name, lambda act: condition.present(act.met))


@dataclass(frozen=True, slots=True)
class Prints:
    """It says something: `text` in the message, `code` as its error code, `trace` in the log that the lab switched on.
    An empty field is not looked at.
    """

    text: str = ""
    code: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Hangs:
    """It gives no answer until the stage ends it."""


@dataclass(frozen=True, slots=True)
class Crashes:
    """It ends by a fault of its own; `text` in what it leaves behind."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class ConnectsLate:
    """It connects, after no less than so many seconds."""

    seconds: float


Does = Prints | Hangs | Crashes | ConnectsLate


@dataclass(frozen=True, slots=True)
class Says:
    """What a library says, or does, where these conditions are present.

    `when`: circumstances that all must hold. `versions`: of which releases this is true.
    """

    of: frozenset[Condition] | Any
    phase: Phase
    does: Does
    basis: Basis
    source: Source
    when: tuple[When, ...] = ()
    versions: Versions = ALL


@dataclass(frozen=True, slots=True)
class Tolerates:
    """With these conditions a library connects, and `why`, in a sentence.

    `phases`: where `of` is there (nothing: in every act), the client does not reach these, so that it says nothing of
    them.
    """

    why: str
    basis: Basis
    source: Source
    of: frozenset[Condition] = frozenset()
    phases: frozenset[Phase] = frozenset()
    when: tuple[When, ...] = ()
    versions: Versions = ALL


@dataclass(frozen=True, slots=True)
class SaysLike:
    """Of these conditions a client says what it says of the condition `like`, in the same words, and `why`: for a
    client that makes a defect of what is none, or that refuses in a circumstance in which a fix is documented to help.
    """

    of: frozenset[Condition]
    like: Condition
    why: str
    basis: Basis
    source: Source
    when: tuple[When, ...] = ()
    versions: Versions = ALL


Row = Says | Tolerates
Own = Row | SaysLike
"""A row of a client itself."""


@dataclass(frozen=True, slots=True)
class Template:
    """How a client presents what its TLS library says in these phases: `{reason}` is the library's own text, `{code}`
    its own code; a row that has none has no words in this template.

    `trace` is held against the log of clients whose message names no reason. `when`, `versions`: as of a row.
    """

    library: str
    phases: frozenset[Phase]
    text: str
    basis: Basis
    source: Source
    trace: str = ""
    when: tuple[When, ...] = ()
    versions: Versions = ALL


@dataclass(frozen=True, slots=True)
class Offers:
    """The oldest and the newest TLS version that a layer of a client offers when nobody says otherwise, and `why`."""

    oldest: TLSVersion
    newest: TLSVersion
    why: str
    basis: Basis
    source: Source
    versions: Versions = ALL


@dataclass(frozen=True, slots=True)
class Library:
    """One TLS library, or the part of a client that verifies for itself: its rows.

    A client that verifies something itself has a library of its own for that, whose rows stand beside the client.
    `offers`: which versions of TLS it offers by default; of rows about different releases one is about a client.
    `vocabulary`: no client is judged by it; it is there for texts that people paste (`tlslab explain`).
    """

    name: str
    rows: tuple[Row, ...] = ()
    vocabulary: bool = False
    offers: tuple[Offers, ...] = ()


def says(
    of: Iterable[Condition] | Any,
    phase: Phase,
    *texts: str | Does,
    basis: Basis,
    source: Source,
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> tuple[Says, ...]:
    """One row for each text; a bare string is what the library prints."""
    about = ANY if isinstance(of, Any) else frozenset(of)
    return tuple(
        Says(
            about,
            phase,
            Prints(text) if isinstance(text, str) else text,
            basis,
            source,
            tuple(when),
            Versions.of(versions or {}),
        )
        for text in texts
    )


def says_each(
    texts: Mapping[Condition, str | Does],
    phase: Phase,
    *,
    basis: Basis,
    source: Source,
    versions: Mapping[str, str] | None = None,
) -> tuple[Says, ...]:
    """One row for each of these conditions alone, with what is said of it."""
    return tuple(
        row
        for condition, text in texts.items()
        for row in says([condition], phase, text, basis=basis, source=source, versions=versions)
    )


def says_like(
    like: Condition,
    of: Iterable[Condition],
    why: str,
    *,
    basis: Basis,
    source: Source,
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> SaysLike:
    """A row of a client that says of these conditions what it says of another, or of it alone elsewhere."""
    return SaysLike(frozenset(of), like, why, basis, source, tuple(when), Versions.of(versions or {}))


def says_alike(
    conditions: Iterable[Condition],
    phase: Phase,
    *texts: str | Does,
    basis: Basis,
    source: Source,
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> tuple[Says, ...]:
    """One row for each of these conditions alone and each text: what does not tell them apart."""
    when = tuple(when)
    return tuple(
        row
        for condition in conditions
        for row in says([condition], phase, *texts, basis=basis, source=source, when=when, versions=versions)
    )


def stands_for(
    texts: Mapping[str | Does, Iterable[Condition]],
    phase: Phase,
    *,
    basis: Basis,
    source: Source,
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> tuple[Says, ...]:
    """What each of these texts can mean: one row for each of its conditions, alone."""
    when = tuple(when)
    return tuple(
        row
        for text, conditions in texts.items()
        for condition in conditions
        for row in says([condition], phase, text, basis=basis, source=source, when=when, versions=versions)
    )


def tolerates(
    why: str,
    *,
    basis: Basis,
    source: Source,
    of: Iterable[Condition] = (),
    phases: Iterable[Phase] = (),
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> Tolerates:
    """A row of tolerance. Raises ValueError when it names neither conditions nor phases."""
    of, phases = frozenset(of), frozenset(phases)
    if not of and not phases:
        raise ValueError(f"a tolerance names conditions or phases: {why}")
    return Tolerates(why, basis, source, of, phases, tuple(when), Versions.of(versions or {}))
