"""The changes between two records: the published result of a diff, and the pure function that finds it.

`Changes` is what `tlslab diff --format json` prints (`schema/changes.schema.json`).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tlslab.diff.cells import CONNECTED, Change, cell_changes, default_changes
from tlslab.diff.conclusion import conclude
from tlslab.diff.groups import Group, Pair, group
from tlslab.diff.kinds import Level
from tlslab.diff.pairing import pair
from tlslab.diff.seconds import seconds_changes
from tlslab.diff.sides import Key, Side, SideCell, SideClient, side_of
from tlslab.diff.system import system_differs
from tlslab.model.act import DEFAULT
from tlslab.model.record import Record, ShareEntry

SCHEMA_VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Around(_Model):
    """Something else that is not the same: another machine or server explains changes that are no client's."""

    what: str
    old: str
    new: str


class DefaultFact(_Model):
    """What a client does when no security option is given to it, in words."""

    client: Pair
    question: str
    old: str
    new: str


class Unstable(_Model):
    """A cell that did not always come out the same, so that nothing is concluded from it."""

    cell: str
    old: list[ShareEntry] = Field(description="how often which outcome; empty: stable, or not repeated")
    new: list[ShareEntry]


class NotCompared(_Model):
    """A cell that is in both but cannot be compared."""

    cell: str
    why: str
    lab_failed: bool = Field(description="because the lab failed, so that nothing is proven")


class Changes(_Model):
    """What is different in `new`."""

    schema_version: Literal[1] = 1
    old: str = Field(description="what was compared, in words")
    new: str
    around: list[Around] = Field(description="lab, system, OpenSSL, stage, servers: those that differ")
    clients: list[Pair]
    defaults: list[DefaultFact] = Field(description="changed or not; empty where they were not measured on both sides")
    conclusion: str = Field(description="what all of it means for somebody who upgrades, in one sentence")
    groups: list[Group] = Field(description="most serious first; empty: nothing changed")
    unstable: list[Unstable]
    not_compared: list[NotCompared]
    only_old: list[str] = Field(description="cells that have no partner in new")
    only_new: list[str] = Field(description="cells that have no partner in old")
    cells: int = Field(description="how many cells were compared")
    acts: int = Field(description="how many outcomes were compared, those of the default probe included")

    @property
    def lab_failed(self) -> bool:
        """Whether something could not be compared because the lab failed."""
        return any(item.lab_failed for item in self.not_compared)

    def failing(self, fail_on: Level | None) -> list[Group]:
        """The groups at or above a level, and every security regression; None: no group.

        Texts and codes never fail where the machine's own TLS library is another than the baseline's.
        """
        if fail_on is None:
            return []
        levels = list(Level)
        limit = levels.index(fail_on)
        spared = {Level.CODE, Level.TEXT, Level.TLS, Level.SECONDS}
        return [
            group
            for group in self.groups
            if (group.security or levels.index(group.level) <= limit)
            and not (group.client.system_differs and group.level in spared)
        ]


def compare(old: Record, new: Record, pairing: Mapping[str, str] | None = None) -> Changes:
    """What is different in the new record. `pairing`: clients of the old record to those of the new (the same record
    twice, and one client to another, compares two clients of one run); by default those of the same name.
    """
    return compare_sides(side_of(old), side_of(new), pairing)


def compare_sides(old: Side, new: Side, pairing: Mapping[str, str] | None = None) -> Changes:
    """As `compare`, of anything that is a side."""
    pairs = [
        Pair(
            old=a,
            new=b,
            old_version=_client(old, a).version,
            new_version=_client(new, b).version,
            system_differs=system_differs(_client(old, a), _client(new, b)),
        )
        for a, b in (pair(old.cells, new.cells) if pairing is None else pairing).items()
    ]
    found = _Found()
    for item in pairs:
        _compare_client(old, new, item, found)
    groups = group(found.changes, pairs)
    return Changes(
        old=old.words,
        new=new.words,
        around=[
            Around(what=what, old=before, new=new.around[what])
            for what, before in old.around.items()
            if what in new.around and new.around[what] != before
        ],
        clients=pairs,
        defaults=[fact for item in pairs for fact in _facts(old, new, item)],
        conclusion=conclude(groups, found.acts),
        groups=groups,
        unstable=found.unstable,
        not_compared=found.not_compared,
        only_old=found.only_old + _others(old, {item.old for item in pairs}, pairing),
        only_new=found.only_new + _others(new, {item.new for item in pairs}, pairing),
        cells=found.cells,
        acts=found.acts,
    )


def schema_text() -> str:
    """The JSON schema of the changes, as committed in `schema/changes.schema.json`."""
    return json.dumps(Changes.model_json_schema(), indent=2, sort_keys=True) + "\n"


class _Found:
    """What the comparison of the clients, one by one, has found so far."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.unstable: list[Unstable] = []
        self.not_compared: list[NotCompared] = []
        self.only_old: list[str] = []
        self.only_new: list[str] = []
        self.cells = 0
        self.acts = 0


def _compare_client(old: Side, new: Side, of: Pair, found: _Found) -> None:
    olds, news = old.cells.get(of.old, {}), new.cells.get(of.new, {})
    stable: dict[Key, tuple[SideCell, SideCell]] = {}
    for key, before in olds.items():
        after = news.get(key)
        if after is None:
            found.only_old.append(before.id)
        elif before.unstable or after.unstable:
            found.unstable.append(Unstable(cell=after.id, old=list(before.unstable), new=list(after.unstable)))
        elif _same_reason(before, after):
            continue
        elif before.why_not or after.why_not:
            found.not_compared.append(_not_compared(before, after))
        else:
            stable[key] = before, after
    found.only_new += [cell.id for key, cell in news.items() if key not in olds]
    for key, (before, after) in stable.items():
        harmless = key[0] in old.harmless | new.harmless
        found.changes += cell_changes(of.old, of.new, key, before, after, harmless=harmless)
        found.cells += 1
        found.acts += len(before.acts.keys() & after.acts.keys())
    for identity, item in old.defaults.get(of.old, {}).items():
        other = new.defaults.get(of.new, {}).get(identity)
        if other is None or not (_tells(old, of.old, identity) and _tells(new, of.new, identity)):
            continue
        if item.unstable or other.unstable:
            words = f"{DEFAULT}/{identity}/{of.new}"
            found.unstable.append(Unstable(cell=words, old=list(item.unstable), new=list(other.unstable)))
            continue
        found.changes += default_changes(of.old, of.new, identity, item, other)
        found.acts += 1
    if old.run and old.run == new.run:
        found.changes += seconds_changes(of.old, of.new, stable)


def _tells(side: Side, client: str, identity: str) -> bool:
    """Whether what a client does by itself at this server says something: where it refuses the good certificate there,
    too, it does not.
    """
    measured = side.defaults[client]
    good = measured.get(f"{identity.rpartition('/')[0]}/good")
    return good is None or not measured[identity].must_refuse or good.said.result == CONNECTED


def _same_reason(old: SideCell, new: SideCell) -> bool:
    """Whether neither was played, for the same reason, and the lab did not fail: then there is no change."""
    kinds = {cell.why_not.partition(":")[0] for cell in (old, new)}
    return bool(old.why_not and new.why_not) and len(kinds) == 1 and not old.lab_failed


def _not_compared(old: SideCell, new: SideCell) -> NotCompared:
    sides = [("old", old.why_not), ("new", new.why_not)]
    return NotCompared(
        cell=new.id,
        why="; ".join(f"{side}: {why}" for side, why in sides if why),
        lab_failed=old.lab_failed or new.lab_failed,
    )


def _facts(old: Side, new: Side, of: Pair) -> Iterator[DefaultFact]:
    answers = {fact.question: fact.answer for fact in new.facts.get(of.new, ())}
    for fact in old.facts.get(of.old, ()):
        if fact.question in answers:
            yield DefaultFact(client=of, question=fact.question, old=fact.answer, new=answers[fact.question])


def _others(side: Side, paired: set[str], pairing: Mapping[str, str] | None) -> list[str]:
    """The cells of clients without a partner; where the clients were chosen, the other clients are left out."""
    if pairing is not None:
        return []
    return [cell.id for name, cells in side.cells.items() if name not in paired for cell in cells.values()]


def _client(side: Side, name: str) -> SideClient:
    return side.clients.get(name, SideClient(name, "", ""))
