"""The findings: what went wrong in a record, merged by reason, and what the lab itself failed at."""

from dataclasses import dataclass
from shlex import quote

from rich.console import Console
from rich.text import Text

from tlslab.model.record import CellEntry, Record, ShareEntry
from tlslab.report.changes import share_words
from tlslab.report.fold import columns
from tlslab.report.printable import printable
from tlslab.report.servers import server_title
from tlslab.report.text import command_line, hang, plural

SHOWN = 8
"""How many reasons, and places of one, are told before the report refers to the one that tells all."""

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


@dataclass(frozen=True, slots=True)
class Finding:
    """What went wrong for one reason, and every cell in which it did."""

    title: str
    why: str
    cells: tuple[CellEntry, ...]
    of_fix: bool

    @property
    def places(self) -> list[str]:
        """The scenarios; for a finding about fixes with the fixes: `expired (renew)`, `self-signed (renew)`."""
        fixes: dict[str, dict[str, None]] = {}
        for cell in self.cells:
            fixes.setdefault(cell.scenario, {})[cell.fix] = None
        return [f"{of} ({', '.join(names)})" if self.of_fix else of for of, names in fixes.items()]


def findings(record: Record) -> list[Finding]:
    """The findings, those with one reason merged into one.

    The cells of a scenario share its broken act, and one fault often shows in many scenarios and clients.
    """
    groups: dict[tuple[str, str, str, bool], list[CellEntry]] = {}
    for cell in record.findings():
        judged = [(cell.broken, cell.broken_judgement, False), (cell.fix_verdict, cell.fix_judgement, True)]
        for verdict, judgement, of_fix in judged:
            if not judgement.as_expected:
                groups.setdefault((cell.kind, verdict, judgement.why, of_fix), []).append(cell)
    return [
        Finding(
            f"{', '.join(columns(cells))}, {server_title(record, kind)}: {WHAT_HAPPENED[verdict]}",
            why,
            tuple(cells),
            of_fix,
        )
        for (kind, verdict, why, of_fix), cells in groups.items()
    ]


def show_findings(record: Record, console: Console, shown: str, all_of_them: str) -> None:
    """Print each reason with where it was met. `shown`: the command that shows a cell; `all_of_them`: the one that
    lists every reason ("": do so here).
    """
    found = findings(record)
    if not found:
        return
    count = plural(len(list(record.findings())), "finding")
    console.print(Text(f"{count}, for {plural(len(found), 'reason')}", "bold red"))
    for number, finding in enumerate(found if not all_of_them else found[:SHOWN], start=1):
        label = f"  {number}. "
        hang(console, label, Text(finding.title, "bold"))
        hang(console, " " * len(label), Text(printable(finding.why)))
        places = finding.places
        if all_of_them and len(places) > SHOWN:
            places = [*places[: SHOWN - 1], f"and {len(places) - SHOWN + 1} more"]
        hang(console, " " * len(label) + "in ", Text(", ".join(places), "dim"))
        command_line(console, f"{shown} {quote(finding.cells[0].id)}")
    if all_of_them and len(found) > SHOWN:
        console.print(Text(f"  and {plural(len(found) - SHOWN, 'more reason')}:"))
        command_line(console, all_of_them)
    console.print()


def show_lab_errors(record: Record, console: Console, shown: str) -> None:
    """Print what the lab failed at, by reason."""
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
            Text(f"{', '.join(columns(cells))} ({plural(len(cells), 'cell')}): {printable(why)}"),
        )
        command_line(console, f"{shown} {quote(cells[0].id)}")
    console.print()


def show_unstable(record: Record, console: Console) -> None:
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
