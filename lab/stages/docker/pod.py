"""A pod: a network namespace in which servers listen, and the lab's agent in it.

Its holder is the container that runs `pod_agent`; servers join its network namespace, so that a server
that has ended leaves an address where no process listens, as on a machine whose service is down, and one started again
keeps its address. The lab's own connections come from 127.0.0.1 there and the clients' from the network, which
keeps them apart in the servers' logs.

Any number of servers can share a pod when each has a port of its own. Two real SQL Servers cannot: beside its port each
listens on 127.0.0.1:1431, and the second one gives up (microsoft/mssql-docker, issue 910).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import docker
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.container_agent import Agent

WATCH = ("python3", "-m", "tlslab.stages.docker.pod_agent")


class Pod:
    """A network namespace on the run's network."""

    def __init__(
        self, client: docker.DockerClient, spec: ContainerSpec, network: str, aliases: Iterable[str] = ()
    ) -> None:
        """`spec`: image, name and labels of the holder. `aliases`: the names that it has on the network; a name that
        several pods have cannot be one, and is given to clients with `hosts`.
        """
        self.name = spec.name
        self._aliases = tuple(aliases)
        self._network = network
        self.watch = Agent(
            client,
            replace(
                spec,
                command=WATCH,
                host={"network_mode": network, "init": True, "cap_drop": ["ALL"]},
                networks={network: self._aliases},
            ),
        )
        self.address = ""

    async def create(self) -> None:
        """Make its holder: containers can be created for the namespace from here on, and started when that is there.
        Raises StageError.
        """
        await self.watch.create()

    async def start(self) -> None:
        """Make the namespace. Raises StageError."""
        await self.watch.start()
        self.address = await self.watch.address(self._network)

    async def stop(self) -> None:
        """Take it down; servers in it lose their network."""
        await self.watch.stop()

    @property
    def joined(self) -> dict[str, str]:
        """What `create_host_config` of a container in this namespace takes."""
        return {"network_mode": f"container:{self.name}"}

    def hosts(self, names: Iterable[str]) -> Mapping[str, str]:
        """Entries for the /etc/hosts of a container that is to find these names here, beside those that the network
        knows.
        """
        return {name: self.address for name in names if name not in self._aliases}
