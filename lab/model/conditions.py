"""The conditions that the tables of TLS libraries speak of. A scenario may bring another.

The predicates read single facts of a situation; they are no path validator. Numbers are X509_V_ERR_* of OpenSSL,
include/openssl/x509_vfy.h.
"""

from collections.abc import Callable

from tlslab.model.condition import Condition, Seen
from tlslab.model.situation import (
    SELF_GENERATED,
    Anchor,
    Authority,
    Chain,
    Encryption,
    KeyPurpose,
    Leaf,
    ServerEncryption,
    ServerKind,
    SignatureHash,
    Situation,
    Speaks,
    TLSVersion,
    Validity,
    as_address,
)

OPENSSL_LEVEL_2 = 2
"""The OpenSSL security level from which a server does not load a certificate signed with SHA-1
(SSL_CTX_set_security_level(3))."""
_NO_ISSUER = (20, 21)


def client_versions(situation: Situation) -> tuple[TLSVersion, TLSVersion]:
    """The oldest and the newest TLS version that the client side allows. TLS inside TDS ends at 1.2 (MS-TDS)."""
    inside_tds = situation.kind is ServerKind.SQLSERVER and situation.client.encryption is not Encryption.STRICT
    newest = TLSVersion.TLSv1_2 if inside_tds else TLSVersion.TLSv1_3
    high = min(situation.client.tls_max or newest, newest)
    return situation.client.tls_min or min(TLSVersion.TLSv1_2, high), high


def anchors(situation: Situation) -> tuple[Anchor, ...]:
    """What the client trusts, the public roots aside."""
    return (*situation.client.trust_anchors, *situation.client.system_trust_anchors)


def _leaf(situation: Situation) -> Leaf | None:
    """The configured leaf; None for a server that makes its own certificate."""
    return situation.server.chain.leaf if situation.server.chain else None


def _validity(situation: Situation) -> Validity:
    leaf = _leaf(situation)
    return leaf.validity if leaf else SELF_GENERATED


def _lacking(situation: Situation, chain: Chain) -> tuple[Authority, ...]:
    """The intermediates that the server does not present and the client side does not have."""
    known = {*chain.presented, *situation.client.intermediates, *anchors(situation)}
    return tuple(item for item in chain.intermediates if item not in known)


def _is_self_signed(situation: Situation) -> bool:
    leaf = _leaf(situation)
    return leaf is None or (leaf.issuer is None and leaf not in anchors(situation))


def _roots_trusted(situation: Situation, chain: Chain) -> bool:
    trusted = anchors(situation)
    return chain.leaf in trusted or (chain.leaf.issuer is not None and chain.leaf.issuer.root in trusted)


def _is_untrusted(situation: Situation) -> bool:
    chain = situation.server.chain
    return chain is not None and chain.leaf.issuer is not None and not _roots_trusted(situation, chain)


def _is_incomplete(situation: Situation) -> bool:
    chain = situation.server.chain
    if chain is None or chain.leaf in anchors(situation):
        return False
    return _roots_trusted(situation, chain) and bool(_lacking(situation, chain))


def _has_other_names(situation: Situation) -> bool:
    leaf = _leaf(situation)
    return leaf is None or not leaf.carries(situation.client.reference_identifier)


def _has_the_address(situation: Situation) -> bool:
    return as_address(situation.client.reference_identifier) is not None and not _has_other_names(situation)


def _is_weak(situation: Situation) -> bool:
    leaf = _leaf(situation)
    return leaf is not None and leaf.issuer is not None and leaf.signature is SignatureHash.SHA1


def _is_for_others(situation: Situation) -> bool:
    leaf = _leaf(situation)
    purposes = leaf.extended_key_usage if leaf else ()
    # What becomes of `any` alone RFC 5280 (4.2.1.12) leaves to the application, and libraries differ: that is another
    # condition, which nobody has needed yet.
    return bool(purposes) and not {KeyPurpose.SERVER_AUTH, KeyPurpose.ANY} & set(purposes)


def _has_no_common_version(situation: Situation) -> bool:
    low, high = client_versions(situation)
    return max(low, situation.server.tls_min) > min(high, situation.server.tls_max)


def _cannot_be_loaded(situation: Situation) -> bool:
    return _is_weak(situation) and situation.server.security_level >= OPENSSL_LEVEL_2


def _demands_encryption(situation: Situation) -> bool:
    return situation.server.encryption is ServerEncryption.FORCED and situation.client.encryption is Encryption.OPTIONAL


def _met(what: Speaks) -> tuple[Callable[[Situation], bool], Callable[[Seen], bool]]:
    """Whether this is met in the server's place: meant, and seen."""
    return lambda situation: situation.server.speaks is what, lambda seen: seen.speaks is what


def _no_issuer(seen: Seen) -> bool:
    return any(seen.has(number) for number in _NO_ISSUER)


def _no_issuer_when_complete(seen: Seen) -> bool:
    return any(number in _NO_ISSUER for number, _ in seen.errors_when_complete)


SELF_SIGNED = Condition(
    "self-signed", "the server's certificate is self-signed", _is_self_signed, lambda seen: seen.has(18, 0), wrong=True
)
UNTRUSTED = Condition(
    "untrusted",
    "the certificate's CA is not trusted by the client",
    _is_untrusted,
    lambda seen: seen.has(19) or _no_issuer_when_complete(seen),
    wrong=True,
)
INCOMPLETE = Condition(
    "incomplete",
    "an intermediate certificate is missing between the leaf and a trusted root",
    _is_incomplete,
    lambda seen: _no_issuer(seen) and not _no_issuer_when_complete(seen),
    wrong=True,
)
EXPIRED = Condition(
    "expired",
    "by the client's clock, the server's certificate has expired",
    lambda situation: _validity(situation).ends <= situation.client.clock,
    lambda seen: seen.has(10, 0),
    wrong=True,
)
NOT_YET_VALID = Condition(
    "not-yet-valid",
    "by the client's clock, the server's certificate is not valid yet",
    lambda situation: _validity(situation).starts > situation.client.clock,
    lambda seen: seen.has(9, 0),
    wrong=True,
)
NAME_MISMATCH = Condition(
    "name-mismatch",
    "the certificate does not carry the name that the client expects",
    _has_other_names,
    lambda seen: not seen.carries_name,
    wrong=True,
)
WEAK_SIGNATURE = Condition(
    "weak-signature",
    "the server's certificate is signed with SHA-1",
    _is_weak,
    lambda seen: 0 in seen.weak_signatures,
    wrong=True,
)
NOT_FOR_SERVERS = Condition(
    "not-for-servers",
    "the certificate's extended key usage does not name servers",
    _is_for_others,
    lambda seen: seen.has(26, 0),
    wrong=True,
)
NO_COMMON_VERSION = Condition(
    "no-common-version",
    "client and server have no version of TLS in common",
    _has_no_common_version,
    lambda seen: not seen.shares_version,
    wrong=True,
)
_OF_THE_CHAIN = (
    *(SELF_SIGNED, UNTRUSTED, INCOMPLETE, EXPIRED, NOT_YET_VALID),
    *(NAME_MISMATCH, WEAK_SIGNATURE, NOT_FOR_SERVERS),
)
NOT_LOADED = Condition(
    "not-loaded",
    "the server's TLS library does not load the server's certificate",
    _cannot_be_loaded,
    lambda seen: seen.answers and not seen.presents and seen.speaks is Speaks.ITS_PROTOCOL,
    wrong=True,
    masks=frozenset(item.name for item in (*_OF_THE_CHAIN, NO_COMMON_VERSION)),
)
NOT_SERVING = Condition(
    "not-serving",
    "nobody listens where the server should",
    lambda situation: not situation.server.key_readable,
    lambda seen: not seen.answers,
    wrong=True,
    masks=frozenset(item.name for item in (*_OF_THE_CHAIN, NO_COMMON_VERSION, NOT_LOADED)),
)
DEMANDS_ENCRYPTION = Condition(
    "demands-encryption", "the server demands encryption that the client did not ask for", _demands_encryption
)
IP_ADDRESS = Condition(
    "ip-address", "the client expects an IP address, and the certificate carries it", _has_the_address
)
_OF_TLS = frozenset(item.name for item in (*_OF_THE_CHAIN, NO_COMMON_VERSION, NOT_LOADED, IP_ADDRESS))
_OF_THE_SERVER = _OF_TLS | {DEMANDS_ENCRYPTION.name}
PLAIN_HTTP = Condition(
    "plain-http",
    "HTTP without TLS answers where the server should",
    *_met(Speaks.HTTP),
    wrong=True,
    masks=_OF_THE_SERVER,
)
OTHER_SERVICE = Condition(
    "other-service",
    "another service, SSH, answers where the server should",
    *_met(Speaks.SSH),
    wrong=True,
    masks=_OF_THE_SERVER,
)
ENDS_EARLY = Condition(
    "ends-early",
    "the connection is ended before TLS begins",
    *_met(Speaks.CLOSES),
    wrong=True,
    masks=_OF_THE_SERVER,
)
ENDS_AFTER_PRELOGIN = Condition(
    "ends-after-prelogin",
    "the connection is ended after PRELOGIN, before TLS begins",
    *_met(Speaks.CLOSES_AFTER_PRELOGIN),
    wrong=True,
    masks=_OF_TLS,
)
SILENT = Condition(
    "silent",
    "connections are accepted where the server should be, and nothing answers",
    *_met(Speaks.NOTHING),
    wrong=True,
    masks=_OF_THE_SERVER,
)
NO_SUCH_SERVER = (PLAIN_HTTP, OTHER_SERVICE, ENDS_EARLY, ENDS_AFTER_PRELOGIN, SILENT)
"""What is met in the place of the server."""

CONDITIONS = (
    *(*_OF_THE_CHAIN, NO_COMMON_VERSION, NOT_LOADED, NOT_SERVING, *NO_SUCH_SERVER),
    *(DEMANDS_ENCRYPTION, IP_ADDRESS),
)
