"""The variables by which OpenSSL, and what follows it, is told of its trust store (openssl-env(7))."""

from pathlib import PurePosixPath

from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, Store
from tlslab.truststores.kind import Laid

STORES = {PEM_FILE: "SSL_CERT_FILE", HASHED_DIRECTORY: "SSL_CERT_DIR"}
NOWHERE = "no-certificates"
"""What the other variable names: it does not exist, so that nothing is trusted beside the store."""


def variables(store: Store, laid: Laid, workdir: PurePosixPath) -> dict[str, str]:
    """The variables of a program that shall trust this store and nothing else."""
    return {name: str(workdir / (laid.path if kind == store.kind else NOWHERE)) for kind, name in STORES.items()}
