"""The bystander: which fixes it sees, what it is, and which clients cannot visit it."""

from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.matrix.bystander import Visit, touches_trust
from tlslab.matrix.plan import Cannot, Cell, make_plan
from tlslab.model.certificate import LAB_ROOT, PUBLIC_ISSUING, PUBLIC_ROOT
from tlslab.model.condition import conditions_of
from tlslab.model.conditions import CONDITIONS, DEMANDS_ENCRYPTION, OTHER_STORE
from tlslab.model.situation import ServerEncryption, ServerKind, Situation, healthy

CATALOGUE = load()
CLIENTS = all_clients()
WEB = healthy(ServerKind.HTTPS)
UNVISITED = {"mono-httpwebrequest", "node-fetch", "pymssql", "pymssql.keyword", "python-tds", "sqlclient-mono"}
UNVISITED |= {"tdsodbc", "tsql"}
"""Clients without a default trust, or with one that the lab cannot fill."""
ELSE_UNVISITED = {"environment.unknown-ca", "no-encryption"}
"""Where the fix may set the variable by which the lab would add to a client's default trust, or asks for no encryption,
which not every client can do where the server encrypts.
"""


def cells(stage_cannot: Cannot = lambda _: None) -> tuple[Cell, ...]:
    return make_plan(CATALOGUE, CLIENTS, stage_cannot=stage_cannot).cells


def visits() -> list[tuple[Cell, Visit]]:
    return [(cell, cell.visit) for cell in cells() if cell.visit]


def test_every_fix_that_gives_the_client_a_file_of_certificates_is_seen_and_no_other() -> None:
    assert {f"{cell.scenario.id}/{cell.fix.name}" for cell, _ in visits()} == {
        "below-the-root/add-the-root",
        "below-the-root/trust-the-root",
        "ca-made-anew.key-identifiers/replace-old-root",
        "ca-made-anew.no-key-identifiers/replace-old-root",
        "company-proxy/install-proxy-root",
        "company-proxy.connect/install-proxy-root",
        "company-proxy.intermediate-missing/give-client-the-intermediate",
        "cross-signed.expired-root/install-new-root",
        "cross-signed.left-out/install-new-root",
        "environment.overruled-by-curl-ca-bundle/put-the-ca-into-its-file",
        "environment.overruled-by-curl-ca-bundle/take-the-variable-away",
        "environment.overruled-by-requests-ca-bundle/put-the-ca-into-its-file",
        "environment.overruled-by-requests-ca-bundle/take-the-variable-away",
        "environment.unknown-ca/set-curl-ca-bundle",
        "environment.unknown-ca/set-node-extra-ca-certs",
        "environment.unknown-ca/set-requests-ca-bundle",
        "environment.unknown-ca/set-ssl-cert-dir",
        "environment.unknown-ca/set-ssl-cert-file",
        "expired-root/install-renewed-root",
        "leaf-trusted/trust-the-root",
        "no-encryption/ask-for-no-encryption",
        "routing.untrusted/trust-both-roots",
        "self-signed.end-entity/trust-certificate",
        "untrusted-ca.direct/install-ca",
        "untrusted-ca.leaf-only/install-ca-on-both-sides",
        "untrusted-ca.leaf-only/install-root-and-intermediate",
        "missing-intermediate/give-client-the-intermediate",
        "self-signed/trust-certificate",
        "untrusted-ca/install-ca",
        "untrusted-ca.forced/install-ca",
        "untrusted-ca.strict/install-ca",
    }


def test_trusting_everything_touches_no_trust_store() -> None:
    assert not touches_trust(WEB, WEB.with_client(trust_everything=True))


def test_it_is_visited_behind_all_other_acts_before_the_fix_and_after() -> None:
    for cell, visit in visits():
        if not visit.cannot:
            assert list(cell.acts)[-2:] == ["bystander:before", "bystander:after"]


def test_it_is_a_good_host_whose_root_stands_in_no_file_that_the_fix_writes() -> None:
    for cell, visit in visits():
        after = visit.after.client
        assert visit.after.chain.leaf.issuer == PUBLIC_ISSUING
        assert PUBLIC_ROOT in after.in_default_store
        assert PUBLIC_ROOT not in (*after.trust_anchors, *after.intermediates)
        assert after.connect_to != cell.fixed.client.connect_to
        for situation in (visit.before, visit.after):
            assert not [item for item in conditions_of(situation, CONDITIONS) if item.wrong]


def test_before_the_fix_the_client_has_its_default_trust_alone_and_after_it_what_the_fix_gives() -> None:
    for cell, visit in visits():
        assert not visit.before.client.has_store
        assert visit.after.client.trust_anchors == cell.fixed.client.trust_anchors
        assert visit.after.client.intermediates == cell.fixed.client.intermediates
        assert (OTHER_STORE in conditions_of(visit.after, CONDITIONS)) is cell.fixed.client.has_store
        assert OTHER_STORE not in conditions_of(visit.before, CONDITIONS)


def test_it_forces_encryption_where_the_server_does_so_that_a_client_that_asks_for_none_verifies_it() -> None:
    found = [visit for cell, visit in visits() if cell.scenario.id == "untrusted-ca.forced"]
    assert found
    for visit in found:
        assert visit.after.server.encryption is ServerEncryption.FORCED
        assert DEMANDS_ENCRYPTION in conditions_of(visit.after, CONDITIONS)


def test_a_client_without_a_default_trust_visits_none_and_says_why_and_its_cell_is_played() -> None:
    unvisited = [(cell, visit) for cell, visit in visits() if visit.cannot and cell.scenario.id not in ELSE_UNVISITED]
    assert {cell.client.name for cell, _ in unvisited} == UNVISITED
    for cell, visit in unvisited:
        assert visit.cannot == cell.client.no_default_store
        assert not [act for act in cell.acts if act.startswith("bystander:")]
        assert "fixed" in cell.acts


def test_what_the_stage_cannot_play_of_it_leaves_out_the_visits_alone() -> None:
    def no_bystander(situation: Situation) -> str | None:
        return "nobody else is here" if situation.client.default_trust_anchors else None

    whole, partly = cells(), cells(no_bystander)
    assert [cell.id for cell in partly] == [cell.id for cell in whole]
    visited = [cell for cell in partly if cell.client.name not in UNVISITED and cell.scenario.id not in ELSE_UNVISITED]
    assert {cell.visit.cannot for cell in visited if cell.visit} == {"nobody else is here"}


def test_what_a_client_reads_by_itself_is_what_the_stage_lays_into_its_default_store() -> None:
    assert WEB.client.in_default_store == ()
    plain = WEB.with_client(defaults_only=True, default_trust_anchors=(PUBLIC_ROOT,)).client
    assert plain.in_default_store == (LAB_ROOT, PUBLIC_ROOT)
