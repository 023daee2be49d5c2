"""Children: programs that the lab runs to their end. Each has a time limit, and none outlives the lab.

Standard library only, as `tlslab.setup.installer` is.
"""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import tlslab

END_TIMEOUT = 10.0
"""Seconds that the pipes of a killed program have to end; a process that left its session may hold them open."""


def run(
    command: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: tuple[int, ...] = (),
    together: bool = False,
    apart: bool = False,
    log: BinaryIO | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command without standard input; its output and its errors (`together`: both as its output; `log`: both go
    to this file, as they come).

    It is killed with its whole session after `timeout` seconds, and by the kernel when the lab dies (on Linux, with
    setpriv). The processes that it started itself are only sure to end when it runs `apart`, in process and mount
    namespaces of its own, which takes root. Raises subprocess.TimeoutExpired, OSError when it cannot be started.
    """
    if shutil.which(command[0]) is None:  # else setpriv or unshare would report it
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    process = subprocess.Popen(
        [*_tied(), *(_APART if apart else ()), *command],
        stdin=subprocess.DEVNULL,
        stdout=log or subprocess.PIPE,
        stderr=subprocess.STDOUT if together or log else subprocess.PIPE,
        env=env,
        cwd=cwd,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            _kill(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out or b"", err or b"")


def environment() -> dict[str, str]:
    """This process' environment, in which another Python finds the lab's packages."""
    path = os.pathsep.join(filter(None, [str(tlslab.IMPORTED_FROM), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PYTHONPATH": path}


_APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--")


def _tied() -> tuple[str, ...]:
    """What ties a program to the life of the thread that starts it (prctl(2), PR_SET_PDEATHSIG), where it exists."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=END_TIMEOUT)
