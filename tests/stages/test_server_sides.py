"""Server sides that one server does not start with: the bad ones come to stand alone."""

import pytest

from tlslab.model.situation import ServerKind, healthy
from tlslab.stages.server_sides import apart

SIDE = healthy(ServerKind.HTTPS).server
FOUR = {f"https-{number}": SIDE for number in (1, 2, 11, 12)}


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
