"""The docker stage: servers and clients in containers, on an internal network of the run.

No port is published and no part of the host is between client and server: the lab scans its servers from inside
(`watch`). The lab removes its containers and network itself; when it is killed its reaper does, else the next run's
sweep.
"""

import asyncio
import contextlib
import itertools
import secrets
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import NoReturn, Self

from docker.errors import APIError

from tlslab.clients.base import Client, Endpoint, Login, Machine, Missing, Request
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, ServerSide, Situation, TLSVersion
from tlslab.pki.mint import Mint
from tlslab.pki.scan import Scan, Staple
from tlslab.runtime.tasks import together
from tlslab.runtime.unattended import drain, unattended
from tlslab.setup import installer
from tlslab.stages import workdir
from tlslab.stages.clock import with_clock
from tlslab.stages.docker import build_contexts, cleanup, owner_labels, reaper
from tlslab.stages.docker.client_images import ClientImage, Contained, Nowhere, OnHost
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.container_state import answers
from tlslab.stages.docker.daemon import connect
from tlslab.stages.docker.daemon_errors import FAILURES, words
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS
from tlslab.stages.docker.images_of_run import Wanted
from tlslab.stages.docker.server_fleet import Fleet
from tlslab.stages.docker.servers import NginxServer
from tlslab.stages.docker.sqlserver_container import SqlServer
from tlslab.stages.docker.sqlserver_pool import Pool
from tlslab.stages.docker.trust_procedure_container import FreshContainer
from tlslab.stages.environment import with_environment
from tlslab.stages.local.clients import Here
from tlslab.stages.local.services import ServiceError
from tlslab.stages.material import material_of
from tlslab.stages.stage import Distance, StageError
from tlslab.stages.trust_procedure import Way

DRAIN_TIMEOUT = 5.0
"""Seconds in which a daemon finishes the requests under way."""
GONE_TIMEOUT = 1
"""Seconds for a request to a daemon that has just been found not to answer."""
USER = "sa"


def tell(text: str) -> None:
    """A sentence to the person: building may take minutes."""
    print(f"tlslab: {text}", file=sys.stderr, flush=True)


class DockerStage:
    """Turns situations into containers and invocations into completed processes; leaves nothing behind but images."""

    name = "docker"
    _host: OnHost | None = None
    _fleet: Fleet

    def __init__(
        self,
        cache: Path,
        mint: Mint,
        *,
        distributions: tuple[str, ...] = (DEFAULT,),
        on_host: bool = False,
        sqlserver_image: str = "",
        require_vendor_image: bool = False,
        sqlserver_limit: int = 0,
        echo: installer.Echo = tell,
    ) -> None:
        """`distributions`: those in whose containers clients run; `on_host`: they run on this machine, too.

        `sqlserver_image`: an image, a release of Microsoft's (`2022`), `endpoint` for the lab's own, or "" for
        Microsoft's where it can be had and else the endpoint. `sqlserver_limit`: at most so many SQL Servers at a time,
        each in a network namespace of its own; 0: as many as memory allows.
        """
        self._cache = cache
        self._mint = mint
        self._distributions = distributions
        self._on_host = on_host
        self._wanted_image = sqlserver_image
        self._require_vendor = require_vendor_image
        self._sqlserver_limit = sqlserver_limit
        self._echo = echo
        self._stack = AsyncExitStack()
        self._client_images: dict[str, ClientImage] = {}
        self._fresh = itertools.count(1)
        self._names: tuple[str, ...] = ()
        self.run = owner_labels.new_run()
        self.labels: dict[str, str] = {}
        """The labels of everything that the run makes."""
        self._clean = False
        self.login = Login(USER, f"Lab-{secrets.token_urlsafe(12)}")

    async def __aenter__(self) -> Self:
        try:
            self._loop = asyncio.get_running_loop()
            self._client = await unattended(connect)
            self._stack.callback(self._client.close)
            version = await unattended(self._client.version)
            self._daemon = f"Docker {version['Version']}"
            self._cores = int((await unattended(self._client.info))["NCPU"])
            me = await unattended(self._clean_up)
            self.labels = owner_labels.labels(self.run, me)
            self._start_reaper()
            architecture = build_contexts.architecture_of(str(version["Arch"]))
            await unattended(lambda: self._bring_images(architecture))
            await unattended(self._make_network)
            await together(*(self._start_clients(name) for name in self._images.clients))
            if self._on_host:
                here = self._stack.enter_context(Here(self._cache))
                self._stack.push_async_callback(here.end_workers)
                self._host = self._client_images[""] = OnHost(here)
        except BaseException as problem:
            await self.__aexit__(type(problem), problem, problem.__traceback__)
            if isinstance(problem, FAILURES) and not getattr(problem, "filename", None):
                raise StageError(f"the Docker daemon fails: {words(problem)}") from problem
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean = error is None
        try:
            known = error is not None and hasattr(self, "_client")
            if known and not await unattended(lambda: answers(self._client.api)):
                self._client.api.timeout = GONE_TIMEOUT
        finally:
            await self._stack.aclose()

    @property
    def obstacle(self) -> Missing | None:
        """Why no client can run, once the stage has been opened."""
        return self._host.here.obstacle if self._host and not self._distributions else None

    @property
    def at_once(self) -> int:
        """One for each of the daemon's cores, and one more: while the daemon passes on what clients say, the cores are
        idle for a fifth of the time.
        """
        return self._cores + 1

    @property
    def isolation(self) -> str:
        """How names are resolved and processes contained, in words."""
        return "; ".join(
            [f"containers of {self._daemon} on an internal network, names as aliases", *self._images.notes]
        )

    @property
    def sides(self) -> Mapping[ServerSide, tuple[NginxServer | Pool[SqlServer], str]]:
        """The server sides of the plan."""
        return self._fleet.sides

    def machine_of(self, client: Client) -> Machine:
        """What the client's image offers."""
        return self._client_images[client.distribution].machine

    @property
    def no_default_stores(self) -> str:
        """Why no store is laid out: the clients of a distribution share a container and its trust store."""
        return (
            "the docker stage leaves the trust stores of its containers as their images have them; the local stage "
            "plays this"
        )

    def open(self, names: Iterable[str], sides: Iterable[ClientSide] = (), clients: Iterable[Client] = ()) -> None:
        """Remember the names that the servers will have on the network. Raises StageError for measured defaults."""
        if any(side.defaults_only and side.trust_anchors for side in sides):
            raise StageError("what clients do by default is measured on the local stage alone")
        self._names = tuple(sorted(names))
        for image in self._client_images.values():
            image.names = self._names
        self._fleet = Fleet(
            self._client,
            self._images,
            self._spec,
            self.network,
            self._names,
            self._mint,
            self.login,
            limit=self._sqlserver_limit,
        )

    async def serve(self, situations: Iterable[Situation]) -> None:
        """Start every distinct server side of these situations, all together, or as many as memory allows. When a
        server does not start, `hold` of its side raises the failure. Raises StageError.
        """
        sides = tuple(dict.fromkeys(situation.server for situation in situations))
        if not sides:
            return
        self._stack.push_async_callback(self._fleet.stop)
        await self._fleet.start(sides)
        if self._host:
            await self._reach(self._host)

    async def _reach(self, host: OnHost) -> None:
        """Find out whether this machine can connect to a server that is up. Raises StageError."""
        for side in self.sides:
            if self.distance(side) is Distance.UP:
                with contextlib.suppress(ServiceError):  # `hold` raises it again when an attempt holds the side
                    async with self.hold(side):
                        await host.reach(self._fleet.pod(side).address, self._fleet.port(side))
                        return

    def distance(self, side: ServerSide) -> Distance:
        """How far a server side is from being used."""
        return self._fleet.distance(side)

    def hold(self, side: ServerSide) -> AbstractAsyncContextManager[None]:
        """Have the side up while the context is open. Raises ServiceError when it does not start."""
        return self._fleet.hold(side)

    def scan(self, side: ServerSide, host: str, low: TLSVersion, high: TLSVersion, *, strict: bool) -> Scan:
        """Scan a server side from inside its pod. Blocks; not to be called in the event loop.

        Raises ServiceError when the side is not up, Lost and OSError as `Agent.ask` does.
        """
        question = self._fleet.pod(side).watch.ask(
            do="scan",
            kind=side.kind.value,
            port=self._fleet.port(side),
            host=host,
            low=low.value,
            high=high.value,
            strict=strict,
        )
        answer = asyncio.run_coroutine_threadsafe(question, self._loop).result()
        return Scan(tuple(answer["certificates"]), answer["refused"], answer["unusual"])

    def staple(self, side: ServerSide, host: str) -> Staple:
        """Nothing that this stage plays has one (`Choice.cannot`). Raises StageError."""
        raise StageError("the docker stage does not look at answers of OCSP")

    def request(self, side: ServerSide, host: str, certificate: str, key: str) -> str:
        """Nothing that this stage plays is asked for a certificate (`Choice.cannot`). Raises StageError."""
        raise StageError("the docker stage shows no server the certificate of a client")

    def tunnel(self, situation: Situation) -> NoReturn:
        """No client that this stage plays has one (`Choice.cannot`). Raises StageError."""
        raise StageError("the docker stage runs no proxy")

    async def server_log(self, side: ServerSide) -> tuple[str, ...]:
        """What the server wrote since this was last asked. Raises ServiceError, Lost, OSError."""
        return await self._fleet.take_log(side)

    def home(self) -> NoReturn:
        """No attempt that this stage makes follows on another (`Choice.cannot`). Raises StageError."""
        raise StageError("the docker stage has no directory for several attempts")

    async def attempt(self, client: Client, situation: Situation, home: Path | None = None) -> Completed:
        """Let the client connect once, in a directory of its own.

        Raises OSError when it cannot be started, StageError when its container died, ServiceError when the server side
        is not up.
        """
        material = material_of(self._mint, situation.client)
        endpoint = Endpoint(situation.kind, situation.client.connect_to, self._fleet.port(situation.server))
        image, pod = self._client_images[client.distribution], self._fleet.pod(situation.server)
        workdir = image.new_workdir()
        request = Request(image.machine, situation.client, endpoint, material, self.login, PurePosixPath(workdir))
        told = with_environment(client.invoke(request), request, self._mint)
        invocation = with_clock(told, situation.client, request.machine)
        return await image.run(invocation, workdir, pod)

    async def version(self, client: Client) -> str:
        """Ask the client for its version; empty when it does not tell. Raises OSError, StageError as `attempt` does."""
        image = self._client_images[client.distribution]
        return client.read_version(await image.run(client.version_probe(image.machine), image.new_workdir(), None))

    def ways(self, client: Client) -> tuple[Way, ...]:
        """The documented ways of the client's distribution; none for this machine, and none where nothing runs."""
        return DISTRIBUTIONS[client.distribution].family.ways if client.distribution in self._images.clients else ()

    @contextlib.asynccontextmanager
    async def fresh(self, distribution: str) -> AsyncIterator[FreshContainer]:
        """A fresh container of a distribution. Raises StageError."""
        name = f"{distribution}/fresh-{next(self._fresh)}"
        spec = self._spec(self._images.clients[distribution], name.replace("/", "-"))
        made = FreshContainer(self._client, spec, self.network, name, self._client_images[distribution].machine)
        made.names = self._names
        self._client_images[name] = made
        try:
            await made.start()
            yield made
        finally:
            await made.stop()
            del self._client_images[name]

    def _called(self, what: str) -> str:
        return f"tlslab-{self.run}-{what}"

    def _spec(self, image: str, what: str) -> ContainerSpec:
        """A container of this run."""
        return ContainerSpec(image, self._called(what), self.labels)

    @property
    def network(self) -> str:
        """The name of the run's network."""
        return self._called("network")

    def client_image(self, distribution: str) -> str:
        """The image in which the clients of a distribution run."""
        return self._images.clients[distribution]

    # ---- before the servers

    def _bring_images(self, architecture: str) -> None:
        self._images = Wanted(self._client, self._cache, self.labels, self._echo)
        self._images.bring(
            self._distributions,
            self._wanted_image,
            architecture=architecture,
            require_vendor=self._require_vendor,
            on_host=self._on_host,
        )
        self._client_images |= {name: Nowhere(missing) for name, missing in self._images.missing.items()}

    def _clean_up(self) -> owner_labels.Owner:
        """Remove what killed earlier runs left; return the owner that this process is."""
        me = owner_labels.this_process(owner_labels.own_container(self._client))
        cleanup.sweep(self._client, me)
        workdir.sweep(self._cache / "runs")
        return me

    def _start_reaper(self) -> None:
        process = reaper.start(self.run)

        async def leave() -> None:
            try:
                await unattended(lambda: cleanup.remove_run(self._client, self.run))
                if not self._clean:
                    # The daemon now finishes earlier requests; a build whose container is gone ends.
                    await drain(DRAIN_TIMEOUT)
                    await unattended(lambda: cleanup.remove_run(self._client, self.run))
            except FAILURES:
                self._clean = False
                self._echo(reaper.PROMISE)
            reaper.end(process, clean=self._clean)

        self._stack.push_async_callback(leave)

    def _make_network(self) -> None:
        try:
            self._client.api.create_network(self.network, driver="bridge", internal=True, labels=self.labels)
        except APIError as problem:
            raise StageError(
                f"the network of the run cannot be made: {words(problem)}. Docker has room for about thirty networks; "
                "`docker network prune` removes those that nobody uses"
            ) from problem

    async def _start_clients(self, name: str) -> None:
        spec = self._spec(self._images.clients[name], f"client-{name}")
        image = Contained(self._client, spec, self.network, self._stack)
        self._client_images[name] = image
        await image.start()
