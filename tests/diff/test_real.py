"""Real runs of a real client: runs of one version have no difference, planted changes and unsteadiness are found."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab import catalogue
from tlslab.clients.base import Client, Invocation, Machine, Request
from tlslab.clients.urllib import Urllib
from tlslab.diff.changes import compare
from tlslab.diff.kinds import Kind, Level
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.matrix.plan import Filters, make_plan
from tlslab.matrix.run import run_plan
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.record import Record
from tlslab.model.situation import ClientSide

CELL = "expired/renew/urllib{}/https"


class Here(Urllib):
    """Python's urllib, of the interpreter that runs the tests. What changes the client side is planted."""

    def __init__(self, name: str = "urllib", changed: Callable[[ClientSide], ClientSide] = lambda side: side) -> None:
        self.name = name
        self._changed = changed

    def missing(self, machine: Machine) -> None:
        return None

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((sys.executable, "-c", "import ssl; print(ssl.OPENSSL_VERSION)"))

    def invoke(self, request: Request) -> Invocation:
        machine = replace(request.machine, python=sys.executable)
        return Urllib().invoke(replace(request, machine=machine, side=self._changed(request.side)))


class Reworded(Here):
    """One word of one message is another."""

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        outcome = super().read(completed, side)
        return replace(outcome, text=outcome.text.replace("certificate verify failed", "certificate check failed"))


class Moody:
    """Every second time a client of this side verifies nothing."""

    def __init__(self) -> None:
        self._times: Counter[ClientSide] = Counter()

    def __call__(self, side: ClientSide) -> ClientSide:
        self._times[side] += 1
        return replace(side, trust_everything=True) if self._times[side] % 2 == 0 else side


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def played(cache: Path, *clients: Client, repeat: int = 1, jobs: int = 0) -> Record:
    known = catalogue.load()
    filters = Filters(("expired",), ("renew",))
    plan = make_plan(known, clients, filters, stage_cannot=LOCAL.cannot)
    return run_plan(plan, cache=cache, stage=Choice(nginx=False).make, repeat=repeat, jobs=jobs)


def test_independent_runs_of_one_version_have_no_difference(cache: Path) -> None:
    records = [played(cache, Here()) for _ in range(3)]
    assert {(cell.broken, cell.fix_verdict) for item in records for cell in item.cells} == {("as-documented", "cure")}
    for other in records[1:]:
        changes = compare(records[0], other)
        assert (changes.groups, changes.not_compared, changes.unstable) == ([], [], [])
        assert changes.acts == 6


def test_a_check_that_was_removed_is_found(cache: Path) -> None:
    lax = Here("urllib@9", lambda side: replace(side, trust_everything=True))
    record = played(cache, Here(), lax)
    changes = compare(record, record, {"urllib": "urllib@9"})
    (only,) = changes.groups
    assert (only.kind, only.security) == (Kind.ACCEPTS, True)
    assert only.checks == ["chain", "host name", "dates"]
    assert changes.conclusion == (
        "do not upgrade: the client does not check the chain, the host name and the dates any more"
    )
    assert changes.failing(Level.VERDICT)


def test_a_word_that_was_changed_is_found(cache: Path) -> None:
    record = played(cache, Here(), Reworded("urllib@9"))
    changes = compare(record, record, {"urllib": "urllib@9"})
    words = {
        tuple((piece.part.value, piece.text) for piece in group.words if piece.part.value != "same")
        for group in changes.groups
    }
    assert words == {(("removed", "verify"), ("added", "check"))}
    assert {change.act for group in changes.groups for change in group.changes} >= {"broken", "impostor:stranger"}


def test_a_client_that_does_not_always_do_the_same_is_unstable_and_no_change(cache: Path) -> None:
    steady = played(cache, Here(), repeat=3)
    assert [len(attempt.repeats) for attempt in steady.attempts] == [3] * len(steady.attempts)
    assert not steady.cells[0].unstable
    moody = played(cache, Here(changed=Moody()), repeat=3, jobs=1)
    cell = moody.cells[0]
    assert cell.unstable
    shares = {(share.act, share.result): share.count for share in cell.distribution}
    assert sum(count for (act, _), count in shares.items() if act == "broken") == 3
    assert {act for act, _ in shares} >= {"broken"}
    assert {result for _, result in shares} == {"connected", "refused"}
    changes = compare(steady, moody)
    assert changes.groups == []
    assert [item.cell for item in changes.unstable] == [CELL.format("")]
