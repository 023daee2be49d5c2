"""The engine and the wire to it, when things go wrong; that they work is shown by sessions of pytest."""

import os
import queue
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.plan import Filters, Plan, make_plan
from tlslab.pytesting.engine import ENDED, Engine, EngineError, EngineRequest
from tlslab.pytesting.session_run import narrowed
from tlslab.pytesting.wire import Direct, Remote, serve


class Ends:
    """Both ends of a channel in one process."""

    def __init__(self) -> None:
        self.answers: queue.Queue[tuple[str, str]] = queue.Queue()
        self.asked: Any = None

    def setcallback(self, callback: Any) -> None:
        self.asked = callback

    def receive(self) -> tuple[str, str]:
        return self.answers.get(timeout=30)

    def send(self, item: Any) -> None:
        (self.answers.put if item[0] in {"played", "problem"} else self.asked)(item)


class Gone(Ends):
    """A channel whose other end is not there any more."""

    def receive(self) -> tuple[str, str]:
        raise EOFError


@dataclass
class Gibberish:
    """What no engine understands."""

    no_order: bool = True


def small_plan() -> Plan:
    known = catalogue.load()
    filters = Filters(clients=("curl",), scenarios=("expired", "self-signed"))
    return make_plan(known, all_clients(), filters, stage_cannot=LOCAL.cannot)


def request(selected: tuple[str, ...]) -> EngineRequest:
    return EngineRequest(clients=("curl",), scenarios=("expired", "self-signed"), selected=selected)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_lab_that_cannot_start_says_why_for_every_cell(cache: Path) -> None:
    cache.touch()  # a file, where a directory should be
    engine = Engine(request)
    engine.select(["expired/renew/curl/https"])
    player = Direct(engine)

    for _ in range(2):
        with pytest.raises(EngineError, match=r"the lab failed: \w+Error: .*cache"):
            player.play("expired/renew/curl/https")

    assert engine.close() is None


def test_a_cell_that_was_not_selected_is_not_played() -> None:
    engine = Engine(request)
    try:
        with pytest.raises(EngineError, match="nobody/nothing was not selected"):
            Direct(engine).play("nobody/nothing")
    finally:
        engine.close()


def test_an_engine_that_was_not_asked_has_nothing_to_close_and_plays_nothing_afterwards(cache: Path) -> None:
    engine = Engine(request)

    assert engine.close() is None
    with pytest.raises(EngineError, match=ENDED):
        Direct(engine).play("expired/renew/curl/https")
    assert not cache.exists()


def test_closing_answers_those_who_still_wait(cache: Path) -> None:
    engine = Engine(request)
    engine.select(["expired/renew/curl/https"])
    waiting = engine.play("expired/renew/curl/https")

    engine.close()

    assert waiting.cancelled()
    assert not list((cache / "runs").glob("*"))


def test_an_engine_that_dies_says_so_to_those_who_wait_and_to_those_who_come() -> None:
    engine = Engine(lambda selected: Gibberish())  # type: ignore[arg-type, return-value]

    for _ in range(2):
        with pytest.raises(EngineError, match=r"has ended by itself \(exit status 1\): [^$]*no_order"):
            Direct(engine).play("expired/renew/curl/https")

    assert engine.close() is None


def test_a_worker_gets_the_problem_in_words() -> None:
    engine, ends = Engine(request), Ends()
    serve(engine, ends)
    remote = Remote(ends)
    try:
        remote.select(["expired/renew/curl/https"])
        with pytest.raises(EngineError, match="nobody/nothing was not selected"):
            remote.play("nobody/nothing")
    finally:
        engine.close()
    with pytest.raises(EngineError, match=ENDED):
        remote.play("expired/renew/curl/https")


def test_a_worker_whose_controller_has_gone_is_told_so() -> None:
    ends = Gone()
    ends.setcallback(lambda request: None)

    with pytest.raises(EngineError, match=ENDED):
        Remote(ends).play("expired/renew/curl/https")


def test_a_narrowed_plan_keeps_the_order_of_the_tests() -> None:
    plan = small_plan()
    last, first = plan.cells[-1].id, plan.cells[0].id

    part = narrowed(plan, (last, first))

    assert [cell.id for cell in part.cells] == [last, first]
    assert part.exclusions == ()
    assert narrowed(plan, tuple(cell.id for cell in plan.cells)) == plan


def test_an_engine_that_hangs_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlslab.pytesting.engine.CLOSE_TIMEOUT", 0.5)
    engine = Engine(request)
    engine.select(["expired/renew/curl/https"])
    future = engine.play("expired/renew/curl/https")
    assert engine._process
    os.kill(engine._process.pid, signal.SIGSTOP)

    assert engine.close() is None
    assert future.cancelled()
    assert engine._process.returncode == -signal.SIGKILL
