"""The words: small pieces of text that every report prints the same way."""

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
    for line in printable(text).expandtabs().splitlines():
        step = max(console.width - len(bar), 20) if console.is_terminal else max(len(line), 1)
        for start in range(0, max(len(line), 1), step):
            console.print(
                Text.assemble((bar, "dim"), line[start : start + step]), soft_wrap=True, highlight=False
            )
