"""The servers of the compose file: which there are, what they are called, and their numbers."""

import pytest

from tlslab import catalogue
from tlslab.compose.servers import HEALTHY, Server, mended, numbered, numbers_in, servers, with_servers
from tlslab.matrix.choice import Choice
from tlslab.model.situation import ServerKind, healthy

SCENARIOS = catalogue.load().scenarios
NUMBERS = numbered(with_servers(SCENARIOS), {})
ALL = servers(SCENARIOS, NUMBERS)


def named(name: str) -> Server:
    return next(server for server in ALL if server.name == name)


def test_there_is_one_for_each_scenario_and_kind_and_a_healthy_one_of_each_kind() -> None:
    without = ("trust-store.", "revoked.", "revocation-unknown.", "environment.overruled", "environment.openssl-conf")
    alike = [item for item in SCENARIOS if item.id != "ip-san" and not item.id.startswith(without)]
    wanted = {
        f"{item.id}-{kind.value}"
        for item in alike
        for kind in item.kinds
        if Choice("docker").cannot(item.apply(healthy(kind))) is None
    }
    assert {server.name for server in ALL} == wanted | {f"{HEALTHY}-{kind.value}" for kind in ServerKind}


def test_a_certificate_cannot_carry_the_address_that_a_container_is_given_later() -> None:
    assert not [server for server in ALL if server.scenario == "ip-san"]


def test_nginx_and_sql_server_cannot_be_told_to_refuse_by_rst() -> None:
    assert not [server for server in ALL if server.scenario == "tls-version-mismatch.server-resets"]


def test_a_trust_store_that_is_laid_down_wrongly_needs_no_server_of_its_own() -> None:
    assert not [server for server in ALL if server.scenario.startswith("trust-store.")]


def test_no_container_answers_for_a_certificate_that_may_be_revoked() -> None:
    assert not [server for server in ALL if server.situation.server.staple or server.situation.server.responders]


def test_no_container_demands_certificates_that_are_laid_out_for_nobody() -> None:
    assert not [server for server in ALL if server.situation.server.client_anchors]


def test_a_class_starts_all_its_scenarios_and_each_is_started_alone() -> None:
    assert named("expired-https").profiles == ("expired",)
    assert named("untrusted-ca-https").profiles == ("untrusted-ca",)
    assert named("untrusted-ca.forced-sqlserver").profiles == ("untrusted-ca", "untrusted-ca.forced")


def test_a_server_answers_to_every_name_that_a_fix_on_the_client_may_use() -> None:
    assert named("expired-https").names == ("shop.lab.test",)
    assert named("name-mismatch-https").names == ("shop.lab.test", "www.shop.lab.test")


def test_a_fix_on_the_server_mends_the_kinds_that_it_is_for() -> None:
    scenario = next(item for item in SCENARIOS if item.id == "unreadable-key")
    broken = named("unreadable-key-sqlserver")
    assert not broken.serves
    assert mended(broken, scenario, "give-files-to-account").serves
    assert mended(broken, scenario, "renew") == broken
    assert mended(named("healthy-https"), None, "renew") == named("healthy-https")


def test_no_two_servers_have_a_port_in_common() -> None:
    assert len({server.port for server in ALL}) == len(ALL)


def test_a_scenario_that_comes_later_moves_nobody() -> None:
    before = numbered(["bad", "worse"], {})
    assert before == {HEALTHY: 0, "bad": 1, "worse": 2}
    assert numbered(["bad", "between", "worse"], before) == {HEALTHY: 0, "bad": 1, "worse": 2, "between": 3}


def test_the_number_of_a_scenario_that_went_is_free() -> None:
    assert numbered(["new", "worse"], {"bad": 1, "worse": 2}) == {HEALTHY: 0, "worse": 2, "new": 1}


def test_more_scenarios_than_ports_are_refused() -> None:
    with pytest.raises(ValueError, match="two digits"):
        numbered([f"scenario-{number}" for number in range(100)], {})


def test_numbers_are_read_from_a_compose_file() -> None:
    text = "name: x\n\nx-numbers:\n  healthy: 0\n  a.b: 12\n\nservices:\n  c: 3\n"
    assert numbers_in(text) == {"healthy": 0, "a.b": 12}
    assert numbers_in("something else") == {}
