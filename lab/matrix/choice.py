"""The choice of a stage: what a person may say about it, and the stage and the clients that this makes.

What a stage needs is imported when it is chosen: a local run does not pay for the Docker SDK.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.clients.base import Client
    from lab.pki.mint import Mint
    from lab.situation import Situation
    from lab.stages.stage import Stage

STAGES = ("local", "docker")
DISTRIBUTIONS = ("bookworm", "bullseye", "forky", "trixie")
"""Where clients can run on the docker stage: the distributions for which docker/client/Dockerfile is written."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where to play. `nginx` False: HTTPS is the lab's own endpoint (local). The rest is about the docker stage.

    `distributions`: where the clients run. `sqlserver_image`: the image to run as SQL Server, "" for Microsoft's
    where it can be had and else the endpoint; `require_vendor_image`: without Microsoft's there is no run.
    """

    name: str = "local"
    nginx: bool = True
    distributions: tuple[str, ...] = ("bookworm",)
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

    def cannot(self, situation: "Situation") -> str | None:
        """Why this stage cannot play the situation (a sentence), or None when it can. Nobody's attempt is asked."""
        if self.name == "local" and not situation.server.key_readable:
            return (
                "the local stage cannot keep a server from its key: it runs servers under the lab's own account, "
                "which may read whatever it lays out; `--stage docker` plays this"
            )
        return None


LOCAL = Choice()
