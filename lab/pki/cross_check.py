"""The second half of the self-check: `cryptography.x509.verification` must say yes exactly when OpenSSL finds nothing.

It follows the profile of the CA/Browser Forum, which is narrower than RFC 5280 here and wider there. Where the two may
differ, a rule says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509 import verification

from tlslab.model.certificate import Anchor, KeyUse, Serial, Version, as_address, dns_name
from tlslab.model.conditions import KEY_USAGE, LEVEL_2_STRENGTH, NAME_NOT_PERMITTED
from tlslab.model.path import at_hand, chain_of, paths
from tlslab.model.situation import Situation
from tlslab.pki.mint import certificates
from tlslab.pki.openssl_verify import AuditError


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the two halves may differ: `why`, with the specification. `accepts`: what `cryptography` says there."""

    name: str
    why: str
    accepts: bool
    holds: Callable[[Situation], bool]


def _on_the_path(wrong: Callable[[Anchor], bool]) -> Callable[[Situation], bool]:
    def holds(situation: Situation) -> bool:
        found = {item for path in paths(situation, at_hand(situation)) for item in path}
        return any(map(wrong, found))

    return holds


_PROFILE = "CA/Browser Forum, Baseline Requirements, 7.1.2.7 (subscriber certificates)"
RULES = (
    Rule(
        "the leaf is a CA's",
        f"{_PROFILE}: cA must be FALSE, and keyCertSign must not be set; RFC 5280 (4.2.1.9, 4.2.1.3) allows both",
        False,
        lambda situation: chain_of(situation).leaf.is_ca or KeyUse.KEY_CERT_SIGN in chain_of(situation).leaf.key_usage,
    ),
    Rule(
        "the leaf has no authority key identifier",
        "RFC 5280, 4.2.1.1 demands it of CAs; path validation (6.1) does not look at it",
        False,
        lambda situation: not chain_of(situation).leaf.authority_key_identifier,
    ),
    Rule(
        "a serial number is negative",
        "RFC 5280, 4.1.2.2 forbids it and asks users to handle it gracefully",
        False,
        _on_the_path(lambda item: item.serial is Serial.NEGATIVE),
    ),
    Rule(
        "a certificate is of version 1",
        "RFC 5280, 4.1.2.1 and 6.1.4 k: a CA's may be of version 1 when it is known otherwise, as trust anchors are",
        False,
        _on_the_path(lambda item: item.version is Version.V1),
    ),
    Rule(
        "a trust anchor has no basic constraints",
        "RFC 5280, 6.1.4 k: a CA may be known otherwise to be one, as trust anchors are",
        False,
        lambda situation: any(path[-1].basic_constraints is None for path in paths(situation, at_hand(situation))),
    ),
    Rule(
        "a CA has no key usage",
        "RFC 5280, 4.2.1.3 demands it of CAs; path validation (6.1.4 n) looks at it where it is there",
        False,
        _on_the_path(lambda item: item.is_ca and not item.key_usage),
    ),
    Rule(
        "the leaf's key is short",
        "CA/Browser Forum, Baseline Requirements, 6.1.5; `cryptography` looks at the keys of issuers alone",
        True,
        lambda situation: chain_of(situation).leaf.key.strength < LEVEL_2_STRENGTH,
    ),
    Rule(
        "the common name is not permitted",
        "RFC 5280, 4.2.1.10 is about the SAN; OpenSSL also holds a common name like a DNS name against it",
        True,
        lambda situation: not chain_of(situation).leaf.names and NAME_NOT_PERMITTED.present(situation),
    ),
    Rule(
        "the leaf's key usage allows no TLS",
        "RFC 5280, 4.2.1.12 on serverAuth names uses that are consistent with it; `cryptography` does not compare them",
        True,
        KEY_USAGE.present,
    ),
)


def cross_check(
    situation: Situation,
    presented: str,
    anchors: str,
    given: str,
    time: datetime,
    found: str,
    *,
    of_a_client: bool = False,
) -> Rule | None:
    """Ask `cryptography` about the certificates that OpenSSL was asked about. `found`: what is wrong, in words, or "".
    `of_a_client`: they are a client's, and the situation is as the server sees it.

    The rule under which the two differ; None when they agree. Raises AuditError when they differ under none.
    """
    leaf, *rest = certificates(presented + given)
    builder = verification.PolicyBuilder().store(verification.Store(list(certificates(anchors)))).time(time)
    name = situation.client.reference_identifier
    address = as_address(name)
    try:
        if of_a_client:
            builder.build_client_verifier().verify(leaf, rest)
        else:
            subject = x509.DNSName(dns_name(name)) if address is None else x509.IPAddress(address)
            builder.build_server_verifier(subject).verify(leaf, rest)
        accepted, why = True, ""
    except (verification.VerificationError, ValueError) as refusal:  # ValueError: what is no name, as `*.lab.test`
        accepted, why = False, str(refusal)
    if accepted is not bool(found):
        return None
    for rule in RULES:
        if rule.accepts is accepted and rule.holds(situation):
            return rule
    raise AuditError(
        f"OpenSSL finds {found or 'nothing wrong'}, but cryptography "
        f"{'accepts the chain' if accepted else 'refuses it: ' + why}"
    )
