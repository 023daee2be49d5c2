"""What the tables say of a client's act: the situations are the catalogue's, in words of the field."""

from functools import cache

from tlslab.catalogue import load
from tlslab.clients import Client
from tlslab.matrix.judge import ActVerdict, Judge
from tlslab.model.evidence import Basis
from tlslab.model.library import Tolerates
from tlslab.model.outcome import Outcome, Result
from tlslab.model.situation import ServerKind, Situation, healthy

CATALOGUE = load()
SCENARIOS = (
    "expired",
    "missing-intermediate",
    "name-mismatch",
    "self-signed",
    "sha1-signature.client",
    "sha1-signature.server",
    "tls-version-mismatch.server-newer",
    "tls-version-mismatch.server-older",
    "unreadable-key",
    "untrusted-ca",
    "untrusted-ca.fallback",
    "untrusted-ca.forced",
)
"""Those that the tests of clients speak of: one that comes later changes none of them."""


@cache
def judge(client: Client) -> Judge:
    return Judge.of(client, CATALOGUE.knowledge)


def broken(identity: str, kind: ServerKind) -> Situation:
    """The situation of a scenario: `expired`, `untrusted-ca.forced`."""
    return CATALOGUE.scenario(identity).apply(healthy(kind))


def documented(client: Client, outcome: Outcome | str) -> dict[str, Basis | None]:
    """In which of the scenarios this is known to come of the client, and on which basis. A text is a refusal's."""
    if isinstance(outcome, str):
        outcome = Outcome(Result.REFUSED, outcome)
    found: dict[str, Basis | None] = {}
    for scenario in map(CATALOGUE.scenario, SCENARIOS):
        for kind in scenario.kinds & client.kinds:
            situation = scenario.apply(healthy(kind))
            if client.cannot(situation) is None:
                act = judge(client).act(situation, outcome)
                if act.verdict is ActVerdict.AS_DOCUMENTED:
                    found[scenario.id] = act.judgement.basis
    return found


def connects(client: Client, situation: Situation) -> bool:
    """Whether the client must connect."""
    return judge(client).answer(situation).connects


def tolerated(client: Client, situation: Situation) -> str:
    """Why the client must connect although something is wrong; "" when it must not, or when nothing is."""
    found = judge(client).answer(situation)
    row = found.tolerated[0].row if found.connects and found.tolerated else None
    return row.why if isinstance(row, Tolerates) else ""
