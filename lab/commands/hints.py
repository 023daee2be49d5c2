"""The hints: what is wrong with patterns that take nothing, in words for the person who typed them."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from tlslab.clients.base import Client
from tlslab.commands.shared import hint, nearest
from tlslab.matrix.plan import Filters, matches
from tlslab.model.scenario import Scenario
from tlslab.model.situation import ServerKind
from tlslab.report.servers import TITLES

PARTS = ("scenario", "fix", "client", "server")
"""The parts of a cell's name, in their order."""


def cell_hint(pattern: str, ids: Sequence[str]) -> str:
    """Which part of a pattern takes no cell of these, and the cells that a right part would take."""
    if not ids:
        return "It has no cells."
    given = pattern.strip("/").split("/")
    fitting = [tuple(identity.split("/")) for identity in ids]
    for place, (noun, part) in enumerate(zip(PARTS, given, strict=False)):
        taken = [cell for cell in fitting if fnmatchcase(cell[place], part)]
        if taken:
            fitting = taken
            continue
        names = sorted({cell[place] for cell in fitting})
        near = nearest(part, names)
        rest = [cell for cell in fitting if matches(cell[place], tuple(near))] if near else []
        rest = [cell for cell in rest if all(map(fnmatchcase, cell[place + 1 :], given[place + 1 :]))] or rest
        first = {cell[place]: "/".join(cell) for cell in reversed(rest)}
        tip = f"Did you mean {' or '.join(sorted(first.values()))}?" if first else hint(part, names)
        before = "/".join(given[:place])
        return f"The {noun} {part!r} is not there{f' in {before}' if before else ''}. {tip}"
    return f"Cells look like this: {ids[0]}"


def why_no_cell(scenarios: Iterable[Scenario], clients: Iterable[Client], filters: Filters) -> str:
    """Which patterns exclude one another, when each takes something and all together take no cell."""
    scenarios = [item for item in scenarios if matches(item.id, filters.scenarios)]
    clients = [item for item in clients if matches(item.name, filters.clients)]
    kinds = frozenset(kind for kind in ServerKind if matches(kind.value, filters.kinds))
    fixes = [(item, fix) for item in scenarios for fix in item.fixes if matches(fix.name, filters.fixes)]
    which = _names(item.id for item in scenarios)
    if not fixes:
        known = _names(fix.name for item in scenarios for fix in item.fixes)
        return f"{which} {'has' if len(scenarios) == 1 else 'have'} no fix {_names(filters.fixes)}, but {known}"
    spoken = frozenset(kind for client in clients for kind in client.kinds)
    met = frozenset(kind for item, fix in fixes for kind in item.kinds & fix.kinds)
    speaks = f"{_names(client.name for client in clients)} {_alone('speaks', 'speak', clients, spoken)}"
    about = [fix.name for _, fix in fixes] if filters.fixes else [item.id for item in scenarios]
    about = list(dict.fromkeys(about))
    concerns = f"{_names(about)} {_alone('concerns', 'concern', about, met)}"
    if not spoken & kinds:
        return speaks
    return concerns if not met & kinds else f"{speaks}; {concerns}"


def _alone(one: str, many: str, what: Sequence[object], kinds: Iterable[ServerKind]) -> str:
    return f"{one if len(what) == 1 else many} {_names(TITLES[kind] for kind in sorted(kinds))} only"


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
