"""The machine: which programs and packages the local stage can offer to clients. Looks, starts nothing."""

import json
from importlib.metadata import distributions
from pathlib import Path

from tlslab.clients.base import Machine
from tlslab.setup import provision, system

PROGRAMS = ("curl", "wget", "openssl", "node", "tsql", "nginx", "git", "gnutls-cli")

DRIVER_LIBRARIES = ("libgssapi_krb5.so.2", "libltdl.so.7")
"""What Microsoft's driver loads from the system."""
GNUTLS_BUILDS = ("wget", "tsql", "tdsodbc")
"""What some distributions link with GnuTLS and others with OpenSSL."""


def local_machine() -> Machine:
    """What is on this machine now."""
    programs = {name: system.find_program(name) for name in PROGRAMS}
    python, packages = provision.clients_python(), provision.clients_site_packages()
    modules = provision.node_modules()
    files: dict[str, Path | None] = {
        "odbc18": provision.odbc_driver(packages) if packages else None,
        "tdsodbc": system.find_library("libtdsodbc.so"),
        "odbc-manager": system.find_library("libodbc.so.2"),
        **{name: system.find_library(name) for name in DRIVER_LIBRARIES},
    }
    return Machine(
        which={name: str(path) for name, path in programs.items() if path},
        python=str(python or ""),
        python_packages=python_packages(packages) if packages else {},
        node_modules=str(modules or ""),
        node_packages=node_packages(modules) if modules else {},
        files={name: str(path) for name, path in files.items() if path},
        gnutls=frozenset(
            name for name in GNUTLS_BUILDS if (path := programs.get(name) or files.get(name)) and links_gnutls(path)
        ),
    )


def links_gnutls(path: Path) -> bool:
    """Whether an ELF file names libgnutls among the libraries that it needs."""
    return b"libgnutls.so" in path.read_bytes()


def python_packages(site_packages: Path) -> dict[str, str]:
    """Normalised names and versions of the distributions in a site-packages directory."""
    found = distributions(path=[str(site_packages)])
    return {item.name.lower().replace("_", "-"): item.version for item in found}


def node_packages(modules: Path) -> dict[str, str]:
    """Names and versions of the packages directly in a node_modules directory."""
    found: dict[str, str] = {}
    for manifest in (*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")):
        package = json.loads(manifest.read_text(encoding="utf-8"))
        if "name" in package and "version" in package:
            found[package["name"]] = package["version"]
    return found
