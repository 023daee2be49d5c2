"""SQL types on the wire: how a column is described and a value is written (MS-TDS 2.2.5.4 to 2.2.5.6)."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tlslab.servers.tds.errors import not_implemented
from tlslab.servers.tds.login import TDS_7_2

# SQL_Latin1_General_CP1_CI_AS, the collation of a SQL Server that nobody asked for another.
COLLATION = bytes.fromhex("0904d00034")
NULL_LONG, NULL_SHORT, NULL_BYTE = b"\xff" * 8, b"\xff\xff", b"\0"
_INT, _DECIMAL, _FLOAT, _NVARCHAR, _VARCHAR, _VARBINARY = 0x26, 0x6C, 0x6D, 0xE7, 0xA7, 0xA5
_WIDE = frozenset({_NVARCHAR, _VARCHAR, _VARBINARY})


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it stands in a row, with its TYPE_INFO. A parameter is one as it came, so that every type can go back
    without a change.
    """

    type: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class SqlType:
    """A type that the endpoint itself writes: its TYPE_INFO, its NULL, and how a value is written."""

    info: bytes
    null: bytes
    write: Callable[[Any], bytes]

    def cell(self, value: object) -> Cell:
        """A value of this type; None is NULL."""
        return Cell(self.info, self.null if value is None else self.write(value))


def integer(size: int) -> SqlType:
    """tinyint, smallint, int or bigint, by its bytes; tinyint is the one without a sign."""
    return SqlType(
        bytes([_INT, size]),
        NULL_BYTE,
        lambda value: bytes([size]) + value.to_bytes(size, "little", signed=size > 1),
    )


TINYINT, SMALLINT, INT = integer(1), integer(2), integer(4)


def nvarchar(size: int) -> SqlType:
    """nvarchar of `size` characters, or nvarchar(max) for more than 4000."""
    return _text(_NVARCHAR, 2 * max(size, 1), COLLATION, "utf-16-le")


def varchar(size: int) -> SqlType:
    """varchar of `size` characters, or varchar(max) for more than 8000."""
    return _text(_VARCHAR, max(size, 1), COLLATION, "cp1252")


def _text(kind: int, size: int, collation: bytes, encoding: str) -> SqlType:
    def write(value: str) -> bytes:
        raw = value.encode(encoding, errors="replace")
        return written_long(raw) if size > 8000 else struct.pack("<H", len(raw)) + raw

    info = struct.pack("<BH", kind, size if size <= 8000 else 0xFFFF) + collation
    return SqlType(info, NULL_SHORT if size <= 8000 else NULL_LONG, write)


SYSNAME = nvarchar(128)


def written_long(raw: bytes) -> bytes:
    """A value of a (max) type: its length, one chunk, the end (MS-TDS 2.2.5.2.3)."""
    return struct.pack("<Q", len(raw)) + (struct.pack("<I", len(raw)) + raw if raw else b"") + bytes(4)


def text(value: str, *, wide: bool) -> Cell:
    """A literal: nvarchar (`wide`) or varchar."""
    # UTF-16 has two units for some characters.
    size = len(value.encode("utf-16-le", errors="replace")) // 2 if wide else len(value)
    return (nvarchar if wide else varchar)(size).cell(value)


def binary(value: bytes) -> Cell:
    """A literal: varbinary."""
    if len(value) > 8000:
        return Cell(struct.pack("<BH", _VARBINARY, 0xFFFF), written_long(value))
    return Cell(struct.pack("<BH", _VARBINARY, max(len(value), 1)), struct.pack("<H", len(value)) + value)


def real(value: float) -> Cell:
    """A literal: float."""
    return Cell(bytes([_FLOAT, 8]), b"\x08" + struct.pack("<d", value))


def decimal(value: Decimal) -> Cell:
    """A literal with a point, or an integer of more than 32 bits: numeric. It has at most 38 digits."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(-exponent, 0)
    precision = max(len(digits) + max(exponent, 0), scale, 1)
    size = 4 if precision <= 9 else 8 if precision <= 19 else 12 if precision <= 28 else 16
    number = int("".join(map(str, digits))) * 10 ** max(exponent, 0)
    return Cell(
        bytes([_DECIMAL, size + 1, precision, scale]),
        bytes([size + 1, 0 if sign else 1]) + number.to_bytes(size, "little"),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result; the name may be empty, as SQL Server leaves it for an expression."""

    name: str
    type: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """A result set: its columns, and the values of each row as they stand on the wire."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[bytes, ...], ...]


def described_columns(columns: tuple[Column, ...], version: int) -> bytes:
    """COLMETADATA (MS-TDS 2.2.7.4): nullable columns; the user type has two bytes in TDS 7.1 and four since
    7.2. Raises SqlError where TDS 7.1 has no such type.
    """
    out = bytearray(struct.pack("<BH", 0x81, len(columns)))
    for column in columns:
        if version < TDS_7_2 and column.type[0] in _WIDE and column.type[1:3] == NULL_SHORT:
            raise not_implemented("values of more than 8000 bytes in TDS 7.1")
        out += struct.pack("<I" if version >= TDS_7_2 else "<H", 0) + struct.pack("<H", 0x0001)
        name = column.name.encode("utf-16-le", errors="replace")[: 128 * 2]
        out += column.type + bytes([len(name) // 2]) + name
    return bytes(out)
