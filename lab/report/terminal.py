"""The terminal report: the matrix as tables, a legend, and below it every finding and problem, in sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from shlex import quote

from rich.console import Console
from rich.text import Text

from tlslab.model.record import CellEntry, Record, ShareEntry
from tlslab.report.changes import share_words
from tlslab.report.marks import (
    BROKEN,
    CONNECTS,
    FINDING_MEANING,
    FINDING_STYLE,
    FIX,
    OBSERVED_MEANING,
    OBSERVED_STYLE,
    Mark,
    Marked,
    Worth,
    mark_broken,
    mark_broken_of,
    mark_fix,
    shown_verdict,
)
from tlslab.report.printable import in_line, printable
from tlslab.report.table import Row, draw
from tlslab.report.text import flow, hang, plural
from tlslab.report.trust_procedures import show_trust_procedures

TITLES = {"https": "HTTPS", "sqlserver": "SQL Server"}
STAND_INS = {"https": "HTTPS endpoint", "sqlserver": "TDS endpoint"}
"""Names of servers where no real one played: a stand-in for SQL Server is never called SQL Server."""
REASONS_SHOWN = 12
"""How many reasons for excluded cells are printed before the report refers to `--plan`."""

WHAT_HAPPENED = {
    "unexpected-connection": "connects, although it should refuse",
    "other-error": "does something else than what is documented",
    "no-answer": "gives no answer in time",
    "never-connects": "connects to no server, not even to a good one",
    "cure": "a fix is more than the bypass that it is documented to be",
    "partial-bypass": "a fix lets an impostor in, although nothing says that it would",
    "bypass": "a fix lets every impostor in, although nothing says that it would",
    "not-cleared": "a fix does not clear the error",
    "broken-promise": "a fix connects, but not as promised",
    "unproven": "a fix could not be proven to keep impostors out",
}


WORTH = {
    "cure": ("fix cures", "fixes cure"),
    "partial-bypass": ("is a partial bypass", "are partial bypasses"),
    "bypass": ("is a bypass", "are bypasses"),
    "not-cleared": ("does not clear", "do not clear"),
    "broken-promise": ("breaks its promise", "break their promise"),
    "unproven": ("is unproven", "are unproven"),
}
"""What one fix does, and what several do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What went wrong for one client for one reason, and every cell in which it did."""

    title: str
    why: str
    cells: tuple[CellEntry, ...]
    of_fix: bool

    @property
    def where(self) -> str:
        """The scenarios; for a finding about fixes names the fixes too: `expired (renew), self-signed (renew)`."""
        fixes: dict[str, list[str]] = {}
        for cell in self.cells:
            fixes.setdefault(cell.scenario, []).append(cell.fix)
        return ", ".join(f"{of} ({', '.join(names)})" if self.of_fix else of for of, names in fixes.items())


def show_matrix(record: Record, console: Console, *, command: str = "./tlslab", file: str = "") -> None:
    """Print the whole report. `command` and `file` (empty: the last record) stand in the commands to copy."""
    ascii_only = console.options.ascii_only
    drawn = _drawn(record)
    for kind in TITLES:
        cells = [cell for cell in drawn if cell.kind == kind]
        if cells:
            title, rows = Text(_title(record, kind), "bold"), list(_rows(cells))
            for line in draw(title, _columns(cells), rows, console.width, ascii_only=ascii_only):
                console.print(line, soft_wrap=True)
            console.print()
    _show_legend(drawn, console, ascii_only)
    shown = f"{command} report {quote(file)} --cell" if file else f"{command} report --cell"
    _show_findings(record, console, shown)
    _show_lab_errors(record, console, shown)
    show_trust_procedures(record, console, shown)
    _show_unstable(record, console)
    _show_unsupported(record, console, command)
    _show_missing(record, console)
    for phrases in stand_ins(record):
        flow(console, (Text(in_line(phrase), "italic") for phrase in phrases))
    if record.environment.stage != "local":
        hang(console, "", Text(in_line(f"{record.environment.stage} stage: {record.environment.isolation}."), "dim"))
    if record.interrupted:
        console.print(Text("The run was interrupted: this is a part of it.", "bold yellow"))
    flow(console, _closing(record))


def findings(record: Record) -> list[Finding]:
    """The findings, those with one reason merged into one.

    The cells of a scenario share its broken act, and one fault of a client often shows in many scenarios.
    """
    groups: dict[tuple[str, str, str, str, bool], list[CellEntry]] = {}
    for cell in record.findings():
        judged = [(cell.broken, cell.broken_judgement, False), (cell.fix_verdict, cell.fix_judgement, True)]
        for verdict, judgement, of_fix in judged:
            if not judgement.as_expected:
                groups.setdefault((cell.client, cell.kind, verdict, judgement.why, of_fix), []).append(cell)
    return [
        Finding(f"{client}, {_server(record, kind)}: {WHAT_HAPPENED[verdict]}", why, tuple(cells), of_fix)
        for (client, kind, verdict, why, of_fix), cells in groups.items()
    ]


def stand_ins(record: Record) -> Iterator[tuple[str, ...]]:
    """One sentence for each implementation that stands in for a real server, in phrases: no name is parted."""
    played = {entry.kind: entry.implementation for entry in record.servers if not entry.real}
    for kind, implementation in played.items():
        real = {"https": "a real nginx", "sqlserver": "SQL Server"}[kind]
        yield f"{TITLES[kind]} is played by", f"{implementation},", f"not by {real}."


def _title(record: Record, kind: str) -> str:
    title = _server(record, kind)
    return title if title == TITLES[kind] else f"{title} (stand-in)"


def _server(record: Record, kind: str) -> str:
    stood_in = any(entry.kind == kind and not entry.real for entry in record.servers)
    return STAND_INS[kind] if stood_in else TITLES[kind]


def _drawn(record: Record) -> list[CellEntry]:
    """The cells that the tables show. A distribution that has no client here would be columns of dashes; it is told
    below them.
    """
    here = {distribution_of(entry.name) for entry in record.clients if not entry.missing}
    gone = {distribution_of(entry.name) for entry in record.clients} - here - {""}
    return [cell for cell in record.cells if distribution_of(cell.client) not in gone] if here else list(record.cells)


def distribution_of(client: str) -> str:
    """Where a client runs, from its name: `trixie` of `curl:trixie`, "" of `curl`."""
    return client.partition(":")[2]


def _columns(cells: Iterable[CellEntry]) -> list[str]:
    return list(dict.fromkeys(sorted(cell.client for cell in cells)))


def _rows(cells: list[CellEntry]) -> Iterator[Row]:
    """One row for each scenario's broken act and beneath it one for each fix, in the record's order."""
    by_row: dict[tuple[str, str], dict[str, CellEntry]] = {}
    for cell in cells:
        by_row.setdefault((cell.scenario, cell.fix), {})[cell.client] = cell
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        fixes = {fix: row for (of, fix), row in by_row.items() if of == scenario}
        broken: dict[str, Marked] = {}
        for client in _columns(cells):
            marked = mark_broken_of(row[client] for row in fixes.values() if client in row)
            if marked:
                broken[client] = marked
        yield Row(scenario, "bold", broken)
        for fix, row in fixes.items():
            yield Row(f"  {fix}", "", {client: mark_fix(cell) for client, cell in row.items()})


def _show_legend(cells: list[CellEntry], console: Console, ascii_only: bool) -> None:
    """Explain the marks that these cells show, and no others."""
    shown = [marked for cell in cells for marked in (mark_broken(cell), mark_fix(cell))]
    used = {id(marked.mark) for marked in shown}

    def explain(signs: str, style: str, meaning: str) -> None:
        console.print(Text.assemble("  ", (signs, style), " " * (3 - len(signs)), meaning), highlight=False)

    def explain_all(marks: Iterable[Mark]) -> None:
        for mark in marks:
            if id(mark) in used:
                explain(mark.ascii if ascii_only else mark.glyph, mark.style, mark.meaning)

    for where, marks in (
        ("on the scenario's own line: the client meets the failure", BROKEN.values()),
        ("on the lines below it: the same after that fix", FIX.values()),
    ):
        if any(id(mark) in used for mark in marks):
            console.print(Text(where, "dim"))
            explain_all(marks)
    if any(marked.worth is Worth.OBSERVED for marked in shown):
        explain("*", OBSERVED_STYLE, OBSERVED_MEANING)
    if any(marked.worth is Worth.FINDING for marked in shown):
        explain("!", FINDING_STYLE, FINDING_MEANING)
    console.print()


def _show_findings(record: Record, console: Console, shown: str) -> None:
    found = findings(record)
    if not found:
        return
    count = plural(len(list(record.findings())), "finding")
    console.print(Text(f"{count}, for {plural(len(found), 'reason')}", "bold red"))
    for number, finding in enumerate(found, start=1):
        label = f"  {number}. "
        hang(console, label, Text(finding.title, "bold"))
        hang(console, " " * len(label), Text(printable(finding.why)))
        hang(console, " " * len(label) + "in ", Text(finding.where, "dim"))
        _show_command(console, f"{shown} {quote(finding.cells[0].id)}")
    console.print()


def _show_lab_errors(record: Record, console: Console, shown: str) -> None:
    reasons: dict[str, list[CellEntry]] = {}
    for cell in record.lab_errors():
        reasons.setdefault(cell.broken_judgement.why, []).append(cell)
    if not reasons:
        return
    count = plural(sum(map(len, reasons.values())), "cell")
    console.print(Text(f"The lab itself failed in {count}: nothing can be said about these clients.", "bold red"))
    for why, cells in reasons.items():
        hang(
            console,
            "  ",
            Text(f"{', '.join(_columns(cells))} ({plural(len(cells), 'cell')}): {printable(why)}"),
        )
        _show_command(console, f"{shown} {quote(cells[0].id)}")
    console.print()


def _show_command(console: Console, command: str) -> None:
    """A command on a line of its own, never wrapped, so that it can be copied."""
    console.print(Text.assemble("     ", (in_line(command), "cyan")), soft_wrap=True, highlight=False)


def _show_unstable(record: Record, console: Console) -> None:
    """Cells that were repeated and did not always come out the same, those with one distribution merged into one."""
    groups: dict[tuple[ShareEntry, ...], list[str]] = {}
    for cell in record.cells:
        if cell.unstable:
            groups.setdefault(tuple(cell.distribution), []).append(cell.id)
    if not groups:
        return
    count = plural(sum(map(len, groups.values())), "unstable cell")
    console.print(Text(f"{count}: what was repeated did not always come out the same", "bold yellow"))
    for shares, cells in groups.items():
        for share in shares:
            hang(console, "  ", Text(printable(share_words("", share))))
        hang(console, "  in ", Text(", ".join(cells), "dim"))
    console.print()


def _show_unsupported(record: Record, console: Console, command: str) -> None:
    reasons: dict[str, list[CellEntry]] = {}
    for cell in record.cells:
        if cell.status == "excluded":
            reasons.setdefault(_reason(cell), []).append(cell)
    if not reasons:
        return
    count = plural(sum(map(len, reasons.values())), "cell")
    console.print(Text(f"{count} cannot be played (the same command with --plan lists them)", "bold"))
    ordered = sorted(reasons.items(), key=lambda item: -len(item[1]))
    digits = len(str(len(ordered[0][1])))
    for why, cells in ordered[:REASONS_SHOWN]:
        who = _placed(record, _columns(cells))
        hang(console, f"  {len(cells):>{digits}}  ", Text(f"{who}: {printable(why)}"))
    if len(ordered) > REASONS_SHOWN:
        hang(console, "  " + " " * digits + "  ", Text(f"and {len(ordered) - REASONS_SHOWN} more reasons"))
    console.print()


def _reason(cell: CellEntry) -> str:
    """The reason without the beginning that names the client and the act
    (`tlslab.matrix.plan.why_impossible`), so that clients can share it."""
    why = cell.broken_judgement.why
    if why.startswith(f"{cell.client} cannot express "):
        return why.partition(": ")[2] or why
    return why


def _show_missing(record: Record, console: Console) -> None:
    missing = [entry for entry in record.clients if entry.missing]
    if not missing:
        return
    console.print(Text(f"{plural(len(missing), 'client')} not here", "bold"))
    lacking: dict[str, list[str]] = {}
    ways: dict[str, list[str]] = {}
    for entry in missing:
        lacking.setdefault(entry.missing, []).append(entry.name)
        ways.setdefault(entry.how_to_get, []).append(entry.name)
    for what, names in lacking.items():
        hang(console, "  ", Text(f"{_together(record, names)}: {printable(what)} is missing"))
    for way, names in ways.items():
        whom = "it" if len(missing) == 1 else "them" if len(ways) == 1 else _together(record, names)
        label = f"this brings {whom}"
        hang(console, "  ", Text(f"{label}:"))
        _show_command(console, way)
    console.print()


def _placed(record: Record, names: list[str]) -> str:
    """These clients in words; where each is in the same distributions, those are named once."""
    distributions: dict[str, set[str]] = {}
    for name in names:
        distributions.setdefault(name.partition(":")[0], set()).add(distribution_of(name))
    alike, *others = distributions.values()
    if len(alike) == 1 or any(other != alike for other in others):
        return ", ".join(names)
    everywhere = {distribution_of(entry.name) for entry in record.clients} <= alike
    where = (
        "in every distribution"
        if everywhere
        else f"on {', '.join(sorted(distribution or 'this machine' for distribution in alike))}"
    )
    return f"{', '.join(distributions)} {where}"


def _together(record: Record, names: list[str]) -> str:
    """These clients in words; all of a distribution by its name."""
    distributions = {distribution_of(name) for name in names}
    everybody = {entry.name for entry in record.clients if distribution_of(entry.name) in distributions}
    if "" in distributions or everybody != set(names) or len(names) == len(distributions):
        return ", ".join(names)
    return f"every client of {' and '.join(sorted(distributions))}"


def _closing(record: Record) -> Iterator[Text]:
    """The result of the run: one sentence, in the parts between which a line may end."""
    counted: Counter[str] = Counter(shown_verdict(cell) for cell in record.cells)
    observed = sum(
        shown_verdict(cell) == "as-documented" and cell.broken_judgement.basis == "observed" for cell in record.cells
    )
    words = {
        "as-documented": f"failed as documented ({observed} by observation only)"
        if observed
        else "failed as documented",
        CONNECTS: "connected as documented",
        "unexpected-connection": "connected unexpectedly",
        "other-error": "with another error",
        "no-answer": "without an answer",
        "never-connects": "of clients that never connect",
        "lab-error": "lost to the lab",
    }
    broken = [f"{counted[verdict]} {words.get(verdict, verdict)}" for verdict in BROKEN if counted[verdict]]
    fixes: Counter[str] = Counter(cell.fix_verdict for cell in record.cells)
    worth = [f"{fixes[verdict]} {WORTH[verdict][fixes[verdict] > 1]}" for verdict in FIX if fixes[verdict]]
    found = len(list(record.findings())) + len(list(record.unexpected_trust_procedures()))
    yield Text(f"{plural(len(record.cells), 'cell')}:", "bold")
    yield from _clause(broken or ["nothing to play"], "bold")
    yield from _clause(worth, "bold")
    yield from _clause([plural(found, "finding") if found else "no finding"], "bold red" if found else "bold green")
    yield Text(f"{plural(len(record.attempts), 'attempt')} in {record.seconds:.1f} s", "bold")


def _clause(parts: Sequence[str], style: str) -> Iterator[Text]:
    """Enumerated parts, a semicolon behind the last."""
    for index, part in enumerate(parts, start=1):
        yield Text.assemble((part, style), (";" if index == len(parts) else ",", "bold"))
