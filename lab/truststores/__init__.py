"""The kinds of trust stores: one module a kind, with its `KIND`. They are found by being there. Starts nothing."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tlslab.truststores.kind import Kind


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Every kind by its name. Raises ValueError when two modules have kinds of one name."""
    found: dict[str, Kind] = {}
    for info in iter_modules(__path__):
        kind: Kind | None = getattr(import_module(f"{__name__}.{info.name}"), "KIND", None)
        if kind is None:
            continue
        if kind.name in found:
            raise ValueError(f"two kinds of trust stores are called {kind.name}: one is in {info.name}.py")
        found[kind.name] = kind
    return found
