"""The signals that end the lab, whenever they come: nothing is left, least of all a key, and nothing looks like a
crash.
"""

import os
import pty
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from tests.stages.test_left_clean import processes_of, wait_for
from tlslab import IMPORTED_FROM
from tlslab.runtime import signals
from tlslab.setup import provision, system

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
MOMENTS = 100 if os.environ.get("TLSLAB_FULL") == "1" else 8
"""Signals, spread over a run. TLSLAB_FULL=1 sends more."""
EVERY = pytest.mark.parametrize("number", signals.ENDING, ids=lambda number: number.name)
needs_curl = pytest.mark.skipif(
    system.find_program("curl") is None or system.find_program("openssl") is None,
    reason="curl plays these runs, and the self-check needs openssl: apt-get install curl openssl",
)


def started(program: str, *words: str, **environment: str) -> "subprocess.Popen[str]":
    """A Python program that has lab on its path."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", program, *words],
        env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM)} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


TAKES_DOWN = """
import asyncio
from tlslab.runtime import signals

async def main():
    try:
        print("up", flush=True)
        await asyncio.Event().wait()
    finally:
        try:
            print("waiting", flush=True)
            await asyncio.Event().wait()
        finally:
            print("removed", flush=True)

try:
    signals.take()
    signals.run(main())
except KeyboardInterrupt:
    signals.end()
    print("interrupted", flush=True)
"""


@EVERY
def test_the_first_takes_down_and_another_one_hurries_and_skips_nothing(number: signal.Signals) -> None:
    with started(TAKES_DOWN) as process:
        assert process.stdout
        for line in ("up\n", "waiting\n"):
            assert process.stdout.readline() == line
            process.send_signal(number)
        assert process.stdout.read() == "removed\ninterrupted\n"
    assert process.returncode == 0


def test_what_a_shell_has_ignored_stays_ignored() -> None:
    program = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + TAKES_DOWN
    with started(program) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "removed\ninterrupted\n"


@EVERY
def test_one_that_was_held_back_comes_when_it_can_be_answered(number: signal.Signals) -> None:
    program = """
import signal, sys
from tlslab.runtime import signals
signals.hold()
signal.raise_signal(int(sys.argv[1]))
print("still here", flush=True)
try:
    signals.take()
except KeyboardInterrupt:
    print("interrupted")
"""
    with started(program, str(int(number))) as process:
        assert process.communicate(timeout=PATIENCE)[0] == "still here\ninterrupted\n"


def test_one_that_comes_while_the_loop_is_made_is_answered_by_it() -> None:
    program = """
import asyncio, signal
from tlslab.runtime import signals

make = asyncio.events.new_event_loop

def interrupted():
    signal.raise_signal(signal.SIGINT)
    return make()

async def main():
    print("begun")

asyncio.events.new_event_loop = interrupted
signals.take()
try:
    signals.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
    with started(program) as process:
        assert process.communicate(timeout=PATIENCE)[0] == "interrupted\n"


def test_an_import_is_not_interrupted_in_its_middle(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\nwhole = True\n")
    program = f"""
import sys, threading
from tlslab.runtime import signals
sys.path.append({str(tmp_path)!r})
try:
    signals.take()
    import slow
    threading.Event().wait()
except KeyboardInterrupt:
    print(slow.whole)
"""
    with started(program) as process:
        assert process.communicate(timeout=PATIENCE)[0] == "True\n"


AT_AN_IMPORT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["AT"]:
            os.kill(os.getpid(), int(os.environ["SIGNAL"]))

sys.meta_path.insert(0, Finder())
"""


@EVERY
@pytest.mark.parametrize("at", ["tlslab.cli", "tlslab.commands", "click", "tlslab.catalogue", "tlslab.report.lesson"])
def test_in_the_first_moments_it_is_a_sentence(tmp_path: Path, at: str, number: signal.Signals) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_AN_IMPORT)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tlslab", "show", "expired"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{IMPORTED_FROM}", "AT": at, "SIGNAL": str(int(number))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == signals.INTERRUPTED
    (sentence,) = filter(None, done.stderr.splitlines())
    assert sentence.startswith("tlslab: interrupted: ")


# --- a run ------------------------------------------------------------------------------------------------------------


class Place:
    """A cache of its own, with the environments of this machine's."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.cache = base / "cache"
        self.cache.mkdir()
        for kind in ("lab-*", "clients-*"):
            for there in provision.cache_dir().glob(kind):
                if there.is_dir():
                    (self.cache / there.name).symlink_to(there)
        self.environment = os.environ | {"TLSLAB_CACHE": str(self.cache), "PIP_NO_INDEX": "1"}

    def start(self, *prefix: str, terminal: int | None = None) -> "subprocess.Popen[str]":
        output = subprocess.PIPE if terminal is None else terminal
        return subprocess.Popen(
            [*prefix, str(ROOT / "tlslab"), "run", "--client=curl", "--scenario=expired"],
            env=self.environment,
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=output,
            stderr=subprocess.STDOUT if terminal is None else terminal,
            text=True,
            start_new_session=terminal is None,
        )

    def rooms(self) -> list[Path]:
        return list(self.cache.glob("runs/run-*"))


@needs_curl
def test_whenever_they_come_nothing_is_left(tmp_path: Path) -> None:
    place = Place(tmp_path)
    began = time.monotonic()
    with place.start() as undisturbed:
        said, _ = undisturbed.communicate(timeout=PATIENCE)
    assert undisturbed.returncode == 0, said
    whole = time.monotonic() - began

    numbers = cycle(signals.ENDING)
    for moment in range(MOMENTS):
        with place.start() as run:
            sent = [next(numbers) for _ in range(1 + moment % 3)]
            for number, seconds in zip(sent, (whole * moment / MOMENTS, 0.05, 0.1), strict=False):
                try:
                    run.wait(seconds)
                except subprocess.TimeoutExpired:
                    run.send_signal(number)
            said, _ = run.communicate(timeout=PATIENCE)
        about = f"{sent} from {moment}/{MOMENTS} of {whole:.1f} s on: {run.returncode}\n{said}"
        assert not place.rooms(), about
        assert "Traceback" not in said, about
        # By itself before Python is there: nothing was started. Or too late: it was over.
        early, late = run.returncode == -sent[0] and not said, run.returncode == 0 and "the record:" in said
        assert run.returncode == signals.INTERRUPTED or early or late, about
        wait_for(lambda: not processes_of(tmp_path), "a process is left")


@needs_curl
@pytest.mark.skipif(
    system.find_program("setsid") is None, reason="makes a terminal the lab's: apt-get install util-linux"
)
def test_a_closed_terminal_takes_everything_down(tmp_path: Path) -> None:
    place = Place(tmp_path)
    ours, theirs = pty.openpty()
    with place.start("setsid", "--ctty", terminal=theirs) as run:
        os.close(theirs)
        wait_for(lambda: bool(place.rooms()), "the run did not begin")
        os.close(ours)
        assert run.wait(PATIENCE) == signals.INTERRUPTED
    assert not place.rooms()
    wait_for(lambda: not processes_of(tmp_path), "a process is left")
