"""The table: rows of labels, columns of short marks under long names, in any width, as lines of text.

Three shapes, the roomiest that fits: names on one line over marks with a word, names on one line over marks,
and names as a staircase over marks. When even that does not fit, the columns are parted into several tables.
Nothing is ever cut off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from tlslab.report.marks import Marked
from tlslab.report.printable import in_line

GAP = 2
STEP = range(5, 2, -1)
"""How far apart columns may stand under a staircase: a mark needs two characters and one between."""
FOOT_FROM = 20
"""Rows from which the names are repeated below, because the head has left the screen."""


@dataclass(frozen=True)
class Row:
    """One line of the table; `marks` by column name, absent where there is no cell."""

    label: str
    style: str
    marks: Mapping[str, Marked]


def draw(columns: Sequence[str], rows: Sequence[Row], width: int, *, ascii_only: bool) -> Iterator[Text]:
    """The lines of the table, none wider than `width` (but for a label or a name that is wider alone)."""
    label_width = max((len(row.label) for row in rows), default=0) + GAP
    worded = [
        max(
            len(name),
            3 + max((len(row.marks[name].mark.word) for row in rows if name in row.marks), default=0),
        )
        for name in columns
    ]
    named = [max(len(name), 2) for name in columns]
    for widths, words in ((worded, True), (named, False)):
        if label_width + sum(widths) + GAP * (len(columns) - 1) <= width:
            stops = [label_width + sum(widths[:index]) + GAP * index for index in range(len(columns))]
            yield _on_one_line(columns, stops, label_width)
            yield from (_line(row, columns, stops, ascii_only, words) for row in rows)
            return
    step = next((step for step in STEP if _fits(columns, label_width, step, width)), None)
    if step is None and len(columns) > 1:
        half = (len(columns) + 1) // 2
        yield from draw(columns[:half], rows, width, ascii_only=ascii_only)
        yield Text()
        yield from draw(columns[half:], rows, width, ascii_only=ascii_only)
        return
    stops = [label_width + (step or STEP[-1]) * index for index in range(len(columns))]
    yield from _staircase(columns, stops, "|" if ascii_only else "│", "," if ascii_only else "┌")
    yield from (_line(row, columns, stops, ascii_only, False) for row in rows)
    if len(rows) >= FOOT_FROM:
        yield from reversed(list(_staircase(columns, stops, "|" if ascii_only else "│", "`" if ascii_only else "└")))


def _fits(columns: Sequence[str], label_width: int, step: int, width: int) -> bool:
    return all(label_width + step * index + 2 + len(name) <= width for index, name in enumerate(columns))


def _on_one_line(columns: Sequence[str], stops: Sequence[int], label_width: int) -> Text:
    names = Text(" " * label_width)
    for name, stop in zip(columns, stops, strict=True):
        names.append(" " * (stop - len(names)))
        names.append(in_line(name), "bold")
    return names


def _staircase(columns: Sequence[str], stops: Sequence[int], stem: str, corner: str) -> Iterator[Text]:
    for index, name in enumerate(columns):
        line = Text()
        for stop in stops[:index]:
            line.append(" " * (stop - len(line)))
            line.append(stem, "dim")
        line.append(" " * (stops[index] - len(line)))
        line.append(f"{corner} ", "dim")
        line.append(in_line(name), "bold")
        yield line


def _line(row: Row, columns: Sequence[str], stops: Sequence[int], ascii_only: bool, words: bool) -> Text:
    line = Text.assemble((in_line(row.label), row.style))
    for name, stop in zip(columns, stops, strict=True):
        marked = row.marks.get(name)
        if marked is None:
            continue
        line.append(" " * (stop - len(line)))
        signs = marked.signs(ascii_only)
        if words and marked.mark.word:
            signs = f"{signs:<2} {marked.mark.word}"
        line.append(signs, marked.style)
    return line
