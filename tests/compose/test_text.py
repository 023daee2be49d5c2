"""docker/compose.yaml: current, and what Docker Compose takes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.compose.servers import numbered, numbers_in, servers, with_servers
from tlslab.compose.text import PASSWORD, text
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import EXPIRED
from tlslab.model.scenario import BOTH, Scenario, Side
from tlslab.model.situation import Situation
from tlslab.servers.mssql_image import strong

COMMITTED = Path(__file__).parents[2] / "docker" / "compose.yaml"
CATALOGUE = catalogue.load()
SCENARIOS = CATALOGUE.scenarios


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    with YAML(typ="safe", pure=True) as yaml:
        found: dict[str, Any] = yaml.load(COMMITTED)
    return found


def made(scenarios: tuple[Scenario, ...], known: dict[str, int]) -> str:
    numbers = numbered(with_servers(scenarios), known)
    return text(servers(scenarios, numbers), all_clients(), CATALOGUE.knowledge)


def test_it_satisfies_the_schema_of_the_compose_specification() -> None:
    """The schema is the one that check-jsonschema carries, of the Compose Specification itself."""
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMMITTED)]
    done = subprocess.run(checker, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("docker") is None, reason="the docker command is not on this machine")
def test_docker_compose_takes_it() -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, timeout=60, check=False).returncode != 0:
        pytest.skip("Docker Compose is not on this machine; the schema and the tests below stand for it")
    command = ["docker", "compose", "--file", str(COMMITTED), "--profile", "*", "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_everything_that_it_refers_to_is_there(parsed: dict[str, Any]) -> None:
    """What `docker compose config` refuses and the schema does not see."""
    services, volumes = parsed["services"], parsed["volumes"]
    for name, service in services.items():
        assert service["profiles"], f"{name} would be started by every `docker compose up`"
        for needed in service.get("depends_on", {}):
            assert set(service["profiles"]) <= set(services[needed]["profiles"]), f"{name} without {needed}"
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in volumes or source.startswith("/")
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert volumes.keys() <= mounted
    # The parser of Docker Compose allows fewer characters there than YAML does.
    assert all(re.fullmatch(r"[\w-]+", anchor) for anchor in re.findall(r" [&*]([^\s,\]]+)", _bare(COMMITTED)))


def _bare(path: Path) -> str:
    return re.sub(r"#.*", "", path.read_text(encoding="utf-8"))


def test_nothing_is_published_beyond_this_machine(parsed: dict[str, Any]) -> None:
    published = [port for service in parsed["services"].values() for port in service.get("ports", ())]
    assert published
    assert all(re.fullmatch(r"127\.0\.0\.1:\$\{TLSLAB_PORT_(\d+):-\1\}:(443|1433)", port) for port in published)
    assert len(set(published)) == len(published)


def test_no_key_and_no_certificate_is_committed() -> None:
    assert "-----BEGIN" not in COMMITTED.read_text(encoding="utf-8")


def test_clients_see_no_key(parsed: dict[str, Any]) -> None:
    assert parsed["services"]["client"]["volumes"] == ["trust:/lab"]


def test_servers_wait_for_their_certificates(parsed: dict[str, Any]) -> None:
    waits = {"expired-certificates": {"condition": "service_completed_successfully"}}
    for name in ("expired-https", "expired-sqlserver"):
        assert parsed["services"][name]["depends_on"] == waits


def test_a_server_that_does_not_come_up_keeps_its_name_and_its_port(parsed: dict[str, Any]) -> None:
    """Else a client would not find the name, where it shall find nobody listening."""
    services = parsed["services"]
    assert services["unreadable-key-sqlserver"]["network_mode"] == "service:unreadable-key-sqlserver-address"
    address = services["unreadable-key-sqlserver-address"]
    assert "db.lab.test" in address["networks"]["default"]["aliases"]
    assert address["ports"]
    assert [name for name in services if name.endswith("-address")] == ["unreadable-key-sqlserver-address"]


def test_a_fix_makes_other_containers(parsed: dict[str, Any]) -> None:
    services = parsed["services"]
    assert services["expired-certificates"]["environment"] == {"TLSLAB_FIX": "${FIX:-}"}
    for name in ("expired-https", "expired-sqlserver"):
        assert services[name]["labels"] == {"org.tlslab.fix": "${FIX:-}"}


def test_sql_server_takes_the_documented_password() -> None:
    assert strong(PASSWORD)


def test_a_new_scenario_needs_nothing_but_its_module() -> None:
    known = numbers_in(COMMITTED.read_text(encoding="utf-8"))

    def apply(healthy: Situation) -> Situation:
        return healthy

    new = Scenario("brand-new.form", "A title", "", apply, BOTH, frozenset({EXPIRED}), {}, ())
    new.fix(still_checks=EVERYTHING, side=Side.CLIENT, steps=["a"], sources=SCENARIOS[0].sources)(_elsewhere)
    said = made((new, *SCENARIOS), known)
    assert "  brand-new.form-sqlserver:\n    <<: *sqlserver\n    profiles: [brand-new, brand-new.form]\n" in said
    assert "aliases: [db.lab.test, elsewhere.lab.test]" in said
    assert {name: number for name, number in numbers_in(said).items() if name in known} == known


def _elsewhere(broken: Situation) -> Situation:
    """Connect elsewhere."""
    return broken.with_client(connect_to="elsewhere.lab.test")
