"""A small invented record, and the same with something edited: what a version of a client could have changed."""

from collections.abc import Mapping
from typing import Any

from tests.report.invented import FIXES, attempt, cell, client, judgement, record
from tlslab.model.record import AttemptEntry, CellEntry, Record

CLIENTS = ("odbc18", "requests")
SCENARIOS = ("expired", "name-mismatch", "untrusted-ca")
ACTS = ("control", "broken", "fixed", "impostor:stranger")
KINDS = {"odbc18": "sqlserver", "requests": "https"}
CONNECTED = {"result": "connected", "text": "", "normalised": "", "code": "", "encrypted": True}
SAYS = {
    "expired": "SSL Provider: certificate verify failed: certificate has expired (port 40123)",
    "name-mismatch": "SSL Provider: certificate verify failed: subject name does not match host name",
    "untrusted-ca": "SSL Provider: certificate verify failed: unable to get local issuer certificate",
}
TLS12 = "127.0.0.1:33778 [TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256] GET"
TLS13 = "127.0.0.1:33778 [TLSv1.3 TLS_AES_256_GCM_SHA384] GET"


def small() -> Record:
    """Two clients, three scenarios with all their fixes; fixes share broken acts, everything shares controls."""
    cells: list[CellEntry] = []
    attempts: dict[str, AttemptEntry] = {}
    for name in CLIENTS:
        for scenario in SCENARIOS:
            for fix in FIXES[scenario]:
                bypass = fix in {"trust-everything", "stop-asking-for-encryption"}
                acts = {
                    "control": f"{name}/control",
                    "broken": f"{name}/{scenario}/broken",
                    "fixed": f"{name}/{scenario}/{fix}/fixed",
                    "impostor:stranger": f"{name}/{scenario}/{fix}/stranger",
                }
                for act, identity in acts.items():
                    connects = act in {"control", "fixed"} or (bypass and act == "impostor:stranger")
                    facts: dict[str, Any] = {"client": name, "audit": [] if act == "control" else ["expired"]}
                    if connects:
                        facts |= CONNECTED | {"server_log": [TLS12]}
                    else:
                        facts |= {"text": SAYS[scenario], "normalised": SAYS[scenario]}
                    attempts[identity] = attempt(identity, **facts)
                verdict = "bypass" if bypass else "cure"
                cells.append(cell(f"{scenario}/{fix}/{name}/{KINDS[name]}", fix=verdict, acts=acts))
    return record(cells, clients=[client(name) for name in CLIENTS], attempts=list(attempts.values()))


def with_attempts(source: Record, changes: Mapping[str, Mapping[str, Any]]) -> Record:
    """The record with these fields of these attempts changed; a new text is also the normalised one."""
    edited: list[AttemptEntry] = []
    for entry in source.attempts:
        update = dict(changes.get(entry.id, {}))
        if "text" in update:
            update.setdefault("normalised", update["text"])
        edited.append(AttemptEntry.model_validate(entry.model_dump() | update))
    return source.model_copy(update={"attempts": edited})


def with_cells(source: Record, changes: Mapping[str, Mapping[str, Any]]) -> Record:
    """The record with these fields of these cells changed."""
    edited = [CellEntry.model_validate(entry.model_dump() | dict(changes.get(entry.id, {}))) for entry in source.cells]
    return source.model_copy(update={"cells": edited})


def lost(source: Record, identity: str) -> Record:
    """The record with one cell in which the lab failed."""
    why = judgement(False, "the control act: no server", "")
    verdicts = {"status": "lab-error", "broken": "", "fix_verdict": "", "acts": {}, "as_expected": False}
    return with_cells(source, {identity: verdicts | {"broken_judgement": why, "fix_judgement": why}})
