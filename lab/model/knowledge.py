"""The knowledge: every TLS library with the rows that scenarios bring, and every condition; and the answering rule,
which says what a client must do in an act. Frozen, built once by the catalogue; pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import (
    Any,
    Does,
    Library,
    Offers,
    Own,
    Prints,
    Row,
    Says,
    SaysLike,
    Template,
    Tolerates,
    When,
)
from tlslab.model.release import ALL, Versions
from tlslab.model.situation import TLSVersion

Holds = Callable[[When], bool]
"""Whether a circumstance holds in an act. It is asked of the circumstance itself, never of its negation."""
Release = Mapping[str, str]
"""The version of each program and library of an act, by its name."""


class KnowledgeError(ValueError):
    """The tables contradict themselves; the message names the rows."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of a client's own table: a row of one of its libraries, in the words of the client.

    `does`: what is seen of the client, the library's text put into the client's message template. `basis`: of the
    weaker of the two. `library`: whose row it is. `when`, `versions`: what must hold for the row and for the template.
    `why`: why the client says it of what is no defect.
    """

    row: Row
    does: Does | None
    library: str
    basis: Basis
    sources: tuple[Source, ...]
    when: tuple[When, ...] = ()
    versions: Versions = ALL
    why: str = ""

    @property
    def of(self) -> frozenset[Condition] | Any:
        return self.row.of


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client must do in an act: connect, or do what one of the `says` says.

    `tolerated`: the rows by which defects are answered. `unanswered`: defects of which no row says anything.
    """

    says: tuple[Statement, ...]
    tolerated: tuple[Statement, ...] = ()
    unanswered: frozenset[Condition] = frozenset()

    @property
    def connects(self) -> bool:
        """Whether the client must connect."""
        return not self.says and not self.unanswered


@dataclass(frozen=True)
class Knowledge:
    """All TLS libraries by name, and all conditions."""

    libraries: Mapping[str, Library]
    conditions: tuple[Condition, ...]

    def table(self, templates: Iterable[Template], own: Iterable[Own] = ()) -> tuple[Statement, ...]:
        """The table of a client: what its libraries say in its templates, what its libraries tolerate, its own rows.

        Raises KnowledgeError for a template of a library that is not there.
        """
        templates = tuple(templates)
        for template in templates:
            if template.library not in self.libraries:
                known = ", ".join(sorted(self.libraries))
                raise KnowledgeError(f"no library is called {template.library!r}; there are {known}")
        found: list[Statement] = []
        for name, of_library in groupby(sorted(templates, key=lambda item: item.library), lambda item: item.library):
            wrapped = tuple(of_library)
            for row in self.libraries[name].rows:
                found += _in_words(row, wrapped, name)
        own = tuple(own)
        # What a client tolerates whatever its library says of it: the client may allow what the library forbids.
        allowed = {row.of for row in own if isinstance(row, Tolerates) and row.of and not row.when}
        found = [item for item in found if item.of not in allowed]
        found += [_as_it_is(row, "") for row in own if not isinstance(row, SaysLike)]
        found += [item for row in own if isinstance(row, SaysLike) for item in _like(row, found)]
        return tuple(dict.fromkeys(found))

    def offered(
        self, templates: Iterable[Template], own: Iterable[Offers], release: Release
    ) -> tuple[TLSVersion, TLSVersion] | None:
        """The oldest and the newest TLS version that a client offers by itself: those that every layer of it offers,
        its libraries and the client itself. None when no layer says anything.
        """
        names = dict.fromkeys(template.library for template in templates)
        rows = [*own, *(row for name in names for row in self.libraries[name].offers)]
        said = [row for row in rows if row.versions.take(release)]
        return (max(row.oldest for row in said), min(row.newest for row in said)) if said else None

    def about(self, conditions: frozenset[Condition]) -> Iterator[tuple[str, Says]]:
        """What libraries of clients say of some of these conditions and of nothing else, with the library's name."""
        for name, library in sorted(self.libraries.items()):
            for row in () if library.vocabulary else library.rows:
                if isinstance(row, Says) and not isinstance(row.of, Any) and row.of and row.of <= conditions:
                    yield name, row


def answer(
    table: Iterable[Statement], present: frozenset[Condition], holds: Holds, release: Release | None = None
) -> Answer:
    """The answering rule: what a client with this table must do where these conditions are present.

    The client says nothing of a phase that it does not reach, neither of one condition nor of several.
    Of rows of equal rank that contradict each other, those of the client itself decide. Raises KnowledgeError when a
    condition is both tolerated and said by them.
    """
    applying = [item for item in table if applies(item, present, holds, release or {})]
    skipped = {phase: item for item in applying if isinstance(item.row, Tolerates) for phase in item.row.phases}

    def unsaid(item: Statement) -> bool:
        return isinstance(item.row, Says) and item.row.phase in skipped

    said = [item for item in applying if item.of == frozenset() and isinstance(item.row, Says) and not unsaid(item)]
    tolerated: list[Statement] = []
    unanswered: set[Condition] = set()
    # What is tolerated of a defect explains more than what is tolerated beside it.
    for condition in sorted(present, key=lambda item: (not item.wrong, item.name)):
        rows = _about(condition, applying)
        about = [item for item in rows if not unsaid(item)]
        phases = {item.row.phase for item in rows if isinstance(item.row, Says) and unsaid(item)}
        if phases and not any(isinstance(item.row, Says) for item in about):
            tolerated += [skipped[phase] for phase in sorted(phases)]
            continue
        if not about:
            unanswered |= {condition} & _wrong(present)
            continue
        best = _of_highest_rank(about)
        tolerating = [item for item in best if isinstance(item.row, Tolerates)]
        own = [item for item in best if not item.library]
        if own and tolerating and len(tolerating) < len(best):  # what a client does itself decides
            best, tolerating = own, [item for item in own if isinstance(item.row, Tolerates)]
        if tolerating and len(tolerating) < len(best):
            raise KnowledgeError(f"{condition}: of rows of equal rank some tolerate and some speak: {best}")
        if tolerating:
            tolerated += tolerating
        else:
            said += best
    return Answer(tuple(dict.fromkeys(said)), tuple(dict.fromkeys(tolerated)), frozenset(unanswered))


def applies(statement: Statement, present: frozenset[Condition], holds: Holds, release: Release) -> bool:
    """Whether a row has a part in the answer."""
    about = isinstance(statement.of, Any) or statement.of <= present
    circumstances = all(holds(~when) is False if when.negated else holds(when) for when in statement.when)
    return about and circumstances and statement.versions.take(release)


def _about(condition: Condition, applying: list[Statement]) -> list[Statement]:
    """The rows that answer a condition: those that name it; of a defect that none names, those about any."""
    rows = [item for item in applying if not (isinstance(item.row, Tolerates) and item.row.phases)]
    named = [item for item in rows if not isinstance(item.of, Any) and condition in item.of]
    return named or [item for item in rows if condition.wrong and isinstance(item.of, Any)]


def _of_highest_rank(rows: list[Statement]) -> list[Statement]:
    """The rows with the largest set of conditions, and of these the rows with a circumstance, if there are any.

    The circumstances of the row: those of a template are about the words, not about the condition.
    """

    def rank(item: Statement) -> tuple[int, bool]:
        return (0 if isinstance(item.of, Any) else len(item.of), bool(item.row.when))

    best = max(map(rank, rows))
    return [item for item in rows if rank(item) == best]


def _wrong(found: Iterable[Condition]) -> set[Condition]:
    return {condition for condition in found if condition.wrong}


def _in_words(row: Row, templates: Iterable[Template], library: str) -> Iterator[Statement]:
    if isinstance(row, Tolerates) or not isinstance(row.does, Prints):
        yield _as_it_is(row, library)
        return
    for template in templates:
        asked = template.text + template.trace
        if row.phase in template.phases and _has_words(row.does, asked):
            yield Statement(
                row,
                Prints(
                    _filled(template.text, row.does),
                    "" if "{code}" in asked else row.does.code,
                    row.does.trace or _filled(template.trace, row.does),
                ),
                library,
                min(row.basis, template.basis),
                tuple(dict.fromkeys((row.source, template.source))),
                (*row.when, *template.when),
                row.versions & template.versions,
            )


def _has_words(does: Prints, asked: str) -> bool:
    """Whether a row has what a template asks for."""
    return bool((does.text or "{reason}" not in asked) and (does.code or "{code}" not in asked))


def _filled(pattern: str, does: Prints) -> str:
    return pattern.replace("{reason}", does.text).replace("{code}", does.code)


def _like(row: SaysLike, found: Iterable[Statement]) -> list[Statement]:
    """What is said of one condition, said of others; or said of the same in a circumstance, whatever else is there."""
    again = row.of == {row.like}
    return [
        replace(
            item,
            row=replace(item.row, of=item.of if again else row.of, when=(*item.row.when, *row.when)),
            basis=min(item.basis, row.basis),
            sources=tuple(dict.fromkeys((row.source, *item.sources))),
            when=(*item.when, *row.when),
            versions=item.versions & row.versions,
            why=row.why,
        )
        for item in found
        if isinstance(item.row, Says)
        and not isinstance(item.of, Any)
        and (item.of == {row.like} or (again and row.like in item.of))
    ]


def _as_it_is(row: Row, library: str) -> Statement:
    does: Does | None = row.does if isinstance(row, Says) else None
    return Statement(row, does, library, row.basis, (row.source,), row.when, row.versions)
