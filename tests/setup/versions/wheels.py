"""Wheels made on the spot: tiny ones, and those of installed packages again, with something planted in them."""

import base64
import hashlib
import zipfile
from collections.abc import Callable, Mapping
from importlib.metadata import Distribution, PathDistribution, distributions
from pathlib import Path

Plant = Callable[[str, bytes], bytes]
"""The name of a file in the wheel and its content -> its content in the new wheel."""


def write_wheel(
    directory: Path, name: str, version: str, files: Mapping[str, bytes], tag: str = "py3-none-any"
) -> Path:
    """A wheel with these files and the metadata that `files` lacks."""
    info = f"{name}-{version}.dist-info"
    whole = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
        **files,
    }
    record = "".join(f"{item},{_hash(content)},{len(content)}\n" for item, content in whole.items())
    whole[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    directory.mkdir(parents=True, exist_ok=True)
    wheel = directory / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for item, content in whole.items():
            archive.writestr(zipfile.ZipInfo(item), content)
    return wheel


def tiny(directory: Path, version: str, *, says: str = "", requires: str = "") -> Path:
    """A client that does nothing but say its version: `tiny`, of this version, with a requirement."""
    metadata = f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
    metadata += f"Requires-Dist: {requires}\n" if requires else ""
    module = f"VERSION = {says or version!r}\n".encode()
    return write_wheel(
        directory, "tiny", version, {"tiny.py": module, f"tiny-{version}.dist-info/METADATA": metadata.encode()}
    )


def companion(directory: Path, version: str) -> Path:
    """A package beside it: `tiny-tls`."""
    return write_wheel(directory, "tiny_tls", version, {"tiny_tls.py": f"VERSION = {version!r}\n".encode()})


def repack(site_packages: Path, name: str, directory: Path, plant: Plant = lambda _, content: content) -> Path:
    """The wheel that an installed package came from, with something planted. Raises StopIteration when it is not here.

    Byte code and scripts are left out.
    """
    found: Distribution = next(
        item for item in distributions(path=[str(site_packages)]) if _normal(item.name) == _normal(name)
    )
    assert isinstance(found, PathDistribution)
    files: dict[str, bytes] = {}
    tags: list[str] = []
    stem = f"{found.name.replace('-', '_')}-{found.version}"
    for item in found.files or ():
        if item.parts[0] == ".." or "__pycache__" in item.parts or item.name in {"RECORD", "INSTALLER", "REQUESTED"}:
            continue
        parts = (f"{stem}.dist-info", *item.parts[1:]) if item.parts[0].endswith(".dist-info") else item.parts
        content = (site_packages / item).read_bytes()
        files["/".join(parts)] = plant("/".join(parts), content)
        if item.name == "WHEEL":
            tags = [line.split()[1] for line in content.decode().splitlines() if line.startswith("Tag:")]
    return write_wheel(directory, found.name.replace("-", "_"), found.version, files, tags[0])


def requirements_of(site_packages: Path, name: str) -> set[str]:
    """The installed packages that a package needs, and those that these need, itself included."""
    here = {_normal(item.name): item for item in distributions(path=[str(site_packages)])}
    wanted, found = [_normal(name)], set[str]()
    while wanted:
        current = wanted.pop()
        if current in here and current not in found:
            found.add(current)
            wanted += [_normal(_package(line)) for line in here[current].requires or ()]
    return found


def _package(requirement: str) -> str:
    return next(requirement[:end] for end in range(1, len(requirement) + 1) if _ends(requirement, end))


def _ends(text: str, end: int) -> bool:
    return end == len(text) or not (text[end].isalnum() or text[end] in "._-")


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


def _hash(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return f"sha256={digest}"
