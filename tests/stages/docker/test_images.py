"""Building images: a build that fails says why and leaves nothing."""

import secrets
from collections.abc import Iterable
from pathlib import Path

import pytest

import docker
from lab.stages.docker import images, standins
from lab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS, DNF, ZYPPER, Family
from lab.stages.docker.images import Recipe
from lab.stages.stage import StageError

SAID = """\
Step 1/6 : ARG BASE=debian:bookworm-slim
Step 2/6 : FROM ${BASE}
 ---> fbf6a390f7cd
Step 3/6 : ARG PACKAGES
 ---> Running in 5b9d0c7f6f0a
Removing intermediate container 5b9d0c7f6f0a
 ---> 1111aaaa2222
Step 4/6 : RUN true
 ---> Using cache
 ---> 3333bbbb4444
Step 5/6 : COPY site /opt/clients/site
 ---> 5555cccc6666
Step 6/6 : RUN false
 ---> Running in 0c1d2e3f4a5b
"""
"""What the classic builder says (Docker 20.10)."""


def test_a_build_made_neither_its_base_nor_what_was_there_before() -> None:
    assert images.new_layers(SAID.splitlines()) == ["1111aaaa2222", "5555cccc6666"]


@pytest.fixture
def base(daemon: docker.DockerClient) -> str:
    """A base image that is here."""
    tag = DISTRIBUTIONS[DEFAULT].base
    standins.ensure_base(daemon, tag, lambda text: None)
    return tag


@pytest.mark.parametrize(("family", "program"), [(DNF, "dnf"), (ZYPPER, "zypper")], ids=["dnf", "zypper"])
def test_a_build_that_fails_says_why(daemon: docker.DockerClient, base: str, family: Family, program: str) -> None:
    """On a base that has no such packager: so the daemon has read the whole Dockerfile, and the build fails in it."""
    recipe = Recipe(
        "test-failing",
        images.recipes() / "client" / family.dockerfile,
        base,
        arguments={"PACKAGES": "nothing", "PYTHON": "python3"},
        trees={"site": None, "node_modules": None},
        texts={"agent.py": "", "absent.json": "{}"},
    )
    with pytest.raises(StageError, match="the image test-failing cannot be built") as failed:
        images.build(daemon, recipe, lambda text: None)
    assert f"{program}: not found" in str(failed.value)


def test_a_build_that_fails_leaves_nothing(
    daemon: docker.DockerClient, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(
        f"ARG BASE\nFROM ${{BASE}}\nRUN : {secrets.token_hex()}\nCOPY agent.py /agent.py\nRUN exit 3\n"
    )
    made: list[str] = []
    real = images.new_layers

    def watched(said: Iterable[str]) -> list[str]:
        found = real(said)
        made.extend(found)
        return found

    monkeypatch.setattr(images, "new_layers", watched)
    with pytest.raises(StageError):
        images.build(daemon, Recipe("test-failing", dockerfile, base, texts={"agent.py": ""}), lambda text: None)
    assert len(made) == 2
    here = [str(item["Id"]).removeprefix("sha256:") for item in daemon.api.images(all=True)]
    assert [layer for layer in made if any(identity.startswith(layer) for identity in here)] == []
    left = [item["Image"] for item in daemon.api.containers(all=True)]
    assert not any(layer in image for layer in made for image in left)
