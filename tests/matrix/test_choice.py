"""What a stage cannot play is said in words, with the stage that can."""

import pytest

from lab.catalogue import load
from lab.matrix.choice import LOCAL, STAGES, Choice
from lab.situation import ServerKind, healthy

UNREADABLE = healthy(ServerKind.SQLSERVER).with_server(key_readable=False)


def test_the_local_stage_cannot_keep_a_server_from_its_key() -> None:
    why = LOCAL.cannot(UNREADABLE)
    assert why is not None
    assert "the docker stage" in why


def test_in_containers_a_server_has_an_account_of_its_own() -> None:
    assert Choice("docker").cannot(UNREADABLE) is None


@pytest.mark.parametrize("stage", STAGES)
def test_everything_else_of_the_catalogue_is_played_everywhere(stage: str) -> None:
    for scenario in load().scenarios:
        for kind in scenario.kinds:
            broken = scenario.apply(healthy(kind))
            if broken.server.key_readable:
                assert Choice(stage).cannot(broken) is None
