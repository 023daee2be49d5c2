"""Rooms: one a run, gone afterwards; those of killed runs are swept, those of living runs never."""

import fcntl
import stat
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from tlslab.stages import workdir as workdirs
from tlslab.stages.workdir import run_workdir, sweep

PATIENCE = 60.0
"""Seconds until an event that does not come is a failure."""
HOLD = """
import sys
from pathlib import Path
from tlslab.stages.workdir import run_workdir
with run_workdir(Path(sys.argv[1])) as workdir:
    print(workdir, flush=True)
    sys.stdin.read()
"""


def test_a_room_is_there_during_the_run_and_gone_afterwards(tmp_path: Path) -> None:
    with run_workdir(tmp_path) as workdir:
        (workdir / "attempt-1").mkdir()
        (workdir / "attempt-1" / "ca.pem").write_text("text")
        assert workdir.parent == tmp_path / "runs"
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_room_is_gone_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), run_workdir(tmp_path):
        raise KeyboardInterrupt
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_room_is_closed_to_others(tmp_path: Path) -> None:
    with run_workdir(tmp_path) as workdir:
        assert stat.S_IMODE(workdir.stat().st_mode) == 0o700


def test_two_runs_have_two_rooms(tmp_path: Path) -> None:
    with run_workdir(tmp_path) as one, run_workdir(tmp_path) as other:
        assert one != other
        assert one.is_dir()
        assert other.is_dir()


def test_the_room_of_a_killed_run_is_swept_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout
        workdir = Path(owner.stdout.readline().strip())
        assert sweep(tmp_path / "runs") == ()
        assert workdir.is_dir()
        owner.kill()
        owner.wait()
        assert workdir.is_dir()
        with run_workdir(tmp_path) as following:
            assert not workdir.exists()
            assert following.is_dir()


@pytest.mark.parametrize("stage", ["just made", "with keys", "partly removed", "closed", "with a link for a lock"])
def test_a_room_without_an_owner_is_swept_however_far_its_making_or_removal_had_come(
    tmp_path: Path, stage: str
) -> None:
    workdir = tmp_path / "runs" / "run-1-x"
    (workdir / "https").mkdir(parents=True)
    if stage != "just made":
        (workdir / "https" / "https-1.key.pem").write_text("a key")
    if stage == "partly removed":
        (workdir / "owner.lock").touch()
    if stage == "with a link for a lock":
        (workdir / "owner.lock").symlink_to(tmp_path / "elsewhere")
    if stage == "closed":
        workdir.chmod(0)
    assert sweep(tmp_path / "runs") == (workdir,)
    assert not workdir.exists()
    assert not (tmp_path / "elsewhere").exists()


def test_a_room_that_is_being_made_has_an_owner_when_others_see_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep that comes after the lock was made, and before it is held."""
    sweeps: list[Future[tuple[Path, ...]]] = []
    lock = fcntl.flock
    with ThreadPoolExecutor() as others:

        def late(descriptor: int, how: int) -> None:
            if Path(f"/proc/self/fd/{descriptor}").readlink().name == "owner.lock":
                monkeypatch.undo()
                sweeps.append(others.submit(sweep, tmp_path / "runs"))
                wait(sweeps, timeout=0.2)  # the time in which it would do harm
            lock(descriptor, how)

        monkeypatch.setattr(fcntl, "flock", late)
        with run_workdir(tmp_path) as workdir:
            assert [item.result(PATIENCE) for item in sweeps] == [()]
            assert workdir.is_dir()


def test_many_runs_on_one_cache_do_not_disturb_each_other(tmp_path: Path) -> None:
    def runs(_: int) -> None:
        for _ in range(50):
            with run_workdir(tmp_path) as workdir:
                (workdir / "file").write_text("text")
                assert (workdir / "file").read_text() == "text"

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(runs, range(8)))
    assert list((tmp_path / "runs").iterdir()) == []


def test_keys_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the removal in its middle."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.key.pem").write_text("text")
    monkeypatch.setattr(workdirs, "remove", interrupted)
    run = run_workdir(tmp_path)
    workdir = run.__enter__()
    (workdir / "sqlserver").mkdir()
    for name in ("sqlserver-1.key.pem", "sqlserver-1.fallback-key.pem", "sqlserver-1.chain.pem"):
        (workdir / "sqlserver" / name).write_text("text")
    (workdir / "attempt-1").symlink_to(outside)
    with pytest.raises(KeyboardInterrupt):
        run.__exit__(None, None, None)
    assert [path.name for path in workdir.rglob("*.pem")] == ["sqlserver-1.chain.pem"]
    assert (outside / "mine.key.pem").exists()


def test_other_directories_are_not_swept(tmp_path: Path) -> None:
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    (tmp_path / "runs" / "mine" / "owner.lock").touch()
    assert sweep(tmp_path / "runs") == ()
