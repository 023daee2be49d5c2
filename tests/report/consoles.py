"""Consoles that write into a string, as a terminal, a pipe, or a terminal without UTF-8 would."""

from io import BytesIO, TextIOWrapper

from tlslab.report.console import SafeConsole


class Screen:
    """A console and what was printed on it."""

    def __init__(
        self, width: int = 80, *, terminal: bool = False, encoding: str = "utf-8", colour: bool = False
    ) -> None:
        self._bytes = BytesIO()
        self.file = TextIOWrapper(self._bytes, encoding=encoding, write_through=True)
        self.console = SafeConsole(
            file=self.file,
            width=width,
            force_terminal=terminal,
            no_color=not colour,
            color_system="standard" if colour else None,
            highlight=False,
            emoji=False,
        )

    @property
    def text(self) -> str:
        return self._bytes.getvalue().decode(self.file.encoding)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()
