"""Public posts with the text of a TLS trust failure, or of something that looks like one: they measure `explain`.

A post is a text as a program printed it, with the noise that people paste along, and the cause that its thread came to:
a maintainer said so, or the one who asked confirmed the fix. Names, hosts and addresses are replaced by those that are
kept for examples, of long stacks some lines are left out, and nothing of what the authors wrote is taken over. The
client and its system are what the post says of them, or what the text shows.

The posts are in two halves. The last bit of the SHA-256 of a post's address decides: even is `work`, odd is `held`.
That rule was set before any tool had seen one of the texts. What is taught to `explain` may be learned from the files
of `work` alone; those of `held` tell how good it is, and whoever works on `explain` doesn't read them.

What was collected after that is `later`, then `fourth`, `fifth`, `sixth` and `seventh`, whatever its address: each was
explained once before anything was mended for it, and may be learned from since.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FILES = Path(__file__).with_name("posts")
"""One file for an ecosystem, or a few of one kind, and a set: `curl.work.toml`."""
CAUSES = frozenset(
    {
        "bad-signature",
        "client-certificate",  # missing, or refused
        "encryption-demanded",
        "encryption-not-supported",
        "expired",
        "expired-intermediate",
        "expired-root",
        "ip-address",  # no IP address among the names, or another
        "key-usage",
        "legacy-renegotiation",
        "login-failed",
        "missing-intermediate",
        "name-constraints",
        "name-mismatch",
        "negative-serial",
        "no-aki-or-strict",
        "no-common-cipher",
        "no-san",  # a common name alone
        "no-tls-library",
        "not-a-ca",
        "not-tls",  # name resolution, firewalls, time limits
        "not-yet-valid",
        "old-root-bundle",
        "pin-mismatch",
        "plain-http-on-tls-port",
        "proxy-refuses",
        "reused-serial",
        "revocation-unreachable",
        "revoked",
        "self-signed",
        "self-signed-in-chain",  # a company's proxy, or a private root that is sent along
        "server-certificate-unreadable",
        "server-closed",  # the other side ended the handshake and gave no reason
        "server-not-ready",
        "sha1-handshake-signature",
        "stale-ocsp",
        "tls-version-mismatch",
        "trust-store-missing",
        "trust-store-password",
        "trust-store-wrong-format",
        "unusable-ocsp",
        "untrusted-ca",
        "v1-or-malformed",
        "weak-dh",
        "weak-key",
        "weak-signature",
        "wrong-clock",
        "wrong-eku",
        "wrong-service-on-port",
        "wrong-virtual-host",
    }
)
"""Every cause a post can have; several when the thread came to several, or left it open which of them it was."""
FIELDS = {"id", "url", "client", "ecosystem", "os", "cause", "text"}
MAY_BE_EMPTY = {"os"}
"""The post doesn't say."""
BLANKS = re.compile(r"\s+")
DIGITS = re.compile(r"\d+")

Half = Literal["work", "held", "later", "fourth", "fifth", "sixth", "seventh"]
LATER: tuple[Half, ...] = ("later", "fourth", "fifth", "sixth", "seventh")
"""The sets that were collected after the halves, in turn."""


@dataclass(frozen=True)
class Post:
    """One post."""

    id: str
    url: str
    client: str
    ecosystem: str
    os: str
    cause: tuple[str, ...]
    text: str
    later: Half | None = None
    """The set of one that came after the halves."""

    @property
    def half(self) -> Half:
        """Whether this one may be learned from, and since when."""
        if self.later:
            return self.later
        return "held" if hashlib.sha256(self.url.encode()).digest()[-1] % 2 else "work"

    @property
    def essence(self) -> str:
        """The text without case, numbers and layout: two posts in which it is the same are alike."""
        return BLANKS.sub(" ", DIGITS.sub("0", self.text)).strip().casefold()


def load() -> tuple[Post, ...]:
    """All posts, in the order of files and of what stands in them."""
    return tuple(
        post_of(entry, file)
        for file in sorted(FILES.glob("*.toml"))
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))["post"]
    )


def post_of(entry: dict[str, Any], file: Path) -> Post:
    """An entry of a file, or a ValueError that says what is wrong with it."""
    name = f"{file.name}: {entry.get('id')}"
    if entry.keys() != FIELDS:
        raise ValueError(f"{name} has other fields: {sorted(entry.keys() ^ FIELDS)}")
    if empty := sorted(field for field in FIELDS - MAY_BE_EMPTY if not entry[field]):
        raise ValueError(f"{name} has nothing as {', '.join(empty)}")
    if unknown := sorted(set(entry["cause"]) - CAUSES):
        raise ValueError(f"{name} has causes that CAUSES doesn't list: {', '.join(unknown)}")
    later = next((half for half in LATER if file.name.endswith(f".{half}.toml")), None)
    post = Post(**{**entry, "cause": tuple(entry["cause"])}, later=later)
    if not file.name.endswith(f".{post.half}.toml"):
        raise ValueError(f"{name} is of the half {post.half}")
    return post


def of_half(half: Half, posts: Iterable[Post] | None = None) -> tuple[Post, ...]:
    """The posts of one half, or of one of the sets that came later."""
    return tuple(post for post in (load() if posts is None else posts) if post.half == half)
