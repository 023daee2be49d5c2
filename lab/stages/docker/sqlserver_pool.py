"""The pool: every SQL Server side of a plan, on as many containers as memory allows.

Where all fit, each side has a container of its own, and all are up at once. Where memory is short the sides take turns:
an attempt that connects to a side holds it, a side that is up stays up while it is held, and the pool gives a container
without a holder another side: it configures the container anew and starts it again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tlslab.model.situation import ServerSide
from tlslab.pki.mint import Mint
from tlslab.runtime.tasks import abandon, each
from tlslab.stages.local.services import ServiceError
from tlslab.stages.stage import Distance, StageError

GIB = 1 << 30
MEMORY = 2 * GIB
"""Bytes that one SQL Server needs (Microsoft Learn, "Installation guidance for SQL Server on Linux")."""
RESERVED = GIB
"""Bytes that are left to the other containers and to the machine."""


def room_for(total: int, sides: int) -> int:
    """How many SQL Servers, of at most `sides`, run at a time on a machine with `total` bytes of memory.

    Raises StageError when not even one does.
    """
    fit = min(sides, (total - RESERVED) // MEMORY)
    if sides and fit < 1:
        raise StageError(
            f"SQL Server needs {MEMORY // GIB} GB of memory beside {RESERVED // GIB} GB for the rest, and Docker's "
            f"machine has {total / GIB:.1f} GB. Give Docker more memory, or use the lab's endpoint "
            "(--sqlserver-image endpoint)"
        )
    return fit


class Loaded(Protocol):
    """What plays one side at a time (`tlslab.stages.docker.sqlserver_container`)."""

    @property
    def real(self) -> bool: ...

    @property
    def implementation(self) -> str: ...

    @property
    def said(self) -> tuple[str, ...]: ...

    async def load(self, side: ServerSide, mint: Mint) -> None: ...

    async def stop(self) -> None: ...


S = TypeVar("S", bound=Loaded)


@dataclass
class _Slot(Generic[S]):
    """A server, the side that the pool gave it, and how many callers hold that side."""

    server: S
    identity: str = ""
    loading: "asyncio.Future[None] | None" = None
    holders: int = 0


@dataclass
class Pool(Generic[S]):
    """SQL Servers that play these sides, by their identity."""

    servers: Sequence[S]
    sides: Mapping[str, ServerSide]
    mint: Mint
    _logs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._slots = [_Slot(server) for server in self.servers]
        self._turn = asyncio.Condition()

    @property
    def real(self) -> bool:
        return any(server.real for server in self.servers)

    @property
    def implementation(self) -> str:
        return next((server.implementation for server in self.servers if server.real), self.servers[0].implementation)

    def start_log(self, identity: str) -> tuple[str, ...]:
        """What the server wrote when it was last started with this side."""
        return self._logs.get(identity, ())

    async def start(self) -> None:
        """Give each container its first side, and wait until they serve. When one does not,
        `hold` of its side raises the failure.
        """
        async with self._turn:
            loading = [self._give(slot, name) for slot, name in zip(self._slots, self.sides, strict=False)]
        if loading:
            await asyncio.wait(loading)

    async def stop(self) -> None:
        """Remove all containers."""
        await abandon(slot.loading for slot in self._slots if slot.loading is not None)
        await each(*(server.stop() for server in self.servers))

    def distance(self, identity: str) -> Distance:
        """How far a side is from being used."""
        if self._of(identity) is not None:
            return Distance.UP
        return Distance.NEAR if any(not slot.holders for slot in self._slots) else Distance.FAR

    @contextlib.asynccontextmanager
    async def hold(self, identity: str) -> AsyncIterator[None]:
        """Have this side up while the context is open. Raises ServiceError with the server's own words when it does not
        start, each time: it is not tried twice.
        """
        async with self._turn:
            await self._turn.wait_for(lambda: self.distance(identity) < Distance.FAR)
            slot = self._of(identity) or next(slot for slot in self._slots if not slot.holders)
            slot.holders += 1
            loading = slot.loading if slot.identity == identity else self._give(slot, identity)
        try:
            assert loading is not None
            await asyncio.shield(loading)
            yield
        finally:
            async with self._turn:
                slot.holders -= 1
                self._turn.notify_all()

    def server(self, identity: str) -> S:
        """The container that plays this side. Raises ServiceError when no container has it."""
        slot = self._of(identity)
        if slot is None:
            raise ServiceError(f"{identity} is not up: it has to be held while it is used")
        return slot.server

    def _of(self, identity: str) -> _Slot[S] | None:
        return next((slot for slot in self._slots if slot.identity == identity), None)

    def _give(self, slot: _Slot[S], identity: str) -> "asyncio.Future[None]":
        slot.identity = identity
        slot.loading = asyncio.ensure_future(self._load(slot.server, identity))
        # Mark the failure as retrieved, else the event loop logs it: `hold` raises it.
        slot.loading.add_done_callback(lambda done: done.cancelled() or done.exception())
        return slot.loading

    async def _load(self, server: S, identity: str) -> None:
        try:
            await server.load(self.sides[identity], self.mint)
        finally:
            self._logs[identity] = server.said
