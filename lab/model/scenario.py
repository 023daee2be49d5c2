"""The scenario and the fix: one documented failure, and its documented remedies.

A scenario is a function `Situation -> Situation` that puts one defect into the healthy situation; its docstring is
published as the lesson. A fix is a function of the same shape, declared beside it. The catalogue (`scenarios/`) is made
of nothing else::

    @scenario(title="...", kinds=BOTH, defects={Defect.EXPIRED}, reasons=[...], sources=[...])
    def expired(healthy: Situation) -> Situation:
        '''What happened, how it shows, where to look.'''
        return healthy.with_leaf(validity=PAST)

    @expired.fix(claim=Claim.CURE, side=Side.SERVER, steps=[...], sources=[...])
    def renew(broken: Situation) -> Situation:
        '''Renew the certificate.'''
        return broken.with_leaf(validity=CURRENT)
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tlslab.model.evidence import Reason, Source
from tlslab.model.situation import ServerKind, Situation

Change = Callable[[Situation], Situation]
BOTH = frozenset(ServerKind)


class Defect(StrEnum):
    """What an independent look at a situation can find wrong with it (`tlslab.pki.audit`)."""

    SELF_SIGNED = "self-signed"
    UNTRUSTED = "untrusted"
    EXPIRED = "expired"
    NAME_MISMATCH = "name-mismatch"
    INCOMPLETE = "incomplete"
    WEAK_SIGNATURE = "weak-signature"
    NO_COMMON_VERSION = "no-common-version"
    NOT_SERVING = "not-serving"
    """Nobody listens where the server should."""


class Claim(StrEnum):
    """What a fix says of itself; the impostor act shows whether it is true."""

    CURE = "cure"
    SILENCER = "silencer"


class Side(StrEnum):
    """On whose machine a fix is applied."""

    SERVER = "server"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Fix:
    """A documented remedy. `encrypted` is what it promises of the session after it (False: it gives encryption up).

    `on_system`: what it gives the client to trust can be put into the trust store of the operating system, so that a
    stage which has systems to spare can follow the documents of the distribution (`tlslab.matrix.procedure`).
    """

    name: str
    summary: str
    apply: Change
    claim: Claim
    side: Side
    kinds: frozenset[ServerKind]
    steps: tuple[str, ...]
    sources: tuple[Source, ...]
    encrypted: bool = True
    on_system: bool = False


@dataclass(frozen=True)
class Scenario:
    """One documented failure. `id` is `class` or `class.form` where a class has several forms."""

    id: str
    title: str
    lesson: str
    apply: Change
    kinds: frozenset[ServerKind]
    defects: frozenset[Defect]
    reasons: tuple[Reason, ...]
    sources: tuple[Source, ...]
    fixes: list[Fix] = field(default_factory=list, compare=False)

    def fix(
        self,
        *,
        claim: Claim,
        side: Side,
        steps: Iterable[str],
        sources: Iterable[Source],
        kinds: Iterable[ServerKind] | None = None,
        encrypted: bool = True,
        on_system: bool = False,
        name: str | None = None,
    ) -> Callable[[Change], Change]:
        """Declare a fix of this scenario; its name is the function's, its summary the docstring's.

        Raises ValueError for a fix without docstring, steps or source: nobody could follow or check it.
        """

        def declare(change: Change) -> Change:
            fix_name = name or _kebab(change.__name__)
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
                    claim,
                    side,
                    frozenset(kinds) if kinds is not None else self.kinds,
                    given_steps,
                    given_sources,
                    encrypted,
                    on_system,
                )
            )
            return change

        return declare


@dataclass(frozen=True)
class Impostor:
    """What an impostor does after the fix: it takes the server's place with a certificate of its own."""

    id: str
    lesson: str
    apply: Change
    reasons: tuple[Reason, ...]


def scenario(
    *,
    title: str,
    defects: Iterable[Defect],
    reasons: Iterable[Reason],
    sources: Iterable[Source],
    kinds: Iterable[ServerKind] = BOTH,
    form: str = "",
) -> Callable[[Change], Scenario]:
    """Declare a scenario; its id is the module's name, with the form behind a dot where the class has several."""

    def declare(change: Change) -> Scenario:
        lesson = inspect.getdoc(change) or ""
        identity = _kebab(change.__module__.rpartition(".")[2]) + (f".{form}" if form else "")
        given_sources = tuple(sources)
        if not (lesson and given_sources):
            raise ValueError(f"scenario {identity} needs a docstring (its lesson) and sources")
        return Scenario(
            identity,
            title,
            lesson,
            change,
            frozenset(kinds),
            frozenset(defects),
            tuple(reasons),
            given_sources,
        )

    return declare


def impostor(*, reasons: Iterable[Reason]) -> Callable[[Change], Impostor]:
    """Declare an impostor; its id is the function's name."""

    def declare(change: Change) -> Impostor:
        lesson = inspect.getdoc(change) or ""
        if not lesson:
            raise ValueError(f"impostor {change.__name__} needs a docstring")
        return Impostor(_kebab(change.__name__), lesson, change, tuple(reasons))

    return declare


def _kebab(name: str) -> str:
    return name.strip("_").replace("_", "-")
