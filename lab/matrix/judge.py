"""The judge: outcomes held against the documentation. Pure.

A cell is judged twice: did the client fail as documented (`BrokenVerdict`), and what is the fix worth (`FixVerdict`).
`as_expected` is the one bit that decides the colour and the exit code; `why` says it in words.
"""

from dataclasses import dataclass
from enum import StrEnum

from tlslab.clients.base import Acceptance, Client
from tlslab.matrix.plan import Cell
from tlslab.model.evidence import Expectation, Level, Phase, Reason, Source, expectations
from tlslab.model.outcome import Outcome, Result
from tlslab.model.scenario import Claim
from tlslab.model.situation import Situation


class BrokenVerdict(StrEnum):
    """What the broken act showed."""

    REPRODUCED = "reproduced"
    OTHER_ERROR = "other-error"
    ACCEPTED = "accepted"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    MISSING = "missing"
    LAB_ERROR = "lab-error"


class FixVerdict(StrEnum):
    """What the fixed act and the impostor act showed."""

    CURES = "cures"
    """It connects as promised, and every impostor is refused for a documented reason."""
    SILENCES = "silences"
    """It connects, and so does an impostor."""
    UNVERIFIED = "unverified"
    """It connects, and so does an impostor, because this client is documented to verify nothing here, fix or no fix."""
    NOT_CLEARED = "not-cleared"
    BROKEN_PROMISE = "broken-promise"
    """It connects, but the session is not what the fix promises."""
    UNPROVEN = "unproven"
    """An impostor was refused, but not for a documented reason of trust: that proves nothing."""
    NOT_PLAYED = "not-played"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A broken act or a fix, judged. `level` and `sources`: the documentation that it was held against."""

    as_expected: bool
    why: str
    level: Level | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cell, judged."""

    broken: BrokenVerdict
    fix: FixVerdict
    broken_judgement: Judgement
    fix_judgement: Judgement
    control_failed: bool = False

    @property
    def as_expected(self) -> bool:
        return self.broken_judgement.as_expected and self.fix_judgement.as_expected and not self.control_failed

    @property
    def lab_failed(self) -> bool:
        """Whether the lab itself failed: nothing can be said about the client."""
        return self.broken is BrokenVerdict.LAB_ERROR


@dataclass(frozen=True, slots=True)
class Acts:
    """The outcomes of a cell; `impostors` in the order of the cell's impostors."""

    control: Outcome
    broken: Outcome
    fixed: Outcome
    impostors: tuple[Outcome, ...]


def not_played(verdict: BrokenVerdict, why: str, *, as_expected: bool = True) -> Verdict:
    """The verdict of a cell that was not played: unsupported, missing, or impossible for the lab."""
    judgement = Judgement(as_expected, why)
    return Verdict(verdict, FixVerdict.NOT_PLAYED, judgement, judgement)


def judge(cell: Cell, acts: Acts) -> Verdict:
    """The verdict of a played cell."""
    impostors = [("impostor", outcome) for outcome in acts.impostors]
    for act, outcome in [("control", acts.control), ("broken", acts.broken), ("fixed", acts.fixed), *impostors]:
        if outcome.result is Result.LAB_ERROR:
            return not_played(BrokenVerdict.LAB_ERROR, f"the {act} act: {outcome.text}", as_expected=False)
    if acts.control.result is not Result.CONNECTED or not acts.control.encrypted:
        why = f"the healthy situation does not connect encrypted, so nothing can be concluded: {said(acts.control)}"
        return not_played(BrokenVerdict.LAB_ERROR, why, as_expected=False)
    broken, broken_judgement = judge_broken(cell.client, cell.scenario.reasons, cell.broken, acts.broken)
    fix, fix_judgement = judge_fix(cell, acts)
    return Verdict(broken, fix, broken_judgement, fix_judgement)


def judge_broken(
    client: Client, reasons: tuple[Reason, ...], situation: Situation, outcome: Outcome
) -> tuple[BrokenVerdict, Judgement]:
    """Hold the broken act against the documented errors, and against documented acceptance."""
    acceptance = accepts(client, situation)
    if outcome.result is Result.CONNECTED:
        if acceptance is None:
            return BrokenVerdict.ACCEPTED, Judgement(
                False, "the client connected, and no documentation says that it would"
            )
        return BrokenVerdict.ACCEPTED, Judgement(True, acceptance.why, acceptance.level, (acceptance.source,))
    if outcome.result is Result.TIMEOUT:
        return BrokenVerdict.TIMEOUT, Judgement(False, f"the client gave no answer within {outcome.seconds:.0f} s")
    shown = shown_expectation(client, reasons, situation, outcome)
    if acceptance is not None:
        why = f"documented to connect ({acceptance.why}), but it failed: {said(outcome)}"
        verdict = BrokenVerdict.REPRODUCED if shown else BrokenVerdict.OTHER_ERROR
        return verdict, Judgement(False, why, acceptance.level, (acceptance.source,))
    if shown is None:
        return BrokenVerdict.OTHER_ERROR, Judgement(False, f"not a documented text of this failure: {said(outcome)}")
    return BrokenVerdict.REPRODUCED, Judgement(
        True, f"shows: {with_names(shown.text, situation)}", shown.level, shown.sources
    )


def judge_fix(cell: Cell, acts: Acts) -> tuple[FixVerdict, Judgement]:
    """What the fix is worth: does it clear the error, keep its promise, and keep impostors out?"""
    fix = cell.fix
    if acts.fixed.result is not Result.CONNECTED:
        return FixVerdict.NOT_CLEARED, Judgement(False, f"after the fix the client still fails: {said(acts.fixed)}")
    if acts.fixed.encrypted is not fix.encrypted:
        promised = "an encrypted session" if fix.encrypted else "a session without encryption"
        return FixVerdict.BROKEN_PROMISE, Judgement(False, f"the fix promises {promised}, the server says otherwise")
    let_in: list[str] = []
    undocumented: list[str] = []
    for (impostor, situation), outcome in zip(cell.impostors, acts.impostors, strict=True):
        if outcome.result is Result.CONNECTED:
            acceptance = accepts(cell.client, situation)
            let_in.append(impostor.id)
            if acceptance is None:
                undocumented.append(impostor.id)
        elif not shown_expectation(cell.client, of_trust(impostor.reasons, cell.scenario.reasons), situation, outcome):
            why = f"the impostor `{impostor.id}` failed, but not for a documented reason of trust: {said(outcome)}"
            return FixVerdict.UNPROVEN, Judgement(False, why)
    if not let_in:
        why = "connects, and every impostor is refused"
        if fix.claim is not Claim.CURE:
            return FixVerdict.CURES, Judgement(False, f"{why}, although the fix is documented as a silencer")
        return FixVerdict.CURES, Judgement(True, why)
    names = " and ".join(f"`{name}`" for name in let_in)
    if fix.claim is Claim.SILENCER:
        return FixVerdict.SILENCES, Judgement(True, f"connects, and so does the impostor {names}")
    if undocumented:
        return FixVerdict.SILENCES, Judgement(
            False, f"the fix is documented as a cure, but the impostor {names} gets in"
        )
    return FixVerdict.UNVERIFIED, _unverified(cell, let_in)


def accepts(client: Client, situation: Situation) -> Acceptance | None:
    """Why the client is documented to connect, or None. Nobody connects to a server that does not come up."""
    return client.accepts(situation) if situation.server.key_readable else None


def of_trust(*reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Reasons for which an impostor may be refused: not that nobody answered, which says nothing about trust."""
    return tuple(reason for some in reasons for reason in some if reason.phase is not Phase.CONNECT)


def shown_expectation(
    client: Client, reasons: tuple[Reason, ...], situation: Situation, outcome: Outcome
) -> Expectation | None:
    """The documented text with the best evidence that the outcome shows, or None."""
    if outcome.result is not Result.REFUSED:
        return None
    values = pattern_values(situation)
    candidates = sorted(
        expectations(reasons, client.wrappers), key=lambda item: (-item.level, -len(item.text + item.trace))
    )
    return next((item for item in candidates if item.matches(outcome.text, outcome.trace, values)), None)


def pattern_values(situation: Situation) -> dict[str, str]:
    """What the placeholders of documented texts stand for in this situation."""
    chain = situation.server.chain
    return {
        "host": situation.client.connect_to,
        "name": situation.client.reference_identifier,
        "certificate": chain.leaf.common_name if chain else "SSL_Self_Signed_Fallback",
    }


def with_names(pattern: str, situation: Situation) -> str:
    """A documented text with the names of this situation; `{*}`, which stands for any words, stays."""
    for name, value in pattern_values(situation).items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def _unverified(cell: Cell, let_in: list[str]) -> Judgement:
    situation = next(situation for impostor, situation in cell.impostors if impostor.id in let_in)
    acceptance = accepts(cell.client, situation)
    assert acceptance is not None
    return Judgement(True, f"clears, but verifies nothing: {acceptance.why}", acceptance.level, (acceptance.source,))


def said(outcome: Outcome) -> str:
    """How an attempt ended and the beginning of what the client said, on one line."""
    text = " ".join(outcome.text.split())
    return f"{outcome.result.value}: {text[:300] or 'without a word'}"
