"""Workers: processes of clients that serve many attempts, one after the other, as `Invocation.worker` describes.

A JVM takes longer to start than to connect. Attempts share a process only when all that is fixed for it is equal: the
sandbox, argv, environment and files. It serves one attempt at a time, so as many run as there are attempts at once.
One that is late or ends, says more than its one line, or keeps something for its next connection, is not asked again:
the next attempt gets a new one. With the lab it ends because its standard input does, whatever becomes of the lab.
"""

import asyncio
import contextlib
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tlslab.clients.base import Invocation, Worker
from tlslab.model.outcome import Completed
from tlslab.runtime.deadline import deadline
from tlslab.runtime.tasks import abandon, each, to_the_end
from tlslab.stages import clock, leftovers, runner
from tlslab.stages.sandbox import Sandbox

IDLE = 24
"""How many workers are kept that nobody asks at the moment, each perhaps a JVM of 80 megabytes: one for each program
that serves attempts, and for each TLS limit and each clock of theirs."""
_PART = 1 << 16


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What is fixed for a process, by which it is known."""

    sandbox: Sandbox
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, bytes | str], ...]


class Workers:
    """The workers of a run. `new_workdir` gives each the path of a directory of its own, which does not exist yet."""

    def __init__(self, new_workdir: Callable[[], Path], idle: int = IDLE) -> None:
        self._new_workdir = new_workdir
        self._kept = idle
        self._idle: list[_Process] = []

    async def run(self, sandbox: Sandbox, invocation: Invocation, worker: Worker, workdir: Path) -> Completed:
        """Lay out and prepare the files of the attempt in `workdir`, have a worker answer its request, and collect what
        it left.

        The exit status of a worker that has answered is 0; of one that has not it is as `runner.run` says. Raises
        OSError when one cannot be started, or when a command that prepares the attempt fails.
        """
        await runner.prepare(sandbox, invocation, workdir)
        began = time.monotonic()
        fixed = _Fixed(
            sandbox, invocation.argv, tuple(sorted(invocation.env.items())), tuple(sorted(worker.files.items()))
        )
        process = await self._take(fixed) or await self._start(fixed, replace(invocation, files=worker.files))
        answered, ended, marked = False, True, False
        try:
            with contextlib.suppress(TimeoutError):
                async with deadline(invocation.timeout):
                    answered = await process.ask(invocation.stdin)
        finally:
            seconds = time.monotonic() - began
            if not answered:
                ended = process.has_ended
            else:
                marked = process.has_kept(worker.traces)
            if not answered or marked:
                await to_the_end(process.end())
        status = 0 if answered else process.returncode if ended else None
        done = Completed(
            exit_status=status,
            stdout=leftovers.text(process.out),
            stderr=leftovers.text(process.err),
            seconds=seconds,
            collected=tuple(leftovers.collect(workdir, invocation.collect).items()),
        )
        if answered and not marked:
            await self._put_back(process)
        return done

    async def end(self) -> None:
        """End those that nobody asks."""
        idle, self._idle = self._idle, []
        await to_the_end(each(*(process.end() for process in idle)))

    async def _take(self, fixed: _Fixed) -> "_Process | None":
        """One that was started for the same and waits, or None."""
        while found := next((process for process in self._idle if process.fixed == fixed), None):
            self._idle.remove(found)
            if found.waits:
                return found
            await to_the_end(found.end())
        return None

    async def _put_back(self, process: "_Process") -> None:
        self._idle.append(process)
        while len(self._idle) > self._kept:
            spare = self._spare()
            self._idle.remove(spare)
            await to_the_end(spare.end())

    def _spare(self) -> "_Process":
        """The one that has waited longest of those that are not the only one of their kind, else of all."""
        count = Counter(process.fixed for process in self._idle)
        return next((process for process in self._idle if count[process.fixed] > 1), self._idle[0])

    async def _start(self, fixed: _Fixed, invocation: Invocation) -> "_Process":
        workdir = self._new_workdir()
        workdir.mkdir()
        try:
            runner.lay_out(invocation, workdir)
            process = await runner.start(
                fixed.sandbox,
                invocation.argv,
                workdir,
                {**runner.clean_environment(workdir), **invocation.env},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except BaseException:
            leftovers.remove(workdir)
            raise
        return _Process(fixed, invocation, workdir, process)


class _Process:
    """One worker."""

    def __init__(self, fixed: _Fixed, invocation: Invocation, workdir: Path, process: runner.Process) -> None:
        self.fixed = fixed
        self.out = bytearray()
        """What it has said since it was asked."""
        self.err = bytearray()
        self._invocation = invocation
        self._workdir = workdir
        self._process = process
        self._said = asyncio.Event()
        assert process.stdout
        assert process.stderr
        self._readers = [
            asyncio.create_task(self._read(process.stdout, self.out)),
            asyncio.create_task(self._read(process.stderr, self.err)),
        ]

    @property
    def has_ended(self) -> bool:
        return self._process.has_ended

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    @property
    def waits(self) -> bool:
        """Whether it runs, and has said nothing beside its answer."""
        return not self.has_ended and not self._readers[0].done() and self.out.find(b"\n") == len(self.out) - 1

    def has_kept(self, traces: Iterable[str]) -> bool:
        """Whether a file that one of these patterns names stands in its directory."""
        return any(True for pattern in traces for _ in self._workdir.glob(pattern))

    async def ask(self, request: str) -> bool:
        """Send it the request, and wait until it has answered (True), or has ended or said too much without."""
        assert self._process.stdin
        self.out.clear()
        self.err.clear()
        with contextlib.suppress(ConnectionError):  # it may end without reading
            self._process.stdin.write(request.rstrip("\n").encode() + b"\n")
            await self._process.stdin.drain()
        while not self._readers[0].done() and b"\n" not in self.out and len(self.out) < leftovers.KEPT:
            self._said.clear()
            await self._said.wait()
        if b"\n" in self.out:
            return True
        if self._readers[0].done():
            await runner.exited(self._process)
        return False

    async def end(self) -> None:
        """End it, with what it has started, and remove its directory."""
        await runner.end(self.fixed.sandbox, self._process)
        with contextlib.suppress(TimeoutError):
            async with deadline(runner.END_TIMEOUT):
                await asyncio.wait(self._readers)
        await abandon(self._readers)
        await runner.forget(self._process)
        clock.forget(self._invocation, self._process.pid)
        for _ in leftovers.removing(self._workdir):
            await asyncio.sleep(0)

    async def _read(self, stream: asyncio.StreamReader, kept: bytearray) -> None:
        """Read to the end, and keep the beginning of what comes between two requests."""
        try:
            while part := await stream.read(_PART):
                kept += part[: leftovers.KEPT - len(kept)]
                self._said.set()
        finally:
            self._said.set()
