"""Certificates by description: the profile of RFC 5280 as values with healthy defaults.

A case overrides one thing: `replace(leaf, key=RSA_1024)`. Equal descriptions are the same certificate, which
`tlslab.pki.mint` makes at run time. Nothing here reads a clock or a file.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any


class SignatureHash(StrEnum):
    """The hash of a certificate's signature algorithm."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"

    @property
    def weak(self) -> bool:
        """Whether collisions can be made, so that nobody should rely on it (RFC 6151; RFC 6194)."""
        return self in (SignatureHash.MD5, SignatureHash.SHA1)


class KeyAlgorithm(StrEnum):
    """The algorithm of a public key."""

    RSA = "RSA"
    EC = "EC"


@dataclass(frozen=True, slots=True)
class Key:
    """The kind of a key pair: its algorithm, and its size in bits (of an EC key: of NIST's curve)."""

    algorithm: KeyAlgorithm
    bits: int

    @property
    def strength(self) -> int:
        """Bits of security, as OpenSSL counts them (NIST SP 800-57 part 1, table 2)."""
        if self.algorithm is KeyAlgorithm.EC:
            return self.bits // 2
        return next((strength for bits, strength in _RSA_STRENGTHS if self.bits >= bits), 0)


_RSA_STRENGTHS = ((15360, 256), (7680, 192), (3072, 128), (2048, 112), (1024, 80))
RSA_1024, RSA_2048, RSA_3072, RSA_4096 = (Key(KeyAlgorithm.RSA, bits) for bits in (1024, 2048, 3072, 4096))
EC_256, EC_384 = Key(KeyAlgorithm.EC, 256), Key(KeyAlgorithm.EC, 384)


class KeyPurpose(StrEnum):
    """What a certificate may be used for, by the names of RFC 5280 (4.2.1.12, Extended Key Usage)."""

    SERVER_AUTH = "serverAuth"
    CLIENT_AUTH = "clientAuth"
    CODE_SIGNING = "codeSigning"
    EMAIL_PROTECTION = "emailProtection"
    ANY = "anyExtendedKeyUsage"


class KeyUse(StrEnum):
    """What a key may be used for, by the names of RFC 5280 (4.2.1.3, Key Usage)."""

    DIGITAL_SIGNATURE = "digitalSignature"
    KEY_ENCIPHERMENT = "keyEncipherment"
    DATA_ENCIPHERMENT = "dataEncipherment"
    KEY_AGREEMENT = "keyAgreement"
    KEY_CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"


class Version(IntEnum):
    """The version of a certificate (RFC 5280, 4.1.2.1). One of version 1 has no extensions at all."""

    V1 = 1
    V3 = 3


class Serial(StrEnum):
    """The serial number (RFC 5280, 4.1.2.2: positive, at most 20 octets)."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    ZERO = "zero"


class Responder(StrEnum):
    """What is met at an address that stands in a certificate: that of its issuer's certificate (RFC 5280, 4.2.2.1), of
    the list of revoked certificates (CRL, 4.2.1.13), or of whom to ask by OCSP (RFC 6960).
    """

    ANSWERS = "answers"
    REFUSES = "refuses"
    """Nobody listens there."""
    SILENT = "silent"
    """It accepts connections and never says anything, as behind a firewall."""


@dataclass(frozen=True, slots=True)
class Validity:
    """notBefore and notAfter of a certificate, relative to the moment of minting."""

    starts: timedelta
    ends: timedelta


CURRENT = Validity(timedelta(days=-10), timedelta(days=90))
PAST = Validity(timedelta(days=-100), timedelta(days=-10))
RENEWED = Validity(timedelta(days=-1), timedelta(days=99))
FUTURE = Validity(timedelta(days=10), timedelta(days=100))
LONG = Validity(timedelta(days=-400), timedelta(days=3650))
SELF_GENERATED = Validity(timedelta(), timedelta(days=365 * 30))
"""That of the certificate that SQL Server makes for itself at start."""
FRESH = Validity(timedelta(days=-1), timedelta(days=6))
"""thisUpdate and nextUpdate of a list of revoked certificates, or of an answer of OCSP."""
STALE = Validity(timedelta(days=-30), timedelta(days=-10))


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """Whether a certificate is a CA's, and how many CAs may stand below it (RFC 5280, 4.2.1.9)."""

    ca: bool
    path_length: int | None = None


NOT_A_CA, A_CA = BasicConstraints(ca=False), BasicConstraints(ca=True)


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """For which DNS names and networks a CA may issue (RFC 5280, 4.2.1.10): `lab.test`, `192.0.2.0/24`."""

    permitted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def allow_name(self, name: str) -> bool:
        """Whether a certificate below the CA may carry this DNS name."""

        def covers(constraint: str) -> bool:
            return not _is_network(constraint) and f".{name}".lower().endswith(f".{constraint}".lower())

        permitted = [item for item in self.permitted if not _is_network(item)]
        return (not permitted or any(map(covers, permitted))) and not any(map(covers, self.excluded))

    def allow_address(self, address: str) -> bool:
        """Whether a certificate below the CA may carry this IP address."""

        def covers(constraint: str) -> bool:
            return _is_network(constraint) and ip_address(address) in ip_network(constraint)

        permitted = [item for item in self.permitted if _is_network(item)]
        return (not permitted or any(map(covers, permitted))) and not any(map(covers, self.excluded))


OF_A_CA = frozenset({KeyUse.DIGITAL_SIGNATURE, KeyUse.KEY_CERT_SIGN, KeyUse.CRL_SIGN})
OF_A_SERVER = frozenset({KeyUse.DIGITAL_SIGNATURE, KeyUse.KEY_ENCIPHERMENT})


NO_EXTENSIONS: Mapping[str, Any] = {
    "basic_constraints": None,
    "key_usage": frozenset(),
    "extended_key_usage": (),
    "subject_key_identifier": False,
    "authority_key_identifier": False,
    "unknown_critical_extension": False,
    "ca_issuers": None,
    "crl": None,
    "ocsp": None,
    "must_staple": False,
}
"""The fields of a certificate without any extension but the SAN, which its names decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What every certificate has (RFC 5280, 4.1 and 4.2).

    `basic_constraints` None, `key_usage` or `extended_key_usage` empty: the extension is not there, and nothing is
    ruled out. `subject_key_identifier`, `authority_key_identifier`: whether it is there.
    `unknown_critical_extension`: it has a critical extension that no client knows.

    `ca_issuers`, `crl`, `ocsp`: what is met at the addresses that stand in it, of its issuer's certificate, of the list
    of revoked certificates and for OCSP; None: no such address. `must_staple`: it demands an answer of OCSP with the
    handshake (RFC 7633). `revoked`: its issuer has revoked it, which does not stand in it.
    """

    validity: Validity = CURRENT
    signature: SignatureHash = SignatureHash.SHA256
    key: Key = RSA_2048
    version: Version = Version.V3
    serial: Serial = Serial.POSITIVE
    basic_constraints: BasicConstraints | None = NOT_A_CA
    key_usage: frozenset[KeyUse] = OF_A_SERVER
    extended_key_usage: tuple[KeyPurpose, ...] = (KeyPurpose.SERVER_AUTH,)
    subject_key_identifier: bool = True
    authority_key_identifier: bool = True
    unknown_critical_extension: bool = False
    ca_issuers: Responder | None = None
    crl: Responder | None = None
    ocsp: Responder | None = None
    must_staple: bool = False
    revoked: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a certificate of version 1 with extensions."""
        if self.version is Version.V1 and any(getattr(self, name) != none for name, none in NO_EXTENSIONS.items()):
            raise ValueError(
                "a certificate of version 1 has no extensions: give it tlslab.model.certificate.NO_EXTENSIONS as well"
            )

    @property
    def is_ca(self) -> bool:
        """Whether it says that it is a CA's."""
        return self.basic_constraints is not None and self.basic_constraints.ca


@dataclass(frozen=True, slots=True)
class Authority(Profile):
    """A certificate of a certificate authority: of a root when it has no parent, else signed by its parent.

    An authority may have several certificates: they have its `name` and its key, and other parents. `owner` holds the
    private key, by default whoever is called so: an authority that was made anew under the old name has another owner.
    """

    name: str
    parent: "Authority | None" = None
    _: KW_ONLY
    validity: Validity = LONG
    basic_constraints: BasicConstraints | None = A_CA
    key_usage: frozenset[KeyUse] = OF_A_CA
    extended_key_usage: tuple[KeyPurpose, ...] = ()
    name_constraints: NameConstraints | None = None
    owner: str = ""

    @property
    def issuer(self) -> "Authority | None":
        """Who signed it; None: itself."""
        return self.parent

    @property
    def holder(self) -> str:
        """Who holds its private key."""
        return self.owner or self.name

    @property
    def subject(self) -> str:
        """Its subject: certificates of one subject have the same."""
        return f"O=TLS trust lab, CN={self.name}"

    @property
    def root(self) -> "Authority":
        """The root above this authority (itself when it is one)."""
        return self if self.parent is None else self.parent.root


@dataclass(frozen=True, slots=True)
class Leaf(Profile):
    """The certificate of a server or of a client. No issuer means self-signed; `owner` holds the private key.

    Whoever holds the key of a self-signed certificate can sign others with it: a leaf may be an issuer.

    `common_name` "": its subject is empty. `names`, `addresses`, `emails`, `uris`: the entries of its SAN (RFC 5280,
    4.2.1.6), which is not there when it would have none.
    """

    common_name: str
    names: tuple[str, ...]
    issuer: "Authority | Leaf | None"
    _: KW_ONLY
    owner: str = "server"
    addresses: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()

    @property
    def holder(self) -> str:
        """Who holds its private key."""
        return self.owner

    @property
    def subject(self) -> str:
        """Its subject: certificates of one subject have the same."""
        return f"CN={self.common_name}"

    @property
    def has_san(self) -> bool:
        """Whether it has a subject alternative name."""
        return self.version is Version.V3 and bool(self.names or self.addresses or self.emails or self.uris)

    def carries(self, name: str) -> bool:
        """Whether the SAN has this name (RFC 9525, 6.3), or this address, as an address (6.4)."""
        address = as_address(name)
        if not self.has_san:
            return False
        if address is not None:
            return any(address == as_address(item) for item in self.addresses)
        return any(matches_dns_id(presented, name) for presented in self.names)


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list of the certificates that an authority has revoked (CRL; RFC 5280, 5). `validity`: thisUpdate and
    nextUpdate.
    """

    issuer: Authority
    validity: Validity = FRESH


Anchor = Authority | Leaf
"""What a client can be told to trust: a certificate of an authority, or a server's own."""


def issuers(certificate: Anchor) -> tuple[Anchor, ...]:
    """The certificates above this one as they were issued, nearest first, the root last."""
    found: list[Anchor] = []
    issuer = certificate.issuer
    while issuer is not None:
        found.append(issuer)
        issuer = issuer.issuer
    return tuple(found)


def as_address(name: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a name is, in whatever form it is written; None when it is none."""
    try:
        return ip_address(name)
    except ValueError:
        return None


def _is_network(constraint: str) -> bool:
    return "/" in constraint


def dns_name(name: str) -> str:
    """A DNS name as it is compared: A-labels in lower case, without the dot of the root (RFC 9525, 6.3; RFC 5890).

    Raises ValueError for what is no DNS name.
    """
    name = name.rstrip(".").lower()
    if name.isascii():
        return name
    import idna  # its tables take 20 ms to load, and hardly a situation needs them

    return idna.encode(name, uts46=True).decode()


def matches_dns_id(presented: str, reference: str) -> bool:
    """Whether a DNS-ID of a certificate matches the name that a client expects (RFC 9525, 6.3).

    `*` stands for one whole label, the first one, of the presented name alone.
    """
    if "*" in reference:
        return False  # it is no DNS name, and a client is to expect one
    try:
        wanted = dns_name(reference)
        if not presented.startswith("*."):
            return dns_name(presented) == wanted
        label, _, rest = wanted.partition(".")
        return bool(label and rest) and dns_name(presented[2:]) == rest
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Chain:
    """What the server presents: its leaf, and other certificates in any order.

    `before`: what it sends before the leaf. `after`: what it sends behind it; None: the intermediates, as it should be
    (RFC 8446, 4.4.2: every certificate but the root, each certifying the one before it).
    """

    leaf: Leaf
    after: tuple[Anchor, ...] | None = None
    before: tuple[Anchor, ...] = ()

    @property
    def intermediates(self) -> tuple[Authority, ...]:
        """The intermediates between leaf and root, nearest the leaf first, presented or not."""
        return tuple(item for item in issuers(self.leaf) if isinstance(item, Authority) and item.parent is not None)

    @property
    def presented(self) -> tuple[Anchor, ...]:
        """The certificates on the wire, in their order."""
        return (*self.before, self.leaf, *(self.intermediates if self.after is None else self.after))


LAB_ROOT = Authority("TLS Trust Lab Root CA")
LAB_ISSUING = Authority("TLS Trust Lab Issuing CA", parent=LAB_ROOT)
PUBLIC_ROOT = Authority("Well Known Public Root CA")
PUBLIC_ISSUING = Authority("Well Known Public Issuing CA", parent=PUBLIC_ROOT)
"""They stand for the authorities of public sites, which clients trust without being told."""
FALLBACK = Leaf(
    common_name="SSL_Self_Signed_Fallback",
    names=(),
    issuer=None,
    validity=SELF_GENERATED,
    owner="fallback",
    key=RSA_3072,
    **NO_EXTENSIONS,
)
"""The certificate that SQL Server 2022 makes for itself when it starts. Its serial number is negative in half of the
starts (microsoft/mssql-docker#895); here it is positive unless a situation says otherwise, so that no outcome depends
on a coin."""
