"""The command `refresh`: what is committed is current, and what is not is named."""

import shutil
from pathlib import Path

import pytest

import tlslab
from tests.report.invented import client, full_record, record
from tlslab import catalogue, cli
from tlslab.clients import all_clients
from tlslab.commands import refresh
from tlslab.commands.shared import Exit
from tlslab.report.picture import draw

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("derived", list(refresh.of_the_source(CHECKOUT)), ids=lambda item: str(item.path))
def test_what_follows_from_the_source_is_committed(derived: refresh.Derived) -> None:
    assert derived.is_current(CHECKOUT), "bring it up to date: ./tlslab refresh"


def test_what_is_not_current_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (refresh.COMPOSE, refresh.MEASURED, *refresh.DOCUMENTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((CHECKOUT / path).read_text(encoding="utf-8"), encoding="utf-8")
    shutil.copytree(CHECKOUT / "baselines", tmp_path / "baselines")
    monkeypatch.setattr(tlslab, "ROOT", tmp_path)
    assert cli.run_command(["refresh", "--check"]) == Exit.FINDINGS
    said = capsys.readouterr().err
    assert "schema/record.schema.json is not current" in said
    assert "README.md" not in said


def test_ports_of_broken_servers_stay_when_the_file_is_written_anew(tmp_path: Path) -> None:
    committed = (CHECKOUT / refresh.COMPOSE).read_text(encoding="utf-8")
    moved = committed.replace("10", "11")  # other numbers than anybody would count
    for path in (refresh.COMPOSE, *refresh.DOCUMENTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        text = moved if path == refresh.COMPOSE else (CHECKOUT / path).read_text(encoding="utf-8")
        (tmp_path / path).write_text(text, encoding="utf-8")
    anew = next(item.text for item in refresh.of_the_source(tmp_path) if item.path == refresh.COMPOSE)
    from tlslab.compose.servers import numbers_in

    assert numbers_in(anew) == numbers_in(moved)
    assert numbers_in(anew) != {}


def test_an_installation_has_nothing_to_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tlslab, "ROOT", tmp_path)
    assert cli.run_command(["refresh"]) == Exit.USAGE
    assert "is for the project's checkout" in capsys.readouterr().err


def test_a_picture_that_differs_in_seconds_alone_is_current(tmp_path: Path) -> None:
    record = full_record()
    (tmp_path / "docs").mkdir()
    (tmp_path / refresh.PICTURE).write_text(draw(record), encoding="utf-8")
    slower = record.model_copy(update={"seconds": record.seconds + 11.5})
    assert refresh.Derived(refresh.PICTURE, draw(slower)).is_current(tmp_path)
    fewer = record.model_copy(update={"cells": record.cells[1:]})
    assert not refresh.Derived(refresh.PICTURE, draw(fewer)).is_current(tmp_path)


def test_defaults_of_a_record_in_which_a_client_is_missing_change_no_document(
    capsys: pytest.CaptureFixture[str],
) -> None:
    derived = list(refresh.of_a_record(record([], clients=[client("curl", missing="curl")]), CHECKOUT))
    assert [item.path for item in derived] == [refresh.PICTURE]
    said = capsys.readouterr().err
    assert "the table of defaults stays as it is: curl is not here" in said
    assert f"{refresh.STORY} stays as it is: {refresh.CELL} was not played" in said


def test_defaults_that_a_record_does_not_have_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [client("curl").model_copy(update={"name": item.name}) for item in all_clients()]
    whole = record([], clients=here)
    monkeypatch.setattr(refresh, "measure_defaults", lambda clients: whole)
    *_, readme = refresh.of_a_record(whole, CHECKOUT)
    assert readme.path == refresh.DOCUMENTS[0]
    assert "| `curl` | not measured: no answer |" in readme.text


def test_the_cell_of_the_story_is_in_the_catalogue() -> None:
    name, fix, who, kind = refresh.CELL.split("/")
    scenario = catalogue.load().scenario(name)
    assert fix in {item.name for item in scenario.fixes}
    assert (who, kind) in {(item.name, each.value) for item in all_clients() for each in item.kinds & scenario.kinds}
