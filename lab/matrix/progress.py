"""Progress: what a run tells while it is under way, as an observer with past-tense verbs."""

from typing import Protocol


class Observer(Protocol):
    """The run calls it with what has happened, in its own thread; it must return quickly and never raise."""

    def planned(self, cells: int, attempts: int) -> None:
        """So many cells will be played, by so many distinct attempts."""

    def started(self, servers: int, seconds: float) -> None:
        """All server sides are up."""

    def attempted(self, client: str, result: str) -> None:
        """One attempt has ended; `result` is a value of `tlslab.model.outcome.Result`."""

    def judged(self, case: str, client: str, as_expected: bool, why: str) -> None:
        """One case, by its id, has its verdict."""


class Silent:
    """An observer that says nothing."""

    def planned(self, cells: int, attempts: int) -> None: ...

    def started(self, servers: int, seconds: float) -> None: ...

    def attempted(self, client: str, result: str) -> None: ...

    def judged(self, case: str, client: str, as_expected: bool, why: str) -> None: ...
