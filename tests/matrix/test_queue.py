"""Whose turn it is: first come, first served, and one at a time at a side that is up."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tlslab.matrix.queue import Queue
from tlslab.model.situation import ServerKind, ServerSide, healthy
from tlslab.stages.stage import Distance

ONE = healthy(ServerKind.SQLSERVER).server
TWO = healthy(ServerKind.HTTPS).server
THREE = replace(ONE, security_level=0)
DOWN = replace(ONE, key_readable=False)


def queue(**distances: Distance) -> Queue[str]:
    """A queue for these sides, which are up unless told otherwise."""
    sides = {"one": ONE, "two": TWO, "three": THREE}
    known = {sides[name]: distance for name, distance in distances.items()}
    return Queue(lambda side: known.get(side, Distance.UP))


def taken(waiting: Queue[str], *, down: bool = False) -> str | None:
    line = waiting.next(down=down)
    return None if line is None else waiting.take(line)


def test_one_at_a_time_at_a_side_and_others_meanwhile() -> None:
    waiting = queue()
    for side, item in ((ONE, "a"), (ONE, "b"), (TWO, "c")):
        waiting.put(side, item)
    first = waiting.next(down=False)
    assert first
    assert waiting.take(first) == "a"
    assert taken(waiting) == "c"
    assert taken(waiting) is None, "b waits for a"
    waiting.leave(first)
    assert taken(waiting) == "b"


def test_what_is_wanted_soon_comes_first_and_the_last_of_it_at_once() -> None:
    waiting = queue()
    waiting.put(ONE, "a")
    waiting.put(TWO, "soon", soon=True)
    waiting.put(THREE, "sooner", soon=True)
    assert [taken(waiting) for _ in range(4)] == ["sooner", "soon", "a", None]


def test_at_a_side_that_is_down_all_are_at_once_and_apart_from_the_others() -> None:
    waiting = queue()
    for side, item in ((DOWN, "a"), (DOWN, "b"), (ONE, "c")):
        waiting.put(side, item)
    assert [taken(waiting, down=True) for _ in range(3)] == ["a", "b", None]
    assert taken(waiting) == "c"


def test_a_side_that_is_up_comes_before_one_that_has_to_be_brought_up() -> None:
    waiting = queue(one=Distance.NEAR)
    waiting.put(ONE, "a")
    waiting.put(TWO, "b")
    assert [taken(waiting) for _ in range(2)] == ["b", "a"]


def test_one_without_room_is_waited_for_only_when_nobody_is_under_way_who_could_make_room() -> None:
    waiting = queue(one=Distance.FAR, two=Distance.FAR)
    for side, item in ((ONE, "a"), (THREE, "b"), (TWO, "c")):
        waiting.put(side, item)
    up = waiting.next(down=False)
    assert up
    assert waiting.take(up) == "b"
    assert taken(waiting) is None, "whoever is under way may make room"
    waiting.leave(up)
    assert taken(waiting) == "a"


@given(st.lists(st.tuples(st.sampled_from([ONE, TWO, THREE, DOWN]), st.booleans()), max_size=30))
def test_everything_gets_its_turn_once_and_in_order_at_its_side(wanted: list[tuple[ServerSide, bool]]) -> None:
    waiting: Queue[int] = Queue(lambda _: Distance.UP)
    for number, (side, soon) in enumerate(wanted):
        waiting.put(side, number, soon=soon)
    found: list[int] = []
    while line := waiting.next(down=False) or waiting.next(down=True):
        found.append(waiting.take(line))
        waiting.leave(line)
    assert sorted(found) == list(range(len(wanted)))
    for side in (ONE, TWO, THREE, DOWN):
        here = [number for number in found if wanted[number][0] == side]
        early = [number for number in here if wanted[number][1]]
        assert here == [*sorted(early, reverse=True), *(number for number in sorted(here) if number not in early)]
