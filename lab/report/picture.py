"""The picture of a record's table (docs/table.svg): what `tlslab report RECORD` prints in 110 columns."""

import io
import re
from html import escape, unescape

from tlslab.model.record import Record
from tlslab.report.console import SafeConsole
from tlslab.report.terminal import show_matrix

WIDTH = 110
FONTS = "DejaVu Sans Mono, Menlo, Consolas"
_TEXT = re.compile(r'(<text class="table-r\d+" )x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)" ([^>]*)>([^<]*)</text>')
_WORDS = re.compile(r"[^\xa0](?:\xa0?[^\xa0])*")


def draw(record: Record) -> str:
    """The SVG of a record's table."""
    console = SafeConsole(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    show_matrix(record, console)
    svg = console.export_svg(title="./tlslab run", unique_id="table")
    # A picture embedded in a page loads nothing, so rich's web font could not come either.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", FONTS)
    return _TEXT.sub(_placed, svg)


def words(svg: str) -> str:
    """What a picture says, without what differs from run to run: the seconds that the run took."""
    said = unescape(" ".join(re.findall(r">([^<]+)</text>", svg))).replace("\xa0", " ")
    return re.sub(r"\b[\d.]+ s\b", "SECONDS s", " ".join(said.split()))


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
