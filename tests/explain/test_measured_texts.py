"""What real clients said, in the baselines and in SqlClient's attempts, is explained to a cause of its situation."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.explain.known import explained, known
from tests.libraries import test_sqlclient as measured
from tlslab.clients import all_clients
from tlslab.explain.causes import Candidate, Explanation
from tlslab.explain.vocabulary import Meaning
from tlslab.matrix.judge import Judge
from tlslab.model.condition import conditions_of
from tlslab.model.evidence import Phase
from tlslab.model.situation import ServerKind, Situation, healthy

ROOT = Path(__file__).resolve().parents[2]
BASELINES = sorted((ROOT / "baselines").glob("*.json"))


CLIENTS = {client.name: client for client in all_clients()}
OLD = {"tls-version-mismatch.by-default", "tls-version-mismatch.old-schannel"}
"""Their cause is there with what a client offers by itself, which no scenario says."""
PROBES_OWN = re.compile(r"HTTP \d{3}")
"""What a probe says for a client that makes no error of a status; nobody has it on the screen."""
FIRST = 3
ONE_FOR_ALL = {"git", "wget"}
UNTOLD = {
    ("go-mssqldb", "no-such-server.not-ready"),
    ("go-mssqldb", "strict.required"),
    ("jtds", "no-such-server.other-service"),
    ("jtds", "no-such-server.plain-http"),
    *(
        (f"reqwest-{tls}", f"trust-store.{flaw}")
        for tls in ("native-tls", "rustls")
        for flaw in ("missing-file", "dangling-link")
    ),
}
"""What is said of these is too short to be told in a text of other words: `EOF`, the number of a packet, and of a file
that is missing no word but the system's.
"""


def situation_of(client: str, scenario: str, kind: ServerKind) -> Situation:
    """The broken act, with the TLS versions that this client offers by itself."""
    situation = known().scenario(scenario).apply(healthy(kind))
    offered = Judge.of(CLIENTS[client], known().knowledge).offered
    side = situation.client
    return situation if side.tls_min or side.tls_max or side.offered else situation.with_client(offered=offered)


def told(found: Explanation, client: str) -> bool:
    """Whether it is said that the text tells no causes apart: by nothing else, or by the table of a client that has one
    text for what it has no line for, beside which another table names the likeliest.
    """
    own = client in ONE_FOR_ALL and any(
        isinstance(item.entry, Meaning) and item.entry.table == client for item in found.vague
    )
    return own or bool((found.hidden or found.vague) and not found.candidates)


def told_first(found: Explanation) -> list[Candidate]:
    """The first three causes; and further ones of the same words as one of them, which nothing can tell apart."""
    first = found.candidates[:FIRST]
    words = {(item.line, item.quote) for candidate in first for item in candidate.findings}
    return [
        item
        for number, item in enumerate(found.candidates)
        if number < FIRST or {(each.line, each.quote) for each in item.findings} <= words
    ]


def broken_texts(baseline: dict[str, Any]) -> Iterator[tuple[str, str, ServerKind]]:
    """What a client said in the broken act of a scenario: the text, the scenario, the kind of server."""
    for outcome in baseline["outcomes"]:
        acts = {tuple(act.removesuffix(": broken").split("/")) for act in outcome["acts"] if act.endswith(": broken")}
        text = "\n".join(outcome["text"])
        if outcome["result"] == "refused" and not PROBES_OWN.fullmatch(text):
            for scenario, kind in {(act[0], act[2]) for act in acts}:
                yield text, scenario, ServerKind(kind)


def fits(candidate: Candidate, situation: Situation) -> bool:
    """Whether this is a cause of the situation: its conditions are there, or its options are as it says."""
    if candidate.conditions:
        return set(candidate.conditions) <= conditions_of(situation, known().knowledge.conditions)
    said = situation.with_client(offered=None)
    return any(scenario.apply(healthy(situation.kind)) == said for scenario in candidate.scenarios)


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_what_a_client_says_is_explained_to_a_cause_of_its_situation(path: Path) -> None:
    wrong = []
    for text, name, kind in broken_texts(json.loads(path.read_text(encoding="utf-8"))):
        situation = situation_of(path.stem, name, kind)
        found = explained(text)
        right = [item for item in told_first(found) if fits(item, situation)]
        # FreeTDS says the same of everything, wget of what it has no line for; then at least that is said.
        if (path.stem, name) in UNTOLD:
            assert not found.candidates
        elif not right and not told(found, path.stem):
            wrong.append((name, text, [item.cause for item in found.candidates]))
    assert not wrong


def test_the_scenario_is_among_those_that_play_the_cause() -> None:
    for path in BASELINES:
        for text, name, _ in broken_texts(json.loads(path.read_text(encoding="utf-8"))):
            found = explained(text)
            plays = {scenario.id for item in found.candidates for scenario in item.scenarios}
            if (path.stem, name) not in UNTOLD and name not in OLD:
                assert name in plays or told(found, path.stem), (path.stem, name, text, plays)


def test_every_text_of_sqlclient_is_explained_to_a_cause_of_its_situation() -> None:
    wrong = []
    for text, there in sqlclient_texts():
        found = explained(text)
        # An option that the release does not know is no condition.
        first = told_first(found)
        options = [item for item in first if not item.conditions and Phase.NEGOTIATION in item.phases]
        right = options or [item for item in first if set(map(str, item.conditions)) <= there]
        told = found.hidden or found.vague or found.outside
        if not right and not (told and not found.candidates):
            wrong.append((text, sorted(there), [item.cause for item in found.candidates]))
    assert not wrong


def sqlclient_texts() -> Iterator[tuple[str, set[str]]]:
    """What each refused attempt printed, with the names of the conditions of its situation."""
    seen: dict[tuple[str, frozenset[str]], None] = {}
    for name in measured.ATTEMPTS:
        for release, outcome in measured.outcomes(name).items():
            if "chain" in outcome:
                present = measured.act(name, measured.release_of(release)).present
                seen[measured.printed(outcome)[0], frozenset(map(str, present))] = None
    for text, there in seen:
        yield text, set(there)
