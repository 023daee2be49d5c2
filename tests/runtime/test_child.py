"""Programs that the lab runs to their end: none takes longer than it may, and none outlives the lab."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tlslab import IMPORTED_FROM
from tlslab.runtime import child
from tlslab.setup import system

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
POLL = 0.02
"""Seconds between two looks into /proc, which has no way to tell."""

needs_setpriv = pytest.mark.skipif(
    system.find_program("setpriv") is None, reason="what ties a program to its parent: apt-get install util-linux"
)
needs_namespaces = pytest.mark.skipif(
    os.geteuid() != 0 or system.find_program("unshare") is None, reason="namespaces without a user's own take root"
)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def ends(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    deadline = time.monotonic() + PATIENCE
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(POLL)
    return not lives(pid)


def written(path: Path) -> int:
    """The number in a file, once it is there."""
    deadline = time.monotonic() + PATIENCE
    while not (path.exists() and path.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(POLL)
    return int(path.read_text())


def test_output_and_errors_come_apart_or_together() -> None:
    script = ["sh", "-c", "echo out; echo err >&2; exit 3"]
    apart, together = child.run(script, timeout=PATIENCE), child.run(script, timeout=PATIENCE, together=True)
    assert (apart.returncode, apart.stdout, apart.stderr) == (3, b"out\n", b"err\n")
    assert (together.stdout, together.stderr) == (b"out\nerr\n", b"")


def test_a_log_gets_both_as_they_come(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        done = child.run(["sh", "-c", "echo out; echo err >&2"], timeout=PATIENCE, log=log)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        child.run(["no-such-program"], timeout=PATIENCE)


def test_one_that_takes_too_long_is_killed_with_its_session(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        child.run(["sh", "-c", f"sleep 600 & echo $! > {tmp_path}/pid; wait"], timeout=0.5)
    assert ends(written(tmp_path / "pid"))


@needs_setpriv
@pytest.mark.parametrize("apart", [False, pytest.param(True, marks=needs_namespaces)], ids=["tied", "apart"])
def test_nothing_of_it_outlives_a_lab_that_is_killed(tmp_path: Path, apart: bool) -> None:
    """Apart, also what has left its session goes: the numbers are read outside, so they are looked up by a mark."""
    mark = f"600.{os.getpid()}"
    leaves = "setsid sleep" if apart else "exec sleep"
    program = (
        "from tlslab.runtime import child\n"
        f"child.run(['sh', '-c', 'echo 1 > {tmp_path}/began; {leaves} {mark}'], timeout=600, apart={apart})\n"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", program], env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM)}
    ) as lab:
        written(tmp_path / "began")
        deadline = time.monotonic() + PATIENCE
        while not (sleeping := sleepers(mark)) and time.monotonic() < deadline:
            time.sleep(POLL)
        assert sleeping
        lab.send_signal(signal.SIGKILL)
    assert all(ends(pid) for pid in sleeping)


def sleepers(mark: str) -> list[int]:
    """The processes that were told to sleep for so many seconds."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text().split("\0")
        except OSError:
            continue
        if words[:2] == ["sleep", mark]:
            found.append(int(path.parent.name))
    return found
