"""The local stage: servers and clients as processes of this machine, on loopback, inside the sandbox."""

import contextlib
import itertools
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import NoReturn, Self

from tlslab.clients.base import Client, Endpoint, Login, Machine, Missing, Request
from tlslab.model.certificate import Anchor
from tlslab.model.outcome import Completed
from tlslab.model.proxy import HOST as PROXY_HOST
from tlslab.model.situation import ClientSide, ServerKind, ServerSide, Situation, TLSVersion, unsupported
from tlslab.pki.mint import RESPONDER_HOST, Mint
from tlslab.pki.request import request
from tlslab.pki.scan import Scan, Staple, scan, staple
from tlslab.runtime.tasks import together
from tlslab.servers import nginx
from tlslab.servers.tds.endpoint import SUPPORTS as TDS_SUPPORTS
from tlslab.stages.clock import with_clock
from tlslab.stages.environment import with_environment
from tlslab.stages.local.clients import Here
from tlslab.stages.local.down import Down, NginxDown
from tlslab.stages.local.nginx_process import Nginx
from tlslab.stages.local.proxies import Proxies
from tlslab.stages.local.responders import Responders
from tlslab.stages.local.services import ADDRESS, Embedded, Service, ServiceError, Silent, listeners_of
from tlslab.stages.material import material_of
from tlslab.stages.sandbox import Sandbox
from tlslab.stages.server_sides import apart, by_process, group_by_kind
from tlslab.stages.stage import Distance, StageError, Tunnel
from tlslab.stages.system_store import lay_out_store
from tlslab.stages.trust_procedure import Way

USER = "sa"


class LocalStage:
    """Turns situations into endpoints and invocations into completed processes; leaves nothing behind."""

    name = "local"

    def __init__(self, cache: Path, mint: Mint, *, nginx: bool = True) -> None:
        self._mint = mint
        self._use_nginx = nginx
        self._where: dict[ServerSide, tuple[Service, str]] = {}
        self._names: dict[ServerSide, str] = {}
        self._numbers = itertools.count(1)
        self._responders = Responders(mint)
        self.sandboxes: dict[tuple[Anchor, ...], Sandbox] = {}
        """By what stands in the default stores of the clients inside, beside the unrelated root."""
        self._stack = AsyncExitStack()
        self.here = Here(cache)
        self.machine = self.here.machine
        self.login = Login(USER, f"Lab-{secrets.token_urlsafe(12)}")

    async def __aenter__(self) -> Self:
        self.workdir = self._stack.enter_context(self.here).workdir
        self._proxies = Proxies(self._mint, self.workdir)
        self._stack.push_async_callback(self.here.end_workers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def obstacle(self) -> Missing | None:
        """Why nothing can be played on this machine, once the stage has been opened."""
        return self.here.obstacle

    @property
    def isolation(self) -> str:
        """How names are resolved and processes contained, in words."""
        return self.obstacle.what if self.obstacle else self.sandbox.description

    def machine_of(self, client: Client) -> Machine:
        """This machine, for every client."""
        return self.machine

    @property
    def no_default_stores(self) -> str:
        """Why no store can be laid out, once the stage has been opened: only a mount namespace has stores of its own
        for every program.
        """
        if self.obstacle or self.sandbox.enters_namespaces:
            return ""
        return (
            "this machine allows no private namespaces, in which the lab could lay out the trust store that the client "
            "reads by itself"
        )

    def open(self, names: Iterable[str], sides: Iterable[ClientSide] = (), clients: Iterable[Client] = ()) -> None:
        """Make the sandboxes, in which these names resolve to the lab's servers: one for each content of the default
        stores. An unrelated root stands in each, and nothing of this machine's. Where this machine has no way to make
        one, that becomes the stage's obstacle.

        Raises OSError, subprocess.CalledProcessError as `lay_out_store` does.
        """
        names = (*names, RESPONDER_HOST, PROXY_HOST)
        files = {path for client in clients if (path := client.roots_path(self.machine_of(client)))}
        for anchors in dict.fromkeys([(), *(side.in_default_store for side in sides)]):
            roots = self._mint.public_root + self._mint.pem(*anchors)
            store = lay_out_store(self.workdir / f"default-store-{len(self.sandboxes) + 1}", roots)
            opened = self.here.sandbox(names, ADDRESS, store, sorted(files))
            if opened is None:
                return
            self.sandboxes[anchors] = opened
        self.sandbox = self.sandboxes[()]

    async def serve(self, situations: Iterable[Situation]) -> None:
        """Start every distinct server side of these situations, all together. When one does not start, `hold` of it
        raises the failure.
        """
        for situation in situations:
            self._names.setdefault(situation.server, situation.client.connect_to)
        self._stack.push_async_callback(self._responders.stop)
        await self._responders.start(self._names)
        usual = {ServerKind.HTTPS: nginx.SUPPORTS_WHERE_FILES_CHANGE, ServerKind.SQLSERVER: TDS_SUPPORTS}
        by_kind = group_by_kind(tuple(self._names)).items()
        groups = [sides for kind, group in by_kind for sides in by_process(group, usual[kind])]
        await together(*(self._start(self._service(sides)) for sides in groups))

    async def _start(self, service: Service) -> None:
        """Start a service. When it does not start, start its sides apart; one that is alone stays down."""
        try:
            await service.start(self.sandbox)
            return
        except OSError as problem:
            why = problem.strerror or str(problem)
            service.problem = f"the servers with their files in {service.workdir} cannot be started: {why}"
            one_is_bad = False
        except (ServiceError, ValueError) as problem:
            service.problem = str(problem)
            one_is_bad = len(service.sides) > 1 and not isinstance(problem, Silent)
        await service.stop()
        if one_is_bad:
            groups = apart(service.sides, service.problem)
            await together(*(self._start(self._service(sides)) for sides in groups))

    def _service(self, sides: Mapping[str, ServerSide]) -> Service:
        """A service for these sides, which are of one kind, in a directory of its own. Raises OSError."""
        kind = next(iter(sides.values())).kind
        workdir = self.workdir / f"{kind.value}-process-{next(self._numbers)}"
        workdir.mkdir()
        program = self.machine.which.get("nginx")
        names = {name: self._names[side] for name, side in sides.items()}
        service: Service
        starts = all(side.starts for side in sides.values())
        can = not any(unsupported(side, nginx.SUPPORTS_WHERE_FILES_CHANGE) for side in sides.values())
        if kind is ServerKind.HTTPS and program and self._use_nginx and can:
            service = (Nginx if starts else NginxDown)(program, workdir, self._mint, sides, names)
        else:
            service = (Embedded if starts else Down)(kind, self.login.password, workdir, self._mint, sides, names)
        self._stack.push_async_callback(service.stop)
        self._where |= {side: (service, name) for name, side in sides.items()}
        # What clients are sent on to is looked at as well; an equal side of its own has an identity of its own.
        behind = [item for name, side in sides.items() for item in listeners_of(name, side, names[name])]
        self._where |= {item.side: (service, item.identity) for item in behind if item.side not in self._names}
        return service

    @property
    def at_once(self) -> int:
        """Three for each core: at any time some clients wait for a server, or for a responder, that says nothing."""
        return 3 * (os.cpu_count() or 1)

    @property
    def sides(self) -> Mapping[ServerSide, tuple[Service, str]]:
        """The server sides that have been started, with their service and identity there."""
        return self._where

    def endpoint(self, side: ServerSide) -> Endpoint:
        """Where this server side listens."""
        service, identity = self._where[side]
        return Endpoint(side.kind, ADDRESS, service.ports[identity])

    def distance(self, side: ServerSide) -> Distance:
        """Every side is up all the time."""
        return Distance.UP

    @contextlib.asynccontextmanager
    async def hold(self, side: ServerSide) -> AsyncIterator[None]:
        """Every side is up all the time, but for those that must not be. Raises ServiceError when it is otherwise."""
        service, _ = self._where[side]
        if service.problem:
            raise ServiceError(service.problem)
        yield

    def scan(self, side: ServerSide, host: str, low: TLSVersion, high: TLSVersion, *, strict: bool) -> Scan:
        """Scan a server side, offering these versions."""
        endpoint = self.endpoint(side)
        return scan(endpoint.kind, endpoint.address, endpoint.port, host, low, high, strict=strict)

    def staple(self, side: ServerSide, host: str) -> Staple:
        """What a server side sends of OCSP with the handshake."""
        endpoint = self.endpoint(side)
        return staple(endpoint.address, endpoint.port, host)

    def request(self, side: ServerSide, host: str, certificate: str, key: str) -> str:
        """What a server side answers a request that shows this certificate."""
        endpoint = self.endpoint(side)
        return request(endpoint.address, endpoint.port, host, certificate, key)

    def tunnel(self, situation: Situation) -> AbstractAsyncContextManager[Tunnel]:
        """Through a proxy before the server side."""
        return self._proxies.tunnel(self.endpoint(situation.server).port, situation.client)

    async def server_log(self, side: ServerSide) -> tuple[str, ...]:
        """What the server wrote since this was last asked. Raises ServiceError as `Service.take_log` does."""
        service, identity = self._where[side]
        return await service.take_log(identity)

    def home(self) -> AbstractContextManager[Path]:
        """A directory for several attempts."""
        return self.here.home()

    async def attempt(self, client: Client, situation: Situation, home: Path | None = None) -> Completed:
        """Let the client connect once. Its directory is gone afterwards, unless it is a home for several attempts.
        Raises OSError when it cannot be started.
        """
        side = situation.client
        material = material_of(self._mint, side)
        endpoint = self.endpoint(situation.server)
        workdir = home or self.here.new_workdir()
        async with self._proxies.before(endpoint.port, side) as proxy:
            request = Request(self.machine, side, endpoint, material, self.login, PurePosixPath(workdir), proxy)
            told = with_environment(client.invoke(request), request, self._mint)
            invocation = with_clock(told, side, request.machine)
            return await self.here.run(invocation, workdir, self.sandboxes.get(side.in_default_store, self.sandbox))

    def ways(self, client: Client) -> tuple[Way, ...]:
        """None: this machine's trust store is not the lab's to change."""
        return ()

    def fresh(self, distribution: str) -> NoReturn:
        """There is no other machine. Raises StageError always."""
        raise StageError("the local stage has no system to spare")

    async def version(self, client: Client) -> str:
        """Ask the client for its version; empty when it does not tell. Raises OSError as `attempt` does."""
        probe = client.version_probe(self.machine)
        return client.read_version(await self.here.run(probe, self.here.new_workdir(), self.sandbox))
