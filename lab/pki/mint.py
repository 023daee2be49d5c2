"""The mint: certificates from descriptions, relative to now.

One mint serves one run. Every description is minted once; equal descriptions are the same certificate. The unrelated
public root that stands in every client's trust store comes from trustme; the lab's own chain needs validities, hashes
and names that trustme does not offer.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tlslab.model.certificate import (  # fmt: skip
    Anchor,
    Authority,
    Chain,
    KeyPurpose,
    KeyUse,
    Leaf,
    NameConstraints,
    Responder,
    Serial,
    SignatureHash,
    Version,
    dns_name,
)
from tlslab.model.situation import ClientSide
from tlslab.pki.forge import forged
from tlslab.pki.keys import Keys, PrivateKey, key_pem

PURPOSES = {
    KeyPurpose.SERVER_AUTH: ExtendedKeyUsageOID.SERVER_AUTH,
    KeyPurpose.CLIENT_AUTH: ExtendedKeyUsageOID.CLIENT_AUTH,
    KeyPurpose.CODE_SIGNING: ExtendedKeyUsageOID.CODE_SIGNING,
    KeyPurpose.EMAIL_PROTECTION: ExtendedKeyUsageOID.EMAIL_PROTECTION,
    KeyPurpose.ANY: ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}
"""The object identifiers of purposes (RFC 5280, 4.2.1.12)."""
_STRONG: Mapping[SignatureHash, hashes.SHA256 | hashes.SHA384] = {
    SignatureHash.SHA256: hashes.SHA256(),
    SignatureHash.SHA384: hashes.SHA384(),
}
USES: Mapping[KeyUse, str] = {
    KeyUse.DIGITAL_SIGNATURE: "digital_signature",
    KeyUse.KEY_ENCIPHERMENT: "key_encipherment",
    KeyUse.DATA_ENCIPHERMENT: "data_encipherment",
    KeyUse.KEY_AGREEMENT: "key_agreement",
    KeyUse.KEY_CERT_SIGN: "key_cert_sign",
    KeyUse.CRL_SIGN: "crl_sign",
}
"""What `cryptography` calls the uses of keys."""
UNKNOWN_EXTENSION = ObjectIdentifier("2.999.1")
"""Of nobody: 2.999 is for examples (ITU-T X.660). Its numbers are small: some parsers refuse one of more than 31 bits
before they ask whether they know it.
"""


RESPONDER_HOST = "pki.lab.test"
"""The host of the addresses that stand in certificates."""


class Mint:
    """Turns descriptions of certificates into certificates; `now` is the moment that all dates are relative to."""

    def __init__(self, keys: Keys, now: datetime | None = None) -> None:
        self.now = (now or datetime.now(UTC)).replace(microsecond=0)
        self.responders: dict[Responder, int] = {}
        """The ports of the responders whose addresses stand in certificates: known before these are minted."""
        self._keys = keys
        self._minted: dict[Anchor, x509.Certificate] = {}
        self.public_root: str = trustme.CA(organization_name="Unrelated Public Root").cert_pem.bytes().decode()

    def certificate(self, description: Anchor) -> x509.Certificate:
        """The certificate of this description. Raises ValueError for one that cannot be made (`forged`)."""
        known = self._minted.get(description)
        if known is None:
            known = self._minted[description] = self._signed(description)
        return known

    def pem(self, *descriptions: Anchor) -> str:
        """These certificates as PEM text, in this order."""
        return "".join(
            self.certificate(item).public_bytes(serialization.Encoding.PEM).decode() for item in descriptions
        )

    def chain_pem(self, chain: Chain) -> str:
        """What the server presents, in its order."""
        return self.pem(*chain.presented)

    def leaf_key_pem(self, leaf: Leaf) -> str:
        """The private key of a leaf."""
        return key_pem(self.key_of(leaf)).decode()

    def minted(self) -> tuple[Anchor, ...]:
        """The descriptions of all certificates that have been minted."""
        return tuple(self._minted)

    def address(self, responder: Responder, what: str) -> str:
        """The address at which this is to be had."""
        port = self.responders.get(responder)
        return f"http://{RESPONDER_HOST}{f':{port}' if port else ''}/{what}"

    def anchors_pem(self, client: ClientSide) -> str:
        """Everything that this client side trusts, in whichever store: the unrelated public root first."""
        return self.public_root + self.pem(
            *client.trust_anchors, *client.system_trust_anchors, *client.default_trust_anchors
        )

    def _signed(self, description: Anchor) -> x509.Certificate:
        issuer = description.issuer or description
        issuer_key = self.key_of(issuer)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject_of(description))
            .issuer_name(subject_of(issuer))
            .public_key(self.key_of(description).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + description.validity.starts)
            .not_valid_after(self.now + description.validity.ends)
        )
        for extension, critical in self._extensions(description):
            builder = builder.add_extension(extension, critical=critical)
        strong = _STRONG.get(description.signature)
        certificate = builder.sign(issuer_key, strong or hashes.SHA256())
        if strong and description.version is Version.V3 and description.serial is Serial.POSITIVE:
            return certificate
        return forged(certificate, description, issuer_key)

    def _extensions(self, description: Anchor) -> Iterator[tuple[x509.ExtensionType, bool]]:
        """The extensions of a certificate, each with whether it is critical."""
        if description.subject_key_identifier:
            yield x509.SubjectKeyIdentifier.from_public_key(self.key_of(description).public_key()), False
        if description.authority_key_identifier:
            issuer_key = self.key_of(description.issuer or description)
            yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        if (basic := description.basic_constraints) is not None:
            yield x509.BasicConstraints(basic.ca, basic.path_length if basic.ca else None), True
        if description.key_usage:
            yield _usage(description.key_usage), True
        if description.extended_key_usage:
            yield x509.ExtendedKeyUsage([PURPOSES[purpose] for purpose in description.extended_key_usage]), False
        if description.unknown_critical_extension:
            yield x509.UnrecognizedExtension(UNKNOWN_EXTENSION, b"\x05\x00"), True  # NULL in DER
        yield from self._addresses(description)
        if description.must_staple:
            yield x509.TLSFeature([x509.TLSFeatureType.status_request]), False
        if isinstance(description, Authority):
            if description.name_constraints is not None:
                yield _constraints(description.name_constraints), True
        elif description.has_san:
            # RFC 5280, 4.2.1.6: critical where the subject is empty.
            yield x509.SubjectAlternativeName(list(_alternative_names(description))), not description.common_name

    def _addresses(self, description: Anchor) -> Iterator[tuple[x509.ExtensionType, bool]]:
        """Where to get what belongs to a certificate (RFC 5280, 4.2.1.13 and 4.2.2.1)."""
        issuer = (description.issuer or description).holder.lower().replace(" ", "-")
        if description.crl is not None:
            address = x509.UniformResourceIdentifier(self.address(description.crl, f"crl/{issuer}.crl"))
            yield x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)]), False
        ways = (
            (AuthorityInformationAccessOID.CA_ISSUERS, description.ca_issuers, f"issuer/{issuer}.cer"),
            (AuthorityInformationAccessOID.OCSP, description.ocsp, "ocsp"),
        )
        told = [
            x509.AccessDescription(how, x509.UniformResourceIdentifier(self.address(responder, what)))
            for how, responder, what in ways
            if responder is not None
        ]
        if told:
            yield x509.AuthorityInformationAccess(told), False

    def key_of(self, description: Anchor) -> PrivateKey:
        """The private key of a certificate."""
        kind = "ca" if isinstance(description, Authority) else "leaf"
        return self._keys.get(f"{kind}-{description.holder.lower().replace(' ', '-')}", description.key)


def certificates(pem: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text. Raises ValueError when it holds none."""
    return tuple(x509.load_pem_x509_certificates(pem.encode()))


def subject_of(description: Anchor) -> x509.Name:
    """The subject of a certificate."""
    if isinstance(description, Authority):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TLS trust lab"),
                x509.NameAttribute(NameOID.COMMON_NAME, description.name),
            ]
        )
    common = description.common_name
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])


def _alternative_names(leaf: Leaf) -> Iterator[x509.GeneralName]:
    for name in leaf.names:
        yield x509.DNSName(name if name.isascii() else dns_name(name))
    for address in leaf.addresses:
        yield x509.IPAddress(ip_address(address))
    for email in leaf.emails:
        yield x509.RFC822Name(email)
    for uri in leaf.uris:
        yield x509.UniformResourceIdentifier(uri)


def _constraints(constraints: NameConstraints) -> x509.NameConstraints:
    def trees(names: tuple[str, ...]) -> list[x509.GeneralName] | None:
        return [_subtree(name) for name in names] or None

    return x509.NameConstraints(trees(constraints.permitted), trees(constraints.excluded))


def _subtree(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(uses: frozenset[KeyUse]) -> x509.KeyUsage:
    named = {name: use in uses for use, name in USES.items()}
    return x509.KeyUsage(**named, content_commitment=False, encipher_only=False, decipher_only=False)
