"""The system's trust store of the sandbox: what a client finds that is told nothing about trust.

Distributions keep one file with all roots and a directory in which OpenSSL looks them up by the hash of their name.
A store of the lab's own is bound over both, inside the sandbox alone.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

BUNDLE = "ca-certificates.crt"
DIRECTORIES = ("/etc/ssl/certs", "/etc/pki/tls/certs")
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Alpine; GnuTLS and Go look here first
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/cert.pem",  # Alpine, and OpenSSL's own default where the prefix is /etc/ssl
)
REHASH_TIMEOUT = 30.0


def lay_out_store(directory: Path, roots: str) -> Path:
    """Write a store with these roots (PEM) into a new directory: the bundle, and each root under its hash.

    Raises OSError, subprocess.CalledProcessError.
    """
    directory.mkdir()
    (directory / BUNDLE).write_text(roots, encoding="ascii")
    for number, root in enumerate(re.findall(r"-----BEGIN [^-]+-----.+?-----END [^-]+-----\n", roots, re.DOTALL)):
        (directory / f"root-{number}.pem").write_text(root, encoding="ascii")
    if openssl := shutil.which("openssl"):
        command = [openssl, "rehash", str(directory)]
        subprocess.run(command, check=True, capture_output=True, timeout=REHASH_TIMEOUT, stdin=subprocess.DEVNULL)
    return directory


def places(store: Path) -> Mapping[Path, Path]:
    """Which part of the store is bound over which path of this machine; only paths that exist, directories first."""
    directories = {place.resolve(): store for place in map(Path, DIRECTORIES) if place.is_dir()}
    found = {place.resolve() for place in map(Path, BUNDLES) if place.is_file()}
    for directory in directories:
        # Files of other names in the directory that will be covered: the same bundle under their names.
        for bundle in found:
            if bundle.parent == directory and not (store / bundle.name).exists():
                (store / bundle.name).symlink_to(BUNDLE)
    return directories | {bundle: store / BUNDLE for bundle in sorted(found) if bundle.parent not in directories}


def variables(store: Path) -> dict[str, str]:
    """The store for OpenSSL where nothing can be bound over the machine's (openssl-env(7))."""
    return {"SSL_CERT_FILE": str(store / BUNDLE), "SSL_CERT_DIR": str(store)}
