"""The docker stage comes to the verdicts of the local stage, cell by cell; each difference has its reason here."""

import os
from fnmatch import fnmatchcase

import pytest

import docker
from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.clients.base import Machine
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Filters, make_plan
from tlslab.matrix.run import run_plan
from tlslab.model.record import CellEntry, Record
from tlslab.setup import provision
from tlslab.stages.machine import local_machine

DIFFERENCES: dict[str, str] = {}
"""Pattern of cells (without the distribution) to the reason why the two stages differ there."""

CHOSEN = Filters(scenarios=("expired", "sha1-signature*", "unreadable-key"), clients=("curl", "wget", "odbc18", "tsql"))
"""What every run of the tests compares. TLSLAB_FULL=1 compares all cells."""


def played(choice: Choice, filters: Filters) -> Record:
    known = catalogue.load()
    plan = make_plan(known, choice.clients(all_clients()), filters, stage_cannot=choice.cannot)
    return run_plan(plan, cache=provision.cache_dir(), stage=choice.make)


def verdicts(record: Record) -> dict[str, tuple[str, str, bool]]:
    """The verdicts of the cells that were played, by id without a distribution."""
    cells = [cell for cell in record.cells if cell.status not in ("missing", "excluded")]
    return {bare(cell): (cell.verdict, cell.fix_verdict, cell.as_expected) for cell in cells}


def bare(cell: CellEntry) -> str:
    return cell.id.replace(cell.client, cell.client.partition(":")[0])


def here(machine: Machine, filters: Filters) -> Filters:
    """The filters without the clients that this machine has not: there is nothing to compare with."""
    names = [item.name for item in all_clients() if not item.missing(machine)]
    wanted = [name for name in names if not filters.clients or name in filters.clients]
    return Filters(filters.scenarios, filters.fixes, tuple(wanted), filters.kinds)


def test_the_same_cells_have_the_same_verdicts(daemon: docker.DockerClient) -> None:
    filters = here(local_machine(), Filters() if os.environ.get("TLSLAB_FULL") == "1" else CHOSEN)
    if not filters.clients:
        pytest.skip("none of the compared clients is on this machine: ./tlslab setup")
    local, contained = (verdicts(played(Choice(name), filters)) for name in ("local", "docker"))
    assert local
    assert contained.keys() == local.keys()
    different = {cell: (local[cell], contained[cell]) for cell in local if local[cell] != contained[cell]}
    unexplained = {
        cell: pair for cell, pair in different.items() if not any(fnmatchcase(cell, pattern) for pattern in DIFFERENCES)
    }
    assert unexplained == {}


def test_the_record_names_what_stood_in_for_the_real_thing(daemon: docker.DockerClient) -> None:
    record = played(Choice("docker"), Filters(("expired",), ("renew",), ("curl", "tsql")))
    assert record.environment.stage == "docker"
    by_kind = {entry.kind: entry for entry in record.servers}
    assert by_kind["https"].real
    assert by_kind["https"].implementation.startswith("nginx/")
    sql = by_kind["sqlserver"]
    if not sql.real:
        assert sql.implementation.startswith("the lab's own TDS endpoint")
    logged = [entry.server_log for entry in record.attempts if entry.result == "refused"]
    assert all(logged), "every refused client left a line in the server's log"
    assert all("[CLIENT: 127.0.0.1]" not in line for lines in logged for line in lines)
