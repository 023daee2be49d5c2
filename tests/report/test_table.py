from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.report.marks import BROKEN, FIX, Marked, Worth
from tlslab.report.table import FOOT_FROM, Row, draw

REFUSES = Marked(BROKEN["as-documented"], Worth.PLAIN)
CURE = Marked(FIX["cure"], Worth.OBSERVED)
CLIENTS = ("curl", "httpx", "node-fetch", "node-https", "openssl", "requests", "urllib", "wget")


def rows(columns: Sequence[str], count: int = 2) -> list[Row]:
    marks = [dict.fromkeys(columns, REFUSES), dict.fromkeys(columns, CURE)]
    labels = ("tls-version-mismatch.server-newer", "  give-the-client-the-intermediate")
    return [Row(labels[index % 2], "", marks[index % 2]) for index in range(count)]


def table(columns: Sequence[str], width: int, count: int = 2, *, ascii_only: bool = False) -> list[str]:
    lines = draw(columns, rows(columns, count), width, ascii_only=ascii_only)
    return "\n".join(line.plain for line in lines).split("\n")


def test_wide_tables_say_it_in_words() -> None:
    head, *body = table(CLIENTS, 160)
    assert head.split() == list(CLIENTS)
    assert body[0].count("documented") == len(CLIENTS)
    assert body[1].count("✓* cure") == len(CLIENTS)


def test_tables_in_between_keep_the_names_on_one_line() -> None:
    head, *body = table(CLIENTS, 115)
    assert head.split() == list(CLIENTS)
    assert "documented" not in body[0]


def test_marks_stand_below_their_names() -> None:
    head, body, _ = table(CLIENTS, 115)
    assert [head.index(name) for name in CLIENTS] == [at for at, char in enumerate(body) if char == "✓"]


def test_narrow_tables_have_the_names_as_a_staircase() -> None:
    lines = table(CLIENTS, 80)
    steps, body = lines[: len(CLIENTS)], lines[len(CLIENTS)]
    assert [line.split()[-1] for line in steps] == list(CLIENTS)
    assert [line.index("┌") for line in steps] == [at for at, char in enumerate(body) if char == "✓"]


def test_long_narrow_tables_repeat_the_names_below() -> None:
    assert table(CLIENTS, 80, FOOT_FROM)[-1].split()[-1] == CLIENTS[0]
    assert "└" not in "".join(table(CLIENTS, 80, FOOT_FROM - 1))


def test_what_does_not_fit_is_parted_and_not_cut() -> None:
    columns = [f"client-number-{number}" for number in range(30)]
    lines = table(columns, 80)
    assert max(map(len, lines)) <= 80
    assert [name for line in lines for name in line.split() if name.startswith("client-")] == columns


def test_without_utf8_everything_is_ascii() -> None:
    for width in (60, 80, 115, 160):
        assert "\n".join(table(CLIENTS, width, FOOT_FROM, ascii_only=True)).isascii()


def test_a_client_without_a_cell_leaves_its_place_empty() -> None:
    row = Row("expired", "", {"curl": REFUSES, "wget": REFUSES})
    head, body = (line.plain for line in draw(["curl", "httpx", "wget"], [row], 60, ascii_only=False))
    assert body[head.index("httpx") : head.index("wget")].strip() == ""
    assert body[head.index("wget")] == "✓"


@given(
    st.lists(st.text("abcdefgh-", min_size=1, max_size=20), min_size=1, max_size=25, unique=True),
    st.integers(70, 240),
)
def test_every_name_and_mark_is_there_in_every_width(columns: list[str], width: int) -> None:
    lines = table(columns, width)
    words = " ".join(lines).split()
    assert all(name in words for name in columns)
    assert sum(line.count("✓") for line in lines) == 2 * len(columns)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [80, 160])
def test_a_table_without_columns_has_its_rows(width: int) -> None:
    assert len(table((), width)) == 3
