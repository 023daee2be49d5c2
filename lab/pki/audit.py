"""The self-check: what an independent look measures of a situation, before any client sees it.

Two implementations that the lab does not mint with are asked about the certificates *as presented on the wire*:
OpenSSL's `verify`, which names its reasons, and `cryptography.x509.verification`, which must agree on yes or no. Each
condition says what of the measurement shows it (`tlslab.model.condition`). A situation in which other defects are seen
than it is meant to have is an error of the lab, never a finding about a client.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtensionOID, NameOID

from tlslab.model.condition import Condition, Seen, conditions_seen, defects
from tlslab.model.conditions import client_versions
from tlslab.model.situation import Leaf, Situation, TLSVersion, as_address
from tlslab.pki.mint import FALLBACK_NAME, Mint, certificates
from tlslab.pki.scan import TIMEOUT, Scan

Scanner = Callable[[TLSVersion, TLSVersion], Scan]
"""Looks at the situation's server with a range of versions."""

_MISMATCHES = {62, 64}
"""Of a DNS name and of an IP address."""
_OF_THE_LEAF = (9, 10, 26)
"""What the leaf shows by itself: its dates (9, 10) and its purpose (26)."""
_END = "-----END CERTIFICATE-----\n"
_PIPE = "/dev/fd/"
_WEAK = {"md5", "sha1"}
Found = frozenset[tuple[int, int]]
"""Errors of `openssl verify`: number and depth."""


class AuditError(Exception):
    """The self-check could not be made, or the two implementations disagree; the message says about what."""


def audit(situation: Situation, mint: Mint, scanner: Scanner, known: Iterable[Condition]) -> frozenset[Condition]:
    """The defects that are seen of a situation. Raises AuditError when that cannot be established."""
    known = tuple(known)
    seen = measure(situation, mint, scanner)
    if untold := ", ".join(words for words, alone in _findings(seen) if not _tells(alone, known)):
        raise AuditError(f"the self-check finds what no condition is told by: {untold}")
    return defects(conditions_seen(seen, known))


def measure(situation: Situation, mint: Mint, scanner: Scanner) -> Seen:
    """Look at a situation's server and measure what it presents to this client side. Raises AuditError."""
    everything = scanner(TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
    if not everything.certificates:
        return Seen(answers=not everything.nobody, presents=False, shares_version=False, speaks=everything.speaks)
    presented = "".join(everything.certificates)
    _must_be_what_it_was_given(situation, mint, presented)
    found = measure_chain(situation, mint, presented)
    low, high = client_versions(situation)
    return replace(found, shares_version=bool(scanner(low, high).certificates))


def measure_chain(situation: Situation, mint: Mint, presented: str) -> Seen:
    """What is found of these presented certificates (PEM, leaf first) for this client side.

    Raises AuditError when that cannot be established, ValueError when there is no certificate.
    """
    side = situation.client
    anchors, given = mint.anchors_pem(side) + mint.pem(*side.system_trust_anchors), mint.pem(*side.intermediates)
    chain = situation.server.chain
    left_out = mint.pem(*(item for item in chain.intermediates if item not in chain.presented)) if chain else ""
    # A server makes its own certificate when it starts, after the others have been minted.
    time = (mint.now if situation.server.chain else datetime.now(UTC)) + side.clock
    errors = _openssl_verify(presented, anchors, given, time)
    if errors:  # OpenSSL looks at no date and no purpose where it finds no issuer
        errors |= _openssl_leaf(_leaf(presented), time)
    name = side.reference_identifier
    seen = Seen(
        errors=errors,
        errors_when_complete=_openssl_verify(presented, anchors, given + left_out, time),
        # Without a SAN OpenSSL falls back on the common name, which RFC 9525 (6.3) does not.
        carries_name=_has_san(presented) and _openssl_names(_leaf(presented), name),
        weak_signatures=frozenset(depth for depth, item in enumerate(certificates(presented)) if _is_weak(item)),
    )
    _cross_check(situation, presented, anchors, given, mint, seen)
    return seen


def _findings(seen: Seen) -> Iterator[tuple[str, Seen]]:
    """Each thing that is wrong with the certificates, in words, and a measurement in which it is all that is found."""
    for number, depth in sorted(seen.errors):
        alone = frozenset({(number, depth)})
        yield f"error {number} of openssl verify at depth {depth}", Seen(errors=alone, errors_when_complete=alone)
    for depth in sorted(seen.weak_signatures):
        yield f"a weak signature at depth {depth}", Seen(weak_signatures=frozenset({depth}))
    if not seen.carries_name:
        yield "a name that is not there", Seen(carries_name=False)


def _tells(seen: Seen, known: Iterable[Condition]) -> bool:
    return any(item.seen is not None and item.seen(seen) and not item.seen(Seen()) for item in known)


def _must_be_what_it_was_given(situation: Situation, mint: Mint, presented: str) -> None:
    if situation.server.chain is None:
        if common_name(presented) != FALLBACK_NAME:
            raise AuditError(
                f"a server without a certificate of its own presents `{common_name(presented)}`, not `{FALLBACK_NAME}`"
            )
    elif certificates(presented) != certificates(mint.chain_pem(situation.chain)):
        raise AuditError("the server presents other certificates than those it was given")


def _is_weak(certificate: x509.Certificate) -> bool:
    algorithm = certificate.signature_hash_algorithm
    return certificate.subject != certificate.issuer and algorithm is not None and algorithm.name in _WEAK


@cache
def _openssl_verify(presented: str, anchors: str, given: str, time: datetime) -> Found:
    """The errors that `openssl verify` lists at this time, at security level 0: signature hashes are judged apart."""
    at = str(int(time.timestamp()))
    with _readable(presented, anchors, presented + given) as (leaf, trusted, untrusted):
        return _verify_errors("-attime", at, "-CAfile", trusted, "-untrusted", untrusted, "-purpose", "sslserver", leaf)


@cache
def _openssl_names(leaf_pem: str, name: str) -> bool:
    """Whether OpenSSL finds the name, or the address, in the leaf: with the leaf itself as anchor, nothing but the name
    can be wrong.
    """
    with _readable(leaf_pem, leaf_pem) as (leaf, trusted):
        found = _verify_errors(
            "-partial_chain",
            "-no_check_time",
            "-trusted",
            trusted,
            "-verify_ip" if as_address(name) else "-verify_hostname",
            name,
            leaf,
        )
    numbers = {number for number, _ in found}
    if numbers - _MISMATCHES:
        raise AuditError(f"openssl verify compares names, but finds error {sorted(numbers)}")
    return not numbers


@cache
def _openssl_leaf(leaf_pem: str, time: datetime) -> Found:
    """What OpenSSL finds wrong with the leaf's dates and its purpose: with the leaf itself as anchor, little else can
    be wrong. It tells the purpose and goes on to the dates.
    """
    at = str(int(time.timestamp()))
    with _readable(leaf_pem, leaf_pem) as (leaf, trusted):
        found = _verify_errors("-attime", at, "-partial_chain", "-trusted", trusted, "-purpose", "sslserver", leaf)
    return frozenset((number, depth) for number, depth in found if number in _OF_THE_LEAF)


def _verify_errors(*arguments: str) -> Found:
    files = [int(word.rpartition("/")[2]) for word in arguments if word.startswith(_PIPE)]
    try:
        done = subprocess.run(
            ["openssl", "verify", "-auth_level", "0", "-no-CApath", "-no-CAstore", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False, pass_fds=files,
        )  # fmt: skip
    except FileNotFoundError:
        raise AuditError("the self-check needs the program `openssl`: apt-get install openssl") from None
    errors = re.findall(r"^error (\d+) at (\d+) depth", done.stdout + done.stderr, re.MULTILINE)
    if done.returncode and not errors:
        raise AuditError(f"openssl verify failed without a reason: {done.stderr.strip()}")
    return frozenset((int(number), int(depth)) for number, depth in errors)


@contextmanager
def _readable(*texts: str) -> Iterator[list[str]]:
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


def common_name(presented: str) -> str:
    """The common name of the leaf; "" when it has none. Raises ValueError when no certificate was presented."""
    names = certificates(presented)[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _leaf(presented: str) -> str:
    """The leaf of these certificates, as PEM."""
    return presented.partition(_END)[0] + _END


def _has_san(presented: str) -> bool:
    return any(item.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME for item in certificates(presented)[0].extensions)


def _cross_check(situation: Situation, presented: str, anchors: str, given: str, mint: Mint, seen: Seen) -> None:
    """`cryptography.x509.verification` must say yes exactly when nothing was found.

    It follows the CA/Browser Forum's profile, in which no server certificate is an anchor, so a client that trusts a
    leaf is not asked about.
    """
    if any(isinstance(anchor, Leaf) for anchor in situation.client.trust_anchors):
        return
    leaf, *rest = certificates(presented + given)
    name = situation.client.reference_identifier
    address = as_address(name)
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(certificates(anchors))))
        .time(mint.now + situation.client.clock)
        .build_server_verifier(x509.DNSName(name) if address is None else x509.IPAddress(address))
    )
    try:
        verifier.verify(leaf, rest)
        accepted, why = True, ""
    except verification.VerificationError as refusal:
        accepted, why = False, str(refusal)
    found = ", ".join(words for words, _ in _findings(seen))
    if accepted is bool(found):
        raise AuditError(
            f"OpenSSL finds {found or 'nothing wrong'}, but cryptography "
            f"{'accepts the chain' if accepted else 'refuses it: ' + why}"
        )
