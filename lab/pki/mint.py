"""The mint: certificates from descriptions, relative to now.

One mint serves one run. Every description is minted once; equal descriptions are the same certificate. The unrelated
public root that stands in every client's trust store comes from trustme; the lab's own chain needs validities, hashes
and names that trustme does not offer.
"""

from datetime import UTC, datetime
from ipaddress import ip_address

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tlslab.model.situation import SELF_GENERATED, Anchor, Authority, Chain, ClientSide, KeyPurpose, Leaf, SignatureHash
from tlslab.pki.forge import resign_with_sha1
from tlslab.pki.keys import FALLBACK_BITS, Keys, key_pem

FALLBACK_NAME = "SSL_Self_Signed_Fallback"
PURPOSES = {
    KeyPurpose.SERVER_AUTH: ExtendedKeyUsageOID.SERVER_AUTH,
    KeyPurpose.CLIENT_AUTH: ExtendedKeyUsageOID.CLIENT_AUTH,
    KeyPurpose.CODE_SIGNING: ExtendedKeyUsageOID.CODE_SIGNING,
    KeyPurpose.EMAIL_PROTECTION: ExtendedKeyUsageOID.EMAIL_PROTECTION,
    KeyPurpose.ANY: ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}
"""The object identifiers of purposes (RFC 5280, 4.2.1.12)."""


class Mint:
    """Turns descriptions of certificates into certificates; `now` is the moment that all dates are relative to."""

    def __init__(self, keys: Keys, now: datetime | None = None) -> None:
        self.now = (now or datetime.now(UTC)).replace(microsecond=0)
        self._keys = keys
        self._minted: dict[Anchor, x509.Certificate] = {}
        self._fallback: x509.Certificate | None = None
        self.public_root: str = trustme.CA(organization_name="Unrelated Public Root").cert_pem.bytes().decode()

    def certificate(self, description: Anchor) -> x509.Certificate:
        """The certificate of this description."""
        known = self._minted.get(description)
        if known is None:
            known = self._minted[description] = (
                self._authority(description) if isinstance(description, Authority) else self._leaf(description)
            )
        return known

    def pem(self, *descriptions: Anchor) -> str:
        """These certificates as PEM text, in this order."""
        return "".join(
            self.certificate(item).public_bytes(serialization.Encoding.PEM).decode() for item in descriptions
        )

    def chain_pem(self, chain: Chain) -> str:
        """What the server presents, leaf first."""
        return self.pem(*chain.presented)

    def leaf_key_pem(self, leaf: Leaf) -> str:
        """The private key of a leaf."""
        return key_pem(self._keys.get(_leaf_owner(leaf))).decode()

    def anchors_pem(self, client: ClientSide) -> str:
        """The client's trust store: the unrelated public root, then what this client side trusts."""
        return self.public_root + self.pem(*client.trust_anchors)

    def fallback(self) -> tuple[str, str]:
        """SQL Server's self-generated certificate and its key: subject and issuer `SSL_Self_Signed_Fallback`, no SAN,
        30 years.
        """
        key = self._keys.get("fallback", FALLBACK_BITS)
        if self._fallback is None:
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, FALLBACK_NAME)])
            self._fallback = (
                x509.CertificateBuilder()
                .subject_name(name)
                .issuer_name(name)
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(self.now + SELF_GENERATED.starts)
                .not_valid_after(self.now + SELF_GENERATED.ends)
                .sign(key, hashes.SHA256())
            )
        return self._fallback.public_bytes(serialization.Encoding.PEM).decode(), key_pem(key).decode()

    def _authority(self, authority: Authority) -> x509.Certificate:
        issuer = authority.parent or authority
        path_length = None if authority.parent is None else 0
        builder = (
            self._builder(_name(authority), _name(issuer), self._key_of(authority), authority)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(_usage(certificates=True), critical=True)
        )
        return self._sign(builder, issuer, SignatureHash.SHA256)

    def _leaf(self, leaf: Leaf) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, leaf.common_name)])
        issuer = leaf.issuer
        builder = (
            self._builder(subject, _name(issuer) if issuer else subject, self._key_of(leaf), leaf)
            # `openssl req -x509`, which the documents tell people to run, marks a self-signed certificate as a CA's.
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
            .add_extension(_usage(certificates=issuer is None), critical=True)
        )
        if leaf.extended_key_usage:
            purposes = [PURPOSES[purpose] for purpose in leaf.extended_key_usage]
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if leaf.names or leaf.addresses:
            names: list[x509.GeneralName] = [x509.DNSName(name) for name in leaf.names]
            names += [x509.IPAddress(ip_address(address)) for address in leaf.addresses]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return self._sign(builder, issuer or leaf, leaf.signature)

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, description: Anchor
    ) -> x509.CertificateBuilder:
        issuing = description.parent if isinstance(description, Authority) else description.issuer
        issuer_key = self._key_of(issuing or description)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + description.validity.starts)
            .not_valid_after(self.now + description.validity.ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder, issuer: Anchor, signature: SignatureHash) -> x509.Certificate:
        key = self._key_of(issuer)
        certificate = builder.sign(key, hashes.SHA256())
        return resign_with_sha1(certificate, key) if signature is SignatureHash.SHA1 else certificate

    def _key_of(self, description: Anchor) -> rsa.RSAPrivateKey:
        if isinstance(description, Authority):
            return self._keys.get("ca-" + description.name.lower().replace(" ", "-"))
        return self._keys.get(_leaf_owner(description))


def certificates(pem: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text. Raises ValueError when it holds none."""
    return tuple(x509.load_pem_x509_certificates(pem.encode()))


def _leaf_owner(leaf: Leaf) -> str:
    return f"leaf-{leaf.owner}"


def _name(authority: Authority) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TLS trust lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, authority.name),
        ]
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
