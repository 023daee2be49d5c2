"""What a trust procedure is worth to a client: each verdict, and that the documents decide which was expected."""

from collections.abc import Mapping

import pytest

from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.clients.base import Client, Machine, Roots, Trust
from tlslab.clients.placed import Placed
from tlslab.matrix.judge import Acts, Judge, lab_failed
from tlslab.matrix.plan import Filters, Plan, make_plan
from tlslab.matrix.play import Attempt
from tlslab.matrix.procedure import Show, TrustProcedureVerdict, judge, make_show, treatments
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.condition import Condition, conditions_of, defects
from tlslab.model.conditions import UNTRUSTED
from tlslab.model.evidence import Basis, Source
from tlslab.model.outcome import Outcome, Result
from tlslab.model.situation import ClientSide, ServerKind
from tlslab.stages.trust_procedure import Way

CATALOGUE = load()
BOOK = Source("a book", "https://example.org/book")
WAYS = (Way("one", ("cp ca.crt /store",), (BOOK,)), Way("two", ("other",), (BOOK,)))
CONNECTED = Outcome(Result.CONNECTED, "", encrypted=True)
UNKNOWN = Outcome(Result.REFUSED, "curl: (60) SSL certificate problem: unable to get local issuer certificate")
NAME = Outcome(Result.REFUSED, "curl: (60) SSL: no alternative certificate subject name matches target host name 'x'")
ELSE = Outcome(Result.REFUSED, "curl: (35) something else")
GOOD = {"before": UNKNOWN, "after": CONNECTED, "impostor:neighbour": NAME, "impostor:stranger": UNKNOWN}


def plan(*names: str, fixes: tuple[str, ...] = ()) -> Plan:
    known = [item for item in all_clients() if item.name in names]
    clients = [Placed(item, place) for place in ("here", "there") for item in known]
    return make_plan(CATALOGUE, clients, Filters(fixes=fixes), stage_cannot=lambda _: None)


def shown(roots: Roots, name: str = "curl") -> Show:
    """What a client shows that is documented to trust these roots."""
    cell = next(item for item in plan(name).cells if item.fix.on_system)
    return make_show(cell, WAYS[0], Trust(roots, "so it is written", BOOK), CATALOGUE.impostors)


def told(client: Client) -> Trust:
    return client.default_trust_on(Machine())


def test_a_fix_on_the_system_is_followed_once_in_each_place_for_all_its_clients() -> None:
    found = treatments(plan("curl", "wget", "odbc18"), lambda client: WAYS, told)
    assert [item.id for item in found] == ["here/one", "here/two", "there/one", "there/two"]
    for item in found:
        assert [show.client.name.partition(":")[0] for show in item.shows] == ["curl", "wget", "odbc18"]
        assert {show.client.distribution for show in item.shows} == {item.distribution}
        assert {show.cell.fix.name for show in item.shows} == {"install-ca"}
        assert item.anchors == (LAB_ROOT,)


def test_where_there_is_no_way_nothing_is_followed() -> None:
    assert treatments(plan("curl"), lambda client: (), told) == ()


def test_a_plan_without_such_a_fix_has_no_trust_procedure() -> None:
    chosen = plan("curl", fixes=("trust-everything",))
    assert treatments(chosen, lambda client: WAYS, told) == ()


def test_a_client_that_cannot_express_the_cell_shows_the_trust_procedure_all_the_same() -> None:
    """tedious cannot leave encryption to the server, but it can be told nothing."""
    chosen = plan("tedious")
    assert not [item for item in chosen.cells if item.fix.on_system]
    (show, *_) = treatments(chosen, lambda client: WAYS, told)[0].shows
    assert show.cannot == ""
    assert show.impostors


def test_the_client_is_told_nothing_and_the_system_gets_the_root() -> None:
    show = shown(Roots.SYSTEM)
    for situation in show.acts.values():
        side = situation.client
        assert side == ClientSide(side.connect_to, defaults_only=True, system_trust_anchors=side.system_trust_anchors)
    assert show.before.client.system_trust_anchors == ()
    assert {item.client.system_trust_anchors for item in show.later.values()} == {(LAB_ROOT,)}
    assert show.before.server == show.after.server == show.cell.scenario.apply(show.before).server


@pytest.mark.parametrize(
    ("roots", "acts"),
    [
        (Roots.SYSTEM, ["after", "impostor:neighbour", "impostor:stranger"]),
        (Roots.OWN, ["after"]),
        (Roots.NONE, []),
    ],
)
def test_no_client_is_asked_what_proves_nothing(roots: Roots, acts: list[str]) -> None:
    assert list(shown(roots).later) == acts


def by(show: Show) -> Judge:
    return Judge.of(show.client, CATALOGUE.knowledge)


def judged(show: Show, outcomes: Mapping[str, Outcome]) -> Acts:
    """Its acts, judged; "before" also where the client is not to be attempted again."""
    played = {
        act: Attempt("a1", show.client, situation, frozenset(), outcomes[act])
        for act, situation in {"before": show.before, **show.later}.items()
    }
    return show.judged(played, by(show))


def verdict(
    roots: Roots, changes: Mapping[str, Outcome] | None = None, failure: str = ""
) -> tuple[TrustProcedureVerdict, bool]:
    """The verdict on a client that is documented to trust these roots, when all goes well but for these acts."""
    show = shown(roots)
    found, judgement = judge(show, judged(show, {**GOOD, **(changes or {})}), failure, by(show))
    assert judgement.why
    return found, judgement.as_expected


def test_a_client_that_reads_the_systems_store_is_cured() -> None:
    assert verdict(Roots.SYSTEM) == (TrustProcedureVerdict.CURE, True)


def test_a_client_with_a_store_of_its_own_is_not() -> None:
    assert verdict(Roots.OWN, {"after": UNKNOWN}) == (TrustProcedureVerdict.IGNORED, True)


def test_a_client_that_verifies_nothing_has_nothing_to_be_cured_of() -> None:
    assert verdict(Roots.NONE, {"before": CONNECTED}) == (TrustProcedureVerdict.VERIFIES_NOTHING, True)


@pytest.mark.parametrize(
    ("roots", "changes", "found"),
    [
        (Roots.SYSTEM, {"before": CONNECTED}, TrustProcedureVerdict.UNEXPECTED_CONNECTION),
        (Roots.SYSTEM, {"before": ELSE}, TrustProcedureVerdict.OTHER_ERROR),
        (Roots.SYSTEM, {"before": Outcome(Result.TIMEOUT, "")}, TrustProcedureVerdict.OTHER_ERROR),
        (Roots.SYSTEM, {"after": UNKNOWN}, TrustProcedureVerdict.NOT_CLEARED),
        (Roots.SYSTEM, {"after": Outcome(Result.CONNECTED, "", encrypted=False)}, TrustProcedureVerdict.NOT_CLEARED),
        (Roots.SYSTEM, {"impostor:stranger": CONNECTED}, TrustProcedureVerdict.BYPASS),
        (Roots.SYSTEM, {"impostor:neighbour": ELSE}, TrustProcedureVerdict.UNPROVEN),
        (Roots.OWN, {"after": CONNECTED}, TrustProcedureVerdict.CURE),
        (Roots.OWN, {"after": ELSE}, TrustProcedureVerdict.OTHER_ERROR),
        (Roots.OWN, {"before": CONNECTED}, TrustProcedureVerdict.UNEXPECTED_CONNECTION),
        (Roots.NONE, {"before": UNKNOWN}, TrustProcedureVerdict.OTHER_ERROR),
    ],
)
def test_what_the_documentation_does_not_say_is_a_finding(
    roots: Roots, changes: dict[str, Outcome], found: TrustProcedureVerdict
) -> None:
    assert verdict(roots, changes) == (found, False)


@pytest.mark.parametrize("roots", [Roots.SYSTEM, Roots.OWN])
def test_a_documented_command_that_fails_is_a_finding(roots: Roots) -> None:
    assert verdict(roots, failure="`x` ended with status 1") == (TrustProcedureVerdict.FAILED, False)


def test_the_evidence_is_the_document_about_trust_and_that_of_the_words() -> None:
    show = shown(Roots.SYSTEM)
    _, judgement = judge(show, judged(show, GOOD), "", by(show))
    assert judgement.basis is Basis.AUTHORITATIVE
    assert judgement.sources[0] is BOOK
    assert any("x509_txt.c" in source.title for source in judgement.sources)


@pytest.mark.parametrize(
    ("act", "seen", "complaint"),
    [
        ("before", {UNTRUSTED}, ""),
        ("before", set[Condition](), "found nothing wrong, but the situation should have untrusted"),
        ("after", set[Condition](), ""),
        ("after", {UNTRUSTED}, "found untrusted, but the situation should have nothing wrong"),
        ("impostor:stranger", {UNTRUSTED}, ""),
        ("impostor:stranger", set[Condition](), "found nothing wrong, but the situation should have untrusted"),
    ],
)
def test_a_situation_that_is_not_as_intended_is_the_labs_own_failure(
    act: str, seen: set[Condition], complaint: str
) -> None:
    show = shown(Roots.SYSTEM)
    situation = {"before": show.before, **show.later}[act]
    attempt = Attempt("a1", show.client, situation, frozenset(seen), UNKNOWN)
    problem = lab_failed({act: attempt}, CATALOGUE.knowledge.conditions)
    assert problem.endswith(complaint)
    assert bool(problem) == bool(complaint)


def test_something_is_wrong_with_every_impostor_after_a_trust_procedure() -> None:
    for treatment in treatments(plan("curl", "wget", "odbc18"), lambda client: WAYS, told):
        for show in treatment.shows:
            for impostor, situation in show.impostors:
                assert defects(conditions_of(situation, CATALOGUE.knowledge.conditions)), impostor.id


@pytest.mark.parametrize("client", all_clients(), ids=lambda client: client.name)
def test_what_a_client_says_untold_before_the_trust_procedure_is_known(client: Client) -> None:
    """python-tds, told nothing, does not encrypt, and gives up at a server that demands it."""
    found = treatments(plan(client.name), lambda client: WAYS, told)
    for show in found[0].shows:
        if not show.cannot:
            assert by(show).answer(show.before).connects is (show.trust.roots is Roots.NONE), show.cell.id


def test_python_tds_untold_gives_up_before_any_certificate_is_shown() -> None:
    (show,) = treatments(plan("python-tds"), lambda client: WAYS, told)[0].shows
    said = Outcome(
        Result.REFUSED,
        "pytds.tds_base.Error: Client does not have encryption enabled but it is required by server, "
        "enable encryption and try connecting again",
    )
    verdict, judgement = judge(show, judged(show, {"before": said, "after": said}), "", by(show))
    assert (verdict, judgement.as_expected) == (TrustProcedureVerdict.IGNORED, True)


@pytest.mark.parametrize("client", all_clients(), ids=lambda client: client.name)
def test_every_client_has_a_sourced_statement_of_what_it_trusts_untold(client: Client) -> None:
    for machine in (Machine(), Machine(system_roots=frozenset({"node"}))):
        trust = client.default_trust_on(machine)
        assert trust.basis is Basis.AUTHORITATIVE
        assert trust.source.url.startswith("https://")
        assert " " in trust.why


def test_what_node_trusts_depends_on_how_it_was_built() -> None:
    by_name = {client.name: client for client in all_clients()}
    for name in ("node-https", "node-fetch", "tedious"):
        assert by_name[name].default_trust_on(Machine()).roots is Roots.OWN
        assert by_name[name].default_trust_on(Machine(system_roots=frozenset({"node"}))).roots is Roots.SYSTEM


def test_sql_servers_clients_are_shown_where_the_server_forces_encryption() -> None:
    """Else a client that asks for none would see no certificate."""
    (item, *_) = treatments(plan("odbc18"), lambda client: WAYS, told)
    (show,) = item.shows
    assert show.cell.kind is ServerKind.SQLSERVER
    assert show.before.server.encryption.value == "forced"
