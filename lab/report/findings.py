"""The findings: what went wrong in a record, merged by reason, and what the lab itself failed at."""

from dataclasses import dataclass
from shlex import quote

from rich.console import Console
from rich.text import Text

from tlslab.matrix.fault import Fault, faults
from tlslab.model.record import CellEntry, Record, ShareEntry
from tlslab.report.changes import share_words
from tlslab.report.fold import columns
from tlslab.report.printable import printable
from tlslab.report.servers import server_title
from tlslab.report.text import command_line, hang, plural

SHOWN = 8
"""How many reasons, and places of one, are told before the report refers to the one that tells all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of clients at one kind of server, and every cell in which it shows."""

    title: str
    why: str
    cells: tuple[CellEntry, ...]

    @property
    def places(self) -> list[str]:
        """The scenarios, with the fixes where it shows after a fix alone: `expired (renew)`, `self-signed (renew)`."""
        fixes: dict[str, dict[str, None]] = {}
        for cell in self.cells:
            fixes.setdefault(cell.scenario, {})[cell.fix] = None
        of_fix = all(cell.broken_judgement.as_expected for cell in self.cells)
        return [f"{of} ({', '.join(names)})" if of_fix else of for of, names in fixes.items()]


def findings(record: Record) -> list[Finding]:
    """The findings, those with one fault merged into one, the most serious first.

    The cells of a scenario share its broken act, and one fault often shows in many scenarios and clients.
    """
    groups: dict[tuple[int, str, str], list[tuple[CellEntry, Fault]]] = {}
    for cell in record.findings():
        for fault in faults(cell, record.attempts, record.servers):
            groups.setdefault((fault.rank, cell.kind, fault.cause), []).append((cell, fault))
    return [
        Finding(
            f"{', '.join(columns([cell for cell, _ in found]))}, {server_title(record, kind)}: {found[0][1].reason}",
            found[0][1].words,
            tuple(cell for cell, _ in found),
        )
        for (_, kind, _), found in sorted(groups.items(), key=lambda item: item[0][0])
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
