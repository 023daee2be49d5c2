"""What people are told when no Docker daemon can be used."""

import socket
from pathlib import Path

import pytest

from lab.stages.docker.address import Address
from lab.stages.docker.daemon import connect, sentence
from lab.stages.stage import StageError


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
