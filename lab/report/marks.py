"""The marks: one glyph for what a cell showed, one for what that is worth. Legible without colour, and in
plain ASCII."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tlslab.model.record import CellEntry, JudgementEntry


@dataclass(frozen=True, slots=True)
class Mark:
    """What a client did, as one character wide `glyph` (or `ascii` where the output is not UTF-8), a word,
    and its meaning."""

    glyph: str
    ascii: str
    word: str
    meaning: str
    style: str


class Worth(StrEnum):
    """What stands behind the glyph."""

    PLAIN = ""
    OBSERVED = "*"
    """As expected, but no document says so: only the lab has seen it."""
    FINDING = "!"
    """Not as expected."""


FINDING_STYLE = "bold white on red"
OBSERVED_STYLE = "blue"
OBSERVED_MEANING = "behind a mark: only this lab has seen that, a baseline, not documentation"
FINDING_MEANING = "behind a mark: a finding, not what is documented"

BROKEN: dict[str, Mark] = {
    "reproduced": Mark("✗", "x", "reproduced", "reproduced: refuses with a text we know", ""),
    "accepted": Mark("→", ">", "accepted", "accepted: connects all the same", "cyan"),
    "other-error": Mark("E", "E", "other error", "other error: refuses for another reason", "red"),
    "timeout": Mark("T", "T", "hangs", "gives no answer in time", "red"),
    "unsupported": Mark("·", ".", "", "cannot be played (reasons below)", "dim"),
    "missing": Mark("-", "-", "missing", "not installed (see below)", "dim"),
    "lab-error": Mark("L", "L", "lab failed", "the lab itself failed: says nothing about the client", "red"),
}

FIX: dict[str, Mark] = {
    "cures": Mark("✓", "+", "cures", "the fix cures: connects, still refuses an impostor", "bold green"),
    "silences": Mark("~", "~", "silences", "the fix only silences: an impostor gets in too", "yellow"),
    "unverified": Mark("?", "?", "unverified", "connects, but this client verifies nothing here", "magenta"),
    "not-cleared": Mark("N", "N", "still fails", "the fix does not clear the error", "red"),
    "broken-promise": Mark("P", "P", "no promise", "connects, but not as the fix promises", "red"),
    "unproven": Mark("U", "U", "unproven", "impostor refused, but for no documented reason", "red"),
}

NOT_PLAYED = ("unsupported", "missing", "lab-error")


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark and its worth."""

    mark: Mark
    worth: Worth

    @property
    def style(self) -> str:
        return {Worth.FINDING: FINDING_STYLE, Worth.OBSERVED: OBSERVED_STYLE}.get(self.worth, self.mark.style)

    def signs(self, ascii_only: bool) -> str:
        """Glyph and worth, one or two characters."""
        return (self.mark.ascii if ascii_only else self.mark.glyph) + self.worth.value


def worth(judgement: JudgementEntry) -> Worth:
    """What stands behind a judgement."""
    if not judgement.as_expected:
        return Worth.FINDING
    return Worth.OBSERVED if judgement.level == "observed" else Worth.PLAIN


def mark_fix(cell: CellEntry) -> Marked:
    """The mark of a cell's fix; a cell that was not played shows why instead."""
    if cell.fix_verdict == "not-played":
        return mark_broken(cell)
    return Marked(FIX[cell.fix_verdict], worth(cell.fix_judgement))


def mark_broken(cell: CellEntry) -> Marked:
    """The mark of a cell's broken act. What the lab itself failed in is not worth anything, so it is no finding."""
    if cell.broken == "lab-error":
        return Marked(BROKEN[cell.broken], Worth.PLAIN)
    return Marked(BROKEN[cell.broken], worth(cell.broken_judgement))


def mark_broken_of(cells: Iterable[CellEntry]) -> Marked | None:
    """The one mark of the broken act that several cells (the fixes of a scenario) share, None without cells.

    A finding comes before everything; what was played comes before what was not, because one fix may be
    impossible for a client, or fail in the lab, while the failure itself was played.
    """

    def rank(cell: CellEntry) -> tuple[bool, int]:
        played = cell.broken not in NOT_PLAYED
        order = -1 if played else ("lab-error", "missing", "unsupported").index(cell.broken)
        return not (played and not cell.broken_judgement.as_expected), order

    chosen = min(cells, key=rank, default=None)
    return mark_broken(chosen) if chosen else None
