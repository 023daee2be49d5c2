"""The scenario and the fix: one documented failure, and its documented fixes.

A scenario is a function `Situation -> Situation` that puts one defect into the healthy situation; its docstring is
published as the lesson. A fix is a function of the same shape, declared beside it. The catalogue (`scenarios/`) is made
of nothing else::

    @scenario(title="...", kinds=BOTH, conditions=[EXPIRED], sources=[...])
    def expired(healthy: Situation) -> Situation:
        '''What happened, how it shows, where to look.'''
        return healthy.with_leaf(validity=PAST)

    @expired.fix(still_checks=EVERYTHING, side=Side.SERVER, steps=[...], sources=[...])
    def renew(broken: Situation) -> Situation:
        '''Renew the certificate.'''
        return broken.with_leaf(validity=CURRENT)
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tlslab.model.check import NOTHING, Check, Worth, asked, worth
from tlslab.model.condition import Condition
from tlslab.model.evidence import Source
from tlslab.model.library import Row
from tlslab.model.situation import ServerKind, Situation, healthy

Change = Callable[[Situation], Situation]
BOTH = frozenset(ServerKind)


class Side(StrEnum):
    """On whose machine a fix is applied, and whose place an impostor takes."""

    SERVER = "server"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Fix:
    """A documented fix.

    `still_checks`: the checks that remain after it, as documented; the impostor act shows whether that is so. `clears`
    False: documents advise it, and it does not clear the error. `keeps_others`: the hosts which the client trusted
    before are trusted after it as well. A client with which it is otherwise has a row that says so.

    `asked`: what is looked at in its scenario only because somebody asks for it.

    `on_system`: what it gives the client to trust can be put into the trust store of the operating system, so that a
    stage which has systems to spare can follow the documents of the distribution (`tlslab.matrix.procedure`).
    """

    name: str
    summary: str
    apply: Change
    still_checks: frozenset[Check]
    side: Side
    kinds: frozenset[ServerKind]
    steps: tuple[str, ...]
    sources: tuple[Source, ...]
    clears: bool = True
    on_system: bool = False
    keeps_others: bool = True
    asked: frozenset[Check] = NOTHING

    @property
    def worth(self) -> Worth:
        """What it is worth, as documented."""
        return worth(self.still_checks, self.asked)

    @property
    def claim(self) -> str:
        """The same in a word or two for people."""
        return self.worth.value.replace("-", " ") if self.clears else "does not help"


@dataclass(frozen=True)
class Scenario:
    """One documented failure. `id` is `class` or `class.form` where a class has several forms."""

    id: str
    title: str
    lesson: str
    apply: Change
    kinds: frozenset[ServerKind]
    conditions: frozenset[Condition]
    """The conditions of its situation, the defects among them; a scenario may bring new ones."""
    rows: Mapping[str, tuple[Row, ...]] = field(compare=False)
    """What TLS libraries, by name, say of the conditions that it brings."""
    sources: tuple[Source, ...]
    fixes: list[Fix] = field(default_factory=list, compare=False)

    @property
    def best_first(self) -> list[Fix]:
        """The fixes as people should read them: cures, then what leaves checks out, then what clears nothing."""
        order = [*Worth]
        return sorted(self.fixes, key=lambda fix: (not fix.clears, order.index(fix.worth)))

    def fix(
        self,
        *,
        still_checks: Iterable[Check],
        side: Side,
        steps: Iterable[str],
        sources: Iterable[Source],
        clears: bool = True,
        kinds: Iterable[ServerKind] | None = None,
        on_system: bool = False,
        keeps_others: bool = True,
        name: str | None = None,
    ) -> Callable[[Change], Change]:
        """Declare a fix of this scenario; its name is the function's, its summary the docstring's.

        Raises ValueError for a fix without docstring, steps or source: no reader could follow or check it.
        """

        def declare(change: Change) -> Change:
            fix_name = name or kebab(change.__name__)
            summary, given_steps, given_sources = inspect.getdoc(change) or "", tuple(steps), tuple(sources)
            if not (summary and given_steps and given_sources):
                raise ValueError(f"fix {self.id}/{fix_name} needs a docstring, steps and sources")
            if any(fix.name == fix_name for fix in self.fixes):
                raise ValueError(f"fix {self.id}/{fix_name} is declared twice")
            self.fixes.append(
                Fix(
                    fix_name,
                    summary,
                    change,
                    frozenset(still_checks),
                    side,
                    frozenset(kinds) if kinds is not None else self.kinds,
                    given_steps,
                    given_sources,
                    clears,
                    on_system,
                    keeps_others,
                    NOTHING.union(*(asked(self.apply(healthy(kind))) for kind in self.kinds)),
                )
            )
            return change

        return declare


def scenario(
    *,
    title: str,
    conditions: Iterable[Condition],
    sources: Iterable[Source],
    rows: Mapping[str, Iterable[Row]] | None = None,
    kinds: Iterable[ServerKind] = BOTH,
    form: str = "",
) -> Callable[[Change], Scenario]:
    """Declare a scenario; its id is the module's name, with the form behind a dot where the class has several.

    Raises ValueError for one without a lesson, sources or conditions: it would teach nothing, or could not be judged.
    """

    def declare(change: Change) -> Scenario:
        lesson = inspect.getdoc(change) or ""
        identity = kebab(change.__module__.rpartition(".")[2]) + (f".{form}" if form else "")
        given_sources, given_conditions = tuple(sources), frozenset(conditions)
        if not (lesson and given_sources and given_conditions):
            raise ValueError(f"scenario {identity} needs a docstring (its lesson), conditions and sources")
        return Scenario(
            identity,
            title,
            lesson,
            change,
            frozenset(kinds),
            given_conditions,
            {library: tuple(found) for library, found in (rows or {}).items()},
            given_sources,
        )

    return declare


def kebab(name: str) -> str:
    """The name of a function as an id: `trust_certificate` is `trust-certificate`."""
    return name.strip("_").replace("_", "-")
