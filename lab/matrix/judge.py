"""The judge: holds the outcomes of a cell's acts against what the tables of its client say. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tlslab.clients.base import Client
from tlslab.matrix.attacked import Attack, Attacked, names
from tlslab.matrix.matching import pattern_values, shown_statements, with_names
from tlslab.matrix.plan import Cell
from tlslab.matrix.play import Attempts
from tlslab.model.act import BROKEN, CONTROL, FIXED, IMPOSTOR
from tlslab.model.check import NOTHING, Check, in_words
from tlslab.model.circumstances import IN_CLEAR
from tlslab.model.condition import Condition, conditions_of, defects, misbuilt
from tlslab.model.evidence import Basis, Phase, Source, shows
from tlslab.model.impostor import Impostor
from tlslab.model.knowledge import Answer, Knowledge, Release, Statement, answer
from tlslab.model.library import Any, ConnectsLate, Crashes, Hangs, Prints, Says
from tlslab.model.outcome import Outcome, Result
from tlslab.model.release import ALL
from tlslab.model.scenario import Side
from tlslab.model.situation import Situation, TLSVersion

_BEFORE_TLS = frozenset({Phase.CONNECT, Phase.NO_TLS})
_WORDLESS = (Result.CRASHED, Result.TIMEOUT)
_SAYS_NOTHING_OF_TRUST = _BEFORE_TLS | {Phase.LOGIN, Phase.RESPONSE}


class ActVerdict(StrEnum):
    """What an act showed."""

    AS_DOCUMENTED = "as-documented"
    OTHER_ERROR = "other-error"
    UNEXPECTED_CONNECTION = "unexpected-connection"
    NO_ANSWER = "no-answer"
    NEVER_CONNECTS = "never-connects"
    """Of a cell: the client makes no encrypted connection to a server with which nothing is wrong."""


class Status(StrEnum):
    """Whether a cell was played. A cell that was not has no verdict."""

    PLAYED = "played"
    EXCLUDED = "excluded"
    """The client cannot express it, or the stage cannot play it."""
    MISSING = "missing"
    LAB_ERROR = "lab-error"
    """The lab itself failed: nothing can be said about the client."""


class FixVerdict(StrEnum):
    """What a fix is worth with a client."""

    CURE = "cure"
    """It connects as promised, and every impostor is refused for a documented reason of trust."""
    PARTIAL_BYPASS = "partial-bypass"
    """It connects, and so do some impostors: a check is gone, another one holds."""
    BYPASS = "bypass"
    """It connects, and so do impostors: each check that was attacked is gone."""
    NOT_CLEARED = "not-cleared"
    BROKEN_PROMISE = "broken-promise"
    """It connects, but the session is not what the fix promises."""
    UNPROVEN = "unproven"
    """An impostor was refused, but for no documented reason of trust, or none was played: that proves nothing."""


class OthersVerdict(StrEnum):
    """What a fix does to the other hosts that a client trusts by default."""

    KEPT = "kept"
    BROKEN = "broken"
    UNPROVEN = "unproven"
    """The client did not connect before the fix either, or it failed for another reason: that proves nothing."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An act or a fix, judged. `why` in words; `basis` and `sources`: of the row that it was held against; `also`: the
    other conditions that the same text could mean.
    """

    as_expected: bool
    why: str
    basis: Basis | None = None
    sources: tuple[Source, ...] = ()
    also: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cell, judged: its broken act, its fix, and what that does to other hosts. Of one that was not played, the first
    two judgements say why not; of a fix that no bystander sees, `others_judgement` says why, "" when it touches no
    trust.
    """

    status: Status
    broken: ActVerdict | None
    fix: FixVerdict | None
    broken_judgement: Judgement
    fix_judgement: Judgement
    remaining: frozenset[Check] = NOTHING
    """The checks that kept impostors out after the fix."""
    gone: frozenset[Check] = NOTHING
    """The checks that impostors went past after it."""
    others: OthersVerdict | None = None
    others_judgement: Judgement = Judgement(True, "")

    @property
    def as_expected(self) -> bool:
        judged = (self.broken_judgement, self.fix_judgement, self.others_judgement)
        return all(judgement.as_expected for judgement in judged)

    @property
    def why(self) -> str:
        """The decisive sentence: what is not as expected, else what the fix is worth."""
        judged = (self.broken_judgement, self.fix_judgement, self.others_judgement)
        return next((item for item in judged if not item.as_expected), self.fix_judgement).why


@dataclass(frozen=True, slots=True)
class Act:
    """An act, judged: what the client's table says of its situation, and what its outcome showed, held against that."""

    situation: Situation
    outcome: Outcome
    answer: Answer
    verdict: ActVerdict
    judgement: Judgement

    @property
    def connected(self) -> bool:
        """Whether the client connected."""
        return self.outcome.result is Result.CONNECTED


Acts = Mapping[str, Act]
"""The acts of a case, by name."""
Judged = tuple[ActVerdict, Judgement]


@dataclass(frozen=True)
class Judge:
    """Judges the acts of one client at one release."""

    table: tuple[Statement, ...]
    knowledge: Knowledge
    release: Release
    offered: tuple[TLSVersion, TLSVersion] | None = None
    """The TLS versions that the client offers by itself."""

    @classmethod
    def of(cls, client: Client, knowledge: Knowledge) -> "Judge":
        """The judge of a client. Raises KnowledgeError for a client with a template of a library that is not there."""
        offered = knowledge.offered(client.templates, client.offers, client.release)
        return cls(knowledge.table(client.templates, client.rows), knowledge, client.release, offered)

    def answer(self, situation: Situation) -> Answer:
        """What the client must do in a situation. Raises KnowledgeError when its table contradicts itself."""
        if situation.client.offered is None:
            situation = situation.with_client(offered=self.offered)
        present = conditions_of(situation, self.knowledge.conditions)
        return answer(self.table, present, lambda when: when.holds(situation.arrival), self.release)

    def act(self, situation: Situation, outcome: Outcome) -> Act:
        """Hold an outcome against what the client must do in the situation.

        Raises KnowledgeError as `answer` does, KeyError for a row with a placeholder that has no value.
        """
        found = self.answer(situation)
        return Act(situation, outcome, found, *self._held(situation, outcome, found))

    def _held(self, situation: Situation, outcome: Outcome, found: Answer) -> Judged:
        match outcome.result:
            case Result.CONNECTED:
                return _connected(outcome, found)
            case Result.TIMEOUT:
                return _silent(outcome, found)
            case Result.CRASHED:
                return _crashed(situation, outcome, found)
        shown = shown_statements(self.table, outcome, situation)
        said = [item for item in shown if item in found.says]
        if not said:
            return ActVerdict.OTHER_ERROR, Judgement(False, _no_documented_text(outcome, found, shown))
        best = max(said, key=lambda item: item.basis)
        assert isinstance(best.does, Prints)
        words = with_names(best.does.text or best.does.code or best.does.trace, situation)
        return ActVerdict.AS_DOCUMENTED, Judgement(
            True, f"shows: {words}", best.basis, best.sources, _other_conditions(shown, said)
        )

    def acts(self, attempts: Attempts) -> Acts:
        """The acts of a case, each judged. Raises KnowledgeError and KeyError as `act` does."""
        return {name: self.act(attempt.situation, attempt.outcome) for name, attempt in attempts.items()}

    def cell(self, cell: Cell, acts: Acts) -> Verdict:
        """The verdict of a cell from its acts. Raises KeyError for a row with a placeholder that has no value."""
        control, broken, fixed = (acts[name] for name in (CONTROL, BROKEN, FIXED))
        if not control.connected or not control.outcome.encrypted:
            return self._never_connects(control)
        attacked = self.attacked(
            cell.fix.still_checks, ((item, acts[f"{IMPOSTOR}{item.id}"]) for item, _ in cell.impostors)
        )
        fix, fix_judgement = self._fix(cell, broken, fixed, attacked)
        return Verdict(
            Status.PLAYED,
            broken.verdict,
            fix,
            broken.judgement,
            fix_judgement,
            attacked.remaining if fixed.connected else NOTHING,
            attacked.gone if fixed.connected else NOTHING,
        )

    def _never_connects(self, control: Act) -> Verdict:
        """The self-check found nothing wrong, and the client does not connect, or connects without encryption."""
        if control.connected:
            judgement = Judgement(
                False, "nothing is wrong, and it connects without encryption, although it is to encrypt"
            )
        else:
            shown = control.judgement
            why = f"nothing is wrong, and it does not connect: {said(control.outcome)}"
            judgement = Judgement(shown.as_expected, why, shown.basis, shown.sources)
        nothing = Judgement(True, "nothing can be said of the fix: the client connects to no server")
        return Verdict(Status.PLAYED, ActVerdict.NEVER_CONNECTS, None, judgement, nothing)

    def attacked(self, claimed: frozenset[Check], attacks: Iterable[Attack]) -> Attacked:
        """What impostors showed. `claimed`: the checks that should keep them out.

        Raises KeyError for a row with a placeholder that has no value.
        """
        let_in, refused, unproven = list[Attack](), list[Attack](), list[Attack]()
        for impostor, act in attacks:
            if act.connected:
                let_in.append((impostor, act))
            elif act.judgement.as_expected and self.refuses_for_trust(act, impostor.side):
                refused.append((impostor, act))
            else:
                unproven.append((impostor, act))
        return Attacked(claimed, tuple(let_in), tuple(refused), tuple(unproven))

    def _fix(self, cell: Cell, broken: Act, fixed: Act, attacked: Attacked) -> tuple[FixVerdict, Judgement]:
        """What a fix is worth: does it clear the error, keep its promise, and keep impostors out?"""
        if not cell.fix.clears:
            return self._does_not_clear(broken, fixed)
        if not fixed.connected:
            return FixVerdict.NOT_CLEARED, self._still_fails(fixed)
        encrypts = not IN_CLEAR.holds(cell.fixed.arrival)
        if fixed.outcome.encrypted is not encrypts:
            promised = "an encrypted session" if encrypts else "a session without encryption"
            why = f"the fix promises {promised}, the server says otherwise"
            return FixVerdict.BROKEN_PROMISE, Judgement(False, why)
        if not cell.impostors:
            return FixVerdict.UNPROVEN, Judgement(True, "connects, and no impostor was played against it")
        verdict = FixVerdict(attacked.worth.value)
        if attacked.unanswered:
            why = f"the impostor {names(attacked.unanswered)} gets in, and nothing says that it would"
            return verdict, Judgement(False, why)
        if attacked.unproven:
            why = fails_otherwise(*attacked.unproven[0])
            if attacked.let_in:
                return verdict, Judgement(False, f"the impostor {names(attacked.let_in)} gets in, and {why}")
            # A client that has no words left says nothing of trust; where a row knows that, it is no finding.
            known = all(act.outcome.result in _WORDLESS and act.judgement.as_expected for _, act in attacked.unproven)
            of_row = attacked.unproven[0][1].judgement
            return FixVerdict.UNPROVEN, Judgement(known, why, of_row.basis, of_row.sources)
        return verdict, self._measured(attacked)

    def _measured(self, attacked: Attacked) -> Judgement:
        """What was measured, held against what the fix claims; where the two differ, with the row that says why."""
        why = "connects, and every impostor is refused"
        if attacked.let_in:
            why = f"connects, and so does the impostor {names(attacked.let_in)}"
        for _, act in attacked.past_a_claim[:1]:
            row = act.judgement
            return Judgement(True, f"{why}: {row.why}", row.basis, row.sources)
        for impostor, act in attacked.kept_out:
            claim = f"although the fix is documented to leave {in_words(attacked.claimed)}"
            kept = f"{why}, {claim}; `{impostor.id}` is refused"
            if not self._of_its_own(act):
                return Judgement(False, kept)
            return Judgement(True, f"{kept}: {act.judgement.why}", act.judgement.basis, act.judgement.sources)
        first = attacked.let_in[0][1].judgement if attacked.let_in else Judgement(True, why)
        return Judgement(True, why, first.basis, first.sources)

    def _of_its_own(self, act: Act) -> bool:
        """Whether what it printed is said by a row about this client alone, some of its releases, or a circumstance."""
        shown = shown_statements(self.table, act.outcome, act.situation)
        found = [item for item in shown if item in act.answer.says]
        return any(not item.library or item.row.when or item.row.versions != ALL for item in found)

    def _does_not_clear(self, broken: Act, fixed: Act) -> tuple[FixVerdict, Judgement]:
        """Of a fix that is documented not to clear the error: it must fail, and as documented, unless this client does
        not notice what is wrong, or has no error to clear.
        """
        shown = fixed.judgement
        if fixed.connected and (fixed.answer.tolerated or broken.answer.connects) and shown.as_expected:
            why = f"the fix does nothing, and it connects all the same: {shown.why}"
            return FixVerdict.UNPROVEN, Judgement(True, why, shown.basis, shown.sources)
        if fixed.connected:
            why = "it connects, although the fix is documented not to clear the error"
            return FixVerdict.UNPROVEN, Judgement(False, why)
        why = f"after the fix it still fails, as documented: {said(fixed.outcome)}" if shown.as_expected else shown.why
        return FixVerdict.NOT_CLEARED, Judgement(shown.as_expected, why, shown.basis, shown.sources)

    def _still_fails(self, fixed: Act) -> Judgement:
        """Failing after the fix is as documented where a row says it although nothing is wrong: of every server, as of
        an unknown option, or of what is no defect; or where a row of the client says why it refuses all the same.
        """
        told = [
            item for item in fixed.answer.says if not isinstance(item.of, Any) and (item.why or not defects(item.of))
        ]
        _, shown = self._held(fixed.situation, fixed.outcome, Answer(tuple(told)))
        why = f"after the fix it still fails: {said(fixed.outcome)}"
        return Judgement(shown.as_expected, why, shown.basis, shown.sources)

    def refuses_for_trust(self, act: Act, side: Side = Side.SERVER) -> bool:
        """Whether it refuses a server for what that is, as documented. `side`: of the impostor; a server may refuse an
        impostor client at any time.

        A server that does not answer says nothing about trust, nor does a text that a client shows for every server,
        nor a server that refuses the user or the request: the client has sent it the password or the request by then.

        Raises KeyError for a row with a placeholder that has no value.
        """
        if act.outcome.result is not Result.REFUSED:
            return False
        shown = shown_statements(self.table, act.outcome, act.situation)
        said = [item.row for item in shown if item in act.answer.says and item.of != frozenset()]
        nothing = _BEFORE_TLS if side is Side.CLIENT else _SAYS_NOTHING_OF_TRUST
        return any(isinstance(row, Says) and row.phase not in nothing for row in said)


def not_played(status: Status, why: str) -> Verdict:
    """The verdict of a cell that was not played. A failure of the lab is never as expected."""
    judgement = Judgement(status is not Status.LAB_ERROR, why)
    return Verdict(status, None, None, judgement, judgement)


def fails_otherwise(impostor: Impostor, act: Act) -> str:
    """Of an impostor that failed for no documented reason of trust, in words."""
    return f"the impostor `{impostor.id}` fails, but not for a documented reason of trust: {said(act.outcome)}"


def lab_failed(attempts: Attempts, known: Iterable[Condition]) -> str:
    """How the lab failed with an act of a case, so that nothing can be said of the client, in words; "" when it did
    not. The self-check is asked first: a wrongly built situation explains more.
    """
    known = tuple(known)
    for name, attempt in attempts.items():
        failed = attempt.outcome.result is Result.LAB_ERROR
        if not failed and (problem := misbuilt(attempt.situation, attempt.defects, known)):
            return f"self-check of the act {name}: {problem}"
    for name, attempt in attempts.items():
        if attempt.outcome.result is Result.LAB_ERROR:
            return f"the act {name}: {attempt.outcome.text}"
    return ""


def _connected(outcome: Outcome, found: Answer) -> Judged:
    late = [item for item in found.says if isinstance(item.does, ConnectsLate)]
    for item in late:
        assert isinstance(item.does, ConnectsLate)
        if outcome.seconds >= item.does.seconds:
            why = f"connects after {outcome.seconds:.0f} s"
            return ActVerdict.AS_DOCUMENTED, Judgement(True, why, item.basis, item.sources)
    if found.connects:
        why, basis, sources = "connects", None, tuple[Source, ...]()
        if found.tolerated:
            first = found.tolerated[0]
            why, basis, sources = getattr(first.row, "why", why), first.basis, first.sources
        return ActVerdict.AS_DOCUMENTED, Judgement(True, why, basis, sources)
    if found.unanswered:
        return ActVerdict.UNEXPECTED_CONNECTION, Judgement(False, f"connects, and {_nothing_known(found)}")
    if late:
        return ActVerdict.OTHER_ERROR, Judgement(False, f"connects at once ({outcome.seconds:.1f} s)")
    return ActVerdict.UNEXPECTED_CONNECTION, Judgement(False, "connects, and nothing says that it would")


def _silent(outcome: Outcome, found: Answer) -> Judged:
    for item in found.says:
        if isinstance(item.does, Hangs):
            why = f"gives no answer (ended after {outcome.seconds:.0f} s)"
            return ActVerdict.AS_DOCUMENTED, Judgement(True, why, item.basis, item.sources)
    return ActVerdict.NO_ANSWER, Judgement(False, f"gives no answer within {outcome.seconds:.0f} s")


def _crashed(situation: Situation, outcome: Outcome, found: Answer) -> Judged:
    values = pattern_values(situation)
    for item in found.says:
        if isinstance(item.does, Crashes) and shows(outcome.text, item.does.text, values):
            return ActVerdict.AS_DOCUMENTED, Judgement(True, said(outcome), item.basis, item.sources)
    return ActVerdict.OTHER_ERROR, Judgement(False, f"crashes, and nothing says that it would: {said(outcome)}")


def _no_documented_text(outcome: Outcome, found: Answer, shown: tuple[Statement, ...]) -> str:
    what = said(outcome)
    if found.connects:
        tolerated = [getattr(item.row, "why", "") for item in found.tolerated]
        return f"it should connect{f' ({tolerated[0]})' if tolerated else ''}, but it fails: {what}"
    if found.unanswered:
        return f"{_nothing_known(found)}: {what}"
    if meant := _conditions(shown):
        return f"says what is documented for something else ({', '.join(map(str, meant))}): {what}"
    return f"says nothing that is documented for this: {what}"


def _nothing_known(found: Answer) -> str:
    """A gap in the tables is told to their author, not blamed on the client."""
    names = ", ".join(sorted(map(str, found.unanswered)))
    return f"no row of this client's libraries says what it does of {names}"


def said(outcome: Outcome) -> str:
    """How an attempt ended and the beginning of what the client said, on one line."""
    text = " ".join(outcome.text.split())
    return f"{outcome.result.value}: {text[:300] or 'without a word'}"


def _conditions(shown: Iterable[Statement]) -> tuple[Condition, ...]:
    found = {condition for item in shown if not isinstance(item.of, Any) for condition in item.of}
    return tuple(sorted(found, key=lambda condition: condition.name))


def _other_conditions(shown: Iterable[Statement], said: Iterable[Statement]) -> tuple[Condition, ...]:
    """What else the words could mean. Where they are said of a condition alone, and also when others are there beside
    it, they say nothing of those others.
    """
    meant = set(_conditions(said))
    named = [(item, item.of) for item in shown if not isinstance(item.of, Any)]
    alone = [item for item, of in named if not any(fewer < of for _, fewer in named)]
    return tuple(item for item in _conditions(alone) if item not in meant)
