"""The lesson: all that is known of a scenario, for people to read and copy from."""

import re
from dataclasses import fields
from functools import cache
from itertools import pairwise

import pytest

from tests.report.consoles import Screen
from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.matrix.judge import Judge
from tlslab.model.check import Worth, in_words
from tlslab.model.conditions import EXPIRED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.knowledge import Knowledge
from tlslab.model.library import ConnectsLate, Crashes, Does, Hangs, Library, Prints, Row, says, tolerates
from tlslab.model.scenario import Fix, Scenario
from tlslab.model.situation import ClientSide, ServerKind, healthy
from tlslab.report.lesson import embolden, known_answers, paragraphs, show_lesson, show_lesson_for
from tlslab.report.typed import ca_file_changes, typed
from tlslab.stages.local import down

CATALOGUE = catalogue.load()
SCENARIOS, KNOWLEDGE = CATALOGUE.scenarios, CATALOGUE.knowledge
CLIENTS = {client.name: client for client in all_clients()}


def lesson(scenario: Scenario, width: int = 100) -> Screen:
    screen = Screen(width, terminal=True)
    show_lesson(scenario, tuple(CLIENTS.values()), KNOWLEDGE, screen.console)
    return screen


@cache
def wide(scenario_id: str) -> str:
    """The text of a lesson, on a screen on which no line is folded."""
    return lesson(CATALOGUE.scenario(scenario_id), 10_000).text


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_lesson_has_all_that_the_catalogue_knows(scenario: Scenario) -> None:
    text = " ".join(wide(scenario.id).split())
    assert scenario.title in text
    for fix in scenario.fixes:
        claim = fix.claim if fix.clears else "documents advise it, and it does not clear the error"
        if fix.clears and fix.worth is Worth.PARTIAL_BYPASS:
            claim += f": still checks {in_words(fix.still_checks)}"
        assert f"Fix {fix.name} ({claim}, on the {fix.side})" in text
        assert all(" ".join(step.split()) in text for step in fix.steps)
    sources = [*scenario.sources, *(source for fix in scenario.fixes for source in fix.sources)]
    sources += [row.source for _, row in KNOWLEDGE.about(scenario.conditions)]
    assert all(source.url in text for source in sources)
    assert all(condition.words in text for condition in scenario.conditions)
    assert all(name in text for name, client in CLIENTS.items() if client.kinds & scenario.kinds)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_no_placeholder_is_left_for_the_reader_to_fill(scenario: Scenario) -> None:
    for client in CLIENTS.values():
        for kind in client.kinds & scenario.kinds:
            broken = scenario.apply(healthy(kind))
            shown = known_answers(Judge.of(client, KNOWLEDGE).answer(broken), broken)
            assert shown == sorted(shown, key=lambda item: -item[0].basis)
    assert "{host}" not in lesson(scenario).text
    assert "{*}" not in lesson(scenario).text


def test_only_addresses_and_words_to_copy_are_wider_than_the_terminal() -> None:
    for line in lesson(SCENARIOS[0], 80).lines:
        assert len(line) <= 80 or "https://" in line or line.lstrip().startswith(("+ ", "- "))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_every_source_has_a_number_and_every_address_stands_once(scenario: Scenario) -> None:
    text = wide(scenario.id)
    body, _, listed = text.partition("\nSources\n")
    assert "https://" not in "".join(line for line in body.splitlines(keepends=True) if "source" in line)
    addresses = [line.strip() for line in listed.splitlines() if line.strip().startswith("http")]
    assert len(addresses) == len(set(addresses))
    numbers = re.findall(r"^  \[(\d+)\] ", listed, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert {*re.findall(r"\[(\d+)\]", body)} >= {*numbers}


def test_addresses_stand_below_their_titles() -> None:
    lines = lesson(SCENARIOS[0], 10_000).text.partition("\nSources\n")[2].splitlines()
    pairs = [(above, line) for above, line in pairwise(lines) if line.strip().startswith("https://")]
    assert pairs
    for title, address in pairs:
        assert len(address) - len(address.lstrip()) == title.index("]") + 2


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_source_without_an_address_has_no_line_for_it(scenario: Scenario) -> None:
    """What only the lab has observed."""
    listed = wide(scenario.id).partition("\nSources\n")[2].splitlines()
    assert all(line.strip() for line in listed)


def test_a_client_for_which_a_fix_changes_nothing_is_told_and_why() -> None:
    scenario = CATALOGUE.scenario("untrusted-ca.forced")
    text = lesson(scenario, 10_000).text
    fix = text[text.index("Fix trust-everything") : text.index("Fix stop-forcing-encryption")]
    assert "pymssql, pymssql.keyword, tdsodbc, tsql: nothing to set: without `ca file`" in fix


def test_what_is_typed_for_a_fix_is_what_changes_in_the_clients_words() -> None:
    before = healthy(ServerKind.HTTPS)
    gone, come = typed(CLIENTS["curl"], before, before.with_client(trust_everything=True))
    assert gone == ()
    assert come == ("--insecure",)


FIXES = [
    pytest.param(scenario, fix, kind, id=f"{scenario.id}-{fix.name}-{kind}")
    for scenario in SCENARIOS
    for fix in scenario.fixes
    for kind in sorted(fix.kinds & scenario.kinds)
]


@pytest.mark.parametrize(("scenario", "fix", "kind"), FIXES)
def test_a_fix_sets_what_it_is_about_and_nothing_that_the_scenario_brought(
    scenario: Scenario, fix: Fix, kind: ServerKind
) -> None:
    """A word that the fix does not bring to a healthy client side is no part of it: copied, it does something else."""
    broken = scenario.apply(healthy(kind))
    fixed = fix.apply(broken)
    sides = [[getattr(side.client, field.name) for side in (broken, fixed)] for field in fields(ClientSide)]
    changed = {field.name: new for field, (old, new) in zip(fields(ClientSide), sides, strict=True) if old != new}
    # Where a client connects is no option, and what it is told to expect may be what it expects there anyway.
    alone = healthy(kind).with_client(**{"connect_to": broken.client.connect_to, **changed})
    for client in CLIENTS.values():
        if kind in client.kinds and not (client.cannot(broken) or client.cannot(fixed)):
            _, come = typed(client, broken, fixed)
            assert {*come} <= {*client.typed(alone.client)}, client.name


@pytest.mark.parametrize(
    ("scenario", "fix", "kind", "client", "gone", "come"),
    [
        ("untrusted-ca.forced", "install-ca", "sqlserver", "python-tds", (), ('cafile="ca.pem"',)),
        ("missing-intermediate", "give-client-the-intermediate", "https", "curl", (), ("--cacert ca.pem",)),
        ("missing-intermediate", "give-client-the-intermediate", "sqlserver", "python-tds", (), ('cafile="ca.pem"',)),
        ("self-signed", "trust-certificate", "https", "node-fetch", (), ("NODE_EXTRA_CA_CERTS=ca.pem",)),
        ("self-signed", "trust-certificate", "sqlserver", "tsql", (), ("ca file = ca.pem",)),
        ("self-signed", "trust-everything", "sqlserver", "odbc18", (), ("TrustServerCertificate=yes",)),
        ("self-signed", "trust-everything", "sqlserver", "tedious", (), ("trustServerCertificate: true",)),
        ("self-signed", "trust-everything", "sqlserver", "tsql", ("ca file = ca.pem",), ()),
        (
            "name-mismatch",
            "expect-certificate-name",
            "https",
            "curl",
            (),
            ("--connect-to www.shop.lab.test::shop.lab.test:", "https://www.shop.lab.test/"),
        ),
    ],
)
def test_what_a_person_sets_can_be_copied(
    scenario: str, fix: str, kind: str, client: str, gone: tuple[str, ...], come: tuple[str, ...]
) -> None:
    of = CATALOGUE.scenario(scenario)
    broken = of.apply(healthy(ServerKind(kind)))
    fixed = next(item for item in of.fixes if item.name == fix).apply(broken)
    assert typed(CLIENTS[client], broken, fixed) == (gone, come)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_nothing_to_set_is_said_only_with_the_reason(scenario: Scenario) -> None:
    assert not re.search(r"nothing to set$", wide(scenario.id), re.MULTILINE)


def test_what_the_file_of_authorities_gains_is_told_for_each_client_although_its_option_stays() -> None:
    text = lesson(CATALOGUE.scenario("self-signed"), 10_000).text
    fix = text[text.index("Fix trust-certificate") : text.index("Fix replace-by-ca-signed")]
    by_variable = (
        r"^    [\w, -]*\bmssql-python\b[\w, -]*\n"
        r"      \+ SSL_CERT_FILE=ca.pem\n      ca.pem gains the server's certificate$"
    )
    assert re.search(by_variable, fix, re.MULTILINE)
    clients = re.findall(r"^    [\w., -]+$", fix, re.MULTILINE)
    assert fix.count("      ca.pem gains the server's certificate\n") == len(clients)
    assert "ca.pem gains" not in text[text.index("Fix replace-by-ca-signed") :]


@pytest.mark.parametrize(
    ("name", "fix", "words"),
    [
        ("self-signed", "trust-certificate", ["ca.pem gains the server's certificate"]),
        ("untrusted-ca", "install-ca", ["ca.pem gains the root of the CA"]),
        ("missing-intermediate", "give-client-the-intermediate", ["ca.pem gains the intermediate"]),
        ("self-signed", "trust-everything", []),
    ],
)
def test_a_fix_that_changes_what_the_file_holds_says_how(name: str, fix: str, words: list[str]) -> None:
    scenario = CATALOGUE.scenario(name)
    broken = scenario.apply(healthy(ServerKind.HTTPS))
    fixed = next(item for item in scenario.fixes if item.name == fix).apply(broken)
    assert ca_file_changes(broken.client, fixed.client) == words
    back = ca_file_changes(fixed.client, broken.client)
    assert back == [said.replace("gains", "loses") for said in words]


def test_the_answer_comes_first_and_the_sources_last() -> None:
    lines = lesson(CATALOGUE.scenario("self-signed")).lines
    assert lines[1] == "What clears it"
    assert lines[2].startswith("  trust-certificate (cure, on the client): Trust that certificate")
    assert lines.index("Documented errors") < lines.index("Sources")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_cures_come_before_what_leaves_checks_out_and_what_does_not_help_comes_last(scenario: Scenario) -> None:
    told = [(fix.clears, fix.worth) for fix in scenario.best_first]
    assert sorted(told, key=lambda item: (not item[0], [*Worth].index(item[1]))) == told
    assert told[0] == (True, Worth.CURE)
    assert {fix.name for fix in scenario.best_first} == {fix.name for fix in scenario.fixes}


def lesson_for(scenario: str, *clients: str) -> str:
    screen = Screen(10_000)
    some = [CLIENTS[name] for name in clients]
    show_lesson_for(CATALOGUE.scenario(scenario), some, KNOWLEDGE, screen.console, f"./tlslab show {scenario}")
    return screen.text


def test_the_lesson_for_one_client_has_its_text_its_line_to_change_and_its_sources() -> None:
    text = lesson_for("self-signed", "odbc18")
    assert "certificate verify failed:self-signed certificate" in text
    assert "    odbc18\n      + SSL_CERT_FILE=ca.pem\n      ca.pem gains the server's certificate\n" in text
    assert "+ TrustServerCertificate=yes" in text
    for other in ("curl", "tedious", "HTTPS", "gnutls"):
        assert other not in text.partition("\nSources\n")[0]
    assert text.endswith("The whole lesson: ./tlslab show self-signed\n")


def test_the_lesson_for_one_client_has_no_fix_that_is_not_for_it() -> None:
    assert "stop-asking-for-encryption" not in lesson_for("self-signed", "curl")
    assert "Fix stop-asking-for-encryption" in lesson_for("self-signed", "curl", "tedious")


def test_paragraphs_are_joined_and_lists_are_not() -> None:
    assert list(paragraphs("One\nline.\n\n- a\n- b\n    code\nTwo\nlines.")) == [
        "One line.", "", "- a", "- b", "    code", "Two lines.",
    ]  # fmt: skip


def test_stars_around_words_make_them_bold_and_other_stars_stay() -> None:
    text = embolden("**Cause.** `*.lab.test` and 2 * 3")
    assert text.plain == "Cause. `*.lab.test` and 2 * 3"
    assert [text.plain[span.start : span.end] for span in text.spans if span.style == "bold"] == ["Cause."]


def test_a_lesson_says_which_stage_cannot_play_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(down, "obstacle", lambda: "root reads what it may not")
    by_id = {scenario.id: scenario for scenario in SCENARIOS}
    assert "\nstage      the local stage cannot" in lesson(by_id["unreadable-key"]).text
    assert "\nstage " not in lesson(by_id["expired"]).text


BOOK, POST = Source("a book", "https://example.org/book"), Source("a post", "https://example.org/post")


def errors(*rows: Does, tolerated: str = "") -> str:
    """The end of the lesson of an expired certificate, of a curl whose library does this."""
    said: tuple[Row, ...] = says([EXPIRED], Phase.VERIFY, *rows, basis=Basis.AUTHORITATIVE, source=BOOK)
    if tolerated:
        said = (tolerates(tolerated, of=[EXPIRED], basis=Basis.REPORTED, source=POST),)
    knowledge = Knowledge({**KNOWLEDGE.libraries, "openssl": Library("openssl", said)}, KNOWLEDGE.conditions)
    screen = Screen(200)
    show_lesson(CATALOGUE.scenario("expired"), [CLIENTS["curl"]], knowledge, screen.console)
    return screen.text.partition("Documented errors\n")[2]


def test_a_text_stands_with_its_phase_its_basis_and_its_source_alone_and_in_the_clients_words() -> None:
    text = errors(Prints("certificate is old"))
    assert re.search(r"    openssl \(verify, authoritative\) \[\d+\]\n      certificate is old\n", text)
    assert re.search(r"  \(authoritative\) (\[\d+\])+\n        .*SSL certificate problem: certificate is old", text)
    assert "authoritative: documented by the vendor or project\n" in text


def test_a_client_that_connects_all_the_same_says_why_and_who_says_so() -> None:
    text = errors(tolerated="it has no clock")
    assert re.search(r"connects all the same \(reported\) \[\d+\]: it has no clock\n", text)


def test_a_client_that_meets_nothing_wrong_is_not_said_to_overlook_something() -> None:
    screen = Screen(10_000)
    show_lesson(CATALOGUE.scenario("ip-san"), [CLIENTS["curl"]], KNOWLEDGE, screen.console)
    assert "      connects: nothing is wrong\n" in screen.text
    assert "connects all the same" not in screen.text


def test_a_client_of_which_nothing_is_documented_says_so() -> None:
    assert "      nothing is documented\n" in errors()


@pytest.mark.parametrize(
    ("does", "words"),
    [
        (Hangs(), "gives no answer"),
        (Crashes("Segmentation fault"), "crashes: Segmentation fault"),
        (ConnectsLate(15), "connects after 15 s"),
    ],
    ids=["hangs", "crashes", "connects late"],
)
def test_what_a_client_does_without_a_word_is_told_of_the_library_and_of_the_client(does: Does, words: str) -> None:
    library, _, client = errors(does).partition("what HTTPS clients show")
    assert words in library
    assert words in client
    assert "nothing is documented" not in client
