"""What every kind of listener shares: how it says that it cannot start, and where its lines go."""

from typing import Protocol


class CannotStart(Exception):
    """The listener cannot serve; the text is a sentence for people."""


class Events(Protocol):
    """Where the lines of one listener go; the process gives it."""

    def line(self, connection: int | None, text: str) -> None:
        """One line of a log, about one connection or, with None, about the listener."""
