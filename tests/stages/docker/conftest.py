"""A daemon for the tests that need one, or the reason why there is none in words."""

from collections.abc import Iterator

import pytest

import docker
from tests.stages.docker.own import NoOwnDaemon, OwnDaemon
from tests.stages.docker.shelved import as_before
from tlslab.setup import provision
from tlslab.stages.docker import base_images, build_contexts, image_building
from tlslab.stages.docker.daemon import connect
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS
from tlslab.stages.docker.owner_labels import labels, new_run, this_process
from tlslab.stages.stage import StageError


@pytest.fixture(scope="session")
def daemon(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[docker.DockerClient]:
    """A Docker daemon that answers; what is built there is gone afterwards. With --lab-require its absence is a
    failure.
    """
    try:
        client = connect()
    except StageError as problem:
        if pytestconfig.getoption("--lab-require"):
            pytest.fail(str(problem))
        pytest.skip(str(problem))
    own = tmp_path_factory.getbasetemp()
    with client.api, as_before(client, own if worker_id == "master" else own.parent):
        yield client


@pytest.fixture(scope="session")
def lab_images(daemon: docker.DockerClient) -> tuple[str, ...]:
    """The images of a run with clients on bookworm, on the daemon that answers."""
    cache, owner = provision.cache_dir(), labels(new_run(), this_process())
    architecture = build_contexts.architecture_of(str(daemon.version()["Arch"]))
    recipes = [
        build_contexts.endpoint_recipe(architecture, cache, print),
        build_contexts.client_recipe(DISTRIBUTIONS[DEFAULT], architecture, cache, print),
    ]
    bases = {recipe.base for recipe in recipes} | {base_images.NGINX}
    for base in bases:
        base_images.ensure_base(daemon, base, owner, cache, print)
    return (*bases, *(image_building.build(daemon, recipe, owner, print) for recipe in recipes))


@pytest.fixture(scope="session")
def _own(daemon: docker.DockerClient, lab_images: tuple[str, ...]) -> Iterator[OwnDaemon]:
    try:
        with OwnDaemon() as own:
            own.load(daemon, lab_images)
            yield own
    except NoOwnDaemon as problem:
        pytest.skip(str(problem))


@pytest.fixture
def own(_own: OwnDaemon) -> OwnDaemon:
    """A daemon of the tests' own that runs, with the images of the lab."""
    _own.be_up()
    return _own


@pytest.fixture
def own_client(own: OwnDaemon) -> Iterator[docker.DockerClient]:
    """A client of the tests' own daemon."""
    client = own.client()
    with client.api:
        yield client
