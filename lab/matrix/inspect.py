"""Inspection: which clients are here, the version that each reports, and the commands that install the others."""

from collections.abc import Iterable
from pathlib import Path

from tlslab.clients.base import Client, Missing, lacks_for_stores
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.model.record import ClientEntry
from tlslab.model.situation import Situation
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.runtime import signals
from tlslab.runtime.tasks import together
from tlslab.stages import clock
from tlslab.stages.stage import Stage


def lacks(stage: Stage, client: Client, situations: Iterable[Situation] = ()) -> Missing | None:
    """What is lacking for this client to run on this stage, in these situations; None when it can."""
    machine = stage.machine_of(client)
    sides = [situation.client for situation in situations]
    unequipped = clock.missing(sides, machine) or lacks_for_stores(sides, machine)
    return machine.obstacle or client.missing(machine) or stage.obstacle or unequipped


async def inspect(stage: Stage, client: Client) -> ClientEntry:
    """What is known of a client on this stage."""
    missing = lacks(stage, client)
    if missing:
        return unasked(client).model_copy(update={"missing": missing.what, "how_to_get": missing.how_to_get})
    return unasked(client).model_copy(update={"version": await stage.version(client)})


def unasked(client: Client) -> ClientEntry:
    """What is known of a client that was not asked for its version."""
    return ClientEntry(name=client.name, title=client.title, tls_library=client.tls_library, version="")


def inspect_clients(cache: Path, clients: Iterable[Client], choice: Choice = LOCAL) -> list[ClientEntry]:
    """What is known of these clients, without starting any server. Raises StageError."""

    async def ask() -> list[ClientEntry]:
        async with choice.make(cache, Mint(Keys(cache / "keys"))) as stage:
            stage.open(())
            return await together(*(inspect(stage, client) for client in clients))

    return signals.run(ask())
