"""The clients: one module a family. Each module lists its adapters in `CLIENTS`; this package finds them."""

from importlib import import_module
from pkgutil import iter_modules

from tlslab.clients.base import Client

__all__ = ["Client", "all_clients"]


def all_clients() -> tuple[Client, ...]:
    """Every adapter of every module of this package, ordered by name.

    Raises ValueError when two adapters have the same name.
    """
    found: dict[str, Client] = {}
    for info in iter_modules(__path__):
        for client in getattr(import_module(f"{__name__}.{info.name}"), "CLIENTS", ()):
            if client.name in found:
                raise ValueError(f"two clients are called {client.name}: {found[client.name]!r} and {client!r}")
            found[client.name] = client
    return tuple(found[name] for name in sorted(found))
