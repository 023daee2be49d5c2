"""Progress while a run is under way: a moving line on a terminal, a few plain lines elsewhere. Both on
standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from tlslab.matrix.progress import Observer
from tlslab.report.printable import in_line, printable
from tlslab.report.text import plural

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

TENTHS = 10
LONGEST = 200
"""Characters of a reason that are printed while the run goes on; the report prints all of it."""


@contextmanager
def watch(console: Console) -> Iterator[Observer]:
    """An observer that tells a person on this console how the run goes."""
    if console.is_terminal and not console.is_dumb_terminal:
        with _bar(console) as bar:
            yield Moving(bar)
    else:
        yield Plain(console)


class _Told:
    """The reasons already printed: a client that fails for one reason in many cells is reported once."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()
        self.count = 0

    def is_new(self, client: str, why: str) -> bool:
        """Whether this reason is new for the client; counts the case in either way."""
        key = (client, why)
        new = key not in self._known
        self._known.add(key)
        self.count += 1
        return new

    @property
    def words(self) -> str:
        return f"{self.count} unexpected" if self.count else ""


class Plain:
    """Plain lines: the start, every tenth of the attempts, and each finding."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = _Told()
        self._attempts = 0
        self._done = 0

    def planned(self, cells: int, attempts: int) -> None:
        self._attempts = attempts
        self._say(f"{plural(cells, 'cell')} to play, {plural(attempts, 'attempt')}")

    def started(self, servers: int, seconds: float) -> None:
        self._say(f"{plural(servers, 'server')} up after {seconds:.1f} s")

    def attempted(self, client: str, result: str) -> None:
        self._done += 1
        if self._done * TENTHS // max(self._attempts, 1) > (self._done - 1) * TENTHS // max(self._attempts, 1):
            progress = f"{self._done} of {plural(self._attempts, 'attempt')}"
            self._say(", ".join(filter(None, [progress, self._told.words])))

    def judged(self, case: str, client: str, as_expected: bool, why: str) -> None:
        if not as_expected and self._told.is_new(client, why):
            self._say(_finding_line(case, why))

    def _say(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True, highlight=False)


class Moving:
    """A bar that moves, findings above it as they come."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._told = _Told()
        self._task: TaskID = bar.add_task("starting servers", total=None, found="")

    def planned(self, cells: int, attempts: int) -> None:
        self._bar.update(self._task, total=attempts)

    def started(self, servers: int, seconds: float) -> None:
        self._bar.update(self._task, description=f"{plural(servers, 'server')} up; attempts")

    def attempted(self, client: str, result: str) -> None:
        self._bar.advance(self._task)

    def judged(self, case: str, client: str, as_expected: bool, why: str) -> None:
        if as_expected:
            return
        if self._told.is_new(client, why):
            line = Text(_finding_line(case, why), "red", no_wrap=True, overflow="ellipsis")
            self._bar.console.print(line, highlight=False)
        self._bar.update(self._task, found=self._told.words)


def _bar(console: Console) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # slow to import

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[red]{task.fields[found]}"),
        console=console,
        transient=True,
    )


def _finding_line(cell: str, why: str) -> str:
    words = " ".join(printable(why).split())
    return f"not as expected: {in_line(cell)}: {words if len(words) <= LONGEST else words[:LONGEST] + ' ...'}"
