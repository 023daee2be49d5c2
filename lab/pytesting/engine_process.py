"""The engine's process: `python -m tlslab.pytesting.engine_process`, started by `tlslab.pytesting.engine` only.

Reads JSON lines: an order, then `{"play": id}` as often as wanted, then `{"close": true}`. Writes `{"cell": id,
"played": JSON}` or `{"cell": id, "problem": sentence}`, and in the end the record. When its input ends otherwise,
because pytest has died, it takes everything down and writes nothing.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.clients.base import Client
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Cell, Filters, Plan, make_plan
from tlslab.pytesting.engine import EngineError, EngineRequest
from tlslab.pytesting.session_run import SessionRun, narrowed
from tlslab.runtime import signals
from tlslab.runtime.unattended import unattended
from tlslab.setup import provision
from tlslab.setup.installer import InstallError
from tlslab.setup.versions import pinned
from tlslab.setup.versions.spec import SpecError
from tlslab.stages.local.services import ServiceError
from tlslab.stages.stage import StageError

LINE_LIMIT = 1 << 24
"""Bytes of a line: the order holds the id of every selected cell."""


class Desk:
    """Answers requests for cells of one run."""

    def __init__(self, request: EngineRequest) -> None:
        self._request = request
        self._cells: dict[str, Cell] = {}
        self._up: asyncio.Future[SessionRun] = asyncio.get_running_loop().create_future()
        self._end = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        """Start everything, and play until `close`."""
        try:
            whole = await unattended(lambda: plan_of(self._request))
            run = SessionRun(
                narrowed(whole, self._request.selected),
                cache=provision.cache_dir(),
                jobs=self._request.jobs,
                stage=self._request.stage.make,
            )
            self._cells = {cell.id: cell for cell in run.plan.cells}
            async with run:
                self._up.set_result(run)
                for cell in run.plan.cells:  # cell by cell, so that the first test has its answer soon
                    await run.want((cell,))
                await self._end.wait()
                if self._request.keep_record:
                    say({"record": (await run.record_so_far()).model_dump_json()})
        except Exception as problem:
            if self._up.done():
                raise
            self._up.set_exception(problem)
            await self._end.wait()

    def play(self, identity: str) -> None:
        """Play a cell and say what came of it, some time from now."""
        task = asyncio.create_task(self._answer(identity))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    def close(self) -> bool:
        """Let `work` come to its end; whether it will, or has to be cancelled because it is still starting."""
        self._end.set()
        return self._up.done()

    async def _answer(self, identity: str) -> None:
        try:
            run = await asyncio.shield(self._up)
            if identity not in self._cells:
                raise EngineError(f"{identity} was not selected when the engine started")
            played = await run.played(self._cells[identity], with_client=self._request.with_clients)
            say({"cell": identity, "played": played.model_dump_json()})
        except Exception as problem:
            say({"cell": identity, "problem": sentence(problem)})


def plan_of(request: EngineRequest) -> Plan:
    """The whole plan that the patterns of an order take, with the versions of clients that it names installed. Blocks.

    Raises CatalogueError, SpecError, InstallError, StageError.
    """
    known = catalogue.load()

    def provide(spec: str) -> Client:
        return pinned.provide(spec, all_clients(), provision.cache_dir(), lambda _: None, as_written=True)

    chosen, patterns = pinned.choose(request.clients, all_clients(), provide)
    filters = Filters(request.scenarios, request.fixes, patterns, request.kinds, request.impostors)
    clients = request.stage.clients(chosen)
    return make_plan(known, clients, filters, stage_cannot=request.stage.cannot)


def request_of(message: dict[str, Any]) -> EngineRequest:
    """The order that was sent: JSON knows lists alone."""
    fields = _tuples(message)
    if "stage" in fields:
        fields["stage"] = Choice(**_tuples(fields["stage"]))
    return EngineRequest(**fields)


def _tuples(message: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in message.items()}


def sentence(problem: Exception) -> str:
    """A failure of the lab, for people."""
    if isinstance(problem, EngineError | ServiceError | StageError | SpecError | InstallError):
        return str(problem)
    return f"the lab failed: {type(problem).__name__}: {problem}"


def say(message: dict[str, str]) -> None:
    """Write a line to pytest."""
    with contextlib.suppress(BrokenPipeError):  # pytest has died: the input will end
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


async def serve() -> None:
    """Read the order and the requests, until there are no more."""
    requests = asyncio.StreamReader(limit=LINE_LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    request = request_of(json.loads(await requests.readline()))
    desk = Desk(request)
    work = asyncio.create_task(desk.work())
    listening = asyncio.create_task(_listen(requests, desk))
    await asyncio.wait({work, listening}, return_when=asyncio.FIRST_COMPLETED)
    if listening.done() and not (desk.close() and listening.result()):
        work.cancel()  # still starting, or pytest has died and no reader of the record is left
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _listen(requests: asyncio.StreamReader, desk: Desk) -> bool:
    """Pass on the requests; whether pytest sent `close`, rather than the input ending without it."""
    async for line in requests:
        message = json.loads(line)
        if "close" in message:
            return True
        desk.play(message["play"])
    return False


if __name__ == "__main__":
    try:
        signals.run(serve())
    except KeyboardInterrupt:
        sys.exit(signals.INTERRUPTED)
