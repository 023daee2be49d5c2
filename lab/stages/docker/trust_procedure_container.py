"""A fresh container: a copy of a distribution, in which nothing was changed yet, for one trust procedure.

Unlike the containers of the matrix it can be written to, and it runs as root: the documents address the administrator
of the machine. What `docker diff` says of it is the evidence.
"""

import asyncio
from collections.abc import Mapping

import docker
from tlslab.clients.base import Invocation, Machine
from tlslab.model.outcome import Completed
from tlslab.runtime.unattended import unattended
from tlslab.stages.docker.client_images import WORKDIRS, ClientImage, run_in
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.container_agent import Agent
from tlslab.stages.docker.daemon_errors import FAILURES, words
from tlslab.stages.docker.pod import Pod
from tlslab.stages.stage import StageError
from tlslab.stages.trust_procedure import CA, Followed, Step, Way

LIMIT = 60.0
"""Seconds for one command: they take one or two where nothing else runs."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The administrator's PATH."""
HOSTS = "/etc/hosts"
_CHANGES = {0: "changed", 1: "added", 2: "deleted"}
"""Docker Engine API, "Get changes on a container's filesystem"."""


class FreshContainer(ClientImage):
    """A container of a distribution for one trust procedure."""

    def __init__(
        self, client: docker.DockerClient, spec: ContainerSpec, network: str, distribution: str, machine: Machine
    ) -> None:
        """`spec`: image, name and labels. `machine`: what the image holds."""
        self.distribution = distribution
        self.machine = machine
        self._client = client
        self._agent = Agent(
            client,
            ContainerSpec(
                spec.image,
                spec.name,
                spec.labels,
                host={
                    "network_mode": network,
                    "init": True,
                    "tmpfs": WORKDIRS,
                    "security_opt": ["no-new-privileges"],
                    "dns_opt": ["timeout:1", "attempts:1"],
                },
            ),
        )
        self._naming = asyncio.Lock()
        self._hosts = ""
        self._named: Mapping[str, str] = {}

    async def start(self) -> None:
        """Start it. Raises StageError, OSError as `Agent.ask` does."""
        await self._agent.start()
        self._hosts = (await self._command(f"cat {HOSTS}")).output

    async def stop(self) -> None:
        """Remove it."""
        await self._agent.stop()

    async def run(self, invocation: Invocation, workdir: str, pod: Pod | None) -> Completed:
        async with self._naming:  # in /etc/hosts the names point to one pod at a time
            await self._name(pod.hosts(self.names) if pod else {})
            return await run_in(self._agent, invocation, workdir)

    async def follow(self, way: Way, ca: str) -> Followed:
        """Follow a way with this CA (PEM), up to the first command that fails. Raises StageError, OSError."""
        before = await self._differences()
        steps: list[Step] = []
        for command in way.commands:
            steps.append(await self._command(command, {CA: ca}))
            if steps[-1].status != 0:
                break
        after = await self._differences()
        return Followed(tuple(steps), {path: kind for path, kind in after.items() if before.get(path) != kind})

    async def _command(self, command: str, files: Mapping[str, str] | None = None) -> Step:
        invocation = Invocation(("sh", "-c", command), env={"PATH": PATH}, files=files or {}, timeout=LIMIT)
        done = await run_in(self._agent, invocation, self.new_workdir())
        return Step(command, done.exit_status, done.stdout + done.stderr, done.seconds)

    async def _name(self, hosts: Mapping[str, str]) -> None:
        """Have these names in /etc/hosts, beside those that were there."""
        if hosts != self._named:
            text = self._hosts + "".join(f"{address}\t{name}\n" for name, address in hosts.items())
            step = await self._command(f"cp hosts {HOSTS}", {"hosts": text})
            if step.status != 0:
                raise StageError(f"{HOSTS} of {self.distribution} cannot be written: {step.output.strip()}")
            self._named = hosts

    async def _differences(self) -> dict[str, str]:
        try:
            found = await unattended(lambda: self._client.api.diff(self._agent.id))
        except FAILURES as problem:
            raise StageError(f"what has changed in {self.distribution} cannot be told: {words(problem)}") from problem
        return {str(item["Path"]): _CHANGES[int(item["Kind"])] for item in found or ()}
