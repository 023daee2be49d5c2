"""The first half of the self-check: OpenSSL's `verify`, which names its reasons.

It is asked with `-partial_chain`: whatever a client was given to trust is a trust anchor, root or not (RFC 5280, 6.1.1
d). It is asked at security level 0, because at others it stops at the first weak key or hash: they are told apart.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives import serialization

from tlslab.model.certificate import as_address
from tlslab.pki.mint import certificates
from tlslab.pki.scan import TIMEOUT

_MISMATCHES = {62, 64}
"""Of a DNS name and of an IP address."""
_BY_ITSELF = frozenset({9, 10, 26, 34})
"""What a certificate shows without its issuer: its dates (9, 10), its purpose (26), an extension nobody knows (34)."""
_END = "-----END CERTIFICATE-----\n"
_PIPE = "/dev/fd/"
_ERROR = re.compile(
    r"^(?:(?P<subject>\S.*)\n)?error (?P<number>\d+) at (?P<depth>\d+) depth lookup: (?P<words>.*)", re.MULTILINE
)
_CHAIN = re.compile(r"^depth=\d+: (.*?)(?: \(untrusted\))?$", re.MULTILINE)


class AuditError(Exception):
    """The self-check could not be made, or the two implementations disagree; the message says about what."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of `openssl verify`: its number (X509_V_ERR_*), the depth of the certificate (0: the leaf), OpenSSL's
    words, and the subject of the certificate as OpenSSL prints it.
    """

    number: int
    depth: int
    words: str
    subject: str


@cache
def verify(presented: str, anchors: str, given: str, time: datetime, purpose: str = "sslserver") -> tuple[Problem, ...]:
    """What is wrong with these presented certificates (PEM, leaf first), with these anchors, and others to complete the
    chain, at this time. `purpose`: of openssl-verification-options(1), `sslclient` for a client's. Raises AuditError
    when OpenSSL does not say what it finds.
    """
    at = str(int(time.timestamp()))
    with readable(presented, anchors, _below(anchors, presented + given)) as (leaf, trusted, untrusted):
        asked = ("-attime", at, "-CAfile", trusted, "-untrusted", untrusted, "-purpose", purpose)
        _, found = _run(*asked, leaf)
    if not found:
        return ()
    # OpenSSL stops at some errors, and looks at nothing else where it finds no issuer: so the chain is looked at
    # without regard to dates and purposes as well, and the leaf by itself.
    with readable(presented, anchors, _below(anchors, presented + given)) as (leaf, trusted, untrusted):
        _, others = _run("-no_check_time", "-ignore_critical", "-CAfile", trusted, "-untrusted", untrusted, leaf)
    alone = _leaf(presented)
    with readable(alone, alone) as (leaf, trusted):
        _, more = _run("-attime", at, "-trusted", trusted, "-purpose", purpose, leaf)
    return tuple(dict.fromkeys((*found, *others, *(item for item in more if item.number in _BY_ITSELF))))


@cache
def path_of(presented: str, anchors: str, given: str) -> tuple[str, ...]:
    """The subjects of the chain that OpenSSL builds, leaf first, whatever dates and purposes say; nothing when it
    builds none.
    """
    with readable(presented, anchors, _below(anchors, presented + given)) as (leaf, trusted, untrusted):
        asked = ("-no_check_time", "-ignore_critical", "-CAfile", trusted, "-untrusted", untrusted, "-show_chain")
        said, _ = _run(*asked, leaf)
    return tuple(map(_plain, _CHAIN.findall(said)))


@cache
def carries_name(presented: str, name: str) -> bool:
    """Whether OpenSSL finds the name, or the address, in the leaf: with the leaf itself as anchor, nothing but the name
    can be wrong. Raises AuditError when something else is.
    """
    alone = _leaf(presented)
    option = "-verify_ip" if as_address(name) else "-verify_hostname"
    with readable(alone, alone) as (leaf, trusted):
        _, found = _run("-no_check_time", "-ignore_critical", "-trusted", trusted, option, name, leaf)
    if others := [item.words for item in found if item.number not in _MISMATCHES]:
        raise AuditError(f"openssl verify compares names, but finds: {', '.join(others)}")
    return not found


_OF_LISTS = frozenset({3, 8, 11, 12, 23, 33})
"""What is found by a list of revoked certificates, or for want of one."""


@cache
def revocation_problems(
    presented: str, anchors: str, given: str, lists: str, time: datetime
) -> frozenset[tuple[int, int]]:
    """The numbers and depths of what lists of revoked certificates (PEM) show of the first of these certificates.
    Raises AuditError as `verify` does.
    """
    at = str(int(time.timestamp()))
    with readable(presented, anchors, _below(anchors, presented + given), lists) as (leaf, trusted, untrusted, crls):
        asked = ("-attime", at, "-CAfile", trusted, "-untrusted", untrusted, "-crl_check", "-CRLfile", crls)
        _, found = _run(*asked, leaf)
    return frozenset((item.number, item.depth) for item in found if item.number in _OF_LISTS)


def _plain(subject: str) -> str:
    """A subject without the quotation marks that OpenSSL puts round a value with a comma."""
    return subject.replace('"', "")


def _below(anchors: str, pool: str) -> str:
    """The certificates of the pool without those that issued an anchor: OpenSSL goes on above what is trusted while it
    finds issuers, although a path ends at its trust anchor (RFC 5280, 6.1).
    """
    issuers = [item.issuer for item in certificates(anchors) if item.issuer != item.subject]
    if not issuers:
        return pool
    kept = [item for item in certificates(pool) if item.subject not in issuers]
    return "".join(item.public_bytes(serialization.Encoding.PEM).decode() for item in kept)


def _leaf(presented: str) -> str:
    """The leaf of these certificates, as PEM."""
    return presented.partition(_END)[0] + _END


def _run(*arguments: str) -> tuple[str, tuple[Problem, ...]]:
    """What it says, and the problems in it."""
    files = [int(word.rpartition("/")[2]) for word in arguments if word.startswith(_PIPE)]
    try:
        done = subprocess.run(
            ["openssl", "verify", "-auth_level", "0", "-partial_chain", "-no-CApath", "-no-CAstore", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False, pass_fds=files,
        )  # fmt: skip
    except FileNotFoundError:
        raise AuditError("the self-check needs the program `openssl`: apt-get install openssl") from None
    said = done.stdout + done.stderr
    found = tuple(
        Problem(int(item["number"]), int(item["depth"]), item["words"], _plain(item["subject"] or ""))
        for item in _ERROR.finditer(said)
    )
    if done.returncode and not found:
        raise AuditError(f"openssl verify failed without a reason: {done.stderr.strip()}")
    return said, found


@contextmanager
def readable(*texts: str) -> Iterator[list[str]]:
    """File names to read these texts from, once each: pipes, so that nothing is left behind however the lab dies.

    Certificates of a chain are a few KB, a pipe holds 64 (pipe(7)).
    """
    ends: list[int] = []
    try:
        for text in texts:
            reading, writing = os.pipe()
            ends.append(reading)
            with os.fdopen(writing, "w") as file:
                file.write(text)
        yield [f"{_PIPE}{end}" for end in ends]
    finally:
        for end in ends:
            os.close(end)
