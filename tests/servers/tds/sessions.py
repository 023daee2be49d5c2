"""A session without sockets, and a reader of the tokens that it answers with, written from MS-TDS 2.2.7."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.servers import raw
from tlslab.servers.tds.catalog import Connected
from tlslab.servers.tds.packets import Message, PacketType
from tlslab.servers.tds.session import Session

VERSION = raw.TDS_7_4


def connected(session_id: int = 51, *, encrypted: bool = True) -> Connected:
    return Connected(
        session_id=session_id,
        protocol_version=VERSION,
        encrypted=encrypted,
        packet_size=4096,
        client=("127.0.0.1", 50000),
        local=("127.0.0.1", 1433),
    )


def session(*, encrypted: bool = True, others: Iterable[Connected] = (), version: int = VERSION) -> Session:
    me = connected(encrypted=encrypted)
    return Session("", version, me, "db.lab.test", lambda: [me, *others])


@dataclass
class Answer:
    """What a client understands of an answer."""

    columns: list[str] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    infos: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[int, bytes]] = field(default_factory=list)
    dones: list[tuple[int, int, int]] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    values: list[object] = field(default_factory=list)


FIXED = {0x30: 1, 0x32: 1, 0x34: 2, 0x38: 4, 0x3A: 4, 0x3B: 4, 0x3C: 8, 0x3D: 8, 0x3E: 8, 0x7A: 4, 0x7F: 8}


class _Tokens:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        assert self.at + count <= len(self.data), "the answer is cut short"
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, layout: str) -> int:
        return int(struct.unpack(layout, self.take(struct.calcsize(layout)))[0])

    def text(self, characters: int) -> str:
        return self.take(2 * characters).decode("utf-16-le")

    def kind(self) -> tuple[int, int]:
        kind = self.number("B")
        if kind in FIXED or kind == 0x28:
            return kind, FIXED.get(kind, 0)
        if kind in (0x24, 0x25, 0x26, 0x27, 0x29, 0x2A, 0x2B, 0x2D, 0x2F, 0x68, 0x6D, 0x6E, 0x6F):
            return kind, self.number("B")
        if kind in (0x37, 0x3F, 0x6A, 0x6C):
            return kind, self.take(3)[2]
        if kind == 0x62:
            return kind, self.number("<I")
        if kind == 0xF1:
            if self.number("B"):
                self.text(self.number("B"))
                self.text(self.number("B"))
                self.text(self.number("<H"))
            return kind, 0xFFFF
        assert kind in (0xA5, 0xA7, 0xAD, 0xAF, 0xE7, 0xEF), f"data type 0x{kind:02x}"
        size = self.number("<H")
        if kind not in (0xA5, 0xAD):
            self.take(5)
        return kind, size

    def value(self, kind: int, scale: int) -> object:
        if kind in FIXED:
            return int.from_bytes(self.take(scale), "little", signed=scale > 1)
        if kind == 0x62:
            return self.take(self.number("<I"))
        if kind in (0xA5, 0xA7, 0xAD, 0xAF, 0xE7, 0xEF, 0xF1):
            data = self.long() if scale == 0xFFFF else self.short()
            if data is None or kind in (0xA5, 0xAD):
                return data
            # What a client sends comes back as it is, also where it is no text.
            return data.decode("utf-16-le" if kind in (0xE7, 0xEF, 0xF1) else "cp1252", errors="replace")
        data = self.take(self.number("B"))
        if not data:
            return None
        if kind in (0x37, 0x3F, 0x6A, 0x6C):
            return (1 if data[0] else -1) * int.from_bytes(data[1:], "little") / 10**scale
        if kind == 0x6D:
            return struct.unpack("<d" if len(data) == 8 else "<f", data)[0]
        return int.from_bytes(data, "little", signed=len(data) > 1) if kind in (0x26, 0x68) else data

    def short(self) -> bytes | None:
        length = self.number("<H")
        return None if length == 0xFFFF else self.take(length)

    def long(self) -> bytes | None:
        if self.number("<Q") == 2**64 - 1:
            return None
        data = b""
        while length := self.number("<I"):
            data += self.take(length)
        return data


def read(data: bytes) -> Answer:
    """All tokens of an answer of TDS 7.4."""
    t, out = _Tokens(data), Answer()
    kinds: list[tuple[int, int]] = []
    while t.at < len(data):
        token = t.number("B")
        if token in (0xFD, 0xFE, 0xFF):
            status, _, count = t.number("<H"), t.number("<H"), t.number("<Q")
            out.dones.append((token, status, count))
        elif token in (0xAA, 0xAB):
            body = _Tokens(t.take(t.number("<H")))
            number, _, severity = body.number("<i"), body.number("B"), body.number("B")
            text = body.text(body.number("<H"))
            body.text(body.number("B"))
            body.text(body.number("B"))
            body.number("<I")
            assert body.at == len(body.data)
            if token == 0xAA:
                out.errors.append((number, severity, text))
            else:
                out.infos.append((number, text))
        elif token == 0xE3:
            change = t.take(t.number("<H"))
            out.changes.append((change[0], change[1:]))
        elif token == 0x81:
            kinds, out.columns = [], []
            for _ in range(t.number("<H")):
                t.take(6)
                kinds.append(t.kind())
                out.columns.append(t.text(t.number("B")))
        elif token == 0xD1:
            out.rows.append(tuple(t.value(*k) for k in kinds))
        elif token == 0x79:
            out.status.append(t.number("<i"))
        elif token == 0xAC:
            t.number("<H")
            t.text(t.number("B"))
            t.take(7)
            out.values.append(t.value(*t.kind()))
        else:
            raise AssertionError(f"token 0x{token:02x} at {t.at - 1}")
    assert out.dones, "an answer without DONE"
    assert not out.dones[-1][1] & 1, "the last DONE says that more follows"
    assert all(status & 1 for _, status, _ in out.dones[:-1]), "a DONE in the middle says that it is the last"
    return out


def ask(s: Session, text: str) -> Answer:
    """The answer to a batch."""
    return read(s.handle(Message(PacketType.SQL_BATCH, raw.batch(text))))


def nvarchar(value: str | None, name: str = "", *, output: bool = False) -> bytes:
    """An RPC parameter of type nvarchar."""
    data = None if value is None else value.encode("utf-16-le")
    return (
        _name(name, output=output)
        + b"\xe7\x40\x1f"
        + bytes(5)
        + (b"\xff\xff" if data is None else struct.pack("<H", len(data)) + data)
    )


def integer(value: int | None, name: str = "", *, output: bool = False) -> bytes:
    """An RPC parameter of type int."""
    return _name(name, output=output) + b"\x26\x04" + (b"\0" if value is None else struct.pack("<Bi", 4, value))


def parameter(kind: str, data: bytes, name: str = "") -> bytes:
    """An RPC parameter of any type: TYPE_INFO in hexadecimal digits, and the value."""
    return _name(name) + bytes.fromhex(kind) + data


def _name(name: str, *, output: bool = False) -> bytes:
    return bytes([len(name)]) + name.encode("utf-16-le") + bytes([1 if output else 0])


def call(s: Session, procedure: str | int, *parameters: bytes) -> Answer:
    """The answer to a procedure call."""
    return read(s.handle(Message(PacketType.RPC, raw.headers() + call_bytes(procedure, *parameters))))


def call_bytes(procedure: str | int, *parameters: bytes) -> bytes:
    if isinstance(procedure, int):
        head = struct.pack("<HH", 0xFFFF, procedure)
    else:
        head = struct.pack("<H", len(procedure)) + procedure.encode("utf-16-le")
    return head + bytes(2) + b"".join(parameters)


def transaction(s: Session, kind: int, rest: bytes = b"\0\0") -> Answer:
    """The answer to a request of the transaction manager."""
    return read(s.handle(Message(PacketType.TRANSACTION_MANAGER, raw.headers() + struct.pack("<H", kind) + rest)))
