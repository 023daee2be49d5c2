"""The queue of attempts: one line for each server side, for attempts at a side take turns.

Pure. Every idle worker looks at it for every attempt, so it never hashes a situation, which holds a
whole chain of certificates.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tlslab.model.situation import ServerSide
from tlslab.stages.stage import Distance

T = TypeVar("T")


def takes_turns(side: ServerSide) -> bool:
    """Whether attempts at a side take turns; at a server that is down they need not."""
    return side.starts


@dataclass(eq=False)
class Line(Generic[T]):
    """The attempts that wait for one side, each with its place in the whole queue; `busy` while one is under way."""

    side: ServerSide
    waiting: deque[tuple[int, T]] = field(default_factory=deque)
    busy: bool = False

    @property
    def down(self) -> bool:
        """Whether the server is down."""
        return not takes_turns(self.side)


class Queue(Generic[T]):
    """What waits for its turn, first come, first served. `distance`: how far a side is from being used."""

    def __init__(self, distance: Callable[[ServerSide], Distance]) -> None:
        self._distance = distance
        self._lines: dict[ServerSide, Line[T]] = {}
        self._first, self._last = 0, 0
        self._busy = 0

    def put(self, side: ServerSide, item: T, *, soon: bool = False) -> None:
        """Put it at the end, or `soon` before everything that waits."""
        line = self._lines.setdefault(side, Line(side))
        if soon:
            self._first -= 1
            line.waiting.appendleft((self._first, item))
        else:
            self._last += 1
            line.waiting.append((self._last, item))

    def next(self, *, down: bool) -> Line[T] | None:
        """The line whose turn it is, among the sides that are down or among the others: at a side that is up, else at
        one that can be brought up now. A side that has to wait comes only while no line is busy.
        """
        free = [line for line in self._lines.values() if line.waiting and not line.busy and line.down is down]
        best: tuple[Distance, Line[T]] | None = None
        for line in sorted(free, key=lambda line: line.waiting[0][0]):
            distance = self._distance(line.side)
            if distance is Distance.UP:
                return line
            if (distance is Distance.NEAR or not self._busy) and (best is None or distance < best[0]):
                best = distance, line
        return best[1] if best else None

    def take(self, line: Line[T]) -> T:
        """Take the first of a line, which is busy until it is left."""
        if not line.down:
            line.busy = True
            self._busy += 1
        return line.waiting.popleft()[1]

    def leave(self, line: Line[T]) -> None:
        """Free the line for its next attempt."""
        if not line.down:
            line.busy = False
            self._busy -= 1
