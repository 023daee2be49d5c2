"""A directory in which OpenSSL looks certificates up by the hash of their subject: links HHHHHHHH.N
(X509_LOOKUP_hash_dir(3)), which `openssl rehash` makes for every file that holds one certificate (openssl-rehash(1)).
"""

from tlslab.model.situation import HASHED_DIRECTORY, StoreFlaw
from tlslab.setup.needs import Packages, Program
from tlslab.truststores.kind import Kind, Laid, each

OPENSSL = Program("openssl", Packages(apt="openssl", dnf="openssl", zypper="openssl"))


def _rehash(path: str) -> tuple[tuple[str, ...], ...]:
    return ((OPENSSL.name, "rehash", path),)


def _copied(path: str, pem: str) -> Laid:
    return Laid(path, {f"{path}/ca-{number}.pem": item for number, item in enumerate(each(pem))})


def _hashed(path: str, pem: str) -> Laid:
    return Laid(path, _copied(path, pem).files, _rehash(path))


def _bundled(path: str, pem: str) -> Laid:
    return Laid(path, {f"{path}/bundle.pem": pem}, _rehash(path))


KIND = Kind(
    HASHED_DIRECTORY,
    "hashed directory",
    "certs",
    _hashed,
    {StoreFlaw.NOT_HASHED: _copied, StoreFlaw.BUNDLE: _bundled},
    (OPENSSL,),
)
