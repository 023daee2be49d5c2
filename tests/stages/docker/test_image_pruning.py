"""Images of earlier recipes: which may go, and that nobody else's do."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

import docker
from tests.stages.docker.own import OwnDaemon
from tests.stages.docker.process import running
from tlslab.stages.docker import image_building, image_pruning
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS
from tlslab.stages.docker.image_building import Recipe
from tlslab.stages.docker.image_pruning import Shelved, outdated
from tlslab.stages.docker.owner_labels import labels, new_run, this_process

OWNER = labels(new_run(), this_process())


def shelved(tag: str, created: float, **more: object) -> Shelved:
    return Shelved(tag, tag.partition(":")[0], created, 1000, **more)  # type: ignore[arg-type]


def test_the_last_used_of_each_name_stay() -> None:
    images_here = [shelved("a:1", 1), shelved("a:2", 2), shelved("a:3", 3), shelved("b:1", 1)]
    assert [item.tag for item in outdated(images_here, 1)] == ["a:2", "a:1"]
    assert [item.tag for item in outdated(images_here, 2)] == ["a:1"]
    assert {item.tag for item in outdated(images_here, 0)} == {"a:1", "a:2", "a:3", "b:1"}


def test_an_old_recipe_that_was_used_since_is_not_the_oldest() -> None:
    assert [item.tag for item in outdated([shelved("a:1", 1, used=9), shelved("a:2", 2)], 1)] == ["a:2"]


def test_what_is_used_or_has_another_name_stays() -> None:
    kept = [shelved("a:1", 1, containers=1), shelved("a:2", 2, other_names=("mine:1",)), shelved("a:3", 3)]
    assert outdated(kept, 1) == []


@pytest.fixture
def old(own_client: docker.DockerClient, tmp_path: Path) -> Iterator[list[str]]:
    """Four images of one name, the oldest first: used by a container, built upon by somebody, unused, the newest."""
    tags = []
    dockerfile = tmp_path / "Dockerfile"
    for number in range(4):
        dockerfile.write_text(f"ARG BASE\nFROM ${{BASE}}\nENV NUMBER={number}\n")
        recipe = Recipe("test-shelf", dockerfile, DISTRIBUTIONS[DEFAULT].base)
        tags.append(image_building.build(own_client, recipe, OWNER, lambda text: None))
    container = own_client.containers.create(tags[0])
    packed = io.BytesIO(f"FROM {tags[1]}\nLABEL mine=1\n".encode())
    own_client.images.build(fileobj=packed, tag="tlslab-test/built-upon:1", rm=True)
    yield tags
    container.remove()
    own_client.images.remove("tlslab-test/built-upon:1")
    for tag in tags:
        if image_building.has(own_client, tag):
            own_client.images.remove(tag)


def test_pruning_removes_the_labs_own_and_unused_alone(
    own_client: docker.DockerClient, old: list[str], tmp_path: Path
) -> None:
    mine = [item for item in image_pruning.shelf(own_client, tmp_path) if item.name == "test-shelf"]
    assert [item.tag for item in mine] == [*reversed(old)]
    image_pruning.mark(
        tmp_path, [tag for item in image_pruning.shelf(own_client, tmp_path) if (tag := item.tag) not in old]
    )
    told = [line for line in image_pruning.prune(own_client, tmp_path, 1) if "test-shelf" in line]
    assert [image_building.has(own_client, tag) for tag in old] == [True, False, False, True]
    assert sum("removed" in line for line in told) == 2
    built_upon = own_client.images.get("tlslab-test/built-upon:1")
    assert all(image_building.has(own_client, str(layer["Id"])) for layer in built_upon.history()[:2])


def test_the_command_shows_them_and_removes_what_it_says(own: OwnDaemon, old: list[str]) -> None:
    with running(("images", "--list"), own.environment) as lab:
        assert lab.wait() == 0, lab.said
    assert all(any(tag in line for line in lab.out) for tag in old)
    assert any(old[0] in line and "used by 1 container" in line for line in lab.out)
    with running(("images", "--prune", "--keep", "2"), own.environment) as lab:
        assert lab.wait() == 0, lab.said
    assert [line.partition(" (")[0] for line in lab.out] == [old[1]]
