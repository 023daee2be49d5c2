"""What public posts mean, held against what their threads came to: those that may be learned from.

`python -m tests.explain.test_public_posts fourth` and `... held` measure the others.
"""

import sys
from collections.abc import Iterable

import pytest

from tests.explain.known import explained
from tests.explain.posts import LATER, Half, Post, of_half

CLIENT_CERTIFICATE = {
    f"client-certificate-{what}" for what in ("missing", "refused", "untrusted", "expired", "revoked")
}
CONDITIONS: dict[str, set[str]] = {
    "bad-signature": {"forged", "wrong-handshake-signature"},
    "client-certificate": CLIENT_CERTIFICATE,
    "encryption-demanded": {"demands-encryption"},
    "encryption-not-supported": {"no-encryption"},
    "expired": {"expired"},
    "expired-intermediate": {"expired-issuer"},
    "expired-root": {"expired-root"},
    "ip-address": {"ip-address", "name-mismatch"},
    "key-usage": {"key-usage"},
    "legacy-renegotiation": {"unsafe-renegotiation"},
    "missing-intermediate": {"incomplete"},
    "name-constraints": {"name-not-permitted"},
    "name-mismatch": {"name-mismatch"},
    "negative-serial": {"serial-not-positive"},
    "no-aki-or-strict": {"no-authority-key-identifier", "not-conforming"},
    "no-common-cipher": {"no-common-cipher"},
    "no-san": {"cn-alone"},
    "no-tls-library": {"no-tls-library"},
    "not-a-ca": {"not-a-ca"},
    "not-yet-valid": {"not-yet-valid"},
    "old-root-bundle": {"untrusted", "expired-root"},
    "pin-mismatch": {"other-pin"},
    "plain-http-on-tls-port": {"plain-http", "client-speaks-plain"},
    "proxy-refuses": {"proxy-refuses", "proxy-wants-login", "proxy-forbids"},
    "reused-serial": {"serial-reused"},
    "revocation-unreachable": {"revocation-unknown"},
    "revoked": {"revoked"},
    "self-signed": {"self-signed"},
    "self-signed-in-chain": {"root-sent", "intercepted"},
    "server-certificate-unreadable": {
        *("not-serving", "not-loaded", "key-unreadable", "key-mismatch", "no-server-certificate"),
    },
    "server-closed": {"ends-early", "ends-after-prelogin", "ends-without-notice"},
    "sha1-handshake-signature": {"weak-handshake-signature", "no-common-signature"},
    "stale-ocsp": {"revocation-stale"},
    "tls-version-mismatch": {"no-common-version"},
    "trust-store-missing": {"store-absent", "store-empty", "store-unreadable", "untrusted"},
    "trust-store-password": {"store-password"},
    "trust-store-wrong-format": {"store-unreadable"},
    "unusable-ocsp": {"revocation-unusable"},
    "untrusted-ca": {"untrusted"},
    "v1-or-malformed": {"version-1", "malformed"},
    "weak-dh": {"small-dh"},
    "weak-key": {"weak-key"},
    "weak-signature": {"weak-signature"},
    "wrong-clock": {"expired", "not-yet-valid"},
    "wrong-eku": {"not-for-servers"},
    "wrong-service-on-port": {"other-service", "plain-http"},
    "wrong-virtual-host": {"unrecognized-name", "name-mismatch"},
}
"""The conditions that a cause of a post is, in the catalogue or in the vocabularies. Without a trust store a client
says that it does not trust the CA.
"""
FIRST = 3
FLOOR: dict[Half, int] = {"work": 119, "later": 137, "fourth": 59, "fifth": 55, "sixth": 58, "seventh": 56}
"""So many of the posts are explained; of most others the text names no reason."""


def wanted(post: Post) -> set[str]:
    """The conditions that explain a post; none when no condition is its cause."""
    return set().union(*(CONDITIONS.get(cause, set()) for cause in post.cause))


def is_explained(post: Post) -> bool:
    """Whether the right cause is among the first three."""
    first = explained(post.text).candidates[:FIRST]
    return any(condition.name in wanted(post) for item in first for condition in item.conditions)


def figure(posts: Iterable[Post]) -> tuple[list[Post], list[Post]]:
    """The posts with a cause that has a condition, and those of them that are explained."""
    playable = [post for post in posts if wanted(post)]
    return playable, [post for post in playable if is_explained(post)]


@pytest.mark.parametrize("half", FLOOR)
def test_as_many_public_posts_are_explained_as_before(half: Half) -> None:
    _, right = figure(of_half(half))
    assert len(right) >= FLOOR[half]


@pytest.mark.parametrize("half", [half for half in FLOOR if half != "sixth"])  # the sixth has no such post
def test_what_is_none_of_tls_is_not_explained_by_a_certificate(half: Half) -> None:
    outside = [post for post in of_half(half) if set(post.cause) <= {"not-tls", "login-failed"}]
    assert outside
    assert [post.id for post in outside if any(item.tls for item in explained(post.text).candidates)] == []


def main(half: Half) -> None:
    """Print the figure of a half; of what may be learned from, also that by ecosystem, and what is missed."""
    playable, right = figure(of_half(half))
    print(
        f"{half}: {len(right)} of {len(playable)} posts with a cause that has a condition ({len(of_half(half))} in all)"
    )
    if half not in FLOOR:
        return
    for ecosystem in sorted({post.ecosystem for post in playable}):
        of_it = [post for post in playable if post.ecosystem == ecosystem]
        print(f"  {ecosystem}: {sum(post in right for post in of_it)} of {len(of_it)}")
    for post in playable:
        if post not in right:
            print(f"  {post.id}: {post.client}: {', '.join(post.cause)}")


if __name__ == "__main__":
    sets: tuple[Half, ...] = ("held", *LATER)
    main(next((half for half in sets if half in sys.argv), "work"))
