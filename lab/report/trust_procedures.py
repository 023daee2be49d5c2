"""The remedies of a record: in a few lines what each was worth to whom, and for one cell what was done and seen."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from tlslab.model.record import AttemptEntry, Record, RemedyEntry, ShownEntry
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
"""By verdict: glyph, the same in ASCII, style, what the remedy does to these clients, and what they do."""
OUTPUT_SHOWN = 6
"""Lines of a command's output that are shown, from its end."""


def show_remedies(record: Record, console: Console, command: str) -> None:
    """What every remedy of the record was worth, those that were worth the same told as one. `command`: what shows a
    cell.
    """
    if not record.remedies:
        return
    console.print(Text("The fix as the distributions document it, followed in fresh containers", "bold"))
    hang(
        console,
        "  ",
        Text("Nothing is said to the clients here; the cells above name the file in each client's own option.", "dim"),
    )
    groups: dict[tuple[tuple[str, str, bool], ...], list[RemedyEntry]] = {}
    for remedy in record.remedies:
        groups.setdefault(tuple(_worths(remedy)), []).append(remedy)
    for worths, remedies in groups.items():
        hang(console, "  ", Text(_where(remedies), "bold"))
        for verdict in WORTH:
            for as_expected in (True, False):
                names = sorted(client for client, found, good in worths if (found, good) == (verdict, as_expected))
                if names:
                    _worth(verdict, names, console, finding=not as_expected and verdict != "lab-error")
    shown: dict[str, ShownEntry] = {}
    for _, item in (*record.unexpected_remedies(), *record.failed_remedies()):
        shown.setdefault(item.judgement.why, item)
    for why, item in shown.items():
        hang(console, "  ! ", Text(f"{item.client}: {printable(why)}", "red"))
    for remark, names in _remarks(record.remedies).items():
        hang(console, "  ", Text(f"{', '.join(names)}: {remark}", "dim"))
    every = [item for remedy in record.remedies for item in remedy.shown if item.acts]
    cell = next((item.cell for item in [*shown.values(), *every]), "")
    if cell:
        console.print(Text.assemble("     ", (in_line(f"{command} {cell}"), "cyan")), soft_wrap=True, highlight=False)
    console.print()


def show_remedy(record: Record, remedy: RemedyEntry, shown: ShownEntry, console: Console) -> None:
    """One remedy as one client saw it: the commands, what they said and changed, and each act's words."""
    glyph, plain, style, _, _ = WORTH[shown.verdict]
    opinion = "as expected" if shown.as_expected else "NOT as expected"
    if shown.verdict == "lab-error":
        opinion = "which says nothing about the client"
    console.print(
        Text.assemble(
            (f"remedy {in_line(remedy.way)} on {in_line(remedy.place)}: ", "bold"),
            (f"{plain if console.options.ascii_only else glyph} {shown.verdict}", style),
            f", {opinion}",
        ),
        highlight=False,
    )
    hang(console, "    ", Text(printable(shown.judgement.why)))
    if shown.judgement.basis:
        hang(console, "    basis:    ", Text(shown.judgement.basis), "dim")
    if remedy.remark:
        hang(console, "    ", Text(remedy.remark, "dim"))
    for source in (*remedy.sources, *shown.judgement.sources):
        hang(console, "    source:   ", Text(source.title, "dim"))
        if source.url:
            console.print(Text(f"              {in_line(source.url)}", "cyan"), soft_wrap=True, highlight=False)
    acts = {act: record.attempt(identity) for act, identity in shown.acts.items()}
    if before := acts.pop("before", None):
        _act("before", before, console)
    for step in remedy.steps:
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
    if remedy.changes:
        console.print(Text(f"  what it changed: {plural(len(remedy.changes), 'path')}", "dim"), highlight=False)
        for change in remedy.changes:
            line = Text(f"    {change.change:<8}{in_line(change.path)}", "dim")
            console.print(line, soft_wrap=True, highlight=False)


def _act(act: str, attempt: AttemptEntry, console: Console) -> None:
    style = {"connected": "green", "refused": "yellow"}.get(attempt.result, "red")
    console.print(Text.assemble((f"  {in_line(act)}: ", "dim"), (attempt.result, style)), highlight=False)
    if attempt.text.strip():
        quoted(console, "    ", attempt.text)


def _worths(remedy: RemedyEntry) -> list[tuple[str, str, bool]]:
    """Client without its place, verdict, and whether that was expected."""
    found = {(item.client.partition(":")[0], item.verdict, item.as_expected) for item in remedy.shown}
    return sorted(found)


def _where(remedies: Iterable[RemedyEntry]) -> str:
    """`update-ca-certificates, dpkg-reconfigure on bookworm, trixie`, parted where the places differ."""
    places: dict[str, list[str]] = {}
    for remedy in remedies:
        places.setdefault(remedy.way, []).append(remedy.place)
    ways: dict[tuple[str, ...], list[str]] = {}
    for way, where in places.items():
        ways.setdefault(tuple(where), []).append(way)
    return "; ".join(f"{', '.join(names)} on {', '.join(where)}" for where, names in ways.items())


def _worth(verdict: str, clients: list[str], console: Console, *, finding: bool) -> None:
    glyph, plain, style, does, they = WORTH[verdict]
    sign = (plain if console.options.ascii_only else glyph) + ("!" if finding else "")
    text = Text(f"{does} {', '.join(clients)}: {they}", "not bold")
    hang(console, f"    {sign:<3}", text, FINDING_STYLE if finding else style)


def _remarks(remedies: Iterable[RemedyEntry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for remedy in remedies:
        if remedy.remark and remedy.way not in found.setdefault(remedy.remark, []):
            found[remedy.remark].append(remedy.way)
    return found
