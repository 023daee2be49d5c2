"""The posts `explain` is measured on: enough of them, no two alike, and nobody's host named."""

import re
from collections import Counter
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.explain.posts import CAUSES, LATER, Post, load, of_half, post_of

POSTS = load()
AUTHORITY = re.compile(r"\b[a-z][a-z0-9+]*://(?:[^\s/@]*@)?([A-Za-z0-9.-]+)")
DOMAINS = "app ai br cloud co com corp de dev edu eu fr gov info internal io it jp lan local me mil net nl org ru uk us"
DOMAIN = re.compile(rf"(?<![\w./\\$-])(?:[A-Za-z0-9*][\w-]*\.)+(?:{DOMAINS.replace(' ', '|')})(?![\w-]|\.\w)")
EXAMPLE = re.compile(r"(?:.+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid)|localhost|vault-0\.vault-internal")
"""Hosts of examples (RFC 2606), and a service's name within a cluster."""
OF_PROGRAMS = {
    "curl.haxx.se": "curl's own text",
    "curl.se": "curl's own text",
    "github.com": "npm's own text",
    "go.microsoft.com": "the text of ODBC Driver 18",
}
"""Hosts of the public, printed by programs whoever they were talking to."""
IPV4 = re.compile(r"(?<![\w.\\])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:{1,2}){3,7}[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE)
FOR_EXAMPLES = [
    ip_network(network)
    for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8", "0.0.0.0/32", "2001:db8::/32")
]
HOME = re.compile(r"(?:/home/|/Users/|\\Users\\+)([^/\\\s:>]+)")
NAMELESS = {"user", "Public", "runner"}


def same(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_there_are_enough_of_them() -> None:
    assert len(POSTS) >= 150


def test_no_two_are_alike() -> None:
    assert same([post.id for post in POSTS]) == []
    assert same([post.url.casefold().rstrip("/") for post in POSTS]) == []
    assert same([post.essence for post in POSTS]) == []


def test_the_halves_share_nothing_and_are_both_of_use() -> None:
    work, held, *later = (of_half(half, POSTS) for half in ("work", "held", *LATER))
    assert set(work).isdisjoint(held)
    assert len(work) + len(held) + sum(map(len, later)) == len(POSTS)
    assert min(len(work), len(held)) > (len(work) + len(held)) / 3


def test_the_half_of_a_post_is_that_of_its_address() -> None:
    """Changed by nothing but the address: `printf %s ADDRESS | sha256sum`, of which the last digit is even or odd."""
    post = Post("a", "https://forum.example.com/2", "curl", "curl", "", ("expired",), "text")
    assert post.half == Post("b", post.url, "wget", "wget", "Linux", ("revoked",), "other").half == "held"


@pytest.mark.parametrize("post", [pytest.param(post, id=post.id) for post in POSTS])
def test_nobody_s_host_or_name_is_in_it(post: Post) -> None:
    named = AUTHORITY.findall(post.text) + DOMAIN.findall(post.text)
    hosts = {host.rstrip(".").lower() for host in named} - OF_PROGRAMS.keys()
    assert {host for host in hosts if not EXAMPLE.fullmatch(host) and not IPV4.fullmatch(host)} == set()
    addresses = {ip_address(found) for found in IPV4.findall(post.text) + IPV6.findall(post.text)}
    assert {item for item in addresses if not any(item in network for network in FOR_EXAMPLES)} == set()
    assert set(HOME.findall(post.text)) - NAMELESS == set()


@pytest.mark.parametrize(
    ("change", "name", "complaint"),
    [
        ({"cause": ["bad-weather"]}, "x.held.toml", "bad-weather"),
        ({"cause": []}, "x.held.toml", "nothing as cause"),
        ({"text": ""}, "x.held.toml", "nothing as text"),
        ({"prose": "I tried everything"}, "x.held.toml", "other fields"),
        ({}, "x.work.toml", "of the half held"),
    ],
)
def test_an_entry_that_is_none_is_refused(change: dict[str, Any], name: str, complaint: str) -> None:
    entry = {"id": "a", "url": "b", "client": "c", "ecosystem": "d", "os": "", "cause": ["expired"], "text": "e"}
    assert post_of(entry, Path("x.held.toml")).half == "held"
    assert post_of(entry, Path("x.later.toml")).half == "later"
    with pytest.raises(ValueError, match=complaint):
        post_of(entry | change, Path(name))


def test_every_cause_has_a_post() -> None:
    assert {cause for post in POSTS for cause in post.cause} == CAUSES
