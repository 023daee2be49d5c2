"""What every kind of listener shares: how it says that it cannot start, where its lines go, and its bounds."""

from dataclasses import dataclass
from typing import Protocol

IPV6_LOOPBACK = "::1"
BOTH_TRIES = 20
"""Ports that are tried until one is free at both loopback addresses."""


class CannotStart(Exception):
    """The listener cannot serve; the text is a sentence for people."""


class Events(Protocol):
    """Where the lines of one listener go; the process gives it."""

    def line(self, connection: int | None, text: str) -> None:
        """One line of a log, about one connection or, with None, about the listener."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one listener, in seconds and numbers."""

    login_seconds: float = 15.0
    idle_seconds: float = 300.0
    connections: int = 256
