"""The words: small pieces of text that every report prints the same way."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text


def plural(count: int, noun: str) -> str:
    """`1 cell`, `2 cells`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """The text with control characters made visible: what a server says must not drive the terminal."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )


def hang(console: Console, label: str, text: Text, style: str = "") -> None:
    """Print text behind a label, wrapped beside it. Not wrapped where nobody looks: a pipe gets whole
    lines."""
    width = max(console.width - len(label), 20)
    lines = text.wrap(console, width) if console.is_terminal else text.split("\n")
    for index, line in enumerate(lines):
        line.rstrip()
        console.print(
            Text(label if index == 0 else " " * len(label), style) + line, soft_wrap=True, highlight=False
        )


def quoted(console: Console, indent: str, text: str) -> None:
    """Print somebody's words verbatim behind a bar; lines that are too long go on behind the next bar."""
    bar = f"{indent}{'|' if console.options.ascii_only else '│'} "
    room = max(console.width - len(bar), 20) if console.is_terminal else None
    for line in printable(text).expandtabs().splitlines():
        for piece in pieces(line, room):
            console.print(Text.assemble((bar, "dim"), piece), soft_wrap=True, highlight=False)


def pieces(line: str, room: int | None) -> Iterator[str]:
    """The line in pieces that fit, parted behind spaces where there are any; joined they are the line
    again."""
    while room is not None and len(line) > room:
        cut = line.rfind(" ", 0, room) + 1 or room
        yield line[:cut]
        line = line[cut:]
    yield line
