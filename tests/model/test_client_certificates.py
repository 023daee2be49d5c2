"""What is wrong with the certificate of a client, by the server that demands one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tlslab.model.certificate import FUTURE, LAB_ROOT, PAST, Authority, Chain, KeyPurpose, Leaf
from tlslab.model.check import Check, asked
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_NOT_YET_VALID,
    CLIENT_CERTIFICATE_UNTRUSTED,
    NOT_FOR_CLIENTS,
    NOT_SENT,
    OF_CLIENTS,
)
from tlslab.model.condition import Condition, Seen, conditions_of, conditions_seen
from tlslab.model.conditions import CONDITIONS, NOT_SERVING, PLAIN_HTTP
from tlslab.model.situation import ServerKind, Situation, Speaks, healthy
from tlslab_scenarios.client_certificate import CLIENTS_ROOT, OF_ALICE

DEMANDS = healthy(ServerKind.HTTPS).with_server(client_anchors=(CLIENTS_ROOT,))
BELOW = Authority("Clients Issuing CA", parent=CLIENTS_ROOT)


def shows(certificate: Leaf, **chain: tuple[Authority, ...]) -> Situation:
    return DEMANDS.with_client(certificate=Chain(certificate, **chain))


@pytest.mark.parametrize(
    ("situation", "wrong"),
    [
        (DEMANDS, {CLIENT_CERTIFICATE_MISSING}),
        (shows(OF_ALICE), set[Condition]()),
        (shows(replace(OF_ALICE, issuer=BELOW)), set[Condition]()),
        (shows(replace(OF_ALICE, issuer=BELOW), after=()), {CLIENT_CERTIFICATE_UNTRUSTED}),
        (shows(replace(OF_ALICE, issuer=LAB_ROOT)), {CLIENT_CERTIFICATE_UNTRUSTED}),
        (shows(replace(OF_ALICE, issuer=None)), {CLIENT_CERTIFICATE_UNTRUSTED}),
        (shows(replace(OF_ALICE, validity=PAST)), {CLIENT_CERTIFICATE_EXPIRED}),
        (shows(replace(OF_ALICE, validity=FUTURE)), {CLIENT_CERTIFICATE_NOT_YET_VALID}),
        (shows(replace(OF_ALICE, extended_key_usage=(KeyPurpose.SERVER_AUTH,))), {NOT_FOR_CLIENTS}),
        (shows(replace(OF_ALICE, extended_key_usage=())), set[Condition]()),
        (
            shows(replace(OF_ALICE, issuer=LAB_ROOT, validity=PAST)),
            {CLIENT_CERTIFICATE_EXPIRED, CLIENT_CERTIFICATE_UNTRUSTED},
        ),
    ],
)
def test_what_is_wrong_is_what_the_server_finds(situation: Situation, wrong: set[Condition]) -> None:
    assert conditions_of(situation, CONDITIONS) == wrong


def test_the_server_looks_by_its_own_clock() -> None:
    late = shows(OF_ALICE).with_client(clock=timedelta(days=500))
    assert not conditions_of(late, OF_CLIENTS)


def test_a_certificate_that_nobody_asks_for_is_nothing() -> None:
    expired = shows(replace(OF_ALICE, validity=PAST))
    assert conditions_of(expired.with_server(client_anchors=()), CONDITIONS) == set()


@pytest.mark.parametrize(
    ("changes", "instead"),
    [({"speaks": Speaks.HTTP}, PLAIN_HTTP), ({"key_readable": False}, NOT_SERVING)],
)
def test_where_there_is_no_tls_no_certificate_is_asked_for(changes: dict[str, object], instead: Condition) -> None:
    assert conditions_of(DEMANDS.with_server(**changes), CONDITIONS) == {instead}


def test_each_is_told_by_what_the_self_check_measures() -> None:
    page = f"<center>{NOT_SENT}</center>"
    assert conditions_seen(Seen(answered=page), CONDITIONS) == {CLIENT_CERTIFICATE_MISSING}
    for number, condition in {
        10: CLIENT_CERTIFICATE_EXPIRED,
        9: CLIENT_CERTIFICATE_NOT_YET_VALID,
        20: CLIENT_CERTIFICATE_UNTRUSTED,
        18: CLIENT_CERTIFICATE_UNTRUSTED,
        26: NOT_FOR_CLIENTS,
    }.items():
        assert conditions_seen(Seen(client_errors=frozenset({(number, 0)})), CONDITIONS) == {condition}


def test_the_check_of_clients_is_asked_for_by_the_server() -> None:
    assert asked(DEMANDS) == {Check.CLIENT}
    assert asked(DEMANDS.with_server(client_anchors=())) == set()
