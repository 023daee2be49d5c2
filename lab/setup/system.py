"""The system: whether the machine has the programs and libraries that something needs (`tlslab.setup.needs`), and how
to get them.

Standard library only: the launcher's first start uses this module before the lab's environment exists.
Finding changes nothing; `install` is the only function that changes the machine, through apt, after the
user agreed.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tlslab.setup.needs import Program, System

Echo = Callable[[str], None]
Ask = Callable[[str], bool]

# Where Debian keeps daemons; not in the PATH of ordinary users.
ADMIN_DIRECTORIES = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class SetupError(Exception):
    """System packages could not be installed. The text says why and what to do next."""


def find_program(name: str) -> Path | None:
    """The program `name` in PATH or in the directories for daemons."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *ADMIN_DIRECTORIES])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def library_directories() -> list[Path]:
    """Where shared libraries are on the systems that the lab knows (FHS, Debian's multiarch, Homebrew)."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or f"{os.uname().machine}-linux-gnu"
    roots = [Path(directory) for directory in ("/usr/lib", "/lib", "/usr/local/lib")]
    candidates = [*(root / multiarch for root in roots), Path("/usr/lib64"), Path("/lib64"), *roots]
    candidates.append(Path("/opt/homebrew/lib"))
    # Debian has directories of their own for ODBC drivers and for libfaketime, which others have as well.
    with_own = [directory for each in candidates for directory in (each, each / "odbc", each / "faketime")]
    return [directory for directory in with_own if directory.is_dir()]


def find_library(pattern: str) -> Path | None:
    """The shared library with that file name (a glob), without loading it."""
    patterns = [pattern]
    if sys.platform == "darwin":
        patterns.append(re.sub(r"\.so\.(\d+)$", r".\1.dylib", pattern))
    return next(
        (hit for directory in library_directories() for each in patterns for hit in sorted(directory.glob(each))),
        None,
    )


def find_file(patterns: Iterable[str]) -> Path | None:
    """The first file at one of these whole paths, globs allowed; of several the one whose name is the last."""
    hits = (sorted(Path("/").glob(pattern.lstrip("/"))) for pattern in patterns)
    return next((found[-1] for found in hits if found), None)


def find(wanted: System) -> Path | None:
    """Where the needed program or library is on this machine."""
    if isinstance(wanted, Program):
        return find_program(wanted.name)
    return next((path for name in wanted.files if (path := find_library(name))), None)


def missing(needs: Iterable[System]) -> list[System]:
    """The needs that the machine lacks; needs that exist on Linux alone are not missing elsewhere."""
    return [each for each in needs if not (each.linux_only and sys.platform != "linux") and find(each) is None]


def packages(needs: Iterable[System]) -> list[str]:
    """Their Debian packages, each once, in order."""
    return list(dict.fromkeys(package for each in needs for package in each.packages.apt.split()))


def as_root(command: Sequence[str]) -> str:
    """The command line as this user has to type it: as it is for root, else with sudo, else with su."""
    line = shlex.join(command)
    if os.geteuid() == 0:
        return line
    return f"sudo {line}" if shutil.which("sudo") else f"su -c {shlex.quote(line)}"


def apt_command(names: Sequence[str]) -> list[str]:
    """The command that installs these Debian packages, to be run as root."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *names]


def has_apt() -> bool:
    """Whether this is a system with apt (Debian, Ubuntu and kin)."""
    return find_program("apt-get") is not None


def how_to_get(wanted: System) -> str:
    """The exact command that brings what is missing; without apt, what to ask the package manager for."""
    if isinstance(wanted, Program) and wanted.how_to_get:
        return wanted.how_to_get
    names = packages([wanted])
    if has_apt():
        return as_root(apt_command(names))
    return f"with this system's package manager: what Debian calls {' '.join(names)}"


def ask_on_terminal(question: str) -> bool:
    """Asks on the terminal. Without a terminal the user cannot agree, so the answer is no."""
    if not sys.stdin.isatty():
        print(
            f"tlslab: {question} Nobody is here to answer (no terminal): no. --yes or CI=true answers yes.",
            file=sys.stderr,
        )
        return False
    print(f"tlslab: {question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def agreed_beforehand(yes: bool) -> bool:
    """Whether `--yes` or CI=true has answered the questions."""
    return yes or os.environ.get("CI", "").lower() in {"true", "1"}


# Runs as root, for root and through sudo alike; "$@" are package names.
# policy-rc.d is Debian's switch against starting services on installation (exit 101: "action not allowed",
# see https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt): the lab wants nginx' program,
# never its service on port 80. An administrator's own policy-rc.d stays; one that a killed setup left behind
# is known by its mark and removed. The lock is taken on a directory because that leaves no lock file behind.
INSTALL_AS_ROOT = r"""
set -u
export DEBIAN_FRONTEND=noninteractive
exec 9</usr/sbin && flock 9
policy=/usr/sbin/policy-rc.d mark='# made by tlslab setup'
if [ ! -e "$policy" ] || grep -q "^$mark" "$policy"; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' HUP TERM
    printf '#!/bin/sh\n%s, removed when it ends\nexit 101\n' "$mark" >"$policy" && chmod 755 "$policy"
fi
get() {
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null 9>&-
}
get -s install "$@" >/dev/null 2>&1 || get update || echo "apt-get update failed"
available=''
for package; do
    if apt-cache show "$package" >/dev/null 2>&1; then available="$available $package"
    else echo "not available from this system's package sources: $package"; fi
done
[ -n "$available" ] || exit 100
had_nginx=$(command -v nginx)
get install $available || { get update && get install $available; } || exit $?
# Installed for its program, so the next boot must not start it either.
if [ -z "$had_nginx" ] && [ -d /run/systemd/system ] && command -v nginx >/dev/null; then
    systemctl disable nginx >/dev/null 2>&1 || echo "could not disable nginx.service"
fi
exit 0
"""


def install(names: Sequence[str], *, yes: bool, ask: Ask, echo: Echo) -> None:
    """Installs Debian packages with apt: says which, asks before it uses root or sudo, starts no service.

    Raises:
        SetupError: no apt here, no way to become root, the user said no, or apt failed.
    """
    if not has_apt():
        raise SetupError(
            f"no apt here. Install with this system's package manager what Debian calls: {' '.join(names)}"
        )
    command = as_root(apt_command(names))
    become_root: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None:
            raise SetupError(f"installing needs root and there is no sudo. With root's password: {command}")
        become_root = [sudo] if sys.stdin.isatty() else [sudo, "-n"]
    echo(f"setup will install these system packages: {' '.join(names)}")
    if not agreed_beforehand(yes) and not ask(f"Install them now ({'with sudo' if become_root else 'as root'})?"):
        raise SetupError(f"not installed. To do it yourself: {command}")
    words = _run_as_root([*become_root, "sh", "-c", INSTALL_AS_ROOT, "tlslab-setup", *names], echo)
    if words:
        raise SetupError(
            "\n".join(["installing system packages failed:", *(f"  | {word}" for word in words), f"Try: {command}"])
        )


def _run_as_root(command: Sequence[str], echo: Echo) -> list[str]:
    """Runs the installation, telling its steps. Returns nothing when it succeeded, else its last lines."""
    lines: list[str] = []
    unpacked = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as running:
        assert running.stdout is not None
        for line in map(str.rstrip, running.stdout):
            if not line:
                continue
            lines.append(line)
            if line.startswith("Setting up "):
                unpacked += 1
            elif line.startswith(("Need to get ", "not available", "could not disable", "apt-get update failed")):
                echo(line)
            elif line.startswith("E: Could not get lock") or "Waiting for cache lock" in line:
                echo("another apt is running; waiting for it.")
    if running.returncode == 0:
        echo(f"installed {unpacked} system packages")
        return []
    return [*lines[-8:], f"(exit status {running.returncode})"]
