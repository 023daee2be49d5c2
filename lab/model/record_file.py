"""The file of a record: written whole or not at all, and read only when the record is whole."""

import json
from pathlib import Path

from pydantic import ValidationError

from tlslab.model.record import SCHEMA_VERSION, Record
from tlslab.model.whole import flaws
from tlslab.runtime import files


class RecordError(Exception):
    """A file is not a record that this version can read; the message names the file and says why."""


def save(record: Record, path: Path) -> None:
    """Write the record as indented JSON, whole or not at all. Raises OSError with the file's name."""
    files.write(path, record.model_dump_json(indent=1) + "\n")


def load(path: Path) -> Record:
    """Read a record. Raises RecordError for a file that is none, is of another schema version, or cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise RecordError(f"cannot read {path}: {problem.strerror}") from problem
    except (ValueError, RecursionError) as problem:
        raise RecordError(f"{path} is not JSON: {problem}") from problem
    if not isinstance(content, dict) or "schema_version" not in content:
        raise RecordError(f"{path} is not a record of the lab: it has no schema_version")
    version = content["schema_version"]
    if version != SCHEMA_VERSION:
        raise RecordError(f"{path} has schema version {version!r}; this lab reads version {SCHEMA_VERSION}")
    try:
        record = Record.model_validate(content)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{path} is not a record of the lab: {where}: {first['msg']}") from problem
    if flaw := next(flaws(record), None):
        raise RecordError(f"{path} is not whole: {flaw}")
    return record
