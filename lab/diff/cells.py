"""Cells: what changed in one cell, act by act; and in one situation of the default probe. Pure.

An act has at most one change, the most serious one; it carries everything that was said before and after.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from lab.diff.kinds import Kind, Level
from lab.diff.sides import BROKEN, CONTROL, DEFAULT, FIXED, IMPOSTOR, Key, Said, SideCell, SideDefault, bare
from lab.record import Result

CONNECTED = "connected"
NOTHING = Said("lab-error", "", "", "")
"""Where one side has no outcome to show."""


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
    act: str = Field(description="control, broken, fixed, `impostor:ATTACK`, or default")
    cell: str = Field(description="the cell's id in new")
    verdict_before: str = Field(description="of the broken act or the fix; with ! when it is a finding")
    verdict_after: str
    before: SaidEntry
    after: SaidEntry
    also: list[Level] = Field(description="what else changed in this act")

    @property
    def words_before(self) -> str:
        return _words(self.verdict_before, self.before, self.kind)

    @property
    def words_after(self) -> str:
        return _words(self.verdict_after, self.after, self.kind)


def cell_changes(client_old: str, client_new: str, key: Key, old: SideCell, new: SideCell) -> list[Change]:
    """What changed in a cell that was played, and is stable, on both sides."""
    scenario, fix, server = key
    common = [act for act in old.acts if act in new.acts]

    def change(kind: Kind, act: str, verdict_before: str = "", verdict_after: str = "") -> Change:
        before, after = old.acts.get(act, NOTHING), new.acts.get(act, NOTHING)
        return Change(
            kind=kind,
            client_old=client_old,
            client_new=client_new,
            scenario=scenario,
            fix=fix,
            server=server,
            act=act,
            cell=new.id,
            verdict_before=verdict_before,
            verdict_after=verdict_after,
            before=said_entry(before),
            after=said_entry(after),
            also=[level for level in _levels(before, after) if level is not kind.level],
        )

    def plain(act: str) -> list[Change]:
        kind = plain_kind(old.acts[act], new.acts[act])
        return [change(kind, act)] if kind else []

    if old.healthy_fails != new.healthy_fails:
        return [change(Kind.HEALTHY_FAILS if new.healthy_fails else Kind.HEALTHY_CONNECTS, CONTROL)]
    if old.healthy_fails:
        return plain(CONTROL)
    found = [item for act in (CONTROL,) if act in common for item in plain(act)]
    kind = _broken_kind(old, new)
    if kind:
        found.append(change(kind, BROKEN, old.broken, new.broken))
    elif BROKEN in common:
        found += plain(BROKEN)
    return found + _fix_changes(old, new, common, change, plain)


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
            cell=f"{DEFAULT}/{identity}/{client_new}",
            verdict_before="",
            verdict_after="",
            before=said_entry(before),
            after=said_entry(after),
            also=[level for level in _levels(before, after) if level is not kind.level],
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


def _broken_kind(old: SideCell, new: SideCell) -> Kind | None:
    before, after = old.acts.get(BROKEN), new.acts.get(BROKEN)
    opened = before is not None and after is not None and _opened(before, after)
    closed = before is not None and after is not None and _opened(after, before)
    accepted = bare(old.broken) == "accepted", bare(new.broken) == "accepted"
    if opened or accepted == (False, True):
        return Kind.ACCEPTS
    if closed or accepted == (True, False):
        return Kind.REFUSES
    return Kind.JUDGED if old.broken != new.broken else None


class _Maker:
    """The signatures of the two functions that make changes of a cell."""

    def __call__(self, kind: Kind, act: str, verdict_before: str = "", verdict_after: str = "") -> Change:
        raise NotImplementedError
