"""Cells: what changed in one cell, act by act; and in one situation of the default probe. Pure.

An act has at most one change, the most serious one; it carries everything that was said before and after.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from tlslab.diff.kinds import Kind, Level
from tlslab.diff.sides import Key, Said, SideCell, SideDefault, bare
from tlslab.model.act import BROKEN, BYSTANDER, CONTROL, DEFAULT, FIXED, IMPOSTOR
from tlslab.model.record import Result

CONNECTED = "connected"
NOTHING = Said("lab-error", "", "", "")
"""Stands where one side has no outcome."""


class SaidEntry(BaseModel):
    """What an act came to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: Result
    code: str
    text: str = Field(description="normalised")
    raw: str = Field(description="as the client said it; in a baseline, where that is not kept, normalised")
    encrypted: bool | None
    tls: str = Field(description="protocol and cipher of the session, as the server saw it where it tells")
    seconds: float | None = Field(default=None, description="median of the repetitions")


class Change(BaseModel):
    """One act of one cell that came to something else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    client_old: str
    client_new: str
    scenario: str = Field(description="empty for the default probe")
    fix: str
    server: str = Field(description="https or sqlserver; for the default probe the id of the situation")
    act: str = Field(
        description="control, broken, fixed, `impostor:ID`, `bystander:before`, `bystander:after`, or default"
    )
    defects: list[str] = Field(description="what the self-check found wrong in this act; empty: nothing, or not known")
    cell: str = Field(description="the cell's id in new")
    verdict_before: str = Field(description="of the broken act or the fix; with ! when it is a finding")
    verdict_after: str
    before: SaidEntry
    after: SaidEntry
    also: list[Level] = Field(description="what else changed in this act")

    @property
    def words_before(self) -> str:
        return _words(self.verdict_before, self.before)

    @property
    def words_after(self) -> str:
        return _words(self.verdict_after, self.after)


def cell_changes(
    client_old: str, client_new: str, key: Key, old: SideCell, new: SideCell, *, harmless: bool = False
) -> list[Change]:
    """What changed in a cell that was played, and is stable, on both sides. `harmless`: nothing is wrong in its
    scenario, which only some clients do not take.
    """
    return list(_Comparison(client_old, client_new, key, old, new, harmless).changes())


def default_changes(
    client_old: str, client_new: str, identity: str, old: SideDefault, new: SideDefault
) -> list[Change]:
    """What changed in what a client does by itself in one situation. A failure of the lab says nothing."""
    before, after = old.said, new.said
    if "lab-error" in {before.result, after.result}:
        return []
    kind = _default_kind(before, after, new.must_refuse)
    if kind is None:
        return []
    return [
        Change(
            kind=kind,
            client_old=client_old,
            client_new=client_new,
            scenario="",
            fix="",
            server=identity,
            act=DEFAULT,
            defects=list(after.defects),
            cell=f"{DEFAULT}/{identity}/{client_new}",
            verdict_before="",
            verdict_after="",
            before=said_entry(before),
            after=said_entry(after),
            also=_also(kind, before, after),
        )
    ]


def plain_kind(old: Said, new: Said) -> Kind | None:
    """The most serious difference of two outcomes that mean the same for the verdict, None when there is none."""
    if old.encrypted is not None and new.encrypted is not None and old.encrypted is not new.encrypted:
        return Kind.ENCRYPTED if new.encrypted else Kind.UNENCRYPTED
    if old.result != new.result:
        return Kind.ENDS
    if old.code != new.code:
        return Kind.CODE
    if old.text != new.text:
        return Kind.TEXT
    return Kind.TLS if tls_differs(old.tls, new.tls) else None


def tls_differs(old: str, new: str) -> bool:
    """Whether other protocols or ciphers were negotiated; what only one side tells is not compared."""
    return any(a != b for a, b in zip(old.split(), new.split(), strict=False))


def said_entry(said: Said, seconds: float | None = None) -> SaidEntry:
    """An outcome for the published result."""
    return SaidEntry(
        result=said.result,
        code=said.code,
        text=said.text,
        raw=said.raw,
        encrypted=said.encrypted,
        tls=said.tls,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A cell, before and after."""

    client_old: str
    client_new: str
    key: Key
    old: SideCell
    new: SideCell
    harmless: bool

    def changes(self) -> Iterator[Change]:
        """At most one for each act, in the order of the acts."""
        if self.old.healthy_fails != self.new.healthy_fails:
            yield self._change(Kind.HEALTHY_FAILS if self.new.healthy_fails else Kind.HEALTHY_CONNECTS, CONTROL)
            return
        yield from self._plain(CONTROL)
        if self.old.healthy_fails:
            return
        kind = self._broken_kind()
        if kind:
            yield self._change(kind, BROKEN, self.old.broken, self.new.broken)
        else:
            yield from self._plain(BROKEN)
        yield from self._fix()
        yield from self._others()

    def _fix(self) -> Iterator[Change]:
        old, new = self.old, self.new
        found = list(self._fix_acts())
        judged = {Kind.LETS_IN, Kind.KEEPS_OUT, Kind.FIX_FAILS, Kind.FIX_CLEARS, Kind.ENCRYPTED, Kind.UNENCRYPTED}
        if old.fix != new.fix and not (self._attacked_otherwise() or any(item.kind in judged for item in found)):
            # No act shows it by its result: another text is the reason, or what the lab knows and claims.
            carrier = next((item.act for item in reversed(found)), FIXED)
            found = [item for item in found if item.act != carrier]
            found.append(self._change(self._fix_kind(), carrier, old.fix, new.fix))
        yield from found

    def _attacked_otherwise(self) -> bool:
        """Whether the two verdicts are about other impostors: what these do is not comparable, their acts are."""
        by = [{act for act in side.acts if act.startswith(IMPOSTOR)} for side in (self.old, self.new)]
        return by[0] != by[1] and {bare(self.old.fix), bare(self.new.fix)} <= {"cure", "partial-bypass", "bypass"}

    def _fix_acts(self) -> Iterator[Change]:
        """The acts of the fix that changed by their outcomes, verdicts aside."""
        fixes = self.old.fix, self.new.fix
        fixed = self._pair(FIXED)
        opened, closed = _opened(fixed), _opened(fixed[::-1])
        if opened or closed:
            yield self._change(Kind.FIX_CLEARS if opened else Kind.FIX_FAILS, FIXED, *fixes)
        else:
            yield from self._plain(FIXED)
        for act in self.new.acts:
            if not act.startswith(IMPOSTOR):
                continue
            impostor = self._pair(act)
            # A client that fails after the fix fails with the impostor for the same reason: `fixed` tells it already.
            if _opened(impostor) and not opened:
                yield self._change(Kind.LETS_IN, act, *fixes)
            elif _opened(impostor[::-1]) and not closed:
                yield self._change(Kind.KEEPS_OUT, act, *fixes)
            elif not (opened or closed):
                yield from self._plain(act)

    def _others(self) -> Iterator[Change]:
        """What changed at the bystander, before the fix and after it."""
        for act in self.new.acts:
            if act.startswith(BYSTANDER):
                visits = self._pair(act)
                if _opened(visits):
                    yield self._change(Kind.KEEPS_OTHERS, act)
                elif _opened(visits[::-1]):
                    yield self._change(Kind.BREAKS_OTHERS, act)
                else:
                    yield from self._plain(act)

    def _fix_kind(self) -> Kind:
        """The kind of a change of verdict alone."""
        before, after = bare(self.old.fix), bare(self.new.fix)
        lets_in = {"bypass", "partial-bypass"}
        if before == "cure" and after in lets_in:
            return Kind.LETS_IN
        if before in lets_in and after == "cure":
            return Kind.KEEPS_OUT
        if "not-cleared" in {before, after} and before != after:
            return Kind.FIX_FAILS if after == "not-cleared" else Kind.FIX_CLEARS
        return Kind.FIX_JUDGED

    def _broken_kind(self) -> Kind | None:
        acts = self._pair(BROKEN)
        accepted = tuple(bare(side.broken) == "unexpected-connection" for side in (self.old, self.new))
        opened = _opened(acts) or accepted == (False, True)
        closed = _opened(acts[::-1]) or accepted == (True, False)
        if opened is not closed and self.harmless:
            return Kind.HEALTHY_CONNECTS if opened else Kind.HEALTHY_FAILS
        if opened is not closed:
            return Kind.ACCEPTS if opened else Kind.REFUSES
        return Kind.JUDGED if self.old.broken != self.new.broken else None

    def _plain(self, act: str) -> Iterator[Change]:
        before, after = self._pair(act)
        kind = plain_kind(before, after) if before and after else None
        if kind:
            yield self._change(kind, act)

    def _pair(self, act: str) -> tuple[Said | None, Said | None]:
        return self.old.acts.get(act), self.new.acts.get(act)

    def _change(self, kind: Kind, act: str, verdict_before: str = "", verdict_after: str = "") -> Change:
        before, after = self._pair(act)
        scenario, fix, server = self.key
        return Change(
            kind=kind,
            client_old=self.client_old,
            client_new=self.client_new,
            scenario=scenario,
            fix=fix,
            server=server,
            act=act,
            defects=list((after or before or NOTHING).defects),
            cell=self.new.id,
            verdict_before=verdict_before,
            verdict_after=verdict_after,
            before=said_entry(before or NOTHING),
            after=said_entry(after or NOTHING),
            also=_also(kind, before or NOTHING, after or NOTHING),
        )


def _opened(acts: tuple[Said | None, Said | None]) -> bool:
    """Whether the first did not connect and the second did."""
    before, after = acts
    if before is None or after is None:
        return False
    return before.result != CONNECTED and after.result == CONNECTED


def _default_kind(old: Said, new: Said, must_refuse: bool) -> Kind | None:
    if _opened((old, new)):
        return Kind.DEFAULT_ACCEPTS if must_refuse else Kind.DEFAULT_CONNECTS
    if _opened((new, old)):
        return Kind.DEFAULT_REFUSES if must_refuse else Kind.DEFAULT_FAILS
    kind = plain_kind(old, new)
    as_default = {
        Kind.ENCRYPTED: Kind.DEFAULT_ENCRYPTED,
        Kind.UNENCRYPTED: Kind.DEFAULT_UNENCRYPTED,
        Kind.TLS: Kind.DEFAULT_TLS,
    }
    return as_default.get(kind, kind) if kind else None


def _also(kind: Kind, old: Said, new: Said) -> list[Level]:
    facts = (
        (Level.CODE, (old.result, old.code) != (new.result, new.code)),
        (Level.TEXT, old.text != new.text),
        (Level.TLS, tls_differs(old.tls, new.tls)),
    )
    return [level for level, differs in facts if differs and level is not kind.level]


def _words(verdict_word: str, said: SaidEntry) -> str:
    """An outcome in a line: verdict, result, code, encryption and TLS where there are any."""
    judged = verdict_word.replace("!", " (a finding)")
    facts = [judged, said.result] if judged else [said.result]
    facts += [f"code {said.code}"] if said.code else []
    facts += ["not encrypted"] if said.encrypted is False else []
    facts += [said.tls] if said.tls else []
    return ", ".join(facts)
