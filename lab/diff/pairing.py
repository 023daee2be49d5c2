"""Pairing: which client of the new record is the one of the old, when versions are part of their names."""

import re
from collections.abc import Iterable


def base_name(name: str) -> str:
    """`odbc18` of `odbc18@18.5.1`, of `odbc18#2` and of `python-tds+pyopenssl==25.0.0`."""
    return re.split(r"[@+#]", name, maxsplit=1)[0]


def pair(old: Iterable[str], new: Iterable[str]) -> dict[str, str]:
    """The clients of the old record to those of the new: by equal names first; of what is left, by the name without
    its version where that leaves one on each side. The other clients have no partner."""
    old, new = list(dict.fromkeys(old)), list(dict.fromkeys(new))
    pairs = {name: name for name in old if name in new}
    left = [name for name in old if name not in pairs]
    free = [name for name in new if name not in pairs.values()]
    for name in left:
        same = [other for other in left if base_name(other) == base_name(name)]
        candidates = [other for other in free if base_name(other) == base_name(name)]
        if len(same) == len(candidates) == 1:
            pairs[name] = candidates[0]
    return pairs
