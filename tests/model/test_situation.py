"""Situations are values: equal when equal, changed only into new ones."""

import pytest

from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT, PAST, Authority, Chain, Leaf
from tlslab.model.situation import Encryption, Route, ServerKind, TLSVersion, VirtualHost, healthy


@pytest.mark.parametrize("kind", list(ServerKind))
def test_two_healthy_situations_are_one_value(kind: ServerKind) -> None:
    assert healthy(kind) == healthy(kind)
    assert len({healthy(kind), healthy(kind)}) == 1


def test_a_change_leaves_the_original_alone() -> None:
    before = healthy(ServerKind.HTTPS)
    after = before.with_leaf(validity=PAST)
    assert before.chain.leaf.validity != after.chain.leaf.validity
    assert before == healthy(ServerKind.HTTPS)


def test_undoing_a_change_gives_the_same_value_again() -> None:
    before = healthy(ServerKind.SQLSERVER)
    after = before.with_chain(after=()).with_chain(after=None)
    assert after == before
    assert hash(after) == hash(before)


def test_a_server_without_certificate_has_no_chain_to_change() -> None:
    fallback = healthy(ServerKind.SQLSERVER).with_server(chain=None)
    with pytest.raises(ValueError, match="generates its own"):
        fallback.with_leaf(validity=PAST)


def test_a_chain_presents_leaf_first_and_never_the_root() -> None:
    leaf = Leaf("a.lab.test", ("a.lab.test",), LAB_ISSUING)
    assert Chain(leaf).presented == (leaf, LAB_ISSUING)
    assert Chain(leaf, after=()).presented == (leaf,)
    assert Chain(Leaf("a.lab.test", (), LAB_ROOT)).intermediates == ()
    assert Chain(Leaf("a.lab.test", (), None)).intermediates == ()


def test_an_authority_knows_its_root() -> None:
    below = Authority("Below", parent=LAB_ISSUING)
    assert below.root == LAB_ROOT == LAB_ROOT.root


def test_only_sql_server_clients_ask_for_encryption() -> None:
    assert healthy(ServerKind.HTTPS).client.encryption is None
    assert healthy(ServerKind.SQLSERVER).client.encryption is Encryption.MANDATORY


def test_the_name_to_verify_is_the_one_connected_to_unless_another_is_expected() -> None:
    client = healthy(ServerKind.HTTPS).client
    assert client.reference_identifier == client.connect_to
    other = healthy(ServerKind.HTTPS).with_client(expected_name="other.lab.test").client
    assert other.reference_identifier == "other.lab.test"


def test_tls_versions_are_ordered_and_named_as_openssl_and_mssql_conf_name_them() -> None:
    assert sorted(TLSVersion) == [
        TLSVersion.TLSv1_0,
        TLSVersion.TLSv1_1,
        TLSVersion.TLSv1_2,
        TLSVersion.TLSv1_3,
    ]
    assert [version.label for version in TLSVersion] == ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    assert [version.number for version in TLSVersion] == ["1.0", "1.1", "1.2", "1.3"]


@pytest.mark.parametrize(
    ("client", "sent", "shown"),
    [
        ({}, "shop.lab.test", "site"),
        ({"connect_to": "SHOP.lab.test"}, "SHOP.lab.test", "site"),  # DNS names have no case (RFC 4343)
        ({"connect_to": "www.lab.test"}, "www.lab.test", "default"),
        ({"connect_to": "www.lab.test", "host_header": "shop.lab.test"}, "www.lab.test", "default"),
        ({"connect_to": "www.lab.test", "expected_name": "shop.lab.test"}, "shop.lab.test", "site"),
        ({"connect_to": "127.0.0.1"}, "", "default"),  # an address is not sent (RFC 6066, 3)
        ({"server_name": ""}, "", "default"),
        ({"connect_to": "127.0.0.1", "server_name": "shop.lab.test"}, "shop.lab.test", "site"),
    ],
)
def test_the_name_that_a_client_sends_decides_which_certificate_it_is_shown(
    client: dict[str, str], sent: str, shown: str
) -> None:
    web = healthy(ServerKind.HTTPS)
    other = Chain(Leaf("default", (), None))
    situation = web.with_server(chain=other, virtual_hosts=(VirtualHost("shop.lab.test", web.chain),))
    met = situation.with_client(**client).met
    assert met.client.indication == sent
    assert met.chain == (web.chain if shown == "site" else other)
    assert not met.server.virtual_hosts


def test_a_server_starts_with_a_key_that_it_may_read_and_that_of_the_first_certificate_of_each_chain() -> None:
    web = healthy(ServerKind.HTTPS)
    wrong = Chain(web.chain.leaf, before=web.chain.presented[1:], after=())
    assert web.server.starts
    assert not web.with_server(chain=wrong).server.starts
    assert not web.with_server(key_readable=False).server.starts
    hosts = web.with_server(virtual_hosts=(VirtualHost("other.lab.test", wrong),))
    assert not hosts.met.server.starts, "one bad chain takes all sites of the server down"
    assert healthy(ServerKind.SQLSERVER).with_server(chain=None).server.starts


def test_a_server_without_virtual_hosts_is_met_as_it_is() -> None:
    web = healthy(ServerKind.HTTPS)
    assert web.met is web


def test_a_client_that_is_sent_on_meets_the_other_server_under_its_name() -> None:
    first = healthy(ServerKind.SQLSERVER)
    other = first.with_leaf(common_name="replica.lab.test").server
    sent = first.with_server(route=Route("replica.lab.test", other))
    assert sent.arrival.server == other
    assert sent.arrival.client == first.with_client(connect_to="replica.lab.test").client
    assert sent.arrival.via == Route(first.client.connect_to, first.server)
    assert sent.met == sent.arrival
    told = sent.with_client(expected_name="db.lab.test")
    assert told.arrival.client.reference_identifier == "db.lab.test"
    assert first.arrival is first
