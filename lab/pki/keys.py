"""Private keys: made once, kept in the lab's cache, never committed.

An RSA key takes a tenth of a second to make and a certificate a millisecond; keys say nothing about dates or names,
so they alone are kept between runs. Nothing outside the lab ever trusts them.
"""

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tlslab.model.certificate import RSA_2048, Key, KeyAlgorithm

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_CURVES: dict[int, ec.EllipticCurve] = {256: ec.SECP256R1(), 384: ec.SECP384R1(), 521: ec.SECP521R1()}
"""NIST's curves by their size in bits (RFC 5480, 2.1.1.1)."""


class Keys:
    """Keys by the name of their owner. Safe when several runs share the directory: the first key written wins."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._loaded: dict[tuple[str, Key], PrivateKey] = {}

    def get(self, owner: str, kind: Key = RSA_2048) -> PrivateKey:
        """The owner's key of this kind, made on first use. Raises OSError when the cache cannot be written, KeyError
        for an EC key of a size that no curve of NIST has.
        """
        known = self._loaded.get((owner, kind))
        if known is None:
            known = self._loaded[owner, kind] = self._load(owner, kind) or self._make(owner, kind)
        return known

    def path(self, owner: str, kind: Key = RSA_2048) -> Path:
        """Where the owner's key is kept (PEM, PKCS#8, mode 0600)."""
        return self.directory / f"{_file_name(owner, kind)}.pem"

    def _load(self, owner: str, kind: Key) -> PrivateKey | None:
        try:
            # Looking whether its primes are prime takes 30 ms a key, at each start of a run.
            key = serialization.load_pem_private_key(
                self.path(owner, kind).read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
            )
        except (FileNotFoundError, ValueError):
            return None
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key if kind == Key(KeyAlgorithm.EC, key.key_size) else None
        if isinstance(key, rsa.RSAPrivateKey) and kind == Key(KeyAlgorithm.RSA, key.key_size):
            return key if _fits(key) else None
        return None

    def _make(self, owner: str, kind: Key) -> PrivateKey:
        key = _generate(kind)
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Not the process's number: in containers that share a directory every lab is number 1.
        opened, name = tempfile.mkstemp(prefix=f".{_file_name(owner, kind)}.", dir=self.directory)
        scratch = Path(name)
        with os.fdopen(opened, "wb") as file:
            file.write(key_pem(key))
        try:
            os.link(scratch, self.path(owner, kind))
        except FileExistsError:
            winner = self._load(owner, kind)
            if winner is not None:
                return winner
            scratch.replace(self.path(owner, kind))
        finally:
            scratch.unlink(missing_ok=True)
        return key


def _generate(kind: Key) -> PrivateKey:
    if kind.algorithm is KeyAlgorithm.EC:
        return ec.generate_private_key(_CURVES[kind.bits])
    return rsa.generate_private_key(public_exponent=65537, key_size=kind.bits)


def _file_name(owner: str, kind: Key) -> str:
    return f"{owner}-{'ec-' if kind.algorithm is KeyAlgorithm.EC else ''}{kind.bits}"


def _fits(key: rsa.RSAPrivateKey) -> bool:
    """Whether its numbers belong together (RFC 8017, 3.2): a file can be damaged and still be read."""
    private = key.private_numbers()
    n, e, d, p, q = private.public_numbers.n, private.public_numbers.e, private.d, private.p, private.q
    return (
        min(p, q) > 1
        and p * q == n
        and d * e % (p - 1) == d * e % (q - 1) == 1
        and (private.dmp1, private.dmq1) == (d % (p - 1), d % (q - 1))
        and private.iqmp * q % p == 1
    )


def key_pem(key: PrivateKey) -> bytes:
    """The key as unencrypted PKCS#8 PEM, as nginx and mssql.conf want it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
