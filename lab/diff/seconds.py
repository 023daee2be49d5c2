"""Seconds: whether a client became slower or faster, beyond the noise of its own repetitions. Pure.

Only two clients of one run are compared: between two runs the load of the machine may differ.
"""

from collections.abc import Mapping, Sequence
from math import log
from statistics import median

from tlslab.diff.cells import Change, said_entry
from tlslab.diff.kinds import Kind
from tlslab.diff.sides import Key, Said, SideCell

REPETITIONS = 3
"""Fewer show no noise."""
ACTS = 5
"""Fewer shared acts show no trend."""
LEAST = log(1.2)
"""A smaller change of the middle act is not worth a line."""
AGREEING = 0.9
"""This part of the acts must have changed in the same direction."""


def seconds_changes(client_old: str, client_new: str, cells: Mapping[Key, tuple[SideCell, SideCell]]) -> list[Change]:
    """One change for each act of a client that is slower, or faster, as a whole; nothing when that is noise."""
    acts = [
        (key, act, before, new.acts[act], new.id)
        for key, (old, new) in cells.items()
        for act, before in old.acts.items()
        if act in new.acts and _comparable(before, new.acts[act])
    ]
    # Cells share attempts: each pair of them counts once.
    distinct = {(id(before), id(after)): (before, after) for _, _, before, after, _ in acts}
    if not _beyond_noise(list(distinct.values())):
        return []
    return [
        Change(
            kind=Kind.SECONDS,
            client_old=client_old,
            client_new=client_new,
            scenario=key[0],
            fix=key[1],
            server=key[2],
            act=act,
            defects=list(after.defects),
            cell=identity,
            verdict_before="",
            verdict_after="",
            before=said_entry(before, median(before.seconds)),
            after=said_entry(after, median(after.seconds)),
            also=[],
        )
        for key, act, before, after, identity in acts
    ]


def _comparable(old: Said, new: Said) -> bool:
    """Enough repetitions, and the same outcome: an act that ends otherwise takes another time for that reason."""
    enough = min(len(old.seconds), len(new.seconds)) >= REPETITIONS and min(*old.seconds, *new.seconds) > 0
    return enough and old.result == new.result


def _ratio(old: Said, new: Said) -> float:
    return log(median(new.seconds) / median(old.seconds))


def _noise(said: Said) -> float:
    """How far the repetitions of one attempt are apart."""
    return log(max(said.seconds) / min(said.seconds))


def _beyond_noise(pairs: Sequence[tuple[Said, Said]]) -> bool:
    if len(pairs) < ACTS:
        return False
    ratios = [_ratio(old, new) for old, new in pairs]
    middle = median(ratios)
    noise = median(max(_noise(old), _noise(new)) for old, new in pairs)
    agreeing = sum(1 for ratio in ratios if ratio * middle > 0) / len(ratios)
    return abs(middle) > max(LEAST, noise) and agreeing >= AGREEING
