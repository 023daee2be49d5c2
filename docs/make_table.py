"""Draws docs/table.svg: what `tlslab report RECORD` prints in 110 columns, as a picture.

    ./tlslab run --save record.json
    python docs/make_table.py record.json docs/table.svg

with a Python that has the package installed.
"""

import io
import re
import sys
from html import escape, unescape
from pathlib import Path

from lab.record import load
from lab.report.console import SafeConsole
from lab.report.terminal import show_matrix

WIDTH = 110
FONTS = "DejaVu Sans Mono, Menlo, Consolas"
_TEXT = re.compile(r'(<text class="table-r\d+" )x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)" ([^>]*)>([^<]*)</text>')
_WORDS = re.compile(r"[^\xa0](?:\xa0?[^\xa0])*")


def draw(record: Path, picture: Path) -> None:
    """Write the picture of a record. Raises RecordError for a file that is none, OSError when it cannot be written."""
    console = SafeConsole(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    show_matrix(load(record), console)
    svg = console.export_svg(title="./tlslab run", unique_id="table")
    # A picture embedded in a page loads nothing, so rich's web font could not come either.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", FONTS)
    picture.write_text(_TEXT.sub(_placed, svg), encoding="utf-8")


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


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python docs/make_table.py RECORD PICTURE")
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
