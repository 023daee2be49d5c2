"""Tokens, byte by byte after the layouts of MS-TDS 2.2.7 and 2.2.5."""

from datetime import datetime
from decimal import Decimal

import pytest

from lab.servers.tds import sqltypes as types
from lab.servers.tds import tokens
from lab.servers.tds.login import TDS_7_1, TDS_7_2, TDS_7_4, TDS_8_0
from lab.servers.tds.sqltypes import Column, Result, SqlType


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


def test_transactions_are_announced_with_their_descriptor() -> None:
    assert tokens.transaction_began(1) == bytes.fromhex("e30b0008 08 0100000000000000 00")
    assert tokens.transaction_ended(1, committed=True) == bytes.fromhex("e30b0009 00 08 0100000000000000")
    assert tokens.transaction_ended(1, committed=False)[3] == 10


def test_an_error_has_number_state_class_text_server_procedure_line() -> None:
    e = tokens.ServerError(208, "Hi", 16, 1)
    body = bytes.fromhex("d0000000 01 10 0200 48006900 01 7300 00")
    assert tokens.error(e, "s", TDS_7_1) == b"\xaa" + (len(body) + 2).to_bytes(2, "little") + body + b"\x01\x00"
    assert tokens.error(e, "s", TDS_7_4) == b"\xaa" + (len(body) + 4).to_bytes(2, "little") + body + b"\x01\0\0\0"


def test_a_result_of_one_int() -> None:
    found = Result((Column("n", types.INT),), ((1,), (None,)))
    assert tokens.result(found, TDS_7_4) == bytes.fromhex("81 0100 00000000 0100 26 04 01 6e00 d1 04 01000000 d1 00")
    assert tokens.result(found, TDS_7_1)[:8] == bytes.fromhex("81 0100 0000 0100 26")


@pytest.mark.parametrize(
    ("kind", "value", "described", "written"),
    [
        (types.TINYINT, 200, "2601", "01c8"),
        (types.SMALLINT, -2, "2602", "02feff"),
        (types.BIGINT, 2**40, "2608", "080000000000010000"),
        (types.BIT, 1, "6801", "0101"),
        (types.FLOAT, 1.5, "6d08", "08000000000000f83f"),
        (types.decimal(9, 2), Decimal("-1.25"), "6c050902", "05007d000000"),
        (types.nvarchar(3), "é", "e706000904d00034", "0200e900"),
        (types.varchar(3), "é", "a703000904d00034", "0100e9"),
        (types.varchar(2), "abc", "a702000904d00034", "02006162"),
        (types.varchar(2), None, "a702000904d00034", "ffff"),
        (types.varbinary(4), b"\1\2", "a50400", "02000102"),
        (types.GUID, bytes(range(16)), "2410", "10" + bytes(range(16)).hex()),
        (types.DATETIME, datetime(1900, 1, 2, 0, 0, 1), "6f08", "08010000002c010000"),
        (types.INT, None, "2604", "00"),
    ],
)
def test_types_are_described_and_written_as_specified(
    kind: SqlType, value: object, described: str, written: str
) -> None:
    assert kind.described().hex() == described
    assert kind.written(value).hex() == written


def test_a_value_of_another_type_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        types.INT.written("1")


def test_features_are_acknowledged_one_by_one() -> None:
    assert tokens.feature_ack(((0x01, b""), (0x0A, b"\1"))) == bytes.fromhex("ae 0a 01000000 01 ff")
    assert tokens.feature_ack(()) == b"\xae\xff"


def test_an_output_parameter_comes_back_with_its_name() -> None:
    assert tokens.return_value(0, "@h", 7, TDS_7_4) == bytes.fromhex(
        "ac 0000 02 40006800 01 00000000 0000 26 04 04 07000000"
    )
