"""The check of the lab's own source, on a small project."""

from pathlib import Path

import pytest

from tlslab.setup.check import check

PROJECT = '[tool.mypy]\nfiles = ["module.py"]\nstrict = true\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one module, not written yet."""
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text(PROJECT)
    return tmp_path / "project"


def test_every_step_runs_and_is_named_when_all_fail(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "module.py").write_text("import os\nx:int='not an int'\n")
    assert check(project) == 1
    assert "check: failed: formatting, lint, types" in capfd.readouterr().out


def test_clean_source_passes_and_no_tool_leaves_a_cache_in_it(project: Path) -> None:
    (project / "module.py").write_text('"""A module."""\n\nx: int = 1\n')
    assert check(project) == 0
    assert {path.name for path in project.iterdir()} == {"module.py", "pyproject.toml"}
