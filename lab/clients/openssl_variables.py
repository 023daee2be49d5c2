"""The variables by which OpenSSL, and what follows it, is told of its trust store (openssl-env(7))."""

from pathlib import PurePosixPath

from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, Store
from tlslab.truststores.kind import Laid

STORES = {PEM_FILE: "SSL_CERT_FILE", HASHED_DIRECTORY: "SSL_CERT_DIR"}


def variables(store: Store, laid: Laid, workdir: PurePosixPath) -> dict[str, str]:
    """The variable that names this store; what the other one names by default is read beside it."""
    return {STORES[store.kind]: str(workdir / laid.path)}
