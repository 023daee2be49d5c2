"""What the checks that remain after a fix are worth."""

import pytest

from tlslab.model.certificate import LAB_ISSUING, RevocationList
from tlslab.model.check import EVERYTHING, NOTHING, Check, Worth, asked, in_words, worth
from tlslab.model.situation import RevocationCheck, ServerKind, healthy

CHAIN, NAME, DATE, KEY, CLIENT, REVOCATION = Check


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ({CHAIN, NAME, DATE}, Worth.CURE),
        ({KEY}, Worth.CURE),
        ({CHAIN, DATE}, Worth.PARTIAL_BYPASS),
        ({CLIENT}, Worth.PARTIAL_BYPASS),
        (set(), Worth.BYPASS),
    ],
)
def test_a_cure_leaves_the_key_or_chain_name_and_date_and_a_bypass_leaves_nothing(
    checks: set[Check], expected: Worth
) -> None:
    assert worth(checks) is expected


def test_where_the_server_asks_its_clients_a_cure_leaves_that_too() -> None:
    assert worth(EVERYTHING, [CLIENT]) is Worth.PARTIAL_BYPASS
    assert worth({*EVERYTHING, CLIENT}, [CLIENT]) is Worth.CURE
    assert worth({KEY, CLIENT}, [CLIENT]) is Worth.CURE


def test_where_the_client_looks_at_revocation_a_cure_leaves_that_too() -> None:
    good = healthy(ServerKind.HTTPS)
    assert asked(good) == NOTHING
    assert asked(good.with_client(crls=(RevocationList(LAB_ISSUING),))) == {REVOCATION}
    assert asked(good.with_client(revocation=RevocationCheck.OCSP)) == {REVOCATION}
    assert worth(EVERYTHING, [REVOCATION]) is Worth.PARTIAL_BYPASS
    assert worth({*EVERYTHING, REVOCATION}, [REVOCATION]) is Worth.CURE


def test_checks_in_words() -> None:
    assert in_words(EVERYTHING) == "chain, name and date"
    assert in_words({NAME}) == "name"
    assert in_words(NOTHING) == "nothing"
