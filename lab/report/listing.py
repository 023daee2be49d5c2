"""Listings: scenarios, clients and planned cells, for people and as JSON."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from tlslab.clients.base import PYTHON_CLIENTS, Client
from tlslab.matrix.plan import Plan
from tlslab.model.check import Check, Worth
from tlslab.model.condition import Condition
from tlslab.model.evidence import Source
from tlslab.model.knowledge import Knowledge
from tlslab.model.library import Any as AnyDefect
from tlslab.model.library import Prints, Says
from tlslab.model.record import ClientEntry
from tlslab.model.scenario import Fix, Scenario
from tlslab.model.situation import ServerKind
from tlslab.report.lesson import kinds_of
from tlslab.report.servers import TITLES
from tlslab.report.text import hang, plural, version_line


def show_scenarios(scenarios: Sequence[Scenario], console: Console) -> None:
    """Each scenario with its server kinds, title and fixes; bypasses are marked. A terminal gets two lines and
    the sum, a pipe one line each."""
    if not console.is_terminal:
        for scenario in scenarios:
            on = ",".join(kind.value for kind in kinds_of(scenario.kinds))
            fixes = " ".join(_name(fix) for fix in scenario.best_first)
            console.print(Text(f"{scenario.id}  {on}  {fixes}  {scenario.title}"), soft_wrap=True)
        return
    for scenario in scenarios:
        kinds = kinds_of(scenario.kinds)
        served = "both servers" if len(kinds) == len(ServerKind) else TITLES[kinds[0]]
        hang(console, f"{scenario.id}  ", Text(scenario.title, "not bold"), "bold")
        names = (Text(_name(fix), _style(fix)) for fix in scenario.best_first)
        hang(console, f"  {served}: ", Text(", ", "not dim").join(names), "dim")
    count = sum(len(scenario.fixes) for scenario in scenarios)
    closing = f"{plural(len(scenarios), 'scenario')}, {count} fixes (~ no cure)"
    console.print(Text(closing, "bold"), highlight=False)


def with_text(scenarios: Iterable[Scenario], knowledge: Knowledge, text: str) -> list[Scenario]:
    """The scenarios that have a text in title, lesson or a documented error. Where the text is a whole message, those
    of which it holds an error, or what a lesson quotes: of several the longest decides, as it does where an outcome is
    judged.
    """
    wanted = " ".join(text.lower().split())
    having: list[Scenario] = []
    held: dict[str, int] = {}
    scenarios = list(scenarios)
    for scenario in scenarios:
        printed = [row.does for _, row in knowledge.about(scenario.conditions) if isinstance(row.does, Prints)]
        errors = [words for does in printed for words in (does.text, does.code)]
        quoted = re.findall(r'"([^"]{20,})"', " ".join(scenario.lesson.split()))
        said = [" ".join(error.lower().split()).rstrip(".") for error in (*errors, *quoted) if error]
        if any(wanted in " ".join(words.lower().split()) for words in (scenario.title, scenario.lesson, *said)):
            having.append(scenario)
        pieces = (error.split("{*}") for error in said)
        held[scenario.id] = max(
            (sum(map(len, some)) for some in pieces if all(one in wanted for one in some)), default=0
        )
    longest = max(held.values(), default=0)
    return having or [scenario for scenario in scenarios if longest and held[scenario.id] == longest]


def _name(fix: Fix) -> str:
    return fix.name if fix.clears and fix.worth is Worth.CURE else f"~{fix.name}"


def _style(fix: Fix) -> str:
    return "green" if fix.clears and fix.worth is Worth.CURE else "yellow"


def _named(row: Says) -> Iterable[Condition]:
    return () if isinstance(row.of, AnyDefect) else row.of


def scenarios_as_data(scenarios: Iterable[Scenario], knowledge: Knowledge) -> list[dict[str, Any]]:
    """The scenarios with everything that is documented of them, as JSON values."""
    return [
        {
            "id": scenario.id,
            "title": scenario.title,
            "lesson": scenario.lesson,
            "kinds": [kind.value for kind in kinds_of(scenario.kinds)],
            "conditions": sorted(map(str, scenario.conditions)),
            "fixes": [
                {
                    "name": fix.name,
                    "summary": fix.summary,
                    "claim": fix.claim,
                    "clears": fix.clears,
                    "still_checks": [check.value for check in Check if check in fix.still_checks],
                    "keeps_others": fix.keeps_others,
                    "side": fix.side.value,
                    "kinds": [kind.value for kind in kinds_of(fix.kinds & scenario.kinds)],
                    "steps": list(fix.steps),
                    "sources": _sources(fix.sources),
                }
                for fix in scenario.fixes
            ],
            "texts": [
                {
                    "library": library,
                    "conditions": sorted(map(str, _named(row))),
                    "phase": row.phase.value,
                    "text": row.does.text,
                    "code": row.does.code,
                    "basis": row.basis.name.lower(),
                    "source": _sources([row.source])[0],
                }
                for library, row in knowledge.about(scenario.conditions)
                if isinstance(row.does, Prints)
            ],
            "sources": _sources(scenario.sources),
        }
        for scenario in scenarios
    ]


def show_clients(entries: Sequence[ClientEntry], clients: Mapping[str, Client], console: Console) -> None:
    """The clients, by what they speak: version and TLS library, or what is missing; below them, how to get that."""
    width = max((len(entry.name) for entry in entries), default=0) + 2
    for kind in ServerKind:
        spoken = [entry for entry in entries if kind in clients[entry.name].kinds]
        if not spoken:
            continue
        console.print(Text(TITLES[kind], "bold"))
        for entry in spoken:
            name = f"  {entry.name:<{width}}"
            if entry.missing:
                hang(console, name, Text(f"missing: {entry.missing}", "yellow"))
            else:
                hang(console, name, Text(version_line(entry.version, entry.tls_library)))
    here = sum(not entry.missing for entry in entries)
    console.print(Text(f"{here} of {plural(len(entries), 'client')} here", "bold"), highlight=False)
    ways: dict[str, list[ClientEntry]] = {}
    for entry in entries:
        if entry.missing:
            ways.setdefault(entry.how_to_get, []).append(entry)
    for way, lacking in ways.items():
        whom = "what is missing" if len(ways) == 1 else ", ".join(entry.name for entry in lacking)
        itself = any(entry.missing == PYTHON_CLIENTS for entry in lacking)
        hang(
            console, "", Text(f"this brings {whom}{'; a run brings the Python packages by itself' if itself else ''}:")
        )
        console.print(Text.assemble("  ", (way, "cyan")), soft_wrap=True, highlight=False)


def show_plan(plan: Plan, console: Console) -> None:
    """The cells, one a line, then what cannot be played, by reason."""
    for cell in plan.cells:
        console.print(Text(cell.id), soft_wrap=True)
    reasons: dict[str, list[str]] = {}
    for exclusion in plan.exclusions:
        reasons.setdefault(exclusion.why, []).append(exclusion.id)
    if reasons:
        if plan.cells:
            console.print()
        console.print(Text("not played, because the client cannot express it, or the stage cannot play it", "bold"))
    for why, ids in reasons.items():
        hang(console, "  ", Text(why))
        for identity in ids:
            console.print(Text(f"    {identity}", "dim"), soft_wrap=True)
    left_out: dict[str, int] = {}
    for cell in plan.cells:
        for impostor, why in cell.left_out.items():
            words = f"{impostor}: {why}"
            left_out[words] = left_out.get(words, 0) + 1
    if left_out:
        console.print()
        console.print(Text("impostors that are left out of some cells", "bold"))
    for words, count in left_out.items():
        hang(console, "  ", Text(f"{words} ({plural(count, 'cell')})"))
    attempts = len({(cell.client.name, situation) for cell in plan.cells for situation in cell.acts.values()})
    console.print()
    played = f"{plural(len(plan.cells), 'cell')} in {plural(attempts, 'attempt')}"
    console.print(Text(f"{played}, {len(plan.exclusions)} not played", "bold"), highlight=False)


def plan_as_data(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values."""
    return {
        "cells": [cell.id for cell in plan.cells],
        "left_out": [
            {"cell": cell.id, "impostor": impostor, "why": why}
            for cell in plan.cells
            for impostor, why in cell.left_out.items()
        ],
        "exclusions": [{"cell": exclusion.id, "why": exclusion.why} for exclusion in plan.exclusions],
    }


def _sources(sources: Iterable[Source]) -> list[dict[str, str]]:
    return [{"title": source.title, "url": source.url} for source in sources]
