"""How a name is written and carried, told from the facts of a situation."""

import pytest

from tlslab.model.condition import Condition
from tlslab.model.names import (
    ADDRESS_AS_CN_ALONE,
    ADDRESS_AS_CN_BESIDE_SAN,
    ADDRESS_AS_DNS_NAME,
    DOT_AT_THE_END,
    IPV6_ADDRESS,
    NO_DNS_NAME,
    OTHER_COMMON_NAME,
    UNICODE,
    UPPER_CASE,
    WILDCARD,
    WILDCARD_EXPECTED,
    in_url,
)
from tlslab.model.situation import ServerKind, Situation, healthy

WEB = healthy(ServerKind.HTTPS)


@pytest.mark.parametrize(
    ("situation", "there"),
    [
        (WEB.with_client(connect_to="192.0.2.7").with_leaf(names=("192.0.2.7",)), True),
        (WEB.with_client(connect_to="2001:db8::7").with_leaf(names=("2001:0db8:0::7",)), True),
        # As an address it is carried.
        (WEB.with_client(connect_to="192.0.2.7").with_leaf(names=("192.0.2.7",), addresses=("192.0.2.7",)), False),
        (WEB.with_client(connect_to="192.0.2.7"), False),
        (WEB.with_leaf(names=("192.0.2.7",)), False),
    ],
)
def test_an_address_may_stand_among_the_dns_names(situation: Situation, there: bool) -> None:
    assert ADDRESS_AS_DNS_NAME.present(situation) is there


@pytest.mark.parametrize(
    ("names", "addresses", "found"),
    [
        ((), (), {ADDRESS_AS_CN_ALONE}),
        (("shop.lab.test",), (), {ADDRESS_AS_CN_BESIDE_SAN}),
        # An entry of the SAN is what counts.
        ((), ("192.0.2.7",), set()),
    ],
)
def test_an_address_may_stand_in_the_common_name(
    names: tuple[str, ...], addresses: tuple[str, ...], found: set[Condition]
) -> None:
    situation = WEB.with_client(connect_to="192.0.2.7").with_leaf(
        common_name="192.0.2.7", names=names, addresses=addresses
    )
    both = (ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN)
    assert {condition for condition in both if condition.present(situation)} == found


@pytest.mark.parametrize(
    ("situation", "condition", "there"),
    [
        (WEB.with_leaf(names=("*.lab.test",)), WILDCARD, True),
        (WEB.with_leaf(names=("*.lab.test",)).with_client(connect_to="SHOP.lab.test."), WILDCARD, True),
        (WEB.with_leaf(names=("*.lab.test", "Shop.Lab.Test")), WILDCARD, False),
        # RFC 9525, 6.3: one label, no more and no less.
        (WEB.with_leaf(names=("*.lab.test",)).with_client(connect_to="eu.shop.lab.test"), WILDCARD, False),
        (WEB.with_leaf(names=("*.lab.test",)).with_client(connect_to="lab.test"), WILDCARD, False),
        (WEB, WILDCARD, False),
        (WEB.with_client(connect_to="192.0.2.7"), WILDCARD, False),
        (WEB.with_client(expected_name="*.lab.test"), WILDCARD_EXPECTED, True),
        (WEB.with_client(expected_name="*.other.test"), WILDCARD_EXPECTED, False),
        (WEB.with_leaf(names=("*.lab.test",)), WILDCARD_EXPECTED, False),
        (WEB.with_leaf(common_name="cluster.lab.test"), OTHER_COMMON_NAME, True),
        (WEB.with_leaf(common_name="SHOP.lab.test"), OTHER_COMMON_NAME, False),
        (WEB.with_leaf(common_name="*.lab.test", names=("*.lab.test",)), OTHER_COMMON_NAME, False),
        (WEB.with_leaf(addresses=("::1",)).with_client(connect_to="::1"), IPV6_ADDRESS, True),
        (WEB.with_leaf(addresses=("127.0.0.1",)).with_client(connect_to="127.0.0.1"), IPV6_ADDRESS, False),
        (WEB.with_client(connect_to="::1"), IPV6_ADDRESS, False),
        (WEB.with_client(connect_to="shop.lab.test."), DOT_AT_THE_END, True),
        # It is what the client expects that counts.
        (WEB.with_client(connect_to="shop.lab.test.", expected_name="shop.lab.test"), DOT_AT_THE_END, False),
        (WEB.with_client(connect_to="Shop.lab.test"), UPPER_CASE, True),
        (WEB.with_client(connect_to="2001:DB8::7"), UPPER_CASE, False),
        (WEB.with_leaf(common_name="SHOP.lab.test"), UPPER_CASE, False),
        (WEB.with_client(connect_to="bücher.lab.test"), UNICODE, True),
        (WEB.with_client(connect_to="xn--bcher-kva.lab.test"), UNICODE, False),
        (WEB.with_leaf(names=(), addresses=("192.0.2.7",)), NO_DNS_NAME, True),
        (WEB.with_leaf(names=()), NO_DNS_NAME, False),
        (WEB.with_leaf(addresses=("192.0.2.7",)), NO_DNS_NAME, False),
    ],
)
def test_how_a_name_is_written_and_carried(situation: Situation, condition: Condition, there: bool) -> None:
    assert condition.present(situation) is there


def test_an_ipv6_address_stands_in_brackets_in_a_url() -> None:
    """RFC 3986, 3.2.2."""
    assert [in_url(host) for host in ("2001:db8::7", "192.0.2.7", "shop.lab.test")] == [
        "[2001:db8::7]",
        "192.0.2.7",
        "shop.lab.test",
    ]
