"""What the HTTPS clients share."""

import pytest

from tlslab.clients.https import allows_old_versions, expects_other_name, floor
from tlslab.model.situation import ClientSide, TLSVersion

HOST = "shop.lab.test"


@pytest.mark.parametrize(
    ("side", "lowest", "old"),
    [
        (ClientSide(HOST), None, False),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), TLSVersion.TLSv1_2, False),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_2), None, False),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_1), TLSVersion.TLSv1_1, True),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_0), TLSVersion.TLSv1_0, True),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1), TLSVersion.TLSv1_0, True),
    ],
)
def test_floor_follows_a_cap_below_tls_1_2(side: ClientSide, lowest: TLSVersion | None, old: bool) -> None:
    assert floor(side) is lowest
    assert allows_old_versions(side) is old


def test_other_name_is_one_that_differs() -> None:
    assert not expects_other_name(ClientSide(HOST))
    assert not expects_other_name(ClientSide(HOST, expected_name=HOST))
    assert expects_other_name(ClientSide(HOST, expected_name="www.lab.test"))
