"""The consoles that reports are printed on: as wide as the terminal, or as COLUMNS says; nothing that is printed drives
the terminal.
"""

import os
from collections.abc import Iterable, Mapping
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from tlslab.report.printable import printable

NARROWEST, WIDEST = 20, 10_000
"""Columns. Beyond them no report can be read, and rules as long as a line would fill the memory."""


def console(file: IO[str] | None = None, *, stderr: bool = False, colour: bool = True) -> Console:
    """A console on standard output, on standard error or on a file of text; `colour` False: never in colour."""
    return SafeConsole(
        file=file,
        stderr=stderr,
        color_system="auto" if colour else None,
        highlight=False,
        emoji=False,
        _environ=usable(os.environ),
    )


class SafeConsole(Console):
    """A console that shows control characters in printed text as their numbers, in every part of the text: rich's own
    control codes are segments of their own, and come through.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def usable(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with a width that can be printed in. COLUMNS and LINES that are no positive number count as not
    set, as for shells and curses: with a width of 0 rich prints nothing.
    """
    found = dict(environment)
    for name, least, most in (("COLUMNS", NARROWEST, WIDEST), ("LINES", 1, WIDEST)):
        given = found.pop(name, "").lstrip("0")
        if given.isascii() and given.isdecimal():
            found[name] = str(max(least, int(given)) if len(given) < len(str(most)) else most)
    return found
