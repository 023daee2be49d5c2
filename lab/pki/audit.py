"""The self-check: what an independent look finds wrong with a situation, before any client sees it (DESIGN, rule 3).

Two implementations that the lab does not mint with are asked about the certificates *as presented on the wire*:
OpenSSL's `verify`, which names its reasons, and `cryptography.x509.verification`, which must agree on yes or no. A
situation whose defects are not exactly those that its scenario declares is an error of the lab, never a finding about
a client.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtensionOID, NameOID

from tlslab.model.scenario import Defect
from tlslab.model.situation import Leaf, ServerKind, SignatureHash, Situation, TLSVersion
from tlslab.pki.mint import FALLBACK_NAME, Mint, certificates
from tlslab.pki.scan import TIMEOUT, Look

Looker = Callable[[TLSVersion, TLSVersion], Look]
"""Looks at the situation's server with a range of versions."""

_X509_ERRORS = {10: Defect.EXPIRED, 18: Defect.SELF_SIGNED, 19: Defect.UNTRUSTED}
_NO_ISSUER = {20, 21}
_HOSTNAME_MISMATCH = 62
"""X509_V_ERR_*: openssl/include/openssl/x509_vfy.h."""
_CHAIN_DEFECTS = frozenset(Defect) - {Defect.NO_COMMON_VERSION, Defect.NOT_SERVING}
_PIPE = "/dev/fd/"
_WEAK = {"md5", "sha1"}
OPENSSL_LEVEL_2 = 2
"""The security level from which OpenSSL refuses to load a certificate signed with SHA-1."""


class AuditError(Exception):
    """The self-check could not be made, or the two implementations disagree; the message says about what."""


def audit(situation: Situation, mint: Mint, looker: Looker) -> frozenset[Defect]:
    """Everything that is wrong with the situation. Raises AuditError when that cannot be established."""
    everything = looker(TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
    if not situation.server.key_readable:
        return _audit_absent(situation, mint, everything)
    if not everything.certificates:
        if _must_not_load(situation):
            return audit_chain(situation, mint, mint.chain_pem(situation.chain))
        raise AuditError(f"the server presents no certificate: {everything.refused}")
    presented = "".join(everything.certificates)
    if situation.server.chain is None:
        if common_name(presented) != FALLBACK_NAME:
            raise AuditError(
                f"a server without a certificate of its own presents `{common_name(presented)}`, not `{FALLBACK_NAME}`"
            )
    elif certificates(presented) != certificates(mint.chain_pem(situation.chain)):
        raise AuditError("the server presents other certificates than those it was given")
    found = audit_chain(situation, mint, presented)
    low, high = client_versions(situation)
    if not looker(low, high).certificates:
        found |= {Defect.NO_COMMON_VERSION}
    return found


def client_versions(situation: Situation) -> tuple[TLSVersion, TLSVersion]:
    """The TLS versions that the client side allows; today's clients start at TLS 1.2 unless told otherwise."""
    high = TLSVersion.TLSv1_2 if situation.kind is ServerKind.SQLSERVER else TLSVersion.TLSv1_3
    low = situation.client.tls_min or min(TLSVersion.TLSv1_2, situation.client.tls_max or high)
    return low, min(situation.client.tls_max or high, high)


def audit_chain(situation: Situation, mint: Mint, presented: str) -> frozenset[Defect]:
    """What is wrong with these presented certificates (PEM, leaf first) for this client side."""
    side = situation.client
    anchors, given = mint.anchors_pem(side) + mint.pem(*side.system_trust_anchors), mint.pem(*side.intermediates)
    name = situation.client.reference_identifier
    found: set[Defect] = set()
    numbers = _openssl_verify(presented, anchors, given)
    found |= {_X509_ERRORS[number] for number in numbers if number in _X509_ERRORS}
    if numbers & _NO_ISSUER:
        rest = mint.pem(*situation.server.chain.intermediates) if situation.server.chain else ""
        completed = _openssl_verify(presented, anchors, given + rest) & _NO_ISSUER
        found.add(Defect.UNTRUSTED if completed else Defect.INCOMPLETE)
    if unknown := numbers - _X509_ERRORS.keys() - _NO_ISSUER:
        raise AuditError(f"openssl verify found something that no scenario declares: error {sorted(unknown)}")
    # Without a SAN OpenSSL falls back on the common name, which RFC 9525 (6.3) and today's clients do not.
    if not (_has_san(presented) and _openssl_names(presented, name)):
        found.add(Defect.NAME_MISMATCH)
    if any(_is_weak(item) for item in certificates(presented)):
        found.add(Defect.WEAK_SIGNATURE)
    _cross_check(situation, presented, anchors, given, mint, found)
    return frozenset(found)


def _audit_absent(situation: Situation, mint: Mint, seen: Look) -> frozenset[Defect]:
    """What is wrong with a server that must not have come up: it is down, and whatever is wrong with its chain."""
    if seen.certificates or not seen.nobody:
        what = "presents a certificate" if seen.certificates else f"answers ({seen.refused})"
        raise AuditError(f"the server {what}, although its account must not be able to read its key")
    return audit_chain(situation, mint, mint.chain_pem(situation.chain)) | {Defect.NOT_SERVING}


def _must_not_load(situation: Situation) -> bool:
    chain = situation.server.chain
    return (
        chain is not None
        and chain.leaf.signature is SignatureHash.SHA1
        and situation.server.security_level >= OPENSSL_LEVEL_2
    )


def _is_weak(certificate: x509.Certificate) -> bool:
    algorithm = certificate.signature_hash_algorithm
    return certificate.subject != certificate.issuer and algorithm is not None and algorithm.name in _WEAK


@cache
def _openssl_verify(presented: str, anchors: str, given: str) -> frozenset[int]:
    """The numbers of the errors that `openssl verify` lists at security level 0; signature hashes are judged apart."""
    with _readable(presented, anchors, presented + given) as (leaf, trusted, untrusted):
        return _verify_errors("-CAfile", trusted, "-untrusted", untrusted, "-purpose", "sslserver", leaf)


@cache
def _openssl_names(presented: str, name: str) -> bool:
    """Whether OpenSSL finds the name in the leaf: with the leaf itself as anchor, nothing but the name can be wrong."""
    with _readable(presented, presented) as (leaf, trusted):
        numbers = _verify_errors(
            "-partial_chain",
            "-no_check_time",
            "-trusted",
            trusted,
            "-verify_hostname",
            name,
            leaf,
        )
    if numbers - {_HOSTNAME_MISMATCH}:
        raise AuditError(f"openssl verify compares names, but finds error {sorted(numbers)}")
    return not numbers


def _verify_errors(*arguments: str) -> frozenset[int]:
    files = [int(word.rpartition("/")[2]) for word in arguments if word.startswith(_PIPE)]
    try:
        done = subprocess.run(
            ["openssl", "verify", "-auth_level", "0", "-no-CApath", "-no-CAstore", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False, pass_fds=files,
        )  # fmt: skip
    except FileNotFoundError:
        raise AuditError("the self-check needs the program `openssl`: apt-get install openssl") from None
    numbers = {int(number) for number in re.findall(r"^error (\d+) at", done.stdout + done.stderr, re.MULTILINE)}
    if done.returncode and not numbers:
        raise AuditError(f"openssl verify failed without a reason: {done.stderr.strip()}")
    return frozenset(numbers)


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
    """The common name of the leaf; "" when it has none."""
    names = certificates(presented)[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _has_san(presented: str) -> bool:
    return any(item.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME for item in certificates(presented)[0].extensions)


def _cross_check(
    situation: Situation, presented: str, anchors: str, given: str, mint: Mint, found: set[Defect]
) -> None:
    """`cryptography.x509.verification` must say yes exactly when nothing was found.

    It follows the CA/Browser Forum's profile, in which no server certificate is an anchor, so a client that trusts a
    leaf is not asked about.
    """
    if any(isinstance(anchor, Leaf) for anchor in situation.client.trust_anchors):
        return
    leaf, *rest = certificates(presented + given)
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(certificates(anchors))))
        .time(mint.now)
        .build_server_verifier(x509.DNSName(situation.client.reference_identifier))
    )
    try:
        verifier.verify(leaf, rest)
        accepted, why = True, ""
    except verification.VerificationError as refusal:
        accepted, why = False, str(refusal)
    if accepted == bool(found & _CHAIN_DEFECTS):
        raise AuditError(
            f"OpenSSL finds {', '.join(sorted(found)) or 'nothing wrong'}, but cryptography "
            f"{'accepts the chain' if accepted else 'refuses it: ' + why}"
        )
