"""Stand-ins: base images built from Debian's packages, on machines that can reach a package mirror but no registry.

A stand-in is built only under a tag that is neither there nor can be pulled; it is labelled, its label carries the
hash of its recipe, and the record of a run names it. The mirror is the machine's own (apt's sources).
"""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from docker.errors import APIError

import docker
import tlslab
from tlslab.clients.base import Missing
from tlslab.runtime import child
from tlslab.setup import system
from tlslab.setup.installer import Echo
from tlslab.stages.docker import image_building
from tlslab.stages.docker.daemon_errors import FAILURES, words
from tlslab.stages.docker.image_building import STANDIN
from tlslab.stages.stage import StageError
from tlslab.stages.workdir import run_workdir

NGINX = "nginx:stable"
_DEBIAN = re.compile(r"debian:(\w+)-slim")
APT_SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))
TIMEOUT = 900.0
"""Seconds in which a root file system is made."""


class BaseMissing(StageError):
    """An image that others are built on cannot be had; `missing` says it to a caller that can do without."""

    def __init__(self, tag: str, refused: str, why: str) -> None:
        super().__init__(f"the image {tag} is not here and cannot be pulled ({refused}). No stand-in either: {why}")
        self.missing = Missing(
            f"the image {tag} (not here, and it cannot be pulled: {refused}; no stand-in either: {why})",
            f"docker pull {tag}",
        )


def ensure_base(client: docker.DockerClient, tag: str, owner: Mapping[str, str], cache: Path, echo: Echo) -> None:
    """Have an image of this tag: as it is here, pulled, or as a stand-in. A stale stand-in that another image
    replaces is removed, unless it is in use. `owner`: the labels of the run that builds.

    Raises BaseMissing with all the reasons, StageError when a stand-in cannot be made.
    """
    before = client.images.get(tag) if image_building.has(client, tag) else None
    if before is not None and not _is_stale(before.labels, tag):
        return
    _replace(client, tag, owner, cache, echo)
    if before is not None:
        with contextlib.suppress(APIError):  # other images are built on it
            client.api.remove_image(str(before.id))


def _replace(client: docker.DockerClient, tag: str, owner: Mapping[str, str], cache: Path, echo: Echo) -> None:
    refused = image_building.pull(client, tag)
    if not refused:
        return
    why = why_impossible(tag)
    if why:
        raise BaseMissing(tag, refused, why)
    echo(f"{tag} cannot be pulled ({refused}); building a stand-in from Debian's packages")
    if tag == NGINX:
        _build_nginx(client, owner, cache, echo)
    else:
        _import_debian(client, tag, cache)


def why_impossible(tag: str) -> str:
    """Why no stand-in of this tag can be built here, in words; "" when it can."""
    if tag != NGINX and not _DEBIAN.fullmatch(tag):
        return "there is no recipe for it (docker/standins)"
    if tag == NGINX:
        return ""
    if shutil.which("mmdebstrap") is None:
        return f"mmdebstrap is missing; get it with: {system.as_root(system.apt_command(['mmdebstrap']))}"
    if os.geteuid() != 0:
        return "making a root file system needs root; run this once as root"
    return "" if mirrors(_sources()) else "apt has no Debian mirror in its sources"


def recipe_hash(tag: str) -> str:
    """The hash of the recipe of a stand-in."""
    name = "nginx.Dockerfile" if tag == NGINX else "debian.sh"
    return image_building.digest([tlslab.LOCKS / "docker" / "standins" / name])


def mirrors(sources: Iterable[str]) -> tuple[str, str] | None:
    """The addresses of Debian's archive and of its security archive in the texts of apt's source files (one-line and
    deb822 style, sources.list(5)); None without an archive.
    """
    text = "\n".join(line for each in sources for line in each.splitlines() if not line.lstrip().startswith("#"))
    found = re.findall(r"(?:^deb\s+(?:\[[^\]]*\]\s*)?|^URIs:\s*)(https?://\S+)", text, re.MULTILINE)
    urls = [url.rstrip("/") for url in found]
    archive = next((url for url in urls if url.endswith("/debian")), None)
    if archive is None:
        return None
    security = next((url for url in urls if "debian-security" in url), f"{archive}-security")
    return archive, security


def _sources() -> list[str]:
    files: list[Path] = []
    for place in APT_SOURCES:
        files += sorted(place.iterdir()) if place.is_dir() else [place] if place.exists() else []
    return [file.read_text(errors="replace") for file in files]


def _is_stale(labels: Mapping[str, str], tag: str) -> bool:
    """Whether the image of these labels is a stand-in of a recipe that has changed since."""
    return STANDIN in labels and labels[STANDIN] != recipe_hash(tag)


def _import_debian(client: docker.DockerClient, tag: str, cache: Path) -> None:
    found = mirrors(_sources())
    suite = _DEBIAN.fullmatch(tag)
    assert found
    assert suite
    script = tlslab.LOCKS / "docker" / "standins" / "debian.sh"
    try:
        # In a workdir: when the lab is killed, the next run sweeps what mmdebstrap had unpacked.
        with run_workdir(cache) as workdir:
            command = ["sh", str(script), suite[1], *found]  # an installed package has no executable files
            done = child.run(command, timeout=TIMEOUT, env=os.environ | {"TMPDIR": str(workdir)}, apart=True)
    except subprocess.TimeoutExpired:
        raise StageError(f"the stand-in of {tag} was not made within {TIMEOUT:.0f} s") from None
    except OSError as problem:
        raise StageError(f"the stand-in of {tag} cannot be made: {words(problem)}") from problem
    if done.returncode != 0:
        said = [done.stderr.decode(errors="replace")]
        raise StageError(
            image_building.failure(f"{tag} (stand-in)", f"mmdebstrap, exit status {done.returncode}", said)
        )
    repository, _, version = tag.partition(":")
    try:
        client.api.import_image_from_data(
            done.stdout,
            repository=repository,
            tag=version,
            changes=['CMD ["bash"]', f"LABEL {STANDIN}={recipe_hash(tag)}"],
        )
    except FAILURES as problem:
        why = words(problem)
        raise StageError(f"the stand-in of {tag} cannot be imported: {why}{image_building.hint(why)}") from problem


def _build_nginx(client: docker.DockerClient, owner: Mapping[str, str], cache: Path, echo: Echo) -> None:
    dockerfile = tlslab.LOCKS / "docker" / "standins" / "nginx.Dockerfile"
    base = dockerfile.read_text().partition("FROM ")[2].split()[0]
    ensure_base(client, base, owner, cache, echo)
    packed = image_building.pack({"Dockerfile": image_building.owned(dockerfile.read_text(), owner)}, {})
    image_building.run_build(client, f"{NGINX} (stand-in)", packed, NGINX, {STANDIN: recipe_hash(NGINX)}, owner)
