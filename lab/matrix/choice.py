"""The choice of a stage: what a person may say about it, and the stage and the clients that this makes.

What a stage needs is imported when it is chosen: a local run does not pay for the Docker SDK.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.stages.docker import distributions

if TYPE_CHECKING:
    from lab.clients.base import Client
    from lab.pki.mint import Mint
    from lab.stages.stage import Stage

STAGES = ("local", "docker")
DISTRIBUTIONS = distributions.NAMES
"""Where clients can run on the docker stage."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where to play. `nginx` False: HTTPS is the lab's own endpoint (local). The rest is about the docker stage.

    `distributions`: where the clients run. `sqlserver_image`: the image to run as SQL Server, "" for Microsoft's
    where it can be had and else the endpoint; `require_vendor_image`: without Microsoft's there is no run.
    """

    name: str = "local"
    nginx: bool = True
    distributions: tuple[str, ...] = (distributions.DEFAULT,)
    sqlserver_image: str = ""
    require_vendor_image: bool = False

    def make(self, cache: Path, mint: "Mint") -> "Stage":
        """The stage of one run."""
        if self.name == "docker":
            from lab.stages.docker.stage import DockerStage

            return DockerStage(
                cache,
                mint,
                distributions=self.distributions,
                sqlserver_image=self.sqlserver_image,
                require_vendor_image=self.require_vendor_image,
            )
        from lab.stages.local import LocalStage

        return LocalStage(cache, mint, nginx=self.nginx)

    def clients(self, known: "Iterable[Client]") -> "tuple[Client, ...]":
        """The clients that this stage offers to a plan: each as it is, or once for each distribution."""
        known = tuple(known)
        if self.name == "local":
            return known
        from lab.clients.placed import Placed

        return tuple(Placed(client, place) for place in self.distributions for client in known)


LOCAL = Choice()
