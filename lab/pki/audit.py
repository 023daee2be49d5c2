"""The self-check: what an independent look measures of a situation, before any client sees it.

Two implementations that the lab does not mint with are asked about the certificates *as presented on the wire*:
OpenSSL's `verify`, which names its reasons (`openssl_verify`), and `cryptography.x509.verification`, which must agree
on yes or no (`cross_check`). Each condition says what of the measurement shows it (`tlslab.model.condition`). A
situation in which other defects are seen than it is meant to have is an error of the lab, never a finding about a
client.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tlslab.model.certificate import (
    Key,
    KeyAlgorithm,
    KeyPurpose,
    KeyUse,
    as_address,
    dns_name,
    issuers,
    matches_dns_id,
)
from tlslab.model.client_certificates import NOT_TAKEN, as_the_server_sees_it
from tlslab.model.condition import Condition, Seen, conditions_seen, defects
from tlslab.model.conditions import LEVEL_2_STRENGTH, client_versions
from tlslab.model.path import anchors as client_anchors
from tlslab.model.path import at_hand, complete
from tlslab.model.proxy import OK
from tlslab.model.situation import Encryption, RevocationCheck, ServerKind, Situation, Speaks, TLSVersion
from tlslab.pki.cross_check import Rule, cross_check
from tlslab.pki.mint import PURPOSES, USES, Mint, certificates
from tlslab.pki.openssl_verify import AuditError, Problem, carries_name, path_of, verify
from tlslab.pki.revocation import list_pem
from tlslab.pki.scan import Scan, Staple
from tlslab.pki.status import WORDS, errors_of_status, fetched_issuers


class Scanner(Protocol):
    """Looks at the situation's server with a range of versions."""

    def __call__(self, low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
        """`other_door`: begin with TLS where the client begins with PRELOGIN, and the other way round."""


Stapled = Callable[[], Staple]
"""Asks the situation's server for an answer of OCSP with the handshake."""

Asked = Callable[[str, str], str]
"""Sends a request to the situation's server, with this certificate (PEM) and key, or with none, and says what it
answers; "" where that is 200."""


def _asks_nobody(certificate: str, key: str) -> str:
    return ""


Kind = TypeVar("Kind", bound=x509.ExtensionType)
_WEAK = {"md5", "sha1"}
_NO_PATH = {2, 7, 18, 19, 20, 21}
_NO_CA, _UNSUITABLE = 79, 26
"""OpenSSL adds the second at the same depth when it has found the first."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen; OpenSSL's words for its errors; and the rule under which the two halves differ, if they do."""

    seen: Seen
    words: Mapping[tuple[int, int], str] = field(default_factory=dict)
    rule: Rule | None = None

    def findings(self) -> Iterator[tuple[str, Seen]]:
        """Each thing that is wrong with the certificates, in words, and a measurement in which it is all that is
        found.
        """
        seen = self.seen
        for number, depth in sorted(seen.errors):
            if number != _UNSUITABLE or not seen.has(_NO_CA, depth):
                found = frozenset({(number, depth)})
                words = f"{self.words.get((number, depth), '')} (OpenSSL's error {number} at depth {depth})"
                yield (
                    words,
                    replace(seen, errors=found, errors_when_complete=found, **_NOTHING_ELSE),
                )
        for number, depth in sorted(seen.client_errors):
            words = f"OpenSSL's error {number} at depth {depth} of the client's certificate"
            yield words, Seen(client_errors=frozenset({(number, depth)}))
        for depth in sorted(seen.weak_signatures):
            yield f"a weak signature at depth {depth}", Seen(weak_signatures=frozenset({depth}))
        for depth in sorted(seen.weak_keys):
            yield f"a weak key at depth {depth}", Seen(weak_keys=frozenset({depth}))
        if not seen.carries_name:
            yield "a name that is not there", Seen(carries_name=False)
        if seen.proxy != OK:
            yield f"a proxy that answers {seen.proxy}", Seen(proxy=seen.proxy)


Chains = MutableMapping[tuple[Situation, str], Measured]
"""What is found of certificates as presented (PEM), by the situation."""
_NOTHING_ELSE: Mapping[str, Any] = {
    "weak_signatures": frozenset(),
    "weak_keys": frozenset(),
    "carries_name": True,
    "pinned": True,
    "client_errors": frozenset(),
}


def audit(
    situation: Situation,
    mint: Mint,
    scanner: Scanner,
    stapled: Stapled,
    known: Iterable[Condition],
    chains: "Chains | None" = None,
    asked: Asked = _asks_nobody,
    proxy: int = OK,
) -> frozenset[Condition]:
    """The defects that are seen of a situation; what no condition is told by is a defect with OpenSSL's own words.
    `chains`: what was found of chains before, and where what is found now is kept. `asked`: sends requests to a server
    that demands certificates of its clients. `proxy`: with which status the client's proxy answers; where it does not
    let the client through, nothing behind it is looked at.

    Raises AuditError when they cannot be established.
    """
    known = tuple(known)
    found = (
        measure(situation, mint, scanner, stapled, {} if chains is None else chains, asked)
        if proxy == OK
        else Measured(Seen(proxy=proxy))
    )
    untold = (words for words, alone in found.findings() if not _tells(alone, known))
    return defects(conditions_seen(found.seen, known)) | {_unnamed(words) for words in untold}


def _unnamed(words: str) -> Condition:
    """A defect that no condition is told by: no situation is meant to have it."""
    return Condition(words, words, lambda situation: False, wrong=True)


def measure(
    situation: Situation,
    mint: Mint,
    scanner: Scanner,
    stapled: Stapled,
    chains: "Chains",
    asked: Asked = _asks_nobody,
) -> Measured:
    """Look at a situation's server and measure what it presents to this client side. Raises AuditError."""
    everything = scanner(TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
    if not everything.certificates:
        other = (
            situation.kind is ServerKind.SQLSERVER
            and everything.speaks is Speaks.ITS_PROTOCOL
            and not (everything.nobody or everything.in_clear)
            and bool(scanner(TLSVersion.TLSv1_0, TLSVersion.TLSv1_3, other_door=True).certificates)
        )
        strict = situation.client.encryption is Encryption.STRICT
        nothing = Seen(
            speaks=everything.speaks,
            answers=not everything.nobody,
            encrypts=not everything.in_clear,
            presents=False,
            shares_version=False,
            only_strict=other and not strict,
            not_strict=other and strict,
        )
        return Measured(nothing)
    presented = "".join(everything.certificates)
    _must_be_what_it_was_given(situation, mint, presented)
    # Clients that differ in what they offer by themselves do not differ in what is wrong with a chain.
    alike = situation.with_client(offered=None), presented
    found = chains.get(alike)
    if found is None:
        fetched = fetched_issuers(presented) if situation.client.fetches_issuers else ""
        of_chain = measure_chain(situation, mint, presented, fetched)
        found = chains[alike] = _with_status(of_chain, situation, mint, presented, stapled)
    low, high = client_versions(situation)
    # TLS 1.3 has cipher suites of its own.
    newer = high >= TLSVersion.TLSv1_3 and everything.unusual and scanner(TLSVersion.TLSv1_3, high).certificates
    seen = replace(
        found.seen,
        shares_version=bool(scanner(low, high).certificates),
        shares_cipher=bool(newer) or not everything.unusual,
    )
    demanding = situation.server.client_anchors and seen.shares_cipher
    return replace(found, seen=_with_client(seen, situation, mint, asked) if demanding else seen)


def _with_client(seen: Seen, situation: Situation, mint: Mint, asked: Asked) -> Seen:
    """The same with what is found of the client's certificate: what the server answers it, and what it should find.

    Raises AuditError where the server's answer is not what OpenSSL and `cryptography` find.
    """
    own, mirrored = situation.client.certificate, as_the_server_sees_it(situation)
    if own is None or mirrored is None:
        return replace(seen, answered=asked("", ""))
    shown, trusted = mint.chain_pem(own), mint.pem(*situation.server.client_anchors)
    # By the server's clock, which is right.
    found = verify(shown, trusted, "", mint.now, "sslclient")
    words = ", ".join(item.words for item in found)
    cross_check(mirrored, shown, trusted, "", mint.now, words, of_a_client=True)
    answered = asked(shown, mint.leaf_key_pem(own.leaf))
    if (NOT_TAKEN in answered) is not bool(found):
        raise AuditError(
            f"of the client's certificate OpenSSL finds {words or 'nothing wrong'}, and the server answers "
            f"{answered or 'as to everybody'}"
        )
    return replace(seen, answered=answered, client_errors=_numbers(found))


def _with_status(found: Measured, situation: Situation, mint: Mint, presented: str, stapled: Stapled) -> Measured:
    """The same with what is found out about revocation, where there is a path: else nobody asks."""
    if _NO_PATH & {number for number, _ in found.seen.errors}:
        return found
    server, side = situation.server, situation.client
    leaf = situation.chain.leaf if server.chain else server.fallback
    demanded = side.revocation is RevocationCheck.STAPLE or leaf.must_staple
    staple = stapled() if server.staple is not None or demanded else Staple()
    trusted, given = mint.public_root + mint.pem(*client_anchors(situation)), mint.pem(*issuers(leaf))
    lists = list_pem(mint, side.crls)
    errors = errors_of_status(side, presented, trusted, given, lists, staple, mint.now + side.clock)
    seen = replace(found.seen, errors=found.seen.errors | errors, stapled=bool(staple.status) or not demanded)
    words = {(number, at): WORDS.get(number, "revocation") for number, at in errors}
    return replace(found, seen=seen, words={**found.words, **words})


def measure_chain(situation: Situation, mint: Mint, presented: str, fetched: str = "") -> Measured:
    """What is found of these presented certificates (PEM, leaf first) for this client side. `fetched`: what it fetches
    beside them (PEM).

    Raises AuditError when that cannot be established, ValueError when there is no certificate.
    """
    side = situation.client
    anchors = mint.public_root + mint.pem(*client_anchors(situation))
    given = mint.pem(*side.intermediates) + fetched
    known = at_hand(situation)
    left_out = mint.pem(*(item for item in complete(situation) if item.issuer and item not in known))
    # A server makes its own certificate when it starts, after the others have been minted.
    time = (mint.now if situation.server.chain else datetime.now(UTC)) + side.clock
    found = verify(presented, anchors, given, time)
    leaf, *others = certificates(presented)
    trusted = certificates(anchors)
    above = (*others, *(certificates(given) if given else ()), *trusted)
    if _NO_PATH & {item.number for item in found}:
        above = ()
    elif any(map(_is_signed_weakly, above)) or any(map(_has_weak_key, above)):
        path = path_of(presented, anchors, given)
        above = tuple(item for item in above if not path or _as_openssl_says(item) in path[1:])
    name = side.reference_identifier
    seen = Seen(
        errors=_numbers(found),
        errors_when_complete=_numbers(verify(presented, anchors, given + left_out, time))
        if left_out
        else _numbers(found),
        anchors=frozenset(item.depth for item in found if item.subject in map(_as_openssl_says, trusted)),
        carries_name=_carries(leaf, presented, name),
        weak_signatures=_where(_is_signed_weakly, leaf, [item for item in above if item not in trusted]),
        weak_keys=_where(_has_weak_key, leaf, above),
        purposes=_purposes(leaf),
        uses=_uses(leaf),
        pinned=side.pin is None or leaf == mint.certificate(side.pin),
    )
    result = Measured(seen, {(item.number, item.depth): item.words for item in found})
    words = ", ".join(words for words, _ in result.findings())
    return replace(result, rule=cross_check(situation, presented, anchors, given, time, words))


def _carries(leaf: x509.Certificate, presented: str, name: str) -> bool:
    """Whether OpenSSL finds the name in the leaf, but for what RFC 9525 (6.3) does not allow: OpenSSL falls back on the
    common name where the SAN has no DNS name, and takes an asterisk in the name that a client expects, and one that
    stands for a part of a label.
    """
    if as_address(name):
        return carries_name(presented, name)
    san = _extension(leaf, x509.SubjectAlternativeName)
    names = san.get_values_for_type(x509.DNSName) if san else []
    if not names or "*" in name:
        return False
    whole = [item for item in names if "*" not in item.removeprefix("*.")]
    by_a_part = len(whole) < len(names) and not any(matches_dns_id(item, name) for item in whole)
    return not by_a_part and carries_name(presented, dns_name(name))


def _numbers(found: Iterable[Problem]) -> frozenset[tuple[int, int]]:
    return frozenset((item.number, item.depth) for item in found)


def _as_openssl_says(certificate: x509.Certificate) -> str:
    """The subject as OpenSSL prints it."""
    return ", ".join(f"{item.rfc4514_attribute_name} = {item.value!s}" for item in certificate.subject)


def _where(
    weak: Callable[[x509.Certificate], bool], leaf: x509.Certificate, above: Iterable[x509.Certificate]
) -> frozenset[int]:
    """Depth 0 when the leaf is weak, 1 when something above it is: at which depth is not told."""
    return frozenset(({0} if weak(leaf) else set()) | ({1} if any(map(weak, above)) else set()))


def _is_signed_weakly(certificate: x509.Certificate) -> bool:
    algorithm = certificate.signature_hash_algorithm
    return certificate.subject != certificate.issuer and algorithm is not None and algorithm.name in _WEAK


def _has_weak_key(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return Key(KeyAlgorithm.RSA, key.key_size).strength < LEVEL_2_STRENGTH
    return isinstance(key, ec.EllipticCurvePublicKey) and Key(KeyAlgorithm.EC, key.key_size).strength < LEVEL_2_STRENGTH


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _purposes(leaf: x509.Certificate) -> frozenset[KeyPurpose]:
    named = _extension(leaf, x509.ExtendedKeyUsage) or ()
    return frozenset(purpose for purpose, number in PURPOSES.items() if number in named)


def _uses(leaf: x509.Certificate) -> frozenset[KeyUse]:
    usage = _extension(leaf, x509.KeyUsage)
    return frozenset(use for use, name in USES.items() if usage is not None and getattr(usage, name))


def _tells(seen: Seen, known: Iterable[Condition]) -> bool:
    return any(item.seen is not None and item.seen(seen) and not item.seen(Seen()) for item in known)


def _must_be_what_it_was_given(situation: Situation, mint: Mint, presented: str) -> None:
    if situation.server.chain is None:
        wanted = situation.server.fallback.common_name
        if common_name(presented) != wanted:
            raise AuditError(
                f"a server without a certificate of its own presents `{common_name(presented)}`, not `{wanted}`"
            )
    elif certificates(presented) != certificates(mint.chain_pem(situation.chain)):
        raise AuditError("the server presents other certificates than those it was given")


def common_name(presented: str) -> str:
    """The common name of the leaf; "" when it has none. Raises ValueError when no certificate was presented."""
    names = certificates(presented)[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
