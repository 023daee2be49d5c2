"""The build: programs that the lab makes itself from their sources, once, into its cache.

    <cache>/built/<name>-<digest of sources, command and compiler>/<name>

The lab uses a program only under its final name, to which it renames a whole one; a lock keeps two starts from
building it twice. Another compiler, or another source, builds another program.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from tlslab.runtime import child
from tlslab.setup import crates, go_modules, installer, system
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import CARGO, Built
from tlslab.setup.provision import cache_dir

VERSION_TIMEOUT = 60.0
"""Seconds in which a compiler says its version."""


def find(need: Built) -> Path | None:
    """The program, None while it has not been built with the compiler that is here. Starts nothing."""
    compiler = system.find_program(need.compiler.name)
    program = _directory(need, compiler) / need.name if compiler or need.by_pinned_go else None
    return program if program and os.access(program, os.X_OK) else None


def ensure(need: Built, echo: Echo) -> Path:
    """Builds the program unless it is there; returns its path.

    Raises:
        InstallError: the compiler is missing or failed; the text says what to do.
    """
    if found := find(need):
        return found
    compiler = system.find_program(need.compiler.name)
    if compiler is None:
        raise InstallError(
            f"{need.name} is built with {need.compiler.name}, which is not installed. "
            f"Get it: {system.how_to_get(need.compiler)}"
        )
    return into(need, _directory(need, compiler), echo)


def into(need: Built, directory: Path, echo: Echo) -> Path:
    """Builds the program into a directory, whole or not at all, unless it is there; returns its path. Raises
    InstallError as `ensure` does.
    """
    program = directory / need.name
    if program.exists():
        return program
    compiler = go_modules.ensure_toolchain(echo) if need.by_pinned_go else system.find_program(need.compiler.name)
    version = _version(need, compiler) if compiler else ""
    if compiler is None or not version:
        words = " ".join((need.compiler.name, *need.asks_version))
        raise InstallError(f"{need.name} cannot be built: {words} says no version")
    try:
        _build_anew(need, compiler, version, directory, echo)
    except OSError as error:
        raise InstallError(
            f"{need.name} cannot be built: {error.strerror or error} ({error.filename or directory})"
        ) from error
    return program


def _build_anew(need: Built, compiler: Path, version: str, directory: Path, echo: Echo) -> None:
    with installer.locked(directory.with_name(f"{directory.name}.lock"), echo) as descriptor:
        if (directory / need.name).exists():  # the process that held the lock has built it
            return
        for abandoned in directory.parent.glob(f"{directory.name}.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        echo(f"building {need.name} with {version} (once) into {directory}")
        fresh = Path(tempfile.mkdtemp(prefix=f"{directory.name}.new-", dir=directory.parent))
        try:
            # What the programs in Rust have in common is compiled in one place.
            with installer.locked(crates.lock_file(), echo) if _by_cargo(need) else nullcontext() as other:
                _build(need, compiler, fresh, (descriptor,) if other is None else (descriptor, other))
            (fresh / "out").chmod(0o755)
            shutil.rmtree(directory, ignore_errors=True)
            (fresh / "out").rename(directory)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _version(need: Built, compiler: Path) -> str:
    """The first line of what the compiler says of itself, "" when it says nothing."""
    try:
        done = child.run((str(compiler), *need.asks_version), timeout=VERSION_TIMEOUT, env=_environment(need))
    except (subprocess.TimeoutExpired, OSError):
        return ""
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def _compiler_facts(need: Built, compiler: Path | None) -> list[str]:
    """What tells one compiler from another. An update is told by its file, because asking each compiler for its version
    at each start is slow.
    """
    if need.by_pinned_go or compiler is None:
        return [go_modules.release()]
    facts = compiler.resolve().stat()
    return [str(compiler.resolve()), str(facts.st_size), str(facts.st_mtime_ns)]


def _directory(need: Built, compiler: Path | None) -> Path:
    """Where the program belongs that this compiler makes."""
    said = [
        *_compiler_facts(need, compiler),
        *need.command,
        *map("=".join, need.env),
        platform.system(),
        platform.machine(),
    ]
    content = hashlib.sha256(json.dumps(said).encode())
    files = [(source.name, source.read_bytes()) for source in need.sources]
    for name, data in (*files, *((name, text.encode()) for name, text in need.texts)):
        content.update(f"{name}\0{len(data)}\0".encode())
        content.update(data)
    return cache_dir() / "built" / f"{need.name}-{content.hexdigest()[:16]}"


def _environment(need: Built) -> Mapping[str, str]:
    """A home in the cache: Go, asked for its version alone, keeps counters where the user's settings are
    (https://go.dev/doc/telemetry).
    """
    home = cache_dir() / "downloads" / need.compiler.name
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(home))
    own = go_modules.settings(home) if need.by_pinned_go else crates.settings(home) if _by_cargo(need) else {}
    return {**os.environ, **homes, **own, **{name: value.format(home=home) for name, value in need.env}}


def _by_cargo(need: Built) -> bool:
    return need.compiler == CARGO


def _build(need: Built, compiler: Path, fresh: Path, descriptors: tuple[int, ...]) -> None:
    """Makes fresh/out/<name>. Raises InstallError with the last words of the compiler."""
    (fresh / "sources").mkdir()
    (fresh / "out").mkdir()
    (fresh / "tmp").mkdir()
    for source in need.sources:
        shutil.copy(source, fresh / "sources" / source.name)
    for name, text in need.texts:
        (fresh / "sources" / name).write_text(text, encoding="utf-8")
    made = fresh / "out" / need.name
    if _by_cargo(need):
        crates.hold(compiler, fresh / "sources", _environment(need))
    command = [word.format(compiler=compiler, program=made, directory=made.parent) for word in need.command]
    try:
        done = child.run(
            command,
            timeout=need.timeout,
            cwd=fresh / "sources",
            env={**_environment(need), "TMPDIR": str(fresh / "tmp")},  # what a killed compiler leaves goes with it
            pass_fds=descriptors,
            together=True,
        )
    except subprocess.TimeoutExpired:
        raise InstallError(
            f"{need.name} cannot be built: {need.compiler.name} was not done within {need.timeout:.0f} s"
        ) from None
    said = [line for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
    if done.returncode == 0 and made.is_file() and not need.executable:
        made.chmod(0o755)  # what is looked for, here and in images, are programs
    if done.returncode == 0 and os.access(made, os.X_OK):
        return
    problem = f"exit status {done.returncode}" if done.returncode else f"it made no program {need.name}"
    raise InstallError(
        "\n".join(
            [
                f"{need.name} cannot be built with {compiler}.",
                f"What failed: {' '.join(command)} ({problem})",
                *(f"  | {line}" for line in said[-installer.LOG_LINES_SHOWN :]),
                "Nothing half-built was left behind. Another compiler first in PATH is tried at the next start.",
            ]
        )
    )
