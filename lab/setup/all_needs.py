"""All needs: what the clients, the servers and the sandbox need, collected from where each says it.

What setup installs, what the lab scans a machine for and what the images hold follows from here. Standard library only,
like the adapters, because the launcher's first start installs system packages before the lab's own environment exists.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from tlslab.clients import all_clients
from tlslab.servers import nginx
from tlslab.setup.needs import Brought, Built, Jar, Need, Part, System, from_maven, of_the_system
from tlslab.stages import clock, sandbox
from tlslab.truststores import all_kinds

if TYPE_CHECKING:
    from tlslab.clients.base import Client


@cache
def of_clients() -> Mapping[str, tuple[Need, ...]]:
    """What each client needs, by its name."""
    return {client.name: client.needs for client in all_clients()}


@cache
def of_stores() -> tuple[Need, ...]:
    """What lays out the trust stores that some client takes."""
    taken = {name for client in all_clients() for name in client.stores}
    return tuple(dict.fromkeys(need for name in sorted(taken) for need in all_kinds()[name].needs))


def everything() -> tuple[Need, ...]:
    """What the lab can use, each once: the servers' first, then the clients', then what their trust stores, their
    clocks and the sandbox need."""
    clients = (need for needs in of_clients().values() for need in needs)
    return tuple(dict.fromkeys((nginx.PROGRAM, *clients, *of_stores(), clock.FAKETIME, *sandbox.NEEDS)))


def to_play(clients: "Iterable[Client]") -> tuple[Need, ...]:
    """What it takes to play these clients, each once; the servers, the clocks and the sandbox are needed for any."""
    wanted = tuple(clients)
    stores = (need for client in wanted for name in client.stores for need in all_kinds()[name].needs)
    own = (need for client in wanted for need in client.needs)
    return tuple(dict.fromkeys((nginx.PROGRAM, *own, *stores, clock.FAKETIME, *sandbox.NEEDS)))


def of_named(patterns: Iterable[str]) -> tuple[Need, ...]:
    """What it takes to play the clients that these patterns take, with or without a version; everything where there is
    no pattern.
    """
    names = [pattern.partition("@")[0] for pattern in patterns]
    if not names:
        return everything()
    return to_play(client for client in all_clients() if any(fnmatchcase(client.name, name) for name in names))


def system() -> tuple[System, ...]:
    """What of it comes with packages of the system."""
    return of_the_system(everything())


def built() -> tuple[Built, ...]:
    """What the lab builds itself."""
    return tuple(need for need in everything() if isinstance(need, Built))


def jars() -> tuple[Jar, ...]:
    """What comes from a Maven repository."""
    return from_maven(everything())


def parts() -> tuple[Part, ...]:
    """What comes inside packages that are no clients."""
    return tuple(need for need in everything() if isinstance(need, Part))


def brought() -> tuple[Brought, ...]:
    """What only the user can bring."""
    return tuple(need for need in everything() if isinstance(need, Brought))


def other_files() -> tuple[str, ...]:
    """The names in `Machine.files` of parts and of what only the user can bring."""
    return (*(need.name for need in parts()), *(need.name for need in brought()))


def by_hand() -> frozenset[str]:
    """The clients that need such a thing: no machine is expected to have them."""
    return frozenset(name for name, needs in of_clients().items() if any(isinstance(need, Brought) for need in needs))
