"""The machine: which of the programs and packages that the lab can use are here. Starts nothing."""

import json
import re
from pathlib import Path

from tlslab.clients.base import Machine
from tlslab.setup import all_needs, build, jars, parts, provision, system
from tlslab.setup.needs import Library, Program

_NORMALISED = re.compile(r"[-_.]+")


def local_machine() -> Machine:
    """What is on this machine now."""
    found = {need: path for need in all_needs.system() if (path := system.find(need))}
    programs = {need.name: path for need, path in found.items() if isinstance(need, Program)}
    programs |= {need.name: path for need in all_needs.built() if (path := build.find(need))}
    files = {need.name: path for need, path in found.items() if isinstance(need, Library)}
    files |= {need.name: path for need in all_needs.jars() if (path := jars.find(need.artifact))}
    files |= {need.name: path for need in all_needs.parts() if (path := parts.find(need.name))}
    files |= {need.name: path for need in all_needs.brought() if (path := system.find_file(need.files))}
    python, packages = provision.clients_python(), provision.clients_site_packages()
    modules = provision.node_modules()
    files |= provision.packaged_files(packages) if packages else {}
    return Machine(
        which={name: str(path) for name, path in programs.items()},
        python=str(python or ""),
        python_packages=python_packages(packages) if packages else {},
        node_modules=str(modules or ""),
        node_packages=node_packages(modules) if modules else {},
        files={name: str(path) for name, path in files.items()},
        gnutls=frozenset(need.name for need, path in found.items() if need.gnutls and links_gnutls(path)),
    )


def links_gnutls(path: Path) -> bool:
    """Whether an ELF file names libgnutls among the libraries that it needs."""
    return b"libgnutls.so" in path.read_bytes()


def python_packages(site_packages: Path) -> dict[str, str]:
    """Normalised names and versions of the distributions in a site-packages directory."""
    # A directory's name has both (packaging.python.org, "Recording installed projects"); reading METADATA is slow.
    found = (path.name.removesuffix(".dist-info").rpartition("-") for path in site_packages.glob("*.dist-info"))
    return {_NORMALISED.sub("-", name).lower(): version for name, _, version in found}


def node_packages(modules: Path) -> dict[str, str]:
    """Names and versions of the packages directly in a node_modules directory."""
    found: dict[str, str] = {}
    for manifest in (*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")):
        package = json.loads(manifest.read_text(encoding="utf-8"))
        if "name" in package and "version" in package:
            found[package["name"]] = package["version"]
    return found
