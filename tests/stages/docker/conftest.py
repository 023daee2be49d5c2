"""A daemon for the tests that need one, or the reason why there is none in words."""

from collections.abc import Iterator

import pytest

import docker
from lab.stages.docker.daemon import connect
from lab.stages.stage import StageError


@pytest.fixture(scope="session")
def daemon() -> Iterator[docker.DockerClient]:
    """A Docker daemon that answers."""
    try:
        client = connect()
    except StageError as problem:
        pytest.skip(str(problem))
    with client.api:
        yield client
