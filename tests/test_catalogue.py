"""The catalogue as a whole: complete, sourced, and every text of it well formed."""

import re

import pytest

from tests.clients.acts import CATALOGUE, documented
from tlslab.clients import all_clients
from tlslab.model.evidence import Basis
from tlslab.model.scenario import Claim, Scenario
from tlslab.model.situation import ServerKind, healthy

CLIENTS = all_clients()
CLASSES = {
    "self-signed",
    "untrusted-ca",
    "expired",
    "not-yet-valid",
    "name-mismatch",
    "missing-intermediate",
    "sha1-signature",
    "tls-version-mismatch",
}
OF_ONE_KIND = {ServerKind.HTTPS: set[str](), ServerKind.SQLSERVER: {"unreadable-key"}}
"""Classes that only one kind of server can have: nginx reads its key as root."""
SCENARIOS = [pytest.param(scenario, id=scenario.id) for scenario in CATALOGUE.scenarios]


def test_every_failure_class_is_there_for_every_kind_of_server_that_can_have_it() -> None:
    for kind in ServerKind:
        found = {item.id.partition(".")[0] for item in CATALOGUE.scenarios if kind in item.kinds}
        assert found == CLASSES | OF_ONE_KIND[kind]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_lesson_teaches_symptom_cause_look_and_fix(scenario: Scenario) -> None:
    for heading in ("**Symptom.**", "**Cause.**", "**Look.**", "**Fix.**"):
        assert heading in scenario.lesson, heading


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_breaks_the_healthy_situation_and_a_fix_changes_the_broken_one(scenario: Scenario) -> None:
    for kind in scenario.kinds:
        broken = scenario.apply(healthy(kind))
        assert broken != healthy(kind)
        for fix in scenario.fixes:
            if kind in fix.kinds:
                assert fix.apply(broken) != broken, fix.name


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_source_has_a_title_and_an_address(scenario: Scenario) -> None:
    sources = [*scenario.sources, *(source for fix in scenario.fixes for source in fix.sources)]
    for source in sources:
        assert source.title
        assert re.match(r"https://[^\s]+$", source.url), source


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_server_sides_fix_can_be_played_by_every_client(scenario: Scenario) -> None:
    """So that no client's broken act is lost because its fixes cannot be expressed."""
    assert any(fix.side.value == "server" for fix in scenario.fixes) or scenario.id == "untrusted-ca"


def test_two_impostors_own_the_servers_name_and_not_its_key() -> None:
    assert [item.id for item in CATALOGUE.impostors] == ["neighbour", "stranger"]
    for kind in ServerKind:
        genuine = healthy(kind)
        for impostor in CATALOGUE.impostors:
            faked = impostor.apply(genuine)
            assert faked.client == genuine.client
            assert faked.chain.leaf.owner != genuine.chain.leaf.owner


def test_a_bypass_is_never_the_only_fix() -> None:
    for scenario in CATALOGUE.scenarios:
        for kind in scenario.kinds:
            assert any(fix.claim is Claim.CURE and kind in fix.kinds for fix in scenario.fixes), scenario.id


def test_clients_have_unique_names_that_fit_into_an_id() -> None:
    for client in CLIENTS:
        assert re.fullmatch(r"[a-z0-9-]+", client.name)


@pytest.mark.parametrize(
    ("client", "says"),
    [
        ("curl", "curl: (60) SSL certificate problem: self signed certificate"),
        (
            "urllib",
            (
                "urllib.error.URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
                "self signed certificate (_ssl.c:1123)>"
            ),
        ),
        (
            "odbc18",
            (
                "[08001] [Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: [error:1416F086:SSL routines:"
                "tls_process_server_certificate:certificate verify failed:self signed certificate] (-1)"
            ),
        ),
    ],
)
def test_the_words_of_openssl_1_1_1_are_documented_as_well(client: str, says: str) -> None:
    """Without the hyphen: OpenSSL 1.1.1w, crypto/x509/x509_txt.c, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT."""
    found = documented(next(item for item in CLIENTS if item.name == client), says)
    assert found["self-signed"] is Basis.AUTHORITATIVE
