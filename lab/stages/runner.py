"""One process: an invocation run to its end inside the sandbox, with a hard timeout for its whole process group."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tlslab.clients.base import Invocation
from tlslab.model.outcome import Completed
from tlslab.runtime.deadline import deadline
from tlslab.runtime.tasks import abandon, to_the_end
from tlslab.runtime.unattended import unattended
from tlslab.stages import clock, leftovers
from tlslab.stages.sandbox import Sandbox

PATH = "/usr/local/bin:/usr/bin:/bin"
END_TIMEOUT = 5.0
"""Seconds in which a process that was killed ends, and its pipes with it."""
_PART = 1 << 16


def clean_environment(home: Path) -> dict[str, str]:
    """The whole environment that a program of the lab starts with; the machine's own is not inherited."""
    return {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": str(home), "TMPDIR": str(home)}


def lay_out(invocation: Invocation, workdir: Path) -> None:
    """Write the files of the invocation into its workdir."""
    for name, content in invocation.files.items():
        path = workdir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


async def run(sandbox: Sandbox, invocation: Invocation, workdir: Path) -> Completed:
    """Lay out the files in `workdir`, prepare and run the invocation there, and collect what it left.

    Raises OSError when it cannot be started, or when a command that prepares it fails.
    """
    lay_out(invocation, workdir)
    for command in invocation.prepare:
        prepared = await _run(sandbox, Invocation(command, invocation.env, timeout=invocation.prepare_timeout), workdir)
        if prepared.exit_status != 0:
            raise OSError(leftovers.failed(command, prepared.exit_status, prepared.stderr, prepared.stdout))
    return await _run(sandbox, invocation, workdir)


async def _run(sandbox: Sandbox, invocation: Invocation, workdir: Path) -> Completed:
    began = time.monotonic()
    process = await start(
        sandbox,
        invocation.argv,
        workdir,
        {**clean_environment(workdir), **invocation.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    out, err = bytearray(), bytearray()
    streams = [
        asyncio.create_task(_feed(process.stdin, invocation.stdin.encode())),
        asyncio.create_task(_read(process.stdout, out)),
        asyncio.create_task(_read(process.stderr, err)),
    ]
    try:
        with contextlib.suppress(TimeoutError):
            async with deadline(invocation.timeout):
                await exited(process)
    finally:
        ended, seconds = process.has_ended, time.monotonic() - began
        await to_the_end(_finish(sandbox, process, streams))
        clock.forget(invocation, process.pid)
    return Completed(
        exit_status=process.returncode if ended else None,
        stdout=leftovers.text(out),
        stderr=leftovers.text(err),
        seconds=seconds,
        collected=tuple(leftovers.collect(workdir, invocation.collect).items()),
    )


async def _finish(sandbox: Sandbox, process: "Process", streams: list[asyncio.Task[None]]) -> None:
    await end(sandbox, process)
    # No process of the group holds the pipes any more, so they end; a process that left the group may.
    with contextlib.suppress(TimeoutError):
        async with deadline(END_TIMEOUT):
            await asyncio.wait(streams)
    await abandon(streams)
    await forget(process)


async def _undo(sandbox: Sandbox, process: "Process") -> None:
    await end(sandbox, process)
    await forget(process)


class Process:
    """A program that the lab has started, with its pipes as streams.

    Not asyncio's own: before Python 3.12 that one belongs to one event loop, and cancelled while it starts it waits for
    pipes that it has not made yet, for ever.
    """

    stdin: asyncio.StreamWriter | None = None
    stdout: asyncio.StreamReader | None = None
    stderr: asyncio.StreamReader | None = None

    def __init__(self, popen: "subprocess.Popen[bytes]") -> None:
        self._popen = popen
        self._pipes: list[asyncio.ReadTransport | asyncio.WriteTransport] = []

    @property
    def pid(self) -> int:
        """Its process id; no other process has it before `forget`."""
        return self._popen.pid

    @property
    def has_ended(self) -> bool:
        """Whether it has ended, even when another process still holds its pipes."""
        if self.returncode is not None:
            return True
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    @property
    def returncode(self) -> int | None:
        """Its exit status, after `forget`; negative: the signal that killed it."""
        return self._popen.returncode

    async def connect(self, limit: int) -> None:
        """Make streams of its pipes; a line has at most `limit` bytes."""
        popen = self._popen
        loop = asyncio.get_running_loop()
        if popen.stdin is not None:
            protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
            writing, _ = await loop.connect_write_pipe(lambda: protocol, popen.stdin)
            self._pipes.append(writing)
            self.stdin = asyncio.StreamWriter(writing, protocol, None, loop)
        self.stdout = await self._reader(popen.stdout, limit)
        self.stderr = await self._reader(popen.stderr, limit)

    async def _reader(self, pipe: IO[bytes] | None, limit: int) -> asyncio.StreamReader | None:
        if pipe is None:
            return None
        reader = asyncio.StreamReader(limit)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        self._pipes.append(transport)
        return reader

    async def forget(self) -> None:
        """Close its pipes, and take the exit status."""
        for pipe in self._pipes:
            if not isinstance(pipe, asyncio.WriteTransport):
                pipe.close()
            elif not pipe.is_closing() or pipe.get_write_buffer_size():
                pipe.abort()  # `close` would wait for a reader
        await asyncio.sleep(0)  # they close in the next turn of the loop
        for file in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if file is not None:
                file.close()
        self._popen.poll()

    def wait(self) -> None:
        """Block until it has ended."""
        self._popen.wait()


async def start(
    sandbox: Sandbox,
    argv: Sequence[str],
    workdir: Path,
    env: Mapping[str, str],
    *,
    limit: int = _PART,
    stdin: int | IO[bytes] | None = None,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> Process:
    """Start a command inside the sandbox, in this directory, in a session of its own. Raises OSError.

    `limit`: bytes of a line that is read from it. Cancelled in the middle, it ends what it has started.
    """
    process = Process(
        subprocess.Popen(
            sandbox.argv(argv, workdir),
            env=sandbox.env(env),
            start_new_session=True,
            bufsize=0,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )
    )
    try:
        await process.connect(limit)
    except BaseException:
        await to_the_end(_undo(sandbox, process))
        raise
    return process


async def end(sandbox: Sandbox, process: Process) -> None:
    """End the process and its group, which the lab started, and wait for it. Its pipes can still be read."""
    try:
        if sandbox.enters_namespaces and not process.has_ended:
            # The process is nsenter, and the program its child. nsenter must outlive it: a process that dies in a PID
            # namespace when the parent outside has gone is reaped by the machine's init, sooner, later or never, and
            # until then the namespace does not end (pid_namespaces(7)).
            children = _children(process.pid)
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            if children:
                await _wait_for_the_end(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await _wait_for_the_end(process)


async def _wait_for_the_end(process: Process) -> None:
    """Wait for a killed process: SIGKILL does not end it while the kernel works for it (signal(7))."""
    with contextlib.suppress(TimeoutError):
        async with deadline(END_TIMEOUT):
            await exited(process)


async def exited(process: Process) -> None:
    """Wait until the process itself has ended, even when another process holds its pipes."""
    if process.has_ended:
        return
    try:
        descriptor = os.pidfd_open(process.pid)  # pidfd_open(2): Linux 5.3
    except ProcessLookupError:
        return
    except (AttributeError, OSError):
        await unattended(process.wait)
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def forget(process: Process) -> None:
    """Close the pipes of a process that has ended, and take its exit status."""
    await process.forget()


async def _feed(stream: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # A program may end without reading its input.
        stream.write(data)
        await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader, kept: bytearray) -> None:
    """Read to the end, and keep the beginning."""
    while part := await stream.read(_PART):
        kept += part[: leftovers.KEPT - len(kept)]


def _children(pid: int) -> list[int]:
    """The children of a process that the lab started and has not waited for (proc(5), /proc/pid/task/tid/children)."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
