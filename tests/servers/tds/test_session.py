"""Sessions: what batches, procedure calls and transactions are answered with."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import raw
from tests.servers.tds.sessions import (
    ask,
    call,
    call_bytes,
    connected,
    integer,
    nvarchar,
    parameter,
    read,
    session,
    transaction,
)
from tlslab.servers.tds.connection import MAX_REQUEST
from tlslab.servers.tds.packets import STATUS_RESET_CONNECTION, Message, PacketType
from tlslab.servers.tds.session import MAX_WORK, ClosingError

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
    assert ask(s, "SELECT session_id, encrypt_option FROM sys.dm_exec_connections").rows == [
        (51, "FALSE"),
        (52, "TRUE"),
    ]
    assert ask(s, "select [encrypt_option] from master.sys.dm_exec_connections where session_id = @@spid").rows == [
        ("FALSE",)
    ]


def test_the_documented_columns_of_a_connection() -> None:
    answer = ask(
        session(),
        "SELECT session_id, net_transport, protocol_type, auth_scheme, client_net_address, protocol_version AS v "
        "FROM sys.dm_exec_connections",
    )
    assert answer.rows == [(51, "TCP", "TSQL", "SQL", "127.0.0.1", 0x74000004)]
    assert answer.columns[-2:] == ["client_net_address", "v"]


def test_the_endpoint_says_that_it_is_not_sql_server() -> None:
    assert ask(session(), "SELECT @@VERSION").rows == [
        ("TLS trust lab endpoint 0.1.0 (TDS 7.1-8.0), not Microsoft SQL Server",)
    ]


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("SELECT 1", (1,)),
        ("SELECT 1 AS n, 'a' AS s", (1, "a")),
        ("select N'\u00e9', -5, +5, 2147483648, -2147483648", ("\u00e9", -5, 5, 2147483648.0, -2147483648)),
        ("select 1.5, 1e1, 1e, 0xAB, 0xABC, 0x, NULL", (1.5, 10.0, 1.0, b"\xab", b"\x0a\xbc", b"", None)),
        ("select 'it''s', N'', '\u0394'", ("it's", "", "?")),
        ("SELECT @@TRANCOUNT, @@SERVERNAME, @@LANGUAGE, @@MAX_PRECISION", (0, "db.lab.test", "us_english", 38)),
        ("SELECT 'x' FROM sys.dm_exec_connections", ("x",)),
        ("/* a /* b */ c */ SELECT -- d\n 1", (1,)),
    ],
)
def test_what_clients_ask_on_connecting_is_answered(query: str, row: tuple[object, ...]) -> None:
    assert ask(session(), query).rows == [row]


@pytest.mark.parametrize("between", [" ", "\n"])
def test_sequelize_is_told_the_version_in_three_parts(between: str) -> None:
    answer = ask(
        session(),
        between.join(
            [
                "DECLARE @ms_ver NVARCHAR(20);",
                "SET @ms_ver = REVERSE(CONVERT(NVARCHAR(20), SERVERPROPERTY('ProductVersion')));",
                "SELECT REVERSE(SUBSTRING(@ms_ver, CHARINDEX('.', @ms_ver)+1, 20)) AS 'version'",
            ]
        ),
    )
    assert (answer.columns, answer.rows) == (["version"], [("16.0.1000",)])


@pytest.mark.parametrize("length", [4000, 4001, 20_000])
@pytest.mark.parametrize("quote", ["N'", "'"])
def test_no_text_is_cut(quote: str, length: int) -> None:
    assert ask(session(), f"SELECT {quote}{'x' * length}'").rows == [("x" * length,)]
    if quote == "N'":
        assert call(session(), 10, nvarchar("SELECT @a"), nvarchar("@a nvarchar(max)"), long_text(length)).rows == [
            ("y" * length,)
        ]


def long_text(length: int) -> bytes:
    raw_text = ("y" * length).encode("utf-16-le")
    value = struct.pack("<QI", len(raw_text), len(raw_text)) + raw_text + bytes(4)
    return parameter("e7ffff0904d00034", value, "@a")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param("2a07", bytes.fromhex("08 0102030405060708"), id="datetime2"),
        pytest.param("2907", bytes.fromhex("05 0102030405"), id="time"),
        pytest.param("2b07", bytes.fromhex("0a 0102030405060708 090a"), id="datetimeoffset"),
        pytest.param("28", bytes.fromhex("03 010203"), id="date"),
        pytest.param("6f08", bytes.fromhex("08 0102030405060708"), id="datetime"),
        pytest.param("6f04", bytes.fromhex("04 01020304"), id="smalldatetime"),
        pytest.param("6e08", bytes.fromhex("08 0102030405060708"), id="money"),
        pytest.param("6a110a02", bytes.fromhex("05 01 01020304"), id="decimal"),
        pytest.param("2410", bytes.fromhex("10") + bytes(range(16)), id="uniqueidentifier"),
        pytest.param("a5ffff", bytes.fromhex("0200000000000000 01000000 07 01000000 08 00000000"), id="varbinary(max)"),
        pytest.param("6258000000", bytes.fromhex("06000000 3800 01000000"), id="sql_variant"),
        pytest.param("f100", bytes.fromhex("0200000000000000 02000000 7800 00000000"), id="xml"),
        pytest.param("38", bytes.fromhex("01020304"), id="int that is never null"),
    ],
)
def test_a_parameter_of_any_type_comes_back_as_it_came(kind: str, value: bytes) -> None:
    payload = call_bytes(10, nvarchar("SELECT @p"), nvarchar("@p x"), parameter(kind, value, "@p"))
    answer = session().handle(Message(PacketType.RPC, raw.headers() + payload))
    assert len(read(answer).rows) == 1
    assert b"\x81\1\0\0\0\0\0\1\0" + bytes.fromhex(kind) + b"\0\xd1" + value in answer


def test_a_parameter_of_the_old_types_comes_back_as_the_new() -> None:
    ntext = parameter("63 00000010 0904d00034", struct.pack("<i", 6) + "abc".encode("utf-16-le"), "@p")
    image = parameter("22 00000010", struct.pack("<i", 2) + b"\1\2", "@q")
    answer = call(session(), 10, nvarchar("SELECT @p, @q"), nvarchar("@p ntext, @q image"), ntext, image)
    assert answer.rows == [("abc", b"\1\2")]


@pytest.mark.parametrize(
    ("query", "number", "severity"),
    [
        ("SELECT * FROM nowhere", 208, 16),
        ("SELECT nothing", 207, 16),
        ("SELECT nothing FROM sys.dm_exec_connections", 207, 16),
        ("SELECT @nothing", 137, 15),
        ("SELECT FROM", 102, 15),
        ("SELECT 1,", 102, 15),
        ("SELECT 1 AS", 102, 15),
        ("SELECT 1 AS []", 1038, 15),
        ("SELECT 1 AS " + "x" * 129, 103, 15),
        ("BEGIN", 102, 15),
        ("SELECT 'a", 105, 15),
        ("SELECT [a", 105, 15),
        ("SELECT 1 /* /* */", 113, 15),
        ("SELECT *", 263, 16),
        ("SELECT 1e400", 168, 15),
        ("SELECT 1234567890123456789012345678901234567890", 1007, 15),
        ("SELECT " + "0" * 9000 + "1234567890123456789012345678901234567890", 1007, 15),
        ("SELECT " + "1," * 4096 + "1", 1056, 15),
        ("IF @@TRANCOUNT = 0 " * 50 + "COMMIT", 191, 15),
        ("BEGIN " * 50 + "COMMIT" + " END" * 50, 191, 15),
        ("EXEC nothing 1", 2812, 16),
        ("nothing", 2812, 16),
        ("USE nothing", 911, 16),
        ("SET nothing ON", 195, 15),
        ("SET NOCOUNT MAYBE", 102, 15),
        ("SET TRANSACTION ISOLATION LEVEL HIGH", 102, 15),
        ("COMMIT", 3902, 16),
        ("ROLLBACK TRANSACTION", 3903, 16),
        ("SAVE TRANSACTION a", 628, 16),
        ("BEGIN TRANSACTION " + "x" * 33, 103, 15),
    ],
)
def test_what_sql_server_refuses_is_refused_with_its_number_and_severity(
    query: str, number: int, severity: int
) -> None:
    answer = ask(session(), query)
    assert [e[:2] for e in answer.errors] == [(number, severity)]
    assert answer.rows == []
    assert answer.dones == [(DONE, ERROR, 0)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 + 1",
        "SELECT (1)",
        "SELECT DB_NAME()",
        "SELECT CURRENT_USER",
        "SELECT @@PROCID",
        "SELECT DISTINCT 1",
        "SELECT TOP 1 1",
        "SELECT 1 WHERE 1 = 1",
        "SELECT 1 UNION SELECT 2",
        "SELECT 1 AS n FOR JSON AUTO",
        "SELECT * FROM sys.dm_exec_connections",
        "SELECT session_id FROM sys.dm_exec_connections WHERE session_id = 51",
        "SELECT session_id FROM sys.dm_exec_connections ORDER BY session_id",
        "SELECT name FROM sys.databases",
        "INSERT INTO nowhere SELECT 1",
        "CREATE TABLE t (a int)",
        "DECLARE @a int = 1",
        "SET @a = 1",
        "PRINT 'hello'",
        "EXEC ('SELECT 1')",
        "EXEC sp_datatype_info @data_type = 4",
        "IF 1 = 1 SELECT 1",
        "IF @@TRANCOUNT + 1 > 0 SELECT 1",
        "BEGIN TRY SELECT 1 END TRY",
        "BEGIN TRANSACTION @name",
        "WAITFOR DELAY '00:00:10'",
    ],
)
def test_what_sql_server_does_and_the_endpoint_cannot_is_said_to_be_so(query: str) -> None:
    answer = ask(session(), query)
    ((number, severity, text),) = answer.errors
    assert (number, severity) == (50000, 16)
    assert text.startswith("The TLS trust lab's endpoint is not SQL Server and does not implement ")
    assert answer.rows == []


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
    assert s.database == "tempdb"


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


def named(name: str) -> bytes:
    """A name with its length in bytes before it (B_VARBYTE)."""
    text = name.encode("utf-16-le")
    return bytes([len(text)]) + text


def test_a_rollback_to_a_savepoint_ends_no_transaction() -> None:
    s = session()
    transaction(s, 5, b"\0" + named("outer"))
    assert transaction(s, 9, named("p1")).errors == []
    for answer in (transaction(s, 8, named("p1") + b"\0"), ask(s, "ROLLBACK TRANSACTION p1")):
        assert (answer.errors, answer.changes) == ([], [])
        assert answer.dones == [(DONE, INXACT, 0)]
    assert transaction(s, 8, named("p2") + b"\0").errors[0][0] == 6401
    assert transaction(s, 8, named("outer") + b"\0").changes[0][0] == 10
    ask(s, "BEGIN TRAN")
    assert ask(s, "ROLLBACK TRAN p1").errors[0][0] == 6401


def test_a_commit_and_a_rollback_with_a_name_begin_the_next_transaction_when_they_ask_for_it() -> None:
    s = session()
    for kind, end in ((7, 9), (8, 10)):
        transaction(s, 5, b"\0" + named("a"))
        answer = transaction(s, kind, named("a") + b"\1\0" + named("b"))
        assert [c[0] for c in answer.changes] == [end, 8]
        assert transaction(s, 8, named("b") + b"\0").changes[0][0] == 10


@pytest.mark.parametrize("name", ["S1", "[a savepoint]"])
def test_a_driver_sets_a_savepoint_in_a_block(name: str) -> None:
    """mssql-jdbc and r2dbc-mssql set one like this."""
    s = session()
    batch = f"IF @@TRANCOUNT = 0 BEGIN BEGIN TRAN IF @@TRANCOUNT = 2 COMMIT TRAN END SAVE TRAN {name}"
    answer = ask(s, f"SET IMPLICIT_TRANSACTIONS ON; {batch};")
    assert (answer.errors, [c[0] for c in answer.changes]) == ([], [8])
    assert ask(s, f"{batch} ROLLBACK TRAN {name} SELECT @@TRANCOUNT").rows == [(1,)]
    assert [c[0] for c in ask(s, "IF @@TRANCOUNT > 0 COMMIT TRAN").changes] == [9]
    assert ask(s, "IF @@TRANCOUNT > 0 COMMIT TRAN").dones == [(DONE, 0, 0)]


def test_a_reset_of_the_connection_rolls_back_and_is_acknowledged() -> None:
    s = session()
    ask(s, "USE tempdb; BEGIN TRAN")
    message = Message(PacketType.SQL_BATCH, raw.batch("SELECT @@TRANCOUNT"), 1 | STATUS_RESET_CONNECTION)
    answer = read(s.handle(message))
    assert [c[0] for c in answer.changes] == [10, 18]
    assert (answer.rows, s.database) == ([(0,)], "master")


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
    both = call(s, 13, integer(None, output=True), nvarchar("@p int"), nvarchar("SELECT @p, 1"), integer(7))
    assert (both.values, both.rows) == ([2], [(7, 1)])
    assert call(s, 15, integer(1)).status == [0]
    assert call(s, 12, integer(1), integer(7)).errors[0][0] == 8179
    assert call(s, 12, integer(2)).errors[0][0] == 8178


def test_a_session_keeps_a_bounded_number_of_prepared_statements() -> None:
    s = session()
    text = "SELECT 1" + " " * 3000
    for _ in range(30):
        last = call(s, 11, integer(None, output=True), nvarchar(""), nvarchar(text), integer(1))
    assert last.errors[0][0] == 50000
    call(s, 15, integer(1))
    assert call(s, 11, integer(None, output=True), nvarchar(""), nvarchar(text), integer(1)).errors == []


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


def many(count: int, payload: bytes) -> bytes:
    return raw.headers() + b"\xff".join([payload] * count)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(
            Message(PacketType.RPC, many(90, call_bytes("sp_datatype_info", integer(0)))), id="many long tables"
        ),
        pytest.param(
            Message(
                PacketType.RPC,
                raw.headers() + call_bytes(10, nvarchar("SELECT " + ",".join(["@a"] * 1000)), long_text(8000)),
            ),
            id="a long parameter many times",
        ),
        pytest.param(Message(PacketType.SQL_BATCH, raw.batch("SELECT @@VERSION " * 1900)), id="many results"),
        pytest.param(
            Message(PacketType.SQL_BATCH, raw.batch(f"SELECT {','.join(['1'] * 4000)} FROM sys.dm_exec_connections")),
            id="many columns",
        ),
        pytest.param(Message(PacketType.RPC, many(100, call_bytes("x" * 200))), id="many errors"),
    ],
)
def test_the_answer_to_one_request_is_bounded(message: Message) -> None:
    s = session(others=[connected(number) for number in range(100, 350)])
    assert len(message.payload) <= MAX_REQUEST
    assert len(s.handle(message)) < 2 * MAX_WORK


def test_what_is_executed_again_and_again_costs_as_if_it_had_been_sent_again() -> None:
    s = session()
    text = "SELECT 1 " * 400
    for _ in range(15):
        call(s, 11, integer(None, output=True), nvarchar(""), nvarchar(text), integer(1))
    answer = read(s.handle(Message(PacketType.RPC, many(100, call_bytes(12, integer(1))))))
    assert len(answer.rows) <= MAX_WORK // len("SELECT 1 ")
    assert {e[0] for e in answer.errors} == {50000}


def test_more_calls_than_a_message_may_have_are_refused_and_not_left_out() -> None:
    with pytest.raises(ClosingError, match="more than 100 calls"):
        session().handle(Message(PacketType.RPC, many(101, call_bytes(10, nvarchar("SELECT 1")))))


WORDS = [
    "SELECT", "SET", "IF", "EXEC", "sp_datatype_info", "N'x'", "'a'", "1", "0", "2.5", "1e", "@@SPID", "@@TRANCOUNT",
    "@@VERSION", "@a", "(", ")", ",", ";", "=", "<", ">", "+", "-", "*", "NULL", "END", "FROM",
    "sys.dm_exec_connections", "WHERE", "AS", "BEGIN", "TRAN", "SAVE", "COMMIT", "ROLLBACK", "USE", "master", "--",
    "/*", "*/", "[x]", '"q"', "0x1", "UNION", "ON", "OFF", ".", "session_id", "encrypt_option", "FMTONLY", "NOCOUNT",
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
