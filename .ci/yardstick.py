#!/usr/bin/env python3
"""The yardstick: holds two records of the same plan against each other, cell by cell, and says each difference.

    .ci/yardstick.py OLD.json NEW.json        exit status 0: no difference; 1: differences; 2: not two records

It is for changes of the lab itself: what a change renames on purpose stands in `.ci/renamed.toml` and is applied to the
old record first; whatever still differs (a verdict, the text that was chosen, its evidence, how an act came out) is a
change of behaviour. It reads plain JSON, so that it outlives changes of the schema. Standard library only.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RENAMED = Path(__file__).with_name("renamed.toml")
Facts = dict[str, dict[str, str]]
"""By the id of a cell, a default or a trust procedure: what is held against the other record, by what it is."""


def facts(record: Mapping[str, Any]) -> Facts:
    """What a record says of each cell, each measured default and each trust procedure, each act by itself."""
    attempts = {entry["id"]: entry for entry in record["attempts"]}
    found: Facts = {}
    for cell in record["cells"]:
        found[cell["id"]] = {
            "broken verdict": cell["broken"],
            "fix verdict": cell["fix_verdict"],
            "as expected": str(cell["as_expected"]),
            **_judged("broken", cell["broken_judgement"]),
            **_judged("fix", cell["fix_judgement"]),
            **_acts(cell["acts"], attempts),
        }
    for default in record.get("defaults", []):
        acts = default["acts"] if "acts" in default else {"default": default["attempt"]}
        found[f"default {default.get('default', default['id'])}/{default['client']}"] = _acts(acts, attempts)
    procedures = record.get("trust_procedures", record.get("remedies", []))
    for procedure in procedures:
        for shown in procedure["shown"]:
            found[f"{procedure['id']}: {shown['cell']}"] = {
                "verdict": shown["verdict"] or shown["status"],
                "as expected": str(shown["as_expected"]),
                **_judged("procedure", shown["judgement"]),
                **_acts(shown["acts"], attempts),
            }
    return found


def renamed(found: Facts, table: Mapping[str, Mapping[str, str]]) -> Facts:
    """The facts of an old record in the names of the new one.

    `table`: by what is renamed (`id`, or the end of the name of a fact: `verdict`, `basis`, `text`), old word to new
    word; whole words only.
    """

    def translated(kind: str, value: str) -> str:
        for section, words in table.items():
            if kind.endswith(section):
                for old, new in words.items():
                    value = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, value)
        return value

    return {
        translated("id", identity): {translated("act", kind): translated(kind, value) for kind, value in held.items()}
        for identity, held in found.items()
    }


def differences(old: Facts, new: Facts) -> Iterator[str]:
    """One line a difference."""
    for identity in sorted(old.keys() | new.keys()):
        if identity not in new:
            yield f"{identity}: only in the old record"
        elif identity not in old:
            yield f"{identity}: only in the new record"
        else:
            before, after = old[identity], new[identity]
            for kind in sorted(before.keys() | after.keys()):
                if before.get(kind) != after.get(kind):
                    yield f"{identity}: {kind}: {before.get(kind)!r} is now {after.get(kind)!r}"


def _judged(what: str, judgement: Mapping[str, Any]) -> dict[str, str]:
    basis = judgement["basis"] if "basis" in judgement else judgement["level"]
    sources = ", ".join(source["url"] for source in judgement["sources"])
    return {f"{what} text": judgement["why"], f"{what} basis": basis, f"{what} sources": sources}


def _acts(acts: Mapping[str, str], attempts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for act, identity in acts.items():
        attempt = attempts[identity]
        found[f"{act} act"] = " | ".join(
            (attempt["result"], attempt["code"], attempt["normalised"], str(attempt["encrypted"]))
        )
        found[f"{act} self-check"] = ", ".join(attempt["audit"])
    return found


def main(arguments: list[str]) -> int:
    """Compare two files; the exit status."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        old, new = (facts(json.loads(Path(path).read_text(encoding="utf-8"))) for path in arguments)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"yardstick: not two records: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 2
    table = tomllib.loads(RENAMED.read_text(encoding="utf-8")) if RENAMED.exists() else {}
    lines = list(differences(renamed(old, table), new))
    print("\n".join(lines) if lines else f"yardstick: {len(new)} cells, defaults and trust procedures, no difference")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
