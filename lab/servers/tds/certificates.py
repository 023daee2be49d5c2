"""Certificates: what a listener presents, and how it gets into OpenSSL.

SQL Server on Linux presents the leaf of the `tlscert` file alone, even when that file holds the chain; the
chain is sent only when it is in the system store of the server's machine (microsoft/mssql-docker#966).
`ca_store` stands for that store.
"""

import contextlib
import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tlslab.servers.tds import issued
from tlslab.servers.tds.issued import Issued

FALLBACK_NAME = "SSL_Self_Signed_Fallback"


NOT_ITS_KEY = "the private key does not belong to the certificate"


class CertificateError(Exception):
    """A certificate or key cannot be used at all; the text is a sentence for people."""


class Unreadable(CertificateError):
    """The account of the server cannot open the file, or there is none."""


class RefusedByOpenSSL(Exception):
    """OpenSSL does not serve this certificate at this security level; the text is OpenSSL's reason."""


@dataclass(frozen=True, slots=True)
class Identity:
    """PEM texts: the certificates in the order in which they are sent, leaf first, and the leaf's key."""

    chain: str
    key: str


def read_pem(path: Path, what: str) -> str:
    """The text of a PEM file. Raises Unreadable, and CertificateError for what is no text."""
    try:
        return path.read_text(encoding="ascii")
    except OSError as e:
        raise Unreadable(
            f"The {what} file {path} cannot be read by the account of the server (uid {os.geteuid()}): {e.strerror}."
        ) from e
    except UnicodeDecodeError as e:
        raise CertificateError(f"The {what} file {path} cannot be read: {e}") from e


def configured(certificate: Path, key: Path, ca_store: Path | None) -> Identity:
    """The identity that `network.tlscert` and `network.tlskey` name. Raises CertificateError."""
    leaf = next(issued.blocks(read_pem(certificate, "certificate")), None)
    if leaf is None:
        raise CertificateError(f"The certificate file {certificate} holds no PEM certificate.")
    chain = leaf
    if ca_store is not None:
        chain += issuers(leaf, read_pem(ca_store, "CA store"))
    return Identity(chain, read_pem(key, "private key"))


def issuers(leaf: str, store: str) -> str:
    """The certificates above `leaf` that `store` has, nearest first, up to but without the root.

    An issuer is found by name, and by key identifier where both sides have one; no signature is checked, for
    a server sends what it has. Raises CertificateError for PEM that is none.
    """
    try:
        pool = [issued.read(block) for block in issued.blocks(store)]
        current = issued.read(leaf)
    except (ValueError, TypeError) as e:
        raise CertificateError(f"A certificate of the CA store or the leaf is not readable: {e}") from e
    found: list[Issued] = []
    while not current.self_issued:
        issuer = next((item for item in pool if current.may_be_issued_by(item) and item not in found), None)
        if issuer is None:
            break
        current = issuer
        if not current.self_issued:
            found.append(current)
    return "".join(item.pem for item in found)


def self_generated() -> Identity:
    """The fallback certificate of SQL Server 2022: CN only, no SAN, self-issued, RSA 3072, SHA-256, 30 years.

    One difference is deliberate: SQL Server draws a serial number that is negative in half of its starts
    (microsoft/mssql-docker#895); this one is always positive, so that no outcome depends on a coin.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, FALLBACK_NAME)])
    now = datetime.now(UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30 * 365))
        .sign(key, hashes.SHA256())
    )
    return Identity(
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


# What OpenSSL says of a certificate that is fine in itself and too weak for the security level
# (SSL_CTX_set_security_level(3)).
_TOO_WEAK = frozenset({"CA_MD_TOO_WEAK", "CA_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL"})


def load(context: ssl.SSLContext, identity: Identity) -> None:
    """Give an identity to OpenSSL.

    Raises RefusedByOpenSSL when it is too weak for the context's security level, which a server survives, and
    CertificateError when it is no identity: broken PEM, a key that does not fit.
    """
    try:
        with _as_file(identity.chain) as chain, _as_file(identity.key) as key:
            context.load_cert_chain(chain, key, password=_no_password)
    except ssl.SSLError as e:
        if e.reason in _TOO_WEAK:
            raise RefusedByOpenSSL(e.reason.lower().replace("_", " ")) from e
        raise CertificateError(f"The certificate and its private key cannot be loaded: {_sentence(e)}") from e


def _no_password() -> str:
    # Without this OpenSSL asks the terminal for the password of an encrypted key, and the whole server waits
    # for the answer.
    raise CertificateError("The private key is encrypted with a password; SQL Server takes keys without one.")


def _sentence(e: ssl.SSLError) -> str:
    # A key of another kind than the certificate's: OpenSSL then finds no certificate for it.
    if e.reason in ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"):
        return f"{NOT_ITS_KEY}."
    return f"{(e.reason or str(e)).lower().replace('_', ' ')}."


@contextlib.contextmanager
def _as_file(text: str) -> Iterator[str]:
    # The ssl module loads from paths only. A key that came from memory does not touch a disk where the kernel
    # can avoid it.
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("pem")
        try:
            with open(fd, "w", encoding="ascii", closefd=False) as f:
                f.write(text)
            yield f"/proc/self/fd/{fd}"
        finally:
            os.close(fd)
    else:
        import tempfile

        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "pem")
            path.write_text(text, encoding="ascii")
            yield str(path)
