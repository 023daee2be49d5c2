"""The parser: whatever a batch holds, it is read or refused, and the work grows as the text does."""

import contextlib
import sys
from collections.abc import Callable
from decimal import Decimal
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.servers.tds import sqltypes as types
from tlslab.servers.tds.connection import MAX_REQUEST
from tlslab.servers.tds.errors import SqlError
from tlslab.servers.tds.parser import parse
from tlslab.servers.tds.sqltypes import Cell
from tlslab.servers.tds.statements import Block, Execute, Fails, If, Select, Set, Statement, Transaction, Use, Variable

BLANKS = st.lists(st.sampled_from([" ", "\t", "\r\n", "-- x '\n", "/* ' */", "/* /* */ */"]), min_size=1, max_size=3)
BLANK = BLANKS.map("".join)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAME = st.from_regex(r"[a-z_][a-z0-9_#$@]{0,20}", fullmatch=True).map(lambda name: f"n_{name}")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


LITERALS: st.SearchStrategy[tuple[str, Cell]] = st.one_of(
    st.integers(-(2**31) + 1, 2**31 - 1).map(lambda n: (str(n), types.INT.cell(n))),
    st.integers(2**31, 10**38 - 1).map(lambda n: (str(n), types.decimal(Decimal(n)))),
    st.decimals(0, 10**9, places=4).map(lambda d: (f"{d:f}", types.decimal(d))),
    st.floats(0, 1e300).map(lambda f: (f"{f:e}", types.real(float(f"{f:e}")))),
    TEXT.map(lambda text: (f"N{quoted(text)}", types.text(text, wide=True))),
    TEXT.map(lambda text: (quoted(text), types.text(text, wide=False))),
    st.binary(max_size=20).map(lambda raw: (f"0x{raw.hex()}", types.binary(raw))),
    st.just(("NULL", types.INT.cell(None))),
)


@given(st.lists(st.tuples(LITERALS, NAME), min_size=1, max_size=6), st.data())
def test_literals_are_read_as_they_were_written(
    columns: list[tuple[tuple[str, Cell], str]], data: st.DataObject
) -> None:
    words = ["SELECT"]
    for (text, _), name in columns:
        words += [text, data.draw(st.sampled_from(["AS", "as"])), data.draw(st.sampled_from([name, f"[{name}]"])), ","]
    batch = "".join(word + data.draw(BLANK) for word in words[:-1])
    assert parse(batch) == (Select(tuple((name, cell) for (_, cell), name in columns)),)


STATEMENTS: list[tuple[str, Statement]] = [
    ("SELECT @@SPID", Select((("", Variable("@@SPID")),))),
    ("SET NOCOUNT ON", Set(("NOCOUNT",), "ON")),
    ("set ansi_nulls, quoted_identifier off", Set(("ANSI_NULLS", "QUOTED_IDENTIFIER"), "OFF")),
    ("SET TEXTSIZE 2147483647", Set(("TEXTSIZE",), "2147483647")),
    ("SET LOCK_TIMEOUT -1", Set(("LOCK_TIMEOUT",), "-1")),
    ("set transaction isolation level read committed", Set(("TRANSACTION ISOLATION LEVEL",), "READ COMMITTED")),
    ("USE [my db]", Use("my db")),
    ("BEGIN TRAN", Transaction("BEGIN")),
    ("BEGIN TRANSACTION a", Transaction("BEGIN", "a")),
    ("COMMIT", Transaction("COMMIT")),
    ("COMMIT WORK", Transaction("COMMIT")),
    ("ROLLBACK TRAN [b c]", Transaction("ROLLBACK", "b c")),
    ("SAVE TRAN p1", Transaction("SAVE", "p1")),
    ("EXEC [sys].sp_x 1, N'a'", Execute("sys.sp_x", (types.INT.cell(1), types.text("a", wide=True)))),
    ("BEGIN COMMIT; ROLLBACK END", Block((Transaction("COMMIT"), Transaction("ROLLBACK")))),
]


@given(st.lists(st.sampled_from(STATEMENTS), max_size=8), st.data())
def test_statements_need_nothing_between_them(chosen: list[tuple[str, Statement]], data: st.DataObject) -> None:
    batch = "".join(text + data.draw(st.sampled_from([" ", "\n", ";", " ; ", " /* x */ "])) for text, _ in chosen)
    assert parse(batch) == tuple(statement for _, statement in chosen)


def test_a_condition_guards_the_next_statement_alone() -> None:
    guarded, free = parse("IF (@@TRANCOUNT >= 2) COMMIT ROLLBACK")
    assert isinstance(guarded, If)
    assert [guarded.compare(count, guarded.number) for count in (1, 2, 3)] == [False, True, True]
    assert (guarded.then, free) == (Transaction("COMMIT"), Transaction("ROLLBACK"))


def test_of_a_batch_that_is_no_t_sql_nothing_is_executed() -> None:
    with pytest.raises(SqlError, match="Incorrect syntax near"):
        parse("SELECT 1; SELECT 2,")


def test_a_batch_is_read_up_to_what_cannot_be_executed() -> None:
    one, fails = parse("SELECT 1 SELECT 2 + 3 SELECT 4")
    assert isinstance(one, Select)
    assert isinstance(fails, Fails)


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from("'\"[]()/*-.;,@#N0xeE1 \n"), max_size=60).map("".join))
)
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SqlError):
        assert isinstance(parse(text), tuple)


HOSTILE = [
    "SELECT 1 ", "SELECT @@SPID;", "1,", "'", "''", "N'", "[", "]", "[]", '"', '""', "/*", "/**/", "*/", "--\n", "-",
    "(",
    "BEGIN ", "END ", "IF @@TRANCOUNT = 0 ", "BEGIN TRAN ", "0x", "0xF", "1e", "1e5 ", ".1", "..", "9", "0", "a", "@a",
    "@", "#", "a.", "SET NOCOUNT ON ", "SET ANSI_NULLS, ", "sp 1, ", ";", " ", "\0", "\u00e9", "\u2028", "\ud800",
    "SELECT " + "x" * 50, "SELECT 1 AS [" + "]]" * 20 + "] ",
]  # fmt: skip


def steps(text: str) -> int:
    """How many calls, of Python's functions and of those in C, it takes to read a text."""
    count = 0

    def step(_frame: FrameType, _event: str, _arg: object) -> None:
        nonlocal count
        count += 1

    before: Callable[..., object] | None = sys.getprofile()
    sys.setprofile(step)
    try:
        with contextlib.suppress(SqlError):
            parse(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("beginning", ["", "SELECT 1, ", "SELECT 1 /*", "SELECT '"])
@pytest.mark.parametrize("part", HOSTILE)
def test_the_work_grows_as_the_text_does_and_no_faster(part: str, beginning: str) -> None:
    once, twice = (steps(beginning + part * (count // len(part))) for count in (2000, 4000))
    assert twice <= 2.5 * once + 100


@pytest.mark.parametrize("part", HOSTILE)
def test_the_longest_text_that_a_request_can_hold_is_read_or_refused(part: str) -> None:
    text = part * (MAX_REQUEST // 2 // len(part))
    with contextlib.suppress(SqlError):
        assert isinstance(parse(text), tuple)
