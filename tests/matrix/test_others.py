"""What a fix does to other hosts, judged: only what a row says of a client is as documented."""

from dataclasses import replace

import pytest

from tests.matrix.test_judge import BOOK, POST, Example
from tlslab.catalogue import Catalogue
from tlslab.matrix.judge import Judge, Judgement, OthersVerdict, Status, Verdict
from tlslab.matrix.others import judge_others, with_others
from tlslab.matrix.plan import Cell, make_plan
from tlslab.matrix.play import Attempt
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import CONDITIONS, OTHER_STORE, UNTRUSTED
from tlslab.model.evidence import Basis, Phase
from tlslab.model.knowledge import Knowledge
from tlslab.model.library import Library, Own, says, says_like, tolerates
from tlslab.model.outcome import Outcome, Result
from tlslab.model.scenario import BOTH, Fix, Scenario, Side
from tlslab.model.situation import ServerKind, Situation

LIBRARY = Library("openssl", says([UNTRUSTED], Phase.VERIFY, "unknown issuer", basis=Basis.AUTHORITATIVE, source=BOOK))
POSIX = Library("posix")
KNOWLEDGE = Knowledge({"openssl": LIBRARY, "posix": POSIX}, CONDITIONS)
REPLACES = says_like(UNTRUSTED, [OTHER_STORE], "it reads its file alone", basis=Basis.REPORTED, source=POST)
ADDS = tolerates("it reads its file beside", of=[OTHER_STORE], basis=Basis.REPORTED, source=POST)

CONNECTED = Outcome(Result.CONNECTED, "", encrypted=True)
UNKNOWN = Outcome(Result.REFUSED, "example: unknown issuer")
ELSE = Outcome(Result.REFUSED, "example: something else")


def distrust(situation: Situation) -> Situation:
    return situation.with_client(trust_anchors=())


def install(situation: Situation) -> Situation:
    return situation.with_client(trust_anchors=(LAB_ROOT,))


INSTALL = Fix("install", "Install.", install, EVERYTHING, Side.CLIENT, BOTH, ("install",), (BOOK,))
SCENARIO = Scenario("untrusted", "T", "L", distrust, BOTH, frozenset({UNTRUSTED}), {}, (BOOK,), [INSTALL])


def played(*rows: Own) -> tuple[Judge, Cell]:
    client = Example(*rows)
    plan = make_plan(Catalogue((SCENARIO,), (), KNOWLEDGE), [client], stage_cannot=lambda _: None)
    return Judge.of(client, KNOWLEDGE), next(cell for cell in plan.cells if cell.kind is ServerKind.HTTPS)


def seen(before: Outcome, after: Outcome, *rows: Own) -> tuple[OthersVerdict, Judgement]:
    judge, cell = played(*rows)
    assert cell.visit
    return judge_others(judge.act(cell.visit.before, before), judge.act(cell.visit.after, after))


def test_a_client_that_adds_keeps_other_hosts_and_the_row_says_why() -> None:
    verdict, judgement = seen(CONNECTED, CONNECTED, ADDS)
    assert (verdict, judgement.as_expected, judgement.sources) == (OthersVerdict.KEPT, True, (POST,))
    assert "it reads its file beside" in judgement.why


def test_a_client_that_replaces_breaks_other_hosts_as_its_row_says_in_the_words_of_an_untrusted_ca() -> None:
    verdict, judgement = seen(CONNECTED, UNKNOWN, REPLACES)
    assert (verdict, judgement.as_expected) == (OthersVerdict.BROKEN, True)
    assert (judgement.basis, judgement.sources) == (Basis.REPORTED, (POST, BOOK))
    assert "refuses other hosts, which the fix is meant to keep: it reads its file alone" in judgement.why


def test_a_fix_that_gives_other_hosts_up_is_not_said_to_keep_them() -> None:
    judge, cell = played(REPLACES)
    assert cell.visit
    before, after = judge.act(cell.visit.before, CONNECTED), judge.act(cell.visit.after, UNKNOWN)
    _, judgement = judge_others(before, after, claimed=False)
    assert judgement.as_expected
    assert "meant to keep" not in judgement.why


@pytest.mark.parametrize(
    ("before", "after", "rows", "verdict"),
    [
        # It refuses the other host already before the fix: nothing can be said of the fix.
        (UNKNOWN, CONNECTED, (ADDS,), OthersVerdict.UNPROVEN),
        # It refuses after the fix, and no row says so.
        (CONNECTED, UNKNOWN, (), OthersVerdict.UNPROVEN),
        (CONNECTED, UNKNOWN, (ADDS,), OthersVerdict.UNPROVEN),
        # It refuses, but not in the words of its row.
        (CONNECTED, ELSE, (REPLACES,), OthersVerdict.UNPROVEN),
        # It connects, although its row says that it reads the file alone.
        (CONNECTED, CONNECTED, (REPLACES,), OthersVerdict.KEPT),
    ],
)
def test_what_no_row_says_is_a_finding(
    before: Outcome, after: Outcome, rows: tuple[Own, ...], verdict: OthersVerdict
) -> None:
    found, judgement = seen(before, after, *rows)
    assert (found, judgement.as_expected) == (verdict, False)


def test_a_finding_about_other_hosts_makes_a_cell_one() -> None:
    judge, cell = played(ADDS)
    outcomes = [CONNECTED, UNKNOWN, CONNECTED, CONNECTED, UNKNOWN]
    attempts = {
        act: Attempt(act, cell.client, situation, frozenset(), outcome)
        for (act, situation), outcome in zip(cell.acts.items(), outcomes, strict=True)
    }
    acts = judge.acts(attempts)
    verdict = with_others(judge.cell(cell, acts), cell, acts)
    assert verdict.broken_judgement.as_expected
    assert verdict.fix_judgement.as_expected
    assert not verdict.as_expected
    assert verdict.why == verdict.others_judgement.why


def test_why_a_client_visits_no_other_host_stands_in_the_verdict_and_is_no_finding() -> None:
    _, cell = played(ADDS)
    assert cell.visit
    unvisited = replace(cell, visit=replace(cell.visit, cannot="it trusts nobody by itself"))
    good = Judgement(True, "good")
    verdict = with_others(Verdict(Status.PLAYED, None, None, good, good), unvisited, {})
    assert verdict.others is None
    assert verdict.as_expected
    assert "it trusts nobody by itself" in verdict.others_judgement.why
