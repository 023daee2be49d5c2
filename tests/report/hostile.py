"""A record whose every string is hostile: made from a good one by walking its schema, so that no field is forgotten."""

from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from tests.report.invented import attempt, cell, full_record, procedure, shown
from tlslab.model.record import Record, RepeatEntry

FAKE = "FAKE LINE"
HOSTILE = (
    f"\x1b[2J\x07\x08\r\x9b31m\x85\x7f\0 \u202e\u2066\u200b\u2060\ufeff\xad\u2028\u2029\u3164\ufe0f\n{FAKE}"
    "\n\n<script>alert(1)</script> <img src=x> `|` ``` [a](javascript:b) &lt; **b** \\\n\t# title\n"
)
"""ESC, BEL, BS, CR, C1, NEL, DEL, NUL; changes of direction, no width, no form; lines, HTML, Markdown."""


def hostile(record: Record) -> Record:
    """The record with something hostile behind each of its strings; equal strings stay equal."""
    made: Record = _hostile(record, Record)
    return made


def everything() -> Record:
    """A record with something in every one of its lists."""
    record = full_record()
    first = record.cells[0]
    repeats = [
        RepeatEntry(result=result, code="08001", normalised="said", seconds=0.1)
        for result in ("refused", "connected", "refused")
    ]
    broken = f"a-{first.client}-broken"
    share = {"act": "broken", "result": "refused", "code": "1", "normalised": "x", "count": 2}
    unstable = cell(first.id.replace("/", "-again/", 1), scenario=first.scenario, unstable=True, distribution=[share])
    return record.model_copy(
        update={
            "cells": [*record.cells, unstable],
            "attempts": [
                item.model_copy(update={"repeats": repeats, "trace": "one\ntwo"}) if item.id == broken else item
                for item in [*record.attempts, attempt("a-default")]
            ],
            "trust_procedures": [
                procedure("bookworm", "update-ca-certificates", shown(first.id), remark="beware"),
                procedure("trixie", "other", shown(first.id, "failed", as_expected=False)),
            ],
        }
    )


def _hostile(value: Any, kind: Any) -> Any:
    if kind is str:
        return value + HOSTILE
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return value.model_copy(
            update={name: _hostile(getattr(value, name), field.annotation) for name, field in fields}
        )
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list:
        return [_hostile(item, arguments[0]) for item in value]
    if origin is dict:
        return {_key(key): _hostile(item, arguments[1]) for key, item in value.items()}
    if origin in (Union, UnionType):
        return value if value is None else _hostile(value, next(item for item in arguments if item is not type(None)))
    return value


def _key(act: str) -> str:
    return act + HOSTILE if act.startswith("impostor:") else act
