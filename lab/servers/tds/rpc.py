"""RPC requests: which procedure a client calls with which parameters (MS-TDS 2.2.6.6), and the headers before
them (2.2.5.3).

Every type that a driver can send is stepped over correctly, because the length of a parameter is known from
its type alone; what the endpoint has no use for comes back as `Unread`.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from lab.servers.tds.login import TDS_7_2
from lab.servers.tds.packets import ProtocolError

MAX_PARAMETERS = 2100  # SQL Server's own limit.
WELL_KNOWN = {
    1: "sp_cursor",
    2: "sp_cursoropen",
    3: "sp_cursorprepare",
    4: "sp_cursorexecute",
    5: "sp_cursorprepexec",
    6: "sp_cursorunprepare",
    7: "sp_cursorfetch",
    8: "sp_cursoroption",
    9: "sp_cursorclose",
    10: "sp_executesql",
    11: "sp_prepare",
    12: "sp_execute",
    13: "sp_prepexec",
    14: "sp_prepexecrpc",
    15: "sp_unprepare",
}


@dataclass(frozen=True, slots=True)
class Unread:
    """A value of a type that the endpoint steps over and has no use for, such as money or datetime2."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name with the at sign or empty, its value, and whether the client wants it back."""

    name: str
    value: object
    output: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One procedure call."""

    procedure: str
    parameters: tuple[Parameter, ...]


class Reader:
    """Reads a payload from left to right; every step checks the length. Raises ProtocolError."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.left:
            raise ProtocolError("the request is cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def number(self, layout: str) -> int:
        """The next integer, in the notation of `struct`."""
        value: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return value

    def text(self, characters: int) -> str:
        """UTF-16 text."""
        return self.take(characters * 2).decode("utf-16-le", errors="replace")


def skip_headers(payload: bytes, version: int) -> bytes:
    """The payload behind ALL_HEADERS, which requests have since TDS 7.2. Raises ProtocolError."""
    if version < TDS_7_2:
        return payload
    if len(payload) < 4:
        raise ProtocolError("the request has no headers")
    (total,) = struct.unpack_from("<I", payload)
    if not 4 <= total <= len(payload):
        raise ProtocolError("the headers of the request are longer than the request")
    at = 4
    while at < total:
        if at + 6 > total or not 6 <= struct.unpack_from("<I", payload, at)[0] <= total - at:
            raise ProtocolError("a header of the request has a wrong length")
        at += struct.unpack_from("<I", payload, at)[0]
    return payload[total:]


def parse(payload: bytes, version: int) -> tuple[Call, ...]:
    """The calls of an RPC message, whose headers are gone already. Raises ProtocolError."""
    reader = Reader(payload)
    calls: list[Call] = []
    while True:
        characters = reader.number("<H")
        if characters == 0xFFFF:
            identifier = reader.number("<H")
            name = WELL_KNOWN.get(identifier, f"procedure {identifier}")
        else:
            name = reader.text(characters)
        reader.number("<H")  # option flags
        parameters: list[Parameter] = []
        # BatchFlag / NoExecFlag follow a call when another one comes (0x80 in TDS 7.1, 0xFF and 0xFE since
        # 7.2).
        while reader.left and reader.data[reader.at] not in (0x80, 0xFE, 0xFF):
            if len(parameters) >= MAX_PARAMETERS:
                raise ProtocolError(f"more than {MAX_PARAMETERS} parameters")
            parameters.append(_parameter(reader))
        calls.append(Call(name, tuple(parameters)))
        if reader.left < 2 or len(calls) >= 100:
            return tuple(calls)
        reader.byte()


def _parameter(reader: Reader) -> Parameter:
    name = reader.text(reader.byte())
    status = reader.byte()
    return Parameter(name, _value(reader), bool(status & 0x01))


# Data types of MS-TDS 2.2.5.5 by the way in which their length is said.
_FIXED = {
    0x1F: 0, 0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x3A: 4, 0x3B: 4, 0x3C: 8, 0x3D: 8, 0x3E: 8,
    0x7A: 4, 0x7F: 8,
}  # fmt: skip
_BYTE_LENGTH = frozenset({0x24, 0x25, 0x26, 0x27, 0x2D, 0x2F, 0x68, 0x6D, 0x6E, 0x6F})
_DECIMAL = frozenset({0x37, 0x3F, 0x6A, 0x6C})
_UNICODE = frozenset({0xE7, 0xEF, 0x63, 0xF1})
_ANSI = frozenset({0xA7, 0xAF, 0x23, 0x27, 0x2F})
_BINARY = frozenset({0xA5, 0xAD, 0x22, 0x25, 0x2D})
_EPOCH = datetime(1900, 1, 1)


def _value(reader: Reader) -> object:
    kind = reader.byte()
    if kind in _FIXED:
        return _scalar(kind, reader.take(_FIXED[kind]))
    if kind in _BYTE_LENGTH:
        reader.byte()
        length = reader.byte()
        return _scalar(kind, reader.take(length)) if length else None
    read = _READERS.get(kind)
    if read is None:
        raise ProtocolError(f"data type 0x{kind:02x} is unknown")
    return read(kind, reader)


def _decimal(_kind: int, reader: Reader) -> object:
    reader.take(2)
    scale = reader.byte()
    raw = reader.take(reader.byte())
    if not raw:
        return None
    number = int.from_bytes(raw[1:17], "little")
    return Decimal(number if raw[0] else -number).scaleb(-min(scale, 38))


def _short(kind: int, reader: Reader) -> object:
    largest = reader.number("<H")
    if kind in _UNICODE or kind in _ANSI:
        reader.take(5)
    if largest == 0xFFFF:
        return _decoded(kind, _chunks(reader))
    length = reader.number("<H")
    return None if length == 0xFFFF else _decoded(kind, reader.take(length))


def _long(kind: int, reader: Reader) -> object:
    reader.take(4)
    if kind in _UNICODE or kind in _ANSI:
        reader.take(5)
    length = reader.number("<i")
    return None if length < 0 else _decoded(kind, reader.take(length))


def _xml(kind: int, reader: Reader) -> object:
    if reader.byte():
        reader.text(reader.byte())
        reader.text(reader.byte())
        reader.text(reader.number("<H"))
    return _decoded(kind, _chunks(reader))


def _moment(kind: int, reader: Reader) -> object:
    if kind != 0x28:
        reader.byte()
    return Unread(raw) if (raw := reader.take(reader.byte())) else None


def _variant(_kind: int, reader: Reader) -> object:
    reader.take(4)
    return Unread(raw) if (raw := reader.take(reader.number("<I"))) else None


_READERS: dict[int, Callable[[int, Reader], object]] = {
    **dict.fromkeys(_DECIMAL, _decimal),
    **dict.fromkeys((0xA5, 0xA7, 0xAD, 0xAF, 0xE7, 0xEF), _short),
    **dict.fromkeys((0x22, 0x23, 0x63), _long),
    **dict.fromkeys((0x28, 0x29, 0x2A, 0x2B), _moment),
    0x62: _variant,
    0xF1: _xml,
}


def _chunks(reader: Reader) -> bytes | None:
    total = reader.number("<Q")
    if total == 0xFFFFFFFFFFFFFFFF:
        return None
    out = bytearray()
    while length := reader.number("<I"):
        out += reader.take(length)
    return bytes(out)


def _decoded(kind: int, raw: bytes | None) -> object:
    if raw is None or kind in _BINARY:
        return raw
    return raw.decode("utf-16-le" if kind in _UNICODE else "cp1252", errors="replace")


def _scalar(kind: int, raw: bytes) -> object:
    if kind in _ANSI or kind in _BINARY:
        return _decoded(kind, raw)
    match kind, len(raw):
        case (0x1F, _):
            return None
        case (0x30 | 0x26, 1):
            return raw[0]
        case (0x34 | 0x38 | 0x7F | 0x26, 2 | 4 | 8):
            return int.from_bytes(raw, "little", signed=True)
        case (0x32 | 0x68, 1):
            return int(bool(raw[0]))
        case (0x3B | 0x6D | 0x3E, 4 | 8):
            return float(struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0])
        case (0x3D | 0x6F, 8):
            return _datetime(raw)
        case (0x24, 16):
            return UUID(bytes_le=raw)
        case (0x6E | 0x6F | 0x3A | 0x3C | 0x7A, 4 | 8):
            return Unread(raw)
    raise ProtocolError(f"data type 0x{kind:02x} cannot have {len(raw)} bytes")


def _datetime(raw: bytes) -> datetime:
    days, ticks = struct.unpack("<iI", raw)
    try:
        return _EPOCH + timedelta(days=days, microseconds=ticks * 1_000_000 // 300)
    except OverflowError as e:
        raise ProtocolError("a datetime parameter is out of range") from e
