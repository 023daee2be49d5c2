"""The provision: brings what the clients need from PyPI and npm, and finds it again.

`ensure_clients_venv` and `ensure_node_modules` fill the lab's cache and touch nothing else. Real clients live in
environments of their own, never in the one that the lab itself runs in. Finding (`clients_python`, `node_modules`,
`odbc_driver`) never installs.
"""

import glob
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tlslab
from tlslab import PROGRAM
from tlslab.runtime import child
from tlslab.setup import cache, installer
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import NODE, NPM
from tlslab.setup.system import how_to_get

# tedious needs Node 18.17 (`engines` in npm/package-lock.json).
NODE_MINIMUM = (18, 17)

NPM_TIMEOUT = 900.0
"""Seconds in which npm fetches a handful of packages."""

# The directories of the wheel mssql-python-odbc, by what /etc/os-release says in ID and ID_LIKE.
DRIVER_FAMILIES: Mapping[str, str] = {
    "debian": "debian_ubuntu", "ubuntu": "debian_ubuntu", "rhel": "rhel", "fedora": "rhel", "centos": "rhel",
    "suse": "suse", "opensuse": "suse", "sles": "suse", "alpine": "alpine",
}  # fmt: skip
DRIVER_WHEELS = ("mssql_python_odbc", "mssql_python")
"""Where the driver lies: in a wheel of its own, or in that of earlier versions of mssql-python."""
DRIVER_ARCHITECTURES: Mapping[str, str] = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "arm64",
    "arm64": "arm64",
}


cache_dir = cache.cache_dir


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


# --- Python clients


def _clients_lock() -> Path:
    return tlslab.LOCKS / "requirements" / "clients.txt"


def _clients_environment() -> Path:
    machine = f"{platform.system()}-{platform.machine()}"
    return cache_dir() / f"clients-{_digest(_clients_lock())}-{machine}-{installer.python_tag()}"


def ensure_clients_venv(echo: Echo) -> Path:
    """Builds the environment of the Python clients unless it is there; returns its Python.

    Raises:
        InstallError: it could not be built (no network, no ensurepip); the text says what to do.
    """
    return installer.ensure(
        _clients_environment(), _clients_lock(), echo, "the Python clients under test", compiled=True
    )


def clients_python() -> Path | None:
    """The Python of the clients' environment, None while it has not been built."""
    environment = _clients_environment()
    return environment / "bin" / "python" if installer.is_ready(environment) else None


def clients_site_packages() -> Path | None:
    """Where the Python clients' packages are, None while they have not been installed."""
    if clients_python() is None:
        return None
    return _clients_environment() / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def certifi_roots(site_packages: Path) -> Path | None:
    """The list of roots of the package certifi, which Python clients read in place of the system's store; None where
    it is not installed.
    """
    found = site_packages / "certifi" / "cacert.pem"
    return found if found.is_file() else None


# --- Microsoft's ODBC driver


def driver_family(os_release: Mapping[str, str]) -> str | None:
    """The wheel's directory for a Linux distribution, from its /etc/os-release (ID first, then ID_LIKE)."""
    names = [os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()]
    # openSUSE's IDs carry the edition: opensuse-leap, opensuse-tumbleweed.
    return next(
        (DRIVER_FAMILIES[short] for name in names if (short := name.partition("-")[0]) in DRIVER_FAMILIES),
        None,
    )


def odbc_driver(
    site_packages: Path, os_release: Mapping[str, str] | None = None, machine: str | None = None
) -> Path | None:
    """Microsoft ODBC Driver 18 in the wheel that carries it, used in place; None when there is none for
    this machine.

    Args:
        site_packages: the clients' packages (`clients_site_packages`).
        os_release: fields of /etc/os-release; this machine's when absent. Ignored on macOS.
        machine: as `uname -m` says; this machine's when absent.
    """
    architecture = DRIVER_ARCHITECTURES.get((machine or platform.machine()).lower())
    if architecture is None:
        return None
    if os_release is None and sys.platform == "darwin":
        place, pattern = Path("libs", "macos", architecture, "lib"), "libmsodbcsql.18.dylib"
    else:
        try:
            family = driver_family(platform.freedesktop_os_release() if os_release is None else os_release)
        except OSError:  # no os-release: not a distribution that the driver is built for
            return None
        if family is None:
            return None
        place, pattern = Path("libs", "linux", family, architecture, "lib"), "libmsodbcsql-18*.so*"
    return next(
        (driver for wheel in DRIVER_WHEELS for driver in sorted((site_packages / wheel / place).glob(pattern))), None
    )


def rust_odbc_driver(site_packages: Path, machine: str | None = None) -> Path | None:
    """Microsoft's ODBC driver in Rust in the wheel mssql-python-rs, used in place; None when there is none for this
    machine.
    """
    architecture = DRIVER_ARCHITECTURES.get((machine or platform.machine()).lower(), "")
    found = site_packages / "mssql_py_core" / "libs" / "linux" / "glibc" / architecture / "lib" / "mssqlodbc.so"
    return found if found.is_file() else None


def packaged_files(site_packages: Path) -> dict[str, Path]:
    """What the packages of the Python clients carry beside Python, by the names in `Machine.files`."""
    found = {
        "odbc18": odbc_driver(site_packages),
        "mssqlodbc": rust_odbc_driver(site_packages),
        "certifi": certifi_roots(site_packages),
    }
    return {name: path for name, path in found.items() if path}


# --- Node clients


def _node_directory() -> Path:
    npm = tlslab.LOCKS / "npm"
    return cache_dir() / f"npm-{_digest(npm / 'package.json', npm / 'package-lock.json')}"


def node_modules() -> Path | None:
    """The directory node_modules with the Node clients, None while they have not been installed."""
    modules = _node_directory() / "node_modules"
    return modules if modules.is_dir() else None


def ensure_node_modules(echo: Echo) -> Path:
    """Installs the Node clients from npm/package-lock.json into the lab's cache unless they are there;
    returns node_modules.

    No package's own script is run (tedious needs none) and nothing is installed globally.

    Raises:
        InstallError: npm is missing, Node is too old, or npm failed; the text says what to do.
    """
    return install_node_packages(_node_directory(), tlslab.LOCKS / "npm", echo, "the Node clients under test (tedious)")


def install_node_packages(target: Path, manifests: Path, echo: Echo, purpose: str) -> Path:
    """Installs what package.json and package-lock.json in `manifests` name into `target`, unless it is there; returns
    node_modules. A target appears whole or not at all.

    Raises:
        InstallError: npm is missing, Node is too old, or npm failed; the text says what to do.
    """
    modules = target / "node_modules"
    if modules.is_dir():
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise InstallError(f"tedious needs npm, which is not installed. Get it: {how_to_get(NPM)}")
    _check_node()
    with installer.locked(target.parent / f"{target.name}.lock", echo) as descriptor:
        if modules.is_dir():
            return modules
        echo(f"installing {purpose} into the lab's cache")
        for abandoned in target.parent.glob(f"{glob.escape(target.name)}.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}.new-", dir=target.parent))
        try:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(manifests / name, fresh / name)
            _run_npm(npm, fresh, cache_dir(), descriptor)
            fresh.chmod(0o755)
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return modules


def _check_node() -> None:
    node = shutil.which("node")
    if node is None:
        raise InstallError(f"tedious needs Node, which is not installed. Get it: {how_to_get(NODE)}")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    try:
        major, minor = (int(part) for part in said.lstrip("v").split(".")[:2])
    except ValueError:
        raise InstallError(f"{node} --version said {said!r}; a Node that works is needed for tedious.") from None
    if (major, minor) < NODE_MINIMUM:
        wanted = ".".join(map(str, NODE_MINIMUM))
        raise InstallError(f"tedious needs Node {wanted} or newer; {node} is {said}. Put a newer one first in PATH.")


def _run_npm(npm: str, directory: Path, cache: Path, descriptor: int) -> None:
    env = {
        "npm_config_cache": str(cache / "downloads" / "npm"),
        "npm_config_update_notifier": "false",
    } | os.environ
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(directory)]
    try:
        done = child.run(command, timeout=NPM_TIMEOUT, cwd=directory, env=env, pass_fds=(descriptor,), together=True)
    except subprocess.TimeoutExpired:
        raise InstallError(
            f"cannot install the Node clients (tedious): npm was not done within {NPM_TIMEOUT:.0f} s. Is its registry "
            "reachable (`npm ping`)?"
        ) from None
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace")
        words = [line for line in said.splitlines() if line.strip()][-installer.LOG_LINES_SHOWN :]
        raise InstallError(
            "\n".join(
                [
                    "cannot install the Node clients (tedious): npm needs its registry (`npm config list`).",
                    f"What failed: {' '.join(command)} (exit status {done.returncode})",
                    *(f"  | {word}" for word in words),
                    f"Check the network and npm's settings, then run {PROGRAM} setup again.",
                ]
            )
        )
