"""`diff` and `baseline` as a person meets them, and `--lab-baseline` in a session of pytest with a real client."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.diff.edited import lost, small, with_attempts, with_cells
from tests.report.invented import full_record
from tlslab import IMPORTED_FROM
from tlslab.commands.shared import Exit
from tlslab.model.record import Record
from tlslab.model.record_file import save
from tlslab.setup import provision

ROOT = Path(__file__).resolve().parents[2]
CACHE = provision.cache_dir()
OLD = small()
TEXT = with_attempts(OLD, {"odbc18/expired/broken": {"text": "says something else"}})
VERDICT = with_cells(OLD, {"expired/renew/requests/https": {"broken": "unexpected-connection"}})
LOST = lost(OLD, "expired/renew/odbc18/sqlserver")
NOTHING = OLD.model_copy(update={"cells": []})


def tlslab(place: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"TLSLAB_CACHE": str(place), "PYTHONPATH": str(IMPORTED_FROM), "COLUMNS": "80"} | environment
    command = [sys.executable, "-P", "-m", "tlslab", *arguments]
    return subprocess.run(
        command, cwd=place, env=env, text=True, capture_output=True, timeout=120, stdin=subprocess.DEVNULL
    )


def kept(path: Path, record: Record) -> str:
    save(record, path)
    return str(path)


@pytest.mark.parametrize(
    ("new", "arguments", "status"),
    [
        (OLD, (), Exit.AS_EXPECTED),
        (TEXT, (), Exit.AS_EXPECTED),
        (TEXT, ("--fail-on", "code"), Exit.AS_EXPECTED),
        (TEXT, ("--fail-on", "text"), Exit.FINDINGS),
        (TEXT, ("--fail-on", "seconds"), Exit.FINDINGS),
        (VERDICT, (), Exit.FINDINGS),
        (VERDICT, ("--fail-on", "never"), Exit.AS_EXPECTED),
        (LOST, (), Exit.LAB_FAILED),
        (NOTHING, (), Exit.LAB_FAILED),
        (OLD, ("--fail-on", "colour"), Exit.USAGE),
    ],
    ids=["same", "text", "code", "text-fails", "seconds", "verdict", "never", "lost", "nothing", "usage"],
)
def test_the_exit_status_tells_whether_something_as_serious_changed(
    tmp_path: Path, new: Record, arguments: tuple[str, ...], status: Exit
) -> None:
    done = tlslab(tmp_path, "diff", kept(tmp_path / "old.json", OLD), kept(tmp_path / "new.json", new), *arguments)
    assert done.returncode == status, done.stderr


def test_every_format_tells_the_change(tmp_path: Path) -> None:
    files = kept(tmp_path / "old.json", OLD), kept(tmp_path / "new.json", VERDICT)
    found = json.loads(tlslab(tmp_path, "diff", *files, "--format", "json").stdout)
    assert [(group["kind"], group["security"]) for group in found["groups"]] == [("accepts", True)]
    assert "| 1 | **Security regression**" in tlslab(tmp_path, "diff", *files, "--format", "markdown").stdout
    assert "SECURITY REGRESSION" in tlslab(tmp_path, "diff", *files).stdout


def test_without_a_second_file_the_last_run_is_compared(tmp_path: Path) -> None:
    old = kept(tmp_path / "old.json", OLD)
    assert "there is no record of a last run" in tlslab(tmp_path, "diff", old).stderr
    kept(tmp_path / "last-record.json", VERDICT)
    assert tlslab(tmp_path, "diff", old).returncode == Exit.FINDINGS


def test_what_is_no_record_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    done = tlslab(tmp_path, "diff", "other.json", kept(tmp_path / "new.json", OLD))
    assert done.returncode == Exit.USAGE
    assert "other.json is not a record of the lab" in done.stderr


def test_a_part_of_a_run_is_no_baseline(tmp_path: Path) -> None:
    for record in (OLD, full_record()):
        done = tlslab(tmp_path, "baseline", "--from", kept(tmp_path / "part.json", record), "--to", "baselines")
        assert done.returncode == Exit.USAGE
        assert "this record is a part of a run; it lacks " in done.stderr
        assert not (tmp_path / "baselines").exists()


def session(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A session of pytest with one real cell of curl."""
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    matrix = str(ROOT / "tests" / "matrix" / "test_matrix.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    options = [f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}", "--lab-client=curl"]
    return subprocess.run(
        [*command, *options, "--lab-scenario=expired", matrix, *arguments],
        cwd=place,
        env=env | {"TLSLAB_CACHE": str(CACHE), "PYTHONPATH": str(IMPORTED_FROM)},
        text=True,
        capture_output=True,
        timeout=120,
    )


def test_a_session_is_held_against_a_record_or_baselines(tmp_path: Path) -> None:
    first = session(tmp_path, "--lab-save=record.json")
    if "skipped" in first.stdout:
        pytest.skip("curl is not on this machine: `tlslab setup` brings it")
    record = Record.model_validate_json((tmp_path / "record.json").read_text())
    assert session(tmp_path, "--lab-baseline=record.json").returncode == 0

    broken = record.attempt(record.cells[0].acts["broken"])
    other = broken.text.replace("has expired", "is out of date")
    kept(tmp_path / "texts.json", with_attempts(record, {broken.id: {"text": other}}))
    for more in ((), ("-n1",)):
        held = session(tmp_path, "--lab-baseline=texts.json", *more)
        assert held.returncode == 1
        assert "as documented, but not as in the baseline" in held.stdout
        assert "[-is out of date-]{+has expired+}" in held.stdout

    empty = record.model_copy(update={"cells": []})
    unknown = session(tmp_path, f"--lab-baseline={kept(tmp_path / 'empty.json', empty)}")
    assert unknown.returncode == 0
    assert "expired/renew/curl/https is not in the baseline" in unknown.stdout

    wrong = session(tmp_path, "--lab-baseline=nowhere.json")
    assert "--lab-baseline: cannot read" in wrong.stderr
