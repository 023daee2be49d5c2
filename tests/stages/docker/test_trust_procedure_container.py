"""The documented ways to trust a CA, followed in fresh containers: what they change, whom they help, and what trips
people up.
"""

import asyncio
import os
from collections.abc import Sequence

import pytest

import docker
from tests.stages.docker.test_same_verdicts import played
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Filters
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.record import Record, TrustProcedureEntry
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import provision
from tlslab.stages.docker.distributions import DISTRIBUTIONS
from tlslab.stages.docker.stage import DockerStage
from tlslab.stages.trust_procedure import Followed, Way

PLACES = [item.name for item in DISTRIBUTIONS.values() if item.built] if os.environ.get("TLSLAB_FULL") else ["bookworm"]
"""TLSLAB_FULL=1: every distribution that can be had here."""
CLIENTS = ("curl", "wget", "requests", "openssl", "odbc18", "tsql")


def followed_for(distributions: Sequence[str], clients: Sequence[str], *, sqlserver_limit: int = 0) -> Record:
    choice = Choice(
        "docker", distributions=tuple(distributions), sqlserver_image="endpoint", sqlserver_limit=sqlserver_limit
    )
    return played(choice, Filters(fixes=("install-ca",), clients=tuple(clients)))


@pytest.fixture(scope="module")
def record(daemon: docker.DockerClient) -> Record:
    return followed_for(PLACES, CLIENTS)


def changed(procedure: TrustProcedureEntry) -> dict[str, str]:
    return {item.path: item.change for item in procedure.changes}


@pytest.fixture(
    params=[(distribution, way) for distribution in PLACES for way in ("update-ca-certificates", "dpkg-reconfigure")]
)
def procedure(request: pytest.FixtureRequest, record: Record) -> TrustProcedureEntry:
    distribution, way = request.param
    return next(item for item in record.trust_procedures if item.id == f"{distribution}/{way}")


def test_it_helps_those_who_read_the_systems_store_and_nobody_else(procedure: TrustProcedureEntry) -> None:
    shown = {item.client.partition(":")[0]: item for item in procedure.shown}
    verdicts = {name: item.verdict for name, item in shown.items()}
    assert verdicts == {
        "curl": "cure",
        "wget": "cure",
        "odbc18": "cure",
        "requests": "ignored",
        "requests.ssl-context": "ignored",
        "tsql": "verifies-nothing",
        **({"openssl": "verifies-nothing"} if procedure.distribution != "bullseye" else {}),
    }
    assert all(item.as_expected for item in shown.values())
    usual = {"impostor:neighbour", "impostor:stranger", "impostor:stranger-expected-name"}
    assert set(shown["curl"].acts) == {"before", "after", *usual}
    assert set(shown["requests"].acts) == {"before", "after"}
    assert set(shown["tsql"].acts) == {"before"}


def test_the_client_was_told_nothing(record: Record, procedure: TrustProcedureEntry) -> None:
    attempts = [record.attempt(identity) for item in procedure.shown for identity in item.acts.values()]
    assert attempts
    assert [attempt.options for attempt in attempts if attempt.options] == []


def test_what_was_wrong_before_is_right_after(record: Record, procedure: TrustProcedureEntry) -> None:
    """The self-check, which reads no client's store."""
    curl = next(item for item in procedure.shown if item.client.startswith("curl:"))
    found = {act: record.attempt(identity).audit for act, identity in curl.acts.items()}
    assert found["before"] == ["untrusted"]
    assert found["after"] == []
    assert found["impostor:neighbour"] == ["name-mismatch"]
    assert found["impostor:stranger"] == ["untrusted"]


def test_the_commands_said_so_and_the_store_has_one_more(procedure: TrustProcedureEntry) -> None:
    assert [step.exit_status for step in procedure.steps] == [0, 0]
    assert "1 added, 0 removed" in procedure.steps[-1].output
    changes = changed(procedure)
    assert changes["/etc/ssl/certs/ca-certificates.crt"] == "changed"
    assert changes["/etc/ssl/certs/tls-trust-lab.pem"] == "added"
    own = procedure.way == "update-ca-certificates"
    directory = "/usr/local/share/ca-certificates" if own else "/usr/share/ca-certificates"
    assert changes[f"{directory}/tls-trust-lab.crt"] == "added"
    assert ("/etc/ca-certificates.conf" in changes) != own
    assert not [path for path in changes if path.startswith(("/workdirs", "/opt/clients"))], "of the lab itself"


def test_no_fresh_container_outlives_the_run(daemon: docker.DockerClient, record: Record) -> None:
    mine = f"/{os.getpid()}/"
    left = daemon.api.containers(all=True, filters={"label": ["org.tlslab.owner"]})
    assert [item["Names"] for item in left if mine in item["Labels"]["org.tlslab.owner"]] == []


def test_names_are_found_where_every_sql_server_has_an_address_of_its_own(daemon: docker.DockerClient) -> None:
    """One SQL Server at a time, each in a pod of its own: before, after and impostors are at other addresses."""
    record = followed_for(["bookworm"], ["odbc18"], sqlserver_limit=1)
    shown = [item for procedure in record.trust_procedures for item in procedure.shown]
    assert [item.verdict for item in shown] == ["cure", "cure"]


def followed(way: Way) -> Followed:
    """What comes of a way in a fresh container of bookworm."""

    async def follow() -> Followed:
        mint = Mint(Keys(provision.cache_dir() / "keys"))
        async with DockerStage(provision.cache_dir(), mint) as stage, stage.fresh("bookworm") as fresh:
            return await fresh.follow(way, mint.pem(LAB_ROOT))

    return asyncio.run(follow())


def test_dpkg_reconfigure_that_nobody_answers_ends_well_and_adds_nothing(daemon: docker.DockerClient) -> None:
    """As people write it into Dockerfiles."""
    copy = "cp ca.crt /usr/share/ca-certificates/tls-trust-lab.crt"
    found = followed(Way("x", (copy, "DEBIAN_FRONTEND=noninteractive dpkg-reconfigure ca-certificates"), ()))
    assert found.failure == ""
    assert "0 added, 0 removed" in found.steps[-1].output
    assert "/etc/ssl/certs/tls-trust-lab.pem" not in found.changes
    assert found.changes["/usr/share/ca-certificates/tls-trust-lab.crt"] == "added"


def test_a_command_that_fails_ends_the_way_and_is_told(daemon: docker.DockerClient) -> None:
    found = followed(Way("x", ("cat ca.crt > /etc/kept", "echo oh dear >&2; exit 3", "touch /etc/never"), ()))
    assert [step.status for step in found.steps] == [0, 3]
    assert found.failure == "`echo oh dear >&2; exit 3` ended with status 3: oh dear"
    assert found.changes["/etc/kept"] == "added"
    assert "/etc/never" not in found.changes


def test_a_client_whose_cells_cannot_be_played_finds_its_servers_all_the_same(daemon: docker.DockerClient) -> None:
    """tedious never encrypts unless it is told to, so no cell of a server that forces it is played."""
    record = followed_for(["bookworm"], ["tedious"])
    assert {cell.status for cell in record.cells if cell.scenario == "untrusted-ca.forced"} == {"excluded"}
    assert {item.verdict for procedure in record.trust_procedures for item in procedure.shown} == {"cure"}
