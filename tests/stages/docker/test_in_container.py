"""The lab in a container that has the daemon's socket: whose things are whose is known to the daemon."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import Container

import docker
from tests.stages.docker.own import OwnDaemon
from tests.stages.docker.process import ROOT, until
from tlslab.stages.docker import cleanup, owner_labels
from tlslab.stages.docker.distributions import DEFAULT

PATIENCE = 60.0
OWNS_A_NETWORK = """
import json, sys
from tlslab.stages.docker import cleanup, owner_labels
from tlslab.stages.docker.daemon import connect
client = connect()
me = owner_labels.this_process(owner_labels.own_container(client))
client.api.create_network(sys.argv[1], labels=owner_labels.labels("abc", me))
print(json.dumps({"owner": me.label, "swept": cleanup.sweep(client, me)}), flush=True)
import time; time.sleep(600)
"""


def inside(own: OwnDaemon, client: docker.DockerClient, image: str, network: str) -> Container:
    """A container in which a process of the lab owns a network."""
    packages = str(Path(docker.__file__).parents[1])
    return client.containers.run(
        image,
        ["python3", "-c", OWNS_A_NETWORK, network],
        environment={"PYTHONPATH": "/lab/.python:/packages", "DOCKER_HOST": "unix:///docker.sock"},
        volumes={
            str(ROOT): {"bind": "/lab", "mode": "ro"},
            packages: {"bind": "/packages", "mode": "ro"},
            str(own.socket): {"bind": "/docker.sock"},
        },
        network_mode="none",
        detach=True,
        init=True,
    )


def said(container: Container) -> dict[str, Any]:
    """What the process in the container has printed, once it has."""
    assert until(lambda: b"\n" in container.logs(stderr=False), PATIENCE), container.logs()
    found: dict[str, Any] = json.loads(container.logs(stderr=False))
    return found


@pytest.fixture
def image(lab_images: tuple[str, ...]) -> str:
    """An image that has a Python."""
    return next(tag for tag in lab_images if f"client-{DEFAULT}" in tag)


@pytest.fixture
def one(own: OwnDaemon, own_client: docker.DockerClient, image: str) -> Iterator[Container]:
    container = inside(own, own_client, image, "tlslab-test-inside")
    try:
        yield container
    finally:
        container.remove(force=True)
        for network in own_client.networks.list(names=["tlslab-test-"]):
            network.remove()


def names(client: docker.DockerClient) -> set[str]:
    return {str(item.name) for item in client.networks.list()}


def test_what_a_process_in_a_container_owns_goes_when_the_container_does(
    own_client: docker.DockerClient, one: Container
) -> None:
    found = owner_labels.parse(said(one)["owner"])
    assert found
    assert found.container.partition("@")[0] == one.id
    me = owner_labels.this_process()
    assert cleanup.sweep(own_client, me) == []
    assert "tlslab-test-inside" in names(own_client)
    one.kill()
    one.wait()
    assert cleanup.sweep(own_client, me) == ["tlslab-test-inside"]
    assert "tlslab-test-inside" not in names(own_client)


def test_a_container_that_was_started_again_is_another_owner(own_client: docker.DockerClient, one: Container) -> None:
    said(one)
    one.kill()
    one.wait()
    one.start()
    assert cleanup.sweep(own_client, owner_labels.this_process()) == ["tlslab-test-inside"]


def test_containers_judge_each_other_by_the_daemon(
    own: OwnDaemon, own_client: docker.DockerClient, one: Container, image: str
) -> None:
    said(one)
    other = inside(own, own_client, image, "tlslab-test-other")
    try:
        assert said(other)["swept"] == []
        one.kill()
        one.wait()
        last = inside(own, own_client, image, "tlslab-test-last")
        try:
            assert said(last)["swept"] == ["tlslab-test-inside"]
        finally:
            last.remove(force=True)
    finally:
        other.remove(force=True)


def test_this_process_is_in_no_container_of_a_daemon_that_does_not_know_it(own_client: docker.DockerClient) -> None:
    assert owner_labels.own_container(own_client) == ""
