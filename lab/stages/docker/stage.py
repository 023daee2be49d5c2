"""The docker stage: servers and clients in containers, on an internal network of the run.

Nothing is published and nothing of the host is on the way: the lab looks at its servers from inside (`watch`).
Whatever becomes of the lab, its containers and network go: it removes them itself, else its reaper does, else the next
run's sweep.
"""

import asyncio
import contextlib
import secrets
import sys
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from docker.errors import APIError

from lab import installer
from lab.clients.base import Client, Endpoint, Invocation, Login, Machine, Material, Missing
from lab.outcome import Completed
from lab.pki.look import Look
from lab.pki.mint import Mint
from lab.situation import ServerKind, ServerSide, Situation, TLSVersion
from lab.stages.docker import images, owner, reaper, standins, supplies
from lab.stages.docker.agent import Agent
from lab.stages.docker.container import Order, words
from lab.stages.docker.daemon import connect
from lab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS, Distribution
from lab.stages.docker.servers import ROOM, NginxServer, SqlServer, nginx_files, sqlserver_files
from lab.stages.services import group_by_kind
from lab.stages.stage import StageError

VENDOR_REPOSITORY = "mcr.microsoft.com/mssql/server"
VENDOR_IMAGE = f"{VENDOR_REPOSITORY}:2022-latest"
VENDOR_MEMORY = 2 << 30
"""Bytes that one SQL Server needs (Microsoft Learn, "Installation guidance for SQL Server on Linux")."""
ENDPOINT_START, VENDOR_START = 30.0, 180.0
"""Seconds for a server to come up."""
SQLSERVER_PORT, HTTPS_PORT, SENTINEL_PORT = 1433, 8443, 8080
REAPER_TIMEOUT = 20.0
USER = "sa"


def tell(text: str) -> None:
    """A sentence to the person: building may take minutes."""
    print(f"tlslab: {text}", file=sys.stderr, flush=True)


class DockerStage:
    """Turns situations into containers and invocations into completed processes; leaves nothing behind but images."""

    name = "docker"
    obstacle: Missing | None = None

    def __init__(
        self,
        cache: Path,
        mint: Mint,
        *,
        distributions: tuple[str, ...] = (DEFAULT,),
        sqlserver_image: str = "",
        require_vendor_image: bool = False,
        echo: installer.Echo = tell,
    ) -> None:
        self._cache = cache
        self._mint = mint
        self._distributions = distributions
        self._wanted_image = sqlserver_image
        self._require_vendor = require_vendor_image
        self._echo = echo
        self._stack = AsyncExitStack()
        self._where: dict[ServerSide, tuple[NginxServer | SqlServer, str]] = {}
        self._ports: dict[ServerSide, int] = {}
        self._agents: dict[str, Agent] = {}
        self._machines: dict[str, Machine] = {}
        self._client_images: dict[str, str] = {}
        self._lost: list[str] = []
        self._names: tuple[str, ...] = ()
        self._attempts = 0
        self._notes: list[str] = []
        self.run = owner.new_run()
        self.login = Login(USER, f"Lab-{secrets.token_urlsafe(12)}")

    async def __aenter__(self) -> Self:
        try:
            self._loop = asyncio.get_running_loop()
            self._client = await asyncio.to_thread(connect)
            self._stack.callback(self._client.close)
            version = await asyncio.to_thread(self._client.version)
            self._daemon = f"Docker {version['Version']}"
            await asyncio.to_thread(owner.sweep, self._client)
            await asyncio.to_thread(self._prepare_images, supplies.architecture_of(str(version["Arch"])))
            self._start_reaper()
            await asyncio.to_thread(self._make_network)
            await asyncio.gather(*(self._start_clients(name) for name in self._client_images))
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean = error is None
        await self._stack.aclose()

    @property
    def isolation(self) -> str:
        """How names are resolved and processes contained, in words."""
        return "; ".join([f"containers of {self._daemon} on an internal network, names as aliases", *self._notes])

    @property
    def sides(self) -> Mapping[ServerSide, tuple[NginxServer | SqlServer, str]]:
        """The server sides that are up."""
        return self._where

    def machine_of(self, client: Client) -> Machine:
        """What the image of the client's distribution holds, or why there is none."""
        return self._machines[self._place(client)]

    def open(self, names: Iterable[str], roots: str = "") -> None:
        """Remember the names that the servers will have on the network. Raises StageError for `roots`."""
        if roots:
            raise StageError("what clients do by default is measured on the local stage alone")
        self._names = tuple(sorted(names))

    async def serve(self, situations: Iterable[Situation]) -> None:
        """Start every distinct server side of these situations, all together. Raises ServiceError, StageError."""
        sides = tuple(dict.fromkeys(situation.server for situation in situations))
        if not sides:
            return
        self._watch = Agent(
            self._client,
            Order(
                self._endpoint_image,
                self._called("net"),
                self.labels,
                ("python3", "-m", "lab.stages.docker.watch"),
                host={"network_mode": self.network, "init": True, "cap_drop": ["ALL"]},
                networks={self.network: self._names},
            ),
        )
        self._stack.push_async_callback(self._watch.stop)
        await self._watch.start()
        groups = group_by_kind(sides)
        servers: list[NginxServer | SqlServer] = []
        if https := groups.get(ServerKind.HTTPS):
            servers.append(self._nginx(https))
        if sql := groups.get(ServerKind.SQLSERVER):
            self._check_memory(len(sql))
            servers += [self._sqlserver(number, name, side) for number, (name, side) in enumerate(sql.items())]
        for server in servers:
            self._stack.push_async_callback(server.stop)
        await asyncio.gather(*(server.start() for server in servers))

    def look(self, side: ServerSide, host: str, low: TLSVersion, high: TLSVersion) -> Look:
        """Look at a server side from inside the network. Blocks; not to be called in the event loop."""
        question = self._watch.ask(
            do="look", kind=side.kind.value, port=self._ports[side], host=host, low=low.value, high=high.value
        )
        answer = asyncio.run_coroutine_threadsafe(question, self._loop).result()
        return Look(tuple(answer["certificates"]), answer["refused"])

    async def server_log(self, side: ServerSide) -> tuple[str, ...]:
        """What the server wrote since this was last asked."""
        server, identity = self._where[side]
        return await server.take_log(identity)

    async def attempt(self, client: Client, situation: Situation) -> Completed:
        """Let the client connect once. Raises OSError when it cannot be started, StageError when its container died."""
        material = Material(self._mint.anchors_pem(situation.client), self._mint.pem(*situation.client.intermediates))
        endpoint = Endpoint(situation.kind, situation.client.connect_to, self._ports[situation.server])
        room = self._new_room()
        invocation = client.invoke(
            self.machine_of(client), situation.client, endpoint, material, self.login, PurePosixPath(room)
        )
        return await self._run(client, invocation, room)

    async def version(self, client: Client) -> str:
        """Ask the client for its version; empty when it does not tell."""
        invocation = client.version_probe(self.machine_of(client))
        return client.read_version(await self._run(client, invocation, self._new_room()))

    async def _run(self, client: Client, invocation: Invocation, room: str) -> Completed:
        said = await self._agents[self._place(client)].ask(
            limit=invocation.timeout,
            room=room,
            argv=list(invocation.argv),
            env=dict(invocation.env),
            files=dict(invocation.files),
            stdin=invocation.stdin,
            collect=list(invocation.collect),
            timeout=invocation.timeout,
        )
        return Completed(
            exit_status=said["exit_status"],
            stdout=said["stdout"],
            stderr=said["stderr"],
            seconds=said["seconds"],
            collected=tuple(said["collected"].items()),
        )

    def _new_room(self) -> str:
        self._attempts += 1
        return f"/rooms/attempt-{self._attempts}"

    def _place(self, client: Client) -> str:
        return client.place or self._distributions[0]

    def _called(self, what: str) -> str:
        return f"tlslab-{self.run}-{what}"

    @property
    def network(self) -> str:
        """The name of the run's network."""
        return self._called("network")

    @property
    def labels(self) -> dict[str, str]:
        """The labels of everything that the run makes."""
        return owner.labels(self.run)

    def client_image(self, distribution: str) -> str:
        """The image in which the clients of a distribution run."""
        return self._client_images[distribution]

    def port(self, side: ServerSide) -> int:
        """The port of a server side on the run's network."""
        return self._ports[side]

    # ---- before the servers

    def _prepare_images(self, architecture: str) -> None:
        """Have every image. Under a lock: two runs at once must not build the same."""
        with installer.locked(self._cache / "docker.lock", self._echo):
            endpoint = supplies.endpoint_recipe(architecture, self._cache, self._echo)
            self._endpoint_image = self._build(endpoint)
            self._sqlserver_image = self._choose_sqlserver()
            for name in self._distributions:
                self._prepare_clients(DISTRIBUTIONS[name], architecture)
            if not self._client_images:
                raise StageError("\n".join(self._lost))
            self._have(standins.NGINX)

    def _prepare_clients(self, distribution: Distribution, architecture: str) -> None:
        """Have the image of a distribution's clients, or the reason why they are missing."""
        name = distribution.name
        try:
            self._have(distribution.base)
            recipe = supplies.client_recipe(distribution, architecture, self._cache, self._echo)
            self._client_images[name] = images.build(self._client, recipe, self._echo)
            return
        except standins.BaseMissing as problem:
            said, missing = str(problem), problem.missing
        except StageError as problem:
            said = str(problem)
            why = " | ".join(line.strip(" |") for line in said.splitlines())
            missing = Missing(f"the image of {name} ({why})", "the next run tries to build it again")
        self._lost.append(f"{name}: {said}")
        self._machines[name] = Machine(obstacle=missing)
        if len(self._distributions) > 1:
            self._echo(f"{name} is left out: {said}")

    def _build(self, recipe: images.Recipe) -> str:
        self._have(recipe.base)
        return images.build(self._client, recipe, self._echo)

    def _have(self, base: str) -> None:
        standins.ensure_base(self._client, base, self._echo)
        note = f"{base} is a stand-in built from Debian's packages"
        if images.is_standin(self._client, base) and note not in self._notes:
            self._notes.append(note)

    def _choose_sqlserver(self) -> str:
        wanted = self._wanted_image or VENDOR_IMAGE
        if images.has(self._client, wanted):
            return wanted
        refused = images.pull(self._client, wanted)
        if not refused:
            return wanted
        if self._wanted_image or self._require_vendor:
            raise StageError(f"the image {wanted} is not here and cannot be pulled: {refused}")
        self._notes.append(f"{wanted} cannot be had ({refused}), so the lab's own endpoint takes its place")
        return self._endpoint_image

    def _start_reaper(self) -> None:
        process = reaper.start(self.run)

        async def leave() -> None:
            with contextlib.suppress(APIError, OSError):
                await asyncio.to_thread(owner.remove_run, self._client, self.run)
            assert process.stdin
            process.stdin.close()
            if getattr(self, "_clean", False):
                process.terminate()
            # Else a thread may still be asking for a container, and the reaper has the last look.
            with contextlib.suppress(Exception):
                await asyncio.to_thread(process.wait, REAPER_TIMEOUT)

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
        agent = self._agents[name] = Agent(
            self._client,
            Order(
                self._client_images[name],
                self._called(f"client-{name}"),
                self.labels,
                host={
                    "network_mode": self.network,
                    "init": True,
                    "read_only": True,
                    "tmpfs": {"/rooms": "exec,mode=1777", "/tmp": "exec,mode=1777"},
                    "cap_drop": ["ALL"],
                    "security_opt": ["no-new-privileges"],
                    "dns_opt": ["timeout:1", "attempts:1"],
                },
            ),
        )
        self._stack.push_async_callback(agent.stop)
        await agent.start()
        found: dict[str, Any] = await agent.ask(inspect=True)
        self._machines[name] = Machine(
            which=found["which"],
            python=found["python"],
            python_packages=found["python_packages"],
            node_modules=found["node_modules"],
            node_packages=found["node_packages"],
            files=found["files"],
            gnutls=frozenset(found["gnutls"]),
            absent=found["absent"],
            system_roots=frozenset(found["system_roots"]),
        )

    # ---- the servers

    def _nginx(self, sides: Mapping[str, ServerSide]) -> NginxServer:
        ports = {name: HTTPS_PORT + number for number, name in enumerate(sides)}
        order = Order(
            standins.NGINX,
            self._called("nginx"),
            self.labels,
            ("nginx", "-c", f"{ROOM}/nginx.conf"),
            files=nginx_files(sides, ports, SENTINEL_PORT, self._mint),
            host={"network_mode": f"container:{self._called('net')}"},
        )
        standin = ", a stand-in" if images.is_standin(self._client, standins.NGINX) else ""
        server = NginxServer(self._client, order, self._watch, ports, SENTINEL_PORT, f"image {standins.NGINX}{standin}")
        for name, side in sides.items():
            self._where[side], self._ports[side] = (server, name), ports[name]
        return server

    def _sqlserver(self, number: int, name: str, side: ServerSide) -> SqlServer:
        files, environment = sqlserver_files(side, self._mint)
        port = SQLSERVER_PORT + number
        own = self._sqlserver_image == self._endpoint_image
        order = Order(
            self._sqlserver_image,
            self._called(name),
            self.labels,
            files=files,
            environment={
                **environment,
                "ACCEPT_EULA": "Y",
                "MSSQL_SA_PASSWORD": self.login.password,
                "MSSQL_PID": "Developer",
                "MSSQL_TCP_PORT": str(port),
            },
            host={
                "network_mode": f"container:{self._called('net')}",
                **({} if own else {"mem_limit": VENDOR_MEMORY}),
            },
        )
        server = SqlServer(
            self._client,
            order,
            self._watch,
            port,
            endpoint=f"the lab's own TDS endpoint (image {self._endpoint_image})" if own else "",
            limit=ENDPOINT_START if own else VENDOR_START,
        )
        self._where[side], self._ports[side] = (server, name), port
        return server

    def _check_memory(self, count: int) -> None:
        """Raises StageError when so many real SQL Servers do not fit into the daemon's machine."""
        if self._sqlserver_image == self._endpoint_image:
            return
        total = int(self._client.info()["MemTotal"])
        if count * VENDOR_MEMORY > total:
            raise StageError(
                f"this plan needs {count} SQL Servers of 2 GB each; Docker's machine has {total / (1 << 30):.0f} GB. "
                "Play a part of it (--scenario), or use the endpoint (--sqlserver-image "
                f"{self._endpoint_image})"
            )
