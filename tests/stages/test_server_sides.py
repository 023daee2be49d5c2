"""Server sides that one server does not start with: the bad ones come to stand alone."""

import pytest

from tlslab.model.situation import Refusal, ServerKind, healthy
from tlslab.stages.server_sides import apart, by_process

HEALTHY = healthy(ServerKind.HTTPS)
SIDE = HEALTHY.server
FOUR = {f"https-{number}": SIDE for number in (1, 2, 11, 12)}


def test_what_the_usual_server_cannot_be_set_up_with_is_played_by_another_and_what_stays_down_is_alone() -> None:
    resets, locked = HEALTHY.with_server(refusal=Refusal.RESET).server, HEALTHY.with_server(key_readable=False).server
    sides = {"https-1": SIDE, "https-2": resets, "https-3": locked, "https-4": SIDE, "https-5": resets}
    found = by_process(sides, frozenset({"tls_min"}))
    assert [list(group) for group in found] == [["https-1", "https-4"], ["https-2", "https-5"], ["https-3"]]


def groups(words: str) -> list[list[str]]:
    return [list(group) for group in apart(FOUR, words)]


def test_a_side_that_the_server_names_is_alone_and_the_others_are_together() -> None:
    words = 'nginx: [emerg] cannot load certificate "/lab/https-process-1/https-1.chain.pem"'
    assert groups(words) == [["https-2", "https-11", "https-12"], ["https-1"]]


def test_of_several_that_it_names_each_is_alone() -> None:
    assert groups("https-2: no, https-11: no") == [["https-1", "https-12"], ["https-2"], ["https-11"]]


@pytest.mark.parametrize("words", ["", "SSL_CTX_set_cipher_list failed", "https-3.chain.pem", "my-https-1.chain.pem"])
def test_where_it_names_none_there_are_two_halves(words: str) -> None:
    assert groups(words) == [["https-1", "https-2"], ["https-11", "https-12"]]


def test_when_it_names_all_each_is_alone() -> None:
    assert groups(" ".join(FOUR)) == [[name] for name in FOUR]
