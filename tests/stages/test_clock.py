"""The clock of a client: it is another one for the client alone, and leaves nothing behind."""

import asyncio
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tlslab.clients.base import Invocation, Machine
from tlslab.model.situation import ClientSide
from tlslab.stages.clock import FAKETIME, SHARED_MEMORY, missing, with_clock
from tlslab.stages.machine import local_machine
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox

RIGHT = ClientSide("shop.lab.test")
AHEAD = ClientSide("shop.lab.test", clock=timedelta(days=200))
BEHIND = ClientSide("shop.lab.test", clock=timedelta(days=-15, seconds=-1))
HAS_IT = Machine(files={"faketime": "/lib/libfaketimeMT.so.1"})
LOOK = "import time; print(time.time(), time.monotonic(), flush=True)"


@pytest.fixture
def machine() -> Machine:
    found = local_machine()
    if FAKETIME.name not in found.files:
        pytest.skip(f"this machine lacks {FAKETIME.words}: ./tlslab setup")
    return found


def test_a_right_clock_needs_nothing() -> None:
    call = Invocation(("curl",), {"A": "b"})
    assert with_clock(call, RIGHT, Machine()) == call
    assert missing([RIGHT], Machine()) is None


@pytest.mark.parametrize(("side", "offset"), [(AHEAD, "+17280000"), (BEHIND, "-1296001")])
def test_a_wrong_clock_is_told_in_seconds_beside_the_adapters_own_environment(side: ClientSide, offset: str) -> None:
    told = with_clock(Invocation(("curl",), {"A": "b"}), side, HAS_IT).env
    assert told["A"] == "b"
    assert told["LD_PRELOAD"] == "/lib/libfaketimeMT.so.1"
    assert told["FAKETIME"] == offset


def test_where_libfaketime_is_missing_a_sentence_says_so() -> None:
    assert missing([RIGHT, AHEAD], HAS_IT) is None
    lacking = missing([RIGHT, AHEAD], Machine())
    assert lacking is not None
    assert "libfaketime" in lacking.what
    assert lacking.how_to_get.endswith("setup")


@pytest.mark.parametrize("side", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_the_client_sees_another_time_and_waits_as_ever(
    sandbox: Sandbox, tmp_path: Path, machine: Machine, side: ClientSide
) -> None:
    workdir = tmp_path / "room"
    workdir.mkdir()
    call = with_clock(Invocation((sys.executable, "-I", "-c", LOOK)), side, machine)
    began, running = time.time(), time.monotonic()
    done = asyncio.run(run(sandbox, call, workdir))
    wall, monotonic = map(float, done.stdout.split())
    wrong = side.clock.total_seconds()
    assert began + wrong - 1 <= wall <= time.time() + wrong + 1
    assert running <= monotonic <= time.monotonic()


WAIT = """
import ctypes, time
c = ctypes.CDLL(None)
attributes, condition, mutex = (ctypes.create_string_buffer(64) for _ in range(3))
c.pthread_condattr_init(attributes)
c.pthread_condattr_setclock(attributes, time.CLOCK_MONOTONIC)
c.pthread_cond_init(condition, attributes)
c.pthread_mutex_init(mutex, None)
c.pthread_mutex_lock(mutex)
began = time.monotonic_ns()
until = began + 300_000_000
c.pthread_cond_timedwait(condition, mutex, (ctypes.c_long * 2)(*divmod(until, 10**9)))
print(time.monotonic_ns() >= until)
"""
"""How a JVM and .NET wait: on a condition, until a moment of the clock that only runs on."""


@pytest.mark.parametrize("side", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_a_thread_that_waits_sleeps(sandbox: Sandbox, tmp_path: Path, machine: Machine, side: ClientSide) -> None:
    """Else it asks again at once, for as long as its process lives, and takes a core."""
    workdir = tmp_path / "room"
    workdir.mkdir()
    call = with_clock(Invocation((sys.executable, "-I", "-c", WAIT)), side, machine)
    assert asyncio.run(run(sandbox, call, workdir)).stdout.strip() == "True"


def test_a_client_that_is_killed_leaves_nothing_in_shared_memory(
    sandbox: Sandbox, tmp_path: Path, machine: Machine
) -> None:
    workdir = tmp_path / "room"
    workdir.mkdir()
    # libfaketime tells the process's children where its two objects are.
    names = "import os, signal; print(os.environ['FAKETIME_SHARED'], flush=True); signal.pause()"
    hangs = Invocation((sys.executable, "-I", "-c", names), timeout=5)
    done = asyncio.run(run(sandbox, with_clock(hangs, AHEAD, machine), workdir))
    assert done.exit_status is None
    assert len(done.stdout.split()) == 2
    left = {item.name.removeprefix("sem.") for item in SHARED_MEMORY.iterdir()}
    assert not left & {name.strip("/") for name in done.stdout.split()}
