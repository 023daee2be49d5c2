"""The matrix under pytest, as a person runs it: real sessions of pytest, with curl against the real servers."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import ClassVar, cast

import pytest

from tlslab import IMPORTED_FROM, catalogue
from tlslab.clients import all_clients
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.plan import Filters, make_plan
from tlslab.model.record_file import load
from tlslab.pytesting.options import WITH_VALUE, add, joined
from tlslab.setup import provision

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]
MATRIX = ROOT / "tests" / "matrix" / "test_matrix.py"
CACHE = provision.cache_dir()  # asked here, because pytester gives each test a home of its own
SOME = ("--lab-client=curl", "--lab-scenario=expired,self-signed")
WITHOUT_AND_WITH_XDIST = pytest.mark.parametrize("xdist", [(), ("-n2",)], ids=["without-xdist", "with-xdist"])

OTHER_TEXTS = """
from dataclasses import replace
from tlslab import catalogue

known = catalogue.load()
silent = {name: replace(library, rows=()) for name, library in known.knowledge.libraries.items()}
catalogue.load = lambda: replace(known, knowledge=replace(known.knowledge, libraries=silent))
"""
"""Takes the documented texts away: whatever a client says is another error then."""


@pytest.fixture(autouse=True)
def _the_labs_place(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLSLAB_CACHE", str(CACHE))
    monkeypatch.setenv("PYTHONPATH", f"{pytester.path}{os.pathsep}{IMPORTED_FROM}{os.pathsep}{ROOT}")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def arguments(*more: str) -> list[str]:
    """What makes pytest run the matrix of this checkout. Without hypothesis, which takes a second to load."""
    place = [f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}", str(MATRIX)]
    return ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", *place, *more]


def matrix(pytester: pytest.Pytester, *more: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess(*arguments(*more), timeout=120)


def words_of(test: ET.Element) -> dict[str | None, str | None]:
    return {item.get("name"): item.get("value") for item in test.iter("property")}


@WITHOUT_AND_WITH_XDIST
def test_cells_are_played_once_and_told_in_junit_and_in_the_record(
    pytester: pytest.Pytester, xdist: tuple[str, ...]
) -> None:
    result = matrix(pytester, *SOME, *xdist, "--lab-require", "--junitxml=junit.xml", "--lab-save=record.json")

    known = catalogue.load()
    filters = Filters(clients=("curl",), scenarios=("expired", "self-signed"))
    cells = make_plan(known, all_clients(), filters, stage_cannot=LOCAL.cannot).cells
    result.assert_outcomes(passed=len(cells))
    result.stdout.fnmatch_lines([f"tls trust lab: {len(cells)} cells*", f"the record: {pytester.path / 'record.json'}"])
    record = load(pytester.path / "record.json")
    assert {cell.id for cell in record.cells if cell.acts} == {cell.id for cell in cells}
    assert len(record.attempts) == len({situation for cell in cells for situation in cell.acts.values()})
    assert not record.interrupted
    tests = {test.get("name"): words_of(test) for test in ET.parse(pytester.path / "junit.xml").iter("testcase")}
    told = tests["test_cell[expired/renew/curl/https]"]
    assert "certificate has expired" in (told["broken: client says"] or "")
    assert "alert certificate expired" in (told["broken: server says"] or "")
    assert told["fix verdict"] == "cure"


def test_a_cell_that_is_not_as_documented_fails_with_words_for_people(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(sitecustomize=OTHER_TEXTS)  # Python imports it, also in the engine

    result = matrix(pytester, *SOME, "-x", "--junitxml=junit.xml", "--lab-save=record.json")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "no row of this client's libraries says what the client does of expired: refused: curl: (60)*",
            "*client says*",
            "*server says*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*def test_cell*")
    (failure,) = ET.parse(pytester.path / "junit.xml").iter("failure")
    assert "certificate has expired" in (failure.text or "")
    assert load(pytester.path / "record.json").interrupted


def test_junit_xml_is_valid_whatever_a_client_says(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from tlslab.pytesting.played import Played
        from tests.pytesting.entries import attempt, cell

        def test_cell(request):
            odd = "colour \\x1b[31m nul \\0 tag <&> quote \\" umlaut \\u00fc line\\nend \\uffff"
            played = Played(cell=cell({"broken": "a1"}), attempts=[attempt("a1", text=odd)])
            request.node.user_properties += played.properties()
        """
    )

    pytester.runpytest_subprocess("-p", "no:hypothesispytest", "--junitxml=junit.xml").assert_outcomes(passed=1)

    (test,) = ET.parse(pytester.path / "junit.xml").iter("testcase")
    said = 'colour \\x1b[31m nul \\x00 tag <&> quote " umlaut ü line\nend \\uffff'
    assert words_of(test)["broken: client says"] == said


def test_collecting_starts_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLSLAB_CACHE", str(pytester.path / "cache"))

    result = matrix(pytester, "--collect-only", "-q", "--lab-save=record.json")

    result.stdout.fnmatch_lines(
        ["*test_matrix.py::test_cell[[]expired/renew/odbc18/sqlserver]", "no record was written*"]
    )
    assert not (pytester.path / "cache").exists()


def test_other_tests_do_not_load_the_engine(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_something_else():
            assert "tlslab.pytest_plugin" in sys.modules
            assert not {"tlslab.matrix.run", "tlslab.catalogue", "pydantic", "rich"} & set(sys.modules)
        """
    )

    pytester.runpytest_subprocess("-p", "tlslab.pytest_plugin").assert_outcomes(passed=1)


def test_a_missing_client_is_skipped_or_demanded_with_the_command_that_brings_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLSLAB_CACHE", str(pytester.path / "cache"))  # nothing was ever installed there
    selected = ("--lab-client=python-tds", "--lab-scenario=expired")

    skipped = matrix(pytester, *selected)
    demanded = matrix(pytester, *selected, "--lab-require")

    skipped.assert_outcomes(skipped=1)
    skipped.stdout.fnmatch_lines(["1 cell skipped: python-tds: *get it with: *tlslab setup"])
    demanded.assert_outcomes(failed=1)
    demanded.stdout.fnmatch_lines(["the Python environment*get it with: *tlslab setup"])


@WITHOUT_AND_WITH_XDIST
def test_a_client_of_a_chosen_version_is_a_test_of_its_own_and_the_summary_says_what_played(
    pytester: pytest.Pytester, xdist: tuple[str, ...]
) -> None:
    program = shutil.which("curl")
    assert program
    chosen = f"--lab-client=curl,curl@{program}"

    result = matrix(pytester, "-v", chosen, "--lab-scenario=expired", "--junitxml=report.xml", *xdist)

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"tls trust lab: curl@{program}: installed before the first cell*"])
    result.stdout.fnmatch_lines([f"*expired/renew/curl@{program}/https*"])
    result.stdout.fnmatch_lines([f"curl@{program}: *curl *"])
    said = [words_of(test) for test in ET.parse(pytester.path / "report.xml").iter("testcase")]
    assert {words["client"] for words in said} == {"curl", f"curl@{program}"}
    assert all(words["client version"] for words in said)


@WITHOUT_AND_WITH_XDIST
def test_a_version_that_cannot_be_had_is_one_usage_error_and_plays_nothing(
    pytester: pytest.Pytester, xdist: tuple[str, ...]
) -> None:
    result = matrix(pytester, "--lab-client=curl@/nowhere/curl", *xdist)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str().count("/nowhere/curl is no program") == 1
    result.stderr.fnmatch_lines(["ERROR: --lab-client: /nowhere/curl is no program*"])
    result.stdout.no_fnmatch_line("*[[]expired/*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_version_that_cannot_be_had_can_be_collected(pytester: pytest.Pytester) -> None:
    result = matrix(pytester, "--lab-client=curl@/nowhere/curl", "--collect-only", "-q")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*expired/renew/curl@/nowhere/curl/https*"])


@pytest.mark.parametrize("spec", ["pymssql@2.3.13", "python-tds+pyopenssl==25.0.0"])
def test_versions_are_for_clients_of_this_machine(pytester: pytest.Pytester, spec: str) -> None:
    result = matrix(pytester, "--lab-stage=docker", f"--lab-client={spec}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--lab-client: versions *are for clients of this machine (--lab-distribution host,*"])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("--lab-scenario=nonsense", "*nothing is called 'nonsense'. There are: *expired*"),
        ("--lab-client=crul", "*nothing is called 'crul'. Did you mean curl[?]"),
        ("--lab-client=curl@", "*--lab-client: 'curl@': which version[?] Write NAME, NAME@VERSION*"),
        ("--lab-client=crul@8.5.0", "*--lab-client: no client is called 'crul'. Did you mean curl[?]"),
        ("--lab-stage=mars", "*there is no stage 'mars'. There is: local, docker."),
        ("--lab-jobs=0", "*--lab-jobs: at least 1, not 0"),
        ("--lab-scenario=", "*--lab-scenario: a name is empty in '' (a variable not set[?]). To take all,*"),
        ("--lab-client=,", "*--lab-client: a name is empty in ',' *"),
        ("--lab-fix= ", "*--lab-fix: a name is empty in ' ' *"),
        ("--lab-server=https,", "*--lab-server: a name is empty in 'https,' *"),
        ("--lab-impostors=strangr", "*--lab-impostors: nothing is called 'strangr'. Did you mean stranger*"),
        ("--lab-distribution=", "*--lab-distribution is about containers*"),
        ("--lab-sqlserver-image=", "*--lab-sqlserver-image: it is empty (a variable not set[?])*"),
        ("--lab-baseline=", "*--lab-baseline: it is empty (a variable not set[?])*"),
        ("--lab-save=nowhere/record.json", "*--lab-save: cannot write *nowhere/record.json: No such file or directory"),
    ],
)
def test_an_option_that_cannot_be_meant_is_a_usage_error(pytester: pytest.Pytester, wrong: str, words: str) -> None:
    result = matrix(pytester, wrong)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


def in_a_project_of_ones_own(pytester: pytest.Pytester, *more: str) -> pytest.RunResult:
    pytester.makepyfile("def test_something(): pass")
    return pytester.runpytest_subprocess("-p", "tlslab.pytest_plugin", "-p", "no:hypothesispytest", *more)


@pytest.mark.parametrize("configured", [True, False])
@pytest.mark.parametrize("option", ["--lab-baseline", "--lab-save"])
def test_a_value_that_pytest_takes_for_the_place_of_the_tests_is_refused(
    pytester: pytest.Pytester, tmp_path: Path, option: str, configured: bool
) -> None:
    if configured:
        pytester.makeini("[pytest]")
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes((ROOT / "baselines" / "curl.json").read_bytes())

    apart = in_a_project_of_ones_own(pytester, option, str(elsewhere))
    joined = in_a_project_of_ones_own(pytester, f"{option}={elsewhere}")

    assert apart.ret == pytest.ExitCode.USAGE_ERROR
    apart.stderr.fnmatch_lines([f"*Write it as one word: {option}={elsewhere}"])
    joined.assert_outcomes(passed=1)
    joined.stdout.fnmatch_lines([f"rootdir: {pytester.path}"])


def test_a_value_in_a_word_of_its_own_is_fine_where_it_leads_to_the_same_root(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]")
    (pytester.path / "kept.json").write_bytes((ROOT / "baselines" / "curl.json").read_bytes())
    (pytester.path / "curl").mkdir()
    in_a_project_of_ones_own(pytester, "--lab-baseline", "kept.json", "--lab-client", "curl").assert_outcomes(passed=1)
    named = (f"--config-file={pytester.path / 'tox.ini'}", "--lab-baseline", str(ROOT / "baselines"))
    in_a_project_of_ones_own(pytester, *named).assert_outcomes(passed=1)


def test_options_and_their_values_are_made_one_word() -> None:
    given = ["-n", "auto", "--lab-save", "x.json", "--lab-require", "tests", "--lab-client=curl", "--lab-fix"]
    said = ["-n", "auto", "--lab-save=x.json", "--lab-require", "tests", "--lab-client=curl", "--lab-fix"]
    assert joined(given) == said


def test_every_option_that_takes_a_value_is_made_one_word_with_it() -> None:
    class Group:
        valued: ClassVar[set[str]] = set()

        def addoption(self, name: str, *, action: str = "store", **_how: object) -> None:
            if action != "store_true":
                self.valued.add(name)

    class Parser:
        def getgroup(self, *_words: str) -> Group:
            return Group()

        def addini(self, *_words: str, **_how: object) -> None:
            """A setting takes no place in the arguments."""

    add(cast(pytest.Parser, Parser()))
    assert {*WITH_VALUE} == Group.valued


AT_AN_IMPORT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "AT" and "PYTEST_XDIST_WORKER" not in os.environ:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    "at", ["tlslab.pytesting", "tlslab.pytesting.engine", "tlslab.catalogue", "tlslab_scenarios.expired"]
)
def test_ctrl_c_in_the_first_moments_is_no_traceback(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # this test may run in one itself
    pytester.makepyfile(sitecustomize=AT_AN_IMPORT.replace("AT", at))

    result = matrix(pytester, *SOME)

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    result.stderr.fnmatch_lines(["*interrupted before a test was started"])


@pytest.mark.parametrize(
    ("option", "name"), [("--lab-save", "directory"), ("--lab-save", "file/it"), ("--junitxml", "file/it")]
)
def test_a_file_that_cannot_be_written_is_a_usage_error(pytester: pytest.Pytester, option: str, name: str) -> None:
    (pytester.path / "directory").mkdir()
    (pytester.path / "file").touch()

    result = matrix(pytester, *SOME, f"{option}={name}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option}: cannot write {pytester.path / name}: *a directory"])


@WITHOUT_AND_WITH_XDIST
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_what_cannot_be_written_in_the_end_is_a_sentence(
    pytester: pytest.Pytester, xdist: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = pytester.path / "cache"
    cache.mkdir()
    monkeypatch.setenv("TLSLAB_CACHE", str(cache))

    result = matrix(pytester, *SOME, *xdist, "--lab-save=/dev/full", "--junitxml=/dev/full")

    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    result.stdout.fnmatch_lines(
        [
            "the record could not be written: No space left on device: /dev/full",
            f"the record: {cache / 'last-record.json'}",
            "the JUnit XML could not be written: No space left on device: /dev/full",
            "*passed*",
        ]
    )
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    result.stdout.no_fnmatch_line("*generated xml file*")
    assert load(cache / "last-record.json").attempts


def test_a_junit_xml_is_written_whole(pytester: pytest.Pytester) -> None:
    (pytester.path / "report.xml").write_text("before")
    pytester.makepyfile(
        """
        def test_something():
            with open("report.xml") as file:
                assert file.read() == "before"
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "--junitxml=report.xml")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*generated xml file: *report.xml*"])
    assert ET.parse(pytester.path / "report.xml").find("testsuite") is not None


@WITHOUT_AND_WITH_XDIST
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_a_session_that_ends_early_leaves_no_process_and_no_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, xdist: tuple[str, ...], end: signal.Signals
) -> None:
    cache = pytester.path / "cache"
    cache.mkdir()
    (CACHE / "keys").mkdir(exist_ok=True)
    (cache / "keys").symlink_to(CACHE / "keys")
    monkeypatch.setenv("TLSLAB_CACHE", str(cache))
    session = subprocess.Popen(
        [sys.executable, "-u", "-m", "pytest", *arguments("-v", "--lab-client=curl", "--lab-require", *xdist)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert session.stdout
    with session:
        said: list[str] = []
        for line in session.stdout:
            said.append(line)
            if "PASSED" in line:
                break
        engines = processes_of(cache)
        assert engines, "".join(said)
        assert list((cache / "runs").iterdir())
        os.killpg(session.pid, end)  # as the terminal does: the workers get it, too
        try:
            said.append(session.communicate(timeout=60)[0])
        except subprocess.TimeoutExpired:
            session.kill()
            raise

    expected = pytest.ExitCode.INTERRUPTED if end is signal.SIGINT else -signal.SIGKILL
    assert session.returncode == expected, "".join(said)
    for process in engines:
        wait_for_the_end_of(process)
    assert not list((cache / "runs").iterdir())
    assert not processes_of(cache)


def processes_of(cache: Path) -> list[int]:
    """The engine with this cache, and what it has started there."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended, or is somebody else's
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            is_engine = (
                b"tlslab.pytesting.engine_process" in command and os.fsencode(f"TLSLAB_CACHE={cache}") in environment
            )
            if is_engine or os.fsencode(cache) in command:
                found.append(int(process.name))
    return found


def wait_for_the_end_of(process: int) -> None:
    """Return when the process has ended."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(process)
        with os.fdopen(descriptor):
            assert select.select([descriptor], [], [], 30)[0], f"process {process} does not end"


@pytest.mark.parametrize(
    "option",
    [
        "--lab-require-vendor-image",
        "--lab-sqlserver-image=2022",
        "--lab-sqlserver-limit=1",
        "--lab-distribution=trixie",
    ],
)
def test_an_option_of_containers_is_refused_without_them(pytester: pytest.Pytester, option: str) -> None:
    done = matrix(pytester, option)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert f"{option.partition('=')[0]} is about containers, so it needs --lab-stage docker" in done.stderr.str()


def test_a_green_session_says_what_stood_in_for_sql_server(pytester: pytest.Pytester) -> None:
    done = matrix(pytester, "--lab-client=tsql", "--lab-scenario=expired", "--junitxml=report.xml")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["not the real server: the lab's own TDS endpoint *"])
    (test,) = ET.parse(pytester.path / "report.xml").iter("testcase")
    assert str(words_of(test)["stands in for the real server"]).startswith("the lab's own TDS endpoint")
