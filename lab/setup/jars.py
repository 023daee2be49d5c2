"""Jars: what clients need from a Maven repository, fetched by Maven as this machine is configured for it, and held to
the checksums of maven/clients.txt. Maven itself compares with what its repository says alone.

No address of a repository stands here: Maven has one, or its settings name another.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import tlslab
from tlslab.runtime import child
from tlslab.setup import installer
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import MVN
from tlslab.setup.provision import cache_dir
from tlslab.setup.system import find_program, how_to_get

MAVEN_TIMEOUT = 300.0
"""Seconds in which Maven fetches a jar, and at its first use the plugin that fetches."""
_LINE = re.compile(r"(?P<artifact>[^:\s]+:[^:\s]+):(?P<version>[^:\s]+) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class LockedJar:
    """One file of a Maven repository: its artifact (`group:name`), its version, and the SHA-256 of the file."""

    artifact: str
    version: str
    sha256: str

    def __str__(self) -> str:
        """The line of a lock."""
        return f"{self.artifact}:{self.version} --hash=sha256:{self.sha256}"

    @property
    def file(self) -> str:
        """What the file is called."""
        return f"{self.artifact.partition(':')[2]}-{self.version}.jar"


def read_lock(text: str) -> tuple[LockedJar, ...]:
    """The jars of a lock. Raises ValueError for a line that is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = [_LINE.fullmatch(line) for line in lines]
    if wrong := [line for line, match in zip(lines, found, strict=True) if match is None]:
        raise ValueError(f"no line of a lock of jars: {wrong[0]!r}")
    return tuple(LockedJar(**match.groupdict()) for match in found if match)


@lru_cache(maxsize=1)
def known() -> tuple[LockedJar, ...]:
    """The jars of the project's lock."""
    return read_lock((tlslab.LOCKS / "maven" / "clients.txt").read_text(encoding="utf-8"))


def pinned(artifact: str) -> LockedJar:
    """The jar of an artifact that the lab plays. Raises KeyError when the project pins none."""
    return {jar.artifact: jar for jar in reversed(known())}[artifact]


def find(artifact: str) -> Path | None:
    """Where the jar of this artifact is, None while it has not been fetched."""
    path = _home() / pinned(artifact).file
    return path if path.is_file() else None


def ensure(artifacts: Iterable[str], echo: Echo) -> dict[str, Path]:
    """Fetches the jars of these artifacts that are not here yet; returns where each is.

    Raises:
        InstallError: Maven is missing or failed, or a file is not what the lock says; the text says what to do.
    """
    return {artifact: install(pinned(artifact), _home(), echo, cache_dir()) for artifact in artifacts}


def install(jar: LockedJar, home: Path, echo: Echo, cache: Path) -> Path:
    """Puts a jar into the directory `home` unless it is there; returns its path. Raises InstallError as `ensure`."""
    target = home / jar.file
    if target.is_file():
        return target
    if find_program(MVN.name) is None:
        raise InstallError(f"{jar.file} needs Maven, which is not installed. Get it: {how_to_get(MVN)}")
    echo(f"fetching {jar.file} by Maven (once) into {home}")
    path = fetch(jar.artifact, jar.version, cache, echo)
    if path is None:
        raise InstallError(f"cannot fetch {jar.file}: {problem_of(jar.artifact, jar.version)}")
    return place(jar, path, home)


def checked(artifact: str, version: str, path: Path) -> LockedJar:
    """What a file would be in a lock. Raises InstallError when the project knows another file for this version."""
    found = LockedJar(artifact, version, digest(path))
    wanted = next((item for item in known() if (item.artifact, item.version) == (artifact, version)), found)
    if found != wanted:
        raise InstallError(f"{path} is not the file that the project knows: its SHA-256 is {found.sha256}")
    return found


def place(jar: LockedJar, path: Path, home: Path) -> Path:
    """Copies a file that is here to its place, whole or not at all. Raises InstallError when it is another one."""
    if (found := digest(path)) != jar.sha256:
        raise InstallError(f"{path} is not the file that its lock names: its SHA-256 is {found}")
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=home, prefix=f".{jar.file}.", delete=False) as fresh:
        shutil.copy(path, fresh.name)
    Path(fresh.name).chmod(0o644)
    return Path(fresh.name).replace(home / jar.file)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(artifact: str, version: str, cache: Path, echo: Echo) -> Path | None:
    """The jar of this version in the repository that Maven keeps in the lab's cache; None when Maven does not bring it.

    Raises InstallError when there is no Maven.
    """
    home = _kept(artifact, cache)
    _maven(artifact, version, cache, echo)
    path = home / version / f"{artifact.partition(':')[2]}-{version}.jar"
    return path if path.is_file() else None


def versions(artifact: str, cache: Path, echo: Echo) -> tuple[str, ...]:
    """The versions that exist, in the repository's order; empty when there are none or no repository answers.

    Raises InstallError when there is no Maven.
    """
    home = _kept(artifact, cache)
    for before in home.glob("maven-metadata-*.xml"):
        before.unlink()  # what was true then is no answer
    _maven(artifact, "LATEST", cache, echo)
    listed = [path.read_text(encoding="utf-8", errors="replace") for path in home.glob("maven-metadata-*.xml")]
    return tuple(dict.fromkeys(version for text in listed for version in re.findall(r"<version>([^<>\s]+)<", text)))


def problem_of(artifact: str, version: str) -> str:
    """What to do about a jar that Maven did not bring, in a sentence."""
    return f"see what `mvn dependency:get -Dtransitive=false -Dartifact={artifact}:{version}` says"


def _kept(artifact: str, cache: Path) -> Path:
    group, _, name = artifact.partition(":")
    return cache / "downloads" / "maven" / Path(*group.split(".")) / name


def _home() -> Path:
    content = hashlib.sha256("\n".join(map(str, known())).encode()).hexdigest()[:16]
    return cache_dir() / f"maven-{content}"


def _maven(artifact: str, version: str, cache: Path, echo: Echo) -> None:
    """Has Maven fetch a jar, without what its POM names: the drivers run without it."""
    program = find_program(MVN.name)
    if program is None:
        raise InstallError(f"versions from a Maven repository need Maven. Get it: {how_to_get(MVN)}")
    downloads = cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    command = [
        *(str(program), "--batch-mode", "--quiet", "--update-snapshots", f"-Dmaven.repo.local={downloads / 'maven'}"),
        *("dependency:get", "-Dtransitive=false", f"-Dartifact={artifact}:{version}"),
    ]
    with installer.locked(downloads / "maven.lock", echo) as descriptor:
        try:
            child.run(
                command, timeout=MAVEN_TIMEOUT, cwd=downloads, env=os.environ, pass_fds=(descriptor,), together=True
            )
        except (subprocess.TimeoutExpired, OSError):
            return
