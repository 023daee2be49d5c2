"""The tables of the TLS libraries and of the clients: whole, free of contradictions, and without repetition."""

import re
from collections import Counter

import pytest

from tlslab import catalogue
from tlslab.clients import Client, all_clients
from tlslab.libraries import all_libraries
from tlslab.libraries.sqlclient import FRAMES
from tlslab.matrix.judge import Judge
from tlslab.matrix.plan import Plan, make_plan
from tlslab.model.evidence import Basis
from tlslab.model.library import Own, Template

CATALOGUE = catalogue.load()
CLIENTS = all_clients()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(CATALOGUE, CLIENTS, stage_cannot=lambda _: None)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_defect_of_a_planned_act_has_an_answer(client: Client, plan: Plan) -> None:
    judge = Judge.of(client, CATALOGUE.knowledge)
    for cell in plan.cells:
        if cell.client is client:
            for situation in cell.acts.values():
                unanswered = ", ".join(sorted(map(str, judge.answer(situation).unanswered)))
                libraries = ", ".join(sorted({template.library for template in client.templates}))
                assert not unanswered, (
                    f"{cell.id}: no row says what {client.name} does of {unanswered}; its own rows, or those of the "
                    f"libraries {libraries}, must"
                )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_healthy_situation_connects(client: Client, plan: Plan) -> None:
    judge = Judge.of(client, CATALOGUE.knowledge)
    assert all(judge.answer(cell.control).connects for cell in plan.cells if cell.client is client)


def test_no_row_is_given_twice() -> None:
    rows = Counter(row for library in all_libraries().values() for row in library.rows)
    assert [row for row, count in rows.items() if count > 1] == []


def test_every_row_and_template_that_is_more_than_observed_names_where_it_is_said() -> None:
    said: list[Own | Template] = [row for library in CATALOGUE.knowledge.libraries.values() for row in library.rows]
    said += [item for client in CLIENTS for item in (*client.rows, *client.templates)]
    for item in (*said, *FRAMES):
        assert item.source.title
        assert item.basis is Basis.OBSERVED or re.fullmatch(r"https://\S+", item.source.url), item
