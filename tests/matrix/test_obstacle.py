"""A machine on which no name can be resolved: nothing is played, and what is lacking is named, client by client."""

from pathlib import Path

import pytest

from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.inspect import inspect_clients
from tlslab.matrix.plan import Filters, make_plan
from tlslab.matrix.run import run_plan
from tlslab.stages.sandbox import Sandbox

CURL = tuple(client for client in all_clients() if client.name == "curl")


@pytest.fixture(autouse=True)
def no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither namespaces nor nss_wrapper."""
    monkeypatch.setattr(Sandbox, "_enter_namespaces", lambda self: False)
    monkeypatch.setattr("tlslab.stages.sandbox.find_nss_wrapper", lambda: None)


def test_a_run_plays_nothing_and_says_what_to_install(tmp_path: Path) -> None:
    catalogue = load()
    filters = Filters(scenarios=("expired",))
    plan = make_plan(catalogue, CURL, filters, stage_cannot=LOCAL.cannot)
    record = run_plan(plan, cache=tmp_path)
    assert [cell.status for cell in record.cells] == ["missing"]
    assert "apt-get install libnss-wrapper" in record.cells[0].broken_judgement.why
    assert record.attempts == []
    assert list((tmp_path / "runs").iterdir()) == []


def test_the_list_of_clients_says_the_same(tmp_path: Path) -> None:
    (entry,) = inspect_clients(tmp_path, CURL)
    assert entry.version == ""
    assert "no private namespaces" in entry.missing
    assert entry.how_to_get == "apt-get install libnss-wrapper"
