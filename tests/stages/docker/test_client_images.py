"""Where clients run: in the container of a distribution, or on this machine."""

import asyncio
from pathlib import Path

import pytest

import docker
from tests.stages.docker.test_same_verdicts import played, verdicts
from tlslab.clients import all_clients
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Filters
from tlslab.setup import system
from tlslab.stages.docker.client_images import OnHost
from tlslab.stages.local.clients import Here
from tlslab.stages.stage import StageError

BOTH = Choice("docker", distributions=("host", "bookworm"))


def test_a_client_of_this_machine_has_its_own_name_and_one_in_a_container_that_of_its_place() -> None:
    names = [client.name for client in BOTH.clients(all_clients())]
    assert "curl" in names
    assert "curl:bookworm" in names
    assert "curl" not in [client.name for client in Choice("docker").clients(all_clients())]


@pytest.mark.skipif(system.find_program("curl") is None, reason="curl is to play here: apt-get install curl")
@pytest.mark.parametrize("limit", [0, 1], ids=["all servers at once", "by turns"])
def test_clients_of_this_machine_meet_servers_in_containers(daemon: docker.DockerClient, limit: int) -> None:
    filters = Filters(("expired",), ("renew",), ("curl", "odbc18"))
    choice = Choice("docker", distributions=("host", "bookworm"), sqlserver_limit=limit)
    record = played(choice, filters)
    of_host = {cell.id.replace(":bookworm", "") for cell in record.cells if ":" not in cell.client}
    assert of_host == {cell.id.replace(":bookworm", "") for cell in record.cells if ":" in cell.client}
    assert verdicts(record)
    assert all(cell.as_expected for cell in record.cells)
    logged = [entry.server_log for entry in record.attempts if entry.client == "curl" and entry.result == "refused"]
    assert logged
    assert all(logged), "the server saw the client of this machine"


def test_containers_that_this_machine_cannot_reach_are_named_with_what_to_do(tmp_path: Path) -> None:
    with Here(tmp_path) as here, pytest.raises(StageError, match=r"virtual machine .*without --distribution host"):
        # No connection can be made to a broadcast address: the kernel says so itself (connect(2), EACCES).
        asyncio.run(OnHost(here).reach("255.255.255.255", 1433))
