"""A client in a place: the same adapter under a name of its own."""

from tlslab.clients.base import Machine
from tlslab.clients.curl import Curl
from tlslab.clients.placed import Placed
from tlslab.matrix.plan import matches


def test_it_has_the_name_of_both_and_the_words_of_the_client() -> None:
    placed = Placed(Curl(), "trixie")
    assert placed.name == "curl:trixie"
    assert placed.distribution == "trixie"
    assert (placed.templates, placed.rows, placed.release) == (Curl.templates, Curl.rows, Curl.release)


def test_a_pattern_takes_it_with_and_without_its_place() -> None:
    assert matches("curl:trixie", ("curl",))
    assert matches("curl:trixie", ("curl:trixie",))
    assert not matches("curl:trixie", ("curl:forky",))


def test_what_an_image_does_not_hold_is_missing_with_the_reason() -> None:
    placed = Placed(Curl(), "trixie")
    assert placed.missing(Machine(which={"curl": "/usr/bin/curl"})) is None
    lacking = placed.missing(Machine())
    assert lacking is not None
    assert lacking.how_to_get == "the image of trixie does not hold it"
    unusable = placed.missing(Machine(which={"curl": "/usr/bin/curl"}, absent={"curl": "it is too old"}))
    assert unusable is not None
    assert unusable.how_to_get == "cannot be had there: it is too old"
