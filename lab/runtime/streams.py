"""Standard output and standard error, as every command writes them.

When the program that reads the output has gone (`| head`), the lab drops the rest, and the command ends with its own
status. Any other failure to write results (a full disk) is an `OutputError`. A failure of standard error, which carries
no results, is no error: the lab has no other stream to report it on.
"""

import io
import os
import sys
from typing import Any, TextIO


class OutputError(Exception):
    """Standard output cannot be written; the message says why."""


class _Stream(io.FileIO):
    """A descriptor that drops what is written once a write has failed: Python would fail again when it closes it."""

    def __init__(self, descriptor: int, *, results: bool) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._results = results

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as problem:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if self._results and not isinstance(problem, BrokenPipeError):
                raise OutputError(f"standard output: {problem.strerror}; not all of it could be written") from problem
            return memoryview(data).nbytes


def take() -> None:
    """Replace `sys.stdout` and `sys.stderr` with such streams. For a character of a client's words that the terminal
    cannot show, they write its number.
    """
    sys.stdout, sys.stderr = _stream(sys.stdout, results=True), _stream(sys.stderr, results=False)


def _stream(old: TextIO | None, *, results: bool) -> TextIO:
    if old is None:  # the program that started the lab closed it (`>&-`)
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  # for the rest of the process
    old.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Stream(old.fileno(), results=results)),
        encoding=old.encoding,
        errors="backslashreplace",
        line_buffering=old.isatty() or not results,
    )
