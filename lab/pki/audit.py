"""The self-check: what an independent look finds wrong with a situation, before any client sees it (DESIGN, rule 3).

Two implementations that the lab does not mint with are asked about the certificates *as presented on the wire*:
OpenSSL's `verify`, which names its reasons, and `cryptography.x509.verification`, which must agree on yes or no. A
situation whose defects are not exactly those that its scenario declares is an error of the lab, never a finding about
a client.
"""

import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtensionOID

from lab.pki.look import Look
from lab.pki.mint import Mint, certificates
from lab.scenario import Defect
from lab.situation import Leaf, ServerKind, SignatureHash, Situation, TLSVersion

Looker = Callable[[TLSVersion, TLSVersion], Look]
"""Looks at the situation's server with a range of versions."""

_X509_ERRORS = {10: Defect.EXPIRED, 18: Defect.SELF_SIGNED, 19: Defect.UNTRUSTED}
_NO_ISSUER = {20, 21}
"""X509_V_ERR_*: openssl/include/openssl/x509_vfy.h."""
_CHAIN_DEFECTS = frozenset(Defect) - {Defect.NO_COMMON_VERSION}
_WEAK = {"md5", "sha1"}
OPENSSL_LEVEL_2 = 2
"""The security level from which OpenSSL refuses to load a certificate signed with SHA-1."""


class AuditError(Exception):
    """The self-check could not be made, or the two implementations disagree; the message says about what."""


def audit(situation: Situation, mint: Mint, looker: Looker) -> frozenset[Defect]:
    """Everything that is wrong with the situation. Raises AuditError when that cannot be established."""
    everything = looker(TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
    if not everything.certificates:
        if _must_not_load(situation):
            return audit_chain(situation, mint, mint.chain_pem(situation.chain))
        raise AuditError(f"the server presents no certificate: {everything.refused}")
    configured = mint.chain_pem(situation.chain) if situation.server.chain else mint.fallback()[0]
    if certificates("".join(everything.certificates)) != certificates(configured):
        raise AuditError("the server presents other certificates than those it was given")
    found = audit_chain(situation, mint, configured)
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
    anchors, given = mint.anchors_pem(situation.client), mint.pem(*situation.client.intermediates)
    name = situation.client.name_to_verify
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


def _openssl_verify(presented: str, anchors: str, given: str) -> set[int]:
    """The numbers of the errors that `openssl verify` lists, at security level 0 (signature hashes are judged apart)."""
    with tempfile.TemporaryDirectory(prefix="tlslab-audit-") as scratch:
        room = Path(scratch)
        (room / "leaf.pem").write_text(presented)
        (room / "anchors.pem").write_text(anchors)
        (room / "untrusted.pem").write_text(presented + given)
        done = _openssl(
            "verify", "-auth_level", "0", "-no-CApath", "-no-CAstore", "-CAfile", str(room / "anchors.pem"),
            "-untrusted", str(room / "untrusted.pem"), "-purpose", "sslserver", str(room / "leaf.pem"),
        )  # fmt: skip
    numbers = {int(number) for number in re.findall(r"^error (\d+) at", done.stdout + done.stderr, re.MULTILINE)}
    if done.returncode and not numbers:
        raise AuditError(f"openssl verify failed without a reason: {done.stderr.strip()}")
    return numbers


def _has_san(presented: str) -> bool:
    return any(item.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME for item in certificates(presented)[0].extensions)


def _openssl_names(presented: str, name: str) -> bool:
    done = _openssl("x509", "-noout", "-checkhost", name, stdin=presented)
    return "does match certificate" in done.stdout


def _openssl(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            ["openssl", *arguments], input=stdin, capture_output=True, text=True, timeout=10, check=False
        )
    except FileNotFoundError:
        raise AuditError("the self-check needs the program `openssl`: apt-get install openssl") from None


def _cross_check(
    situation: Situation, presented: str, anchors: str, given: str, mint: Mint, found: set[Defect]
) -> None:
    """`cryptography.x509.verification` must say yes exactly when nothing was found.

    It follows the CA/Browser Forum's profile, in which no server certificate is an anchor, so a client that trusts a
    leaf is not asked about.
    """
    if any(isinstance(anchor, Leaf) for anchor in situation.client.trusts):
        return
    leaf, *rest = certificates(presented + given)
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(certificates(anchors))))
        .time(mint.now)
        .build_server_verifier(x509.DNSName(situation.client.name_to_verify))
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
