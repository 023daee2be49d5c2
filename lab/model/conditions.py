"""The conditions that the tables of TLS libraries speak of. A scenario may bring another.

The predicates read single facts of a situation, and whether there is a path to something that the client trusts
(`tlslab.model.path`): where there are several paths, something is wrong with a chain when it is wrong with each of
them. Numbers are X509_V_ERR_* of OpenSSL, include/openssl/x509_vfy.h.
"""

from collections.abc import Callable

from tlslab.model.certificate import (
    Anchor,
    Authority,
    Key,
    KeyPurpose,
    KeyUse,
    Leaf,
    Responder,
    Serial,
    Version,
    as_address,
    issuers,
)
from tlslab.model.client_certificates import OF_CLIENTS
from tlslab.model.condition import Condition, Seen
from tlslab.model.path import anchors, at_hand, chain_of, complete, namesakes, paths, signed
from tlslab.model.situation import (
    Encryption,
    KeyExchange,
    RevocationCheck,
    ServerEncryption,
    ServerKind,
    Situation,
    Speaks,
    StoreFlaw,
    TLSVersion,
)

OPENSSL_LEVEL_2 = 2
"""The OpenSSL security level from which a server does not load a certificate signed with SHA-1
(SSL_CTX_set_security_level(3))."""
LEVEL_2_STRENGTH = 112
"""The bits of security that a key needs there."""
OF_SERVERS = frozenset({KeyUse.DIGITAL_SIGNATURE, KeyUse.KEY_ENCIPHERMENT, KeyUse.KEY_AGREEMENT})
"""The uses of which the key of a TLS server needs one (RFC 5280, 4.2.1.12, on serverAuth)."""
_NO_ISSUER = (2, 20, 21)
_NO_PATH = (7, 19, *_NO_ISSUER)
_NO_CA = (24, 32, 79)
_UNSUITABLE = 26


def client_versions(situation: Situation) -> tuple[TLSVersion, TLSVersion]:
    """The oldest and the newest TLS version that the client side allows. TLS inside TDS ends at 1.2 (MS-TDS)."""
    side = situation.client
    inside_tds = situation.kind is ServerKind.SQLSERVER and side.encryption is not Encryption.STRICT
    oldest, newest = side.offered or (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3)
    high = min(side.tls_max or newest, TLSVersion.TLSv1_2 if inside_tds else TLSVersion.TLSv1_3)
    limits = next((item.limits for item in side.environment if item.limits), None)
    configured = next((item for item in TLSVersion if limits and item.label == limits.min_protocol), None)
    return side.tls_min or configured or min(oldest, high), high


def leaf_of(situation: Situation) -> Leaf:
    """The server's certificate."""
    return chain_of(situation).leaf


def _is_not_the_pinned(situation: Situation) -> bool:
    return situation.client.pin is not None and leaf_of(situation) != situation.client.pin


def _is_self_signed(situation: Situation) -> bool:
    leaf = leaf_of(situation)
    return leaf.issuer is None and leaf not in anchors(situation)


def _is_untrusted(situation: Situation) -> bool:
    if leaf_of(situation).issuer is None or paths(situation, complete(situation)):
        return False
    return not namesakes(situation)


def _is_forged(situation: Situation) -> bool:
    return not paths(situation, complete(situation)) and namesakes(situation)


def _is_incomplete(situation: Situation) -> bool:
    return not paths(situation, at_hand(situation)) and bool(paths(situation, complete(situation)))


def _above(situation: Situation) -> tuple[tuple[Anchor, ...], ...]:
    """What stands above the server's certificate on each path that the client can build, the trust anchor last."""
    return tuple(path[1:] for path in paths(situation, at_hand(situation)))


def _wherever(wrong: Callable[[Situation, Anchor], bool], *, anchors_too: bool) -> Callable[[Situation], bool]:
    """Whether something is wrong above the server's certificate on each of the paths that the client can build."""

    def present(situation: Situation) -> bool:
        trusted = () if anchors_too else anchors(situation)
        found = _above(situation)
        return bool(found) and all(
            any(wrong(situation, item) for item in path if item not in trusted) for path in found
        )

    return present


def _has_ended(situation: Situation, item: Anchor) -> bool:
    return item.validity.ends <= situation.client.clock


def _has_not_begun(situation: Situation, item: Anchor) -> bool:
    return item.validity.starts > situation.client.clock


def _may_not_issue(situation: Situation, item: Anchor) -> bool:
    if item.basic_constraints is None and item in anchors(situation):
        # It does not say that it is a CA, and the client was told (RFC 5280, 6.1.4 k); OpenSSL wants a sign of it all
        # the same (crypto/x509/v3_purp.c, check_ca).
        return KeyUse.KEY_CERT_SIGN not in item.key_usage and not (item.version is Version.V1 and item.issuer is None)
    return not item.is_ca or bool(item.key_usage and KeyUse.KEY_CERT_SIGN not in item.key_usage)


def _is_for_other_purposes(situation: Situation, item: Anchor) -> bool:
    return bool(item.extended_key_usage) and KeyPurpose.SERVER_AUTH not in item.extended_key_usage


def _has_unknown_extension(situation: Situation) -> bool:
    of_the_leaf = leaf_of(situation).unknown_critical_extension
    return of_the_leaf or _wherever(lambda _, item: item.unknown_critical_extension, anchors_too=True)(situation)


def _root_has_expired(situation: Situation) -> bool:
    found = _above(situation)
    return bool(found) and all(path and _has_ended(situation, path[-1]) for path in found)


def _path_is_too_long(situation: Situation) -> bool:
    def too_long(path: tuple[Anchor, ...]) -> bool:
        limits = [item.basic_constraints.path_length if item.basic_constraints else None for item in path]
        return any(limit is not None and below > limit for below, limit in enumerate(limits))

    found = _above(situation)
    return bool(found) and all(map(too_long, found))


def _has_other_names(situation: Situation) -> bool:
    return not leaf_of(situation).carries(situation.client.reference_identifier)


def _has_the_address(situation: Situation) -> bool:
    return as_address(situation.client.reference_identifier) is not None and not _has_other_names(situation)


def _is_weak(situation: Situation) -> bool:
    leaf = leaf_of(situation)
    return leaf.issuer is not None and leaf.signature.weak


def _is_for_others(situation: Situation) -> bool:
    # What becomes of `any` alone RFC 5280 (4.2.1.12) leaves to the application: `ANY_PURPOSE` says that it is there.
    purposes = leaf_of(situation).extended_key_usage
    return bool(purposes) and KeyPurpose.SERVER_AUTH not in purposes


def _cannot_be_used_by_servers(situation: Situation) -> bool:
    uses = leaf_of(situation).key_usage
    return bool(uses) and not uses & OF_SERVERS


def _forbids_a_name(situation: Situation, item: Anchor) -> bool:
    leaf = leaf_of(situation)
    constraints = item.name_constraints if isinstance(item, Authority) else None
    if constraints is None:
        return False
    # Where the SAN has no DNS name, libraries hold a common name that looks like one against the constraints
    # (OpenSSL, crypto/x509/v3_ncons.c, NAME_CONSTRAINTS_check_CN).
    common = [leaf.common_name] if "." in leaf.common_name else []
    names, addresses = map(constraints.allow_name, leaf.names or common), map(constraints.allow_address, leaf.addresses)
    return not (all(names) and all(addresses))


def _is_trusted_itself(situation: Situation) -> bool:
    leaf = leaf_of(situation)
    return leaf.issuer is not None and leaf in anchors(situation)


def _ends_below_the_root(situation: Situation) -> bool:
    found = _above(situation)
    return bool(found) and all(path and path[-1].issuer is not None for path in found)


def _comes_with_its_root(situation: Situation) -> bool:
    chain = chain_of(situation)
    return any(item.issuer is None and item in chain.presented for item in issuers(chain.leaf))


def _is_known_to_be_revoked(situation: Situation) -> bool:
    # A revocation that nobody tells of can be known to nobody.
    leaf = leaf_of(situation)
    told = Responder.ANSWERS in (leaf.crl, leaf.ocsp) or situation.server.staple is not None
    return leaf.revoked and (told or any(signed(item.issuer, leaf) for item in situation.client.crls))


def _finds_no_status(situation: Situation) -> bool:
    side, chain = situation.client, chain_of(situation)
    below_the_root = (chain.leaf, *chain.intermediates)
    match side.revocation:
        case RevocationCheck.CRL:
            return any(item.crl is not Responder.ANSWERS for item in below_the_root)
        case RevocationCheck.OCSP:
            return any(item.ocsp is not Responder.ANSWERS for item in below_the_root)
    return bool(side.crls) and not any(signed(item.issuer, chain.leaf) for item in side.crls)


def _is_told_what_is_out_of_date(situation: Situation) -> bool:
    side, staple = situation.client, situation.server.staple
    of_the_leaf = [item for item in side.crls if signed(item.issuer, leaf_of(situation))]
    told = [item.validity for item in of_the_leaf] + ([staple] if staple is not None else [])
    return any(validity.ends <= side.clock for validity in told)


def _lacks_a_staple(situation: Situation) -> bool:
    demanded = situation.client.revocation is RevocationCheck.STAPLE or leaf_of(situation).must_staple
    return demanded and situation.server.staple is None


def _has_no_common_version(situation: Situation) -> bool:
    low, high = client_versions(situation)
    return max(low, situation.server.tls_min) > min(high, situation.server.tls_max)


def _agreed(situation: Situation) -> TLSVersion | None:
    """The version on which client and server agree; None: on none."""
    _, high = client_versions(situation)
    return None if _has_no_common_version(situation) else min(high, situation.server.tls_max)


def _signs_with_sha1(situation: Situation) -> bool:
    agreed, server = _agreed(situation), situation.server
    signs = server.key_exchange is not KeyExchange.RSA and server.usual_suites
    return signs and agreed is not None and agreed < TLSVersion.TLSv1_2


def _has_no_common_cipher(situation: Situation) -> bool:
    agreed = _agreed(situation)
    return not situation.server.usual_suites and agreed is not None and agreed < TLSVersion.TLSv1_3


def _has_small_dh(situation: Situation) -> bool:
    agreed, server = _agreed(situation), situation.server
    chosen = server.small_dh and server.key_exchange is KeyExchange.DHE and server.usual_suites
    return chosen and agreed is not None and agreed < TLSVersion.TLSv1_3


def _cannot_be_loaded(situation: Situation) -> bool:
    sent = chain_of(situation).presented
    weak = any((item.issuer is not None and item.signature.weak) or _too_weak(item.key) for item in sent)
    return weak and situation.server.security_level >= OPENSSL_LEVEL_2


def _too_weak(key: Key) -> bool:
    return key.strength < LEVEL_2_STRENGTH


def _demands_encryption(situation: Situation) -> bool:
    return situation.server.encryption is ServerEncryption.FORCED and situation.client.encryption is Encryption.OPTIONAL


def _is_strict(situation: Situation) -> bool:
    return situation.client.encryption is Encryption.STRICT


def _takes_strict_alone(situation: Situation) -> bool:
    return situation.server.encryption is ServerEncryption.STRICT and not _is_strict(situation)


def _takes_no_strict(situation: Situation) -> bool:
    # A self-generated certificate is none for TDS 8.0 (error 17821).
    return _is_strict(situation) and (not situation.server.speaks_tds8 or situation.server.chain is None)


def _goes_on_in_clear(situation: Situation) -> bool:
    # A client that begins with TLS never gets to ask.
    side = situation.server
    return side.encryption is ServerEncryption.IN_CLEAR and situation.client.encryption is not Encryption.STRICT


def _common_name_alone_is_right(situation: Situation) -> bool:
    name = situation.client.reference_identifier
    return leaf_of(situation).common_name == name and as_address(name) is None and _has_other_names(situation)


def _root_in_the_other_store(situation: Situation) -> bool:
    chain, side = situation.server.chain, situation.client
    issuer = chain.leaf.issuer if chain else None
    root = issuer.root if isinstance(issuer, Authority) else None
    given = (*side.trust_anchors, *side.intermediates)
    return bool(given) and root in side.default_trust_anchors and root not in side.trust_anchors


def _met(what: Speaks) -> tuple[Callable[[Situation], bool], Callable[[Seen], bool]]:
    """Whether this is met in the server's place: meant, and seen."""
    return lambda situation: situation.server.speaks is what, lambda seen: seen.speaks is what


def _no_issuer(seen: Seen) -> bool:
    return any(seen.has(number) for number in _NO_ISSUER)


def _no_path_when_complete(seen: Seen) -> bool:
    return any(number in _NO_PATH for number, _ in seen.errors_when_complete)


REVOKED = Condition(
    "revoked",
    "the server's certificate has been revoked",
    _is_known_to_be_revoked,
    lambda seen: seen.has(23),
    wrong=True,
)
REVOCATION_UNKNOWN = Condition(
    "revocation-unknown",
    "the client is told to look whether the certificate was revoked, and finds no list (CRL) and no responder that "
    "tells",
    _finds_no_status,
    lambda seen: seen.has(3),
    wrong=True,
)
REVOCATION_STALE = Condition(
    "revocation-stale",
    "the list of revoked certificates (CRL), or the answer of OCSP, is out of date",
    _is_told_what_is_out_of_date,
    lambda seen: seen.has(12),
    wrong=True,
)
STAPLE_MISSING = Condition(
    "staple-missing",
    "an answer of OCSP is demanded with the handshake, by the certificate or by the client, and the server sends none",
    _lacks_a_staple,
    lambda seen: not seen.stapled,
    wrong=True,
)
OF_REVOCATION = (REVOKED, REVOCATION_UNKNOWN, REVOCATION_STALE, STAPLE_MISSING)
_OF_REVOCATION = frozenset(item.name for item in OF_REVOCATION)

SELF_SIGNED = Condition(
    "self-signed",
    "the server's certificate is self-signed",
    _is_self_signed,
    lambda seen: seen.has(18, 0),
    wrong=True,
    masks=_OF_REVOCATION,
)
EXPIRED = Condition(
    "expired",
    "by the client's clock, the server's certificate has expired",
    lambda situation: _has_ended(situation, leaf_of(situation)),
    lambda seen: seen.has(10, 0),
    wrong=True,
)
NOT_YET_VALID = Condition(
    "not-yet-valid",
    "by the client's clock, the server's certificate is not valid yet",
    lambda situation: _has_not_begun(situation, leaf_of(situation)),
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
OTHER_PIN = Condition(
    "other-pin",
    "the server's certificate is not the one that the client was told to accept",
    _is_not_the_pinned,
    lambda seen: not seen.pinned,
    wrong=True,
)
WEAK_SIGNATURE = Condition(
    "weak-signature",
    "the server's certificate is signed with SHA-1",
    _is_weak,
    lambda seen: 0 in seen.weak_signatures,
    wrong=True,
)
WEAK_KEY = Condition(
    "weak-key",
    "the key of the server's certificate is too short",
    lambda situation: _too_weak(leaf_of(situation).key),
    lambda seen: 0 in seen.weak_keys,
    wrong=True,
)
NOT_FOR_SERVERS = Condition(
    "not-for-servers",
    "the certificate's extended key usage does not name servers",
    _is_for_others,
    lambda seen: seen.has(_UNSUITABLE, 0) and bool(seen.purposes) and KeyPurpose.SERVER_AUTH not in seen.purposes,
    wrong=True,
)
KEY_USAGE = Condition(
    "key-usage",
    "the certificate's key usage allows nothing that a TLS server does",
    _cannot_be_used_by_servers,
    lambda seen: seen.has(_UNSUITABLE, 0) and bool(seen.uses) and not seen.uses & OF_SERVERS,
    wrong=True,
)
CRITICAL_EXTENSION = Condition(
    "critical-extension",
    "a certificate of the chain has a critical extension that nobody knows",
    _has_unknown_extension,
    lambda seen: seen.has(34),
    wrong=True,
)
_OF_THE_LEAF = (
    *(EXPIRED, NOT_YET_VALID, NAME_MISMATCH, WEAK_SIGNATURE, WEAK_KEY, NOT_FOR_SERVERS, KEY_USAGE),
    CRITICAL_EXTENSION,
)

EXPIRED_ISSUER = Condition(
    "expired-issuer",
    "by the client's clock, an intermediate CA above the server's certificate has expired",
    _wherever(_has_ended, anchors_too=False),
    lambda seen: any(number == 10 and depth > 0 and depth not in seen.anchors for number, depth in seen.errors),
    wrong=True,
)
EXPIRED_ROOT = Condition(
    "expired-root",
    "by the client's clock, the CA certificate that the client trusts has expired",
    _root_has_expired,
    lambda seen: any(number == 10 and depth > 0 and depth in seen.anchors for number, depth in seen.errors),
    wrong=True,
)
ISSUER_NOT_YET_VALID = Condition(
    "issuer-not-yet-valid",
    "by the client's clock, a CA certificate above the server's certificate is not valid yet",
    _wherever(_has_not_begun, anchors_too=True),
    lambda seen: any(number == 9 and depth > 0 for number, depth in seen.errors),
    wrong=True,
    # OpenSSL begins at the top and stops there.
    masks=frozenset({EXPIRED_ISSUER.name, EXPIRED_ROOT.name}),
)
WEAK_ISSUER_SIGNATURE = Condition(
    "weak-issuer-signature",
    "an intermediate CA's certificate is signed with a weak hash",
    _wherever(lambda _, item: item.signature.weak, anchors_too=False),
    lambda seen: any(depth > 0 for depth in seen.weak_signatures),
    wrong=True,
)
WEAK_ISSUER_KEY = Condition(
    "weak-issuer-key",
    "the key of a CA above the server's certificate is too short",
    _wherever(lambda _, item: _too_weak(item.key), anchors_too=True),
    lambda seen: any(depth > 0 for depth in seen.weak_keys),
    wrong=True,
)
ISSUER_NOT_FOR_SERVERS = Condition(
    "issuer-not-for-servers",
    "a CA above the server's certificate may not issue for servers: its extended key usage names other purposes",
    _wherever(_is_for_other_purposes, anchors_too=True),
    lambda seen: any(number == _UNSUITABLE and depth > 0 and not seen.has(79, depth) for number, depth in seen.errors),
    wrong=True,
)
PATH_TOO_LONG = Condition(
    "path-too-long",
    "more CAs stand below a CA than its certificate allows",
    _path_is_too_long,
    lambda seen: seen.has(25),
    wrong=True,
)
NAME_NOT_PERMITTED = Condition(
    "name-not-permitted",
    "a CA above the server's certificate may not issue for one of its names",
    _wherever(_forbids_a_name, anchors_too=True),
    lambda seen: seen.has(47) or seen.has(48),
    wrong=True,
)
_ON_A_PATH = (
    *(EXPIRED_ISSUER, EXPIRED_ROOT, ISSUER_NOT_YET_VALID, WEAK_ISSUER_SIGNATURE, WEAK_ISSUER_KEY),
    *(ISSUER_NOT_FOR_SERVERS, PATH_TOO_LONG, NAME_NOT_PERMITTED),
)
NOT_A_CA = Condition(
    "not-a-ca",
    "what issued the server's certificate is no CA's certificate, or its key may not sign certificates",
    _wherever(_may_not_issue, anchors_too=True),
    lambda seen: any(number in _NO_CA for number, _ in seen.errors),
    wrong=True,
    # What leads through no CA is no path.
    masks=frozenset(item.name for item in _ON_A_PATH),
)
_ABOVE_THE_LEAF = (*_ON_A_PATH, NOT_A_CA)

_OF_A_PATH = frozenset(item.name for item in _ABOVE_THE_LEAF) | _OF_REVOCATION
"""What cannot be met where there is no path."""

UNTRUSTED = Condition(
    "untrusted",
    "the certificate's CA is not trusted by the client",
    _is_untrusted,
    lambda seen: seen.has(19) or (_no_issuer(seen) and _no_path_when_complete(seen)),
    wrong=True,
    masks=_OF_A_PATH,
)
FORGED = Condition(
    "forged",
    "the certificate's signature is not that of the CA of this name that the client trusts",
    _is_forged,
    lambda seen: seen.has(7),
    wrong=True,
    masks=_OF_A_PATH,
)
INCOMPLETE = Condition(
    "incomplete",
    "an intermediate certificate is missing between the leaf and a trusted root",
    _is_incomplete,
    lambda seen: _no_issuer(seen) and not _no_path_when_complete(seen),
    wrong=True,
    masks=_OF_A_PATH,
)
NO_COMMON_VERSION = Condition(
    "no-common-version",
    "client and server have no version of TLS in common",
    _has_no_common_version,
    lambda seen: not seen.shares_version,
    wrong=True,
)
WEAK_HANDSHAKE_SIGNATURE = Condition(
    "weak-handshake-signature",
    "the server signs the handshake with SHA-1, as TLS 1.0 and 1.1 do unless the key exchange is RSA",
    _signs_with_sha1,
)
_OF_THE_CHAIN = (SELF_SIGNED, UNTRUSTED, FORGED, INCOMPLETE, *_OF_THE_LEAF, *_ABOVE_THE_LEAF, *OF_REVOCATION, OTHER_PIN)
NO_COMMON_CIPHER = Condition(
    "no-common-cipher",
    "client and server have no cipher suite in common",
    _has_no_common_cipher,
    lambda seen: not seen.shares_cipher,
    wrong=True,
    masks=frozenset(item.name for item in (*_OF_THE_CHAIN, *OF_CLIENTS)),
)
SMALL_DH = Condition(
    "small-dh",
    "the key exchange is Diffie-Hellman in a group of 1024 bits",
    _has_small_dh,
)
_OF_THE_HANDSHAKE = frozenset(
    item.name
    for item in (
        *_OF_THE_CHAIN,
        *(NO_COMMON_VERSION, WEAK_HANDSHAKE_SIGNATURE, NO_COMMON_CIPHER, SMALL_DH),
        *OF_CLIENTS,
    )
)
NOT_LOADED = Condition(
    "not-loaded",
    "the server's TLS library does not load the server's certificate",
    _cannot_be_loaded,
    lambda seen: (
        seen.answers
        and not (seen.presents or seen.only_strict or seen.not_strict)
        and seen.speaks is Speaks.ITS_PROTOCOL
    ),
    wrong=True,
    masks=_OF_THE_HANDSHAKE,
)
NOT_SERVING = Condition(
    "not-serving",
    "nobody listens where the server should",
    lambda situation: not situation.server.starts,
    lambda seen: not seen.answers,
    wrong=True,
    masks=_OF_THE_HANDSHAKE | {NOT_LOADED.name},
)
NO_ENCRYPTION = Condition(
    "no-encryption",
    "the server does not encrypt",
    _goes_on_in_clear,
    lambda seen: not seen.encrypts,
    wrong=True,
    masks=_OF_THE_HANDSHAKE | {NOT_LOADED.name},
)
DEMANDS_ENCRYPTION = Condition(
    "demands-encryption", "the server demands encryption that the client did not ask for", _demands_encryption
)
IP_ADDRESS = Condition(
    "ip-address", "the client expects an IP address, and the certificate carries it", _has_the_address
)
RSA_KEY_EXCHANGE = Condition(
    "rsa-key-exchange",
    "the server's cipher suites have RSA key exchange alone",
    lambda situation: situation.server.key_exchange is KeyExchange.RSA,
)
ROOT_SENT = Condition("root-sent", "the server sends its root along", _comes_with_its_root)
BELOW_THE_ROOT = Condition(
    "below-the-root", "the client trusts an intermediate CA and not the root above it", _ends_below_the_root
)
LEAF_TRUSTED = Condition(
    "leaf-trusted", "the client trusts the server's own certificate, which a CA issued", _is_trusted_itself
)
CA_AS_LEAF = Condition("ca-as-leaf", "the server's certificate is a CA's", lambda situation: leaf_of(situation).is_ca)
ANY_PURPOSE = Condition(
    "any-purpose",
    "the certificate's extended key usage names any purpose",
    lambda situation: KeyPurpose.ANY in leaf_of(situation).extended_key_usage,
)
NO_AUTHORITY_KEY_IDENTIFIER = Condition(
    "no-authority-key-identifier",
    "the certificate does not say which key signed it",
    lambda situation: not leaf_of(situation).authority_key_identifier and leaf_of(situation).issuer is not None,
)
SERIAL_NOT_POSITIVE = Condition(
    "serial-not-positive",
    "the certificate's serial number is not positive",
    lambda situation: leaf_of(situation).serial is not Serial.POSITIVE,
)
NO_SIGNING = Condition(
    "no-signing",
    "the certificate's key usage does not allow its key to sign",
    lambda situation: (
        bool(leaf_of(situation).key_usage) and KeyUse.DIGITAL_SIGNATURE not in leaf_of(situation).key_usage
    ),
)
VERSION_1 = Condition(
    "version-1", "the certificate is of version 1", lambda situation: leaf_of(situation).version is Version.V1
)
OF_THE_PROFILE = (
    *(ROOT_SENT, BELOW_THE_ROOT, LEAF_TRUSTED, CA_AS_LEAF, ANY_PURPOSE),
    *(NO_AUTHORITY_KEY_IDENTIFIER, SERIAL_NOT_POSITIVE, NO_SIGNING, VERSION_1),
)


def _has_flaw(*flaws: StoreFlaw) -> Callable[[Situation], bool]:
    return lambda situation: situation.client.store.flaw in flaws


STORE_ABSENT = Condition(
    "store-absent",
    "the file of the client's trust store is not there",
    _has_flaw(StoreFlaw.MISSING, StoreFlaw.DANGLING),
)
STORE_UNREADABLE = Condition(
    "store-unreadable",
    "the file of the client's trust store holds no certificate in PEM",
    _has_flaw(StoreFlaw.EMPTY, StoreFlaw.DER),
)
STORE_NOT_HASHED = Condition(
    "store-not-hashed",
    "the directory of the client's trust store has no link by hash to the certificate",
    _has_flaw(StoreFlaw.NOT_HASHED, StoreFlaw.BUNDLE),
)
OF_THE_STORE = (STORE_ABSENT, STORE_UNREADABLE, STORE_NOT_HASHED)
CN_ALONE = Condition(
    "cn-alone",
    "the name that the client expects is the certificate's CN, and no DNS name stands in a SAN",
    lambda situation: _common_name_alone_is_right(situation) and not leaf_of(situation).names,
)
CN_BESIDE_SAN = Condition(
    "cn-beside-san",
    "the name that the client expects is the certificate's CN, and the SAN holds other DNS names",
    lambda situation: _common_name_alone_is_right(situation) and bool(leaf_of(situation).names),
)
OTHER_STORE = Condition(
    "other-store",
    "the certificate's root is in the client's default store, and the client is given another store",
    _root_in_the_other_store,
)

_OF_TLS = _OF_THE_HANDSHAKE | {item.name for item in (NOT_LOADED, IP_ADDRESS, *OF_THE_PROFILE)}
_OF_THE_SERVER = _OF_TLS | {DEMANDS_ENCRYPTION.name}
STRICT_ONLY = Condition(
    "strict-only",
    "the server takes only clients that begin with TLS, and this one does not",
    _takes_strict_alone,
    lambda seen: seen.only_strict,
    wrong=True,
    masks=_OF_TLS,
)
NO_STRICT = Condition(
    "no-strict",
    "the client begins with TLS (TDS 8.0), and the server takes no such connection",
    _takes_no_strict,
    lambda seen: seen.not_strict,
    wrong=True,
    masks=_OF_TLS,
)
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
SERVER_REFUSES = (NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED, NO_STRICT)
"""What makes a server end a handshake when it has read the ClientHello, or the first bytes of one."""
NO_SUCH_SERVER = (PLAIN_HTTP, OTHER_SERVICE, ENDS_EARLY, ENDS_AFTER_PRELOGIN, SILENT)
"""What is met in the place of the server."""

ROUTED = Condition(
    "routed", "the server sends the client on to another server", lambda situation: situation.via is not None
)

DIALLED_NAME = Condition(
    "name-dialled-before",
    "the certificate of the server to which the client was sent on carries the name that the client dialled",
    lambda situation: situation.via is not None and leaf_of(situation).carries(situation.via.host),
)

CONDITIONS = (
    *_OF_THE_CHAIN,
    NO_COMMON_CIPHER,
    *(NO_COMMON_VERSION, NOT_LOADED, NOT_SERVING, NO_ENCRYPTION, STRICT_ONLY, NO_STRICT, *NO_SUCH_SERVER),
    *(WEAK_HANDSHAKE_SIGNATURE, SMALL_DH, RSA_KEY_EXCHANGE, DEMANDS_ENCRYPTION, IP_ADDRESS, CN_ALONE, CN_BESIDE_SAN),
    *OF_THE_PROFILE,
    *OF_THE_STORE,
    OTHER_STORE,
    *(ROUTED, DIALLED_NAME),
    *OF_CLIENTS,
)
