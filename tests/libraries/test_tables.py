"""The tables of the TLS libraries and of the clients: whole, free of contradictions, and without repetition."""

from collections import Counter

import pytest

from tlslab import catalogue
from tlslab.clients import Client, all_clients
from tlslab.libraries import all_libraries
from tlslab.matrix.plan import Plan, make_plan
from tlslab.model.condition import conditions_of
from tlslab.model.conditions import CONDITIONS
from tlslab.model.evidence import Basis
from tlslab.model.knowledge import Knowledge, answer

KNOWLEDGE = Knowledge(all_libraries(), CONDITIONS)
CLIENTS = all_clients()


@pytest.fixture(scope="module")
def plan() -> Plan:
    known = catalogue.load()
    return make_plan(known, CLIENTS, stage_cannot=lambda _: None)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_defect_of_a_planned_act_has_an_answer(client: Client, plan: Plan) -> None:
    table = KNOWLEDGE.table(client.templates, client.rows)
    for cell in plan.cells:
        if cell.client is client:
            for situation in cell.situations:
                present = conditions_of(situation, CONDITIONS)
                found = answer(table, present, lambda when, situation=situation: when.holds(situation))  # type: ignore[misc]
                assert not found.unanswered, f"{cell.id}: nothing says what {client.name} does"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_healthy_situation_connects(client: Client, plan: Plan) -> None:
    table = KNOWLEDGE.table(client.templates, client.rows)
    controls = {cell.control for cell in plan.cells if cell.client is client}
    for control in controls:
        present = conditions_of(control, CONDITIONS)
        assert answer(table, present, lambda when, control=control: when.holds(control)).connects  # type: ignore[misc]


def test_no_row_is_given_twice() -> None:
    rows = Counter(row for library in all_libraries().values() for row in library.rows)
    assert [row for row, count in rows.items() if count > 1] == []


def test_every_row_that_is_more_than_observed_names_where_it_is_said() -> None:
    rows = [row for library in all_libraries().values() for row in library.rows]
    rows += [row for client in CLIENTS for row in client.rows]
    for row in rows:
        assert row.source.title
        assert row.source.url.startswith("https://") or row.basis is Basis.OBSERVED, row
