"""An agent: a container whose main process answers orders, one line of JSON each way.

There are two: docker/client/agent.py runs clients, `tlslab.stages.docker.pod_agent` scans servers.
"""

import asyncio
import contextlib
import itertools
import json
from typing import Any

import docker
from tlslab.runtime.deadline import deadline
from tlslab.stages.docker.container import Container, ContainerSpec
from tlslab.stages.stage import Lost

GRACE = 30.0
"""Seconds beyond what an order may take by its own limit."""
LINES_SHOWN = 5


class Agent:
    """A container that answers. Orders may overlap."""

    def __init__(self, client: docker.DockerClient, spec: ContainerSpec) -> None:
        self._container = Container(client, spec, self._hear)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._said: list[str] = []
        self._watching: asyncio.Task[Lost] | None = None
        self._stopping = False

    @property
    def name(self) -> str:
        """The container's name."""
        return self._container.spec.name

    async def create(self) -> None:
        """Create the container. Raises StageError."""
        await self._container.create()

    async def start(self) -> None:
        """Start the container, created before or now. Raises StageError."""
        await self._container.start()
        self._watching = asyncio.create_task(self._watch())

    async def ask(self, *, limit: float = 0.0, **spec: Any) -> dict[str, Any]:
        """The answer to an order that takes at most `limit` seconds by its own measure.

        Raises Lost when the container has gone or does not answer, OSError with the agent's words when it could not do
        it.
        """
        assert self._watching
        if self._stopping:
            raise Lost(f"container {self.name} is being removed")
        if self._container.ended.is_set():
            raise await asyncio.shield(self._watching)
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            with contextlib.suppress(OSError):  # the container is just ending, and `_watch` will say why
                await self._container.write(json.dumps({**spec, "id": number}))
            async with deadline(limit + GRACE):
                answer: dict[str, Any] = await future
        except TimeoutError:
            how = await self._container.end()
            raise Lost(f"container {self.name} has not answered for {limit + GRACE:.0f} s: {how}") from None
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise OSError(answer["error"])
        return answer

    @property
    def id(self) -> str:
        """The container's own, once it has been started."""
        return self._container.id

    async def address(self, network: str) -> str:
        """The container's address on a network."""
        return await self._container.address(network)

    async def stop(self) -> None:
        """Remove the container. Callers that wait for an answer, or ask for one now, fail at once."""
        self._stopping = True
        if self._watching is not None:
            self._watching.cancel()
        for future in self._waiting.values():
            future.cancel()
        await self._container.stop()

    def _hear(self, line: str) -> None:
        try:
            answer = json.loads(line)
            number = answer["id"]
        except (ValueError, KeyError, TypeError):
            self._said.append(line)
            return
        future = self._waiting.get(number)
        if future is not None and not future.done():
            future.set_result(answer)

    async def _watch(self) -> Lost:
        """When the container has ended, tell the callers that wait why it has."""
        await self._container.ended.wait()
        try:
            how = await self._container.end()
            said = " | ".join(self._said[-LINES_SHOWN:]) or "without a word"
            lost = Lost(f"container {self.name} has ended in the middle of the run ({how}): {said}")
        except Lost as problem:
            lost = problem
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(lost)
        return lost
