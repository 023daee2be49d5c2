"""The pinned client: an adapter that runs a chosen version of its client.

To the plan, the run and the record it is a client like any other, with a name of its own (`odbc18@18.5.1`). It has
no knowledge of its own: it gives its adapter another machine, on which that version is the one installed.
"""

import glob
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from tlslab.clients.base import Client, Invocation, Machine, Missing, Request, Trust
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, Situation
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.versions.environments import Environment, Environments
from tlslab.setup.versions.registry import says_version
from tlslab.setup.versions.spec import Spec, SpecError, is_spec, parse

ON_THIS_MACHINE_ALONE = (
    "versions (NAME@VERSION) are for clients of this machine ({option} host, where servers are containers); in a "
    "container a client has the version of its image"
)


class Pinned(Client):
    """A client in one version. Without an environment it can be planned, but not run."""

    delegates = True

    def __init__(self, base: Client, label: str, environment: Environment | None = None) -> None:
        self.base = base
        self.name = label
        self.environment = environment
        self.kinds = base.kinds
        self.templates = base.templates
        self.rows = base.rows
        self.offers = base.offers
        self.release = base.release
        self.no_default_store, self.roots_file = base.no_default_store, base.roots_file
        if environment is not None and base.family in base.release:
            self.release = {**base.release, base.family: environment.version}
        self.needs = base.needs
        self.supports = base.supports
        self.variables, self.stores = base.variables, base.stores
        self.door = base.door
        self.registry = base.registry
        self.program, self.library = base.program, base.library
        self.title = f"{base.title}, {label.partition('@')[2] or 'again'}"
        self.tls_library = base.tls_library

    def roots_path(self, machine: Machine) -> str:
        return self.base.roots_path(self._on(machine))

    def missing(self, machine: Machine) -> Missing | None:
        if self.environment is None:
            return Missing(f"the environment of {self.name}", f"tlslab run --client {self.name}")
        return self.base.missing(self._on(machine))

    def version_probe(self, machine: Machine) -> Invocation:
        return self.base.version_probe(self._on(machine))

    def read_version(self, completed: Completed) -> str:
        return self.base.read_version(completed)

    def cannot(self, situation: Situation) -> str | None:
        return self.base.cannot(situation)

    def default_trust_on(self, machine: Machine) -> Trust:
        return self.base.default_trust_on(self._on(machine))

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return self.base.options_as_typed(side)

    def invoke(self, request: Request) -> Invocation:
        return self.base.invoke(replace(request, machine=self._on(request.machine)))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return self.base.read(completed, side)

    def _on(self, machine: Machine) -> Machine:
        return machine if self.environment is None else self.environment.on(machine)


class Again(Pinned):
    """A client a second time under another name, so that it can be compared with itself."""

    def __init__(self, client: Client) -> None:
        base, environment = (client.base, client.environment) if isinstance(client, Pinned) else (client, None)
        super().__init__(base, f"{client.name}#2", environment)

    def missing(self, machine: Machine) -> Missing | None:
        return self.base.missing(self._on(machine))


def find(spec: Spec, clients: Iterable[Client]) -> Client:
    """The client of this name. Raises SpecError with the nearest names."""
    from tlslab.commands.shared import hint

    known = {client.name: client for client in clients}
    if spec.name not in known:
        raise SpecError(f"no client is called {spec.name!r}. {hint(spec.name, list(known))}")
    return known[spec.name]


def planned(text: str, clients: Iterable[Client]) -> Client:
    """The client that a spec names, for a plan: nothing is installed or asked. Raises SpecError."""
    spec = parse(text)
    base = find(spec, clients)
    return base if spec.is_plain else Pinned(base, str(spec))


def provide(text: str, clients: Iterable[Client], cache: Path, echo: Echo, *, as_written: bool = False) -> Client:
    """The client that a spec names, installed and asked for its version. `as_written`: its name is the spec, as that of
    a client that is only `planned`, and not the version that was found.

    Raises SpecError (with what exists instead), InstallError, StageError as `inspect_clients` does.
    """
    spec = parse(text)
    base = find(spec, clients)
    if spec.is_plain:
        return base
    environments = Environments(cache, echo)
    # A client has one environment for all its doors.
    one = find(replace(spec, name=base.family), clients)
    environment = environments.provide(one, replace(spec, name=one.name))
    client = Pinned(base, environment.label.replace(one.name, base.name, 1), environment)
    if environment.version and not environments.says(environment):
        _verify(client, environment, environments, cache)
    return Pinned(base, str(spec), environment) if as_written else client


def _verify(client: Pinned, environment: Environment, environments: Environments, cache: Path) -> None:
    """Ask the program for its version. A client lacking something else on this machine passes; the run reports it."""
    from tlslab.matrix.inspect import inspect_clients

    entry = inspect_clients(cache, [client])[0]
    if entry.missing:
        return
    problem = wrong_version(entry.version, environment.version)
    if problem:
        environments.discard(environment)
        raise InstallError(f"{client.name}: {problem}. It was installed into {environment.home} and removed again.")
    environments.finished(environment, entry.version)


def wrong_version(says: str, wanted: str) -> str:
    """What is wrong with the version that a program tells, in words; "" when it is the wanted one."""
    if not says:
        return "asked for its version, it gives no answer"
    return "" if says_version(says, wanted) else f"asked for its version, it says {says!r}, not {wanted}"


def split(given: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values of `--client`: the patterns of names, and the specs."""
    given = tuple(given)
    return tuple(item for item in given if not is_spec(item)), tuple(item for item in given if is_spec(item))


def with_doors(text: str, clients: Iterable[Client]) -> tuple[str, ...]:
    """A spec, and behind it the same for each other door of its client; a spec that names a door stands for that."""
    spec = parse(text)
    doors = [client.name for client in clients if client.door and client.family == spec.name]
    return (text, *(str(replace(spec, name=door)) for door in doors))


def choose(
    given: Iterable[str], clients: Iterable[Client], make: Callable[[str], Client]
) -> tuple[tuple[Client, ...], tuple[str, ...]]:
    """What the values of `--client` ask for: the clients to plan with, and the patterns that take the wanted ones.

    `make` turns a spec into a client; each stands beside the clients without a version, and is taken by its own name.
    """
    clients = tuple(clients)
    patterns, specs = split(given)
    specs = tuple(each for spec in specs for each in with_doors(spec, clients))
    made = {client.name: client for client in map(make, specs)}
    others = (client for client in clients if client.name not in made)
    return (*others, *made.values()), (*patterns, *map(glob.escape, made))
