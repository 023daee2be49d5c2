"""Servers that do not start: what is meant to fail is a situation like any other, and the rest is told in the server's
own words.
"""

import io
from collections.abc import Iterator, Mapping

import pytest

import docker
from tests.stages.docker.test_same_verdicts import played
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Filters
from tlslab.servers import nginx
from tlslab.stages.docker import server_fleet
from tlslab.stages.server_sides import apart

WORDS = "This program requires a machine with at least 2000 megabytes of memory."


@pytest.fixture
def image_that_needs_more(daemon: docker.DockerClient) -> Iterator[str]:
    """An image that ends at once with SQL Server's words on a machine that is too small for it."""
    tag = "tlslab-test/too-small:1"
    recipe = f"FROM debian:bookworm-slim\nCMD echo 'sqlservr: {WORDS}'; exit 3\n"
    daemon.images.build(fileobj=io.BytesIO(recipe.encode()), tag=tag, rm=True, forcerm=True)
    yield tag
    daemon.images.remove(tag, force=True)


def test_a_server_that_may_not_read_its_key_is_down_and_the_record_holds_its_last_words(
    daemon: docker.DockerClient,
) -> None:
    record = played(Choice("docker"), Filters(("unreadable-key",), (), ("tsql", "tedious")))
    assert [(cell.broken, cell.fix_verdict, cell.as_expected) for cell in record.cells] == [
        ("as-documented", "cure", True),
        ("as-documented", "cure", True),
    ]
    (down,) = (entry for entry in record.servers if "cannot read its private key" in " ".join(entry.settings))
    # MicrosoftDocs/sql-docs, Database Engine events and errors: 49940 and 49939.
    assert any("Error: 49940, Severity: 16, State: 1." in line for line in down.log)
    assert "The server is being shut down." in " ".join(down.log)
    assert down.presented == []


def test_a_server_that_does_not_start_is_told_with_its_own_words_and_the_others_are_played(
    daemon: docker.DockerClient, image_that_needs_more: str
) -> None:
    record = played(
        Choice("docker", sqlserver_image=image_that_needs_more), Filters(("expired",), (), ("tsql", "curl"))
    )
    by_client = {cell.client.partition(":")[0]: cell for cell in record.cells}
    assert by_client["curl"].as_expected
    assert by_client["tsql"].status == "lab-error"
    why = by_client["tsql"].broken_judgement.why
    assert "has ended while it started (exit status 3)" in why
    assert WORDS in why


@pytest.mark.parametrize("named", [True, False], ids=["nginx names them", "nginx does not say which they are"])
def test_sides_that_nginx_refuses_fall_alone_with_nginxs_words(
    daemon: docker.DockerClient, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    files = nginx.files

    def badly(block: nginx.Block, chain_pem: str, key_pem: str) -> Mapping[str, str]:
        return files(block, "" if block.identity in bad else chain_pem, key_pem)

    bad: set[str] = set()
    good = {"self-signed", "self-signed.end-entity"}
    filters = Filters(("expired", "self-signed", "wrong-eku"), (), ("curl",))
    monkeypatch.setattr(nginx, "files", badly)
    monkeypatch.setattr(server_fleet, "apart", lambda sides, words: apart(sides, words if named else ""))
    whole = played(Choice("docker"), filters)
    assert all(cell.as_expected for cell in whole.cells)
    broken = {cell.acts["broken"]: cell.scenario for cell in whole.cells if cell.scenario not in good}
    names = {broken[entry.id]: entry.server for entry in whole.attempts if entry.id in broken}
    bad |= {*names.values()}
    cells = played(Choice("docker"), filters).cells
    assert {cell.scenario for cell in cells if cell.as_expected} == good
    lost = [cell for cell in cells if not cell.as_expected]
    assert {(cell.scenario, cell.status) for cell in lost} == {(scenario, "lab-error") for scenario in names}
    for cell in lost:
        assert f'cannot load certificate "/lab/{names[cell.scenario]}.chain.pem"' in cell.broken_judgement.why
