"""The trust procedures of a record: what each was worth to which client, and for one cell what was done and seen."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from tlslab.model.record import AttemptEntry, Record, ShownEntry, TrustProcedureEntry
from tlslab.report.marks import FINDING_STYLE
from tlslab.report.printable import in_line, printable
from tlslab.report.text import hang, plural, quoted

WORTH = {
    "cure": ("✓", "+", "bold green", "helps", "they refuse before it, connect after it, and refuse impostors"),
    "ignored": (
        "✗",
        "x",
        "yellow",
        "does not help",
        "they read a store of their own (name the file in their own option)",
    ),
    "verifies-nothing": ("?", "?", "magenta", "makes no difference to", "told nothing, they connect to anybody"),
    "not-cleared": ("N", "N", "red", "does not help", "they still do not connect"),
    "bypass": ("~", "~", "red", "opens", "they connect after it, and to an impostor as well"),
    "unproven": ("U", "U", "red", "is unproven for", "they refuse an impostor for no documented reason"),
    "unexpected-connection": (
        ">",
        ">",
        "red",
        "is not needed by",
        "they connect before it, although they should verify",
    ),
    "other-error": ("E", "E", "red", "is unclear for", "they fail for no documented reason"),
    "failed": ("F", "F", "red", "fails for", "a documented command does not end well"),
    "excluded": ("·", ".", "dim", "is not for", "they cannot express it"),
    "lab-error": ("L", "L", "red", "is lost for", "the lab itself failed"),
}
"""By verdict: glyph, the same in ASCII, style, what the trust procedure does to these clients, and what they do."""
OUTPUT_SHOWN = 6
"""Lines of a command's output that are shown, from its end."""


def show_trust_procedures(record: Record, console: Console, command: str) -> None:
    """What every trust procedure of the record was worth; those that were worth the same are merged into one.
    `command`: what shows a cell.
    """
    if not record.trust_procedures:
        return
    console.print(Text("The fix as the distributions document it, followed in fresh containers", "bold"))
    hang(
        console,
        "  ",
        Text("Nothing is said to the clients here; the cells above name the file in each client's own option.", "dim"),
    )
    groups: dict[tuple[tuple[str, str, bool], ...], list[TrustProcedureEntry]] = {}
    for procedure in record.trust_procedures:
        groups.setdefault(tuple(_worths(procedure)), []).append(procedure)
    for worths, trust_procedures in groups.items():
        hang(console, "  ", Text(_where(trust_procedures), "bold"))
        for verdict in WORTH:
            for as_expected in (True, False):
                names = sorted(client for client, found, good in worths if (found, good) == (verdict, as_expected))
                if names:
                    _worth(verdict, names, console, finding=not as_expected and verdict != "lab-error")
    shown: dict[str, ShownEntry] = {}
    for _, item in (*record.unexpected_trust_procedures(), *record.failed_trust_procedures()):
        shown.setdefault(item.judgement.why, item)
    for why, item in shown.items():
        hang(console, "  ! ", Text(f"{item.client}: {printable(why)}", "red"))
    for remark, names in _remarks(record.trust_procedures).items():
        hang(console, "  ", Text(f"{', '.join(names)}: {remark}", "dim"))
    every = [item for procedure in record.trust_procedures for item in procedure.shown if item.acts]
    cell = next((item.cell for item in [*shown.values(), *every]), "")
    if cell:
        console.print(Text.assemble("     ", (in_line(f"{command} {cell}"), "cyan")), soft_wrap=True, highlight=False)
    console.print()


def show_trust_procedure(record: Record, procedure: TrustProcedureEntry, shown: ShownEntry, console: Console) -> None:
    """One trust procedure as one client saw it: the commands, what they said and changed, and each act's words."""
    glyph, plain, style, _, _ = WORTH[shown.word]
    opinion = "as expected" if shown.as_expected else "NOT as expected"
    if shown.status == "lab-error":
        opinion = "which says nothing about the client"
    console.print(
        Text.assemble(
            (f"trust procedure {in_line(procedure.way)} on {in_line(procedure.distribution)}: ", "bold"),
            (f"{plain if console.options.ascii_only else glyph} {shown.word}", style),
            f", {opinion}",
        ),
        highlight=False,
    )
    hang(console, "    ", Text(printable(shown.judgement.why)))
    if shown.judgement.basis:
        hang(console, "    basis:    ", Text(shown.judgement.basis), "dim")
    if procedure.remark:
        hang(console, "    ", Text(procedure.remark, "dim"))
    for source in (*procedure.sources, *shown.judgement.sources):
        hang(console, "    source:   ", Text(source.title, "dim"))
        if source.url:
            console.print(Text(f"              {in_line(source.url)}", "cyan"), soft_wrap=True, highlight=False)
    acts = {act: record.attempt(identity) for act, identity in shown.acts.items()}
    if before := acts.pop("before", None):
        _act("before", before, console)
    for step in procedure.steps:
        ended = "no end in time" if step.exit_status is None else f"exit status {step.exit_status}"
        hang(console, "  # ", Text(printable(step.command), "bold"))
        lines = [line for line in step.output.splitlines() if line.strip()]
        console.print(Text(f"    {ended}, {step.seconds:.2f} s", "dim"), highlight=False)
        if len(lines) > OUTPUT_SHOWN:
            omitted = f"    ({plural(len(lines) - OUTPUT_SHOWN, 'line')} before these)"
            console.print(Text(omitted, "dim"), highlight=False)
        if lines:
            quoted(console, "    ", "\n".join(lines[-OUTPUT_SHOWN:]))
    for act, attempt in acts.items():
        _act(act.replace(":", " "), attempt, console)
    if procedure.changes:
        console.print(Text(f"  what it changed: {plural(len(procedure.changes), 'path')}", "dim"), highlight=False)
        for change in procedure.changes:
            line = Text(f"    {change.change:<8}{in_line(change.path)}", "dim")
            console.print(line, soft_wrap=True, highlight=False)


def _act(act: str, attempt: AttemptEntry, console: Console) -> None:
    style = {"connected": "green", "refused": "yellow"}.get(attempt.result, "red")
    console.print(Text.assemble((f"  {in_line(act)}: ", "dim"), (attempt.result, style)), highlight=False)
    if attempt.text.strip():
        quoted(console, "    ", attempt.text)


def _worths(procedure: TrustProcedureEntry) -> list[tuple[str, str, bool]]:
    """Client without its distribution, verdict, and whether that was expected."""
    found = {(item.client.partition(":")[0], item.word, item.as_expected) for item in procedure.shown}
    return sorted(found)


def _where(trust_procedures: Iterable[TrustProcedureEntry]) -> str:
    """`update-ca-certificates, dpkg-reconfigure on bookworm, trixie`, parted where the distributions differ."""
    distributions: dict[str, list[str]] = {}
    for procedure in trust_procedures:
        distributions.setdefault(procedure.way, []).append(procedure.distribution)
    ways: dict[tuple[str, ...], list[str]] = {}
    for way, where in distributions.items():
        ways.setdefault(tuple(where), []).append(way)
    return "; ".join(f"{', '.join(names)} on {', '.join(where)}" for where, names in ways.items())


def _worth(verdict: str, clients: list[str], console: Console, *, finding: bool) -> None:
    glyph, plain, style, does, they = WORTH[verdict]
    sign = (plain if console.options.ascii_only else glyph) + ("!" if finding else "")
    text = Text(f"{does} {', '.join(clients)}: {they}", "not bold")
    hang(console, f"    {sign:<3}", text, FINDING_STYLE if finding else style)


def _remarks(trust_procedures: Iterable[TrustProcedureEntry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for procedure in trust_procedures:
        if procedure.remark and procedure.way not in found.setdefault(procedure.remark, []):
            found[procedure.remark].append(procedure.way)
    return found
