"""Leftovers: whatever lies in the directory of a client, reading it takes no time and no workdir, and it goes."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tlslab import IMPORTED_FROM
from tlslab.stages import leftovers
from tlslab.stages.local.down import SETPRIV, WITHOUT_OVERRIDE

LIMIT = 1000
ROOT = Path(__file__).resolve().parents[2]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_to_an_endless_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_a_file(path: Path) -> None:
    path.with_name("elsewhere").write_text("somebody else's")
    path.symlink_to("elsewhere")


def unix_socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


@pytest.mark.parametrize("leave", [fifo, link_to_an_endless_device, link_to_a_file, unix_socket, Path.mkdir])
def test_nothing_but_a_regular_file_is_opened(tmp_path: Path, leave: Callable[[Path], None]) -> None:
    leave(tmp_path / "trace")
    assert leftovers.read(tmp_path, "trace", LIMIT) is None


def test_of_a_huge_file_the_beginning_is_read(tmp_path: Path) -> None:
    with (tmp_path / "trace").open("wb") as file:
        file.write(b"* Trying")
        file.truncate(1 << 40)
    assert leftovers.read(tmp_path, "trace", LIMIT) == b"* Trying".ljust(LIMIT, b"\0")


def test_what_is_collected_is_text_of_the_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "trace").write_bytes(b"* Trying\xff")
    (tmp_path / "link").symlink_to("trace")
    assert leftovers.collect(tmp_path, ["trace", "link", "absent"]) == {"trace": "* Trying\N{REPLACEMENT CHARACTER}"}


def test_of_much_output_the_beginning_is_kept() -> None:
    assert leftovers.text(bytearray(b"x" * leftovers.KEPT + b"y")) == "x" * leftovers.KEPT


def test_a_file_in_a_directory_is_read_and_one_behind_a_link_is_not(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "trace").write_text("words")
    (tmp_path / "link").symlink_to("inside")
    assert leftovers.read(tmp_path, "inside/trace", LIMIT) == b"words"
    assert leftovers.read(tmp_path, "link/trace", LIMIT) is None
    assert leftovers.read(tmp_path / "link", "trace", LIMIT) is None
    assert leftovers.read(tmp_path, "absent", LIMIT) is None


def nest(directory: Path, depth: int) -> None:
    """Directories in each other, deeper than a path can say or a process can open."""
    place = os.open(directory, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(os.open("file", os.O_CREAT, dir_fd=place))
    os.close(place)


def test_a_deep_tree_goes(tmp_path: Path) -> None:
    workdir = tmp_path / "room"
    workdir.mkdir()
    nest(workdir, 2000)
    leftovers.remove(workdir)
    assert not workdir.exists()


def test_what_a_link_leads_to_stays(tmp_path: Path) -> None:
    workdir = tmp_path / "room"
    (workdir / "inside").mkdir(parents=True)
    (tmp_path / "kept").mkdir(mode=0o500)
    (tmp_path / "kept" / "file").touch()
    (workdir / "link").symlink_to(tmp_path / "kept")
    (workdir / "inside" / "link").symlink_to(tmp_path / "kept")
    leftovers.remove(workdir)
    assert not workdir.exists()
    assert (tmp_path / "kept" / "file").exists()
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o500


def test_a_link_in_place_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "room").symlink_to("kept")
    leftovers.remove(tmp_path / "room")
    assert (tmp_path / "kept" / "file").exists()


def test_what_nobody_may_look_into_goes(tmp_path: Path) -> None:
    """In a process that has no power over modes, as an ordinary user has none."""
    limited = (SETPRIV, *WITHOUT_OVERRIDE) if os.geteuid() == 0 else ()
    if limited and not shutil.which(SETPRIV):
        pytest.skip("root may look into everything, and setpriv is not here")
    workdir = tmp_path / "room"
    (workdir / "a" / "b" / "c").mkdir(parents=True)
    (workdir / "a" / "b" / "file").touch()
    for shut in ("a/b/c", "a/b", "a"):
        (workdir / shut).chmod(0)
    script = "import sys; from tlslab.stages.leftovers import remove; remove(sys.argv[1])"
    command = [*limited, sys.executable, "-P", "-c", script, str(workdir)]
    subprocess.run(command, check=True, timeout=60, env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM)})
    assert not workdir.exists()


def test_a_removal_goes_on_in_steps(tmp_path: Path) -> None:
    workdir = tmp_path / "room"
    workdir.mkdir()
    for number in range(2 * leftovers.STEP):
        (workdir / str(number)).touch()
    removal = leftovers.removing(workdir)
    next(removal)
    assert len(list(workdir.iterdir())) == leftovers.STEP
    assert len(list(removal)) == 1
    assert not workdir.exists()


def test_who_goes_on_writing_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "REMOVAL_TIMEOUT", 0.2)
    workdir = tmp_path / "room"
    workdir.mkdir()
    script = 'n=0; while [ -d "$1" ]; do n=$((n+1)); mkdir -p "$1/$n/x" 2> /dev/null; done'
    with subprocess.Popen(["sh", "-c", script, "sh", workdir]) as writer:
        try:
            leftovers.remove(workdir)
        finally:
            writer.kill()
    leftovers.remove(workdir)
    assert not workdir.exists()
