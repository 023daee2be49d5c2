"""The words: small pieces of text that every report prints the same way."""

import re
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from tlslab.report.printable import in_line, printable


def plural(count: int, noun: str) -> str:
    """`1 cell`, `2 cells`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def gaps(pattern: str, *, ascii_only: bool = False) -> str:
    """A documented text for people: an ellipsis where any words may stand, with a space towards words."""
    pattern = re.sub(r"(?<=[\w.])\{\*\}", " {*}", pattern)
    pattern = re.sub(r"\{\*\}(?=\w)", "{*} ", pattern)
    return pattern.replace("{*}", "..." if ascii_only else "…")


def version_line(version: str, tls_library: str) -> str:
    """A client's version and where its TLS library comes from. The library is not named again where the version
    names it: `curl 7.88.1 (OpenSSL/3.0.19); TLS library of the system`.
    """
    own = version.partition(" (Library: ")[0]
    if version == f"{own} (Library: {own})":  # openssl's own words, when the two are the same
        version = own
    library, _, origin = tls_library.partition(" ")
    if not origin or library.lower() not in version.lower():
        return f"{version or 'does not say its version'}; TLS: {tls_library}"
    return f"{version}; TLS library {re.sub(r'^[0-9.]+, ', '', origin)}"


def flow(console: Console, parts: Iterable[Text], label: Text | None = None) -> None:
    """Print parts one after the other behind a label, broken only between them; one line where the output is no
    terminal.
    """
    line = start = label or Text()
    for part in parts:
        if len(line) > len(start) and console.is_terminal and len(line) + 1 + len(part.plain.rstrip()) > console.width:
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)
            line = start = Text(" " * len(start))
        line = Text.assemble(line, " " if len(line) > len(start) else "", part)
    line.rstrip()
    console.print(line, soft_wrap=True, highlight=False)


def command_line(console: Console, command: str) -> None:
    """A command on a line of its own, never wrapped, so that it can be copied."""
    console.print(Text.assemble("     ", (in_line(command), "cyan")), soft_wrap=True, highlight=False)


def hang(console: Console, label: str, text: Text, style: str = "", *, label_on_every_line: bool = False) -> None:
    """Print text behind a label, wrapped beside it. Not wrapped without a terminal: a pipe gets whole lines."""
    label = in_line(label)
    width = max(console.width - len(label), 20)
    lines = text.wrap(console, width) if console.is_terminal else text.split("\n")
    for index, line in enumerate(lines):
        line.rstrip()
        console.print(
            Text(label if index == 0 or label_on_every_line else " " * len(label), style) + line,
            soft_wrap=True,
            highlight=False,
        )


def quoted(console: Console, indent: str, text: str) -> None:
    """Print a quoted text verbatim behind a bar; lines that are too long go on behind the next bar."""
    bar = f"{indent}{'|' if console.options.ascii_only else '│'} "
    room = max(console.width - len(bar), 20) if console.is_terminal else None
    for line in printable(text).expandtabs().splitlines():
        for piece in pieces(line, room):
            console.print(Text.assemble((bar, "dim"), piece), soft_wrap=True, highlight=False)


def pieces(line: str, room: int | None) -> Iterator[str]:
    """The line in pieces that fit, parted behind spaces where there are any; joined they are the line
    again."""
    start = 0
    while room is not None and len(line) - start > room:
        cut = line.rfind(" ", start, start + room) + 1 or start + room
        yield line[start:cut]
        start = cut
    yield line[start:]
