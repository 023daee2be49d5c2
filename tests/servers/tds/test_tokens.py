"""Tokens, byte by byte after the layouts of MS-TDS 2.2.7 and 2.2.5."""

from decimal import Decimal

import pytest

from tlslab.servers.tds import sqltypes as types
from tlslab.servers.tds import tokens
from tlslab.servers.tds.errors import ServerError, SqlError
from tlslab.servers.tds.login import TDS_7_1, TDS_7_2, TDS_7_4, TDS_8_0
from tlslab.servers.tds.sqltypes import Cell, Column, Result


def test_done_has_4_bytes_of_count_in_7_1_and_8_since_7_2() -> None:
    assert tokens.done(TDS_7_1, count=1, command=0xC1) == bytes.fromhex("fd1000c10001000000")
    assert tokens.done(TDS_7_2, count=1, command=0xC1) == bytes.fromhex("fd1000c1000100000000000000")


def test_tds_8_writes_the_tokens_of_7_4() -> None:
    assert tokens.effective(TDS_8_0) == TDS_7_4
    assert tokens.effective(TDS_7_1) == TDS_7_1


def test_loginack_is_big_endian_and_names_the_program() -> None:
    ack = tokens.loginack(0x72090002, (9, 0, 1399))
    assert ack[:4] == bytes.fromhex("ad320001")
    assert ack[4:8] == bytes.fromhex("72090002")
    assert ack[8] == len("Microsoft SQL Server")
    assert ack[9:49].decode("utf-16-le") == "Microsoft SQL Server"
    assert ack[49:] == bytes.fromhex("09000577")
    assert len(ack) == 3 + 0x32


def test_a_change_of_database_has_the_new_name_and_then_the_old() -> None:
    assert tokens.changed_database("master", "master") == bytes.fromhex(
        "e31b0001066d0061007300740065007200066d0061007300740065007200"
    )


def test_the_collation_is_announced_in_five_bytes_without_an_old_value() -> None:
    assert tokens.changed_collation() == bytes.fromhex("e3080007050904d0003400")


def test_the_packet_size_is_announced_in_decimal_digits() -> None:
    assert tokens.changed_packet_size(4096, 4096) == bytes.fromhex("e3130004043400300039003600043400300039003600")


def test_another_server_is_named_with_its_port_behind_its_length_and_no_old_value() -> None:
    assert tokens.routed("b", 1433) == bytes.fromhex("e30c0014 0700 00 9905 0100 6200 0000")


def test_transactions_are_announced_with_their_descriptor() -> None:
    assert tokens.transaction_began(1) == bytes.fromhex("e30b0008 08 0100000000000000 00")
    assert tokens.transaction_ended(1, committed=True) == bytes.fromhex("e30b0009 00 08 0100000000000000")
    assert tokens.transaction_ended(1, committed=False)[3] == 10


def test_an_error_has_number_state_class_text_server_procedure_line() -> None:
    e = ServerError(208, "Hi", 16, 1)
    body = bytes.fromhex("d0000000 01 10 0200 48006900 01 7300 00")
    assert tokens.error(e, "s", TDS_7_1) == b"\xaa" + (len(body) + 2).to_bytes(2, "little") + body + b"\x01\x00"
    assert tokens.error(e, "s", TDS_7_4) == b"\xaa" + (len(body) + 4).to_bytes(2, "little") + body + b"\x01\0\0\0"


def test_a_result_of_one_int() -> None:
    rows = tuple((types.INT.cell(value).data,) for value in (1, None))
    found = Result((Column("n", types.INT.info),), rows)
    assert tokens.result(found, TDS_7_4) == bytes.fromhex("81 0100 00000000 0100 26 04 01 6e00 d1 04 01000000 d1 00")
    assert tokens.result(found, TDS_7_1)[:8] == bytes.fromhex("81 0100 0000 0100 26")


@pytest.mark.parametrize(
    ("cell", "described", "written"),
    [
        (types.TINYINT.cell(200), "2601", "01c8"),
        (types.SMALLINT.cell(-2), "2602", "02feff"),
        (types.INT.cell(None), "2604", "00"),
        (types.real(1.5), "6d08", "08000000000000f83f"),
        (types.decimal(Decimal("-1.25")), "6c050302", "05007d000000"),
        (types.decimal(Decimal(2**31)), "6c090a00", "09010000008000000000"),
        (types.nvarchar(3).cell("é"), "e706000904d00034", "0200e900"),
        (types.varchar(3).cell("é"), "a703000904d00034", "0100e9"),
        (types.varchar(2).cell(None), "a702000904d00034", "ffff"),
        (types.text("", wide=True), "e702000904d00034", "0000"),
        (types.text("\U0001f512", wide=True), "e704000904d00034", "04003dd812dd"),
        (types.binary(b"\1\2"), "a50200", "02000102"),
        (types.binary(b""), "a50100", "0000"),
        (types.nvarchar(4001).cell(None), "e7ffff0904d00034", "ff" * 8),
        (types.varchar(8001).cell("é"), "a7ffff0904d00034", "0100000000000000 01000000 e9 00000000"),
        (types.varchar(8001).cell(""), "a7ffff0904d00034", "0000000000000000 00000000"),
    ],
)
def test_types_are_described_and_written_as_specified(cell: Cell, described: str, written: str) -> None:
    assert cell.type == bytes.fromhex(described)
    assert cell.data == bytes.fromhex(written)


def test_tds_7_1_has_no_long_types() -> None:
    found = Result((Column("n", types.nvarchar(4001).info),), ())
    assert tokens.result(found, TDS_7_2)
    with pytest.raises(SqlError, match=r"TDS 7\.1"):
        tokens.result(found, TDS_7_1)


def test_features_are_acknowledged_one_by_one() -> None:
    assert tokens.feature_ack(((0x01, b""), (0x0A, b"\1"))) == bytes.fromhex("ae 0a 01000000 01 ff")
    assert tokens.feature_ack(()) == b"\xae\xff"


def test_an_output_parameter_comes_back_with_its_name() -> None:
    assert tokens.return_value(0, "@h", 7, TDS_7_4) == bytes.fromhex(
        "ac 0000 02 40006800 01 00000000 0000 26 04 04 07000000"
    )
