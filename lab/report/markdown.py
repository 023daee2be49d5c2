"""The diff in Markdown, to be pasted into a pull request: a short table, and the details folded under it."""

import re
from collections.abc import Iterator
from html import escape

from tlslab.diff.changes import Changes
from tlslab.diff.groups import Group
from tlslab.diff.word_difference import Part, opcodes
from tlslab.report.changes import (
    TEXT_SHOWN,
    acts_of,
    cells_of,
    closing,
    conclusion,
    head,
    reasons,
    scenarios_of,
    some_texts,
    tags,
    unstable_groups,
    versions,
    where,
    who,
)
from tlslab.report.printable import in_line, printable
from tlslab.report.text import plural

_SHOWN = 5


def markdown(changes: Changes) -> str:
    """The whole report. Without a change it is one sentence and the versions."""
    return "\n".join(_lines(changes)).rstrip() + "\n"


def _lines(changes: Changes) -> Iterator[str]:
    yield f"**TLS behaviour: {_escaped(conclusion(changes))}** {closing(changes)}."
    yield ""
    for item in changes.around:
        yield f"- {_escaped(item.what)}: {_escaped(item.old)} -> {_escaped(item.new)}"
    for name, words in versions(changes.clients):
        yield f"- {_inline(name)}: {_escaped(words)}"
    yield ""
    changed = [fact for fact in changes.defaults if fact.old != fact.new]
    if changed:
        yield "| without any security option | was | is |"
        yield "|---|---|---|"
        for fact in changed:
            several = f"{who(fact.client)}: " if len(changes.clients) > 1 else ""
            yield f"| {_escaped(several + fact.question)} | {_escaped(fact.old)} | **{_escaped(fact.new)}** |"
        yield ""
    if changes.groups:
        yield "| | change | scenarios | was | is | cells |"
        yield "|--:|---|---|---|---|--:|"
        for number, group in enumerate(changes.groups, start=1):
            yield _row(number, group, head(changes, group))
        yield ""
        for number, group in enumerate(changes.groups, start=1):
            yield from _details(number, group, head(changes, group))
    yield from _left_out(changes)


def _row(number: int, group: Group, title: str) -> str:
    tag = ", ".join(tags(group))
    what = f"**{tag.capitalize()}**: {_escaped(title)}" if tag else _escaped(title)
    was, now = _was_and_is(group)
    scenarios = scenarios_of(group)
    more = f" and {len(scenarios) - _SHOWN} more" if len(scenarios) > _SHOWN else ""
    where = _escaped(", ".join(scenarios[:_SHOWN]) + more)
    return f"| {number} | {what} | {where} | {_escaped(was)} | {_escaped(now)} | {len(cells_of(group))} |"


def _was_and_is(group: Group) -> tuple[str, str]:
    """The outcomes before and after; where they are the same, the words that differ."""
    if group.before != group.after:
        return group.before, group.after
    return _words(group, Part.REMOVED), _words(group, Part.ADDED)


def _words(group: Group, part: Part) -> str:
    pieces = dict.fromkeys(" ".join(piece.text.split()) for piece in group.words if piece.part is part)
    text = " ... ".join(pieces)
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}..."


def _details(number: int, group: Group, title: str) -> Iterator[str]:
    count = plural(len(cells_of(group)), "cell")
    yield f"<details><summary>{number}. {escape(in_line(title))} ({count})</summary>"
    yield ""
    if group.client.system_differs:
        yield f"Reported only: {_escaped(group.client.system_differs)}."
        yield ""
    if group.words:
        first = group.lead
        lines = list(_difference(first.before.text, first.after.text))
        fence = _fence("\n".join(lines))
        yield f"{fence}diff"
        yield from lines
        yield fence
        yield ""
    if texts := some_texts(group):
        yield "Also:"
        yield ""
        yield from (f"- {_inline(text)}" for text in texts)
        yield ""
    yield f"In the acts {_escaped(acts_of(group))} of {_escaped(where(group))}:"
    yield ""
    for cell in cells_of(group):
        yield f"- {_inline(cell)}"
    yield ""
    yield "</details>"
    yield ""


def _left_out(changes: Changes) -> Iterator[str]:
    if changes.unstable:
        count = plural(len(changes.unstable), "unstable cell")
        yield f"<details><summary>{count}, of which nothing is concluded</summary>"
        yield ""
        for cells, shares in unstable_groups(changes.unstable):
            yield f"- {', '.join(map(_inline, cells))}"
            yield from (f"  - {_escaped(share)}" for share in shares)
        yield ""
        yield "</details>"
        yield ""
    for why, cells in reasons(changes.not_compared):
        yield f"- {plural(len(cells), 'cell')} not compared: {_escaped(why)} ({_some(cells)})"
    for side, cells in (("old", changes.only_old), ("new", changes.only_new)):
        if cells:
            yield f"- {plural(len(cells), 'cell')} only in {side}: {_some(cells)}"


def _some(cells: list[str]) -> str:
    more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
    return ", ".join(map(_inline, cells[:_SHOWN])) + more


def _difference(old: str, new: str) -> Iterator[str]:
    """Line by line."""
    before, after = (printable(text).splitlines() or [""] for text in (old, new))
    for how, a, b, c, d in opcodes(before, after):
        gone, come = ("  ", "") if how == "equal" else ("- ", "+ ")
        yield from (f"{gone}{line}".rstrip() for line in before[a:b])
        yield from (f"{come}{line}".rstrip() for line in after[c:d] if come)


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _inline(text: str) -> str:
    return f"`{in_line(text)}`" if "`" not in text else _escaped(text)


def _escaped(text: str) -> str:
    """Text in which Markdown sees nothing of its own."""
    return re.sub(r"([\\`*_\[\]<|#~&])", r"\\\1", " ".join(printable(text).split()))
