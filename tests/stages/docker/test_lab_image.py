"""The lab's own image and the client's: docker/lab."""

import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import docker
from tlslab import CONTAINED
from tlslab.setup import provision
from tlslab.stages.docker import named_images, owner_labels
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS

ROOT = Path(__file__).parents[3]
RECIPE = ROOT / "docker" / "lab"
SOCKET = {"/var/run/docker.sock": {"bind": "/var/run/docker.sock", "mode": "rw"}}
PLAY = ["run", "--scenario", "expired", "--client", "curl,tsql"]

full = pytest.mark.skipif(
    os.environ.get("TLSLAB_FULL") != "1", reason="fetches and builds for two minutes; TLSLAB_FULL=1 has it done"
)


def test_the_build_copies_what_is_there_and_what_the_daemon_is_sent() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", (RECIPE / "Dockerfile").read_text(), re.MULTILINE)
    sent = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert name.partition("/")[0] in sent


def test_the_image_says_that_it_is_the_labs_own() -> None:
    """By that variable its stage is docker, without an option (`tlslab.matrix.choice.usual_stage`)."""
    image = (RECIPE / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(rf"^ENV (.+\\\n)*.*\b{CONTAINED}=1$", image, re.MULTILINE)


def test_no_password_of_a_trainer_gets_into_an_image() -> None:
    """Docker Compose reads docker/.env."""
    assert "docker/.env" in (ROOT / ".dockerignore").read_text().splitlines()


def test_supplies_are_for_the_python_of_the_image() -> None:
    version = re.search(r"--python-version (\S+)", (RECIPE / "supply").read_text())
    assert version
    assert version[1] == DISTRIBUTIONS[DEFAULT].python
    assert f"ARG BASE={DISTRIBUTIONS[DEFAULT].base}\n" in (RECIPE / "Dockerfile").read_text()


@pytest.mark.parametrize("name", ["supply", "offline.sh", "client.sh"])
def test_the_scripts_are_read_by_a_shell(name: str) -> None:
    subprocess.run(["sh", "-n", str(RECIPE / name)], check=True, timeout=60)


@pytest.fixture(scope="module")
def built(daemon: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The images by their target, built of this checkout from supplies, as behind a proxy; gone afterwards."""
    for program in ("npm", "pip"):
        if shutil.which(program) is None:
            pytest.skip(f"docker/lab/supply needs {program}")
    context = tmp_path_factory.mktemp("checkout")
    for name in ("lab", "scenarios", ".python", "cargo", "docker", "go", "maven", "npm", "requirements"):
        others = shutil.ignore_patterns("__pycache__", "supplies")
        shutil.copytree(ROOT / name, context / name, symlinks=True, ignore=others)
    shutil.copy(ROOT / ".dockerignore", context)
    subprocess.run([str(context / "docker" / "lab" / "supply")], check=True, timeout=600)
    token = secrets.token_hex(4)
    tags = {target: f"tlslab-test-{target}:{token}" for target in ("fetched", "client", "lab")}
    try:
        for target, tag in tags.items():
            daemon.images.build(
                path=str(context), dockerfile="docker/lab/Dockerfile", target=target, tag=tag, rm=True, forcerm=True
            )
        yield tags
    finally:
        for tag in reversed(tags.values()):
            if daemon.images.list(tag):
                daemon.images.remove(tag, force=True)


@full
def test_the_lab_plays_from_a_container_that_has_the_socket_alone(
    daemon: docker.DockerClient, built: dict[str, str], tmp_path: Path
) -> None:
    mounts = SOCKET | {str(tmp_path): {"bind": "/out", "mode": "rw"}}
    words = [*PLAY, "--save", "record.json"]
    said = daemon.containers.run(built["lab"], words, volumes=mounts, remove=True).decode()
    assert "no finding" in said
    assert (tmp_path / "record.json").stat().st_size > 0


@full
@pytest.mark.skipif(shutil.which("docker") is None, reason="types `docker run`: the docker command is not here")
@pytest.mark.parametrize("how", ["ctrl-c", "docker stop"])
def test_nothing_is_left_when_the_container_is_ended(
    daemon: docker.DockerClient, built: dict[str, str], how: str
) -> None:
    name = built["lab"].replace(":", "-")
    # An image of its own tells this run's containers from those of others on the same daemon.
    endpoint = f"tlslab-test-endpoint:{secrets.token_hex(4)}"
    usual = named_images.build(daemon, (named_images.ENDPOINT,), provision.cache_dir(), print)
    daemon.images.get(usual[named_images.ENDPOINT]).tag(endpoint)
    command = ["docker", "run", "--rm", "--name", name, "-v", "/var/run/docker.sock:/var/run/docker.sock"]
    words = [*command, built["lab"], *PLAY, "--sqlserver-image", endpoint]
    try:
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
            assert run.stderr
            assert any(b"servers up" in line for line in run.stderr)
            label = next(
                f"{owner_labels.RUN}={item['Labels'][owner_labels.RUN]}"
                for item in daemon.api.containers()
                if item["Image"] == endpoint
            )
            if how == "ctrl-c":
                run.send_signal(signal.SIGINT)
            else:
                stop = ["docker", "stop", "--time", "60", name]
                subprocess.run(stop, stdout=subprocess.DEVNULL, timeout=90, check=True)
            assert b"interrupted" in run.stderr.read()
            assert run.wait(90) == 130
        assert daemon.api.containers(all=True, filters={"label": label}) == []
        assert daemon.api.networks(filters={"label": label}) == []
    finally:
        daemon.images.remove(endpoint)


@full
def test_the_client_has_what_its_lines_to_try_begin_with(daemon: docker.DockerClient, built: dict[str, str]) -> None:
    look = "curl --version && openssl version && tsql -C && isql --version && odbcinst -q -d && id -un"
    said = daemon.containers.run(built["client"], ["sh", "-c", look], remove=True).decode()
    assert "[ODBC Driver 18 for SQL Server]" in said
    assert said.endswith("root\n")
