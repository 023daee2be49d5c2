"""The plan: which cells are played. Pure and total, so that it can be printed without starting anything.

A cell is (scenario, fix, client, server kind), with the situations of its four acts. What a client cannot express, or
the stage cannot play, is taken out here, by one function, with the reason in words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tlslab.clients.base import Client
from tlslab.matrix.bystander import Visit, visit_by
from tlslab.model.act import BROKEN, CONTROL, FIXED, IMPOSTOR
from tlslab.model.check import ON_REQUEST, asked
from tlslab.model.impostor import Impostor
from tlslab.model.knowledge import Knowledge
from tlslab.model.scenario import Fix, Scenario
from tlslab.model.situation import ServerKind, Situation, healthy

if TYPE_CHECKING:
    from tlslab.catalogue import Catalogue

Cannot = Callable[[Situation], str | None]
"""Says of a situation why it is impossible, in words, or None."""
ALL_IMPOSTORS = "all"
"""In the place of a name: every impostor."""


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix and the situations of its acts. The impostor act has one situation for each impostor.

    `left_out`: the impostors that have nothing to show after this fix, or that the client cannot be shown, and why.
    `visit`: the acts at the bystander, of a fix that touches the client's trust.
    """

    scenario: Scenario
    fix: Fix
    client: Client
    kind: ServerKind
    control: Situation
    broken: Situation
    fixed: Situation
    impostors: tuple[tuple[Impostor, Situation], ...]
    left_out: Mapping[str, str] = field(default_factory=dict, hash=False)
    visit: Visit | None = None

    @property
    def id(self) -> str:
        """`expired/renew/odbc18/sqlserver`."""
        return cell_id(self.scenario, self.fix, self.client, self.kind)

    @property
    def acts(self) -> Mapping[str, Situation]:
        """The situations by the names of the acts, in the order of play."""
        faked = {f"{IMPOSTOR}{impostor.id}": situation for impostor, situation in self.impostors}
        visits = self.visit.acts if self.visit else {}
        return {CONTROL: self.control, BROKEN: self.broken, FIXED: self.fixed, **faked, **visits}


@dataclass(frozen=True)
class Exclusion:
    """A cell that is not played because the client cannot express it, or the stage cannot play it, and the reason in
    words.
    """

    scenario: Scenario
    fix: Fix
    client: Client
    kind: ServerKind
    why: str
    impostors: tuple[Impostor, ...] = ()
    """Those that can be played against its fix by another client."""

    @property
    def id(self) -> str:
        return cell_id(self.scenario, self.fix, self.client, self.kind)


@dataclass(frozen=True)
class Plan:
    """The cells to play and those that cannot be."""

    cells: tuple[Cell, ...]
    exclusions: tuple[Exclusion, ...]
    impostors: tuple[Impostor, ...]
    """The impostors that were chosen."""
    knowledge: Knowledge
    """The tables that the acts are held against, and the conditions that the self-check looks for."""

    @property
    def clients(self) -> tuple[Client, ...]:
        """The clients of the plan, each once, in the order of the plan."""
        return tuple({item.client.name: item.client for item in self.everything}.values())

    @property
    def everything(self) -> tuple["Cell | Exclusion", ...]:
        """The cells, then the exclusions."""
        return (*self.cells, *self.exclusions)


@dataclass(frozen=True, slots=True)
class Filters:
    """Glob patterns; an empty tuple takes everything. A scenario's pattern also matches its class: `untrusted-ca`
    takes every form. Of the impostors an empty tuple takes those that play by default, `all` takes every one.
    """

    scenarios: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    impostors: tuple[str, ...] = ()


def patterns_in(option: str, values: Iterable[str]) -> tuple[str, ...]:
    """The patterns that an option was given; each value may be a list with commas.

    Raises ValueError for one that names nothing: it comes from a variable that is not set, and without patterns
    everything would be played.
    """
    found = tuple(part.strip() for value in values for part in value.split(","))
    if "" in found:
        given = ", ".join(map(repr, values))
        raise ValueError(f"{option}: a name is empty in {given} (a variable not set?). To take all, leave it out.")
    return found


def make_plan(
    known: "Catalogue", clients: Iterable[Client], filters: Filters = Filters(), *, stage_cannot: Cannot
) -> Plan:
    """Every combination that exists, parted into what can be played and what cannot: by the client (`Client.cannot`),
    or on the stage (`tlslab.matrix.choice.Choice.cannot`).
    """
    cells: list[Cell] = []
    exclusions: list[Exclusion] = []
    impostors = chosen(known.impostors, filters.impostors)
    for scenario, fix, client, kind in _combinations(known.scenarios, tuple(clients), filters):
        control = by_itself(client, healthy(kind), known.knowledge)
        broken = scenario.apply(control)
        fixed = fix.apply(broken)
        # Nothing is attacked, and nobody else visited, where nothing is cleared.
        attacking = [item for item in impostors if fix.clears and has_a_part(item, broken)]
        faked, left_out = attacks(attacking, fixed, client.cannot, stage_cannot)
        visit = visit_by(client, broken, fixed, stage_cannot) if fix.clears else None
        cell = Cell(scenario, fix, client, kind, control, broken, fixed, faked, left_out, visit)
        why = why_impossible(cell, stage_cannot)
        if why is None:
            cells.append(cell)
        else:
            playable, _ = attacks((item for item in impostors if has_a_part(item, broken)), fixed, stage_cannot)
            exclusions.append(Exclusion(scenario, fix, client, kind, why, tuple(item for item, _ in playable)))
    return Plan(tuple(cells), tuple(exclusions), impostors, known.knowledge)


def by_itself(client: Client, situation: Situation, knowledge: Knowledge) -> Situation:
    """The situation with the versions of TLS that this client offers by itself, as known of its libraries."""
    offered = knowledge.offered(client.templates, client.offers, client.release)
    return situation.with_client(offered=offered)


def chosen(impostors: Iterable[Impostor], patterns: tuple[str, ...]) -> tuple[Impostor, ...]:
    """Those that play: by default, all, or those whose names match."""
    if not patterns:
        return tuple(item for item in impostors if item.by_default)
    every = ALL_IMPOSTORS in patterns
    return tuple(item for item in impostors if every or matches(item.id, patterns))


def has_a_part(impostor: Impostor, broken: Situation) -> bool:
    """Whether it attacks something that is looked at at all: some checks are made only where somebody asks for them."""
    return bool(impostor.attacks - (ON_REQUEST - asked(broken)))


def attacks(
    impostors: Iterable[Impostor], fixed: Situation, *cannot: Cannot
) -> tuple[tuple[tuple[Impostor, Situation], ...], Mapping[str, str]]:
    """The impostors with the situations in which they attack a fix; and those that are left out, each with the reason.
    One that is for another kind of server has no part in it. `cannot`: of the client, and of the stage.
    """
    found: list[tuple[Impostor, Situation]] = []
    left_out: dict[str, str] = {}
    for impostor in impostors:
        if fixed.kind not in impostor.kinds:
            continue
        why = impostor.unless(fixed.arrival)
        if why is None:
            situation = impostor.against(fixed)
            why = next((words for says in cannot if (words := says(situation)) is not None), None)
            if why is None:
                found.append((impostor, situation))
                continue
        left_out[impostor.id] = why
    return tuple(found), left_out


def why_impossible(cell: Cell, stage_cannot: Cannot) -> str | None:
    """Why the client cannot play this cell, or no client can on this stage, in words; or None."""
    acts = [("the healthy situation", cell.control), ("the failure", cell.broken), ("the fix", cell.fixed)]
    for act, situation in acts:
        why = cell.client.cannot(situation)
        if why is not None:
            return f"{cell.client.name} cannot express {act}: {why}"
    return next((why for situation in cell.acts.values() if (why := stage_cannot(situation)) is not None), None)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name, the class before its dot, or the client before the colon of its distribution, matches one of the
    patterns; no patterns match everything.
    """
    names = (name, name.partition(".")[0], name.partition(":")[0])
    return not patterns or any(fnmatchcase(each, pattern) for pattern in patterns for each in names)


def cell_id(scenario: Scenario, fix: Fix, client: Client, kind: ServerKind) -> str:
    """The readable id of a cell."""
    return f"{scenario.id}/{fix.name}/{client.name}/{kind.value}"


def _combinations(
    scenarios: tuple[Scenario, ...], clients: tuple[Client, ...], filters: Filters
) -> Iterable[tuple[Scenario, Fix, Client, ServerKind]]:
    for scenario in scenarios:
        for kind in ServerKind:
            for client in clients:
                for fix in scenario.fixes:
                    if (
                        kind in scenario.kinds & fix.kinds & client.kinds
                        and matches(scenario.id, filters.scenarios)
                        and matches(kind.value, filters.kinds)
                        and matches(client.name, filters.clients)
                        and matches(fix.name, filters.fixes)
                    ):
                        yield scenario, fix, client, kind
