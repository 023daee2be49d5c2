"""A daemon for the tests that need one, or the reason why there is none in words."""

from collections.abc import Iterator

import pytest

import docker
from lab.stages.docker.daemon import connect
from lab.stages.stage import StageError


@pytest.fixture(scope="session")
def daemon(pytestconfig: pytest.Config) -> Iterator[docker.DockerClient]:
    """A Docker daemon that answers. With --lab-require its absence is a failure."""
    try:
        client = connect()
    except StageError as problem:
        if pytestconfig.getoption("--lab-require"):
            pytest.fail(str(problem))
        pytest.skip(str(problem))
    with client.api:
        yield client
