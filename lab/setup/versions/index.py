"""The index: asks PyPI, npm, Maven, Go or Cargo, as this machine is configured for them, which versions exist and which
packages a requirement comes to.

`resolve` writes its result as a lock, with hashes, so that building an environment from it needs no more
decisions. This module holds no address of an index: pip, npm, Maven, Go and Cargo have them configured.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tlslab.setup import crates, go_modules, installer, jars
from tlslab.setup.crates import LockedCrate
from tlslab.setup.go_modules import LockedModule
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import NPM
from tlslab.setup.system import how_to_get
from tlslab.setup.versions.registry import RegistryKind, unpin

QUESTION_TIMEOUT = 60.0
RESOLVE_TIMEOUT = 900.0
"""Seconds. Resolving downloads wheels whose metadata the index does not serve apart."""
FEW_RETRIES = ("--retries", "2")
NO_VERSION = "0.0.0.dev0"
"""A version that no package has: asking for it makes pip list those that exist."""
WHEELS = ("--only-binary", ":all:")
LOCK, MANIFEST, NPM_LOCK = "requirements.txt", "package.json", "package-lock.json"
JARS_LOCK, MODULES_LOCK, CRATES_LOCK = "jars.txt", "modules.txt", "crates.txt"


class Index:
    """The package indexes of this machine, asked through pip, npm and Maven. `cache`: the lab's."""

    def __init__(self, cache: Path, echo: Echo) -> None:
        self._cache = cache
        self._echo = echo

    def versions(self, kind: RegistryKind, package: str, *, wheels: bool = True) -> tuple[str, ...]:
        """The versions that exist; empty when there are none or no index answers. `wheels`: only those that this
        machine can install without building.

        Raises InstallError when there is no pip, npm, Maven or Go to ask with.
        """
        if kind is RegistryKind.MAVEN:
            return jars.versions(package, self._cache, self._echo)
        if kind is RegistryKind.GO:
            return go_modules.versions(package, self._echo)
        if kind is RegistryKind.CARGO:
            return crates.versions(package)
        if kind is RegistryKind.NPM:
            return self._npm_versions(package)
        if wheels:
            # `pip index versions` lists what there are only sources of, too; the resolver says what it can choose from.
            command = ["install", "--dry-run", "--no-deps", "--ignore-installed", *FEW_RETRIES, *WHEELS]
            done = self._run([*self.pip(), *command, f"{package}=={NO_VERSION}"], self._cache, QUESTION_TIMEOUT)
            found = re.search(r"\(from versions: ([^()]*)\)", done.stderr)
            listed = found[1] if found and found[1] != "none" else ""
        else:
            command = ["index", "versions", *FEW_RETRIES, package]
            done = self._run([*self.pip(), *command], self._cache, QUESTION_TIMEOUT)
            listed = next(
                (line[19:] for line in done.stdout.splitlines() if line.startswith("Available versions:")), ""
            )
        return tuple(word.strip() for word in listed.split(",") if word.strip())

    def resolve(self, kind: RegistryKind, requirements: Sequence[str], into: Path) -> str | None:
        """Write the lock of these requirements into the directory `into`; None, or what the package manager said.

        Raises InstallError when there is no pip, npm, Maven or Go, or a jar is not the one that the project knows.
        """
        ways = {
            RegistryKind.PYPI: self._pip_lock,
            RegistryKind.NPM: self._npm_lock,
            RegistryKind.MAVEN: self._jars_lock,
            RegistryKind.GO: self._modules_lock,
            RegistryKind.CARGO: self._crates_lock,
        }
        return ways[kind](requirements, into)

    def build_wheel(self, folder: Path, into: Path) -> Path:
        """Build a Python project into a wheel. Raises InstallError."""
        command = [*self.pip(), "wheel", "--no-deps", "--wheel-dir", str(into), "."]
        done = self._run(command, folder, RESOLVE_TIMEOUT)
        return _only(into, "*.whl", folder, done)

    def pack(self, folder: Path, into: Path) -> Path:
        """Pack an npm project into a tarball. Raises InstallError."""
        command = [*self._npm(), "pack", "--ignore-scripts", "--pack-destination", str(into)]
        done = self._run(command, folder, RESOLVE_TIMEOUT)
        return _only(into, "*.tgz", folder, done)

    def _pip_lock(self, requirements: Sequence[str], into: Path) -> str | None:
        report = into / "report.json"
        command = [
            *self.pip(), "install", "--dry-run", "--ignore-installed", "--quiet", *FEW_RETRIES, *WHEELS,
            "--report", str(report), *requirements,
        ]  # fmt: skip
        done = self._run(command, into, RESOLVE_TIMEOUT)
        if done.returncode != 0:
            return _last_words(done)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
        report.unlink()
        (into / LOCK).write_text("".join(sorted(_locked(item) for item in found)), encoding="utf-8")
        return None

    def _npm_lock(self, requirements: Sequence[str], into: Path) -> str | None:
        (into / MANIFEST).write_text(json.dumps({"name": "tlslab-version", "private": True}) + "\n")
        command = [
            *self._npm(), "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund",
            "--save-exact", "--install-links", "--prefix", str(into), *requirements,
        ]  # fmt: skip
        done = self._run(command, into, RESOLVE_TIMEOUT)
        return None if done.returncode == 0 else _last_words(done)

    def _jars_lock(self, requirements: Sequence[str], into: Path) -> str | None:
        lines = []
        for artifact, version in map(unpin, requirements):
            path = jars.fetch(artifact, version, self._cache, self._echo)
            if path is None:
                return f"  | {jars.problem_of(artifact, version)}"
            lines.append(f"{jars.checked(artifact, version, path)}\n")
        (into / JARS_LOCK).write_text("".join(lines), encoding="utf-8")
        return None

    def _modules_lock(self, requirements: Sequence[str], into: Path) -> str | None:
        lines: list[str] = []
        for requirement in requirements:
            path, _, directory = requirement.partition(go_modules.IN_DIRECTORY)
            name, version = unpin(requirement)
            module = (
                LockedModule(path, go_modules.NO_VERSION, directory=directory)
                if directory
                else LockedModule(name, f"v{version}")
            )
            found = go_modules.resolve(module, self._echo)
            if isinstance(found, str):
                return "\n".join(f"  | {line}" for line in found.splitlines()[-installer.LOG_LINES_SHOWN :])
            lines += map(str, found)
        (into / MODULES_LOCK).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return None

    def _crates_lock(self, requirements: Sequence[str], into: Path) -> str | None:
        wanted: list[LockedCrate] = []
        for requirement in requirements:
            what, _, directory = requirement.partition(crates.IN_DIRECTORY)
            name, features = crates.split(what.partition("@")[0])
            version = "" if directory else unpin(requirement)[1]
            wanted.append(LockedCrate(name, version, directory=directory, features=features))
        found = crates.resolve(wanted)
        if isinstance(found, str):
            return "\n".join(f"  | {line}" for line in found.splitlines()[: installer.LOG_LINES_SHOWN])
        (into / CRATES_LOCK).write_text("".join(f"{crate}\n" for crate in found), encoding="utf-8")
        return None

    def _npm_versions(self, package: str) -> tuple[str, ...]:
        done = self._run([*self._npm(), "view", package, "versions", "--json"], self._cache, QUESTION_TIMEOUT)
        try:
            found = json.loads(done.stdout)
        except ValueError:
            return ()
        # One version alone is not a list; an answer with an error is a dictionary.
        return tuple(map(str, found)) if isinstance(found, list) else (found,) if isinstance(found, str) else ()

    def pip(self) -> list[str]:
        """The command of a pip of this Python. Raises InstallError when there is none and none can be made."""
        python = Path(sys.executable) if find_spec("pip") else self._python_with_pip()
        return [str(python), "-I", "-m", "pip"]

    def _python_with_pip(self) -> Path:
        """A Python with pip in the cache: uv makes environments without one."""
        home = self._cache / "versions" / f"pip-{installer.python_tag()}"
        python = home / "bin" / "python"
        if installer.is_ready(home):
            return python
        base, uv = str(installer.base_python()), shutil.which("uv")
        if uv:
            command = [uv, "venv", "--no-project", "--seed", "--python", base, str(home)]
        elif installer.can_make_environments():
            command = [base, "-I", "-m", "venv", str(home)]
        else:
            raise InstallError(installer.missing_ensurepip(Path(base)))
        with installer.locked(home.with_suffix(".lock"), self._echo):
            if not installer.is_ready(home):
                shutil.rmtree(home, ignore_errors=True)
                done = self._run(command, self._cache, QUESTION_TIMEOUT)
                if done.returncode != 0:
                    raise InstallError(f"cannot make an environment with pip: {_last_words(done)}")
                (home / installer.READY).touch()
        return python

    def _npm(self) -> list[str]:
        npm = shutil.which("npm")
        if npm is None:
            raise InstallError(f"versions of npm packages need npm. Get it: {how_to_get(NPM)}")
        return [npm]

    def _run(self, command: Sequence[str], cwd: Path, timeout: float) -> "subprocess.CompletedProcess[str]":
        env = installer.installer_environment(os.environ, self._cache / "downloads")
        env = {"npm_config_cache": str(self._cache / "downloads" / "npm"), "npm_config_update_notifier": "false"} | env
        cwd.mkdir(parents=True, exist_ok=True)
        try:
            return subprocess.run(
                list(command), cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                errors="replace", timeout=timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            words = f"no answer in {timeout:.0f} seconds"
            return subprocess.CompletedProcess(list(command), 1, stdout="", stderr=words)


def _locked(item: dict[str, object]) -> str:
    """A line of the lock from an entry of pip's installation report (pip's documentation, "Installation Report")."""
    metadata, download = item["metadata"], item["download_info"]
    assert isinstance(metadata, dict)
    assert isinstance(download, dict)
    what = f"{metadata['name']}=={metadata['version']}"
    if item.get("is_direct"):
        what = f"{metadata['name']} @ {download['url']}"
    archive = download["archive_info"]
    # Before 23.1, pip wrote the older form alone (PyPA specifications, "Direct URL Data Structure", archive_info.hash).
    digest = archive["hashes"]["sha256"] if "hashes" in archive else archive["hash"].removeprefix("sha256=")
    return f"{what} --hash=sha256:{digest}\n"


def _only(directory: Path, pattern: str, source: Path, done: "subprocess.CompletedProcess[str]") -> Path:
    found = sorted(directory.glob(pattern))
    if done.returncode != 0 or len(found) != 1:
        raise InstallError(f"cannot build {source}:\n{_last_words(done)}")
    return found[0]


def _last_words(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith(("WARNING:", "npm warn", "npm notice", "[notice]"))] or lines
    # pip ends with the reason, npm begins with it.
    begins = own[0].startswith("npm error") if own else False
    shown = own[: installer.LOG_LINES_SHOWN] if begins else own[-installer.LOG_LINES_SHOWN :]
    return "\n".join(f"  | {line}" for line in shown)


def scratch(parent: Path) -> "tempfile.TemporaryDirectory[str]":
    """A directory that is removed when the context ends, in the parent directory of its later target."""
    parent.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=".new-", dir=parent)
