"""Declaring scenarios and fixes: what has no lesson, steps or source cannot be declared."""

import pytest

from tlslab.model.certificate import PAST
from tlslab.model.conditions import EXPIRED
from tlslab.model.evidence import Source
from tlslab.model.scenario import Claim, Side, impostor, scenario
from tlslab.model.situation import Situation

BOOK = Source("a book", "https://example.org")


def late(healthy: Situation) -> Situation:
    """It is late."""
    return healthy.with_leaf(validity=PAST)


def silent(healthy: Situation) -> Situation:
    return healthy


def test_the_id_is_the_modules_name_and_the_form() -> None:
    assert scenario(title="t", conditions=[EXPIRED], sources=[BOOK])(late).id == "test-scenario"
    assert scenario(title="t", conditions=[EXPIRED], sources=[BOOK], form="server")(late).id == "test-scenario.server"


def test_a_scenario_without_lesson_is_refused() -> None:
    with pytest.raises(ValueError, match="docstring"):
        scenario(title="t", conditions=[EXPIRED], sources=[BOOK])(silent)


def test_a_scenario_without_source_is_refused() -> None:
    with pytest.raises(ValueError, match="sources"):
        scenario(title="t", conditions=[EXPIRED], sources=())(late)


def test_a_scenario_in_which_nothing_is_so_is_refused() -> None:
    with pytest.raises(ValueError, match="conditions"):
        scenario(title="t", conditions=(), sources=[BOOK])(late)


def test_a_fix_needs_steps_and_sources_and_a_name_of_its_own() -> None:
    late_scenario = scenario(title="t", conditions=[EXPIRED], sources=[BOOK])(late)
    with pytest.raises(ValueError, match="steps"):
        late_scenario.fix(claim=Claim.CURE, side=Side.SERVER, steps=[], sources=[BOOK])(late)
    late_scenario.fix(claim=Claim.CURE, side=Side.SERVER, steps=["renew"], sources=[BOOK])(late)
    with pytest.raises(ValueError, match="twice"):
        late_scenario.fix(claim=Claim.CURE, side=Side.SERVER, steps=["renew"], sources=[BOOK])(late)


def test_an_impostor_explains_itself() -> None:
    with pytest.raises(ValueError, match="docstring"):
        impostor(silent)
