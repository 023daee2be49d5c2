"""Building images: a build that fails says why and leaves nothing."""

from pathlib import Path

import pytest

import docker
from tests.stages.docker.process import inventory
from tlslab import LOCKS
from tlslab.setup import provision
from tlslab.stages.docker import base_images, image_building, owner_labels
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS, DNF, ZYPPER, Family
from tlslab.stages.docker.image_building import Recipe
from tlslab.stages.docker.owner_labels import RUN, labels, new_run, parse, this_process
from tlslab.stages.stage import StageError

OWNER = labels(new_run(), this_process())


@pytest.fixture
def base(daemon: docker.DockerClient) -> str:
    """A base image that is here."""
    tag = DISTRIBUTIONS[DEFAULT].base
    base_images.ensure_base(daemon, tag, OWNER, provision.cache_dir(), lambda text: None)
    return tag


@pytest.mark.parametrize(("family", "program"), [(DNF, "dnf"), (ZYPPER, "zypper")], ids=["dnf", "zypper"])
def test_a_build_that_fails_says_why(daemon: docker.DockerClient, base: str, family: Family, program: str) -> None:
    """On a base that has no such packager: so the daemon has read the whole Dockerfile, and the build fails in it."""
    recipe = Recipe(
        "test-failing",
        LOCKS / "docker" / "client" / family.dockerfile,
        base,
        arguments={"PACKAGES": "nothing", "PYTHON": "python3"},
        trees={"site": None, "node_modules": None},
        texts={"agent.py": "", "leftovers.py": "", "absent.json": "{}"},
    )
    with pytest.raises(StageError, match="the image test-failing cannot be built") as failed:
        image_building.build(daemon, recipe, OWNER, lambda text: None)
    assert f"{program}: not found" in str(failed.value)


def test_a_build_that_fails_leaves_nothing(own_client: docker.DockerClient, tmp_path: Path) -> None:
    before = inventory(own_client)
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("ARG BASE\nFROM ${BASE}\nRUN echo 1 > /one\nCOPY agent.py /agent.py\nRUN exit 3\n")
    recipe = Recipe("test-failing", dockerfile, DISTRIBUTIONS[DEFAULT].base, texts={"agent.py": ""})
    with pytest.raises(StageError, match="returned a non-zero code: 3"):
        image_building.build(own_client, recipe, OWNER, lambda text: None)
    assert inventory(own_client) == before


def test_a_finished_image_is_nobodys(own_client: docker.DockerClient, tmp_path: Path) -> None:
    """Else whoever starts a container of it would own that as well, and it would be swept."""
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("ARG BASE\nFROM ${BASE}\nRUN echo 1 > /one\n")
    recipe = Recipe("test-finished", dockerfile, DISTRIBUTIONS[DEFAULT].base)
    tag = image_building.build(own_client, recipe, OWNER, lambda text: None)
    try:
        found = own_client.images.get(tag).labels
        assert {name: found[name] for name in OWNER} == {RUN: "", owner_labels.OWNER: ""}
        assert found[image_building.NAME] == "test-finished"
        assert parse(found[owner_labels.OWNER]) is None
    finally:
        own_client.images.remove(tag)


def test_every_stage_of_a_dockerfile_is_owned() -> None:
    text = image_building.owned("ARG BASE\nFROM ${BASE}\nRUN a\nFROM b AS c\nRUN d\n", {"x": "1/2", "y": "a b"})
    label = 'LABEL x="1/2" y="a b"'
    assert text.splitlines() == ["ARG BASE", "FROM ${BASE}", label, "RUN a", "FROM b AS c", label, "RUN d"]


def test_what_a_build_said_is_quoted_without_what_is_no_news() -> None:
    """The daemon cuts lines where it likes."""
    said = ["Step 1/2 : RUN apt\n", " ---> Running in 5b9d\n", "E: ", "Unable to locate", " package x\n", "\n"]
    told = image_building.failure("x", "exit status 100", [*said, "Removing intermediate container 5b9d\n"])
    assert told.splitlines() == [
        "the image x cannot be built: exit status 100",
        "  | Step 1/2 : RUN apt",
        "  | E: Unable to locate package x",
    ]
