"""The choice of a stage: the options that a person may give, and the stage and the clients that follow from them.

What a stage needs is imported when it is chosen: a local run does not pay for the Docker SDK.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tlslab import CONTAINED
from tlslab.model.certificate import as_address
from tlslab.model.situation import ServerEncryption, ServerKind, unsupported
from tlslab.stages.docker import distributions

if TYPE_CHECKING:
    from tlslab.clients.base import Client
    from tlslab.model.situation import Situation
    from tlslab.pki.mint import Mint
    from tlslab.stages.stage import Stage

STAGES = ("local", "docker")
DISTRIBUTIONS = distributions.NAMES
"""Where clients can run on the docker stage."""
HOST = "host"
"""The other distribution where clients can run: this machine."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where to play. `nginx` False: HTTPS is the lab's own endpoint (local). The rest is about the docker stage.

    `distributions`: where the clients run, `host` for this machine. `sqlserver_image`: the image to run as SQL Server,
    a release of Microsoft's (`2022`), or `endpoint`; "" for Microsoft's where it can be had and else the endpoint.
    `require_vendor_image`: without SQL Server itself there is no run. `sqlserver_limit`: so many SQL Servers at a
    time, 0: as many as fit.
    """

    name: str = "local"
    nginx: bool = True
    distributions: tuple[str, ...] = (distributions.DEFAULT,)
    sqlserver_image: str = ""
    require_vendor_image: bool = False
    sqlserver_limit: int = 0

    def make(self, cache: Path, mint: "Mint") -> "Stage":
        """The stage of one run."""
        if self.name == "docker":
            from tlslab.stages.docker.stage import DockerStage

            return DockerStage(
                cache,
                mint,
                distributions=tuple(name for name in self.distributions if name != HOST),
                on_host=HOST in self.distributions,
                sqlserver_image=self.sqlserver_image,
                require_vendor_image=self.require_vendor_image,
                sqlserver_limit=self.sqlserver_limit,
            )
        from tlslab.stages.local.stage import LocalStage

        return LocalStage(cache, mint, nginx=self.nginx)

    def clients(self, known: "Iterable[Client]") -> "tuple[Client, ...]":
        """The clients that this stage offers to a plan: each as it is on this machine, and once for each distribution.
        A client of a chosen version (`tlslab.setup.versions`) is on this machine alone.
        """
        known = tuple(known)
        here = known if self.on_host else ()
        if self.name == "local":
            return here
        from tlslab.clients.placed import Placed
        from tlslab.setup.versions.spec import is_spec

        distributions = [name for name in self.distributions if name != HOST]
        return (
            *here,
            *(
                Placed(client, distribution)
                for distribution in distributions
                for client in known
                if not is_spec(client.name)
            ),
        )

    @property
    def on_host(self) -> bool:
        """Whether clients of this machine play."""
        return self.name == "local" or HOST in self.distributions

    def cannot(self, situation: "Situation") -> str | None:
        """Why this stage cannot play the situation (a sentence), or None when it can. No attempt is made for that."""
        if (before := situation.before) and (why := self.cannot(before)):
            return why
        lacking = [
            (server, unsupported(situation.server, supports)) for server, supports in self._servers(situation.kind)
        ]
        if all(other for _, other in lacking):
            return "; ".join(f"{server} has no setting for {other[1]}" for server, other in lacking if other)
        if (route := situation.server.route) is not None:
            if not (situation.server.starts and route.server.starts):
                return "a server that sends its clients on is played by one process with the other one: both must start"
            if why := self.cannot(situation.arrival):
                return why
        if (chain := situation.server.chain) and situation.kind is ServerKind.SQLSERVER:
            from tlslab.servers.mssql_conf import cannot_send

            if why := cannot_send(chain):
                return why
        return self._docker_cannot(situation) if self.name == "docker" else self._local_cannot(situation)

    def _docker_cannot(self, situation: "Situation") -> str | None:
        if situation.server.encryption is ServerEncryption.IN_CLEAR:
            return "no setting makes SQL Server go on in clear against MS-TDS; the local stage plays this"
        if situation.server.staple or situation.server.responders:
            return (
                "the docker stage runs no responder, and does not look at answers of OCSP; the local stage plays this"
            )
        if situation.kind is ServerKind.HTTPS and not situation.server.starts:
            return "the docker stage waits for each nginx, and one must not start; the local stage plays this"
        if situation.server.client_anchors:
            return (
                "the docker stage shows no server the certificate of a client in its self-check; the local stage plays "
                "this"
            )
        if situation.visited is not None:
            return "the docker stage gives each attempt a home of its own; the local stage plays this"
        if situation.client.proxy is not None:
            return "the docker stage runs no proxy; the local stage plays this"
        if as_address(situation.client.connect_to):
            return (
                "the docker stage mints its certificates before it starts containers, and knows no container's address "
                "until then; the local stage plays this"
            )
        if not situation.client.connect_to.isascii():
            return "Docker's DNS does not know a name in Unicode, only its A-labels; the local stage plays this"
        return None

    def _local_cannot(self, situation: "Situation") -> str | None:
        if situation.server.ipv6:
            from tlslab.stages.local import services

            return services.ipv6_obstacle() or None
        if not situation.server.key_readable:
            from tlslab.stages.local import down

            if why := down.obstacle():
                return f"the local stage cannot keep a server from its key: {why}; the docker stage plays this"
        return None

    def _servers(self, kind: ServerKind) -> tuple[tuple[str, frozenset[str]], ...]:
        """The programs that can play this kind of server, and the options of a server side that each supports."""
        from tlslab.servers import mssql_conf, nginx

        if self.name == "docker":
            real = {
                ServerKind.HTTPS: ("nginx", nginx.SUPPORTS),
                ServerKind.SQLSERVER: ("SQL Server", mssql_conf.SUPPORTS),
            }
            return (real[kind],)
        from tlslab.servers import https_endpoint
        from tlslab.servers.tds import endpoint

        if kind is ServerKind.SQLSERVER:
            return (("the lab's own TDS endpoint", endpoint.SUPPORTS),)
        own = ("the lab's own HTTPS endpoint", https_endpoint.SUPPORTS)
        return (("nginx", nginx.SUPPORTS_WHERE_FILES_CHANGE), own) if self.nginx else (own,)


LOCAL = Choice()


def usual_stage() -> str:
    """The stage when a person names none: docker inside the lab's own image, which has no client; else local."""
    return "docker" if os.environ.get(CONTAINED) else LOCAL.name
