"""The lesson: all that the catalogue and the clients' adapters know about one scenario, for people to read
and copy from."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from lab.clients.base import Client
from lab.documented import Expectation, Source, expectations
from lab.report.cell import LEVELS
from lab.report.terminal import TITLES
from lab.report.words import hang, printable
from lab.scenario import Fix, Scenario
from lab.situation import ServerKind, Situation, healthy
from lab.verdict import pattern_values

Spelling = tuple[tuple[str, ...], tuple[str, ...]]
"""What goes out of the client's words, and what comes in."""


def show_lesson(scenario: Scenario, clients: Sequence[Client], console: Console) -> None:
    """Print the lesson: docstring, fixes with every client's spelling, documented errors, sources."""
    console.print(Text(f"{scenario.id}: {scenario.title}", "bold underline"), highlight=False)
    served = ", ".join(TITLES[kind] for kind in kinds_of(scenario.kinds))
    defects = ", ".join(sorted(scenario.defects)) or "none"
    hang(console, "on     ", Text(served), "dim")
    hang(console, "defect ", Text(defects), "dim")
    console.print()
    for line in paragraphs(scenario.lesson):
        bare = line.lstrip()
        hang(console, " " * (len(line) - len(bare)), embolden(bare))
    _sources(scenario.sources, console, "")
    for fix in scenario.fixes:
        _fix(scenario, fix, clients, console)
    _errors(scenario, clients, console)


def paragraphs(lesson: str) -> Iterator[str]:
    """The lesson's lines, with those of a paragraph joined: the source wraps them for itself. Lists and
    code stay."""
    joined: list[str] = []
    for line in lesson.splitlines():
        if line and not line[0].isspace() and not re.match(r"[-*|] |\d+\. |#|```", line):
            joined.append(line)
            continue
        if joined:
            yield " ".join(joined)
            joined = []
        yield line
    if joined:
        yield " ".join(joined)


def embolden(line: str) -> Text:
    """The line with `**words**` in bold; everything else stands as it is."""
    parts = re.split(r"\*\*(.+?)\*\*", line)
    return Text.assemble(*((part, "bold" if index % 2 else "") for index, part in enumerate(parts)))


def kinds_of(kinds: Iterable[ServerKind]) -> list[ServerKind]:
    """The kinds in the order in which they are always shown."""
    return [kind for kind in ServerKind if kind in set(kinds)]


def spelling(client: Client, before: Situation, after: Situation) -> Spelling:
    """What changes in the client's own words between two situations."""
    old, new = client.spell(before.client), client.spell(after.client)
    return tuple(word for word in old if word not in new), tuple(word for word in new if word not in old)


def texts(scenario: Scenario, client: Client, situation: Situation) -> list[Expectation]:
    """The texts that the client is documented to show, the best evidence first, each text once."""
    found: dict[tuple[str, str], Expectation] = {}
    ordered = sorted(expectations(scenario.reasons, client.wrappers), key=lambda item: -item.level)
    for item in ordered:
        found.setdefault((fill(item.text, situation), fill(item.trace, situation)), item)
    return list(found.values())


def fill(pattern: str, situation: Situation) -> str:
    """The pattern with this situation's names, and dots for what changes from time to time."""
    for name, value in pattern_values(situation).items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern.replace("{*}", "...")


def _fix(scenario: Scenario, fix: Fix, clients: Sequence[Client], console: Console) -> None:
    style = "green" if fix.claim == "cure" else "yellow"
    console.print()
    console.print(
        Text.assemble(("Fix ", "bold"), (fix.name, f"bold {style}"), f" ({fix.claim}, on the {fix.side})"),
        highlight=False,
    )
    for line in fix.summary.splitlines():
        hang(console, "  ", Text(line.strip()))
    for number, step in enumerate(fix.steps, start=1):
        hang(console, f"  {number}. ", Text(step))
    _sources(fix.sources, console, "  ")
    for kind in kinds_of(fix.kinds & scenario.kinds):
        broken = scenario.apply(healthy(kind))
        fixed = fix.apply(broken)
        if fixed.client != broken.client:
            _spellings(kind, broken, fixed, clients, console)


def _spellings(
    kind: ServerKind, broken: Situation, fixed: Situation, clients: Sequence[Client], console: Console
) -> None:
    """How each client says this fix; clients that say the same share a paragraph."""
    said: dict[Spelling, list[str]] = {}
    unable: list[tuple[str, str]] = []
    for client in clients:
        if kind not in client.kinds:
            continue
        why = client.cannot(broken) or client.cannot(fixed)
        if why:
            unable.append((client.name, why))
        else:
            said.setdefault(spelling(client, broken, fixed), []).append(client.name)
    console.print(Text(f"  in the clients' own words, {TITLES[kind]}:", "bold"), highlight=False)
    if fixed.client.connect_to != broken.client.connect_to:
        console.print(
            Text(f"    connect to {fixed.client.connect_to} instead of {broken.client.connect_to}"),
            highlight=False,
        )
    for (gone, come), names in said.items():
        if not (gone or come):
            continue
        hang(console, "    ", Text(", ".join(names), "bold"))
        for sign, words, style in (("-", gone, "red"), ("+", come, "green")):
            for word in words:
                for index, line in enumerate(word.splitlines()):
                    console.print(
                        Text(f"      {sign if index == 0 else ' '} {line}", style),
                        soft_wrap=True,
                        highlight=False,
                    )
    for name, why in unable:
        hang(console, f"    {name}: ", Text(f"cannot: {why}", "dim"))


def _errors(scenario: Scenario, clients: Sequence[Client], console: Console) -> None:
    console.print()
    console.print(Text("Documented errors", "bold"))
    console.print(Text("  what the TLS libraries say", "bold"))
    cited = _Cited()
    for reason in scenario.reasons:
        level = reason.level.name.lower()
        label = f"    {reason.dialect} ({reason.phase}, {level}) {cited.mark([reason.source])}"
        console.print(Text(label, "dim"), highlight=False)
        hang(console, "      ", Text(fill(reason.text, scenario.apply(healthy(kinds_of(scenario.kinds)[0])))))
    for kind in kinds_of(scenario.kinds):
        broken = scenario.apply(healthy(kind))
        console.print(Text(f"  what {TITLES[kind]} clients show", "bold"))
        for client in clients:
            if kind in client.kinds:
                _client_errors(scenario, client, broken, cited, console)
    console.print()
    for number, source in enumerate(cited.sources, start=1):
        hang(console, f"  [{number}] ", Text(source.title))
        console.print(Text(f"      {source.url}", "cyan"), soft_wrap=True, highlight=False)
    for level, meaning in LEVELS.items():
        console.print(Text(f"  {level}: {meaning}", "dim"), highlight=False)


def _client_errors(
    scenario: Scenario, client: Client, broken: Situation, cited: "_Cited", console: Console
) -> None:
    console.print(Text.assemble("    ", (client.name, "bold"), f"  {client.title}"), highlight=False)
    why = client.cannot(broken)
    if why:
        hang(console, "      cannot be tried: ", Text(why), "dim")
        return
    acceptance = client.accepts(broken)
    if acceptance:
        level = acceptance.level.name.lower()
        label = f"      connects all the same ({level}) {cited.mark([acceptance.source])}: "
        hang(console, label, Text(acceptance.why), "cyan")
        return
    found = texts(scenario, client, broken)
    if not found:
        console.print(Text("      no documented text", "yellow"), highlight=False)
    for item in found:
        label = f"      ({item.level.name.lower()}) {cited.mark(item.sources)}"
        console.print(Text(label, "dim"), highlight=False)
        hang(console, "        ", Text(printable(fill(item.text, broken))))
        if item.trace:
            hang(console, "        in its trace: ", Text(printable(fill(item.trace, broken))), "dim")


def _sources(sources: Iterable[Source], console: Console, indent: str) -> None:
    for source in sources:
        hang(console, f"{indent}source: ", Text(source.title), "dim")
        console.print(Text(f"{indent}        {source.url}", "cyan"), soft_wrap=True, highlight=False)


class _Cited:
    """Numbers for sources that many texts share."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def mark(self, sources: Iterable[Source]) -> str:
        """`[1][3]`."""
        return "".join(f"[{number}]" for number in self._numbers(sources))

    def _numbers(self, sources: Iterable[Source]) -> Iterator[int]:
        for source in sources:
            if source not in self.sources:
                self.sources.append(source)
            yield self.sources.index(source) + 1
