"""The yardstick names each difference between two records, and nothing that was renamed on purpose."""

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "yardstick.py"
_spec = importlib.util.spec_from_file_location("yardstick", SCRIPT)
assert _spec
assert _spec.loader
yardstick = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(yardstick)

SOURCE = {"title": "A manual", "url": "https://manual.example/"}
RECORD: dict[str, Any] = {
    "attempts": [
        {
            "id": "a1",
            "result": "refused",
            "code": "60",
            "normalised": "has expired",
            "encrypted": None,
            "audit": ["expired"],
        }
    ],
    "cells": [
        {
            "id": "expired/renew/curl/https",
            "broken": "as-documented",
            "fix_verdict": "cure",
            "as_expected": True,
            "broken_judgement": {"why": "shows: has expired", "basis": "authoritative", "sources": [SOURCE]},
            "fix_judgement": {"why": "connects", "basis": "", "sources": []},
            "acts": {"broken": "a1"},
        }
    ],
}


def changed(**values: Any) -> dict[str, Any]:
    """The record, with these fields of its one cell changed."""
    record = copy.deepcopy(RECORD)
    record["cells"][0] |= values
    return record


def said(old: dict[str, Any], new: dict[str, Any], table: dict[str, dict[str, str]]) -> list[str]:
    return list(yardstick.differences(yardstick.renamed(yardstick.facts(old), table), yardstick.facts(new)))


def test_a_record_differs_in_nothing_from_itself() -> None:
    assert said(RECORD, RECORD, {}) == []


def test_a_changed_verdict_is_named_with_its_cell() -> None:
    (line,) = said(RECORD, changed(broken="other-error"), {})
    assert line == "expired/renew/curl/https: broken verdict: 'as-documented' is now 'other-error'"


def test_a_text_that_comes_out_otherwise_is_a_difference() -> None:
    other = copy.deepcopy(RECORD)
    other["attempts"][0]["normalised"] = "is not yet valid"
    (line,) = said(RECORD, other, {})
    assert line.startswith("expired/renew/curl/https: broken act: ")


def test_a_cell_that_is_gone_is_a_difference() -> None:
    assert said(RECORD, RECORD | {"cells": []}, {}) == ["expired/renew/curl/https: only in the old record"]


def test_what_was_renamed_on_purpose_is_none() -> None:
    old = changed(
        id="expired/reissue/curl/https",
        broken="reproduced",
        broken_judgement={"why": "shows: has expired", "level": "vendor", "sources": [SOURCE]},
    )
    table = {
        "id": {"reissue": "renew"},
        "verdict": {"reproduced": "as-documented"},
        "basis": {"vendor": "authoritative"},
    }
    assert said(old, RECORD, table) == []


def test_a_name_is_replaced_as_a_whole_word_alone() -> None:
    table = {"verdict": {"documented": "written"}}
    assert said(RECORD, RECORD, table) == []


def test_two_files_that_are_no_records_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.json"
    path.write_text(json.dumps({}))
    assert yardstick.main([str(path), str(path)]) == 2
    assert "not two records: KeyError" in capsys.readouterr().err
