"""The baseline: one readable file a client, the same for all runs that came out the same, compared like a record."""

import json
from pathlib import Path

import pytest

from tests.diff.edited import CONNECTED, lost, small, with_attempts, with_cells
from tests.report.invented import full_record, not_played
from tlslab.diff.baseline import BaselineError, baselines_of, read, side_of_baselines, text_of, write
from tlslab.diff.changes import compare_sides
from tlslab.diff.kinds import Kind, Level
from tlslab.diff.sides import side_of
from tlslab.model.record import Record
from tlslab.model.record_file import RecordError, save

PINNED = {"odbc18": True, "requests": True}
OLD = small()


def against(new: Record) -> list[Kind]:
    side = side_of_baselines(baselines_of(OLD, PINNED), "baselines")
    return [group.kind for group in compare_sides(side, side_of(new)).groups]


def test_a_record_is_as_its_own_baseline() -> None:
    assert against(OLD) == []
    full = full_record()
    kept = [cell for cell in full.cells if cell.status != "lab-error" and cell.broken != "never-connects"]
    full = full.model_copy(update={"cells": kept})
    side = side_of_baselines(baselines_of(full, {}), "baselines")
    changes = compare_sides(side, side_of(full))
    assert changes.groups == []
    assert changes.not_compared == []
    assert changes.cells > 100


def test_a_change_of_text_verdict_or_fix_is_found() -> None:
    assert against(with_attempts(OLD, {"odbc18/expired/broken": {"text": "says something else"}})) == [Kind.TEXT]
    assert against(with_cells(OLD, {"expired/renew/requests/https": {"broken": "unexpected-connection"}})) == [
        Kind.ACCEPTS
    ]
    assert against(with_attempts(OLD, {"odbc18/expired/renew/stranger": CONNECTED})) == [Kind.LETS_IN]


def test_the_file_has_nothing_volatile_and_is_in_no_order_but_its_own() -> None:
    shuffled = OLD.model_copy(
        update={
            "attempts": list(reversed(OLD.attempts)),
            "cells": list(reversed(OLD.cells)),
            "started": "another day",
        }
    )
    other = with_attempts(
        shuffled, {entry.id: {"seconds": 9.9, "text": entry.text.replace("40123", "51515")} for entry in OLD.attempts}
    )
    texts = [sorted(map(text_of, baselines_of(record, PINNED))) for record in (OLD, other)]
    assert texts[0] == texts[1]
    assert "40123" not in texts[0][0] + texts[0][1]


def test_one_changed_text_is_one_changed_line() -> None:
    other = {"text": "says something else"}
    edited = with_attempts(OLD, {"odbc18/expired/broken": other, "odbc18/expired/renew/stranger": other})
    old, new = (text_of(baselines_of(record, PINNED)[0]).splitlines() for record in (OLD, edited))
    assert sum(a != b for a, b in zip(old, new, strict=True)) == 1


def test_it_is_written_and_read_as_one_file_a_client(tmp_path: Path) -> None:
    paths = write(baselines_of(OLD, PINNED), tmp_path / "baselines")
    assert [path.name for path in paths] == ["odbc18.json", "requests.json"]
    content = json.loads(paths[0].read_text())
    assert content["cells"]["expired/renew/sqlserver"] == "as-documented, cure"
    assert (content["pinned"], content["version"]) == (True, OLD.clients[0].version)
    assert set(read(tmp_path / "baselines").cells) == {"odbc18", "requests"}
    assert set(read(paths[1]).cells) == {"requests"}
    save(OLD, tmp_path / "record.json")
    assert set(read(tmp_path / "record.json").cells) == {"odbc18", "requests"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty", None, "there is no baseline"),
        ("a.json", "{}", "is not a record"),
        ("a.json", '{"baseline_version": 1}', "is not a baseline of the lab: client"),
        ("a.json", '{"baseline_version": 2}', "is not a baseline of the lab: baseline_version"),
    ],
)
def test_what_is_no_baseline_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)
    with pytest.raises(RecordError, match=words) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


def test_what_the_lab_lost_or_what_is_unstable_is_no_baseline() -> None:
    with pytest.raises(BaselineError, match="expired/renew/odbc18/sqlserver: lab-error"):
        baselines_of(lost(OLD, "expired/renew/odbc18/sqlserver"), PINNED)
    never = {"expired/renew/odbc18/sqlserver": {"broken": "never-connects", "fix_verdict": ""}}
    with pytest.raises(BaselineError, match="does not connect when nothing is wrong"):
        baselines_of(with_cells(OLD, never), PINNED)
    repeats = [{"result": "refused", "code": str(code), "normalised": "", "seconds": 1} for code in (1, 2)]
    with pytest.raises(BaselineError, match="expired/renew/odbc18/sqlserver is unstable"):
        baselines_of(with_attempts(OLD, {"odbc18/expired/broken": {"repeats": repeats}}), PINNED)


def test_a_client_that_is_missing_has_no_baseline() -> None:
    cells = [not_played(cell.id, "missing", "no driver") if cell.client == "odbc18" else cell for cell in OLD.cells]
    assert [item.client for item in baselines_of(OLD.model_copy(update={"cells": cells}), PINNED)] == ["requests"]


def test_texts_fail_nothing_where_the_machines_library_is_another() -> None:
    clients = [entry.model_copy(update={"version": "x (OpenSSL 3.5.1)"}) for entry in OLD.clients]
    new = with_attempts(OLD, {"odbc18/expired/broken": {"text": "says something else", "code": "1"}})
    side = side_of_baselines(baselines_of(OLD, PINNED), "baselines")
    changes = compare_sides(side, side_of(new.model_copy(update={"clients": clients})))
    assert [group.kind for group in changes.groups] == [Kind.CODE]
    assert "OpenSSL 3.0.17 then, OpenSSL 3.5.1 now" in changes.groups[0].client.system_differs
    assert changes.failing(Level.TEXT) == []
    worse = with_cells(new, {"expired/renew/requests/https": {"broken": "unexpected-connection"}})
    changes = compare_sides(side, side_of(worse.model_copy(update={"clients": clients})))
    assert [group.kind for group in changes.failing(Level.TEXT)] == [Kind.ACCEPTS]
