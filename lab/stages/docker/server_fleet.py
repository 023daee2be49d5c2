"""The fleet: every server of a run, nginx and the SQL Servers, in their pods.

The fleet lays out all servers at once, creates them while their pods start, and starts them together: the person who
runs the lab waits that long before the first attempt.
"""

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import docker
from tlslab.clients.base import Login
from tlslab.model.situation import ServerKind, ServerSide
from tlslab.pki.mint import Mint
from tlslab.runtime.tasks import each, together
from tlslab.runtime.unattended import unattended
from tlslab.stages.docker import base_images
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.images_of_run import Wanted
from tlslab.stages.docker.pod import Pod
from tlslab.stages.docker.servers import NginxServer
from tlslab.stages.docker.sqlserver_container import PORT, SqlServer
from tlslab.stages.docker.sqlserver_pool import MEMORY, Pool, room_for
from tlslab.stages.docker.volumes import fill
from tlslab.stages.local.services import ServiceError, Silent
from tlslab.stages.server_sides import apart, group_by_kind
from tlslab.stages.stage import Distance

ENDPOINT_START, VENDOR_START = 30.0, 180.0
"""Seconds for a server to come up."""
HTTPS_PORT, SENTINEL_PORT = 8443, 8080
SpecFor = Callable[[str, str], ContainerSpec]
"""The spec of a container of the run, from its image and its role."""


class Fleet:
    """The servers of these sides."""

    def __init__(
        self,
        client: docker.DockerClient,
        images: Wanted,
        spec: SpecFor,
        network: str,
        names: Iterable[str],
        mint: Mint,
        login: Login,
        *,
        limit: int = 0,
    ) -> None:
        """`names`: those that the servers have on the network. `limit`: at most so many SQL Servers at a time, 0: as
        many as memory allows.
        """
        self._client = client
        self._images = images
        self._spec = spec
        self._network = network
        self._names = tuple(names)
        self._mint = mint
        self._login = login
        self._limit = limit
        self._pods: list[Pod] = []
        self._nginx: list[NginxServer] = []
        self._https_ports: dict[str, int] = {}
        self._fillers = itertools.count(1)
        self._pool: Pool[SqlServer] | None = None
        self.sides: dict[ServerSide, tuple[NginxServer | Pool[SqlServer], str]] = {}
        """Which server plays a side, and what the side is called there."""

    async def start(self, sides: Iterable[ServerSide]) -> None:
        """Start the servers of these sides, all together, or as many as memory allows. When one does not start, `hold`
        of its side raises the failure. Raises StageError.
        """
        groups = group_by_kind(tuple(sides))
        sql, https = groups.get(ServerKind.SQLSERVER, {}), groups.get(ServerKind.HTTPS, {})
        at_once = self._at_once(len(sql))
        alone = bool(self._limit) or not self._images.is_endpoint(self._images.sqlserver)
        self._pods = [self._pod(number) for number in range(1 + at_once if alone else 1)]
        homes = self._pods[1:] if alone else self._pods * at_once
        servers = [self._sqlserver(number, pod, alone=alone) for number, pod in enumerate(homes)]
        self._https_ports = {name: HTTPS_PORT + number for number, name in enumerate(https)}
        nginx = [self._make_nginx(https)] if https else []
        self._pool = Pool(servers, sql, self._mint) if sql else None
        laying_out = unattended(lambda: self._lay_out(nginx, servers, sql))
        await together(*(pod.create() for pod in self._pods), laying_out)
        every = [*servers, *nginx]
        # A pod is slow to start, for the kernel makes its network: the other containers are created meanwhile.
        await together(*(pod.start() for pod in self._pods), *(server.create() for server in every))
        if self._pool:
            self.sides |= {side: (self._pool, name) for name, side in sql.items()}
        starting = [self._start_nginx(server) for server in nginx]
        await together(*starting, *([self._pool.start()] if self._pool else []))

    async def stop(self) -> None:
        """Remove all servers, then their pods."""
        await each(*(server.stop() for server in (*self._nginx, self._pool) if server))
        await each(*(pod.stop() for pod in self._pods))

    def distance(self, side: ServerSide) -> Distance:
        """How far a server side is from being used."""
        server, identity = self.sides[side]
        return server.distance(identity) if isinstance(server, Pool) else Distance.UP

    @contextlib.asynccontextmanager
    async def hold(self, side: ServerSide) -> AsyncIterator[None]:
        """Have the side up while the context is open. Raises ServiceError when it does not start."""
        server, identity = self.sides[side]
        if isinstance(server, Pool):
            async with server.hold(identity):
                yield
        elif server.problem:
            raise ServiceError(server.problem)
        else:
            yield

    async def take_log(self, side: ServerSide) -> tuple[str, ...]:
        """What the server wrote since this was last asked.

        Raises ServiceError when it is not up or has ended; Lost, OSError as `Agent.ask` does.
        """
        server, identity = self.sides[side]
        return await (server.server(identity).take_log() if isinstance(server, Pool) else server.take_log(identity))

    def pod(self, side: ServerSide) -> Pod:
        """The pod in which a side listens. Raises ServiceError when it is not up."""
        server, identity = self.sides[side]
        return server.server(identity).pod if isinstance(server, Pool) else self._pods[0]

    def port(self, side: ServerSide) -> int:
        """The port of a side in its pod. Raises ServiceError when it is not up."""
        server, identity = self.sides[side]
        return server.server(identity).port if isinstance(server, Pool) else server.ports[identity]

    def _at_once(self, sides: int) -> int:
        """How many SQL Servers run at a time. Raises StageError when memory does not suffice for one."""
        workdir = sides
        if not self._images.is_endpoint(self._images.sqlserver):
            workdir = room_for(int(self._client.info()["MemTotal"]), sides)
        return min(workdir, self._limit or workdir)

    def _pod(self, number: int) -> Pod:
        """The first pod has the names on the network; for the others, clients get the names in /etc/hosts."""
        spec = self._spec(self._images.endpoint, f"net-{number}" if number else "net")
        return Pod(self._client, spec, self._network, () if number else self._names)

    def _make_nginx(self, sides: Mapping[str, ServerSide]) -> NginxServer:
        standin = ", a stand-in" if self._images.is_standin(base_images.NGINX) else ""
        number = len(self._nginx)
        made = NginxServer(
            self._client,
            self._spec(base_images.NGINX, f"nginx-{number}" if number else "nginx"),
            self._pods[0],
            {name: self._https_ports[name] for name in sides},
            SENTINEL_PORT + number,
            f"image {base_images.NGINX}{standin}",
            sides,
        )
        self._nginx.append(made)
        self.sides |= {side: (made, name) for name, side in sides.items()}
        return made

    def _sqlserver(self, number: int, pod: Pod, *, alone: bool) -> SqlServer:
        image = self._images.sqlserver
        own = self._images.is_endpoint(image)
        spec = self._spec(image, f"sqlserver-{number + 1}")
        return SqlServer(
            self._client,
            spec if own else replace(spec, host={"mem_limit": MEMORY}),
            pod,
            port=PORT if alone else PORT + number,
            login=self._login,
            limit=ENDPOINT_START if own else VENDOR_START,
            endpoint=f"the lab's own TDS endpoint (image {image})" if own else "",
        )

    def _lay_out(
        self, nginx: Sequence[NginxServer], servers: Sequence[SqlServer] = (), sides: Mapping[str, ServerSide] = {}
    ) -> None:
        """Mint the certificates, and fill the volumes with which the servers start. Blocks. Raises StageError."""
        volumes = [server.volume(side, self._mint) for server, side in zip(servers, sides.values(), strict=False)]
        volumes += [server.volume(self._mint) for server in nginx]
        fill(self._client, self._spec(self._images.endpoint, f"filler-{next(self._fillers)}"), volumes)

    async def _start_nginx(self, server: NginxServer) -> None:
        """Start one. When it does not start, start its sides apart; one that is alone stays down."""
        try:
            await server.begin()
            return
        except ServiceError as problem:
            server.problem = str(problem)
            one_is_bad = len(server.sides) > 1 and not isinstance(problem, Silent)
        await server.stop()
        if one_is_bad:
            parts = [self._make_nginx(sides) for sides in apart(server.sides, server.problem)]
            await unattended(lambda: self._lay_out(parts))
            await together(*(part.create() for part in parts))
            await together(*(self._start_nginx(part) for part in parts))
