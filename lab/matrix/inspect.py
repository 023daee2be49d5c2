"""Inspection: which clients are here, in which version as they say themselves, and what brings the others."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from lab.clients.base import Client
from lab.pki.keys import Keys
from lab.pki.mint import Mint
from lab.record import ClientEntry
from lab.stages.local import LocalStage


async def inspect(stage: LocalStage, client: Client) -> ClientEntry:
    """What is known of a client on this stage."""
    missing = client.missing(stage.machine) or stage.obstacle
    return ClientEntry(
        name=client.name,
        title=client.title,
        tls_library=client.tls_library,
        version="" if missing else await stage.version(client),
        missing=missing.what if missing else "",
        how_to_get=missing.how_to_get if missing else "",
    )


def inspect_clients(cache: Path, clients: Iterable[Client]) -> list[ClientEntry]:
    """What is known of these clients, without starting any server."""

    async def ask() -> list[ClientEntry]:
        async with LocalStage(cache, Mint(Keys(cache / "keys"))) as stage:
            stage.open(())
            return list(await asyncio.gather(*(inspect(stage, client) for client in clients)))

    return asyncio.run(ask())
