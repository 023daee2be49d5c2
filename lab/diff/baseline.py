"""The baseline: what the pinned clients did, as one readable file a client, made to be read as a difference of git.

Nothing volatile is in it, everything is sorted, and what was said in several acts stands there once: a change of one
text is a change of one place. It knows no sessions: neither TLS versions nor seconds are compared with it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tlslab.diff.sides import Key, Said, Side, SideCell, SideClient, bare, side_of
from tlslab.model.record import Record, Result
from tlslab.model.record_file import RecordError, load
from tlslab.report.printable import has_form
from tlslab.runtime import files

VERSION = 1
_NOT_PLAYED = {"missing", "excluded", "lab-error"}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BaselineOutcome(_Model):
    """What was said, and in which acts."""

    result: Result
    code: str = ""
    text: list[str] = Field(description="normalised, line by line")
    acts: list[str] = Field(description="`expired/renew/sqlserver: broken`")


class Baseline(_Model):
    """One client."""

    baseline_version: Literal[1] = 1
    client: str
    version: str = Field(description="of the client and of its TLS library, as the program says")
    tls_library: str
    pinned: bool = Field(description="false: it comes with the machine")
    defaults: dict[str, str] = Field(
        default={}, description="of a release of the atlas: what it does without an option, by question"
    )
    cells: dict[str, str] = Field(description="both verdicts, with ! behind a finding: `as-documented, cure`")
    outcomes: list[BaselineOutcome]


class BaselineError(Exception):
    """A record is no base for a baseline; the message says why."""


def baselines_of(record: Record, pinned: Mapping[str, bool]) -> list[Baseline]:
    """The baselines of a record's clients; those of which no cell was played are left out.

    Raises BaselineError for cells in which the lab failed or that are unstable: a baseline holds only reliable cells.
    """
    side = side_of(record)
    for cells in side.cells.values():
        for cell in cells.values():
            if cell.lab_failed or cell.healthy_fails:
                raise BaselineError(f"{cell.id}: {cell.why_not or 'does not connect when nothing is wrong'}")
            if cell.unstable:
                raise BaselineError(f"{cell.id} is unstable: it did not always come out the same")
    return [
        _baseline(side.clients[name], cells, pinned.get(name, False))
        for name, cells in side.cells.items()
        if any(cell.acts for cell in cells.values())
    ]


def text_of(baseline: Baseline) -> str:
    """The file of a baseline."""
    content = baseline.model_dump(mode="json", exclude_defaults=True) | {"baseline_version": VERSION}
    ordered = {"baseline_version": VERSION} | content
    text = json.dumps(ordered, indent=1, ensure_ascii=False)
    # What has no form is escaped, as a reader would not see it in a difference; it stands in strings alone.
    return "".join(char if has_form(char) else json.dumps(char)[1:-1] for char in text) + "\n"


def write(baselines: Iterable[Baseline], directory: Path) -> list[Path]:
    """Write one file a client; those of other clients stay. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for baseline in baselines:
        path = directory / f"{baseline.client}.json"
        files.write(path, text_of(baseline))
        paths.append(path)
    return paths


def version_in(directory: Path, client: str) -> str:
    """The version that the baseline of a client is of; "" when there is none. Raises RecordError for another file."""
    path = directory / f"{client}.json"
    return _read(path).version if path.exists() else ""


def read(path: Path) -> Side:
    """A directory of baselines, one baseline, or a record, as a side. Raises RecordError for anything else."""
    if path.is_dir():
        files = sorted(path.glob("*.json"))
        if not files:
            raise RecordError(f"there is no baseline in {path} (no file ends in .json)")
        return side_of_baselines([_read(file) for file in files], f"baselines in {path}")
    if _is_baseline(path):
        return side_of_baselines([_read(path)], f"baseline {path}")
    return side_of(load(path))


def side_of_baselines(baselines: Iterable[Baseline], words: str) -> Side:
    """Baselines as a side."""
    baselines = list(baselines)
    return Side(
        words=words,
        run="",
        clients={
            item.client: SideClient(item.client, item.version, item.tls_library, item.pinned) for item in baselines
        },
        cells={item.client: _cells(item) for item in baselines},
    )


def _baseline(client: SideClient, cells: Mapping[Key, SideCell], pinned: bool) -> Baseline:
    said: dict[Said, list[str]] = {}
    for key, cell in cells.items():
        for act, outcome in cell.acts.items():
            known = Said(outcome.result, outcome.code, outcome.text, "")
            said.setdefault(known, []).append(f"{'/'.join(key)}: {act}")
    outcomes = [
        BaselineOutcome(result=item.result, code=item.code, text=item.text.splitlines(), acts=sorted(acts))
        for item, acts in said.items()
    ]
    return Baseline(
        client=client.name,
        version=client.version,
        tls_library=client.tls_library,
        pinned=pinned,
        cells={"/".join(key): f"{cell.broken}, {cell.fix}" for key, cell in sorted(cells.items())},
        outcomes=sorted(outcomes, key=lambda item: item.acts),
    )


def _cells(baseline: Baseline) -> dict[Key, SideCell]:
    acts: dict[str, dict[str, Said]] = {}
    for outcome in baseline.outcomes:
        text = "\n".join(outcome.text)
        for place in outcome.acts:
            cell, _, act = place.partition(": ")
            acts.setdefault(cell, {})[act] = Said(outcome.result, outcome.code, text, text)
    cells: dict[Key, SideCell] = {}
    for identity, verdicts in baseline.cells.items():
        scenario, fix, kind = identity.split("/")
        broken, _, worth = verdicts.partition(", ")
        why_not = bare(broken) if bare(broken) in _NOT_PLAYED else ""
        cells[scenario, fix, kind] = SideCell(
            id="/".join((scenario, fix, baseline.client, kind)),
            broken=broken,
            fix=worth,
            acts=acts.get(identity, {}),
            why_not=why_not,
            lab_failed=why_not == "lab-error",
        )
    return cells


def _is_baseline(path: Path) -> bool:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "baseline_version" in content


def _read(path: Path) -> Baseline:
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise RecordError(f"cannot read {path}: {problem.strerror}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{path} is not a baseline of the lab: {where}: {first['msg']}") from problem
