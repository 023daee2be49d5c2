"""Server sides before they start: grouped for the servers that play them, and regrouped when one does not start."""

import re
from collections.abc import Mapping, Sequence, Set

from tlslab.model.situation import ServerKind, ServerSide, unsupported


def group_by_kind(sides: Sequence[ServerSide]) -> dict[ServerKind, dict[str, ServerSide]]:
    """Server sides by kind, each with an identity: `https-1`, `sqlserver-3`."""
    grouped: dict[ServerKind, dict[str, ServerSide]] = {}
    for side in sides:
        group = grouped.setdefault(side.kind, {})
        group[f"{side.kind.value}-{len(group) + 1}"] = side
    return grouped


def by_process(sides: Mapping[str, ServerSide], usual: Set[str]) -> tuple[dict[str, ServerSide], ...]:
    """In which processes to start sides of one kind: together those that set no other option than the `usual` ones,
    together the others, and alone each that must not come up.
    """
    up = {name: side for name, side in sides.items() if side.starts}
    beyond = {name: side for name, side in up.items() if unsupported(side, usual)}
    down = [{name: side} for name, side in sides.items() if not side.starts]
    rest = {name: side for name, side in up.items() if name not in beyond}
    return tuple(group for group in (rest, beyond, *down) if group)


def apart(sides: Mapping[str, ServerSide], words: str) -> tuple[dict[str, ServerSide], ...]:
    """In which groups to start these two or more sides, with which one server does not start; each group is smaller.

    Those that its words name (the files of a side begin with its identity) are each alone, and the others together.
    Where its words name none of them, there are two halves: started and halved again, they leave the bad ones alone.
    """
    named = [name for name in sides if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words)]
    if named:
        others = [name for name in sides if name not in named]
        groups = [*([others] if others else []), *([name] for name in named)]
    else:
        names = list(sides)
        groups = [names[: len(names) // 2], names[len(names) // 2 :]]
    return tuple({name: sides[name] for name in group} for group in groups)
