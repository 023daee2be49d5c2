"""Sources: numbers for documents that many texts share; they are listed once, at the end."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from tlslab.model.evidence import Source
from tlslab.report.text import hang


class Cited:
    """Numbers for sources that many texts share; they are listed once, at the end."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def mark(self, sources: Iterable[Source]) -> str:
        """`[1][3]`."""
        return "".join(f"[{number}]" for number in self._numbers(sources))

    def _numbers(self, sources: Iterable[Source]) -> Iterator[int]:
        for source in sources:
            if source not in self.sources:
                self.sources.append(source)
            yield self.sources.index(source) + 1

    def show(self, console: Console) -> None:
        """The list. An address that several sections of one document share is printed with the first."""
        console.print()
        console.print(Text("Sources", "bold"))
        first: dict[str, int] = {}
        for number, source in enumerate(self.sources, start=1):
            label = f"  [{number}] "
            hang(console, label, Text(source.title))
            if not source.url:
                continue
            known = first.setdefault(source.url, number)
            address = Text(source.url, "cyan") if known == number else Text(f"at the address of [{known}]", "dim")
            console.print(Text(" " * len(label)) + address, soft_wrap=True, highlight=False)
