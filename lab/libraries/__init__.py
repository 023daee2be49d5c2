"""The TLS libraries that the lab knows: one module each, with its `LIBRARY`. They are found by being there."""

from importlib import import_module
from pkgutil import iter_modules

from tlslab.model.library import Library


def all_libraries() -> dict[str, Library]:
    """Every library of every module of this package, by name. Raises ValueError when two have the same name."""
    found: dict[str, Library] = {}
    for info in iter_modules(__path__):
        library: Library = import_module(f"{__name__}.{info.name}").LIBRARY
        if library.name in found:
            raise ValueError(f"two libraries are called {library.name}: one is in lab/libraries/{info.name}.py")
        found[library.name] = library
    return found
