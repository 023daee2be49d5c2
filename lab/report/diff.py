"""The diff in the terminal: changes, most serious first, each with what was said before and after and where it shows.

In colour removed words are red and added words green; without colour they are marked as [-this-] and {+that+}.
"""

from rich.console import Console
from rich.text import Text

from tlslab.diff.changes import Changes, DefaultFact
from tlslab.diff.groups import Group
from tlslab.diff.kinds import Level
from tlslab.diff.word_difference import Part, Piece
from tlslab.report.changes import (
    BREAKING,
    IMPROVEMENT,
    REGRESSION,
    acts_of,
    cells_of,
    closing,
    conclusion,
    excerpt,
    head,
    reasons,
    some_texts,
    tags,
    unstable_groups,
    versions,
    where,
    who,
)
from tlslab.report.printable import printable
from tlslab.report.text import hang, plural

_STYLES = {Level.VERDICT: "bold red", Level.DEFAULT: "bold magenta", Level.FIX: "bold yellow", Level.CODE: "bold cyan"}
_TAG_STYLES = {REGRESSION: "bold white on red", IMPROVEMENT: "bold white on green", BREAKING: "bold black on yellow"}
_SHOWN = 6
"""So many cells that were not compared are named for each reason."""


def show_changes(changes: Changes, console: Console) -> None:
    """Print the whole report: what it means first, what did not change last."""
    style = "bold red" if any(group.security for group in changes.groups) else "bold"
    hang(console, "", Text(conclusion(changes), style))
    console.print()
    if changes.old == changes.new:
        hang(console, "in one ", Text(changes.new), "dim")
    else:
        hang(console, "old  ", Text(changes.old), "dim")
        hang(console, "new  ", Text(changes.new), "dim")
    for item in changes.around:
        hang(console, f"  {item.what}  ", Text(printable(f"{item.old} -> {item.new}"), "yellow"), "yellow")
    for name, words in versions(changes.clients):
        hang(console, f"  {name}  ", Text(printable(words)), "bold")
    console.print()
    _show_changed_defaults(changes, console)
    for number, group in enumerate(changes.groups, start=1):
        _show_group(number, group, head(changes, group), console)
    _show_unstable(changes, console)
    _show_left_out(changes, console)
    _show_other_defaults(changes, console)
    hang(console, "", Text(closing(changes), style if changes.groups else "bold green"))


def marked(piece: Piece, colour: bool) -> Text:
    """One piece of a difference."""
    text = printable(piece.text)
    if piece.part is Part.SAME:
        return Text(text)
    if colour:
        return Text(text, "red" if piece.part is Part.REMOVED else "green")
    return Text(f"[-{text}-]" if piece.part is Part.REMOVED else f"{{+{text}+}}")


def _show_changed_defaults(changes: Changes, console: Console) -> None:
    changed = [fact for fact in changes.defaults if fact.old != fact.new]
    if not changed:
        return
    console.print(Text("changed without any security option, measured:", "bold"))
    widest = max(len(fact.question) for fact in changed)
    for fact in changed:
        label = f"  {_client(changes, fact)}{fact.question:<{widest}}  "
        hang(console, label, Text(f"{fact.old} -> {fact.new}", "bold magenta"))
    console.print()


def _show_other_defaults(changes: Changes, console: Console) -> None:
    same = [fact for fact in changes.defaults if fact.old == fact.new]
    if same:
        words = "; ".join(f"{_client(changes, fact)}{fact.question}: {fact.new}" for fact in same)
        hang(console, "as before without any security option: ", Text(words, "dim"), "dim")
        console.print()


def _client(changes: Changes, fact: DefaultFact) -> str:
    return f"{who(fact.client)}: " if len(changes.clients) > 1 else ""


def _show_group(number: int, group: Group, title: str, console: Console) -> None:
    label = f"{number}. "
    indent = " " * len(label)
    bar = "|" if console.options.ascii_only else "│"
    if marks := tags(group):
        parts = [part for mark in marks for part in ((f" {mark} ", _TAG_STYLES[mark]), " ")]
        console.print(Text.assemble(label, *parts[:-1]), soft_wrap=True)
    hang(console, indent if marks else label, Text(title, _STYLES.get(group.level, "bold")))
    if group.before != group.after:
        hang(console, f"{indent}was  ", Text(printable(group.before)))
        hang(console, f"{indent}is   ", Text(printable(group.after)))
    if group.words:
        for text in _difference(group, console):
            hang(console, f"{indent}{bar} ", text, label_on_every_line=True)
    for other in some_texts(group):
        hang(console, f"{indent}also ", Text(printable(other)))
    count = f"{plural(len(cells_of(group)), 'cell')}; act: {acts_of(group)}"
    hang(console, f"{indent}in   ", Text(f"{count}\n{where(group)}", "dim"))
    if group.client.system_differs:
        hang(console, indent, Text(f"reported only: {group.client.system_differs}", "italic"))
    console.print()


def _difference(group: Group, console: Console) -> list[Text]:
    """The difference in one text; texts without a word in common stand below each other."""
    colour = console.color_system is not None and not console.no_color
    pieces = [marked(piece, colour) for piece in excerpt(group.words)]
    return [Text().join(pieces)] if any(piece.part is Part.SAME for piece in group.words) else pieces


def _show_unstable(changes: Changes, console: Console) -> None:
    if not changes.unstable:
        return
    console.print(
        Text(f"{plural(len(changes.unstable), 'unstable cell')}, of which nothing is concluded", "bold yellow")
    )
    for cells, shares in unstable_groups(changes.unstable):
        for share in shares:
            hang(console, "  ", Text(printable(share)))
        hang(console, "  in ", Text(", ".join(cells), "dim"))
    console.print()


def _show_left_out(changes: Changes, console: Console) -> None:
    for why, cells in reasons(changes.not_compared):
        more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
        hang(console, f"not compared ({plural(len(cells), 'cell')}): ", Text(printable(why), "yellow"))
        hang(console, "  in ", Text(", ".join(cells[:_SHOWN]) + more, "dim"))
    for side, cells in (("old", changes.only_old), ("new", changes.only_new)):
        if cells:
            more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
            hang(
                console,
                f"only in {side} ({plural(len(cells), 'cell')}): ",
                Text(", ".join(cells[:_SHOWN]) + more, "dim"),
            )
    if changes.not_compared or changes.only_old or changes.only_new:
        console.print()
