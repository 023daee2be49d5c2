"""The catalogue as a whole: complete, sourced, and every text of it well formed."""

import re
from datetime import timedelta

import pytest

from tests.clients.acts import CATALOGUE, documented, judge
from tlslab.clients import Client, all_clients
from tlslab.libraries.sqlclient import FRAMES
from tlslab.matrix.matching import pattern_values
from tlslab.matrix.plan import attacks, has_a_part
from tlslab.model.certificate import Chain
from tlslab.model.check import Check, Worth
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_UNTRUSTED
from tlslab.model.condition import Condition, conditions_of, defects
from tlslab.model.conditions import CN_ALONE, CN_BESIDE_SAN, EXPIRED, NAME_MISMATCH, NO_ENCRYPTION, REVOKED, UNTRUSTED
from tlslab.model.evidence import Basis, pattern_of
from tlslab.model.impostor import Impostor
from tlslab.model.library import Prints, Says, Template
from tlslab.model.names import SUBJECT_IS_THE_NAME
from tlslab.model.release import ALL
from tlslab.model.scenario import Scenario, Side
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy
from tlslab_scenarios.client_certificate import OF_ALICE

CLIENTS = all_clients()
KNOWLEDGE = CATALOGUE.knowledge
CLASSES = {
    "environment",
    "below-the-root",
    "ca-made-anew",
    "cross-signed",
    "expired-root",
    "handshake-parameters",
    "leaf-trusted",
    "self-signed",
    "untrusted-ca",
    "expired",
    "expired-issuer",
    "not-reloaded",
    "not-yet-valid",
    "name-mismatch",
    "valid-name",
    "ip-san",
    "missing-intermediate",
    "sha1-signature",
    "tls-version-mismatch",
    "trust-store",
    "wrong-clock",
    "wrong-eku",
    "revocation-unknown",
    "revoked",
    "no-such-server",
    "any-eku",
    "critical-extension",
    "issuer-eku",
    "issuer-not-yet-valid",
    "key-usage",
    "name-constraints",
    "negative-serial",
    "not-a-ca",
    "path-length",
    "weak-issuer",
    "weak-key",
}
OF_ONE_KIND = {
    ServerKind.HTTPS: {"client-certificate", "company-proxy", "no-aki", "proxy", "virtual-host", "wrong-order"},
    ServerKind.SQLSERVER: {"strict", "no-encryption", "pinned", "fallback-certificate", "routing", "unreadable-key"},
}
"""Classes that only one kind of server can have: nginx reads its key as root and makes no certificate for itself; SQL
Server has no virtual hosts, asks no client for a certificate, and none of its clients takes a proxy or can be told to
be strict; its clients alone compare a certificate as a whole, and are sent on to another server.
"""
WITHOUT_A_CLIENT = {*(name for name, library in KNOWLEDGE.libraries.items() if library.vocabulary)}
"""Libraries of which no client is there yet, and vocabularies, of which none will be."""
WITHOUT_SERVERS_FIX = {
    *("environment.unknown-ca", "environment.overruled-by-curl-ca-bundle"),
    "environment.overruled-by-requests-ca-bundle",
    *("revocation-unknown.list-expired", "revocation-unknown.other-list"),
    *("below-the-root", "ca-made-anew.key-identifiers", "ca-made-anew.no-key-identifiers", "company-proxy"),
    *("company-proxy.connect", "company-proxy.intermediate-missing"),
    *("leaf-trusted", "untrusted-ca.direct"),
    *("untrusted-ca", "wrong-clock.ahead", "wrong-clock.behind", "ip-san", "ip-san.ipv6"),
    *("untrusted-ca.strict", "pinned", "virtual-host.host-header"),
    *("proxy.authentication-required", "proxy.forbidden", "proxy.https-to-http"),
    *("name-mismatch.wildcard-expected", "valid-name.upper-case", "valid-name.dot-at-the-end", "valid-name.unicode"),
    *(item.id for item in CATALOGUE.scenarios if item.id.startswith("trust-store.")),
}
"""Scenarios that the server's side cannot mend: nothing is wrong with it."""
NO_TEXT_OF_A_LIBRARY = {
    "SSL certificate verify ok.": "what curl says of a connection that stands",
    "it works on my machine": "what people say",
    "The certificate chain was issued by an authority that is not trusted": "of Windows, which the lab does not play",
    "The target principal name is incorrect": "of Windows, which the lab does not play",
    "An existing connection was forcibly closed by the remote host": "of Windows, which the lab does not play",
    "Could not establish trust relationship for the SSL/TLS secure channel": "of .NET Framework, which is not played",
    "Could not establish trust relationship for the SSL/TLS secure channel with authority": "of .NET Framework, too",
    "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel": (
        "of .NET Framework, too"
    ),
    "The request was aborted: Could not create SSL/TLS secure channel": "of .NET Framework, too",
    "Your connection is not private": "of browsers, which the lab does not play",
    "Kubernetes Ingress Controller Fake Certificate": "the subject of a certificate",
}
"""Quotations of lessons that no table holds, and why."""
SCENARIOS = [pytest.param(scenario, id=scenario.id) for scenario in CATALOGUE.scenarios]


def test_every_failure_class_is_there_for_every_kind_of_server_that_can_have_it() -> None:
    for kind in ServerKind:
        found = {item.id.partition(".")[0] for item in CATALOGUE.scenarios if kind in item.kinds}
        assert found == CLASSES | OF_ONE_KIND[kind], "a new class is added to CLASSES, or to OF_ONE_KIND"


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


def present(situation: Situation) -> frozenset[Condition]:
    return conditions_of(situation, KNOWLEDGE.conditions)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_a_scenario_declares_is_what_is_so_in_its_situation(scenario: Scenario) -> None:
    for kind in scenario.kinds:
        assert present(healthy(kind)) == frozenset()
        assert present(scenario.apply(healthy(kind))) == scenario.conditions


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_cure_leaves_nothing_wrong_and_what_is_none_leaves_something(scenario: Scenario) -> None:
    for kind in scenario.kinds:
        for fix in scenario.fixes:
            if kind in fix.kinds:
                left = present(fix.apply(scenario.apply(healthy(kind))))
                if fix.worth is Worth.BYPASS or not fix.clears:
                    assert left, fix.name
                elif (
                    fix.worth is Worth.CURE and Check.KEY not in fix.still_checks
                ):  # a partial bypass may leave something that nobody looks at any more
                    assert defects(left) == frozenset(), fix.name


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_something_is_wrong_with_every_impostor_after_every_fix(scenario: Scenario) -> None:
    for kind in scenario.kinds:
        for fix in scenario.fixes:
            if kind in fix.kinds:
                broken = scenario.apply(healthy(kind))
                attacking = [item for item in CATALOGUE.impostors if has_a_part(item, broken)]
                for impostor, situation in attacks(attacking, fix.apply(broken))[0]:
                    # Where the server asks no client any more, nothing is wrong with any: they get in.
                    nobody_looks = impostor.side is Side.CLIENT and Check.CLIENT not in fix.still_checks
                    assert bool(defects(present(situation))) is not nobody_looks, (fix.name, impostor.id)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_source_has_a_title_and_an_address(scenario: Scenario) -> None:
    sources = [*scenario.sources, *(source for fix in scenario.fixes for source in fix.sources)]
    for source in sources:
        assert source.title
        assert re.match(r"https://[^\s]+$", source.url), source


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_server_sides_fix_can_be_played_by_every_client(scenario: Scenario) -> None:
    """So that no client's broken act is lost because its fixes cannot be expressed."""
    assert any(fix.side.value == "server" for fix in scenario.fixes) or scenario.id in WITHOUT_SERVERS_FIX


WRONG = {
    "expired": {EXPIRED},
    "neighbour": {NAME_MISMATCH},
    "revoked": {REVOKED},
    "neighbour-common-name": {NAME_MISMATCH, CN_ALONE},
    "neighbour-common-name-beside-san": {NAME_MISMATCH, CN_BESIDE_SAN, SUBJECT_IS_THE_NAME},
    "stranger": {UNTRUSTED},
    "stranger-common-name": {UNTRUSTED, NAME_MISMATCH, CN_ALONE},
    "stranger-common-name-beside-san": {UNTRUSTED, NAME_MISMATCH, CN_BESIDE_SAN, SUBJECT_IS_THE_NAME},
    "stranger-expected-name": {UNTRUSTED},
    "unencrypted": {NO_ENCRYPTION},
    "unknown-client": {CLIENT_CERTIFICATE_MISSING},
    "stranger-client": {CLIENT_CERTIFICATE_UNTRUSTED},
}
"""What is the matter with each impostor where everything else is healthy."""


@pytest.mark.parametrize("impostor", CATALOGUE.impostors, ids=lambda item: item.id)
def test_an_impostor_is_wrong_in_what_it_is_about_and_takes_whatever_a_client_offers(impostor: Impostor) -> None:
    assert WRONG.keys() == {item.id for item in CATALOGUE.impostors}
    for kind in impostor.kinds:
        genuine = healthy(kind)
        if kind is ServerKind.HTTPS:
            genuine = CATALOGUE.scenario("client-certificate.required").apply(genuine)
            genuine = genuine.with_client(certificate=Chain(OF_ALICE))
        faked = impostor.against(genuine)
        assert present(genuine) == set()
        assert present(faked) == WRONG[impostor.id]
        if impostor.side is Side.CLIENT:
            assert faked.server == genuine.server
            assert faked.with_client(certificate=genuine.client.certificate) == genuine
        else:
            assert faked.client == genuine.client
            assert not faked.server.client_anchors
            assert (faked.server.security_level, faked.server.tls_min) == (0, TLSVersion.TLSv1_0)


def test_who_has_the_servers_key_attacks_no_pin() -> None:
    for impostor in CATALOGUE.impostors:
        chain = impostor.against(healthy(ServerKind.SQLSERVER)).server.chain
        owns = chain is not None and chain.leaf.owner == healthy(ServerKind.SQLSERVER).chain.leaf.owner
        assert owns is (Check.KEY not in impostor.attacks), impostor.id


def test_a_run_plays_the_impostors_that_show_most() -> None:
    usual = {item.id for item in CATALOGUE.impostors if item.by_default}
    assert usual == {
        *("neighbour", "revoked", "stranger", "stranger-expected-name", "unencrypted"),
        *("stranger-client", "unknown-client"),
    }


def test_a_stranger_with_the_expected_name_alone_does_not_own_the_name_that_is_dialled() -> None:
    told = healthy(ServerKind.SQLSERVER).with_client(expected_name="sqlprod.lab.test")
    names = {item.id: item.against(told).server.chain for item in CATALOGUE.impostors}
    assert names["stranger"] is not None
    assert names["stranger"].leaf.names == ("sqlprod.lab.test", "db.lab.test")
    assert names["stranger-expected-name"] is not None
    assert names["stranger-expected-name"].leaf.names == ("sqlprod.lab.test",)


def test_an_impostor_that_has_nothing_to_show_says_why() -> None:
    (expired,) = (item for item in CATALOGUE.impostors if item.id == "expired")
    self_signed = CATALOGUE.scenario("self-signed")
    (trusting,) = (fix for fix in self_signed.fixes if fix.name == "trust-certificate")
    fixed = trusting.apply(self_signed.apply(healthy(ServerKind.HTTPS)))
    for situation, words in (
        (fixed, "accepts this one certificate"),
        (healthy(ServerKind.SQLSERVER).with_server(chain=None), "anew at each start"),
    ):
        assert words in (expired.unless(situation) or "")
    late = healthy(ServerKind.HTTPS).with_client(clock=timedelta(days=-300))
    assert EXPIRED in present(expired.against(late))


def test_a_stranger_owns_the_servers_address_as_well_and_a_neighbour_does_not() -> None:
    by_address = CATALOGUE.scenario("ip-san").apply(healthy(ServerKind.HTTPS))
    faked = {item.id: situation for item, situation in attacks(CATALOGUE.impostors, by_address)[0]}
    assert (faked["stranger"].chain.leaf.names, faked["stranger"].chain.leaf.addresses) == ((), ("127.0.0.1",))
    assert defects(present(faked["stranger"])) == {UNTRUSTED}
    assert defects(present(faked["neighbour"])) == {NAME_MISMATCH}
    by_name = by_address.with_client(expected_name="shop.lab.test")
    told = {item.id: item.against(by_name) for item in CATALOGUE.impostors}
    assert told["stranger"].chain.leaf.names == ("shop.lab.test",)
    assert told["stranger"].chain.leaf.addresses == ("127.0.0.1",)


def test_a_scenario_may_be_a_good_certificate_that_some_client_refuses() -> None:
    """A condition that is not wrong is there because a client, in some release, refuses it all the same; where none
    does, there is no failure to teach.
    """
    refused = {
        condition
        for client in CLIENTS
        for statement in judge(client).table
        if isinstance(statement.row, Says) and isinstance(statement.of, frozenset)
        for condition in statement.of
    }
    for scenario in CATALOGUE.scenarios:
        if not defects(scenario.conditions):
            assert scenario.conditions & refused, scenario.id


def test_a_bypass_is_never_the_only_fix() -> None:
    for scenario in CATALOGUE.scenarios:
        for kind in scenario.kinds:
            assert any(fix.worth is Worth.CURE and kind in fix.kinds for fix in scenario.fixes), scenario.id


def test_clients_have_unique_names_that_fit_into_an_id() -> None:
    for client in CLIENTS:
        assert re.fullmatch(r"[a-z0-9-]+", client.family)
        assert client.name == client.family or re.fullmatch(re.escape(client.family) + r"\.[a-z0-9-]+", client.name)


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


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_placeholders_of_a_clients_table_are_known_ones(client: Client) -> None:
    for kind in client.kinds:
        for statement in judge(client).table:
            if isinstance(statement.does, Prints):
                for text in (statement.does.text, statement.does.trace):
                    pattern_of(text, pattern_values(healthy(kind)))


def test_the_placeholders_of_rows_and_frames_without_a_client_are_known_ones() -> None:
    values = pattern_values(healthy(ServerKind.SQLSERVER))
    for name in WITHOUT_A_CLIENT:
        for row in KNOWLEDGE.libraries[name].rows:
            if isinstance(row, Says) and isinstance(row.does, Prints):
                pattern_of(row.does.text, values)
    for frame in FRAMES:
        pattern_of(frame.text, values | {"reason": "", "code": ""})


def presents(template: Template, row: Says) -> bool:
    """Whether a client's template has a place for what a row says."""
    assert isinstance(row.does, Prints)
    asked = template.text + template.trace
    words = (row.does.text or "{reason}" not in asked) and (row.does.code or "{code}" not in asked)
    return row.phase in template.phases and bool(words)


@pytest.mark.parametrize("library", sorted(KNOWLEDGE.libraries))
def test_every_text_of_a_library_is_shown_by_some_client(library: str) -> None:
    """Else it is of no use, or its phase is another one."""
    templates = [template for client in CLIENTS for template in client.templates if template.library == library]
    assert bool(templates) is (library not in WITHOUT_A_CLIENT), "a library without a client is named above"
    for row in KNOWLEDGE.libraries[library].rows if templates else ():
        if isinstance(row, Says) and isinstance(row.does, Prints):
            assert any(presents(template, row) for template in templates), f"nobody shows {row.phase}: {row.does}"


def quotations(scenario: Scenario) -> list[str]:
    """What the paragraph about the symptom has in double quotes or backticks."""
    symptom = next(part for part in scenario.lesson.split("\n\n") if part.startswith("**Symptom.**"))
    return ["".join(found) for found in re.findall(r'"([^"]+)"|`([^`]+)`', " ".join(symptom.split()))]


def texts(scenario: Scenario) -> set[str]:
    """What clients, older releases too, are known to show in the situation of a scenario: messages, codes, and what
    stands in their logs.
    """
    found: set[str] = set()
    for kind in scenario.kinds:
        broken = scenario.apply(healthy(kind))
        for client in CLIENTS:
            if kind in client.kinds:
                table = judge(client).table
                older = [item for item in table if item.versions != ALL and item.of == scenario.conditions]
                for statement in (*judge(client).answer(broken).says, *older):
                    if isinstance(statement.does, Prints):
                        found |= {statement.does.text, statement.does.code, statement.does.trace}
    return found - {""}


def holds(text: str, quotation: str) -> bool:
    """Whether a text has the quotation, or at its end the beginning of it: patterns leave out what changes."""
    beginnings = (quotation[:length] for length in range(12, len(quotation)))
    return quotation in text or any(text.endswith(beginning) for beginning in beginnings)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_a_lesson_quotes_as_a_symptom_is_what_the_tables_say(scenario: Scenario) -> None:
    known = texts(scenario)
    assert quotations(scenario)
    for quotation in quotations(scenario):
        documented_for_it = any(holds(text, quotation) for text in known)
        assert documented_for_it is (quotation not in NO_TEXT_OF_A_LIBRARY), quotation


def test_every_exception_is_quoted_somewhere() -> None:
    quoted = {quotation for scenario in CATALOGUE.scenarios for quotation in quotations(scenario)}
    assert NO_TEXT_OF_A_LIBRARY.keys() <= quoted
