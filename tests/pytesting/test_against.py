"""A played cell held against a baseline: what fails its test, and what is only told."""

from pathlib import Path

from tests.diff.edited import small, with_attempts, with_cells
from tests.report.invented import client
from tlslab.diff.baseline import baselines_of, write
from tlslab.pytesting.against import Against
from tlslab.pytesting.played import Played

IDENTITY = "expired/renew/odbc18/sqlserver"
BROKEN = "odbc18/expired/broken"


def against(place: Path, *, pinned: bool = True) -> Against:
    write(baselines_of(small(), {"odbc18": pinned}), place)
    return Against(place)


def played(text: str = "", verdict: str = "as-documented", version: str | None = None) -> Played:
    record = with_attempts(small(), {BROKEN: {"text": text}} if text else {})
    record = with_cells(record, {IDENTITY: {"broken": verdict}})
    cell = next(item for item in record.cells if item.id == IDENTITY)
    entry = client("odbc18")
    entry = entry.model_copy(update={"version": entry.version if version is None else version})
    attempts = [record.attempt(identity) for identity in cell.acts.values()]
    return Played(cell=cell, attempts=attempts, client=entry)


def test_what_is_as_in_the_baseline_has_no_deviation(tmp_path: Path) -> None:
    deviation = against(tmp_path).deviation(played())
    assert (deviation.words, deviation.fails) == ("", False)


def test_another_text_fails_the_test_with_both_texts(tmp_path: Path) -> None:
    deviation = against(tmp_path).deviation(played("SSL Provider: something else"))
    assert deviation.fails
    assert "{+something else+}" in deviation.words


def test_two_cells_with_the_same_other_words_deviate_for_one_cause(tmp_path: Path) -> None:
    first, same, other = (
        against(tmp_path).deviation(played(f"{said} (db{number}.lab.test)")).cause
        for number, said in enumerate(("certificate is bad", "certificate is bad", "no"))
    )
    assert first == same != other


def test_another_text_is_only_told_where_the_machines_library_is_another(tmp_path: Path) -> None:
    found = played("SSL Provider: something else", version="ODBC Driver 18 (OpenSSL 3.5.1)")
    deviation = against(tmp_path).deviation(found)
    assert not deviation.fails
    assert "reported only" in deviation.words


def test_another_verdict_fails_whatever_the_machine_has(tmp_path: Path) -> None:
    found = played(verdict="unexpected-connection", version="ODBC Driver 18 (OpenSSL 3.5.1)")
    assert against(tmp_path, pinned=False).deviation(found).fails


def test_a_chosen_version_is_held_against_the_pinned_one(tmp_path: Path) -> None:
    def of_version(text: str = "") -> Played:
        found = played(text)
        return found.model_copy(update={"cell": found.cell.model_copy(update={"client": "odbc18@18.7.1"})})

    baseline = against(tmp_path)
    assert not baseline.deviation(of_version()).words
    found = baseline.deviation(of_version("SSL Provider: something else"))
    assert found.fails
    assert "{+something else+}" in found.words


def test_a_client_that_the_baseline_does_not_have_fails_nothing(tmp_path: Path) -> None:
    found = played()
    unknown = found.model_copy(update={"cell": found.cell.model_copy(update={"client": "pymssql@2.4.6"})})
    deviation = against(tmp_path).deviation(unknown)
    assert (deviation.fails, deviation.words) == (False, f"{IDENTITY} is not in the baseline")


def test_a_deviation_is_told_by_a_cell_that_is_as_documented() -> None:
    cell = played().model_copy(update={"deviation": "old  x\nnew  y"})
    assert not cell.as_expected
    assert cell.story() == "as documented, but not as in the baseline\n\nold  x\nnew  y"
