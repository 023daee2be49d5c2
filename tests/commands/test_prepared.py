"""What `explain` keeps for later starts is good for one state of the sources, and whole or not at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from tlslab.commands import prepared
from tlslab.commands.explain import explain

TEXT = "x509: certificate signed by unknown authority"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path))
    return tmp_path


def test_a_second_start_answers_the_same_from_what_the_first_one_kept(cache: Path) -> None:
    for arguments in ([TEXT], ["--json", TEXT], ["--client", "go-https", TEXT], ["--os", "linux", TEXT]):
        anew = CliRunner().invoke(explain, arguments)
        assert prepared.read(prepared.stamp())
        assert CliRunner().invoke(explain, arguments).output == anew.output
        for file in (cache / "explain").iterdir():
            file.unlink()


def test_it_is_good_for_its_state_alone() -> None:
    prepared.write("a" * 64, b"data")
    assert prepared.read("a" * 64) == b"data"
    assert prepared.read("b" * 64) is None


def test_the_state_is_another_when_a_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "baselines").mkdir()
    monkeypatch.setattr("tlslab.ROOT", tmp_path)
    before = prepared.stamp()
    assert prepared.stamp() == before
    (tmp_path / "baselines" / "curl.json").write_text("{}")
    assert prepared.stamp() != before


def test_several_at_once_leave_one_whole_file(cache: Path) -> None:
    states = [f"{number:064d}" for number in range(20)]
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda state: prepared.write(state, state.encode() * 1000), states))
    (file,) = (cache / "explain").iterdir()
    state = file.read_bytes()[:64].decode()
    assert prepared.read(state) == state.encode() * 1000


def test_what_is_not_whole_is_made_anew(cache: Path) -> None:
    prepared.write(prepared.stamp(), b"not whole")
    found = CliRunner().invoke(explain, [TEXT])
    assert found.exit_code == 0
    assert "certificate" in found.output
    kept = prepared.read(prepared.stamp())
    assert kept
    assert kept != b"not whole"


def test_a_cache_that_cannot_be_written_is_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "file"))
    assert CliRunner().invoke(explain, [TEXT]).exit_code == 0
