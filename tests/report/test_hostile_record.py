"""A record is a file of somebody's: nothing in it, nor in what a client says, drives a terminal or breaks a page."""

import json
import re
from pathlib import Path

import pytest

from tests.diff.edited import small, with_attempts
from tests.report.consoles import Screen
from tests.report.hostile import FAKE, HOSTILE, everything, hostile
from tlslab.cli import run_command
from tlslab.clients import all_clients
from tlslab.diff.baseline import baselines_of, text_of
from tlslab.model.record import ClientEntry, Record
from tlslab.model.record_file import load, save
from tlslab.pytesting.against import Against
from tlslab.pytesting.played import Played
from tlslab.report.listing import show_clients
from tlslab.report.printable import in_line, printable
from tlslab.report.progress import Plain, watch

SGR = re.compile(r"\x1b\[[0-9;]*m")
ROOT = Path(__file__).resolve().parents[2]


def without_form(text: str) -> set[str]:
    """The characters of an output that nobody sees."""
    return {char for char in text if char != "\n" and printable(char) != char}


def other() -> Record:
    """The small record with every kind of text changed."""
    changed = {item.id: {"text": "other", "code": "other", "normalised": "other"} for item in small().attempts}
    return with_attempts(small(), changed)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    found = {}
    for name, record in {"all": everything(), "old": small(), "new": other()}.items():
        save(hostile(record), tmp_path / f"{name}.json")
        found[name] = str(tmp_path / f"{name}.json")
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "{all}"),
        ("report", "{all}", "--json"),
        ("report", "{all}", "--cell", "expired*"),
        ("report", "{all}", "--cell", "expired*", "--trace"),
        ("report", "{all}", "--cell", "self-signed*/*/odbc18*"),
        ("report", "{all}", "--cell", "nothing"),
        ("report", "{all}", "--cell", "expired*/nothing"),
        ("diff", "{old}", "{new}"),
        ("diff", "{new}", "{old}"),
        ("diff", "{all}", "{new}"),
        ("diff", "{old}", "{new}", "--format", "markdown"),
        ("diff", "{all}", "{new}", "--format", "markdown"),
        ("diff", "{old}", "{new}", "--format", "json"),
        ("baseline", "--from", "{all}", "--to", "{all}.baselines"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("colour", [False, True])
def test_every_command_that_shows_a_record_shows_it_as_text(
    arguments: tuple[str, ...],
    colour: bool,
    files: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    if colour:
        monkeypatch.setenv("FORCE_COLOR", "1")
    run_command([argument.format(**files) for argument in arguments])
    said = capsys.readouterr()
    assert said.out or said.err
    assert "is not whole" not in said.err
    out = SGR.sub("", said.out) if colour else said.out
    assert without_form(out) == without_form(said.err) == set()
    assert [line for line in out.splitlines() if line.startswith(FAKE)] == []


def test_a_page_has_no_html_and_no_lines_but_its_own(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["diff", files["old"], files["new"], "--format", "markdown"])
    page = capsys.readouterr().out
    fences = re.split(r"(?m)^`{3,}(?:diff)?$", page)
    outside = re.sub(r"`[^`\n]+`", "", "".join(fences[::2]))
    assert set(re.findall(r"(?<!\\)<[^>]*>", outside)) == {"<details>", "<summary>", "</summary>", "</details>"}
    own = ("|", "- ", "  - ", "**", "<details>", "</details>", "In the acts", "Also:", "Reported only")
    assert [line for line in outside.splitlines() if line and not line.startswith(own)] == []


def test_the_record_keeps_everything_verbatim(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["report", files["all"], "--json"])
    told = Record.model_validate(json.loads(capsys.readouterr().out))
    assert told == load(Path(files["all"])) == hostile(everything())


def test_a_baseline_can_be_read_as_a_difference_and_says_the_same() -> None:
    (baseline,) = [item for item in baselines_of(hostile(small()), {}) if item.client.startswith("odbc18")]
    text = text_of(baseline)
    assert without_form(text) == set()
    assert json.loads(text)["client"] == baseline.client


def test_a_test_of_pytest_tells_its_cell_as_text() -> None:
    record = hostile(everything())
    for entry in record.cells:
        attempts = [item for item in record.attempts if item.id in entry.acts.values()]
        played = Played(
            cell=entry.model_copy(update={"as_expected": False}),
            attempts=attempts,
            trust_procedures=record.trust_procedures,
            stand_in=HOSTILE,
            last_words=[HOSTILE],
            client=record.clients[0],
            record=record,
        )
        told = [played.story(), *(word for pair in played.properties() for word in pair)]
        assert without_form("".join(told).replace("\t", "")) == set()


def test_what_is_not_as_in_a_baseline_is_told_as_text(files: dict[str, str]) -> None:
    new = load(Path(files["new"]))
    entry = next(item for item in new.cells if item.acts)
    deviation = Against(Path(files["old"])).deviation(Played(cell=entry, attempts=new.attempts))
    assert deviation.words
    assert without_form(deviation.words) == set()


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_tells_findings_as_text(terminal: bool) -> None:
    screen = Screen(terminal=terminal)
    with watch(screen.console) as observer:
        observer.planned(1, 1)
        observer.started(1, 0.1)
        observer.attempted(f"curl{HOSTILE}", "refused")
        observer.judged(f"a{HOSTILE}/b/curl{HOSTILE}/https", f"curl{HOSTILE}", False, HOSTILE)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.text).replace("\r", "")
    assert "not as expected: a" in text
    assert without_form(text) == set()
    assert isinstance(observer, Plain) is not terminal


def test_clients_tell_their_versions_as_text() -> None:
    screen = Screen()
    names = ("curl", "wget")
    known = {item.name: item for item in all_clients()}
    entries = [
        ClientEntry(name=name, title=HOSTILE, tls_library=HOSTILE, version=HOSTILE, missing=missing, how_to_get=HOSTILE)
        for name, missing in zip(names, (HOSTILE, ""), strict=True)
    ]
    show_clients(entries, known, screen.console)
    assert without_form(screen.text) == set()


def test_a_mistake_of_the_lab_is_told_as_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_path: object) -> None:
        raise ValueError(HOSTILE)

    monkeypatch.setenv("TLSLAB_DEBUG", "1")
    monkeypatch.setattr("tlslab.commands.play.load", fail)
    run_command(["report", "record.json"])
    assert without_form(capsys.readouterr().err) == set()


def test_every_console_of_the_lab_is_made_where_control_characters_are_escaped() -> None:
    makes = re.compile(r"(?<![\w.])Console\(")
    places = [*(ROOT / "lab").rglob("*.py"), *(ROOT / "docs").rglob("*.py")]
    made = [path.name for path in places if makes.search(path.read_text().replace("class SafeConsole(Console)", ""))]
    assert made == []


def test_what_has_no_form_is_shown_by_its_number_and_the_rest_as_it_is() -> None:
    assert printable("a\x1b\x9b\u202e\u3164\n\tü ✓") == "a\\x1b\\x9b\\u202e\\u3164\n\tü ✓"
    assert in_line("a\n\tb\u2028") == r"a\n\tb\u2028"
