"""The difference of two texts, word by word: nothing is lost, and one change of wording is the same edit everywhere."""

from hypothesis import example, given
from hypothesis import strategies as st

from tlslab.diff.word_difference import Part, Piece, difference, edit

TEXTS = st.text(alphabet="ab .:\n'", max_size=60)


def text(pieces: tuple[Piece, ...], *parts: Part) -> str:
    return "".join(piece.text for piece in pieces if piece.part in parts)


@given(TEXTS, TEXTS)
@example("a b", "b a")
def test_both_texts_can_be_read_from_their_difference(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert text(pieces, Part.SAME, Part.REMOVED) == old
    assert text(pieces, Part.SAME, Part.ADDED) == new


@given(TEXTS)
def test_equal_texts_have_no_difference(same: str) -> None:
    assert {piece.part for piece in difference(same, same)} <= {Part.SAME}
    assert edit(same, same) == ()


@given(st.text(alphabet="ab \n", min_size=1, max_size=2))
def test_very_long_texts_keep_their_ends(middle: str) -> None:
    head, tail = "word " * 5000, " end" * 5000
    pieces = difference(f"{head}x{tail}", f"{head}{middle}{tail}")
    assert text(pieces, Part.SAME, Part.REMOVED) == f"{head}x{tail}"
    assert text(pieces, Part.SAME, Part.ADDED) == f"{head}{middle}{tail}"


def test_only_the_words_that_changed_are_marked() -> None:
    assert [(piece.part.value, piece.text) for piece in difference("SSL Provider: no", "TLS Provider: no")] == [
        ("removed", "SSL"),
        ("added", "TLS"),
        ("same", " Provider: no"),
    ]


def test_words_with_only_a_blank_between_them_change_together() -> None:
    parts = [piece.part.value for piece in difference("a certificate has expired", "a chain was lost")]
    assert parts == ["same", "removed", "added"]


def test_one_change_of_wording_is_one_edit_wherever_it_stands() -> None:
    assert edit("SSL Provider: expired", "TLS Provider: expired") == edit(
        "[SSL Provider] self-signed", "[TLS Provider] self-signed"
    )
    assert edit("SSL Provider: expired", "TLS Provider: expired") != edit("SSL Provider: expired", "TLS Provider: lost")


def test_an_escaped_line_break_is_no_part_of_the_word_behind_it() -> None:
    pieces = difference(r"severity 9:\nAdaptive Server failed", r"severity 9:\nTDS server failed")
    assert [piece.text for piece in pieces if piece.part is not Part.SAME] == ["Adaptive Server", "TDS server"]
