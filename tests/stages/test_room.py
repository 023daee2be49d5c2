"""Rooms: one a run, gone afterwards; those of killed runs are swept, those of living runs never."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lab.stages.room import run_room, sweep

HOLD = """
import sys
from pathlib import Path
from lab.stages.room import run_room
with run_room(Path(sys.argv[1])) as room:
    print(room, flush=True)
    sys.stdin.read()
"""


def test_a_room_is_there_during_the_run_and_gone_afterwards(tmp_path: Path) -> None:
    with run_room(tmp_path) as room:
        (room / "attempt-1").mkdir()
        (room / "attempt-1" / "ca.pem").write_text("text")
        assert room.parent == tmp_path / "runs"
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_room_is_gone_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), run_room(tmp_path):
        raise KeyboardInterrupt
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_room_is_closed_to_others(tmp_path: Path) -> None:
    with run_room(tmp_path) as room:
        assert stat.S_IMODE(room.stat().st_mode) == 0o700


def test_two_runs_have_two_rooms(tmp_path: Path) -> None:
    with run_room(tmp_path) as one, run_room(tmp_path) as other:
        assert one != other
        assert one.is_dir()
        assert other.is_dir()


def test_the_room_of_a_killed_run_is_swept_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout
        room = Path(owner.stdout.readline().strip())
        assert sweep(tmp_path / "runs") == ()
        assert room.is_dir()
        owner.kill()
        owner.wait()
        assert room.is_dir()
        with run_room(tmp_path) as following:
            assert not room.exists()
            assert following.is_dir()


def test_a_room_that_is_just_being_made_is_left_alone(tmp_path: Path) -> None:
    """Between its making and its lock nothing says whose it is."""
    (tmp_path / "runs" / "run-1-new").mkdir(parents=True)
    assert sweep(tmp_path / "runs") == ()
    assert (tmp_path / "runs" / "run-1-new").is_dir()


def test_other_directories_are_not_swept(tmp_path: Path) -> None:
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    (tmp_path / "runs" / "mine" / "owner.lock").touch()
    assert sweep(tmp_path / "runs") == ()
