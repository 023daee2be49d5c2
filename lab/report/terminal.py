"""The terminal report: findings first, then where clients differ, then what they share, and what to do next."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import quote

from rich.console import Console
from rich.text import Text

from tlslab.model.record import CellEntry, Record
from tlslab.report import fold
from tlslab.report.findings import findings, show_findings, show_lab_errors, show_unstable
from tlslab.report.marks import (
    BROKEN,
    CONNECTS,
    FINDING_MEANING,
    FINDING_STYLE,
    FIX,
    OBSERVED_MEANING,
    OBSERVED_STYLE,
    SAME_TEXT,
    Mark,
    Marked,
    Worth,
    shown_verdict,
)
from tlslab.report.not_played import distribution_of, show_excluded, show_missing
from tlslab.report.others import show_others
from tlslab.report.printable import in_line
from tlslab.report.servers import TITLES, section_title, stand_ins
from tlslab.report.table import Row, draw
from tlslab.report.text import flow, hang, plural
from tlslab.report.trust_procedures import show_trust_procedures

NAMES_SHOWN = 3
"""Up to so many clients are named where all of them are meant."""

WORTH = {
    "cure": ("fix cures", "fixes cure"),
    "partial-bypass": ("is a partial bypass", "are partial bypasses"),
    "bypass": ("is a bypass", "are bypasses"),
    "not-cleared": ("does not clear", "do not clear"),
    "broken-promise": ("breaks its promise", "break their promise"),
    "unproven": ("is unproven", "are unproven"),
}
"""What one fix does, and what several do."""


def show_matrix(
    record: Record, console: Console, *, command: str = "./tlslab", file: str = "", wide: bool = False
) -> None:
    """Print the whole report. `command` and `file` (empty: the last record) stand in the commands to copy. `wide`: a
    column for each client, every line, every reason.
    """
    report = f"{command} report {quote(file)}" if file else f"{command} report"
    cells = _drawn(record)
    if record.interrupted:
        console.print(Text("The run was interrupted: this is a part of it.", "bold yellow"))
    by_kind = {kind: found for kind in TITLES if (found := fold.lines([cell for cell in cells if cell.kind == kind]))}
    if not findings(record) and record.attempts:
        everything = [line for found in by_kind.values() for line in found if line.played]
        words = f"clients differ in {sum(line.differs for line in everything)} of {len(everything)} failures and fixes"
        none = "No finding so far" if record.interrupted else "No finding"
        console.print(Text.assemble((none, "bold green"), f"; {words}."), highlight=False)
        console.print()
    show_findings(record, console, f"{report} --cell", "" if wide else f"{report} --wide")
    show_lab_errors(record, console, f"{report} --cell")
    show_unstable(record, console)
    same_text = fold.same_text(record)
    if wide:
        for kind, found in by_kind.items():
            clients = sorted({client for line in found for client in line.marks})
            whole = [((line.scenario,), [line]) for line in found]
            _show_table(section_title(record, kind), [(client,) for client in clients], whole, same_text, console)
    else:
        for kind, found in by_kind.items():
            if differing := fold.differing(found):
                title = f"{section_title(record, kind)}: where clients differ"
                _show_table(title, fold.groups(differing), fold.blocks(differing), same_text, console)
        _show_alike(record, by_kind, console)
    _show_legend([line for found in by_kind.values() for line in found], same_text, console, wide=wide)
    show_others(record, console, "" if wide else f"{report} --wide")
    show_trust_procedures(record, console, f"{report} --cell")
    show_excluded(record, console, "" if wide else f"{report} --wide")
    show_missing(record, console)
    for phrases in stand_ins(record):
        flow(console, (Text(in_line(phrase), "italic") for phrase in phrases))
    if record.environment.stage != "local":
        hang(console, "", Text(in_line(f"{record.environment.stage} stage: {record.environment.isolation}."), "dim"))
    flow(console, _closing(record))
    _show_next(record, by_kind, console, command, report)


def _drawn(record: Record) -> list[CellEntry]:
    """The cells that the tables show. A distribution that has no client here would be columns of dashes; it is told
    below them.
    """
    here = {distribution_of(entry.name) for entry in record.clients if not entry.missing}
    gone = {distribution_of(entry.name) for entry in record.clients} - here - {""}
    return [cell for cell in record.cells if distribution_of(cell.client) not in gone] if here else list(record.cells)


def _show_table(
    title: str,
    groups: Sequence[tuple[str, ...]],
    blocks: Iterable[tuple[tuple[str, ...], Sequence[fold.Line]]],
    same_text: Mapping[str, object],
    console: Console,
) -> None:
    """Print lines in a table with a column for each group of clients. A group has the name of its first; so have
    scenarios that share their lines.
    """
    signed = [tuple(client + SAME_TEXT if client in same_text else client for client in group) for group in groups]
    blocks = list(blocks)
    rows = [
        Row(
            f"  {line.fix}" if line.fix else _together(scenarios),
            "" if line.fix else "bold",
            {
                _together(names): line.marks[group[0]]
                for group, names in zip(groups, signed, strict=True)
                if group[0] in line.marks
            },
        )
        for scenarios, lines in blocks
        for line in lines
    ]
    console.print(Text(in_line(title), "bold"))
    for those in (*signed, *(scenarios for scenarios, _ in blocks)):
        if len(those) > 1:
            names = Text.assemble((f"{_together(those)}: ", "bold"), ", ".join(map(in_line, those)))
            hang(console, "  ", names)
    ascii_only = console.options.ascii_only
    for row in draw(list(map(_together, signed)), rows, console.width, ascii_only=ascii_only):
        console.print(row, soft_wrap=True)
    console.print()


def _together(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def _show_alike(record: Record, by_kind: Mapping[str, Sequence[fold.Line]], console: Console) -> None:
    """Print what all clients share: a line for each scenario, with its fixes behind it."""
    sections = list(fold.alike(by_kind))
    names = [name for _, entries in sections for entry in entries for name in entry.scenarios]
    width = min(max(map(len, names), default=0), console.width // 3 - 6)
    for kinds, entries in sections:
        whom = " and ".join(
            f"{_everybody(sorted(fold.players(by_kind[kind])))} of {section_title(record, kind)}" for kind in kinds
        )
        hang(console, "", Text(f"The same for {whom}", "bold"))
        for entry in entries:
            mark = entry.failure.marked if entry.failure else None
            signs = mark.signs(console.options.ascii_only) if mark else ""
            start = Text.assemble("  ", (signs, mark.style if mark else ""), " " * (3 - len(signs)))
            parts = [Text(f"{in_line(name)},", "bold") for name in entry.scenarios]
            parts[-1] = Text.assemble((in_line(entry.scenarios[-1]), "bold"), _share(entry.failure))
            if sum(map(len, parts)) > width + 1:
                flow(console, parts, start)
                start, parts = Text(" " * len(start)), []
                if not entry.fixes:
                    continue
            label = start + Text(" ").join(parts)
            label.append(" " * (len(start) + width + 2 - len(label)))
            flow(console, (_item(item, console.options.ascii_only) for item in entry.fixes), label)
        console.print()


def _item(item: fold.Shared, ascii_only: bool) -> Text:
    return Text.assemble((item.marked.signs(ascii_only), item.marked.style), f" {in_line(item.fix)}{_share(item)} ")


def _share(item: fold.Shared | None) -> str:
    return f" (by {item.by} of {item.of})" if item and item.by < item.of else ""


def _everybody(clients: Sequence[str]) -> str:
    return f"all {len(clients)} clients" if len(clients) > NAMES_SHOWN else " and ".join(map(in_line, clients))


def _show_legend(
    lines: Sequence[fold.Line], same_text: Mapping[str, tuple[int, int]], console: Console, *, wide: bool
) -> None:
    """Explain the marks that these lines show, and no others."""
    shown = {where: {*_marks(lines, of_fix=of_fix, wide=wide)} for where, of_fix in (("failure", False), ("fix", True))}
    everything = {marked for some in shown.values() for marked in some}

    def explain(signs: str, style: str, meaning: str) -> None:
        flow(console, map(Text, meaning.split()), Text.assemble("  ", (signs, style), " " * (3 - len(signs))))

    def explain_all(where: str, words: str, marks: Iterable[Mark]) -> None:
        used = {marked.mark for marked in shown[where]}
        told = [mark for mark in marks if mark in used]
        if told:
            console.print(Text(words, "dim"))
        for mark in told:
            explain(mark.ascii if console.options.ascii_only else mark.glyph, mark.style, mark.meaning)

    explain_all("failure", "at a failure: how the client meets it", BROKEN.values())
    explain_all("fix", "at a fix: the same client after it", (*FIX.values(), *BROKEN.values()))
    if any(marked.worth is Worth.OBSERVED for marked in everything):
        explain("*", OBSERVED_STYLE, OBSERVED_MEANING)
    if any(marked.worth is Worth.FINDING for marked in everything):
        explain("!", FINDING_STYLE, FINDING_MEANING)
    if same_text:
        counted = ", ".join(f"{client} ({most} of {all_})" for client, (most, all_) in sorted(same_text.items()))
        explain(SAME_TEXT, "", f"behind a client: one text for most failures, so it does not tell which: {counted}")
    console.print()


def _marks(lines: Iterable[fold.Line], *, of_fix: bool, wide: bool) -> Iterator[Marked]:
    """The marks that are shown; what was not played has none where all that played it are alike."""
    for line in lines:
        if bool(line.fix) is of_fix:
            yield from (line.marks if wide or line.differs else line.played).values()


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
        "excluded": "not playable",
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


def _show_next(
    record: Record, by_kind: Mapping[str, Sequence[fold.Line]], console: Console, command: str, report: str
) -> None:
    """The last line: what to do next."""
    lost = next(record.lab_errors(), None)
    trust = next((item for _, item in record.unexpected_trust_procedures()), None)
    missing = next((entry for entry in record.clients if entry.missing and entry.how_to_get), None)
    differing = [line for found in by_kind.values() for line in found if line.differs]
    if found := findings(record):
        what = f"{report} --cell {quote(found[0].cells[0].id)}"
    elif lost or trust:
        what = f"{report} --cell {quote(lost.id if lost else trust.cell if trust else '')}"
    elif missing and not record.attempts:
        what = missing.how_to_get
    elif differing:
        line = differing[0]
        client = fold.groups([line])[-1][0]
        what = f"{command} show {quote(line.scenario)} --client {quote(client.partition(':')[0].partition('@')[0])}"
    else:
        what = f"{report} --wide"
    console.print(Text.assemble(("Next: ", "bold"), (in_line(what), "cyan")), soft_wrap=True, highlight=False)
