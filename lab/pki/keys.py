"""Private keys: made once, kept in the lab's cache, never committed.

An RSA key takes a tenth of a second to make and a certificate a millisecond; keys say nothing about dates or names,
so they alone are kept between runs. Nothing outside the lab ever trusts them.
"""

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 2048
FALLBACK_BITS = 3072
"""SQL Server 2022's self-generated certificate has an RSA 3072 key."""


class Keys:
    """RSA keys by the name of their owner. Safe when several runs share the directory: the first key written wins."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._loaded: dict[tuple[str, int], rsa.RSAPrivateKey] = {}

    def get(self, owner: str, bits: int = BITS) -> rsa.RSAPrivateKey:
        """The owner's key, made on first use. Raises OSError when the cache cannot be written."""
        known = self._loaded.get((owner, bits))
        if known is None:
            known = self._loaded[owner, bits] = self._load(owner, bits) or self._make(owner, bits)
        return known

    def path(self, owner: str, bits: int = BITS) -> Path:
        """Where the owner's key is kept (PEM, PKCS#8, mode 0600)."""
        return self.directory / f"{owner}-{bits}.pem"

    def _load(self, owner: str, bits: int) -> rsa.RSAPrivateKey | None:
        try:
            # Looking whether its primes are prime takes 30 ms a key, at each start of a run.
            key = serialization.load_pem_private_key(
                self.path(owner, bits).read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
            )
            return key if isinstance(key, rsa.RSAPrivateKey) and key.key_size == bits and _fits(key) else None
        except (FileNotFoundError, ValueError):
            return None

    def _make(self, owner: str, bits: int) -> rsa.RSAPrivateKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Not the process's number: in containers that share a directory every lab is number 1.
        opened, name = tempfile.mkstemp(prefix=f".{owner}-{bits}.", dir=self.directory)
        scratch = Path(name)
        with os.fdopen(opened, "wb") as file:
            file.write(key_pem(key))
        try:
            os.link(scratch, self.path(owner, bits))
        except FileExistsError:
            winner = self._load(owner, bits)
            if winner is not None:
                return winner
            scratch.replace(self.path(owner, bits))
        finally:
            scratch.unlink(missing_ok=True)
        return key


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


def key_pem(key: rsa.RSAPrivateKey) -> bytes:
    """The key as unencrypted PKCS#8 PEM, as nginx and mssql.conf want it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
