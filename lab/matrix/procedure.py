"""The trust procedure of a cell: what is seen when a fix is followed on a system of its own, as documented. Pure.

The cell itself gives the fix to the client with the client's own option. Here the client is told nothing, and the
system is changed: whether that helps depends on whose trust store the client reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tlslab.clients.base import Client, Roots, Trust
from tlslab.matrix.judge import Act, Acts, Judge, Judgement, said
from tlslab.matrix.plan import Cell, Exclusion, Plan
from tlslab.matrix.play import Attempts
from tlslab.model.act import AFTER, BEFORE, IMPOSTOR
from tlslab.model.certificate import Anchor
from tlslab.model.scenario import Impostor
from tlslab.model.situation import ClientSide, Situation, healthy
from tlslab.stages.trust_procedure import Way


class TrustProcedureVerdict(StrEnum):
    """What a client showed of a trust procedure."""

    CURE = "cure"
    """Refuses before, connects after, and refuses every impostor."""
    IGNORED = "ignored"
    """Refuses before and after: it reads a store of its own."""
    VERIFIES_NOTHING = "verifies-nothing"
    """Connects before: told nothing, it verifies nothing, so there is nothing to cure."""
    NOT_CLEARED = "not-cleared"
    """Refuses before and after, although it reads the system's store."""
    BYPASS = "bypass"
    """Connects after, and to an impostor as well."""
    UNPROVEN = "unproven"
    """An impostor was refused, but not for a documented reason of trust."""
    UNEXPECTED_CONNECTION = "unexpected-connection"
    """Connects before, although it should verify."""
    OTHER_ERROR = "other-error"
    """Does not connect, but for no documented reason."""
    FAILED = "failed"
    """A documented command failed."""


@dataclass(frozen=True)
class Show:
    """What one client shows of a trust procedure: told nothing, before it and after it, and in the face of impostors.

    `cannot`: why the client cannot express that, in a sentence; "" when it can.
    """

    cell: Cell | Exclusion
    way: Way
    trust: Trust
    before: Situation
    after: Situation
    impostors: tuple[tuple[Impostor, Situation], ...]
    cannot: str = ""

    @property
    def id(self) -> str:
        """`bookworm/update-ca-certificates/untrusted-ca/install-ca/curl:bookworm/https`."""
        return f"{self.client.distribution}/{self.way.name}/{self.cell.id}"

    @property
    def client(self) -> Client:
        return self.cell.client

    def judged(self, attempts: Attempts, by: Judge) -> Acts:
        """Its acts, judged. For a client that reads a store of its own nothing has changed after the trust procedure.

        Raises KnowledgeError and KeyError as `Judge.act` does.
        """
        acts = by.acts(attempts)
        if self.trust.roots is Roots.OWN and AFTER in acts:
            return {**acts, AFTER: by.act(self.before, acts[AFTER].outcome)}
        return acts

    @property
    def acts(self) -> Mapping[str, Situation]:
        """The situations by the names of the acts, in the order of play."""
        return {**self.earlier, **self.later}

    @property
    def earlier(self) -> Mapping[str, Situation]:
        """What is attempted before the trust procedure, by the name of the act."""
        return {} if self.cannot else {BEFORE: self.before}

    @property
    def later(self) -> Mapping[str, Situation]:
        """What is attempted after it. A client that verifies nothing is not attempted again, and one that does not read
        the system's store plays no impostors.
        """
        if self.cannot or self.trust.roots is Roots.NONE:
            return {}
        acts = {AFTER: self.after}
        if self.trust.roots is Roots.SYSTEM:
            acts |= {f"{IMPOSTOR}{impostor.id}": situation for impostor, situation in self.impostors}
        return acts


@dataclass(frozen=True)
class Treatment:
    """One way, followed once in a fresh copy of one distribution, and the clients that show something there."""

    distribution: str
    way: Way
    shows: tuple[Show, ...]

    @property
    def id(self) -> str:
        """`bookworm/update-ca-certificates`."""
        return f"{self.distribution}/{self.way.name}"

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """What is put into the system's store."""
        return tuple(dict.fromkeys(anchor for show in self.shows for anchor in show.after.client.system_trust_anchors))


def treatments(
    plan: Plan, ways: Callable[[Client], Sequence[Way]], trusts: Callable[[Client], Trust]
) -> tuple[Treatment, ...]:
    """The treatments of a plan. `ways`: those of a client's distribution, none for a client that is missing.
    `trusts`: what a client trusts there when it is told nothing.
    """
    groups: dict[tuple[str, Way], list[Show]] = {}
    for item in plan.everything:
        if item.fix.on_system:
            for way in ways(item.client):
                show = make_show(item, way, trusts(item.client), plan.impostors)
                groups.setdefault((item.client.distribution, way), []).append(show)
    return tuple(Treatment(distribution, way, tuple(shows)) for (distribution, way), shows in groups.items())


def make_show(item: Cell | Exclusion, way: Way, trust: Trust, impostors: Iterable[Impostor]) -> Show:
    """What the client of a cell shows of its fix. The cell's own client side does not matter: the client is told only
    where to connect.
    """
    broken = item.scenario.apply(healthy(item.kind))
    before = Situation(broken.server, ClientSide(broken.client.connect_to, defaults_only=True))
    after = before.with_client(system_trust_anchors=item.fix.apply(before).client.trust_anchors)
    faked = tuple((impostor, impostor.apply(after)) for impostor in impostors)
    return Show(item, way, trust, before, after, faked, item.client.cannot(before) or "")


def judge(show: Show, acts: Acts, failure: str, by: Judge) -> tuple[TrustProcedureVerdict, Judgement]:
    """The verdict on the acts of a show: `before`, and those of `Show.later` when they were played. `failure`: which
    command of the trust procedure failed and how, "" when none did. `by`: the judge of its client.

    Raises KeyError for a row with a placeholder that has no value.
    """
    before = acts[BEFORE]
    if before.connected:
        return _connects_before(show)
    if show.trust.roots is Roots.NONE:
        why = f"documented to connect to anybody ({show.trust.why}), but it failed: {said(before.outcome)}"
        return TrustProcedureVerdict.OTHER_ERROR, _by_trust(False, why, show.trust)
    refusal = before.judgement
    if not refusal.as_expected:
        return TrustProcedureVerdict.OTHER_ERROR, refusal
    if failure:
        return TrustProcedureVerdict.FAILED, Judgement(False, f"the documented trust procedure fails: {failure}")
    if show.trust.roots is Roots.OWN:
        return _own_store(show, acts[AFTER])
    return _system_store(show, acts, refusal, by)


def _connects_before(show: Show) -> tuple[TrustProcedureVerdict, Judgement]:
    if show.trust.roots is Roots.NONE:
        why = f"connects before any trust procedure, as to anybody: {show.trust.why}"
        return TrustProcedureVerdict.VERIFIES_NOTHING, _by_trust(True, why, show.trust)
    why = "connects before the trust procedure, and no documentation says that it would"
    return TrustProcedureVerdict.UNEXPECTED_CONNECTION, Judgement(False, why)


def _own_store(show: Show, after: Act) -> tuple[TrustProcedureVerdict, Judgement]:
    if after.connected:
        why = f"connects after the trust procedure, although its documents say: {show.trust.why}"
        return TrustProcedureVerdict.CURE, _by_trust(False, why, show.trust)
    refusal = after.judgement
    if not refusal.as_expected:
        return TrustProcedureVerdict.OTHER_ERROR, refusal
    why = f"refuses after the trust procedure as before it: {show.trust.why}"
    return TrustProcedureVerdict.IGNORED, _by_trust(True, why, show.trust, refusal)


def _system_store(show: Show, acts: Acts, refusal: Judgement, by: Judge) -> tuple[TrustProcedureVerdict, Judgement]:
    after = acts[AFTER]
    if not after.connected or not after.outcome.encrypted:
        why = f"after the trust procedure it still does not connect encrypted: {said(after.outcome)}"
        return TrustProcedureVerdict.NOT_CLEARED, Judgement(False, why)
    for impostor, _ in show.impostors:
        act = acts[f"{IMPOSTOR}{impostor.id}"]
        if act.connected:
            why = f"after the trust procedure it connects, and to the impostor `{impostor.id}` as well"
            return TrustProcedureVerdict.BYPASS, Judgement(False, why)
        if not by.refuses_for_trust(act):
            why = f"the impostor `{impostor.id}` failed, but not for a documented reason of trust: {said(act.outcome)}"
            return TrustProcedureVerdict.UNPROVEN, Judgement(False, why)
    why = f"refuses before the trust procedure, connects after it, and refuses every impostor: {show.trust.why}"
    return TrustProcedureVerdict.CURE, _by_trust(True, why, show.trust, refusal)


def _by_trust(as_expected: bool, why: str, trust: Trust, refusal: Judgement | None = None) -> Judgement:
    """A judgement that rests on what the client is documented to trust, and on the text of its refusal."""
    if refusal is None:
        return Judgement(as_expected, why, trust.basis, (trust.source,))
    basis = min(trust.basis, refusal.basis or trust.basis)
    return Judgement(as_expected, why, basis, tuple(dict.fromkeys((trust.source, *refusal.sources))))
