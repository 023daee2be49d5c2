"""What people are told when no Docker daemon can be used."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from tests.stages.docker.own import OwnDaemon
from tests.stages.docker.process import SMALL, running
from tlslab.stages.docker.daemon import check_version, connect, sentence
from tlslab.stages.docker.daemon_address import Address
from tlslab.stages.stage import StageError

NOBODY = 65534


def test_a_daemon_that_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"no Docker daemon is here .*apt-get install docker\.io"):
        connect({"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"})


def test_a_lab_in_a_container_is_told_how_to_get_at_the_daemon() -> None:
    said = sentence(FileNotFoundError(2, "No such file"), Address("unix:///var/run/docker.sock", ""), contained=True)
    assert "docker run -v /var/run/docker.sock:/var/run/docker.sock" in said


def test_a_daemon_that_has_ended_is_to_be_started(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(f"{tmp_path}/docker.sock")
    with pytest.raises(StageError, match=r"is not running\. Start it"):
        connect({"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"})


def test_a_remote_daemon_that_nobody_answers_for_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(StageError, match=rf"the Docker daemon at {host} \(DOCKER_HOST\) is not running"):
            connect({"DOCKER_HOST": host})


def test_an_address_that_is_none_points_at_docker_host() -> None:
    with pytest.raises(StageError, match="Check DOCKER_HOST"):
        connect({"DOCKER_HOST": "nonsense://"})


def test_a_user_without_permission_learns_of_the_group() -> None:
    said = sentence(PermissionError(13, "Permission denied"), Address("unix:///var/run/docker.sock", ""))
    assert "group `docker`" in said
    assert "/var/run/docker.sock" in said


AS_NOBODY = f"""
import importlib, os, pkgutil
for package in ("tlslab", "cryptography"):  # all of them now: nobody may not be able to read them
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not module.name.endswith("__main__") and ".probes" not in module.name:
            importlib.import_module(module.name)
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
from tlslab.cli import main
main()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not use the daemon")
def test_a_run_of_a_user_who_may_not_use_the_daemon(own: OwnDaemon) -> None:
    own.workdir.chmod(0o755)
    with tempfile.TemporaryDirectory() as cache:
        os.chown(cache, NOBODY, NOBODY)
        with running(SMALL, own.environment | {"TLSLAB_CACHE": cache}, AS_NOBODY) as lab:
            assert lab.wait() == 3, lab.said
    assert lab.out == []
    assert len(lab.sentences) == 1, lab.said
    said = lab.sentences[0]
    assert f"this user may not use the Docker daemon (no permission on {own.socket})" in said
    assert "sudo usermod -aG docker $USER" in said


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ({"ApiVersion": "1.39", "Version": "18.09.9", "Os": "linux"}, "is too old .*18.09.9.* 19.03 or newer"),
        ({"ApiVersion": "1.47", "Version": "27.3.1", "Os": "windows"}, "runs windows containers"),
    ],
    ids=["too old", "windows"],
)
def test_a_daemon_that_the_lab_cannot_use_is_told_why(version: dict[str, str], said: str) -> None:
    """As these daemons answer `GET /version` (Docker Engine API, "Get version")."""
    with pytest.raises(StageError, match=said):
        check_version(version, "unix:///var/run/docker.sock")
