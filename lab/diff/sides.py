"""Sides: what is compared of a run, in the shape in which a record and a baseline are alike."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tlslab.matrix.defaults import Fact, facts
from tlslab.model.act import AFTER, BEFORE, BROKEN, DEFAULT, FIXED
from tlslab.model.conditions import CONDITIONS
from tlslab.model.normalise import normalise
from tlslab.model.record import AttemptEntry, CellEntry, ClientEntry, Record, Result, ShareEntry, ShownEntry

_NEGOTIATED = re.compile(r"\b(TLSv1(?:\.[0-3])?)[ ,]+([A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)+)\b")
"""Protocol and cipher in a line of the server: nginx in the lab's log format, the TDS endpoint in its errorlog."""

_RELEASED = re.compile(r"(?<! ) +\d{1,2} [A-Z][a-z]{2} \d{4}\b")
"""The day on which OpenSSL released what it is, behind its version: it says nothing more."""

Key = tuple[str, str, str]
"""A cell of one client: scenario, fix, kind of server. Where the fix is a trust procedure: `install-ca by
update-ca-certificates`."""
_NOTHING_WRONG = frozenset(condition.name for condition in CONDITIONS if not condition.wrong)
_SHOWN = {BEFORE: BROKEN, AFTER: FIXED}


@dataclass(frozen=True, slots=True)
class Said:
    """What an act came to. `text` is normalised, `raw` as it was (the same where only the former is known); `tls` the
    protocol and cipher of a session, "" when there was none or none is known; `seconds` of every repetition; `defects`:
    what the self-check found wrong, as far as that is kept."""

    result: Result
    code: str
    text: str
    raw: str
    encrypted: bool | None = None
    tls: str = ""
    seconds: tuple[float, ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SideCell:
    """A cell of one client. `why_not`: why it cannot be compared, "" when it can; `lab_failed`: because the lab failed.

    `healthy_fails`: it was the client that did not connect in the healthy situation, so that no other act says
    anything. A verdict is followed by `!` when it is a finding.
    """

    id: str
    broken: str
    fix: str
    acts: Mapping[str, Said]
    why_not: str = ""
    lab_failed: bool = False
    healthy_fails: bool = False
    unstable: tuple[ShareEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SideDefault:
    """What a client did without any option in one situation of the default probe."""

    said: Said
    certificate: str
    must_refuse: bool
    unstable: tuple[ShareEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SideClient:
    """A client. `pinned`: whether the project decides its version (None: not known, as in a record)."""

    name: str
    version: str
    tls_library: str
    pinned: bool | None = None


@dataclass(frozen=True)
class Side:
    """One of two things to compare. `run` is the same for two sides that come from the same run, "" in a baseline."""

    words: str
    run: str
    clients: Mapping[str, SideClient]
    cells: Mapping[str, Mapping[Key, SideCell]]
    defaults: Mapping[str, Mapping[str, SideDefault]] = field(default_factory=dict)
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    """What follows from the default probes, by client."""
    harmless: frozenset[str] = frozenset()
    """The scenarios in which nothing is wrong, as far as that is kept."""
    around: Mapping[str, str] = field(default_factory=dict)
    """Where it was played, and against what: another machine or server explains changes that are no client's."""


def side_of(record: Record) -> Side:
    """A record as a side."""
    known = {entry.id: entry for entry in record.attempts}
    said = {entry.id: _said(entry) for entry in record.attempts}
    cells: dict[str, dict[Key, SideCell]] = {}
    for cell in record.cells:
        cells.setdefault(cell.client, {})[cell.scenario, cell.fix, cell.kind] = _cell(cell, known, said)
    for procedure in record.trust_procedures:
        for shown in procedure.shown:
            scenario, fix, _, kind = shown.cell.split("/")
            key = (scenario, f"{fix} by {procedure.way}", kind)
            cells.setdefault(shown.client, {})[key] = _shown(shown, known, said)
    defaults: dict[str, dict[str, SideDefault]] = {}
    for item in record.defaults:
        if item.status != "played":
            continue
        identity = item.acts[DEFAULT]
        attempt = known[identity]
        defaults.setdefault(item.client, {})[item.default] = SideDefault(
            said[identity], item.certificate, item.must_refuse, tuple(shares(DEFAULT, attempt))
        )
    return Side(
        words=f"run of {record.started}",
        run=f"{record.started} {record.seconds}",
        clients={entry.name: client_of(entry) for entry in record.clients},
        cells=cells,
        defaults=defaults,
        facts={name: facts(record, name) for name in defaults},
        harmless=frozenset(entry.id for entry in record.scenarios if _NOTHING_WRONG.issuperset(entry.conditions)),
        around=_around(record),
    )


def cell_of(cell: CellEntry, attempts: Mapping[str, AttemptEntry]) -> SideCell:
    """One cell, with its attempts by id."""
    return _cell(cell, attempts, {identity: _said(entry) for identity, entry in attempts.items()})


def client_of(entry: ClientEntry) -> SideClient:
    """One client; its version without the day of a release."""
    return SideClient(entry.name, _RELEASED.sub("", entry.version), entry.tls_library)


def shares(act: str, attempt: AttemptEntry) -> Iterator[ShareEntry]:
    """How often an attempt came out in which way, most frequent first; nothing when it was always the same."""
    counts: dict[tuple[Result, str, str], int] = {}
    for item in attempt.repeats:
        kind = (item.result, item.code, normalise(item.normalised))
        counts[kind] = counts.get(kind, 0) + 1
    if len(counts) > 1:
        for (result, code, text), count in sorted(counts.items(), key=lambda item: -item[1]):
            yield ShareEntry(act=act, result=result, code=code, normalised=text, count=count)


def negotiated(tls_version: str, server_log: Iterable[str]) -> str:
    """Protocol and cipher as the server saw them; the client's word where the server tells nothing; "" else."""
    for line in server_log:
        seen = _NEGOTIATED.search(line)
        if seen:
            return f"{seen[1]} {seen[2]}"
    return tls_version


def verdict(name: str, as_expected: bool) -> str:
    """A verdict in one word: `cure`, `other-error!`."""
    return name if as_expected else f"{name}!"


def bare(verdict_word: str) -> str:
    """The verdict without its mark."""
    return verdict_word.rstrip("!")


def _said(entry: AttemptEntry) -> Said:
    connected = entry.result == "connected"
    return Said(
        result=entry.result,
        code=entry.code,
        text=normalise(entry.text),
        raw=entry.text,
        encrypted=entry.encrypted if connected else None,
        tls=negotiated(entry.tls_version, entry.server_log) if connected else "",
        seconds=tuple(item.seconds for item in entry.repeats),
        defects=tuple(entry.audit),
    )


def _cell(cell: CellEntry, known: Mapping[str, AttemptEntry], said: Mapping[str, Said]) -> SideCell:
    unstable = [share for act, identity in cell.acts.items() for share in shares(act, known[identity])]
    return SideCell(
        id=cell.id,
        broken=verdict(cell.verdict, cell.broken_judgement.as_expected),
        fix=verdict(cell.fix_verdict, cell.fix_judgement.as_expected),
        acts={act: said[identity] for act, identity in cell.acts.items()},
        why_not=f"{cell.status}: {cell.broken_judgement.why}" if cell.status != "played" else "",
        lab_failed=cell.status == "lab-error",
        healthy_fails=cell.broken == "never-connects",
        unstable=tuple(unstable or cell.distribution),
    )


def _shown(item: ShownEntry, known: Mapping[str, AttemptEntry], said: Mapping[str, Said]) -> SideCell:
    """What a client showed of a trust procedure, as a cell: before it is the failure, after it is the fix."""
    acts = {_SHOWN.get(act, act): identity for act, identity in item.acts.items()}
    return SideCell(
        id=item.id,
        broken="",
        fix=verdict(item.verdict, item.as_expected),
        acts={act: said[identity] for act, identity in acts.items()},
        why_not=f"{item.status}: {item.judgement.why}" if item.status != "played" else "",
        lab_failed=item.status == "lab-error",
        unstable=tuple(share for act, identity in acts.items() for share in shares(act, known[identity])),
    )


def _around(record: Record) -> dict[str, str]:
    place = record.environment
    kinds = dict.fromkeys(entry.kind for entry in record.servers)
    servers = {
        f"{kind} server": {entry.implementation for entry in record.servers if entry.kind == kind} for kind in kinds
    }
    return {
        "lab": record.lab_version,
        "system": place.system,
        "OpenSSL of the lab": _RELEASED.sub("", place.openssl),
        "stage": place.stage,
        **{kind: ", ".join(sorted(names)) for kind, names in servers.items()},
    }
