"""Groups: the changes that have one cause, as one. Pure.

A client that begins to check certificates, or no longer does, changes in every act with a bad one: that is one cause,
whatever it says of each. Of other changes the texts tell the cause: the same words, the names of hosts aside, replaced
by the same.
"""

import re
from collections.abc import Iterable, Mapping
from statistics import median

from pydantic import BaseModel, ConfigDict, Field

from tlslab.diff.cells import Change
from tlslab.diff.kinds import Kind, Level
from tlslab.diff.word_difference import Piece, difference, edit
from tlslab.matrix.fault import ALL_CHECKS, checks
from tlslab.model.act import DEFAULT
from tlslab.model.conditions import INCOMPLETE

_HOST = re.compile(r"[\w*-]+(?:\.[\w-]+)*\.lab\.test\b")
_ORDER = {kind: place for place, kind in enumerate(Kind)}
_COMMON_NAME = "cn-only"
"""The situation of the default probe in which the name stands in the common name alone: who refuses that checks names
more strictly, and who accepts it does check them."""
_SAN = "SAN instead of the common name"
_APART = [[_SAN], ["TLS version"]]
"""Checks that change for reasons of their own; those of the certificate change together."""
_CERTIFICATE = "certificate"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pair(_Model):
    """A client in both: its name and version, old and new."""

    old: str
    new: str
    old_version: str
    new_version: str
    system_differs: str = Field(
        description="why texts and codes of this client are reported but never fail: the machine's own TLS library is "
        "not the one of the baseline; empty otherwise"
    )


class Group(_Model):
    """Changes with one cause."""

    kind: Kind = Field(description="the most serious of its changes")
    level: Level
    security: bool = Field(description="something gets through that was stopped before: a security regression")
    improvement: bool = Field(description="something is stopped that got through before: a security improvement")
    breaking: bool = Field(description="somebody who connected does not any more")
    checks: list[str] = Field(description="what the client checks now, or no longer; empty: the cause is another one")
    title: str
    client: Pair
    before: str = Field(description="of the most serious change, in words; seconds: of the middle one")
    after: str
    words: list[Piece] = Field(description="the word-level difference of that change's texts; empty: the same")
    changes: list[Change] = Field(description="every act that the cause touches, in the order of the record")

    @property
    def lead(self) -> Change:
        """The first of the most serious changes."""
        return _lead(self.changes)


def group(changes: Iterable[Change], pairs: Iterable[Pair] = ()) -> list[Group]:
    """The changes by cause, most serious first, those that touch most first. No change is lost, and none is in two."""
    known = {(item.old, item.new): item for item in pairs}
    changes = list(changes)
    of_chains = {_cause(change) for change in changes if change.kind.turns and "chain" in _checks(change)}
    by_cause: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        cause = _cause(change)
        # Who begins to look at the chain misses what was always missing; else that is a cause of its own.
        whole = (*cause[:-1], _CERTIFICATE)
        by_cause.setdefault(whole if cause[-1] == INCOMPLETE.name and whole in of_chains else cause, []).append(change)
    groups = [_group(items, known) for items in by_cause.values()]
    return sorted(groups, key=lambda item: (_ORDER[item.kind], -len(item.changes)))


def masked(text: str) -> str:
    """A text without what differs between situations: the names of hosts."""
    return _HOST.sub("HOST", text)


def _lead(changes: list[Change]) -> Change:
    return min(changes, key=lambda change: _ORDER[change.kind])


def _checks(change: Change) -> list[str]:
    """What a client that refuses in this act checks."""
    if change.act == DEFAULT and change.server.rpartition("/")[2] == _COMMON_NAME:
        return [_SAN]
    return checks(change.defects)


def _cause(change: Change) -> tuple[object, ...]:
    """What makes two changes one: by kind, the facts that decide it."""
    client = (change.client_old, change.client_new)
    before, after = change.before, change.after
    kind, verdicts = change.kind, (change.verdict_before, change.verdict_after)
    if kind.turns and (found := _checks(change)):
        return (*client, kind.opens, *(found if found in _APART else [_CERTIFICATE]))
    if kind.turns and change.defects == [INCOMPLETE.name]:
        return (*client, kind.opens, INCOMPLETE.name)
    match kind:
        case Kind.SECONDS:
            return (*client, kind)
        case Kind.TLS | Kind.DEFAULT_TLS:
            return (*client, kind, before.tls, after.tls)
        case Kind.ACCEPTS | Kind.LETS_IN | Kind.HEALTHY_CONNECTS | Kind.FIX_CLEARS | Kind.DEFAULT_ACCEPTS:
            return (*client, kind, *verdicts)
        case Kind.REFUSES | Kind.HEALTHY_FAILS | Kind.KEEPS_OUT | Kind.FIX_FAILS | Kind.DEFAULT_REFUSES:
            return (*client, kind, *verdicts, after.result, after.code, masked(after.text))
    words = tuple(dict.fromkeys(edit(masked(before.text), masked(after.text))))
    ends = [pair for pair in ((before.result, after.result), (before.code, after.code)) if pair[0] != pair[1]]
    return (*client, *ends, words) if words else (*client, *ends, kind, *verdicts)


def _group(changes: list[Change], known: Mapping[tuple[str, str], Pair]) -> Group:
    lead = _lead(changes)
    kind, names = lead.kind, (lead.client_old, lead.client_new)
    bare_pair = Pair(old=names[0], new=names[1], old_version="", new_version="", system_differs="")
    before, after = lead.words_before, lead.words_after
    if kind is Kind.SECONDS:
        before, after = (
            _seconds(item.before.seconds for item in changes),
            _seconds(item.after.seconds for item in changes),
        )
    of = _all_checks(changes)
    same = lead.before.text == lead.after.text
    return Group(
        kind=kind,
        level=kind.level,
        security=kind.security,
        improvement=any(item.kind.mirrored.security for item in changes),
        breaking=any(item.kind.breaking for item in changes),
        checks=of,
        title=_title(kind, of),
        client=known.get(names, bare_pair),
        before=before,
        after=after,
        words=[] if same else list(difference(lead.before.text, lead.after.text)),
        changes=changes,
    )


def _all_checks(changes: list[Change]) -> list[str]:
    """What all of these are about. An act with one defect alone tells which check it is, where there is such an act."""
    told = [_checks(change) for change in changes if change.kind.turns]
    alone = [found for found in told if len(found) == 1]
    wanted = {check for found in alone or told for check in found}
    return [check for check in (*ALL_CHECKS, _SAN) if check in wanted]


def _title(kind: Kind, of: list[str]) -> str:
    if not of:
        return kind.words
    named = listed(of)
    return f"no longer checks {named}" if kind.opens else f"checks {named} now"


def listed(of: list[str]) -> str:
    """`the chain, the host name and the dates`."""
    *first, last = (f"the {check}" for check in of)
    return f"{', '.join(first)} and {last}" if first else last


def _seconds(of: Iterable[float | None]) -> str:
    return f"{median(item for item in of if item is not None):.2f} s in the middle of all acts"
