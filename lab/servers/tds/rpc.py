"""RPC requests: which procedure a client calls with which parameters (MS-TDS 2.2.6.6), and the headers before
them (2.2.5.3).

Every type that a driver can send is stepped over correctly, because the length of a parameter is known from
its type alone. A parameter stays as it came: what the endpoint has to understand of one are texts and integers.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from tlslab.servers.tds.login import TDS_7_2
from tlslab.servers.tds.packets import ProtocolError
from tlslab.servers.tds.sqltypes import INT, NULL_BYTE, NULL_LONG, NULL_SHORT, Cell, written_long

MAX_PARAMETERS = 2100  # SQL Server's own limit.
MAX_CALLS = 100
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
class Parameter:
    """A parameter: its name with the at sign or empty, its value, and whether the client wants it back."""

    name: str
    value: Cell
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
        """The next `count` bytes. Raises ProtocolError when fewer are left."""
        if count > self.left:
            raise ProtocolError("the request is cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        """The next byte. Raises ProtocolError."""
        return self.take(1)[0]

    def number(self, layout: str) -> int:
        """The next integer, in the notation of `struct`. Raises ProtocolError."""
        value: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return value

    def text(self, characters: int) -> str:
        """UTF-16 text. Raises ProtocolError."""
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
        if reader.left < 2:
            return tuple(calls)
        if len(calls) >= MAX_CALLS:
            raise ProtocolError(f"more than {MAX_CALLS} calls in one message")
        reader.byte()


def _parameter(reader: Reader) -> Parameter:
    name = reader.text(reader.byte())
    status = reader.byte()
    return Parameter(name, _value(reader), bool(status & 0x01))


# Data types of MS-TDS 2.2.5.5 by the way in which their length is said.
_FIXED = {0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x3A: 4, 0x3B: 4, 0x3C: 8, 0x3D: 8, 0x3E: 8, 0x7A: 4, 0x7F: 8}
_NULL, _GUID, _INTN, _BIT, _FLOAT, _MONEY, _DATETIME = 0x1F, 0x24, 0x26, 0x68, 0x6D, 0x6E, 0x6F
_NUMBERS = {_GUID: {16}, _INTN: {1, 2, 4, 8}, _BIT: {1}, _FLOAT: {4, 8}, _MONEY: {4, 8}, _DATETIME: {4, 8}}
_SHORT_TEXT = frozenset({0x25, 0x27, 0x2D, 0x2F})
_DECIMAL = frozenset({0x37, 0x3F, 0x6A, 0x6C})
_DATE, _TIMES = 0x28, frozenset({0x29, 0x2A, 0x2B})
_TEXT = frozenset({0xA5, 0xA7, 0xAD, 0xAF, 0xE7, 0xEF})
_IMAGE, _OLD_TEXT, _NTEXT = 0x22, 0x23, 0x63
_NOW_CALLED = {_IMAGE: b"\xa5", _OLD_TEXT: b"\xa7", _NTEXT: b"\xe7"}
_VARIANT, _XML = 0x62, 0xF1
_UNICODE = frozenset({0xE7, 0xEF})
_ANSI = frozenset({0xA7, 0xAF, 0x27, 0x2F})
_COLLATED = (_UNICODE | _ANSI) - _SHORT_TEXT | {_OLD_TEXT, _NTEXT}


def _value(reader: Reader) -> Cell:
    """TYPE_INFO and the value; a row has both in the same form (2.2.5.4, 2.2.5.5)."""
    begin, kind = reader.at, reader.byte()
    if kind == _NULL:
        return INT.cell(None)
    if kind in (_IMAGE, _OLD_TEXT, _NTEXT):
        return _large(kind, reader)
    read = _READERS.get(kind)
    if read is None:
        raise ProtocolError(f"data type 0x{kind:02x} is unknown")
    at = read(kind, reader)
    return Cell(reader.data[begin:at], reader.data[at : reader.at])


def _fixed(kind: int, reader: Reader) -> int:
    at = reader.at
    reader.take(_FIXED[kind])
    return at


def _number(kind: int, reader: Reader) -> int:
    largest, at = reader.byte(), reader.at
    length = reader.byte()
    if largest not in _NUMBERS[kind] or length not in (0, largest):
        raise ProtocolError(f"data type 0x{kind:02x} of {largest} bytes cannot have {length}")
    reader.take(length)
    return at


def _counted(head: int) -> Callable[[int, Reader], int]:
    """A length of one byte, after `head` bytes that belong to the type."""

    def read(_kind: int, reader: Reader) -> int:
        reader.take(head)
        at = reader.at
        reader.take(reader.byte())
        return at

    return read


def _short(kind: int, reader: Reader) -> int:
    largest = reader.number("<H")
    reader.take(5 if kind in _COLLATED else 0)
    at = reader.at
    if largest == 0xFFFF:
        _chunks(reader)
    elif (length := reader.number("<H")) != 0xFFFF:
        if length > largest:
            raise ProtocolError(f"data type 0x{kind:02x} of {largest} bytes cannot have {length}")
        reader.take(length)
    return at


def _large(kind: int, reader: Reader) -> Cell:
    """text, ntext and image, which have a pointer in a row, as the (max) types that took their place."""
    reader.take(4)
    collation = reader.take(5) if kind in _COLLATED else b""
    length = reader.number("<i")
    data = NULL_LONG if length < 0 else written_long(reader.take(length))
    return Cell(_NOW_CALLED[kind] + b"\xff\xff" + collation, data)


def _xml(_kind: int, reader: Reader) -> int:
    if reader.byte():
        reader.text(reader.byte())
        reader.text(reader.byte())
        reader.text(reader.number("<H"))
    at = reader.at
    _chunks(reader)
    return at


def _variant(_kind: int, reader: Reader) -> int:
    reader.take(4)
    at = reader.at
    reader.take(reader.number("<I"))
    return at


_READERS: dict[int, Callable[[int, Reader], int]] = {
    **dict.fromkeys(_FIXED, _fixed),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_SHORT_TEXT, _counted(1)),
    **dict.fromkeys(_DECIMAL, _counted(3)),
    _DATE: _counted(0),
    **dict.fromkeys(_TIMES, _counted(1)),
    **dict.fromkeys(_TEXT, _short),
    _VARIANT: _variant,
    _XML: _xml,
}


def _chunks(reader: Reader) -> bytes | None:
    """The value of a (max) type (2.2.5.2.3); None is NULL."""
    if reader.number("<Q") == 0xFFFFFFFFFFFFFFFF:
        return None
    out = bytearray()
    while length := reader.number("<I"):
        out += reader.take(length)
    return bytes(out)


def text_of(cell: Cell) -> str | None:
    """The text of a parameter; None is NULL. Raises TypeError for one that is no text."""
    kind = cell.type[0]
    if kind not in _UNICODE and kind not in _ANSI:
        raise TypeError(f"data type 0x{kind:02x} is no text")
    if cell.data in (NULL_SHORT, NULL_BYTE):
        return None
    if kind in _SHORT_TEXT:
        raw: bytes | None = cell.data[1:]
    else:
        raw = _chunks(Reader(cell.data)) if cell.type[1:3] == b"\xff\xff" else cell.data[2:]
    return None if raw is None else raw.decode("utf-16-le" if kind in _UNICODE else "cp1252", errors="replace")


def integer_of(cell: Cell) -> int | None:
    """The integer of a parameter; None is NULL. Raises TypeError for one that is no integer."""
    kind, data = cell.type[0], cell.data
    if kind == _INTN:
        data = data[1:]
    elif kind not in (0x30, 0x34, 0x38, 0x7F):
        raise TypeError(f"data type 0x{kind:02x} is no integer")
    return int.from_bytes(data, "little", signed=len(data) > 1) if data else None
