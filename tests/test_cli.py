"""The command line as a person meets it: one process a command, a cache of its own."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from shutil import copy

import pytest

from tests.report.invented import cell, finding, full_record, not_played, procedure, record, shown
from tlslab import IMPORTED_FROM
from tlslab.cli import MODULES, run_command
from tlslab.commands.hints import cell_hint
from tlslab.commands.shared import Exit, status_of
from tlslab.model.record import CellEntry, Record
from tlslab.model.record_file import save

ROOT = Path(__file__).resolve().parent.parent
GOOD = cell("expired/renew/curl/https")
BAD = finding("expired/renew/wget/https", "other-error", "says something else")
LOST = not_played("expired/renew/openssl/https", "lab-error", "no control")


def tlslab(cache: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"TLSLAB_CACHE": str(cache), "PYTHONPATH": str(IMPORTED_FROM), "COLUMNS": "80"} | environment
    command = [sys.executable, "-P", "-m", "tlslab", *arguments]
    return subprocess.run(
        command,
        cwd=cache,
        env=env,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def kept(tmp_path: Path, source: Record) -> Path:
    path = tmp_path / "last-record.json"
    save(source, path)
    return path


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ([GOOD], Exit.AS_EXPECTED),
        ([GOOD, BAD], Exit.FINDINGS),
        ([GOOD, LOST], Exit.LAB_FAILED),
        ([BAD, LOST], Exit.LAB_FAILED),
        ([not_played("expired/renew/curl/https", "missing", "not here")], Exit.AS_EXPECTED),
    ],
    ids=["as-expected", "finding", "lab-error", "finding-and-lab-error", "missing"],
)
def test_the_exit_status_tells_what_the_record_came_to(tmp_path: Path, cells: list[CellEntry], status: Exit) -> None:
    source = record(cells)
    assert status_of(source) is status
    assert tlslab(tmp_path, "report", str(kept(tmp_path, source)), "--json").returncode == status


@pytest.mark.parametrize(
    ("verdict", "as_expected", "status"),
    [("ignored", True, Exit.AS_EXPECTED), ("not-cleared", False, Exit.FINDINGS), ("lab-error", False, Exit.LAB_FAILED)],
)
def test_what_a_trust_procedure_came_to_counts_as_well(verdict: str, as_expected: bool, status: Exit) -> None:
    seen = procedure("here", "way", shown("untrusted-ca/install-the-ca/curl/https", verdict, as_expected=as_expected))
    assert status_of(record([GOOD]).model_copy(update={"trust_procedures": [seen]})) is status


def test_help_tells_the_exit_statuses(tmp_path: Path) -> None:
    text = tlslab(tmp_path, "--help").stdout
    for status in Exit:
        assert f"\n    {status.value:<4} " in text
    for command in ("run", "report", "list", "show", "clients", "setup", "test", "check"):
        assert f"\n  {command} " in text


def test_no_arguments_show_the_help(tmp_path: Path) -> None:
    assert tlslab(tmp_path).stdout == tlslab(tmp_path, "--help").stdout
    assert "\n  Begin with: ./tlslab run --setup\n" in tlslab(tmp_path).stdout


def test_no_command_is_cut_short_in_the_help(tmp_path: Path) -> None:
    commands = tlslab(tmp_path, "--help").stdout.partition("\nCommands:\n")[2].partition("\n\n")[0]
    assert "..." not in commands


def test_an_installed_package_is_started_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "tlslab").mkdir()
    copy(ROOT / "lab" / "__init__.py", tmp_path / "tlslab")
    command = [sys.executable, "-c", "import tlslab; print(tlslab.PROGRAM)"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "tlslab\n"


@pytest.mark.parametrize(
    ("arguments", "tip"),
    [
        (["lst"], "Did you mean list?"),
        (["show", "expird"], "Did you mean expired"),
        (["run", "--plan", "--scenario", "expird"], "Did you mean expired"),
        (["run", "--plan", "--client", "curl,wgett"], "nothing is called 'wgett'. Did you mean wget?"),
        (["run", "--plan", "--fix", "renw"], "Did you mean renew?"),
        (["run", "--plan", "--server", "sqlsrver"], "Did you mean sqlserver?"),
        (
            ["run", "--plan", "--impostors", "strangr"],
            "--impostors: nothing is called 'strangr'. Did you mean stranger",
        ),
        (
            ["run", "--plan", "--scenario", "expired", "--fix", "trust-everything"],
            "these patterns leave no cell: expired has no fix trust-everything, but renew",
        ),
        (["run", "--plan", "--client", "curl", "--server", "sqlserver"], "curl speaks HTTPS only"),
        (
            ["run", "--plan", "--client", "curl", "--scenario", "untrusted-ca.forced"],
            "curl speaks HTTPS only; untrusted-ca.forced concerns SQL Server only",
        ),
        (
            ["run", "--plan", "--server", "https", "--fix", "stop-asking-for-encryption"],
            "stop-asking-for-encryption concerns SQL Server only",
        ),
        (["run", "--plan", "--client", "zzz"], "There are: "),
        (["run", "--jobs", "0", "--plan"], "0 is not in the range"),
        (["run", "--save", "no/such/place/record.json"], "there is no directory"),
        (["report"], "there is no record yet"),
        (["report", "--trace"], "--trace shows the traces of cells, so it needs --cell"),
        (["report", "absent.json"], "cannot read absent.json"),
    ],
)
def test_wrong_usage_is_a_sentence_with_the_right_name(tmp_path: Path, arguments: list[str], tip: str) -> None:
    done = tlslab(tmp_path, *arguments)
    assert done.returncode == Exit.USAGE
    assert tip in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_in_the_labs_own_image_a_run_is_of_containers(tmp_path: Path) -> None:
    """Its clients are there alone; on another machine they are processes."""
    plan = ["run", "--plan", "--scenario", "expired", "--client", "curl"]
    assert tlslab(tmp_path, *plan).stdout.startswith("expired/renew/curl/https\n")
    assert tlslab(tmp_path, *plan, TLSLAB_IMAGE="1").stdout.startswith("expired/renew/curl:bookworm/https\n")
    chosen = tlslab(tmp_path, *plan, "--stage", "local", TLSLAB_IMAGE="1")
    assert chosen.stdout.startswith("expired/renew/curl/https\n")
    containers = tlslab(tmp_path, *plan, "--distribution", "trixie", TLSLAB_IMAGE="1")
    assert containers.stdout.startswith("expired/renew/curl:trixie/https\n")


@pytest.mark.parametrize("empty", ["", " ", ",", "curl,", "curl, ,wget"])
@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["run", "--plan"], "--scenario"),
        (["run", "--plan"], "--client"),
        (["run", "--plan"], "--fix"),
        (["run", "--plan"], "--server"),
        (["run", "--plan", "--stage", "docker"], "--distribution"),
        (["compare", "curl", "curl@/x"], "--scenario"),
        (["clients"], "--client"),
        (["baseline"], "--client"),
        (["report"], "--cell"),
    ],
)
def test_an_empty_pattern_is_refused_and_does_not_take_everything(
    arguments: list[str], option: str, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*arguments, option, empty]) == Exit.USAGE
    said = capsys.readouterr()
    assert f"{option}: a name is empty in {empty!r} (a variable not set?). To take all, leave it out." in said.err
    assert not said.out


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["run"], "--save"),
        (["run", "--plan", "--stage", "docker"], "--sqlserver-image"),
        (["compare", "curl", "curl@/x"], "--save"),
        (["baseline"], "--to"),
        (["baseline"], "--from"),
        (["certificates"], "--into"),
        (["certificates", "--into", "x"], "--fix"),
    ],
)
def test_an_empty_value_of_any_option_is_refused(
    arguments: list[str], option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command([*arguments, option, ""]) == Exit.USAGE
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["run", "--save"], "./tlslab run"),
        (["run", "--client"], "./tlslab run"),
        (["clients", "prune", "--keep"], "./tlslab clients prune"),
        (["compare", "curl", "curl@/x", "--jobs"], "./tlslab compare"),
        (["run", "--nonsense"], "./tlslab run"),
        (["--nonsense"], "./tlslab"),
        (["nonsense"], "./tlslab"),
    ],
)
def test_wrong_usage_points_to_the_help_of_its_command(
    arguments: list[str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments) == Exit.USAGE
    assert capsys.readouterr().err.endswith(f"tlslab: how to use it: {command} --help\n")


def test_clients_of_an_empty_cache_say_once_what_brings_them(tmp_path: Path) -> None:
    said = tlslab(tmp_path, "clients").stdout
    assert said.count("missing: the Python environment of the clients") > 1
    assert said.count("tlslab setup") == 1
    assert "; a run brings the Python packages by itself:\n  ./tlslab setup\n" in said
    assert "this is the lab's own image" in tlslab(tmp_path, "clients", TLSLAB_IMAGE="1").stderr


def test_the_last_run_of_another_checkout_is_told_and_not_compared(tmp_path: Path) -> None:
    assert tlslab(tmp_path, "run", "--client", "openssl", "--scenario", "expired").returncode == Exit.AS_EXPECTED
    assert "another checkout" not in tlslab(tmp_path, "report").stderr
    assert tlslab(tmp_path, "diff", str(ROOT / "baselines")).returncode == Exit.AS_EXPECTED

    (tmp_path / "last-record.from").write_text("/another/checkout")

    assert "played by another checkout: /another/checkout\n" in tlslab(tmp_path, "report").stderr
    done = tlslab(tmp_path, "diff", str(ROOT / "baselines"))
    assert done.returncode == Exit.USAGE
    assert "another checkout, /another/checkout. If it is meant, name its record: " in done.stderr
    named = tlslab(tmp_path, "diff", str(ROOT / "baselines"), str(tmp_path / "last-record.json"))
    assert named.returncode == Exit.AS_EXPECTED


def test_the_plan_lists_cells_and_starts_nothing(tmp_path: Path) -> None:
    done = tlslab(tmp_path, "run", "--plan", "--json", "--scenario", "name-mismatch", "--client", "wget,cu*")
    plan = json.loads(done.stdout)
    assert done.returncode == Exit.AS_EXPECTED
    assert "name-mismatch/reissue-with-all-names/curl/https" in plan["cells"]
    assert all(item["why"] for item in plan["exclusions"])
    assert list(tmp_path.iterdir()) == []


def test_the_plan_for_people_has_the_same_cells(tmp_path: Path) -> None:
    plan = json.loads(tlslab(tmp_path, "run", "--plan", "--json").stdout)
    words = tlslab(tmp_path, "run", "--plan").stdout.split()
    assert all(identity in words for identity in plan["cells"])
    assert all(item["cell"] in words for item in plan["exclusions"])


def test_a_class_takes_all_its_faces(tmp_path: Path) -> None:
    cells = json.loads(tlslab(tmp_path, "run", "--plan", "--json", "--scenario", "untrusted-ca").stdout)["cells"]
    faces = {identity.partition("/")[0] for identity in cells}
    assert len(faces) > 1
    assert all(face.partition(".")[0] == "untrusted-ca" for face in faces)


def test_list_has_one_line_for_each_scenario_in_a_pipe(tmp_path: Path) -> None:
    lines = tlslab(tmp_path, "list").stdout.splitlines()
    data = json.loads(tlslab(tmp_path, "list", "--json").stdout)
    assert all(line.endswith(f"  {item['title']}") for line, item in zip(lines, data, strict=True))
    assert [line.split()[0] for line in lines] == [item["id"] for item in data]
    assert all(item["fixes"] and item["sources"] for item in data)
    # Of a valid name that one client does not take, the words stand beside that client; so do those of one client's
    # variable, and what each client says of a proxy, of a page that refuses it or of a server that sends it on.
    beside = ("valid-name.", "environment.overruled", "client-certificate.", "proxy.", "routing")
    assert all(item["texts"] or item["id"].startswith(beside) for item in data)


def test_show_as_json_has_the_scenarios_that_it_takes(tmp_path: Path) -> None:
    shown = json.loads(tlslab(tmp_path, "show", "--json", "name-mismatch").stdout)
    assert shown == [
        item
        for item in json.loads(tlslab(tmp_path, "list", "--json").stdout)
        if item["id"].partition(".")[0] == "name-mismatch"
    ]


def test_report_shows_the_last_record_and_its_cells(tmp_path: Path) -> None:
    kept(tmp_path, full_record())
    assert "304 cells:" in tlslab(tmp_path, "report").stdout
    shown = tlslab(tmp_path, "report", "--cell", "expired/*/odbc18")
    assert shown.stdout.startswith("expired/renew/odbc18/sqlserver\n")
    assert shown.returncode == Exit.AS_EXPECTED


def test_report_as_json_is_a_record_again(tmp_path: Path) -> None:
    kept(tmp_path, full_record())
    chosen = Record.model_validate_json(tlslab(tmp_path, "report", "--json", "--cell", "expired/renew/curl/*").stdout)
    assert [entry.id for entry in chosen.cells] == ["expired/renew/curl/https"]


@pytest.mark.parametrize(
    ("pattern", "tip"),
    [
        (
            "expird/renew/odbc18/sqlserver",
            "The scenario 'expird' is not there. Did you mean expired/renew/odbc18/sqlserver?",
        ),
        (
            "expired/renew/odbc",
            "is not there in expired/renew. Did you mean expired/renew/odbc18/sqlserver or expired/renew/tdsodbc/",
        ),
        ("expired/odbc18", "The fix 'odbc18' is not there in expired. There are: renew."),
        (
            "expired/renew/curl/sqlserver",
            "The server 'sqlserver' is not there in expired/renew/curl. There are: https.",
        ),
        ("expired/renew/curl/https/more", "Cells look like this: "),
    ],
)
def test_a_cell_that_is_not_there_gets_the_nearest(pattern: str, tip: str) -> None:
    assert tip in cell_hint(pattern, [entry.id for entry in full_record().cells])


def test_a_pattern_that_takes_no_cell_is_wrong_usage(tmp_path: Path) -> None:
    kept(tmp_path, full_record())
    done = tlslab(tmp_path, "report", "--cell", "expird/renew/odbc18/sqlserver")
    assert done.returncode == Exit.USAGE
    assert "Did you mean expired/renew/odbc18/sqlserver?" in done.stderr


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"schema_version": 99}')
    done = tlslab(tmp_path, "report", "other.json")
    assert done.returncode == Exit.USAGE
    assert "other.json has schema version 99" in done.stderr


@pytest.mark.parametrize("columns", ["0", "-1", "none", "\N{SUPERSCRIPT TWO}", "9" * 5000])
@pytest.mark.parametrize(
    "arguments",
    [["list"], ["show", "expired"], ["report"], ["report", "--cell", "expired/renew/curl/https"], ["run", "--plan"]],
    ids=" ".join,
)
def test_a_width_of_nothing_leaves_no_word_out(
    arguments: list[str],
    columns: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept(tmp_path, full_record())
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    run_command(arguments)
    usual = capsys.readouterr().out.split()
    monkeypatch.setenv("COLUMNS", columns)
    run_command(arguments)
    # The table and its frame depend on the width; what is said in words does not.
    assert {word for word in usual if word.isalpha()} <= {*capsys.readouterr().out.split()}
    assert usual


def test_output_without_utf8_is_readable(tmp_path: Path) -> None:
    kept(tmp_path, full_record())
    done = tlslab(tmp_path, "report", PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert "+  as documented: " in done.stdout


def test_a_failure_of_the_lab_is_a_sentence_and_a_traceback_only_on_demand(tmp_path: Path) -> None:
    (tmp_path / "last-record.json").mkdir()
    blocked = tmp_path / "file"
    blocked.write_text("")
    quiet = tlslab(tmp_path, "clients", TLSLAB_CACHE=str(blocked))
    assert quiet.returncode == Exit.LAB_FAILED
    assert "the lab failed" in quiet.stderr
    assert "Traceback" not in quiet.stderr
    loud = tlslab(tmp_path, "clients", TLSLAB_CACHE=str(blocked), TLSLAB_DEBUG="1")
    assert "Traceback" in loud.stderr


def test_test_passes_its_arguments_to_pytest(tmp_path: Path) -> None:
    done = tlslab(
        tmp_path,
        "test",
        "--collect-only",
        "-q",
        "-k",
        "test_help_tells",
        "--lab-client=curl",
        "tests/test_cli.py",
        PIP_NO_INDEX="1",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_help_tells_the_exit_statuses" in done.stdout


def test_test_finds_the_tests_whatever_path_an_option_names(tmp_path: Path) -> None:
    (tmp_path / "curl.json").write_bytes((ROOT / "baselines" / "curl.json").read_bytes())
    baseline = ("--lab-baseline", str(tmp_path / "curl.json"), "--lab-client", "curl")
    done = tlslab(tmp_path, "test", "--collect-only", "-q", "-k", "test_help_tells", *baseline, PIP_NO_INDEX="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_help_tells_the_exit_statuses" in done.stdout


def test_nothing_played_proves_nothing(tmp_path: Path) -> None:
    done = tlslab(tmp_path, "run", "--client", "python-tds", "--scenario", "expired", PIP_NO_INDEX="1")
    assert done.returncode == Exit.LAB_FAILED
    assert "nothing was played, so nothing is proven" in done.stderr
    assert (tmp_path / "last-record.json").is_file()


# --- where the output goes --------------------------------------------------------------------------------------------


def printed_to(output: int, cache: Path, *arguments: str) -> tuple[int, str]:
    """The exit status of a command that prints there, and what it says on standard error."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tlslab", *arguments],
        cwd=cache,
        env=os.environ | {"TLSLAB_CACHE": str(cache), "PYTHONPATH": str(IMPORTED_FROM), "PIP_NO_INDEX": "1"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stderr


PRINTING = pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["list", "--json"],
        ["show", "expired"],
        ["show", "*", "--json"],
        ["run", "--plan"],
        ["run", "--plan", "--json"],
        ["report"],
        ["report", "--json"],
        ["report", "--cell", "expired/*"],
        ["clients"],
        ["schema"],
        ["diff", "last-record.json", "--format", "markdown"],
        ["test", "--collect-only", "-q", "--lab-client=curl", "tests/test_cli.py"],
    ],
    ids=" ".join,
)


@PRINTING
def test_a_reader_who_has_gone_leaves_a_command_its_own_status(tmp_path: Path, arguments: list[str]) -> None:
    """`| head -1`; not 1, which would be findings."""
    kept(tmp_path, full_record())
    reading, writing = os.pipe()
    os.close(reading)
    try:
        status, said = printed_to(writing, tmp_path, *arguments)
    finally:
        os.close(writing)
    assert status == tlslab(tmp_path, *arguments, PIP_NO_INDEX="1").returncode != Exit.FINDINGS
    assert "roken pipe" not in said
    assert "Traceback" not in said


def test_findings_are_findings_whoever_reads_them(tmp_path: Path) -> None:
    kept(tmp_path, record([BAD]))
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert printed_to(writing, tmp_path, "report") == (Exit.FINDINGS, "")
    finally:
        os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
@PRINTING
def test_output_that_cannot_be_written_is_a_sentence(tmp_path: Path, arguments: list[str]) -> None:
    kept(tmp_path, full_record())
    with Path("/dev/full").open("w") as full:
        status, said = printed_to(full.fileno(), tmp_path, *arguments)
    assert status == Exit.LAB_FAILED
    assert said.splitlines()[-1] == ("tlslab: standard output: No space left on device; not all of it could be written")
    assert "Traceback" not in said


def test_a_command_without_standard_output_or_error_ends_with_its_own_status(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "tlslab", "list"]
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(
            ["sh", "-c", f'"$@" {closed}', "sh", *command],
            env=os.environ | {"TLSLAB_CACHE": str(tmp_path), "PYTHONPATH": str(IMPORTED_FROM)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert (done.returncode, done.stderr) == (Exit.AS_EXPECTED, "")


def test_the_names_of_the_commands_are_those_of_their_modules() -> None:
    """They stand in the command line, so that no module is loaded for its names."""
    for module, names in MODULES.items():
        commands = import_module(f"tlslab.commands.{module}").COMMANDS
        assert tuple(command.name for command in commands) == names
