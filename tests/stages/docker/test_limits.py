"""A daemon that has reached a limit, or lacks what a run needs: a sentence that says which, and nothing is left."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from docker.errors import APIError

import docker
from tests.stages.docker.own import NoOwnDaemon, OwnDaemon
from tests.stages.docker.process import SMALL, inventory, running
from tlslab.stages.docker import base_images, owner_labels
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS

MIB = 1 << 20
LEFT_FREE = 60 * MIB
"""Room for an image's configuration and a container, and none for the build context of the clients' image."""


@contextmanager
def no_networks_left(client: docker.DockerClient) -> Iterator[None]:
    """As many networks as the daemon has address pools for."""
    made = []
    try:
        for number in range(100):
            try:
                made.append(client.networks.create(f"tlslab-test-{number}"))
            except APIError:
                break
        else:
            pytest.skip("this daemon has address pools for more than a hundred networks")
        yield
    finally:
        for network in made:
            network.remove()


def test_no_room_for_another_network(own: OwnDaemon, own_client: docker.DockerClient) -> None:
    before = inventory(own_client)
    with no_networks_left(own_client), running(SMALL, own.environment) as lab:
        assert lab.wait() == 3, lab.said
    assert lab.out == []
    said = lab.sentences[-1]
    assert "the network of the run cannot be made: " in said
    assert "about thirty networks; `docker network prune` removes those that nobody uses" in said
    assert inventory(own_client) == before


@pytest.fixture
def full(daemon: docker.DockerClient, lab_images: tuple[str, ...]) -> Iterator[OwnDaemon]:
    """A daemon that has no image of clients, and whose disk is nearly full."""
    try:
        with OwnDaemon() as own:
            own.load(daemon, [tag for tag in lab_images if "client" not in tag])
            data = f"{own.workdir}/data"
            script = f"fallocate -l $(($(stat -f -c '%a * %S' {data}) - {LEFT_FREE})) {data}/filler"
            subprocess.run([*own.inside("sh", "-c", script, mounts=True)], check=True)
            yield own
    except NoOwnDaemon as problem:
        pytest.skip(str(problem))


def test_a_disk_that_is_full_while_building(full: OwnDaemon) -> None:
    client = full.client()
    with client.api:
        before = inventory(client)
        with running(SMALL, full.environment) as lab:
            assert lab.wait() == 3, lab.said
        assert lab.out == []
        said = " ".join(lab.sentences)
        assert f"the image client-{DEFAULT} cannot be built: " in said
        assert "no space left on device" in said
        assert "The daemon's disk is full: `docker system df` shows by what" in said
        assert inventory(client) == before


def test_an_image_that_can_neither_be_pulled_nor_built(own: OwnDaemon, own_client: docker.DockerClient) -> None:
    """The tests' own daemon reaches nobody: no registry, and no mirror for a stand-in."""
    nginx = own_client.images.get(base_images.NGINX)
    nginx.tag("tlslab-test/nginx", "kept")
    own_client.images.remove(base_images.NGINX)
    try:
        before = inventory(own_client)
        with running(SMALL, own.environment) as lab:
            assert lab.wait() == 3, lab.said
        assert lab.out == []
        said = " ".join(lab.sentences)
        assert f"{base_images.NGINX} cannot be pulled" in said
        assert f"the image {base_images.NGINX} (stand-in) cannot be built" in said
        assert inventory(own_client) == before
    finally:
        repository, _, tag = base_images.NGINX.partition(":")
        nginx.tag(repository, tag)
        own_client.images.remove("tlslab-test/nginx:kept")


def test_two_runs_at_once_disturb_neither_each_other_nor_anybody_else(
    own: OwnDaemon, own_client: docker.DockerClient
) -> None:
    """What looks like the lab's by its name, and even by its labels, is somebody else's unless its owner is dead."""
    image = DISTRIBUTIONS[DEFAULT].base
    strangers = {
        "tlslab-0a1b2c3d-net": {},
        "tlslab-4e5f6071-nginx": {owner_labels.RUN: "4e5f6071"},
        "tlslab-82930415-client": {owner_labels.RUN: "82930415", owner_labels.OWNER: "not/what/it/looks/like"},
    }
    for name, labels in strangers.items():
        own_client.containers.run(image, ["sleep", "600"], name=name, labels=labels, detach=True, init=True)
        own_client.networks.create(f"{name}work", labels=labels)
    try:
        before = inventory(own_client)
        with running(SMALL, own.environment) as one, running(SMALL, own.environment) as other:
            assert one.wait() == 0, one.said
            assert other.wait() == 0, other.said
        assert inventory(own_client) == before
        running_now = {item.name for item in own_client.containers.list()}
        assert strangers.keys() <= running_now
    finally:
        for name in strangers:
            own_client.containers.get(name).remove(force=True)
            own_client.networks.get(f"{name}work").remove()


def test_a_server_that_dies_at_its_start_is_told_in_its_own_words(
    own: OwnDaemon, own_client: docker.DockerClient
) -> None:
    """Which is no reason to give up what needs another server."""
    tag = "tlslab-test/dies:1"
    base = DISTRIBUTIONS[DEFAULT].base
    container = own_client.containers.create(base)
    changes = 'CMD ["sh", "-c", "echo This program needs a licence.; exit 7"]'
    container.commit("tlslab-test/dies", "1", changes=changes)
    container.remove()
    try:
        with running((*SMALL, "--sqlserver-image", tag), own.environment) as lab:
            assert lab.wait() == 3, lab.said
        told = " ".join(lab.said)
        assert "has ended while it started (exit status 7): This program needs a licence." in told
        assert "Traceback" not in told
        assert any("curl" in line for line in lab.out)
    finally:
        own_client.images.remove(tag)
