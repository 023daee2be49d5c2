"""Crates: what programs in Rust are built from, held to the checksums of cargo/clients.txt.

No Cargo.lock is kept, because it names the address of a registry: every crate of the lock stands in the program's
manifest with its exact version, those that the program does not use itself below a condition that never holds, where
they bind what others choose and are never built. What Cargo made of that, with the checksums that its registry gave, is
compared before anything is built.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import tlslab
from tlslab.runtime import child
from tlslab.setup.installer import InstallError
from tlslab.setup.needs import CARGO
from tlslab.setup.provision import cache_dir
from tlslab.setup.system import find_program

FETCH_TIMEOUT = 300.0
"""Seconds in which Cargo finds out which crates go together; it fetches none for that."""
IN_DIRECTORY = " => "
"""Between a crate and the directory that holds it."""
LOCK, MANIFEST, CARGO_LOCK = "crates.txt", "Cargo.toml", "Cargo.lock"
_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9_-]+)(?:\[(?P<features>[a-z0-9,_-]*)\])?"
    r"(?: (?P<version>\S+) --hash=sha256:(?P<sha256>[0-9a-f]{64})| => (?P<directory>.+))"
)
Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LockedCrate:
    """One crate at one version with the SHA-256 of its package, or one in a `directory`. `features`: of one that the
    program itself uses, those that it asks for; None: others use it.
    """

    name: str
    version: str = ""
    sha256: str = ""
    directory: str = ""
    features: tuple[str, ...] | None = None

    def __str__(self) -> str:
        """The line of a lock."""
        name = self.name if self.features is None else f"{self.name}[{','.join(self.features)}]"
        if self.directory:
            return f"{name}{IN_DIRECTORY}{self.directory}"
        return f"{name} {self.version} --hash=sha256:{self.sha256}"


def read_lock(text: str) -> tuple[LockedCrate, ...]:
    """The crates of a lock. Raises ValueError for a line that is none."""
    return tuple(_locked(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _locked(line: str) -> LockedCrate:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"no line of a lock of crates: {line!r}")
    features = found["features"]
    return LockedCrate(
        found["name"],
        found["version"] or "",
        found["sha256"] or "",
        found["directory"] or "",
        None if features is None else tuple(filter(None, features.split(","))),
    )


@lru_cache(maxsize=1)
def known() -> tuple[LockedCrate, ...]:
    """The crates of the project's lock, for all of its programs."""
    return read_lock((tlslab.LOCKS / "cargo" / "clients.txt").read_text(encoding="utf-8"))


def pinned(name: str) -> LockedCrate:
    """The crate that the lab plays; of several versions the one that comes first. Raises KeyError for none."""
    return {crate.name: crate for crate in reversed(known())}[name]


def used(wanted: Iterable[str]) -> tuple[LockedCrate, ...]:
    """The crates of the project's lock, of which a program uses these itself: `tokio[net,rt]`."""
    own = dict(map(split, wanted))
    first = {pinned(name) for name in own}
    return tuple(replace(crate, features=own[crate.name]) if crate in first else crate for crate in known())


def split(wanted: str) -> tuple[str, tuple[str, ...]]:
    """The name and the features of `tokio[net,rt]`."""
    name, _, features = wanted.partition("[")
    return name, tuple(filter(None, features.rstrip("]").split(",")))


def manifest(program: str, source: str, crates: Iterable[LockedCrate]) -> Texts:
    """What a program of this name is built from beside its source: its manifest, and the lock that it is held to. Its
    name is a feature, by which a source that several are built from tells them apart.
    """
    crates = tuple(crates)
    own = {crate.name for crate in crates if crate.features is not None}
    lines = [f"{crate.name} = {_dependency(crate)}" for crate in crates if crate.features is not None]
    others = [crate for crate in crates if crate.features is None and crate.name not in own]
    bound = [f"bound-{place} = {_dependency(crate)}" for place, crate in enumerate(others)]
    text = f"""[package]
name = "{program}"
version = "0.0.0"
edition = "2021"

[[bin]]
name = "{program}"
path = "{source}"

[features]
default = ["{program}"]
{program} = []

[workspace]

[profile.dev]
debug = 0
incremental = false

[dependencies]
{_lines(lines)}
[target.'cfg(any())'.dependencies]
{_lines(bound)}"""
    return (MANIFEST, text), (LOCK, _lines(map(str, crates)))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _dependency(crate: LockedCrate) -> str:
    """The value of a dependency in a manifest. What stands behind a `+` in a version says nothing there."""
    version = f"={crate.version.partition('+')[0]}" if crate.version else "*"
    where = f"path = {json.dumps(crate.directory)}" if crate.directory else f'version = "{version}"'
    features = f", features = {json.dumps(list(crate.features))}" if crate.features else ""
    return f"{{ package = {json.dumps(crate.name)}, {where}, default-features = false{features} }}"


def hold(cargo: Path, directory: Path, env: Mapping[str, str]) -> None:
    """Has Cargo choose the crates of the manifest in a directory, and compares them with the lock beside it.

    Raises InstallError when Cargo fails, or chose a crate that the lock does not name, with this very checksum.
    """
    done = _cargo(cargo, ["generate-lockfile", "--quiet"], directory, env)
    if done.returncode != 0:
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
        raise InstallError("\n".join(("Cargo does not find the crates of the lock:", *(f"  | {x}" for x in said[-8:]))))
    allowed = {(crate.name, crate.version, crate.sha256) for crate in read_lock((directory / LOCK).read_text())}
    for crate in chosen(directory):
        if (crate.name, crate.version, crate.sha256) not in allowed:
            raise InstallError(
                f"{crate.name} {crate.version} is not one that the lock names: its SHA-256 is {crate.sha256}"
            )


def chosen(directory: Path) -> tuple[LockedCrate, ...]:
    """The crates from a registry that Cargo chose for the manifest in a directory."""
    found = tomllib.loads((directory / CARGO_LOCK).read_text(encoding="utf-8")).get("package", [])
    return tuple(LockedCrate(item["name"], item["version"], item["checksum"]) for item in found if "checksum" in item)


def versions(name: str) -> tuple[str, ...]:
    """The newest versions of a crate, three at most: those that Cargo names of one that it does not find. Empty when
    there are none or its registry does not answer. Raises InstallError when there is no Cargo.
    """
    cargo = _program()
    with tempfile.TemporaryDirectory(prefix="tlslab-cargo-") as home:
        directory = Path(home)
        _write(directory, (LockedCrate(name, NO_VERSION, features=()),))
        done = _cargo(cargo, ["generate-lockfile"], directory, environment())
    found = re.search(r"candidate versions found which didn't match: (.*)", done.stderr.decode(errors="replace"))
    return tuple(re.findall(r"[0-9][^\s,]*", found[1])) if found else ()


NO_VERSION = "0.0.0-none"
"""A version that no crate has."""
NOT_FOUND = "failed to select a version for the requirement"
"""What Cargo says of a version that a crate has not."""


def resolve(wanted: Iterable[LockedCrate]) -> tuple[LockedCrate, ...] | str:
    """These crates, whose checksums are not known yet, and what they need; or what Cargo said, where it does not find
    them. Raises InstallError when there is no Cargo.
    """
    wanted = tuple(wanted)
    cargo = _program()
    with tempfile.TemporaryDirectory(prefix="tlslab-cargo-") as home:
        directory = Path(home)
        _write(directory, wanted)
        done = _cargo(cargo, ["generate-lockfile", "--quiet"], directory, environment())
        if done.returncode != 0:
            return done.stderr.decode(errors="replace").strip()
        found = chosen(directory)
    own = {crate.name: crate.features for crate in wanted}
    # Of a crate that is there in two versions, the program itself uses the named one, else the newest.
    direct = {crate.name: crate for crate in found if crate.name in own}
    named = {(crate.name, crate.version) for crate in wanted if crate.version}
    direct |= {crate.name: crate for crate in found if (crate.name, crate.version) in named}
    local = tuple(crate for crate in wanted if crate.directory)
    return (*local, *(replace(item, features=own[item.name]) if item in direct.values() else item for item in found))


def _write(directory: Path, crates: Iterable[LockedCrate]) -> None:
    for name, text in manifest("tlslab-probe", "main.rs", crates):
        (directory / name).write_text(text, encoding="utf-8")
    (directory / "main.rs").write_text("fn main() {}\n", encoding="utf-8")


def _program() -> Path:
    found = find_program(CARGO.name)
    if found is None:
        raise InstallError(f"crates come by Cargo, which is not installed. Get it: {CARGO.how_to_get}")
    return found


def _cargo(
    cargo: Path, words: list[str], directory: Path, env: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    command = [str(cargo), *words]
    _take_settings(Path(env["CARGO_HOME"]))
    try:
        return child.run(command, timeout=FETCH_TIMEOUT, cwd=directory, env=env)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", f"no answer in {FETCH_TIMEOUT:.0f} seconds".encode())


def _take_settings(home: Path) -> None:
    """Has Cargo read the user's configuration, which names the registry where it is another one, in the lab's cache."""
    home.mkdir(parents=True, exist_ok=True)
    theirs = Path(os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))) / "config.toml"
    if theirs.is_file():
        shutil.copyfile(theirs, home / "config.toml")
    else:
        (home / "config.toml").unlink(missing_ok=True)


def lock_file() -> Path:
    """What a build holds, because all programs are compiled in one directory."""
    return cache_dir() / "downloads" / f"{CARGO.name}.lock"


def environment() -> Mapping[str, str]:
    """The environment of a Cargo that is asked, and builds nothing."""
    return {**os.environ, **settings(cache_dir() / "downloads" / CARGO.name)}


def settings(home: Path) -> Mapping[str, str]:
    """The environment of Cargo: what it fetches and compiles is in the lab's cache, for all programs once; which
    registry it asks, and which compiler rustup starts, is as the user has set it.
    """
    return {
        "CARGO_HOME": str(home),
        "CARGO_TARGET_DIR": str(home / "target"),
        "CARGO_TERM_COLOR": "never",
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
    }


BUILD = """set -e
"$0" build --locked --quiet
cp "$CARGO_TARGET_DIR/debug/$1" "$2"
"$0" clean --locked --quiet --package "$1"
"""
"""The shell's words that build a program: Cargo, the program's name, and where it belongs. What it is built from stays
compiled, for the others and for the next time.
"""
