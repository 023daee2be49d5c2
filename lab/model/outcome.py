"""Attempt and outcome: one connection by one client in one situation, and its result, verbatim."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How an attempt ended. A hang or a crash of a client is a result, not an exception of the lab."""

    CONNECTED = "connected"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    LAB_ERROR = "lab-error"


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished process. `exit_status` is None when the lab had to end it; negative: the signal that killed it.

    `collected` holds the text of the files that the invocation asked to have read back (absent files are absent here).
    """

    exit_status: int | None
    stdout: str
    stderr: str
    seconds: float
    collected: tuple[tuple[str, str], ...] = ()

    def file(self, name: str) -> str:
        """The text of a collected file, empty when the client did not write it."""
        return dict(self.collected).get(name, "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt.

    `text` is what the client shows its user, verbatim; `code` the client's own error code; `trace` the diagnostic
    output that the lab switched on (never shown to users by default). `encrypted` is the server's answer to the
    documented query (SQL Server) or the fact of HTTPS; None when there was no session. `tls_version` as the client
    reports it, "" when it does not. `server_log`: the server's own lines about this attempt.
    """

    result: Result
    text: str
    code: str = ""
    trace: str = ""
    exit_status: int | None = None
    seconds: float = 0.0
    encrypted: bool | None = None
    tls_version: str = ""
    server_log: tuple[str, ...] = ()
