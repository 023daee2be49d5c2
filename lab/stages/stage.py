"""The stage as the matrix sees it: where servers and clients run, whatever they run in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from tlslab.clients.base import Client, Machine, Missing
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, ServerSide, Situation, TLSVersion
from tlslab.pki.mint import Mint
from tlslab.pki.scan import Scan, Staple
from tlslab.stages.trust_procedure import Fresh, Way


class StageError(Exception):
    """The stage cannot do what it is asked for; the message says what happened and what to do next."""


class Lost(StageError):
    """A container or the daemon is gone or silent: the run cannot go on, and no further situation is played."""


class Distance(IntEnum):
    """How far a server side is from being used."""

    UP = 0
    NEAR = 1
    """The stage can bring it up now."""
    FAR = 2
    """No server is free for it until another side is released."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What a client finds at its proxy: the status of its answer; and where that lets the client through, an address
    and a port at which is met what the client meets behind it.
    """

    status: int
    address: str = ""
    port: int = 0


class Server(Protocol):
    """What plays some server sides."""

    @property
    def implementation(self) -> str:
        """Program and version, as the program says itself."""

    @property
    def real(self) -> bool:
        """False: an endpoint of the lab stands in for the real server."""

    def start_log(self, identity: str) -> tuple[str, ...]:
        """The lines that belong to no connection: what the server said of this side when it started, or when it did
        not, if it must not (`ServerSide.starts`).
        """


class Stage(Protocol):
    """Turns situations into endpoints and invocations into completed processes; leaves nothing behind.

    Use as an async context, in this order: enter, `open`, `serve`, then attempts. Entering raises StageError.
    """

    @property
    def name(self) -> str:
        """`local` or `docker`."""

    @property
    def obstacle(self) -> Missing | None:
        """Why no client at all can run on this stage, and what brings what is lacking; known once it is open."""

    @property
    def at_once(self) -> int:
        """How many attempts at a time keep busy the machine that clients run on; known once the stage is entered."""

    @property
    def isolation(self) -> str:
        """How names are resolved and processes contained, in words."""

    @property
    def sides(self) -> Mapping[ServerSide, tuple[Server, str]]:
        """The server sides that have been started, with their server and identity there."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def machine_of(self, client: Client) -> Machine:
        """The programs and packages of the system that this client runs on."""

    @property
    def no_default_stores(self) -> str:
        """Why the stage cannot fill the trust stores that clients read by themselves, in a sentence; "" when it can.
        Known once it is open.
        """

    def open(self, names: Iterable[str], sides: Iterable[ClientSide] = (), clients: Iterable[Client] = ()) -> None:
        """Make these names resolve to the lab's servers, for clients alone. `sides`, `clients`: those that will play;
        what is to stand in the stores that the clients read by themselves is laid out (`ClientSide.in_default_store`).

        Raises StageError where the stage cannot measure what clients do by default, OSError and
        subprocess.CalledProcessError when a store cannot be laid out.
        """

    async def serve(self, situations: Iterable[Situation]) -> None:
        """Start every distinct server side of these situations, all together or as many as memory allows. When one does
        not start, the others do, and `hold` of it raises the failure. Raises StageError.
        """

    def distance(self, side: ServerSide) -> Distance:
        """How far a side is from being used."""

    def hold(self, side: ServerSide) -> AbstractAsyncContextManager[None]:
        """Have a side up while the context is open; what follows is for sides that are held. Raises ServiceError when
        it does not come up.

        One that must not come up (`ServerSide.starts`) is started as well, and then no process listens at its
        port: the self-check finds out whether it is down.
        """

    def scan(self, side: ServerSide, host: str, low: TLSVersion, high: TLSVersion, *, strict: bool) -> Scan:
        """Scan a server side, offering these versions (`tlslab.pki.scan`). Blocks.

        Raises ServiceError when the side is not up; where an agent in a container scans, StageError when the agent
        has gone, and OSError when it could not scan.
        """

    def staple(self, side: ServerSide, host: str) -> Staple:
        """What a server side sends of OCSP with the handshake. Blocks. Raises StageError where the stage has no look at
        that (`tlslab.matrix.choice`), OSError.
        """

    def request(self, side: ServerSide, host: str, certificate: str, key: str) -> str:
        """What a server side answers a request that shows this certificate (`tlslab.pki.scan.request`). Blocks. Raises
        StageError where the stage does not ask (`tlslab.matrix.choice`), OSError.
        """

    def tunnel(self, situation: Situation) -> AbstractAsyncContextManager[Tunnel]:
        """The way through the client's proxy, as one finds it who does what the client is told.

        Raises ServiceError when the server side is not up, OSError; StageError where the stage runs no proxy
        (`tlslab.matrix.choice`).
        """

    async def server_log(self, side: ServerSide) -> tuple[str, ...]:
        """What the server wrote since this was last asked; nothing for one that must not come up.

        Raises ServiceError when the server has ended; where an agent in a container marks the end of the log,
        StageError when the agent has gone, and OSError when it could not do that.
        """

    def home(self) -> AbstractContextManager[Path]:
        """The path of a directory for several attempts of one client, one after the other: what the client leaves there
        after one, the next finds. It goes with the context. Raises StageError where the stage has none
        (`tlslab.matrix.choice`).
        """

    async def attempt(self, client: Client, situation: Situation, home: Path | None = None) -> Completed:
        """Let the client connect once, in this home; None: in one that is new and goes with the attempt. Raises OSError
        when it cannot be started, StageError and ServiceError.
        """

    async def version(self, client: Client) -> str:
        """Ask the client for its version; empty when it does not tell. Raises OSError, StageError as `attempt` does."""

    def ways(self, client: Client) -> Sequence[Way]:
        """How the system that this client runs on is documented to be told to trust a CA; none where the system is not
        the lab's to change.
        """

    def fresh(self, distribution: str) -> AbstractAsyncContextManager[Fresh]:
        """A fresh copy of a distribution that has ways; it goes with the context. Raises StageError."""


StageFactory = Callable[[Path, Mint], Stage]
"""Makes the stage of one run, from the lab's cache and the mint of the run."""
