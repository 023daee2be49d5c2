"""Client images: the clients of the docker stage run in the container of a distribution, or on this machine.

A client image is asked to run an invocation so that the lab's names are servers in a given pod.
"""

import asyncio
import base64
import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import docker
from tlslab.clients.base import Invocation, Machine, Missing
from tlslab.model.outcome import Completed
from tlslab.runtime.deadline import deadline
from tlslab.setup import all_needs
from tlslab.setup.needs import Built, Library, Program
from tlslab.stages.clock import FAKETIME
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.container_agent import Agent
from tlslab.stages.docker.pod import Pod
from tlslab.stages.local.clients import Here
from tlslab.stages.sandbox import Sandbox
from tlslab.stages.stage import StageError

REACH_TIMEOUT = 20.0
WORKDIRS = {"/workdirs": "exec,mode=1777", "/tmp": "exec,mode=1777"}
"""The tmpfs mounts that clients write to, instead of the container itself."""


_NUMBERS = itertools.count(1)


def order(invocation: Invocation, workdir: str) -> dict[str, Any]:
    """What an agent is asked for, to run an invocation in this directory (docker/client/agent.py)."""
    files = {name: data.encode() if isinstance(data, str) else data for name, data in invocation.files.items()}
    return {
        "limit": invocation.timeout + invocation.prepare_timeout * len(invocation.prepare),
        "workdir": workdir,
        "argv": list(invocation.argv),
        "env": dict(invocation.env),
        "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
        "stdin": invocation.stdin,
        "collect": list(invocation.collect),
        "timeout": invocation.timeout,
        "prepare": [list(command) for command in invocation.prepare],
        "prepare_timeout": invocation.prepare_timeout,
    }


async def run_in(agent: Agent, invocation: Invocation, workdir: str) -> Completed:
    """Run an invocation in a client container. Raises Lost, OSError as `Agent.ask` does."""
    said = await agent.ask(**order(invocation, workdir))
    return Completed(
        exit_status=said["exit_status"],
        stdout=said["stdout"],
        stderr=said["stderr"],
        seconds=said["seconds"],
        collected=tuple(said["collected"].items()),
    )


def wanted() -> dict[str, Any]:
    """What the lab asks an agent to scan its system for: what clients, their trust stores and their clocks need."""
    clients = (need for needs in all_needs.of_clients().values() for need in needs)
    needs = list(dict.fromkeys((*clients, *all_needs.of_stores(), FAKETIME)))
    return {
        "programs": [need.name for need in needs if isinstance(need, Program | Built)],
        "libraries": {need.name: need.files for need in needs if isinstance(need, Library)},
        "gnutls": [need.name for need in needs if isinstance(need, Program | Library) and need.gnutls],
    }


class ClientImage(ABC):
    """What runs the clients: the containers of a distribution, or this machine."""

    machine: Machine
    names: tuple[str, ...] = ()
    """The names that the lab's servers have, once they are known."""

    def new_workdir(self) -> str:
        """The path of a directory for one attempt, as the client will see it."""
        return f"/workdirs/attempt-{next(_NUMBERS)}"

    @abstractmethod
    async def run(self, invocation: Invocation, workdir: str, pod: Pod | None) -> Completed:
        """Run it in its workdir; the names of the lab are servers in this pod (None: no server is needed). Raises
        OSError when it cannot be started, StageError.
        """


class Contained(ClientImage):
    """The containers of one distribution. The first one resolves the servers' names through the network; where
    several pods share a name, each pod has one more container, in whose /etc/hosts the lab writes the names.
    """

    def __init__(
        self,
        client: docker.DockerClient,
        spec: ContainerSpec,
        network: str,
        stack: AsyncExitStack,
    ) -> None:
        """`spec`: image, name and labels of the containers. `stack`: what removes them."""
        self._client = client
        self._spec = spec
        self._network = network
        self._stack = stack
        self._agents: dict[str, asyncio.Task[Agent]] = {}

    async def start(self) -> None:
        """Start the first container and ask its agent what the image holds. Raises StageError, OSError."""
        found: dict[str, Any] = await (await self._agent(None)).ask(inspect=wanted())
        self.machine = Machine(
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

    async def run(self, invocation: Invocation, workdir: str, pod: Pod | None) -> Completed:
        return await run_in(await self._agent(pod), invocation, workdir)

    async def _agent(self, pod: Pod | None) -> Agent:
        hosts = pod.hosts(self.names) if pod else {}
        key = pod.name if pod and hosts else ""
        if key not in self._agents:
            self._agents[key] = asyncio.create_task(self._start_agent(len(self._agents), hosts))
        return await asyncio.shield(self._agents[key])

    async def _start_agent(self, number: int, hosts: Mapping[str, str]) -> Agent:
        agent = Agent(
            self._client,
            ContainerSpec(
                self._spec.image,
                f"{self._spec.name}-{number}" if number else self._spec.name,
                self._spec.labels,
                host={
                    "network_mode": self._network,
                    "init": True,
                    "read_only": True,
                    "tmpfs": WORKDIRS,
                    "cap_drop": ["ALL"],
                    "security_opt": ["no-new-privileges"],
                    "dns_opt": ["timeout:1", "attempts:1"],
                    "extra_hosts": dict(hosts),
                },
            ),
        )
        self._stack.push_async_callback(agent.stop)
        await agent.start()
        return agent


class Nowhere(ClientImage):
    """A distribution without an image: its clients are missing, for this reason."""

    def __init__(self, missing: Missing) -> None:
        self.machine = Machine(obstacle=missing)
        self._missing = missing

    async def run(self, invocation: Invocation, workdir: str, pod: Pod | None) -> Completed:
        raise StageError(f"{self._missing.what} is missing")


class OnHost(ClientImage):
    """This machine: processes in sandboxes, which connect to the pods' own addresses. Nothing is published, and
    nothing stands between client and server.
    """

    def __init__(self, here: Here) -> None:
        self.here = here
        self.machine = here.machine
        self._sandboxes: dict[str, Sandbox] = {}

    def new_workdir(self) -> str:
        return str(self.here.new_workdir())

    async def run(self, invocation: Invocation, workdir: str, pod: Pod | None) -> Completed:
        return await self.here.run(invocation, Path(workdir), self._sandbox(pod.address if pod else "127.0.0.1"))

    async def reach(self, address: str, port: int) -> None:
        """Connect to a server once. Raises StageError where containers cannot be reached from here."""
        try:
            async with deadline(REACH_TIMEOUT):
                _, writer = await asyncio.open_connection(address, port)
        except (OSError, TimeoutError) as problem:
            raise StageError(
                f"this machine cannot connect to {address}:{port}, where Docker's containers are ({problem!r}). That "
                "needs a daemon on this very machine, not one elsewhere or in a virtual machine (Docker Desktop); else "
                "let the clients run in containers, too (without --distribution host)"
            ) from None
        writer.close()

    def _sandbox(self, address: str) -> Sandbox:
        """The sandbox in which the names are at this address. Raises OSError where this machine has no way to make
        one.
        """
        if address not in self._sandboxes:
            made = self.here.sandbox(self.names, address)
            if made is None:
                raise OSError(str(self.here.obstacle))
            self._sandboxes[address] = made
        return self._sandboxes[address]
