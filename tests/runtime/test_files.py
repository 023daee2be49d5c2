"""Files of results: whole or not at all, whatever the disk, the rights or the place are like."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.invented import record
from tests.stages.test_left_clean import MAIN
from tlslab import IMPORTED_FROM
from tlslab.commands import shared
from tlslab.commands.play import keep
from tlslab.model.record_file import load
from tlslab.runtime import files
from tlslab.setup import system

ROOT = Path(__file__).resolve().parents[2]


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    files.write(tmp_path / "record.json", "ä text\n")
    assert (tmp_path / "record.json").read_text(encoding="utf-8") == "ä text\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "record.json"]


def test_a_new_file_has_the_rights_of_any_new_file_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    other, old = tmp_path / "other", tmp_path / "old"
    other.touch()
    old.touch(0o640)
    for name in ("new", "old"):
        files.write(tmp_path / name, "text")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == stat.S_IMODE(other.stat().st_mode)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "record.json")
    files.write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "record.json").read_text() == "text"


def test_what_fails_in_the_middle_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    path.write_text("before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as raised:
        files.write(path, "after")
    assert raised.value.filename == str(path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        files.trial(Path(f"/dev/fd/{writing}"))
        files.write(Path(f"/dev/fd/{writing}"), "text")
        assert os.read(reading, 100) == b"text"
    finally:
        os.close(reading)
        os.close(writing)


def test_standard_output_is_not_replaced_by_another_file(tmp_path: Path) -> None:
    program = (
        "from tlslab.runtime import files\nfrom pathlib import Path\n"
        "files.write(Path('/dev/stdout'), 'text')\nprint('more')"
    )
    with (tmp_path / "out").open("a") as out:
        environment = os.environ | {"PYTHONPATH": str(IMPORTED_FROM)}
        subprocess.run([sys.executable, "-c", program], stdout=out, env=environment, timeout=60, check=True)
    assert (tmp_path / "out").read_text() == "textmore\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere/record.json", "No such file"), ("directory", "Is a directory"), ("file/record.json", "Not a directory")],
)
def test_a_place_that_cannot_be_written_is_found_beforehand(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").touch()
    for attempt in (files.trial, lambda path: files.write(path, "text")):
        with pytest.raises(OSError, match=words) as raised:
            attempt(tmp_path / name)
        assert raised.value.filename == str(tmp_path / name)


def test_a_trial_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("text")
    for name in ("new", "old"):
        files.trial(tmp_path / name)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["text"]


MOUNTED = """
mount -t tmpfs -o "$1" none "$2" || exit 77
shift
{ head -c 100000 /dev/zero >"$1/filler"; } 2>/dev/null
cd "$1" || exit 77
shift
exec "$@"
"""


def on_a_disk(options: str, place: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A command whose working directory is a full or a read-only disk, which nobody else sees. Skips the test where
    none can be mounted.
    """
    user = () if os.geteuid() == 0 else ("--map-root-user",)
    done = subprocess.run(
        ["unshare", *user, "--mount", "sh", "-c", MOUNTED, "sh", options, str(place), *command],
        env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")
    return done


@pytest.mark.skipif(system.find_program("unshare") is None, reason="mounts a disk: apt-get install util-linux")
@pytest.mark.parametrize(
    ("options", "words"), [("size=64k", "No space left on device"), ("ro", "Read-only file system")]
)
@pytest.mark.parametrize("command", ["run", "compare", "baseline"])
def test_a_full_or_read_only_disk_is_found_before_anything_is_played(
    tmp_path: Path, command: str, options: str, words: str
) -> None:
    (tmp_path / "disk").mkdir()
    arguments = {
        "run": ["run", "--client=curl", "--save=record.json"],
        "compare": ["compare", "curl", "curl", "--save=record.json"],
        "baseline": ["baseline", "--client=curl", "--to=."],
    }[command]
    done = on_a_disk(
        options,
        tmp_path / "disk",
        *(sys.executable, "-P", "-m", "tlslab", *arguments),
        TLSLAB_CACHE=str(tmp_path / "cache"),
        PIP_NO_INDEX="1",
    )
    assert done.returncode == 2
    option = "--to" if command == "baseline" else "--save"
    assert done.stderr.startswith(f"tlslab: {option}: cannot write ")
    assert words in done.stderr.splitlines()[0]
    assert not (tmp_path / "cache" / "runs").exists()


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")


@needs_full
@pytest.mark.skipif(
    system.find_program("curl") is None or system.find_program("openssl") is None,
    reason="curl plays, and the self-check needs openssl: apt-get install curl openssl",
)
def test_a_record_that_cannot_be_saved_in_the_end_stays_in_the_cache(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", MAIN, "run", "--client=curl", "--scenario=expired", "--save=/dev/full"]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM), "TLSLAB_CACHE": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 3
    assert "1 failed as documented" in done.stdout
    assert done.stderr.splitlines()[-2:] == [
        "tlslab: the record could not be written: No space left on device: /dev/full",
        f"tlslab: the record: {tmp_path / 'last-record.json'}",
    ]
    assert load(tmp_path / "last-record.json").attempts


def test_a_cache_that_cannot_be_written_does_not_keep_a_record_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(shared, "last_record", lambda: tmp_path / "file" / "last-record.json")
    kept = keep(record([]), tmp_path / "record.json")
    assert kept.done
    assert kept.words.splitlines()[-1] == f"the record: {tmp_path / 'record.json'}"
    assert not keep(record([]), None).done
