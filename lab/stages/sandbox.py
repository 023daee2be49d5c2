"""The sandbox of the local stage: names resolve without touching /etc/hosts, and nothing outlives the run.

Where the kernel allows it, a holder process owns a private mount namespace, in which /etc/hosts and /dev/shm are the
lab's, and a private PID namespace. Everything is started inside through `nsenter`. The holder reads a pipe from the
lab: when the lab dies, however it dies, the pipe ends, the holder exits, and the kernel kills every process of the
namespace and drops its mounts (pid_namespaces(7), mount_namespaces(7)). Elsewhere (a container without CAP_SYS_ADMIN),
nss_wrapper resolves the names and `setpriv --pdeathsig` ties every process to the lab.
"""

import contextlib
import os
import select
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tlslab.setup.needs import Library, Packages, Program
from tlslab.stages.clock import SHARED_MEMORY
from tlslab.stages.system_store import BUNDLE, places, variables

NEEDS = (
    Library(
        "nss-wrapper",
        ("libnss_wrapper.so*",),
        Packages(apt="libnss-wrapper"),
        "the library libnss_wrapper.so",
        linux_only=True,
    ),
    Program("unshare", Packages(apt="util-linux"), linux_only=True),
    Program("nsenter", Packages(apt="util-linux"), linux_only=True),
)

_HOLDER = """
while [ $# -gt 0 ]; do mount --bind "$1" "$2" || exit 1; shift 2; done
echo ready && exec cat > /dev/null
"""
_NSS_WRAPPER = "libnss_wrapper.so"
START_TIMEOUT = 60.0
"""Seconds in which a command that does next to nothing is done, on a machine that is busy with something else."""


class SandboxError(Exception):
    """Neither way of the sandbox works on this machine; `what` is lacking, and `how_to_get` says what brings it."""

    def __init__(self, what: str, how_to_get: str) -> None:
        super().__init__(f"{what}: {how_to_get}")
        self.what = what
        self.how_to_get = how_to_get


class Sandbox:
    """A context in which `argv` and `env` make a command that runs inside. `namespaces=False` takes the second way."""

    def __init__(
        self, hosts: Path, *, namespaces: bool = True, store: Path | None = None, roots_files: Iterable[str] = ()
    ) -> None:
        """`store`: a trust store (`tlslab.stages.system_store`) that replaces the system's inside the sandbox.
        `roots_files`: the lists of roots that clients bring, in place of which they find the bundle of the store; only
        in namespaces.
        """
        self._hosts = hosts
        self._store = store
        self._roots_files = tuple(roots_files)
        self._namespaces = namespaces
        self._holder: subprocess.Popen[bytes] | None = None
        self._prefix: tuple[str, ...] = ()
        self._goes_there = False
        """Whether nsenter can set the directory inside, since util-linux 2.38; else `env` does, a program more."""
        self._wrapper = ""

    def __enter__(self) -> Self:
        if not (self._namespaces and self._enter_namespaces()):
            self._enter_wrapper()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._holder is not None:
            assert self._holder.stdin
            self._holder.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._holder.wait(START_TIMEOUT)
            if self._holder.poll() is None:
                self._holder.kill()
                self._holder.wait()

    @property
    def enters_namespaces(self) -> bool:
        """Whether what is started is `nsenter`, with the program as its child; else it becomes the program."""
        return self._holder is not None

    @property
    def description(self) -> str:
        """How names are resolved and processes contained, in words, for the record."""
        if self._holder is not None:
            return "private mount and PID namespaces with the lab's own /etc/hosts"
        return "nss_wrapper for names, parent-death signal for processes (no private namespaces)"

    def argv(self, argv: Iterable[str], directory: Path) -> tuple[str, ...]:
        """The command line that runs this one inside, in this directory (entering a mount namespace forgets the
        present one).
        """
        there = (f"--wdns={directory}", "--") if self._goes_there else ("--", "env", f"--chdir={directory}")
        return (*self._prefix, *there, *argv)

    def env(self, env: Mapping[str, str]) -> dict[str, str]:
        """The environment that goes with it."""
        if not self._wrapper:
            return dict(env)
        if self._store is not None:
            env = {**variables(self._store), **env}
        preload = f"{self._wrapper}:{env['LD_PRELOAD']}" if "LD_PRELOAD" in env else self._wrapper
        return {**env, "LD_PRELOAD": preload, "NSS_WRAPPER_HOSTS": str(self._hosts)}

    def _mounts(self) -> list[str]:
        found = {Path("/etc/hosts"): self._hosts}
        if self._store:
            found |= {**places(self._store), **{Path(path): self._store / BUNDLE for path in self._roots_files}}
        if SHARED_MEMORY.is_dir():  # what a client leaves there goes with the run's directory
            found[SHARED_MEMORY] = self._hosts.parent / "shm"
            found[SHARED_MEMORY].mkdir(exist_ok=True)
        return [str(path) for place, source in found.items() for path in (source, place)]

    def _enter_namespaces(self) -> bool:
        if not (shutil.which("unshare") and shutil.which("nsenter")):
            return False
        ordinary_user = os.geteuid() != 0
        user = ("--user", "--map-current-user", "--keep-caps") if ordinary_user else ()
        holder = subprocess.Popen(
            [
                *("unshare", *user, "--mount", "--pid", "--fork", "--kill-child=KILL", "--"),
                *("sh", "-c", _HOLDER, "sh", *self._mounts()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )
        assert holder.stdin
        assert holder.stdout
        with holder.stdout:
            said = holder.stdout.readline() if select.select([holder.stdout], [], [], START_TIMEOUT)[0] else b""
        if said != b"ready\n":
            holder.stdin.close()
            holder.kill()
            holder.wait()
            return False
        self._holder = holder
        enter_user = ("--user", "--preserve-credentials") if ordinary_user else ()
        namespaces = f"/proc/{holder.pid}/ns"
        self._prefix = (
            "nsenter", f"--mount={namespaces}/mnt", f"--pid={namespaces}/pid_for_children",
            *(f"{flag}={namespaces}/user" if flag == "--user" else flag for flag in enter_user),
        )  # fmt: skip
        self._goes_there = not subprocess.run(
            [*self._prefix, "--wdns=/", "--", "true"], capture_output=True, check=False, timeout=START_TIMEOUT
        ).returncode
        return True

    def _enter_wrapper(self) -> None:
        library = find_nss_wrapper()
        if library is None or not shutil.which("setpriv"):
            raise SandboxError(
                "this machine allows no private namespaces (a container without CAP_SYS_ADMIN?), and nss_wrapper, "
                "which could resolve the lab's names instead, is not installed",
                "apt-get install libnss-wrapper",
            )
        self._wrapper = str(library)
        self._prefix = ("setpriv", "--pdeathsig", "KILL")


def find_nss_wrapper() -> Path | None:
    """The path of libnss_wrapper.so, or None."""
    roots = [Path("/usr/lib"), Path("/usr/lib64"), Path("/lib"), *Path("/usr/lib").glob("*-linux-*")]
    return next((root / _NSS_WRAPPER for root in roots if (root / _NSS_WRAPPER).exists()), None)
