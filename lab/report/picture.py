"""The pictures of a record: of its table (docs/table.svg), and of the story of one cell (docs/cell.svg)."""

import io
import re
from collections.abc import Callable
from html import escape, unescape

from rich.console import Console

from tlslab.clients.base import Client
from tlslab.model.record import CellEntry, Record
from tlslab.model.scenario import Fix, Scenario
from tlslab.report.console import SafeConsole
from tlslab.report.story import show_story
from tlslab.report.terminal import show_matrix

WIDTH = 90
STORY_WIDTH = 76
"""Columns: a page shows a picture at about 830 pixels, and its letters must be read there."""
FONTS = "DejaVu Sans Mono, Menlo, Consolas"
_TEXT = re.compile(r'(<text class="\w+-r\d+" )x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)" ([^>]*)>([^<]*)</text>')
_WORDS = re.compile(r"[^\xa0](?:\xa0?[^\xa0])*")


def draw(record: Record) -> str:
    """The SVG of a record's table."""
    return _svg("table", "./tlslab run", WIDTH, lambda console: show_matrix(record, console))


def draw_story(record: Record, cell: CellEntry, scenario: Scenario, fix: Fix, client: Client) -> str:
    """The SVG of a cell's story."""
    return _svg("cell", cell.id, STORY_WIDTH, lambda console: show_story(record, cell, scenario, fix, client, console))


def words(svg: str) -> str:
    """What a picture says, without what differs from run to run: the seconds that the run took."""
    said = unescape(" ".join(re.findall(r">([^<]+)</text>", svg))).replace("\xa0", " ")
    return re.sub(r"\b[\d.]+ s\b", "SECONDS s", " ".join(said.split()))


def _svg(name: str, title: str, width: int, show: Callable[[Console], None]) -> str:
    console = SafeConsole(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    show(console)
    svg = console.export_svg(title=title, unique_id=name)
    # A picture embedded in a page loads nothing, so rich's web font could not come either.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", FONTS)
    return _TEXT.sub(_placed, svg)


def _placed(found: re.Match[str]) -> str:
    """The words of one piece of text, each at its own place: not every viewer honours `textLength` and spaces."""
    before, left, top, length, after, escaped = found.groups()
    text = unescape(escaped)
    wide = float(length) / len(text) if text else 0.0
    return "".join(
        f'{before}x="{float(left) + word.start() * wide:.1f}" {top} textLength="{len(word[0]) * wide:.1f}" {after}>'
        f"{escape(word[0])}</text>"
        for word in _WORDS.finditer(text)
    )
