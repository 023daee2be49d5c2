"""Whether a record is whole: every id is there once, and whatever refers to something finds it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tlslab.model.act import IMPOSTOR
from tlslab.model.record import CaseEntry, Record


def flaws(record: Record) -> Iterator[str]:
    """What is wrong with a record that is well formed, a sentence each."""
    cases = list(record.cases())
    yield from _twice("attempt", (entry.id for entry in record.attempts))
    yield from _twice("server", (entry.id for entry in record.servers))
    yield from _twice("client", (entry.name for entry in record.clients))
    yield from _twice("scenario", (entry.id for entry in record.scenarios))
    yield from _twice("impostor", (entry.id for entry in record.impostors))
    yield from _twice("case", (case.id for case in cases))
    clients = {entry.name for entry in record.clients}
    servers = {entry.id for entry in record.servers}
    for attempt in record.attempts:
        if attempt.client not in clients:
            yield f"the attempt {attempt.id} is by the client {attempt.client}, which is not there"
        if attempt.server not in servers:
            yield f"the attempt {attempt.id} is at the server {attempt.server}, which is not there"
        if attempt.visited is not None and attempt.visited not in servers:
            yield f"the attempt {attempt.id} visited the server {attempt.visited} before, which is not there"
    by_id = {entry.id: entry.client for entry in record.attempts}
    impostors = {IMPOSTOR + entry.id for entry in record.impostors}
    for case in cases:
        if case.client not in clients:
            yield f"{case.id} is of the client {case.client}, which is not there"
        yield from _acts(case, by_id, impostors)
    fixes = {entry.id: {fix.name for fix in entry.fixes} for entry in record.scenarios}
    for cell in record.cells:
        if cell.scenario not in fixes:
            yield f"{cell.id} is of the scenario {cell.scenario}, which is not there"
        elif cell.fix not in fixes[cell.scenario]:
            yield f"{cell.id} is of the fix {cell.fix}, which {cell.scenario} does not have"
    for default in record.defaults:
        if default.server_id not in servers:
            yield f"{default.id} is at the server {default.server_id}, which is not there"


def _acts(case: CaseEntry, attempts: dict[str, str], impostors: set[str]) -> Iterator[str]:
    """What is wrong with the acts of a case. `attempts`: the clients of the attempts, by id."""
    for act, identity in case.acts.items():
        if identity not in attempts:
            yield f"the act {act} of {case.id} is the attempt {identity}, which is not there"
        elif attempts[identity] != case.client:
            yield f"the act {act} of {case.id} is the attempt {identity} of another client, {attempts[identity]}"
        if act.startswith(IMPOSTOR) and act not in impostors:
            yield f"the act {act} of {case.id} is of an impostor that is not there"
    for act in case.judged.keys() - case.acts.keys():
        yield f"{case.id} has a verdict on the act {act}, which it does not have"


def _twice(what: str, ids: Iterable[str]) -> Iterator[str]:
    for identity, count in Counter(ids).items():
        if count > 1:
            yield f"the {what} {identity} is there {count} times"
