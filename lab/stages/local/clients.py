"""The clients of this machine: processes, each in a directory of its own, in sandboxes in which the names of the lab's
servers resolve. The local stage runs all clients here, the docker stage those that are asked for on `host`.
"""

import asyncio
import platform
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tlslab.clients.base import Invocation, Missing
from tlslab.model.outcome import Completed
from tlslab.stages import leftovers
from tlslab.stages.machine import local_machine
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox, SandboxError
from tlslab.stages.workdir import run_workdir
from tlslab.stages.workers import Workers


class Here:
    """A context with a workdir in the lab's cache; leaving it ends every sandbox and removes the workdir."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._stack = ExitStack()
        self._attempts = 0
        self._sandboxes = 0
        self._workers = Workers(self.new_workdir)
        self.machine = local_machine()
        self.obstacle: Missing | None = None
        """Why no client can run here, once a sandbox has been asked for."""

    def __enter__(self) -> Self:
        self.workdir = self._stack.enter_context(run_workdir(self._cache))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def sandbox(
        self, names: Iterable[str], address: str, store: Path | None = None, roots_files: Iterable[str] = ()
    ) -> Sandbox | None:
        """An open sandbox in which these names are at this address, and `store` (`system_store`) is the system's
        trust store and stands in place of these lists of roots; None where this machine has no way to make one, which
        then is the obstacle.
        """
        self._sandboxes += 1
        hosts = self.workdir / f"hosts-{self._sandboxes}"
        hosts.write_text(f"127.0.0.1 localhost {platform.node()}\n{address} {' '.join(sorted(names))}\n")
        try:
            return self._stack.enter_context(Sandbox(hosts, store=store, roots_files=roots_files))
        except SandboxError as problem:
            self.obstacle = Missing(problem.what, problem.how_to_get)
            return None

    def new_workdir(self) -> Path:
        """The path of a directory for one attempt; it does not exist yet."""
        self._attempts += 1
        return self.workdir / f"attempt-{self._attempts}"

    @contextmanager
    def home(self) -> Iterator[Path]:
        """A directory for several attempts, one after the other."""
        workdir = self.new_workdir()
        workdir.mkdir()
        try:
            yield workdir
        finally:
            leftovers.remove(workdir)

    async def run(self, invocation: Invocation, workdir: Path, sandbox: Sandbox) -> Completed:
        """Run an invocation in a directory of its own, which is gone afterwards; where it has a worker, by one that is
        there already or by a new one. In a directory that is there already, a `home`, it is run alone, and what it
        leaves stays. Raises OSError when it cannot be started.
        """
        if workdir.exists():
            return await run(sandbox, invocation.alone, workdir)
        workdir.mkdir()
        try:
            if invocation.worker is not None:
                return await self._workers.run(sandbox, invocation, invocation.worker, workdir)
            return await run(sandbox, invocation, workdir)
        finally:
            for _ in leftovers.removing(workdir):
                await asyncio.sleep(0)  # other tasks go on meanwhile

    async def end_workers(self) -> None:
        """End the workers; to be awaited before the context is left."""
        await self._workers.end()
