"""The end of a session: the failures of cells by what is at fault, and what people must know of a green session.

pytest prints a failure for each test. Where one fault of a client fails many cells, the first is printed in full, with
the names of the others; in pytest's short summary each cell is one line, which begins with the reason: at 80 columns
pytest would leave the reason out behind ids as long as those of cells.
"""

import copy
import shlex
import textwrap
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pytest

MISSING = "missing client"
DEVIATING = "not as in the baseline"
_ATTRIBUTE = "lab_fault"
"""Of a report: what `Told` says, as xdist can carry it."""
_KINDS = ("failed", "error")


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong in the cell of a test (`tlslab.matrix.fault`). `place`: where a run must play it to play it again,
    as options of `tlslab run`.
    """

    scenario: str
    fix: str
    client: str
    kind: str
    rank: int
    checks: int
    cause: str
    reason: str
    words: str
    place: str

    @property
    def cell(self) -> str:
        return "/".join((self.scenario, self.fix, self.client, self.kind))

    @property
    def command(self) -> str:
        """The command that plays the cell again."""
        from tlslab.commands.shared import command_name

        chosen = {"scenario": self.scenario, "fix": self.fix, "client": self.client, "server": self.kind}
        options = " ".join(f"--{name} {shlex.quote(value)}" for name, value in chosen.items())
        return f"{command_name()} run {options}{self.place}"


Failed = tuple[Told, Any]
"""A report of pytest, with what is wrong in its cell."""


def tell_fault(report: pytest.TestReport, told: Told) -> None:
    """Let a report that fails for what is wrong in its cell say so in one line, where pytest wants one."""
    if not report.failed or " ".join(told.words.split()) not in " ".join(report.longreprtext.split()):
        return
    setattr(report, _ATTRIBUTE, asdict(told))
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        crash.message = told.words


class Failures:
    """The failures of cells as pytest prints them at the end of a session."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._in_short: dict[str, list[Any]] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, object, object]:
        """Around the reporter's own hook, which prints the failures, calls the hooks of others, and then prints the
        short summary: each gets the reports in another form. What is counted afterwards is what it was.
        """
        stats = terminalreporter.stats
        whole = {kind: stats[kind] for kind in _KINDS if kind in stats}
        width = self._config.get_terminal_writer().fullwidth
        for kind, reports in whole.items():
            others = [report for report in reports if not hasattr(report, _ATTRIBUTE)]
            groups = by_fault(reports)
            self._in_short[kind] = [*others, *(self._short(*item) for group in groups for item in group)]
            stats[kind] = [*others, *(_in_full(group, width) for group in groups)]
        try:
            return (yield)
        finally:
            stats.update(whole)

    def shorten(self, stats: dict[str, list[Any]]) -> None:
        """Give the short summary its form of the reports."""
        stats.update(self._in_short)

    def _short(self, told: Told, report: Any) -> Any:
        short = copy.copy(report)
        short.longrepr = None
        line = f"{told.reason}: {told.cell}"
        start, root = self._config.invocation_params.dir, self._config.rootpath
        # pytest shows an id as a path, seen from where the session was started.
        short.nodeid = line if start == root else str(start / line)
        return short


def by_fault(reports: Iterable[Any]) -> list[list[Failed]]:
    """The reports that tell a fault, by client and fault, the most serious first; of each group, first that which tells
    most. Of equals by name: under xdist tests end in another order each time.
    """
    groups: dict[tuple[str, str, str], list[Failed]] = {}
    for report in reports:
        if hasattr(report, _ATTRIBUTE):
            told = Told(**getattr(report, _ATTRIBUTE))
            groups.setdefault((told.client, told.kind, told.cause), []).append((told, report))
    ordered = [sorted(group, key=lambda item: (-item[0].checks, item[0].cell)) for group in groups.values()]
    return sorted(ordered, key=lambda group: (group[0][0].rank, -len(group), group[0][0].cell))


def _in_full(group: Sequence[Failed], width: int) -> Any:
    """The report of a group: its fault, its cells, how to play one again, and the story of that one."""
    told, report = group[0]
    full = copy.copy(report)
    vars(full).pop(
        "node", None
    )  # xdist's worker, which pytest would name in the first line: the engine played the cell
    cells = told.cell if len(group) == 1 else f"{len(group)} cells"
    full.location = (*report.location[:2], f"{told.reason}: {cells}")
    fixes: dict[str, list[str]] = {}
    for item, _ in group:
        fixes.setdefault(item.scenario, []).append(item.fix)
    scenarios = "; ".join(f"{scenario} ({', '.join(names)})" for scenario, names in fixes.items())
    where = f"{len(group)} cell{'' if len(group) == 1 else 's'} of {told.client}: {scenarios}"
    story = full.longreprtext.removeprefix(told.words).lstrip("\n")
    lines = [
        told.words,
        *textwrap.wrap(where, width, initial_indent="in      ", subsequent_indent=" " * 8, break_on_hyphens=False),
    ]
    full.longrepr = "\n".join([*lines, f"repeat  {told.command}", "", story])
    return full


def notes(stats: dict[str, list[Any]]) -> Iterable[str]:
    """What people must know of a session, also of a green one."""
    yield from _versions(stats)
    yield from _stand_ins(stats)
    yield from _missing(stats)
    yield from _deviating(stats)


def _deviating(stats: dict[str, list[Any]]) -> Iterable[str]:
    """The deviations from the baseline that failed no test; and how many cells the baseline does not have."""
    reports = [item for items in stats.values() for item in items if getattr(item, "when", "") == "call"]
    told = [words for report in reports for name, words in report.user_properties if name == DEVIATING]
    unknown = [words for words in told if "\n" not in words]
    for words in told:
        if words not in unknown:
            yield from words.splitlines()
    if unknown:
        yield unknown[0] if len(unknown) == 1 else f"{unknown[0]}, nor are {len(unknown) - 1} others"


def _stand_ins(stats: dict[str, list[Any]]) -> Iterable[str]:
    """What played in place of a real server: a green session must not be taken for one with SQL Server."""
    from tlslab.pytesting.played import STAND_IN

    reports = [item for items in stats.values() for item in items if getattr(item, "when", "") == "call"]
    names = {words for report in reports for name, words in report.user_properties if name == STAND_IN}
    return (f"not the real server: {name}" for name in sorted(names))


def _versions(stats: dict[str, list[Any]]) -> Iterable[str]:
    """What played where a version was chosen: `latest` is another one tomorrow."""
    from tlslab.pytesting.played import CLIENT, VERSION
    from tlslab.setup.versions.spec import is_spec

    reports = [item for items in stats.values() for item in items if getattr(item, "when", "") == "call"]
    played = {tuple(dict(report.user_properties).get(name, "") for name in (CLIENT, VERSION)) for report in reports}
    return (f"{client}: {version}" for client, version in sorted(played) if is_spec(client) and version)


def _missing(stats: dict[str, list[Any]]) -> Iterable[str]:
    """The tests skipped for want of a client: one line for each client."""
    cells: dict[str, int] = {}
    for report in stats.get("skipped", []):
        for name, words in getattr(report, "user_properties", ()):
            if name == MISSING:
                cells[words] = cells.get(words, 0) + 1
    return (f"{count} cell{'' if count == 1 else 's'} skipped: {words}" for words, count in sorted(cells.items()))
