"""One process: an invocation run to its end inside the sandbox, with a hard timeout for its whole process group."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVarTuple

from lab.clients.base import Invocation
from lab.outcome import Completed
from lab.stages.sandbox import Sandbox

Args = TypeVarTuple("Args")

PATH = "/usr/local/bin:/usr/bin:/bin"
END_TIMEOUT = 5.0
"""Seconds in which a process ends whose only child was killed."""
_PART = 1 << 16
_UNKNOWN_STATUS = 255
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
    """Lay out the files in `room`, run the invocation there, and collect what it left.

    Raises OSError when it cannot be started.
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
    assert process.stdin
    assert process.stdout
    assert process.stderr
    feeding = asyncio.create_task(_feed(process.stdin, invocation.stdin.encode()))
    out, err = bytearray(), bytearray()
    reading = [
        asyncio.create_task(_read(process.stdout, out)),
        asyncio.create_task(_read(process.stderr, err)),
    ]
    ended = True
    try:
        async with asyncio.timeout(invocation.timeout):
            await exited(process)
    except TimeoutError:
        ended = False
    finally:
        seconds = time.monotonic() - began
        await end(sandbox, process)
        # Nobody of the group holds the pipes any more, so they end; one who left the group may.
        await asyncio.wait([feeding, *reading], timeout=END_TIMEOUT)
        await forget(process)
        for task in (feeding, *reading):
            task.cancel()
        await asyncio.gather(feeding, *reading, return_exceptions=True)
    return Completed(
        exit_status=process.returncode if ended else None,
        stdout=_text(out),
        stderr=_text(err),
        seconds=seconds,
        collected=tuple(_collect(room, invocation.collect)),
    )


async def start(
    sandbox: Sandbox, argv: Sequence[str], room: Path, env: Mapping[str, str], **more: Any
) -> asyncio.subprocess.Process:
    """Start a command inside the sandbox, in this directory, in a session of its own. Raises OSError.

    Cancelled in the middle, it ends what it has started: asyncio itself would end nsenter alone and orphan the program.
    """
    _watch_without_threads()
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*sandbox.argv(argv, room), env=sandbox.env(env), start_new_session=True, **more)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            process = await starting
            await end(sandbox, process)
            await forget(process)
        raise


@cache
def _watch_without_threads() -> None:
    """Before 3.12 asyncio starts a thread to wait for each child, and the loop stands still until that one runs."""
    if sys.version_info < (3, 12):
        with contextlib.suppress(AttributeError, OSError):
            os.close(os.pidfd_open(os.getpid()))  # pidfd_open(2): Linux 5.3
            asyncio.get_event_loop_policy().set_child_watcher(_Watcher())


if sys.version_info < (3, 12):

    class _Watcher(asyncio.AbstractChildWatcher):
        """Waits for each child in the loop that started it, as PidfdChildWatcher does since 3.12. That of 3.11 is
        attached to one loop, and a process may have several: one in each of its threads.
        """

        def add_child_handler(self, pid: int, callback: Callable[[int, int, *Args], object], *args: *Args) -> None:
            loop, descriptor = asyncio.get_running_loop(), os.pidfd_open(pid)

            def ended() -> None:
                loop.remove_reader(descriptor)
                os.close(descriptor)
                try:
                    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                except ChildProcessError:  # asyncio has taken the status itself, closing what was cancelled
                    status = _UNKNOWN_STATUS
                callback(pid, status, *args)

            loop.add_reader(descriptor, ended)

        def remove_child_handler(self, pid: int) -> bool:
            return False  # asyncio never calls it

        def attach_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
            """Nothing: it belongs to no loop."""

        def is_active(self) -> bool:
            return True

        def close(self) -> None:
            """Nothing to close."""

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass


async def end(sandbox: Sandbox, process: asyncio.subprocess.Process) -> None:
    """End the process and its group, which the lab started, and wait for it. Its pipes can still be read."""
    if process.returncode is None and sandbox.enters_namespaces:
        # The process is nsenter, and the program its child. nsenter must outlive it: who dies in a PID namespace when
        # the parent outside has gone is reaped by the machine's init, sooner, later or never, and until then the
        # namespace does not end (pid_namespaces(7)).
        children = _children(process.pid)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        if children:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_TIMEOUT):
                    await exited(process)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await exited(process)


async def exited(process: asyncio.subprocess.Process) -> None:
    """Wait until the process itself has ended, whoever may hold its pipes: asyncio's `wait` waits for those as well."""
    if process.returncode is not None:
        return
    try:
        descriptor = os.pidfd_open(process.pid)  # pidfd_open(2): Linux 5.3
    except ProcessLookupError:
        return  # it has been waited for a moment ago
    except (AttributeError, OSError):
        await process.wait()
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def forget(process: asyncio.subprocess.Process) -> None:
    """Close the pipes of a process that has ended, and take its exit status."""
    transport: asyncio.SubprocessTransport = process._transport  # type: ignore[attr-defined]  # there is no public way
    for number in (0, 1, 2):
        pipe = transport.get_pipe_transport(number)
        if pipe is not None:
            pipe.close()
    await process.wait()


async def _feed(stream: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # Who does not read it does not want it.
        stream.write(data)
        await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader, kept: bytearray) -> None:
    """Read to the end, and keep the beginning."""
    while part := await stream.read(_PART):
        kept += part[: OUTPUT_LIMIT - len(kept)]


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


def _text(raw: bytes | bytearray) -> str:
    return raw[:OUTPUT_LIMIT].decode("utf-8", errors="replace")
