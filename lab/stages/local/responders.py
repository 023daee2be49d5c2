"""The responders of the local stage: whatever stands at the addresses in the certificates of its server sides.

They listen in the lab's own process, so they end with it. Their ports stand in certificates, so they are there before
anything is minted.
"""

import asyncio
import socket
from collections.abc import Iterable

from tlslab.model.certificate import Responder
from tlslab.model.situation import ServerSide
from tlslab.pki.mint import Mint
from tlslab.pki.revocation import given_out
from tlslab.servers.responder import answering, silent
from tlslab.stages.local.services import ADDRESS, reserve


class Responders:
    """The responders of one run; their ports become known to its mint."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._servers: list[asyncio.Server] = []
        self._reserved: list[socket.socket] = []

    async def start(self, sides: Iterable[ServerSide]) -> None:
        """Start those that certificates of these sides name. Raises OSError."""
        named = frozenset[Responder]().union(*(side.responders for side in sides))
        for responder in sorted(named - self._mint.responders.keys()):
            self._mint.responders[responder] = await self._start(responder)

    async def _start(self, responder: Responder) -> int:
        if responder is Responder.REFUSES:
            self._reserved.append(reserve())
            return int(self._reserved[-1].getsockname()[1])
        handler = silent if responder is Responder.SILENT else answering(self._give)
        server = await asyncio.start_server(handler, ADDRESS, 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _give(self, path: str, body: bytes) -> tuple[str, bytes] | None:
        return given_out(self._mint, path, body)

    async def stop(self) -> None:
        """Listen no longer."""
        for server in self._servers:
            server.close()
        for item in self._reserved:
            item.close()
