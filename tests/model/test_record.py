"""The record: written and read back unchanged, refused with a sentence when it is not one, and as its schema says."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.report.invented import full_record
from tlslab.model.record import SCHEMA_VERSION, Record, schema_text
from tlslab.model.record_file import RecordError, load, save

COMMITTED = Path(__file__).parents[2] / "schema" / "record.schema.json"


@pytest.fixture(scope="module")
def record() -> Record:
    return full_record()


def test_a_record_comes_back_as_it_was_written(record: Record, tmp_path: Path) -> None:
    save(record, tmp_path / "record.json")
    assert load(tmp_path / "record.json") == record


def test_a_written_record_satisfies_the_published_schema(record: Record, tmp_path: Path) -> None:
    save(record, tmp_path / "record.json")
    jsonschema.validate(json.loads((tmp_path / "record.json").read_text()), json.loads(COMMITTED.read_text()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "is not JSON"),
        ("[]", "is not a record of the lab: it has no schema_version"),
        ('{"cells": []}', "is not a record of the lab: it has no schema_version"),
        ('{"schema_version": 99}', "schema version 99; this lab reads version 2"),
        ('{"schema_version": 2}', "is not a record of the lab"),
    ],
)
def test_what_is_not_a_record_is_refused_with_a_sentence(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(RecordError, match=words) as refusal:
        load(path)
    assert str(path) in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"cannot read .*nowhere\.json: No such file"):
        load(tmp_path / "nowhere.json")


def test_a_record_that_is_not_whole_is_refused_with_the_first_flaw(record: Record, tmp_path: Path) -> None:
    torn = record.model_copy(update={"attempts": record.attempts[1:]})
    save(torn, tmp_path / "record.json")
    with pytest.raises(RecordError, match=r"record\.json is not whole: the act .* which is not there"):
        load(tmp_path / "record.json")


def test_an_unknown_field_is_refused(record: Record, tmp_path: Path) -> None:
    content = json.loads(record.model_dump_json()) | {"surprise": 1}
    (tmp_path / "record.json").write_text(json.dumps(content))
    with pytest.raises(RecordError, match="surprise"):
        load(tmp_path / "record.json")


def test_the_schema_names_its_version() -> None:
    assert json.loads(schema_text())["properties"]["schema_version"]["const"] == SCHEMA_VERSION
