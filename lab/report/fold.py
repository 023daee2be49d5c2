"""The fold: which lines of the matrix all clients share, and which clients share a column of the others.

Pure: what a record's cells show becomes lines; the terminal report prints them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tlslab.model.act import BROKEN
from tlslab.model.record import CellEntry, Record
from tlslab.report.marks import NOT_HERE, Marked, mark_broken_of, mark_fix

SAME_TEXT_FROM = 3
"""Failures that must share a text before a client is called one that says the same for most."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a scenario's failure (`fix` ""), or one of its fixes, and the mark of each client."""

    scenario: str
    fix: str
    marks: Mapping[str, Marked]

    @property
    def played(self) -> dict[str, Marked]:
        """The marks of the clients that played it."""
        return {client: marked for client, marked in self.marks.items() if marked.mark not in NOT_HERE}

    @property
    def differs(self) -> bool:
        """Whether clients that played it do not show the same."""
        return len(set(self.played.values())) > 1


@dataclass(frozen=True, slots=True)
class Shared:
    """A line that is the same for all clients that played it: `by` so many `of` all."""

    fix: str
    marked: Marked
    by: int
    of: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Scenarios of which the same lines are the same for all clients. `failure` None: clients differ in that, or they
    do so on another kind of server.
    """

    scenarios: tuple[str, ...]
    failure: Shared | None
    fixes: tuple[Shared, ...]


def lines(cells: Sequence[CellEntry]) -> list[Line]:
    """One line for each scenario's failure and beneath it one for each fix, in the record's order."""
    by_fix: dict[str, dict[str, dict[str, CellEntry]]] = {}
    for cell in cells:
        by_fix.setdefault(cell.scenario, {}).setdefault(cell.fix, {})[cell.client] = cell
    clients = columns(cells)
    found: list[Line] = []
    for scenario, fixes in by_fix.items():
        failure = {client: mark_broken_of(row[client] for row in fixes.values() if client in row) for client in clients}
        found.append(Line(scenario, "", {client: marked for client, marked in failure.items() if marked}))
        found += [
            Line(scenario, fix, {client: mark_fix(cell) for client, cell in row.items()}) for fix, row in fixes.items()
        ]
    return found


def columns(cells: Iterable[CellEntry]) -> list[str]:
    """The clients of these cells, each once."""
    return sorted({cell.client for cell in cells})


def players(found: Iterable[Line]) -> set[str]:
    """The clients that played any of these lines."""
    return {client for line in found for client in line.played}


def differing(found: Sequence[Line]) -> list[Line]:
    """The lines in which clients differ, and above each fix the failure that it is a fix of."""
    wanted = {(line.scenario, fix) for line in found if line.differs for fix in ("", line.fix)}
    return [line for line in found if (line.scenario, line.fix) in wanted]


def blocks(found: Iterable[Line]) -> list[tuple[tuple[str, ...], list[Line]]]:
    """The lines by scenario; scenarios of which all lines are the same share them."""
    of: dict[str, list[Line]] = {}
    for line in found:
        of.setdefault(line.scenario, []).append(line)
    same: list[tuple[list[str], list[Line]]] = []
    for scenario, those in of.items():
        for names, known in same:
            if [(line.fix, line.marks) for line in known] == [(line.fix, line.marks) for line in those]:
                names.append(scenario)
                break
        else:
            same.append(([scenario], those))
    return [(tuple(names), those) for names, those in same]


def groups(found: Sequence[Line]) -> list[tuple[str, ...]]:
    """The clients that show the same in all of these lines, the largest group first."""
    alike: dict[tuple[Marked | None, ...], list[str]] = {}
    for client in sorted(players(found)):
        alike.setdefault(tuple(line.marks.get(client) for line in found), []).append(client)
    return sorted(map(tuple, alike.values()), key=lambda group: -len(group))


def alike(by_kind: Mapping[str, Sequence[Line]]) -> Iterator[tuple[tuple[str, ...], list[Alike]]]:
    """What all clients share, by the kinds of server on which they do: most kinds first."""
    shared: dict[tuple[str, str], dict[Marked, dict[str, Shared]]] = {}
    for kind, found in by_kind.items():
        everybody = len(players(found))
        for line in found:
            if line.played and not line.differs:
                marked = next(iter(line.played.values()))
                entry = Shared(line.fix, marked, len(line.played), everybody)
                shared.setdefault((line.scenario, line.fix), {}).setdefault(marked, {})[kind] = entry
    sections: dict[tuple[str, ...], dict[str, list[Shared]]] = {}
    for (scenario, fix), marks in shared.items():
        for marked, on in marks.items():
            both = Shared(fix, marked, sum(item.by for item in on.values()), sum(item.of for item in on.values()))
            sections.setdefault(tuple(on), {}).setdefault(scenario, []).append(both)
    order = list(by_kind)
    for kinds in sorted(sections, key=lambda kinds: (-len(kinds), [order.index(kind) for kind in kinds])):
        yield kinds, list(_folded(sections[kinds]))


def _folded(scenarios: Mapping[str, Sequence[Shared]]) -> Iterator[Alike]:
    """Scenarios of which everything is the same share an entry."""
    names: dict[tuple[Shared, ...], list[str]] = {}
    for scenario, entries in scenarios.items():
        names.setdefault(tuple(entries), []).append(scenario)
    for entries, those in names.items():
        failure = next((entry for entry in entries if not entry.fix), None)
        yield Alike(tuple(those), failure, tuple(entry for entry in entries if entry.fix))


def same_text(record: Record) -> dict[str, tuple[int, int]]:
    """The clients that show one text for most of the failures that they refuse: for how many, and of how many."""
    attempts = {entry.id: entry for entry in record.attempts}
    texts: dict[str, dict[str, tuple[str, str]]] = {}
    for cell in record.cells:
        entry = attempts.get(cell.acts.get(BROKEN, ""))
        if entry and entry.result == "refused":
            texts.setdefault(cell.client, {})[entry.id] = (entry.normalised, entry.code)
    found: dict[str, tuple[int, int]] = {}
    for client, said in texts.items():
        most = max(list(said.values()).count(text) for text in said.values())
        if most >= SAME_TEXT_FROM and 2 * most > len(said):
            found[client] = (most, len(said))
    return found
