"""The plan is pure: the same cells each time, nothing lost, nothing started."""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.matrix.plan import Cannot, Exclusion, Filters, Plan, make_plan, matches, why_impossible
from tlslab.model.check import ON_REQUEST
from tlslab.model.situation import ClientSide, ServerKind, Situation

CATALOGUE = load()
CLIENTS = all_clients()


WHY = "no key can be kept from this stage's servers"


def everything(_: Situation) -> None:
    """A stage that plays everything."""


def no_unreadable_key(situation: Situation) -> str | None:
    """A stage that cannot play one scenario."""
    return None if situation.server.key_readable else WHY


def plan(cannot: Cannot = everything, **filters: tuple[str, ...]) -> Plan:
    return make_plan(CATALOGUE, CLIENTS, Filters(**filters), stage_cannot=cannot)


def by_the_stage(item: Exclusion) -> bool:
    return not item.why.startswith(f"{item.client.name} cannot express ")


def test_every_combination_is_a_cell_or_an_exclusion_with_a_reason() -> None:
    whole = plan()
    wanted = sum(
        len(scenario.kinds & fix.kinds & client.kinds)
        for scenario in CATALOGUE.scenarios
        for fix in scenario.fixes
        for client in CLIENTS
    )
    assert len(whole.cells) + len(whole.exclusions) == wanted
    assert all((item.why[-1].isalnum() or item.why[-1] in "`).") and " " in item.why for item in whole.exclusions)


def test_ids_are_unique_and_readable() -> None:
    ids = [item.id for item in plan().everything]
    assert len(ids) == len(set(ids))
    assert "expired/renew/odbc18/sqlserver" in ids


def test_planning_twice_gives_the_same_plan() -> None:
    assert [cell.id for cell in plan().cells] == [cell.id for cell in plan().cells]
    assert [cell.acts for cell in plan().cells] == [cell.acts for cell in plan().cells]


def test_no_client_loses_its_broken_act_with_a_fix_that_it_cannot_express() -> None:
    whole = plan()
    played = {(cell.scenario.id, cell.client.name, cell.kind) for cell in whole.cells}
    for item in whole.exclusions:
        if item.scenario.id == "environment.unknown-ca":
            continue  # Its failure is that of untrusted-ca; who reads no variable has nothing to play in it.
        if item.client.cannot(item.scenario.apply(whole.cells[0].control)) is None and "the failure" not in item.why:
            assert (item.scenario.id, item.client.name, item.kind) in played, item.id


def test_attempts_are_shared_between_cells() -> None:
    whole = plan()
    acts = sum(len(cell.acts) for cell in whole.cells)
    distinct = {(cell.client.name, situation) for cell in whole.cells for situation in cell.acts.values()}
    assert len(distinct) < acts * 0.6


def test_a_class_takes_all_its_faces() -> None:
    faces = {cell.scenario.id for cell in plan(scenarios=("untrusted-ca",)).cells}
    forms = ("direct", "fallback", "forced", "leaf-only", "strict")
    assert faces == {"untrusted-ca", *(f"untrusted-ca.{form}" for form in forms)}
    assert {cell.scenario.id for cell in plan(scenarios=("untrusted-ca.forced",)).cells} == {"untrusted-ca.forced"}


def test_filters_narrow_and_never_add() -> None:
    whole = {cell.id for cell in plan().cells}
    some = plan(clients=("pymssql", "cur*"), kinds=("sql*",), fixes=("re*",))
    assert {cell.id for cell in some.cells} < whole
    assert {cell.client.name for cell in some.cells} == {"pymssql", "pymssql.keyword"}  # a name takes all its doors
    assert all(cell.kind is ServerKind.SQLSERVER and cell.fix.name.startswith("re") for cell in some.cells)


@given(st.text(st.characters(codec="ascii", exclude_characters="*?[].")))
def test_a_name_matches_itself(name: str) -> None:
    assert matches(name, (name,))
    assert matches(name, ())
    assert matches(f"{name}.face", (name,))


def test_what_the_stage_cannot_play_is_no_cell_and_its_reason_blames_no_client() -> None:
    excluded = [item for item in plan(no_unreadable_key).exclusions if by_the_stage(item)]
    assert {item.scenario.id for item in excluded} == {"unreadable-key"}
    assert {item.client.name for item in excluded} == {
        item.name for item in CLIENTS if ServerKind.SQLSERVER in item.kinds
    }
    assert {item.why for item in excluded} == {WHY}


def test_on_docker_nobody_connects_to_an_address() -> None:
    made = plan(Choice("docker").cannot, scenarios=("ip-san",))
    assert not made.cells
    everybody = {client.name for client in CLIENTS}
    assert {item.client.name for item in made.exclusions if "no container's address" in item.why} == everybody
    assert {cell.client.name for cell in plan(LOCAL.cannot, scenarios=("ip-san",)).cells} == everybody


def test_on_docker_nobody_connects_to_a_name_in_unicode() -> None:
    made = plan(Choice("docker").cannot, scenarios=("valid-name.unicode",))
    assert not made.cells
    assert {item.why for item in made.exclusions if "A-labels" in item.why}
    assert plan(LOCAL.cannot, scenarios=("valid-name.unicode",)).cells


def test_another_stage_plays_it() -> None:
    narrower = plan(no_unreadable_key)
    ids = {cell.id for cell in plan().cells} - {cell.id for cell in narrower.cells}
    assert ids == {item.id for item in narrower.exclusions if by_the_stage(item)}
    assert not any(by_the_stage(item) for item in plan().exclusions)


def impostors(made: Plan, identity: str) -> list[str]:
    (cell,) = (item for item in made.cells if item.id == identity)
    return [impostor.id for impostor, _ in cell.impostors]


def test_the_usual_impostors_play_or_those_that_are_named_or_all() -> None:
    def playing(*names: str) -> list[str]:
        made = plan(scenarios=("expired",), clients=("odbc18",), impostors=names)
        return impostors(made, "expired/renew/odbc18/sqlserver")

    assert playing() == ["neighbour", "stranger", "stranger-expected-name", "unencrypted"]
    assert playing("neigh*") == [
        "neighbour",
        "neighbour-common-name",
        "neighbour-common-name-beside-san",
    ]
    assert playing("all") == [item.id for item in CATALOGUE.impostors if item.attacks - ON_REQUEST]


def test_what_is_looked_at_on_request_alone_is_attacked_where_somebody_asks() -> None:
    def playing(scenario: str, fix: str) -> list[str]:
        return impostors(plan(scenarios=(scenario,), clients=("curl",)), f"{scenario}/{fix}/curl/https")

    assert "revoked" in playing("revoked.list", "new-certificate")
    assert "revoked" in playing("revoked.list", "stop-looking")
    assert "revoked" not in playing("revoked.unnoticed", "new-certificate")


def test_who_has_nothing_to_show_at_a_kind_of_server_is_not_there() -> None:
    made = plan(scenarios=("expired",), clients=("curl",))
    assert impostors(made, "expired/renew/curl/https") == ["neighbour", "stranger", "stranger-expected-name"]


def test_an_impostor_that_a_client_cannot_be_shown_is_left_out_and_the_cell_stays() -> None:
    def no_stranger(situation: Situation) -> str | None:
        chain = situation.server.chain
        return WHY if chain is not None and chain.leaf.owner == "stranger" else None

    made = plan(no_stranger, scenarios=("expired",), clients=("curl",))
    assert impostors(made, "expired/renew/curl/https") == ["neighbour"]
    (cell,) = made.cells
    assert cell.left_out == {"stranger": WHY, "stranger-expected-name": WHY}
    assert "impostor:stranger" not in cell.acts


def test_an_impostor_that_has_nothing_to_show_after_a_fix_is_left_out_with_its_reason() -> None:
    made = plan(scenarios=("self-signed",), clients=("curl",), impostors=("all",))
    left_out = {cell.fix.name: dict(cell.left_out) for cell in made.cells}
    assert left_out["trust-certificate"].keys() == {"expired"}
    assert left_out["replace-by-ca-signed"] == {}


def test_on_docker_no_sql_server_goes_on_in_clear() -> None:
    made = plan(Choice("docker").cannot, scenarios=("expired",), clients=("odbc18",))
    (cell,) = made.cells
    assert "the local stage plays this" in cell.left_out["unencrypted"]


def test_an_option_that_the_client_does_not_know_takes_the_cell_out_and_names_it() -> None:
    @dataclass(frozen=True)
    class LaterClientSide(ClientSide):
        patience: int = field(default=0, metadata={"words": "patience"})

    cell = plan(clients=("curl",), scenarios=("expired",)).cells[0]
    told = {name: getattr(cell.fixed.client, name) for name in ClientSide.__dataclass_fields__}
    asked = replace(cell, fixed=replace(cell.fixed, client=LaterClientSide(**told, patience=3)))
    assert why_impossible(cell, everything) is None
    assert why_impossible(asked, everything) == "curl cannot express the fix: curl has no option for patience"


def test_a_cell_is_a_key_also_where_impostors_are_left_out() -> None:
    """What is shown of trust procedures is kept by it."""
    cell = replace(make_plan(load(), all_clients(), stage_cannot=lambda _: None).cells[0], left_out={"expired": "why"})
    assert {cell: 1}[replace(cell)] == 1
