"""A client in a distribution: the same adapter, run in one of several, as `curl:trixie`."""

from typing import Self

from tlslab.clients.base import Client, Invocation, Machine, Missing, Request, Trust
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, Situation


class Placed(Client):
    """The client with its behaviour in this distribution."""

    delegates = True

    def __init__(self, client: Client, distribution: str) -> None:
        self.client = client
        self.distribution = distribution
        self.name = f"{client.name}:{distribution}"
        self.title = f"{client.title}, on {distribution}"
        self.kinds = client.kinds
        self.tls_library = client.tls_library
        self.needs = client.needs
        self.templates = client.templates
        self.rows = client.rows
        self.offers = client.offers
        self.supports = client.supports
        self.variables, self.stores = client.variables, client.stores
        self.door = client.door
        self.release = client.release
        self.no_default_store, self.roots_file = client.no_default_store, client.roots_file

    def moved(self, distribution: str) -> Self:
        """The same client, under the same name, in a copy of its distribution."""
        moved = type(self)(self.client, distribution)
        moved.name, moved.title = self.name, self.title
        return moved

    def missing(self, machine: Machine) -> Missing | None:
        if machine.obstacle is not None:
            return machine.obstacle
        why = machine.absent.get(self.client.name, "")
        if why:
            return Missing(f"{self.client.name} for {self.distribution}", f"cannot be had there: {why}")
        lacking = self.client.missing(machine)
        return Missing(lacking.what, f"the image of {self.distribution} does not hold it") if lacking else None

    def version_probe(self, machine: Machine) -> Invocation:
        return self.client.version_probe(machine)

    def read_version(self, completed: Completed) -> str:
        return self.client.read_version(completed)

    def cannot(self, situation: Situation) -> str | None:
        return self.client.cannot(situation)

    def default_trust_on(self, machine: Machine) -> Trust:
        return self.client.default_trust_on(machine)

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return self.client.options_as_typed(side)

    def invoke(self, request: Request) -> Invocation:
        return self.client.invoke(request)

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return self.client.read(completed, side)
