"""The judge of the acts at the bystander: what a fix does to the other hosts that a client trusts by default. Pure."""

from dataclasses import replace

from tlslab.matrix.judge import Act, Acts, ActVerdict, Judgement, OthersVerdict, Verdict, said
from tlslab.matrix.plan import Cell
from tlslab.model.act import AFTER, BEFORE, BYSTANDER
from tlslab.model.knowledge import Answer
from tlslab.model.library import Tolerates

ADDS = "adds to the client's own store: other hosts still connect"
REPLACES = "replaces the client's own store: other hosts break"


def with_others(verdict: Verdict, cell: Cell, acts: Acts) -> Verdict:
    """The verdict of a cell with what its fix does to other hosts."""
    if cell.visit is None:
        return verdict
    if cell.visit.cannot:
        return replace(verdict, others_judgement=Judgement(True, f"no other host is visited: {cell.visit.cannot}"))
    before, after = acts[f"{BYSTANDER}{BEFORE}"], acts[f"{BYSTANDER}{AFTER}"]
    others, judgement = judge_others(before, after, claimed=cell.fix.keeps_others)
    return replace(verdict, others=others, others_judgement=judgement)


def judge_others(before: Act, after: Act, *, claimed: bool = True) -> tuple[OthersVerdict, Judgement]:
    """What a fix does to other hosts, by the visits to one of them before the fix and after it. `claimed`: the fix says
    that it keeps them; a client with which it is otherwise has a row for that.
    """
    if not before.connected:
        why = f"before the fix it does not connect to another good host either: {said(before.outcome)}"
        # A release that does not know the option connects to no host, as a row of it says.
        return OthersVerdict.UNPROVEN, Judgement(before.verdict is ActVerdict.AS_DOCUMENTED, why)
    shown, why = after.judgement, why_of(after.answer)
    documented = after.verdict is ActVerdict.AS_DOCUMENTED
    if after.connected:
        words = "it connects to other hosts after the fix as before"
        words += f": {why}" if documented and why else "" if documented else ", and it is documented that it would not"
        return OthersVerdict.KEPT, Judgement(documented, words, shown.basis, shown.sources)
    if documented:
        although = ", which the fix is meant to keep" if claimed else ""
        words = f"after the fix it refuses other hosts{although}{f': {why}' if why else ''}; it {shown.why}"
        return OthersVerdict.BROKEN, replace(shown, why=words)
    return OthersVerdict.UNPROVEN, Judgement(False, f"after the fix it fails at another good host: {shown.why}")


def why_of(answer: Answer) -> str:
    """Why a client keeps other hosts, or does not, in a sentence; "" when no row tells."""
    tolerated = (item.row.why for item in answer.tolerated if isinstance(item.row, Tolerates))
    return next(tolerated, "") or next((item.why for item in answer.says if item.why), "")
