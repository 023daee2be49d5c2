"""The lesson: all that the catalogue and the clients' adapters know about one scenario, for people to read
and copy from."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from tlslab.clients.base import Client
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.judge import Judge
from tlslab.matrix.matching import with_names
from tlslab.model.check import Worth, in_words
from tlslab.model.evidence import Source
from tlslab.model.knowledge import Answer, Knowledge, Statement
from tlslab.model.library import ConnectsLate, Crashes, Does, Hangs, Prints, Tolerates
from tlslab.model.scenario import Fix, Scenario
from tlslab.model.situation import ServerKind, Situation, healthy
from tlslab.report.cell import BASES
from tlslab.report.cited import Cited
from tlslab.report.others import show_others_of
from tlslab.report.printable import printable
from tlslab.report.servers import TITLES
from tlslab.report.text import gaps, hang
from tlslab.report.typed import Typed, beside_options, ca_file_changes, typed


def show_lesson(scenario: Scenario, clients: Sequence[Client], knowledge: Knowledge, console: Console) -> None:
    """Print the lesson: what clears it, cause, each fix with what every client types, documented errors, sources."""
    cited = Cited()
    hang(console, "", Text(f"{scenario.id}: {scenario.title}", "bold underline"))
    console.print(Text("What clears it", "bold"))
    for fix in scenario.best_first:
        claim = Text(f"{fix.name} ({_claim(fix)}, on the {fix.side}): ", _style(fix))
        hang(console, "  ", claim + Text(" ".join(fix.summary.partition("\n\n")[0].split())))
    console.print()
    served = ", ".join(TITLES[kind] for kind in kinds_of(scenario.kinds))
    conditions = ", ".join(sorted(condition.words for condition in scenario.conditions))
    hang(console, "servers    ", Text(served), "dim")
    hang(console, "conditions ", Text(conditions), "dim")
    if why := LOCAL.cannot(scenario.apply(healthy(kinds_of(scenario.kinds)[0]))):
        hang(console, "stage      ", Text(why), "dim")
    console.print()
    for line in paragraphs(scenario.lesson):
        bare = line.lstrip()
        hang(console, " " * (len(line) - len(bare)), embolden(bare))
    console.print()
    _sources(scenario.sources, cited, console, "")
    for fix in scenario.best_first:
        _fix(scenario, fix, clients, knowledge, cited, console)
    console.print()
    console.print(Text("Documented errors", "bold"))
    _library_errors(scenario, knowledge, cited, console)
    _errors(scenario, clients, knowledge, cited, console)
    cited.show(console)


def show_lesson_for(
    scenario: Scenario, clients: Sequence[Client], knowledge: Knowledge, console: Console, command: str
) -> None:
    """Print of the lesson what concerns these clients alone: what each shows, and what is changed for it. `command`:
    what shows the whole lesson.
    """
    cited = Cited()
    hang(console, "", Text(f"{scenario.id}: {scenario.title}", "bold underline"))
    _errors(scenario, clients, knowledge, cited, console)
    for fix in scenario.best_first:
        if any(client.kinds & fix.kinds & scenario.kinds for client in clients):
            _fix(scenario, fix, clients, knowledge, cited, console)
    cited.show(console)
    console.print()
    console.print(Text.assemble("The whole lesson: ", (command, "cyan")), soft_wrap=True, highlight=False)


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


def why_tolerated(found: Answer) -> str:
    """Why a client connects although something is wrong; "" when it does not, or nothing is."""
    row = found.tolerated[0].row if found.connects and found.tolerated else None
    return row.why if isinstance(row, Tolerates) else ""


def known_answers(found: Answer, situation: Situation) -> list[tuple[Statement, Does]]:
    """What a client is known to show or do, the best evidence first, each once."""
    shown: dict[Does, tuple[Statement, Does]] = {}
    for item in sorted(found.says, key=lambda statement: -statement.basis):
        does = item.does
        if isinstance(does, Prints):
            does = Prints(with_names(does.text, situation), does.code, with_names(does.trace, situation))
        if does is not None:
            shown.setdefault(does, (item, does))
    return list(shown.values())


def _fill(pattern: str, situation: Situation, console: Console) -> Text:
    """The pattern with this situation's names, and an ellipsis for what changes from time to time."""
    return Text(printable(gaps(with_names(pattern, situation), ascii_only=console.options.ascii_only)))


def _style(fix: Fix) -> str:
    return "green" if fix.clears and fix.worth is Worth.CURE else "yellow"


def _claim(fix: Fix) -> str:
    """What a fix claims, in words."""
    if not fix.clears:
        return "documents advise it, and it does not clear the error"
    partial = fix.worth is Worth.PARTIAL_BYPASS
    return f"{fix.claim}: still checks {in_words(fix.still_checks)}" if partial else fix.claim


def _fix(
    scenario: Scenario, fix: Fix, clients: Sequence[Client], knowledge: Knowledge, cited: Cited, console: Console
) -> None:
    console.print()
    console.print(
        Text.assemble(("Fix ", "bold"), (fix.name, f"bold {_style(fix)}"), f" ({_claim(fix)}, on the {fix.side})"),
        highlight=False,
    )
    for line in fix.summary.splitlines():
        hang(console, "  ", Text(line.strip()))
    for number, step in enumerate(fix.steps, start=1):
        hang(console, f"  {number}. ", Text(step))
    _sources(fix.sources, cited, console, "  ")
    for kind in kinds_of(fix.kinds & scenario.kinds):
        broken = scenario.apply(healthy(kind))
        fixed = fix.apply(broken)
        if fixed.client != broken.client and any(kind in client.kinds for client in clients):
            _typed_by_clients(kind, broken, fixed, clients, knowledge, console)
            show_others_of(fix, kind, broken, fixed, clients, knowledge, cited.mark, console)


def _typed_by_clients(
    kind: ServerKind,
    broken: Situation,
    fixed: Situation,
    clients: Sequence[Client],
    knowledge: Knowledge,
    console: Console,
) -> None:
    """How each client says this fix; clients that say the same share a paragraph."""
    beside = tuple(beside_options(broken.client, fixed.client))
    said: dict[Typed, list[str]] = {}
    needless: dict[str, list[str]] = {}
    unable: list[tuple[str, str]] = []
    for client in clients:
        if kind not in client.kinds:
            continue
        why = client.cannot(broken) or client.cannot(fixed)
        if why:
            unable.append((client.name, why))
            continue
        changed = typed(client, broken, fixed)
        if any(changed):
            said.setdefault(changed, []).append(client.name)
        elif not beside:
            needless.setdefault(why_tolerated(Judge.of(client, knowledge).answer(broken)), []).append(client.name)
    console.print(Text(f"  in the clients' own words, {TITLES[kind]}:", "bold"), highlight=False)
    for words in beside:
        console.print(Text(f"    {words}"), highlight=False)
    for (gone, come), names in said.items():
        hang(console, "    ", Text(", ".join(names), "bold"))
        _words("-", gone, "red", console)
        _words("+", come, "green", console)
        for why, some in _in_vain(clients, names, fixed, knowledge).items():
            hang(console, "      ", Text(f"does not clear it with {', '.join(some)}: {why}", "yellow"))
        if any("ca.pem" in word for word in come):
            for words in ca_file_changes(broken.client, fixed.client):
                hang(console, "      ", Text(words))
    for why, some in needless.items():
        nothing = f"nothing to set: {why or 'it is so by itself'}"
        hang(console, f"    {', '.join(some)}: ", Text(nothing, "dim"))
    for name, why in unable:
        hang(console, f"    {name}: ", Text(f"cannot: {why}", "dim"))


def _in_vain(
    clients: Iterable[Client], names: Iterable[str], fixed: Situation, knowledge: Knowledge
) -> dict[str, list[str]]:
    """Which of these clients refuse after the fix although nothing is wrong, by the reason that a row gives."""
    found: dict[str, list[str]] = {}
    for client in clients:
        if client.name in names:
            says = Judge.of(client, knowledge).answer(fixed).says
            if why := next((item.why for item in says if item.why), ""):
                found.setdefault(why, []).append(client.name)
    return found


def _words(sign: str, words: Iterable[str], style: str, console: Console) -> None:
    """Words to copy, never wrapped."""
    for word in words:
        for index, line in enumerate(word.splitlines()):
            console.print(Text(f"      {sign if index == 0 else ' '} {line}", style), soft_wrap=True, highlight=False)


def _library_errors(scenario: Scenario, knowledge: Knowledge, cited: Cited, console: Console) -> None:
    console.print(Text("  what the libraries say", "bold"))
    example = scenario.apply(healthy(kinds_of(scenario.kinds)[0]))
    for library, row in knowledge.about(scenario.conditions):
        label = f"    {library} ({row.phase}, {row.basis.name.lower()}) {cited.mark([row.source])}"
        console.print(Text(label, "dim"), highlight=False)
        hang(console, "      ", _fill(_in_words(row.does), example, console))


def _errors(
    scenario: Scenario, clients: Sequence[Client], knowledge: Knowledge, cited: Cited, console: Console
) -> None:
    for kind in kinds_of(scenario.kinds):
        broken = scenario.apply(healthy(kind))
        spoken = [client for client in clients if kind in client.kinds]
        if spoken:
            console.print(Text(f"  what {TITLES[kind]} clients show", "bold"))
        for client in spoken:
            _client_errors(client, broken, knowledge, cited, console)
    console.print()
    for basis, meaning in BASES.items():
        console.print(Text(f"  {basis}: {meaning}", "dim"), highlight=False)


def _in_words(does: Does) -> str:
    match does:
        case Prints():
            return " ".join(filter(None, (does.text, f"code {does.code}" if does.code else "", does.trace)))
        case Hangs():
            return "gives no answer"
        case Crashes():
            return f"crashes: {does.text}"
        case ConnectsLate():
            return f"connects after {does.seconds:.0f} s"


def _client_errors(client: Client, broken: Situation, knowledge: Knowledge, cited: Cited, console: Console) -> None:
    console.print(Text.assemble("    ", (client.name, "bold"), f"  {client.title}"), highlight=False)
    why = client.cannot(broken)
    if why:
        hang(console, "      cannot be tried: ", Text(why), "dim")
        return
    found = Judge.of(client, knowledge).answer(broken)
    if found.connects and not found.tolerated:
        console.print(Text("      connects: nothing is wrong", "cyan"), highlight=False)
        return
    if found.connects:
        first = found.tolerated[0]
        label = f"      connects all the same ({first.basis.name.lower()}) {cited.mark(first.sources)}: "
        hang(console, label, Text(why_tolerated(found)), "cyan")
        return
    shown = known_answers(found, broken)
    if not shown:
        console.print(Text("      nothing is documented", "yellow"), highlight=False)
    for item, does in shown:
        label = f"      ({item.basis.name.lower()}) {cited.mark(item.sources)}"
        console.print(Text(label, "dim"), highlight=False)
        if not isinstance(does, Prints):
            hang(console, "        ", _fill(_in_words(does), broken, console))
            continue
        if does.text or does.code:
            hang(console, "        ", _fill(does.text or f"code {does.code}", broken, console))
        if does.trace:
            hang(console, "        in its trace: ", _fill(does.trace, broken, console), "dim")


def _sources(sources: Iterable[Source], cited: Cited, console: Console, indent: str) -> None:
    console.print(Text(f"{indent}sources {cited.mark(sources)}", "dim"), highlight=False)
