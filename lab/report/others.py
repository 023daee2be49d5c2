"""What a fix does to the other hosts that a client trusts by default: in the lesson, as it is documented; in the report
of a run, as it was seen.
"""

from collections.abc import Callable, Iterable

from rich.console import Console
from rich.text import Text

from tlslab.clients.base import Client
from tlslab.matrix.bystander import visit_by
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.judge import Judge
from tlslab.matrix.others import ADDS, REPLACES, why_of
from tlslab.model.evidence import Source
from tlslab.model.knowledge import Knowledge
from tlslab.model.record import CellEntry, Record
from tlslab.model.scenario import Fix
from tlslab.model.situation import ServerKind, Situation
from tlslab.report.fold import columns
from tlslab.report.printable import printable
from tlslab.report.servers import TITLES
from tlslab.report.text import command_line, hang

SEEN = {
    "broken": (f"it {REPLACES}", "yellow"),
    "kept": (f"it {ADDS}", "green"),
    "unproven": ("that cannot be told", "red"),
}
"""What was seen, in words behind the clients."""


def show_others_of(
    fix: Fix,
    kind: ServerKind,
    broken: Situation,
    fixed: Situation,
    clients: Iterable[Client],
    knowledge: Knowledge,
    mark: Callable[[Iterable[Source]], str],
    console: Console,
) -> None:
    """Print what is documented of a fix and other hosts, by client; nothing for one that does not touch the client's
    trust. `mark`: the number of a source.
    """
    said: dict[str, dict[str, list[str]]] = {ADDS: {}, REPLACES: {}}
    unseen: dict[str, list[str]] = {}
    for client in clients:
        if kind not in client.kinds or client.cannot(broken) or client.cannot(fixed):
            continue
        found = visit_by(client, broken, fixed, LOCAL.cannot)
        if found is None:
            return
        answer = Judge.of(client, knowledge).answer(found.after)
        rows = answer.says or answer.tolerated
        if why := why_of(answer):
            words = ADDS if answer.connects else REPLACES
            marks = mark(dict.fromkeys(source for item in rows[:1] for source in item.sources[:1]))
            unvisited = f" (not seen here: {found.cannot})" if found.cannot else ""
            said[words].setdefault(f"{why} {marks}{unvisited}", []).append(client.name)
        else:
            unseen.setdefault(found.cannot or "no document says", []).append(client.name)
    if not (any(said.values()) or unseen):
        return
    claim = "should still be trusted" if fix.keeps_others else "are given up"
    words = f"  the other hosts, which the client trusted before and which {claim}, {TITLES[kind]}:"
    console.print(Text(words, "bold"), highlight=False)
    for words, style in ((ADDS, "green"), (REPLACES, "yellow")):
        if said[words]:
            console.print(Text(f"    it {words}", style), highlight=False)
        for why, names in said[words].items():
            hang(console, f"      {', '.join(names)}: ", Text(why))
    for why, names in unseen.items():
        hang(console, f"    {', '.join(names)}: ", Text(f"no other host to lose: {why}", "dim"))


def show_others(record: Record, console: Console, all_of_them: str) -> None:
    """Print what the fixes that touch a client's trust were seen to do to other hosts. `all_of_them`: the command that
    tells why some clients visited none ("": tell it here).
    """
    visits = [cell for cell in record.cells if cell.others]
    unvisited = [cell for cell in record.cells if cell.status == "played" and not cell.others and _why(cell)]
    if not (visits or unvisited):
        return
    console.print(Text("What a fix that touches the client's trust does to other hosts", "bold"))
    for verdict, (words, style) in SEEN.items():
        if cells := [cell for cell in visits if cell.others == verdict]:
            hang(console, "  ", Text.assemble((f"{words}: ", style), ", ".join(columns(cells))))
    reasons: dict[str, list[CellEntry]] = {}
    for cell in unvisited:
        reasons.setdefault(_why(cell), []).append(cell)
    if unvisited and all_of_them:
        hang(console, "  ", Text(f"no other host was visited by {', '.join(columns(unvisited))}:", "dim"))
        command_line(console, all_of_them)
    elif reasons:
        for why, cells in reasons.items():
            hang(console, f"  {', '.join(columns(cells))}: ", Text(printable(why), "dim"))
    console.print()


def _why(cell: CellEntry) -> str:
    return cell.others_judgement.why
