"""Certificates for the tests of the servers, minted on the spot."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

NAME = "db.lab.test"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Minted:
    """A certificate with its key, as PEM."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """One key for every certificate that needs RSA."""
    return rsa.generate_private_key(65537, 2048)


def mint(
    subject: str, issuer: Minted | None = None, *, ca: bool = False, key: Key | None = None, days: int = 30
) -> Minted:
    """A certificate for `subject`, self-issued when there is no issuer."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
    above = issuer.certificate.subject if issuer else name
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not ca:
        names = [x509.DNSName(subject), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Minted(builder.sign(signer, hashes.SHA256()), key)


def with_sha1(minted: Minted, issuer: Minted) -> Minted:
    """The same certificate with a SHA-1 signature, which cryptography does not make: sha256WithRSA and sha1WithRSA
    have identifiers of one length, so they can be exchanged in the DER.
    """
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    der = minted.certificate.public_bytes(serialization.Encoding.DER)
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    assert der.count(sha256) == 2
    tbs = minted.certificate.tbs_certificate_bytes.replace(sha256, sha1)
    old = minted.certificate.signature
    new = issuer.key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())
    patched = der.replace(minted.certificate.tbs_certificate_bytes, tbs).replace(sha256, sha1).replace(old, new)
    return Minted(x509.load_der_x509_certificate(patched), minted.key)


@dataclass(frozen=True)
class Shelf:
    """A directory with a root, an intermediate, a leaf, and the configurations that use them."""

    directory: Path
    root: Minted
    intermediate: Minted
    leaf: Minted

    def put(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.write_text(text)
        return path

    def conf(self, name: str, certificate: str | None = "leaf.pem", key: str = "key.pem", **network: str) -> str:
        """The path of an mssql.conf."""
        lines = ["[network]"]
        if certificate is not None:
            lines += [f"tlscert = {self.directory / certificate}", f"tlskey = {self.directory / key}"]
        lines += [f"{k} = {v}" for k, v in network.items()]
        return str(self.put(name, "\n".join(lines) + "\n"))


def shelf(directory: Path) -> Shelf:
    """Mint everything into a directory."""
    root = mint("Lab test root", ca=True, key=rsa_key())
    intermediate = mint("Lab test intermediate", root, ca=True, key=rsa_key())
    leaf = mint(NAME, intermediate)
    found = Shelf(directory, root, intermediate, leaf)
    found.put("root.pem", root.pem)
    found.put("store.pem", root.pem + intermediate.pem)
    found.put("leaf.pem", leaf.pem)
    found.put("chain.pem", leaf.pem + intermediate.pem)
    found.put("key.pem", leaf.key_pem)
    weak = with_sha1(mint(NAME, intermediate, key=rsa_key()), intermediate)
    found.put("sha1.pem", weak.pem)
    found.put("rsa.key.pem", weak.key_pem)
    return found
