"""The marks: one glyph for what a cell showed, one for its judgement. Legible without colour, and in
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
    """The judgement that stands behind the glyph."""

    PLAIN = ""
    OBSERVED = "*"
    """As expected, but no document says so: only the lab has seen it."""
    FINDING = "!"
    """Not as expected."""


FINDING_STYLE = "bold white on red"
OBSERVED_STYLE = "blue"
OBSERVED_MEANING = "behind a mark: only this lab has seen that, a baseline, not documentation"
FINDING_MEANING = "behind a mark: a finding, not what is documented"

CONNECTS = "connects"
"""As documented, by connecting."""

BROKEN: dict[str, Mark] = {
    "as-documented": Mark(
        "✓", "+", "documented", "as documented: refuses with that error (or hangs, or crashes)", "green"
    ),
    CONNECTS: Mark("→", ">", "connects", "connects all the same, as documented: it does not notice", "yellow"),
    "unexpected-connection": Mark("C", "C", "connects", "connects, although it should refuse", "red"),
    "other-error": Mark("E", "E", "other error", "other error: something else than what is documented", "red"),
    "no-answer": Mark("T", "T", "hangs", "gives no answer in time", "red"),
    "never-connects": Mark("0", "0", "never", "connects to no server, not even to a good one", "red"),
    "excluded": Mark("·", ".", "", "cannot be played", "dim"),
    "missing": Mark("-", "-", "missing", "not installed", "dim"),
    "lab-error": Mark("L", "L", "lab failed", "the lab itself failed: says nothing about the client", "red"),
}

FIX: dict[str, Mark] = {
    "cure": Mark("✓", "+", "cure", "the fix cures: connects, still refuses an impostor", "bold green"),
    "partial-bypass": Mark("≈", "%", "half open", "connects, and one kind of impostor gets in too", "yellow"),
    "bypass": Mark("~", "~", "bypass", "the fix is a bypass: an impostor gets in too", "yellow"),
    "not-cleared": Mark("N", "N", "still fails", "the fix does not clear the error", "red"),
    "broken-promise": Mark("P", "P", "no promise", "connects, but not as the fix promises", "red"),
    "unproven": Mark("U", "U", "unproven", "impostor refused, but for no documented reason", "red"),
}

OTHERS: dict[str, Mark] = {
    "kept": Mark("✓", "+", "kept", "other hosts that the client trusts by default are trusted still", "green"),
    "broken": Mark("✗", "x", "broken", "other hosts that the client trusts by default are refused", "yellow"),
    "unproven": Mark("U", "U", "unproven", "another host was refused, but for no documented reason", "red"),
}

NOT_PLAYED = ("lab-error", "missing", "excluded")
NOT_HERE = (BROKEN["missing"], BROKEN["excluded"])
"""The marks of what the client never did."""
SAME_TEXT = "="
"""Stands behind the name of a client whose one text stands for most failures."""


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
    """The worth of a judgement."""
    if not judgement.as_expected:
        return Worth.FINDING
    return Worth.OBSERVED if judgement.basis == "observed" else Worth.PLAIN


def mark_fix(cell: CellEntry) -> Marked:
    """The mark of a cell's fix; a cell without a verdict of it shows why instead."""
    return Marked(FIX[cell.fix_verdict], worth(cell.fix_judgement)) if cell.fix_verdict else mark_broken(cell)


def mark_others(cell: CellEntry) -> Marked:
    """The mark of what a cell's fix does to other hosts. Raises KeyError for a cell in which none was visited."""
    return Marked(OTHERS[cell.others], worth(cell.others_judgement))


def mark_broken(cell: CellEntry) -> Marked:
    """The mark of a cell's broken act. A cell in which the lab itself failed has no worth, so it is no finding."""
    mark = BROKEN[shown_verdict(cell)]
    return Marked(mark, Worth.PLAIN if cell.status == "lab-error" else worth(cell.broken_judgement))


def shown_verdict(cell: CellEntry) -> str:
    """The key of `BROKEN` for a cell."""
    connects = cell.broken == "as-documented" and cell.broken_result == "connected"
    return CONNECTS if connects else cell.verdict


def mark_broken_of(cells: Iterable[CellEntry]) -> Marked | None:
    """The one mark of the broken act that several cells (the fixes of a scenario) share, None without cells.

    A finding comes before everything; what was played comes before what was not, because one fix may be
    impossible for a client, or fail in the lab, while the failure itself was played.
    """

    def rank(cell: CellEntry) -> tuple[bool, int]:
        played = cell.status == "played"
        order = -1 if played else NOT_PLAYED.index(cell.status)
        return not (played and not cell.broken_judgement.as_expected), order

    chosen = min(cells, key=rank, default=None)
    return mark_broken(chosen) if chosen else None
