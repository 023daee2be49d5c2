"""The wire between the tests in xdist's workers and the engine in its controller.

A channel of execnet, through the pipe that xdist has to each worker anyway: there is no socket that other users could
reach and no file to clean up, and it ends with the worker. Requests: `("select", ids)`, once, and `("play", id)`.
Answers: `("played", JSON)`, `("problem", sentence)`.
"""

import contextlib
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, Protocol

from tlslab.pytesting.engine import ENDED, Engine, EngineError

if TYPE_CHECKING:
    from tlslab.pytesting.played import Played


class Channel(Protocol):
    """What is used of `execnet.Channel`."""

    def send(self, item: object, /) -> None: ...

    def receive(self) -> Any: ...

    def setcallback(self, callback: Any, /) -> None: ...


class Remote:
    """The engine as a worker sees it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def select(self, identities: Iterable[str]) -> None:
        """As `Engine.select`."""
        self._channel.send(("select", list(identities)))

    def play(self, identity: str) -> "Played":
        """The played cell, when it is played. Raises EngineError."""
        from tlslab.pytesting.played import Played

        try:
            self._channel.send(("play", identity))
            kind, text = self._channel.receive()
        except (EOFError, OSError):
            raise EngineError(ENDED) from None
        if kind == "problem":
            raise EngineError(text)
        return Played.model_validate_json(text)


class Direct:
    """The engine as a test in the same process sees it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def select(self, identities: Iterable[str]) -> None:
        """As `Engine.select`."""
        self._engine.select(identities)

    def play(self, identity: str) -> "Played":
        """The played cell, when it is played. Raises EngineError."""
        from tlslab.pytesting.played import Played

        try:
            return Played.model_validate_json(self._engine.play(identity).result())
        except CancelledError:
            raise EngineError(ENDED) from None


def serve(engine: Engine, channel: Channel) -> None:
    """Answer what comes through this channel, for as long as it is open. Called in the controller for each worker."""

    def asked(request: tuple[str, Any]) -> None:
        kind, content = request
        if kind == "select":
            engine.select(content)
            return
        try:
            engine.play(content).add_done_callback(answer)
        except EngineError as problem:
            _send(channel, "problem", str(problem))

    def answer(future: Future[str]) -> None:
        try:
            _send(channel, "played", future.result())
        except CancelledError:
            _send(channel, "problem", ENDED)
        except Exception as problem:
            _send(channel, "problem", str(problem))

    channel.setcallback(asked)


def _send(channel: Channel, kind: str, text: str) -> None:
    with contextlib.suppress(OSError):  # the worker has gone, so no test waits for the answer
        channel.send((kind, text))
