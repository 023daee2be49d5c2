"""SQL types on the wire: how a column is described and a value is written (MS-TDS 2.2.5.4 to 2.2.5.6)."""

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from lab.servers.tds.login import TDS_7_2

# SQL_Latin1_General_CP1_CI_AS, the collation of a SQL Server that nobody asked for another.
COLLATION = bytes.fromhex("0904d00034")
_EPOCH = datetime(1900, 1, 1)


class Kind(Enum):
    """The families of types that the endpoint returns."""

    INT = 0x26
    BIT = 0x68
    FLOAT = 0x6D
    DECIMAL = 0x6C
    DATETIME = 0x6F
    NVARCHAR = 0xE7
    VARCHAR = 0xA7
    VARBINARY = 0xA5
    GUID = 0x24


@dataclass(frozen=True, slots=True)
class SqlType:
    """A type with its size: bytes of an integer, characters of a string, precision of a decimal."""

    kind: Kind
    size: int = 0
    scale: int = 0

    def described(self) -> bytes:
        """TYPE_INFO."""
        head = bytes([self.kind.value])
        match self.kind:
            case Kind.INT | Kind.BIT | Kind.FLOAT | Kind.DATETIME | Kind.GUID:
                return head + bytes([self.size])
            case Kind.DECIMAL:
                return head + bytes([_decimal_bytes(self.size) + 1, self.size, self.scale])
            case Kind.NVARCHAR:
                return head + struct.pack("<H", self.size * 2) + COLLATION
            case Kind.VARCHAR:
                return head + struct.pack("<H", self.size) + COLLATION
            case Kind.VARBINARY:
                return head + struct.pack("<H", self.size)

    def written(self, value: object) -> bytes:
        """The value in a ROW; None is NULL. Text and binary longer than the type are cut, as CAST does."""
        wide = self.kind in (Kind.NVARCHAR, Kind.VARCHAR, Kind.VARBINARY)
        if value is None:
            return b"\xff\xff" if wide else b"\0"
        raw = self._raw(value)
        return struct.pack("<H", len(raw)) + raw if wide else bytes([len(raw)]) + raw

    def _raw(self, value: object) -> bytes:
        match self.kind, value:
            case Kind.INT, int():
                # tinyint is the one integer type of SQL Server without a sign.
                return value.to_bytes(self.size, "little", signed=self.size > 1)
            case Kind.BIT, int():
                return bytes([1 if value else 0])
            case Kind.FLOAT, float() | int():
                return struct.pack("<d" if self.size == 8 else "<f", value)
            case Kind.DECIMAL, Decimal() | int():
                number = int(Decimal(value).scaleb(self.scale))
                return bytes([0 if number < 0 else 1]) + abs(number).to_bytes(_decimal_bytes(self.size), "little")
            case Kind.DATETIME, datetime():
                since = value - _EPOCH
                ticks = (since - timedelta(days=since.days)) // timedelta(microseconds=1) * 300 // 1_000_000
                return struct.pack("<iI", since.days, ticks)
            case Kind.NVARCHAR, str():
                return value.encode("utf-16-le", errors="replace")[: self.size * 2]
            case Kind.VARCHAR, str():
                return value.encode("cp1252", errors="replace")[: self.size]
            case ((Kind.VARBINARY | Kind.GUID), bytes()):
                return value[: self.size]
        raise TypeError(f"{value!r} is no {self.kind.name}")


def _decimal_bytes(precision: int) -> int:
    return 4 if precision <= 9 else 8 if precision <= 19 else 12 if precision <= 28 else 16


TINYINT = SqlType(Kind.INT, 1)
SMALLINT = SqlType(Kind.INT, 2)
INT = SqlType(Kind.INT, 4)
BIGINT = SqlType(Kind.INT, 8)
BIT = SqlType(Kind.BIT, 1)
FLOAT = SqlType(Kind.FLOAT, 8)
REAL = SqlType(Kind.FLOAT, 4)
DATETIME = SqlType(Kind.DATETIME, 8)
GUID = SqlType(Kind.GUID, 16)
SYSNAME = SqlType(Kind.NVARCHAR, 128)


def nvarchar(size: int) -> SqlType:
    """nvarchar of `size` characters, between 1 and 4000."""
    return SqlType(Kind.NVARCHAR, min(max(size, 1), 4000))


def varchar(size: int) -> SqlType:
    """varchar of `size` characters, between 1 and 8000."""
    return SqlType(Kind.VARCHAR, min(max(size, 1), 8000))


def varbinary(size: int) -> SqlType:
    """varbinary of `size` bytes, between 1 and 8000."""
    return SqlType(Kind.VARBINARY, min(max(size, 1), 8000))


def decimal(precision: int, scale: int) -> SqlType:
    """numeric(precision, scale)."""
    return SqlType(Kind.DECIMAL, precision, scale)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result; the name may be empty, as SQL Server leaves it for an expression."""

    name: str
    type: SqlType


@dataclass(frozen=True, slots=True)
class Result:
    """A result set."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]


def described_columns(columns: tuple[Column, ...], version: int) -> bytes:
    """COLMETADATA (MS-TDS 2.2.7.4): nullable columns; the user type has two bytes in TDS 7.1 and four since
    7.2.
    """
    out = bytearray(struct.pack("<BH", 0x81, len(columns)))
    for column in columns:
        out += struct.pack("<I" if version >= TDS_7_2 else "<H", 0) + struct.pack("<H", 0x0001)
        name = column.name.encode("utf-16-le")[: 128 * 2]
        out += column.type.described() + bytes([len(name) // 2]) + name
    return bytes(out)
