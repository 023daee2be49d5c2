"""A played cell held against the baseline that `--lab-baseline` names: a change of verdict, code or text fails its
test. Where the machine's own TLS library is not the baseline's, texts and codes are reported and fail no test."""

import io
from dataclasses import dataclass
from pathlib import Path

from tlslab.diff.baseline import read
from tlslab.diff.changes import compare_sides
from tlslab.diff.groups import Group, masked
from tlslab.diff.kinds import Level
from tlslab.diff.sides import Side, SideClient, cell_of, client_of
from tlslab.diff.word_difference import Part
from tlslab.pytesting.played import Played
from tlslab.setup.versions.spec import is_spec, parse

NOT_IN_IT = "is not in the baseline"


@dataclass(frozen=True, slots=True)
class Deviation:
    """The difference from the baseline in words ("" for none), whether the test fails for it, and its cause: the same
    for two cells with the same difference.
    """

    words: str
    fails: bool
    cause: str = ""


class Against:
    """A baseline, or a record in its place. Raises RecordError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._side = read(path)

    def deviation(self, played: Played) -> Deviation:
        """What is different in this cell."""
        cell = played.cell
        key = cell.scenario, cell.fix, cell.kind
        name = self._name_of(cell.client)
        known = self._side.cells.get(name, {}).get(key)
        if known is None:
            return Deviation(f"{cell.id} {NOT_IN_IT}", fails=False)
        old = Side(self._side.words, "", self._side.clients, {name: {key: known}})
        entry = played.client
        client = client_of(entry) if entry else SideClient(cell.client, "", "")
        attempts = {attempt.id: attempt for attempt in played.attempts}
        new = Side("this session", "", {name: client}, {name: {key: cell_of(cell, attempts)}})
        changes = compare_sides(old, new)
        if not changes.groups:
            return Deviation("", fails=False)
        # Slow to import, and most sessions have no such cell.
        from tlslab.report.console import console
        from tlslab.report.diff import show_changes

        page = io.StringIO()
        show_changes(changes, console(page, colour=False))
        fails = bool(changes.failing(Level.TEXT))
        return Deviation(page.getvalue().rstrip(), fails, "\n".join(map(_cause, changes.groups)))

    def _name_of(self, client: str) -> str:
        """What a client is called in the baseline: a chosen version is held against the pinned one, where it has no
        entry of its own.
        """
        return client if client in self._side.cells or not is_spec(client) else parse(client).name


def _cause(group: Group) -> str:
    """What changed, and the words that differ, the names of hosts aside."""
    pieces = dict.fromkeys((piece.part, masked(piece.text)) for piece in group.words if piece.part is not Part.SAME)
    return "\n".join([group.title, *(f"{part}: {text}" for part, text in pieces)])
