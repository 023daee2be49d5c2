"""Errors of statements: SQL Server's numbers, texts, severities and states, as `sys.messages` and Microsoft Learn,
"Database Engine events and errors", have them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerError:
    """An error for the client: SQL Server's number, its text, state and severity."""

    number: int
    text: str
    severity: int = 16
    state: int = 1


class SqlError(Exception):
    """A statement that fails: what the client gets."""

    def __init__(self, number: int, text: str, severity: int = 16, state: int = 1) -> None:
        super().__init__(text)
        self.error = ServerError(number, text, severity, state)


def syntax_error(near: str) -> SqlError:
    """Error 102."""
    return SqlError(102, f"Incorrect syntax near '{near[:100]}'.", 15)


def not_implemented(what: str) -> SqlError:
    """Where SQL Server would succeed and the endpoint cannot: its own text under 50000, the number that SQL Server
    gives to texts which are not its own (RAISERROR).
    """
    return SqlError(50000, f"The TLS trust lab's endpoint is not SQL Server and does not implement {what[:100]}.")
