"""What the HTTPS clients share."""

from datetime import timedelta

import pytest

from tlslab.clients.https import allows_old_versions, certificate_is_good, expects_other_name, floor
from tlslab.model.situation import (
    LAB_ISSUING,
    PAST,
    ClientSide,
    ServerKind,
    SignatureHash,
    Situation,
    TLSVersion,
    Validity,
    healthy,
)

HOST = "shop.lab.test"
GOOD = healthy(ServerKind.HTTPS)


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


SELF_SIGNED = GOOD.with_leaf(issuer=None)


@pytest.mark.parametrize(
    "situation",
    [
        GOOD,
        SELF_SIGNED.with_client(trust_anchors=(SELF_SIGNED.chain.leaf,)),
        GOOD.with_chain(with_intermediates=False).with_client(intermediates=(LAB_ISSUING,)),
        GOOD.with_leaf(names=("www.lab.test",)).with_client(expected_name="www.lab.test"),
    ],
)
def test_good_certificate(situation: Situation) -> None:
    assert certificate_is_good(situation)


@pytest.mark.parametrize(
    "situation",
    [
        SELF_SIGNED,
        GOOD.with_server(chain=None),
        GOOD.with_client(trust_anchors=()),
        GOOD.with_leaf(validity=PAST),
        GOOD.with_leaf(validity=Validity(timedelta(days=2), timedelta(days=90))),
        GOOD.with_leaf(names=()),
        GOOD.with_leaf(signature=SignatureHash.SHA1),
        GOOD.with_chain(with_intermediates=False),
        GOOD.with_client(expected_name="www.lab.test"),
    ],
)
def test_certificate_with_a_fault(situation: Situation) -> None:
    assert not certificate_is_good(situation)
