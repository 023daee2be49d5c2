"""Sessions: what batches, procedure calls and transactions are answered with."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.servers.tds.packets import STATUS_RESET_CONNECTION, Message, PacketType
from lab.servers.tds.session import ClosingError
from tests.servers import raw
from tests.servers.tds.sessions import (
    ask,
    call,
    call_bytes,
    connected,
    integer,
    nvarchar,
    read,
    session,
    transaction,
)

DONE, DONEPROC, DONEINPROC = 0xFD, 0xFE, 0xFF
MORE, ERROR, INXACT, COUNT = 1, 2, 4, 0x10


@pytest.mark.parametrize("encrypted", [True, False])
def test_encrypt_option_is_the_truth(encrypted: bool) -> None:
    s = session(encrypted=encrypted)
    answer = ask(s, "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID")
    assert answer.columns == ["encrypt_option"]
    assert answer.rows == [("TRUE" if encrypted else "FALSE",)]
    assert answer.dones == [(DONE, COUNT, 1)]


def test_each_session_is_told_about_itself() -> None:
    s = session(encrypted=False, others=[connected(52, encrypted=True)])
    assert ask(s, "SELECT session_id, encrypt_option FROM sys.dm_exec_connections ORDER BY session_id DESC").rows == [
        (52, "TRUE"),
        (51, "FALSE"),
    ]
    assert ask(s, "SELECT encrypt_option FROM sys.dm_exec_connections c WHERE c.session_id = @@spid").rows == [
        ("FALSE",)
    ]


def test_the_documented_columns_of_a_connection() -> None:
    answer = ask(
        session(),
        "SELECT session_id, net_transport, protocol_type, auth_scheme, client_net_address, protocol_version "
        "FROM sys.dm_exec_connections",
    )
    assert answer.rows == [(51, "TCP", "TSQL", "SQL", "127.0.0.1", 0x74000004)]


def test_the_endpoint_says_that_it_is_not_sql_server() -> None:
    assert ask(session(), "SELECT @@VERSION").rows == [
        ("TLS trust lab endpoint 0.1.0 (TDS 7.1-8.0), not Microsoft SQL Server",)
    ]


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("SELECT 1", (1,)),
        ("SELECT 1 AS n, 'a' AS s", (1, "a")),
        ("select N'é' + 'x', -5, 7/2, -7/2, -7%3, 2147483648", ("éx", -5, 3, -3, -1, 2147483648.0)),
        ("select 1.5 * 2, 1e1, 0xAB, NULL", (3.0, 10.0, b"\xab", None)),
        ("select isnull(null, 'x'), coalesce(null, 2), len('ab '), upper('a'), lower('B')", ("x", 2, 2, "A", "b")),
        ("select case when @@SPID = 51 then 'y' else 'n' end, case 2 when 1 then 1 end", ("y", None)),
        ("select cast('12' as int), convert(varchar(2), 'abc'), cast(1 as bit)", (12, "ab", 1)),
        (
            "SELECT SYSTEM_USER, SUSER_SNAME(), ORIGINAL_LOGIN(), CURRENT_USER, USER_NAME()",
            ("sa", "sa", "sa", "dbo", "dbo"),
        ),
        ("SELECT DB_NAME(), DB_NAME(2), DB_ID(), HOST_NAME(), APP_NAME()", ("master", "tempdb", 1, "client", "tests")),
        ("SELECT @@TRANCOUNT, @@SERVERNAME, @@LANGUAGE", (0, "db.lab.test", "us_english")),
        ("SELECT SERVERPROPERTY('ProductVersion'), SERVERPROPERTY('nothing')", ("16.0.1000.0", None)),
        ("SELECT CONNECTIONPROPERTY('net_transport')", ("TCP",)),
        ("SELECT COUNT(*) FROM sys.dm_exec_connections", (1,)),
        ("SELECT TOP 1 'x' FROM sys.dm_exec_connections", ("x",)),
        ("SELECT 1 WHERE 'a' = 'A ' AND NOT 1 = 2 AND 1 IN (1, 2) AND NULL IS NULL", (1,)),
    ],
)
def test_what_clients_ask_on_connecting_is_answered(query: str, row: tuple[object, ...]) -> None:
    assert ask(session(), query).rows == [row]


def test_no_row_is_a_result_with_columns() -> None:
    answer = ask(session(), "SELECT 1 AS n WHERE 1 = 2 OR NULL = NULL")
    assert (answer.columns, answer.rows, answer.dones) == (["n"], [], [(DONE, COUNT, 0)])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("SELECT * FROM nowhere", 208),
        ("INSERT INTO nowhere SELECT 1", 208),
        ("SELECT nothing", 207),
        ("SELECT other.session_id FROM sys.dm_exec_connections c", 4104),
        ("SELECT nothing FROM sys.dm_exec_connections", 207),
        ("SELECT 1 FROM sys.dm_exec_connections WHERE session_id = 1 AND nothing = 1", 207),
        ("SELECT nothing()", 195),
        ("SELECT @nothing", 137),
        ("SELECT @@nothing", 137),
        ("SELECT FROM", 102),
        ("SELECT 1,", 102),
        ("SELECT (1", 102),
        ("SELECT 'a", 105),
        ("SELECT *", 263),
        ("SELECT 1/0", 8134),
        ("SELECT 9223372036854775807 + 'x'", 245),
        ("SELECT 1e400", 8115),
        ("SELECT cast(300 as tinyint)", 8115),
        ("SELECT 1234567890123456789012345678901234567890", 1007),
        ("SELECT " + "(" * 30 + "1" + ")" * 30, 191),
        ("EXEC nothing 1", 2812),
        ("nothing", 2812),
        ("USE nothing", 911),
        ("SET nothing ON", 195),
        ("COMMIT", 3902),
        ("ROLLBACK TRANSACTION", 3903),
        ("CREATE TABLE t (a int)", 262),
        ("BULK nothing", 2812),
        ("WAITFOR DELAY '00:00:10'", 50000),
        ("SELECT 1 UNION SELECT 2", 50000),
        ("SELECT DISTINCT 1", 50000),
        ("SELECT 1 AS n FOR JSON AUTO", 50000),
        ("SELECT session_id FROM sys.dm_exec_connections ORDER BY session_id OFFSET 1 ROWS", 50000),
        ("SELECT (SELECT 1)", 50000),
        ("SELECT 1; " * 300, 50000),
        ("SELECT '" + "x" * 9000 + "'", 50000),
    ],
)
def test_what_cannot_be_answered_gets_the_number_that_sql_server_has(query: str, number: int) -> None:
    answer = ask(session(), query)
    assert [e[0] for e in answer.errors] == [number]
    assert answer.dones[-1][1] & ERROR
    assert all(e[1] >= 11 for e in answer.errors)


def test_set_is_done_and_nothing_else() -> None:
    batch = "set textsize 2147483647\nset ansi_nulls on\nset transaction isolation level read committed"
    assert read(session().handle(Message(PacketType.SQL_BATCH, raw.batch(batch)))).dones == [
        (DONE, MORE, 0),
        (DONE, MORE, 0),
        (DONE, 0, 0),
    ]


def test_an_empty_batch_is_done() -> None:
    assert ask(session(), "  -- nothing").dones == [(DONE, 0, 0)]


def test_statements_before_an_error_are_answered_and_those_after_it_are_not() -> None:
    answer = ask(session(), "SELECT 1 SELECT nothing SELECT 3")
    assert (answer.rows, answer.errors[0][0], len(answer.dones)) == ([(1,)], 207, 2)


def test_use_announces_the_database() -> None:
    s = session()
    answer = ask(s, "USE [tempdb]")
    assert answer.changes[0][0] == 1
    assert answer.infos == [(5701, "Changed database context to 'tempdb'.")]
    assert ask(s, "SELECT DB_NAME()").rows == [("tempdb",)]


def test_print_is_an_info() -> None:
    assert ask(session(), "PRINT 'hello'").infos == [(0, "hello")]


def test_format_only_gives_columns_without_rows() -> None:
    answer = ask(session(), "SET FMTONLY ON SELECT 1 AS n SET FMTONLY OFF")
    assert (answer.columns, answer.rows) == (["n"], [])


def test_if_guards_one_statement() -> None:
    assert ask(session(), "IF @@TRANCOUNT > 0 SELECT 1 SELECT 2").rows == [(2,)]
    assert ask(session(), "IF (@@TRANCOUNT = 0) SELECT 1 SELECT 2").rows == [(1,), (2,)]


def test_transactions_are_announced_and_counted() -> None:
    s = session()
    began = ask(s, "BEGIN TRANSACTION")
    assert began.changes == [(8, b"\x08" + struct.pack("<Q", 1) + b"\0")]
    assert began.dones == [(DONE, INXACT, 0)]
    assert ask(s, "BEGIN TRAN SELECT @@TRANCOUNT").rows == [(2,)]
    assert ask(s, "COMMIT").changes == []
    assert ask(s, "COMMIT TRAN").changes == [(9, b"\0\x08" + struct.pack("<Q", 1))]


def test_the_transaction_manager_begins_commits_and_rolls_back() -> None:
    s = session()
    assert transaction(s, 5).changes[0][0] == 8
    committed = transaction(s, 7, b"\0\1\0\0")
    assert [c[0] for c in committed.changes] == [9, 8]
    assert transaction(s, 8).changes[0][0] == 10
    assert transaction(s, 8).errors[0][0] == 3903
    assert transaction(s, 0).errors[0][0] == 50000


def test_a_reset_of_the_connection_rolls_back_and_is_acknowledged() -> None:
    s = session()
    ask(s, "USE tempdb; BEGIN TRAN")
    message = Message(PacketType.SQL_BATCH, raw.batch("SELECT DB_NAME(), @@TRANCOUNT"), 1 | STATUS_RESET_CONNECTION)
    answer = read(s.handle(message))
    assert [c[0] for c in answer.changes] == [10, 18]
    assert answer.rows == [("master", 0)]


def test_sp_executesql_binds_its_parameters() -> None:
    answer = call(
        session(),
        10,
        nvarchar("SELECT @a AS a, @b AS b"),
        nvarchar("@a int, @b nvarchar(10)"),
        integer(5, "@a"),
        nvarchar("xé", "@b"),
    )
    assert answer.rows == [(5, "xé")]
    assert answer.dones == [(DONEINPROC, MORE | COUNT, 1), (DONEPROC, 0, 0)]
    assert answer.status == [0]


def test_a_prepared_statement_lives_from_prepare_to_unprepare() -> None:
    s = session()
    prepared = call(s, "sp_prepare", integer(None, output=True), nvarchar("@p int"), nvarchar("SELECT @p"), integer(1))
    assert prepared.values == [1]
    assert call(s, 12, integer(1), integer(7)).rows == [(7,)]
    both = call(s, 13, integer(None, output=True), nvarchar("@p int"), nvarchar("SELECT @p+1"), integer(7))
    assert (both.values, both.rows) == ([2], [(8,)])
    assert call(s, 15, integer(1)).status == [0]
    assert call(s, 12, integer(1), integer(7)).errors[0][0] == 8179
    assert call(s, 12, integer(2)).errors[0][0] == 8178


def test_a_session_keeps_a_bounded_number_of_prepared_statements() -> None:
    s = session()
    for _ in range(300):
        last = call(s, 11, integer(None, output=True), nvarchar(""), nvarchar("SELECT 1"), integer(1))
    assert last.errors[0][0] == 50000


@pytest.mark.parametrize(
    ("call_of", "number"),
    [
        (("sp_nothing",), 2812),
        ((2, integer(None, output=True), nvarchar("SELECT 1")), 16937),
        ((7, integer(180150003)), 16909),
        ((10, integer(1)), 214),
        ((10,), 201),
        ((10, nvarchar("SELECT @x"), nvarchar("@y int"), integer(1, "@x")), 8178),
        ((10, nvarchar("SELECT nothing")), 207),
    ],
)
def test_a_procedure_that_cannot_be_done_is_an_error_and_never_a_bare_done(
    call_of: tuple[str | int, *tuple[bytes, ...]], number: int
) -> None:
    answer = call(session(), *call_of)
    assert answer.errors[0][0] == number
    assert answer.dones[-1][0] == DONEPROC


@pytest.mark.parametrize("procedure", ["[sys].sp_datatype_info_100", "sp_datatype_info"])
def test_sp_datatype_info_is_a_proper_result(procedure: str) -> None:
    answer = call(session(), procedure, integer(93, "@data_type"), integer(3, "@ODBCVer"))
    assert answer.columns[:3] == ["TYPE_NAME", "DATA_TYPE", "PRECISION"]
    assert len(answer.columns) == 20
    assert {row[0] for row in answer.rows} == {"datetime", "datetime2", "smalldatetime"}
    assert all(row[1] == 93 for row in answer.rows)
    everything = call(session(), procedure, integer(0)).rows
    assert [row[1] for row in everything] == sorted(int(str(row[1])) for row in everything)
    assert ask(session(), "EXEC sp_datatype_info 4, 3").rows[0][:3] == ("int", 4, 10)


def test_calls_in_one_message_are_answered_in_order() -> None:
    payload = raw.headers() + call_bytes(10, nvarchar("SELECT 1")) + b"\xff" + call_bytes(10, nvarchar("SELECT 2"))
    assert read(session().handle(Message(PacketType.RPC, payload))).rows == [(1,), (2,)]


@pytest.mark.parametrize(
    "message",
    [
        Message(PacketType.SQL_BATCH, b"\x01"),
        Message(PacketType.SQL_BATCH, struct.pack("<I", 5000)),
        Message(PacketType.SQL_BATCH, struct.pack("<II", 8, 0)),
        Message(PacketType.RPC, raw.headers() + b"\xff\xff"),
        Message(PacketType.RPC, raw.headers() + call_bytes(10, b"\0\0\x99")),
        Message(PacketType.PRELOGIN, b""),
    ],
)
def test_a_request_that_is_no_tds_ends_the_session_with_an_error(message: Message) -> None:
    with pytest.raises(ClosingError) as closing:
        session().handle(message)
    assert read(closing.value.answer).errors[0][0] == 8009


def test_tds_7_1_has_no_headers_and_short_counts() -> None:
    s = session(version=raw.TDS_7_1)
    answer = s.handle(Message(PacketType.SQL_BATCH, "SELECT 1".encode("utf-16-le")))
    assert answer.endswith(bytes.fromhex("fd1000c10001000000"))


KINDS = [t for t in PacketType if t is not PacketType.RESPONSE]


@given(st.sampled_from(KINDS), st.binary(max_size=300), st.booleans())
def test_any_request_is_answered_or_ends_the_session(kind: PacketType, payload: bytes, with_headers: bool) -> None:
    with contextlib.suppress(ClosingError):
        read(session().handle(Message(kind, (raw.headers() if with_headers else b"") + payload)))


WORDS = [
    "SELECT", "SET", "IF", "EXEC", "sp_executesql", "N'x'", "'a'", "1", "0", "2.5", "@@SPID",
    "@@VERSION", "@a", "(", ")", ",", ";", "=", "<", ">", "+", "-", "*", "/", "%", "AND", "OR", "NOT",
    "NULL", "IS", "IN", "CASE", "WHEN", "THEN", "ELSE", "END", "FROM", "sys.dm_exec_connections",
    "WHERE", "ORDER", "BY", "TOP", "COUNT(*)", "CAST(", "AS", "int", ")", "CONVERT(", "BEGIN", "TRAN",
    "COMMIT", "ROLLBACK", "USE", "master", "PRINT", "--", "/*", "*/", "[x]", '"q"', "0x1", "DB_NAME()",
    "UNION", "ALL", "ON", "OFF", "WITH", ".", "session_id", "encrypt_option", "LIKE", "BETWEEN",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_any_words_are_answered(text: str) -> None:
    ask(session(), text)


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    payload = raw.headers() + text.encode("utf-16-le", errors="surrogatepass")
    read(session().handle(Message(PacketType.SQL_BATCH, payload)))


@given(st.data())
def test_a_call_with_any_damage_is_answered_or_ends_the_session(data: st.DataObject) -> None:
    payload = bytearray(
        raw.headers()
        + call_bytes(13, integer(None, output=True), nvarchar("@p int"), nvarchar("SELECT @p"), integer(7, "@p"))
    )
    for _ in range(data.draw(st.integers(1, 5))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ClosingError):
        read(session().handle(Message(PacketType.RPC, bytes(payload))))
