"""What the tests build on a daemon is gone afterwards, and what was there stays."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import docker
from tests.stages.docker.shelved import BASES, as_before
from tlslab.stages.docker.image_building import NAME, STANDIN

BASE = min(BASES)


@dataclass
class Image:
    tags: list[str]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class Daemon:
    """As much of the SDK's client as is asked."""

    had: list[Image]

    @property
    def images(self) -> "Daemon":
        return self

    def list(self) -> list[Image]:
        return self.had

    def remove(self, name: str) -> None:
        self.had = [image for image in self.had if name not in image.tags]

    @property
    def client(self) -> docker.DockerClient:
        return cast(docker.DockerClient, self)

    @property
    def tags(self) -> set[str]:
        return {tag for image in self.had for tag in image.tags}


def test_images_that_came_meanwhile_go_and_those_that_were_there_stay(tmp_path: Path) -> None:
    daemon = Daemon([Image(["tlslab/client-bookworm:1"], {NAME: "client-bookworm"}), Image(["postgres:17"])])
    with as_before(daemon.client, tmp_path):
        daemon.had += [
            Image(["tlslab/sqlserver-endpoint:2"], {NAME: "sqlserver-endpoint"}),
            Image(["nginx-standin:1"], {STANDIN: "x"}),
            Image([BASE]),
            Image(["redis:8"]),
        ]
    assert daemon.tags == {"tlslab/client-bookworm:1", "postgres:17", "redis:8"}


def test_the_last_process_of_a_session_removes_them(tmp_path: Path) -> None:
    daemon = Daemon([])
    with as_before(daemon.client, tmp_path):
        with as_before(daemon.client, tmp_path):
            daemon.had = [Image([BASE])]
        assert daemon.tags == {BASE}
        daemon.had.append(Image(["tlslab/x:1"], {NAME: "x"}))
    assert daemon.tags == set()
