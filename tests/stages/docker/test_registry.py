"""A registry that refuses, stalls or is not there, and credentials that are not right: why an image cannot be had."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import docker
from tests.stages.docker.own import ROOT, OwnDaemon
from tests.stages.docker.process import SMALL, inventory, running
from tests.stages.docker.registry import PORT
from tlslab.stages.docker import image_building
from tlslab.stages.docker.owner_labels import labels, new_run, this_process
from tlslab.stages.stage import StageError

IMAGE = f"127.0.0.1:{PORT}/thing:1"
PATIENCE = 60.0


@pytest.fixture
def registry(own: OwnDaemon) -> Iterator[Callable[[str], None]]:
    """Starts a registry where the daemon can reach it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(how: str) -> None:
        command = own.inside(sys.executable, "-m", "tests.stages.docker.registry", how)
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"

    yield start
    for process in started:
        with process:
            assert process.stdin
            process.stdin.close()
            process.wait(PATIENCE)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[object], Path]:
    """Writes the docker command's configuration; where it is."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    def write(content: object) -> Path:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(content))
        return path

    return write


def auth(user_and_password: str) -> object:
    return {"auths": {f"127.0.0.1:{PORT}": {"auth": base64.b64encode(user_and_password.encode()).decode()}}}


@pytest.mark.parametrize("content", [{}, auth("somebody:wrong")], ids=["none", "wrong"])
def test_credentials_that_a_registry_refuses_are_to_be_renewed(
    own: OwnDaemon, registry: Callable[[str], None], configured: Callable[[object], Path], content: object
) -> None:
    registry("refuses")
    configured(content)
    client = own.client()
    with client.api:
        why = image_building.pull(client, IMAGE)
    assert f"`docker login 127.0.0.1:{PORT}` renews the credentials" in why


def test_a_registry_that_stalls_is_not_waited_for_for_ever(
    own_client: docker.DockerClient, registry: Callable[[str], None]
) -> None:
    registry("stalls")
    own_client.api.timeout = 1
    assert image_building.pull(own_client, IMAGE) == "its registry has not been heard of for 1 s"


def test_a_registry_that_is_not_there_is_told_in_the_daemons_words(own_client: docker.DockerClient) -> None:
    assert "connection refused" in image_building.pull(own_client, f"127.0.0.1:{PORT + 1}/thing:1")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"credsStore": "nowhere"}, "docker-credential-nowhere not installed"),
        ({"auths": {"a.test": {"auth": "%%%"}}}, "cannot be used: "),
        ({"auths": {"a.test": "nonsense"}}, "Invalid configuration for registry a.test"),
    ],
    ids=["no helper", "no base64", "no entry"],
)
def test_a_configuration_that_cannot_be_used_is_named_whatever_is_done_with_it(
    own: OwnDaemon, own_client: docker.DockerClient, configured: Callable[[object], Path], content: object, why: str
) -> None:
    """The SDK reads credentials when it connects, pulls and builds, also where nobody needs any."""
    path = configured(content)
    before = inventory(own_client)
    with running(("run", "--stage", "docker", "--scenario", "expired", "--client", "curl"), own.environment) as lab:
        if lab.wait() == 0:  # a helper is asked for when there is something to pull or to build, and here is not
            with pytest.raises(StageError) as problem:
                build(own)
            said = str(problem.value)
        else:
            said = " ".join(lab.sentences)
        assert "Traceback" not in " ".join(lab.said)
        assert "Warning" not in " ".join(lab.said)
    assert f"the docker command's configuration ({path}) cannot be used" in said
    assert why in said
    assert "docker login" in said
    assert inventory(own_client) == before


def build(own: OwnDaemon) -> None:
    """Build an image on the daemon."""
    client = own.client()
    owner = labels(new_run(), this_process())
    with client.api:
        packed = image_building.pack({"Dockerfile": image_building.owned("FROM scratch\nLABEL a=b\n", owner)}, {})
        image_building.run_build(client, "test", packed, "tlslab-test/test:1", {}, owner)


def test_a_vendors_image_that_cannot_be_pulled_ends_a_run_that_insists_on_it(
    own: OwnDaemon, registry: Callable[[str], None]
) -> None:
    registry("refuses")
    with running((*SMALL, "--sqlserver-image", IMAGE), own.environment) as lab:
        assert lab.wait() == 3
    assert f"the image {IMAGE} is not here and cannot be pulled (" in " ".join(lab.sentences)
    assert "docker login" in " ".join(lab.sentences)
