"""How a name is written and carried, told from the facts of a situation."""

import pytest

from tlslab.model.names import ADDRESS_AS_DNS_NAME
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
