"""The installer: builds a Python environment from a lock file (versions and hashes), once, in the lab's
cache.

Standard library only: the launcher's first start (`tlslab.setup.first_start`) runs it with the system's Python, before
the lab's own environment exists; later `provision` builds the environment of the Python clients with it. An environment
counts only when it holds the file `ready`, written last and under a lock: starting twice at once, or killing an
installation half-way, does no harm.
"""

import contextlib
import fcntl
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from tlslab.runtime import child
from tlslab.setup import system

Echo = Callable[[str], None]

READY = "ready"
LOG_LINES_SHOWN = 8
BUILD_TIMEOUT = 1800.0
"""Seconds for one command of an installation. An index that answers slowly is no reason to give up; one that does not
answer at all is.
"""

# What the lock file says and nothing else: no resolving, no building from source.
EXACTLY = ("--require-hashes", "--no-deps", "--only-binary", ":all:")

# Settings that aim pip somewhere else than at the environment that is being built. Those that say where
# packages come from (index, proxy, certificates) stay as the machine has them.
MISDIRECTING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")


class InstallError(Exception):
    """An environment could not be built; the text says what failed, the last words, what to do next."""


def is_ready(environment: Path) -> bool:
    """Whether this environment was built to the end and its Python still exists (systems replace theirs)."""
    return (environment / READY).exists() and os.access(environment / "bin" / "python", os.X_OK)


def base_python() -> Path:
    """The system's Python under its real name, also when called from inside a virtual environment.

    `/usr/bin/python3` means another version after an upgrade of the system, and an environment hanging on it
    would break silently; one that hangs on `/usr/bin/python3.11` stops being executable, which is noticed.
    """
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def python_tag() -> str:
    """`py3.11`: environments of two Python versions never share a directory."""
    return f"py{sys.version_info.major}.{sys.version_info.minor}"


def packages_in(lock: Path) -> int:
    """How many packages a lock file pins."""
    return sum("==" in line and not line.startswith((" ", "#")) for line in lock.read_text().splitlines())


@contextlib.contextmanager
def locked(path: Path, echo: Echo) -> Iterator[int]:
    """Holds the lock file `path` and yields its descriptor; waits for another holder, saying so.

    The descriptor is meant to be inherited by the installing process: when its parent is killed, the lock
    stays held until that orphan has ended too, so no second installer builds in a directory into which the
    first one still writes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            echo("another start is installing; waiting for it.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def installer_environment(outer: Mapping[str, str], downloads: Path) -> dict[str, str]:
    """The variables for pip and uv: the machine's, less those misdirecting; download caches in the lab's."""
    inner = {name: value for name, value in outer.items() if name not in MISDIRECTING}
    inner.setdefault("PIP_CACHE_DIR", str(downloads / "pip"))
    inner.setdefault("UV_CACHE_DIR", str(downloads / "uv"))
    return inner | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def uv_commands(uv: str, python: Path, environment: Path, lock: Path, compiled: bool) -> list[list[str]]:
    """The commands that build `environment` with uv."""
    byte_code = "--compile-bytecode" if compiled else "--no-compile-bytecode"
    return [
        [uv, "venv", "--no-project", "--python", str(python), str(environment)],
        [
            uv,
            "pip",
            "install",
            *EXACTLY,
            byte_code,
            "--python",
            str(environment / "bin" / "python"),
            "-r",
            str(lock),
        ],
    ]


def pip_commands(
    python: Path, environment: Path, lock: Path, compiled: bool, pip: Sequence[str] = ()
) -> list[list[str]]:
    """The commands that build `environment` with the standard library's venv and its pip, or with the `pip` that is
    given, which is quicker."""
    own = str(environment / "bin" / "python")
    bare = ["--without-pip"] if pip else []
    pip = [*pip, "--python", own] if pip else [own, "-I", "-m", "pip"]
    byte_code = "--compile" if compiled else "--no-compile"
    return [
        [str(python), "-I", "-m", "venv", *bare, str(environment)],
        [*pip, "install", *EXACTLY, byte_code, "--progress-bar", "off", "-r", str(lock)],
    ]


def build(
    commands: Sequence[Sequence[str]], log: Path, lock_descriptor: int, cwd: Path, env: Mapping[str, str]
) -> str | None:
    """Runs the commands, logging what they print. Returns None, or the one that failed with its status.

    Raises OSError when one cannot be started.
    """
    with log.open("ab") as out:
        for command in commands:
            out.write(f"$ {' '.join(command)}\n".encode())
            out.flush()
            try:
                done = child.run(command, timeout=BUILD_TIMEOUT, cwd=cwd, env=env, pass_fds=(lock_descriptor,), log=out)
            except subprocess.TimeoutExpired:
                return f"{' '.join(command)} (not done within {BUILD_TIMEOUT:.0f} s)"
            if done.returncode != 0:
                return f"{' '.join(command)} (exit status {done.returncode})"
    return None


def ensure(
    environment: Path,
    lock: Path,
    echo: Echo,
    purpose: str,
    *,
    compiled: bool = False,
    downloads: Path | None = None,
    pip: Sequence[str] = (),
) -> Path:
    """Builds `environment` from `lock` unless it is ready, and returns its Python.

    `compiled` writes byte code at once, for processes that may write nothing later. The lab's own is written
    on first use, into the cache (PYTHONPYCACHEPREFIX): compiling everything would only make the first start
    longer. `downloads`: where pip and uv keep what they fetched. `pip`: one that is here already, so that the
    environment needs none of its own.

    uv does it when it is on PATH; where uv fails (its index is configured apart from pip's) and where there
    is none, venv and pip.

    Raises:
        InstallError: nothing could be built; the half-built environment has been removed.
    """
    python = environment / "bin" / "python"
    if is_ready(environment):
        return python
    cache = environment.parent
    try:
        with locked(cache / f"{environment.name}.lock", echo) as descriptor:
            if is_ready(environment):  # the process that held the lock has built it
                return python
            ways = ways_to_build(environment, lock, compiled, pip)
            _build_anew(environment, lock, echo, purpose, ways, descriptor, downloads or cache / "downloads")
    except OSError as error:
        raise InstallError(
            f"cannot write the lab's cache: {error.strerror or error} ({error.filename or cache}).\n"
            "Make room or give the rights, or name another place: TLSLAB_CACHE=/a/directory."
        ) from error
    return python


def ways_to_build(environment: Path, lock: Path, compiled: bool, pip: Sequence[str]) -> list[list[list[str]]]:
    """The commands of uv, of pip, or of both where both are here. Raises InstallError where none is."""
    base, uv = base_python(), shutil.which("uv")
    ways = [uv_commands(uv, base, environment, lock, compiled)] if uv else []
    if can_make_environments():
        ways.append(pip_commands(base, environment, lock, compiled, pip))
    if not ways:
        raise InstallError(missing_ensurepip(base))
    return ways


def _build_anew(
    environment: Path,
    lock: Path,
    echo: Echo,
    purpose: str,
    ways: Sequence[Sequence[Sequence[str]]],
    descriptor: int,
    downloads: Path,
) -> None:
    cache = environment.parent
    echo(f"installing {purpose} ({packages_in(lock)} packages, once) into {environment}")
    log = cache / f"{environment.name}.log"
    log.write_bytes(b"")
    env = installer_environment(os.environ, downloads)
    failed: str | None = None
    try:
        for commands in ways:
            shutil.rmtree(environment, ignore_errors=True)
            # The working directory is the lock's: uv reads uv.toml and pyproject.toml of the directory it
            # stands in.
            failed = build(commands, log, descriptor, lock.parent, env)
            if failed is None:
                (environment / f"{READY}.new").touch()
                (environment / f"{READY}.new").replace(environment / READY)
                log.unlink()
                return
        raise InstallError(explain_failure(purpose, failed or "", log, lock))
    finally:
        if not is_ready(environment):
            shutil.rmtree(environment, ignore_errors=True)


def can_make_environments() -> bool:
    """Whether this Python has venv and ensurepip (Debian splits them off into python3-venv)."""
    importlib.invalidate_caches()  # they may have been installed a moment ago
    return find_spec("venv") is not None and find_spec("ensurepip") is not None


def venv_package() -> str:
    """Debian's package with ensurepip for the running Python version."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def missing_ensurepip(python: Path) -> str:
    """The sentence for a Python that cannot make environments."""
    return (
        f"{python} has no ensurepip, so it cannot make the environment that the lab runs in.\n"
        f"Debian and Ubuntu bring it with: {system.as_root(system.apt_command([venv_package()]))}\n"
        "or let the lab do it: add --setup to the command. With uv on PATH nothing is needed."
    )


def explain_failure(purpose: str, failed: str, log: Path, lock: Path) -> str:
    """The sentences for a failed installer: what was wanted, what failed, its last words, what next."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(
        [
            f"cannot install {purpose}: the {packages_in(lock)} packages of {lock} are needed once,",
            "from the Python package index that pip (or uv) is configured for on this machine.",
            f"What failed: {failed}",
            f"Its last lines (all of them: {log}):",
            *(f"  | {line}" for line in lines[-LOG_LINES_SHOWN:]),
            "If there is no network, connect (or give pip its index, proxy, certificates: `pip config`)",
            "and start again. Nothing half-installed was left behind.",
        ]
    )
