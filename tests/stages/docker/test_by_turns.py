"""Few SQL Servers for many sides: the same verdicts as with a server for each, on any image that has the interface."""

import io
from collections.abc import Iterator

import pytest

import docker
from tests.stages.docker.test_same_verdicts import played, verdicts
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Filters
from tlslab.stages.docker.image_building import NAME

FILTERS = Filters(("untrusted-ca", "sha1-signature"), (), ("odbc18", "tsql"), ("sqlserver",))
FOREIGN = "tlslab-test/foreign:1"


@pytest.fixture(scope="module")
def foreign(daemon: docker.DockerClient) -> Iterator[str]:
    """The endpoint's image as one that the lab does not know for its own: what it then does is what it does with
    Microsoft's, but for the program inside.
    """
    played(Choice("docker"), Filters(("expired",), (), ("tsql",)))
    (newest, *_) = daemon.images.list(filters={"label": f"{NAME}=sqlserver-endpoint"})
    recipe = f"FROM {newest.id}\nLABEL {NAME}=something-else\n"
    daemon.images.build(fileobj=io.BytesIO(recipe.encode()), tag=FOREIGN, rm=True, forcerm=True)
    yield FOREIGN
    daemon.images.remove(FOREIGN, force=True)


@pytest.mark.parametrize("limit", [1, 2])
def test_servers_that_take_turns_come_to_the_same_verdicts(daemon: docker.DockerClient, limit: int) -> None:
    by_turns = played(Choice("docker", sqlserver_limit=limit), FILTERS)
    assert verdicts(by_turns) == verdicts(played(Choice("docker"), FILTERS))
    assert all(entry.log for entry in by_turns.servers), "what each side's server said when it started"


def test_an_image_that_is_not_the_labs_gets_a_network_and_memory_of_its_own(foreign: str) -> None:
    record = played(Choice("docker", sqlserver_image=foreign, sqlserver_limit=2), FILTERS)
    assert verdicts(record) == verdicts(played(Choice("docker"), FILTERS))
    assert {entry.implementation for entry in record.servers} == {f"the image {foreign}"}
    assert not any(entry.real for entry in record.servers), "an image that does not say that it is SQL Server is not"
