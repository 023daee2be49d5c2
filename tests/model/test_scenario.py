"""Declaring scenarios and fixes: what has no lesson, steps or source cannot be declared."""

import pytest

from tlslab.model.evidence import Basis, Phase, Reason, Source
from tlslab.model.scenario import Claim, Defect, Side, impostor, scenario
from tlslab.model.situation import PAST, Situation

BOOK = Source("a book", "https://example.org")
REASON = Reason("openssl", Phase.VERIFY, "certificate has expired", Basis.AUTHORITATIVE, BOOK)


def late(healthy: Situation) -> Situation:
    """It is late."""
    return healthy.with_leaf(validity=PAST)


def silent(healthy: Situation) -> Situation:
    return healthy


def test_the_id_is_the_modules_name_and_the_face() -> None:
    declare = scenario(title="t", defects={Defect.EXPIRED}, reasons=[REASON], sources=[BOOK], form="server")
    assert declare(late).id == "test-scenario.server"


def test_a_scenario_without_lesson_is_refused() -> None:
    with pytest.raises(ValueError, match="docstring"):
        scenario(title="t", defects=(), reasons=(), sources=[BOOK])(silent)


def test_a_scenario_without_source_is_refused() -> None:
    with pytest.raises(ValueError, match="sources"):
        scenario(title="t", defects=(), reasons=(), sources=())(late)


def test_a_fix_needs_steps_and_sources_and_a_name_of_its_own() -> None:
    late_scenario = scenario(title="t", defects={Defect.EXPIRED}, reasons=[REASON], sources=[BOOK])(late)
    with pytest.raises(ValueError, match="steps"):
        late_scenario.fix(claim=Claim.CURE, side=Side.SERVER, steps=[], sources=[BOOK])(late)
    late_scenario.fix(claim=Claim.CURE, side=Side.SERVER, steps=["renew"], sources=[BOOK])(late)
    with pytest.raises(ValueError, match="twice"):
        late_scenario.fix(claim=Claim.CURE, side=Side.SERVER, steps=["renew"], sources=[BOOK])(late)


def test_an_attack_explains_itself() -> None:
    with pytest.raises(ValueError, match="docstring"):
        impostor(reasons=[REASON])(silent)
