"""One process: an invocation run to its end inside the sandbox, with a hard timeout for its whole process group."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.clients.base import Invocation
from lab.outcome import Completed
from lab.stages.sandbox import Sandbox

PATH = "/usr/local/bin:/usr/bin:/bin"
END_TIMEOUT = 5.0
"""Seconds in which a process ends whose only child was killed."""
OUTPUT_LIMIT = 1 << 20
"""Bytes of standard output, standard error or a collected file that are kept."""


def clean_environment(home: Path) -> dict[str, str]:
    """The whole environment that a program of the lab starts with; the machine's own is not inherited."""
    return {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": str(home), "TMPDIR": str(home)}


def lay_out(invocation: Invocation, room: Path) -> None:
    """Write the files of the invocation into its room."""
    for name, text in invocation.files.items():
        path = room / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


async def run(sandbox: Sandbox, invocation: Invocation, room: Path) -> Completed:
    """Lay out the files in `room`, run the invocation there, and collect what it left. Raises OSError when it cannot
    be started.
    """
    lay_out(invocation, room)
    began = time.monotonic()
    process = await start(
        sandbox,
        invocation.argv,
        room,
        {**clean_environment(room), **invocation.env},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        stdout, stderr = await asyncio.wait_for(process.communicate(invocation.stdin.encode()), invocation.timeout)
        status: int | None = process.returncode
    except TimeoutError:
        stdout, stderr, status = b"", b"", None
    finally:
        await end(sandbox, process)
    return Completed(
        exit_status=status,
        stdout=_text(stdout),
        stderr=_text(stderr),
        seconds=time.monotonic() - began,
        collected=tuple(_collect(room, invocation.collect)),
    )


async def start(sandbox: Sandbox, argv: Sequence[str], room: Path, env: Mapping[str, str], **more: Any) -> asyncio.subprocess.Process:
    """Start a command inside the sandbox, in this directory, in a session of its own. Raises OSError.

    Cancelled in the middle, it ends what it has started: asyncio itself would end nsenter alone and orphan the program.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *sandbox.argv(argv, room), env=sandbox.env(env), start_new_session=True, **more
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            await end(sandbox, await starting)
        raise


async def end(sandbox: Sandbox, process: asyncio.subprocess.Process) -> None:
    """End the process and its group, which the lab started, and wait for it."""
    if process.returncode is None and sandbox.enters_namespaces:
        # The process is nsenter, and the program its child. nsenter must outlive it: a process of a PID namespace whose parent
        # outside has gone can be reaped by the machine's init alone, and until then the namespace does not end (pid_namespaces(7)).
        for child in _children(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), END_TIMEOUT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await process.wait()


def _children(pid: int) -> list[int]:
    """The children of a process that the lab started and has not waited for (proc(5), /proc/pid/task/tid/children)."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _collect(room: Path, names: tuple[str, ...]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            found.append((name, _text((room / name).read_bytes())))
    return found


def _text(raw: bytes) -> str:
    return raw[:OUTPUT_LIMIT].decode("utf-8", errors="replace")
