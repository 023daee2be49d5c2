"""Go modules: what programs in Go are built from, and the Go that builds them, which comes as a module, too. Both are
held to the hashes of go/clients.txt.

The Go that is here (Debian's of 2023 is too old for today's drivers) fetches the one that the project pins; so all
machines build with the same one. No address of a proxy stands here: Go has one, or its settings name another.
"""

import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import tlslab
from tlslab.runtime import child
from tlslab.setup import installer
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import GO
from tlslab.setup.provision import cache_dir
from tlslab.setup.system import find_program, how_to_get

TOOLCHAIN = "golang.org/toolchain"
FETCH_TIMEOUT = 600.0
"""Seconds in which Go fetches a module; the toolchain has 70 MB."""
LIST_TIMEOUT = 120.0
"""Seconds in which Go says which versions there are."""
IN_DIRECTORY = "=>"
"""Between a module and the directory that holds it, as in go.mod."""
NO_VERSION = "v0.0.0"
Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LockedModule:
    """One module at one version: the hashes of its files and of its go.mod, as Go writes them into go.sum. Or one in a
    `directory`, which has neither.
    """

    path: str
    version: str
    files: str = ""
    manifest: str = ""
    directory: str = ""

    def __str__(self) -> str:
        """The line of a lock."""
        if self.directory:
            return f"{self.path} {IN_DIRECTORY} {self.directory}"
        return f"{self.path} {self.version} {self.files} {self.manifest}"


def read_lock(text: str) -> tuple[LockedModule, ...]:
    """The modules of a lock. Raises ValueError for a line that is none."""
    return tuple(_locked(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _locked(line: str) -> LockedModule:
    path, here, directory = line.partition(f" {IN_DIRECTORY} ")
    if here:
        return LockedModule(path, NO_VERSION, directory=directory)
    parts = line.split()
    if len(parts) != 4 or not all(item.startswith("h1:") for item in parts[2:]):
        raise ValueError(f"no line of a lock of Go modules: {line!r}")
    return LockedModule(*parts)


@lru_cache(maxsize=1)
def known() -> tuple[LockedModule, ...]:
    """The modules of the project's lock."""
    return read_lock((tlslab.LOCKS / "go" / "clients.txt").read_text(encoding="utf-8"))


def pinned(path: str) -> LockedModule:
    """The module that the lab plays. Raises KeyError when the project pins none."""
    return {module.path: module for module in reversed(known())}[path]


@lru_cache(maxsize=1)
def release() -> str:
    """The release of Go that the project pins: `1.26.8`."""
    return _number(pinned(TOOLCHAIN))


def manifest(modules: Iterable[LockedModule] | None = None) -> Texts:
    """go.mod and go.sum of a program that is built from these modules; None: from those of the project."""
    chosen = [module for module in (known() if modules is None else modules) if module.path != TOOLCHAIN]
    required = "".join(
        f"require {module.path} {module.version}\n"
        + (f"replace {module.path} {IN_DIRECTORY} {json.dumps(module.directory)}\n" if module.directory else "")
        for module in chosen
    )
    sums = "".join(
        f"{module.path} {module.version} {module.files}\n{module.path} {module.version}/go.mod {module.manifest}\n"
        for module in chosen
        if not module.directory
    )
    return ("go.mod", f"module tlslab/probe\n\ngo {release()}\n\n{required}"), ("go.sum", sums)


def versions(path: str, echo: Echo) -> tuple[str, ...]:
    """The versions of a module, without their `v`; empty when there are none or no proxy answers.

    Raises InstallError when there is no Go.
    """
    with tempfile.TemporaryDirectory(prefix="tlslab-go-") as directory:
        done = _go(["list", "-m", "-versions", "-json", path], Path(directory), LIST_TIMEOUT, echo)
    try:
        return tuple(version.removeprefix("v") for version in json.loads(done.stdout).get("Versions", ()))
    except ValueError:
        return ()


def resolve(module: LockedModule, echo: Echo) -> tuple[LockedModule, ...] | str:
    """This module, whose hashes are not known yet, and what it needs, with their hashes; or what Go said, where it does
    not find them. Raises InstallError when there is no Go.
    """
    with tempfile.TemporaryDirectory(prefix="tlslab-go-") as name:
        directory = Path(name)
        (manifest_of_it, _) = manifest([module])
        (directory / "go.mod").write_text(manifest_of_it[1], encoding="utf-8")
        (directory / "main.go").write_text(f'package main\n\nimport _ "{module.path}"\n\nfunc main() {{}}\n')
        done = _go(["list", "-mod=mod", "-deps", "."], directory, FETCH_TIMEOUT, echo)
        if done.returncode != 0:
            return done.stderr.decode(errors="replace").strip()
        text = (directory / "go.sum").read_text(encoding="utf-8") if (directory / "go.sum").exists() else ""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for path, version, digest in (line.split() for line in text.splitlines()):
        number, _, of_it = version.partition("/")
        found.setdefault((path, number), {})[of_it] = digest
    # A go.mod alone was asked for its demands, and its module is not built.
    locked = [LockedModule(*key, sums[""], sums["go.mod"]) for key, sums in found.items() if len(sums) == 2]
    return (*((module,) if module.directory else ()), *locked)


def _go(words: list[str], directory: Path, timeout: float, echo: Echo) -> "subprocess.CompletedProcess[bytes]":
    """The pinned Go, in a directory with a module; one that does not end in time has failed."""
    command = [str(ensure_toolchain(echo)), *words]
    if not (directory / "go.mod").exists():
        (directory / "go.mod").write_text(manifest([])[0][1], encoding="utf-8")
    env = {**os.environ, **settings(cache_dir() / "downloads" / GO.name)}
    try:
        return child.run(command, timeout=timeout, cwd=directory, env=env)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", f"no answer in {timeout:.0f} seconds".encode())


def settings(home: Path) -> Mapping[str, str]:
    """The environment of Go: what it keeps is in the lab's cache, and what the user has set for it but where modules
    come from is not asked.
    """
    user = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return {
        "CGO_ENABLED": "0",
        "GO111MODULE": "on",
        "GOCACHE": str(home),
        "GOENV": os.environ.get("GOENV", str(Path(user) / "go" / "env")),
        "GOFLAGS": "-modcacherw",
        "GOPATH": str(home / "path"),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def toolchain() -> Path | None:
    """The pinned Go, None while it is not here."""
    program = _toolchain_home() / "bin" / "go"
    return program if os.access(program, os.X_OK) else None


def ensure_toolchain(echo: Echo) -> Path:
    """Fetches the pinned Go unless it is here; returns its program.

    Raises:
        InstallError: there is no Go to fetch it with, or that failed, or it is not what the lock says.
    """
    program = _toolchain_home() / "bin" / "go"
    if program.exists():
        return program
    found = find_program(GO.name)
    if found is None:
        raise InstallError(f"Go {release()} comes by a Go, which is not installed. Get it: {how_to_get(GO)}")
    downloads = cache_dir() / "downloads" / GO.name
    downloads.mkdir(parents=True, exist_ok=True)
    with installer.locked(downloads.with_name("go.lock"), echo):
        if program.exists():
            return program
        echo(f"fetching Go {release()} (once) into {_toolchain_home()}")
        _fetch_toolchain(found, downloads)
    return program


def _fetch_toolchain(found: Path, downloads: Path) -> None:
    wanted = _toolchain_here()
    # Its hash is held to the lock below; old releases know no toolchains and ask nobody about them.
    env = os.environ | settings(downloads) | {"GONOSUMDB": TOOLCHAIN}
    command = [str(found), "mod", "download", "-json", f"{wanted.path}@{wanted.version}"]
    try:
        done = child.run(command, timeout=FETCH_TIMEOUT, cwd=downloads, env=env)
    except (subprocess.TimeoutExpired, OSError) as problem:
        raise InstallError(f"cannot fetch Go {release()}: {problem}") from None
    try:
        said: Mapping[str, str] = json.loads(done.stdout)
    except ValueError:
        said = {"Error": done.stderr.decode(errors="replace").strip()}
    if "Error" in said or "Dir" not in said:
        raise InstallError(
            f"cannot fetch Go {release()}: {said.get('Error', 'nothing came')}\n"
            f"What failed: {' '.join(command)}. Check the network and Go's settings (`go env GOPROXY`)."
        )
    unpacked = Path(said["Dir"])
    try:
        if said["Sum"] != wanted.files:
            raise InstallError(
                f"{wanted.path} {wanted.version} is not the one that the lock names: it is {said['Sum']}"
            )
        # As files of a module they are not executable.
        for program in (*unpacked.glob("bin/*"), *(item for item in unpacked.glob("pkg/tool/**/*") if item.is_file())):
            program.chmod(0o755)
        unpacked.rename(_toolchain_home())
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
        shutil.rmtree(Path(said["Zip"]).parent, ignore_errors=True)


def _toolchain_here() -> LockedModule:
    """The pinned Go for this machine. Raises InstallError where the project pins none."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    here = f".{platform.system().lower()}-{machine}"
    found = [module for module in known() if module.path == TOOLCHAIN and module.version.endswith(here)]
    if not found:
        raise InstallError(f"the project pins no Go for this machine ({here[1:]})")
    return found[0]


def _number(module: LockedModule) -> str:
    """The release of a toolchain: 1.26.8 of v0.0.1-go1.26.8.linux-amd64."""
    return module.version.partition("-go")[2].rpartition(".")[0]


def _toolchain_home() -> Path:
    return cache_dir() / f"go-{release()}"
