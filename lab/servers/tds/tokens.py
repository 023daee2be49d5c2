"""Tokens: what a server's answer is made of (MS-TDS 2.2.7).

Every builder takes the TDS version where the token changed with it; TDS 8.0 has the tokens of 7.4.
"""

import struct

from tlslab.servers.tds.errors import ServerError
from tlslab.servers.tds.login import TDS_7_2, TDS_7_4, TDS_8_0, Feature
from tlslab.servers.tds.sqltypes import COLLATION, INT, Result, described_columns

PROGRAM_NAME = "Microsoft SQL Server"  # MS-TDS 2.2.7.14; drivers check it.
SERVER_VERSION = (16, 0, 1000)

DONE_FINAL, DONE_MORE, DONE_ERROR, DONE_INXACT, DONE_COUNT, DONE_ATTENTION = (
    0x00,
    0x01,
    0x02,
    0x04,
    0x10,
    0x20,
)
DONE, DONEPROC, DONEINPROC = 0xFD, 0xFE, 0xFF
COMMAND_SELECT = 0xC1


def effective(version: int) -> int:
    """The version by which tokens are written: TDS 8.0 has a small number and the tokens of TDS 7.4."""
    return TDS_7_4 if version == TDS_8_0 else version


def _us(text: str) -> bytes:
    text = text[:32000]
    raw = text.encode("utf-16-le", errors="replace")
    return struct.pack("<H", len(raw) // 2) + raw


def _b(text: str) -> bytes:
    raw = text.encode("utf-16-le", errors="replace")[: 255 * 2]
    return bytes([len(raw) // 2]) + raw


def _message(token: int, error: ServerError, server: str, version: int, procedure: str, line: int) -> bytes:
    body = struct.pack("<iBB", error.number, error.state, error.severity)
    body += _us(error.text) + _b(server) + _b(procedure)
    body += struct.pack("<I" if version >= TDS_7_2 else "<H", line)
    return struct.pack("<BH", token, len(body)) + body


def error(e: ServerError, server: str, version: int, procedure: str = "", line: int = 1) -> bytes:
    """ERROR."""
    return _message(0xAA, e, server, version, procedure, line)


def info(number: int, text: str, server: str, version: int, state: int = 1, severity: int = 0) -> bytes:
    """INFO."""
    return _message(0xAB, ServerError(number, text, severity, state), server, version, "", 1)


def done(
    version: int, status: int = DONE_FINAL, count: int | None = None, token: int = DONE, command: int = 0
) -> bytes:
    """DONE, DONEPROC or DONEINPROC; `count` is the number of rows. The row count has 4 bytes in TDS 7.1, 8
    since 7.2.
    """
    if count is not None:
        status |= DONE_COUNT
    return struct.pack("<BHH" + ("Q" if version >= TDS_7_2 else "I"), token, status, command, count or 0)


def _envchange(body: bytes) -> bytes:
    return struct.pack("<BH", 0xE3, len(body)) + body


def changed_database(new: str, old: str) -> bytes:
    """ENVCHANGE 1."""
    return _envchange(b"\x01" + _b(new) + _b(old))


def changed_language(new: str, old: str) -> bytes:
    """ENVCHANGE 2."""
    return _envchange(b"\x02" + _b(new) + _b(old))


def changed_packet_size(new: int, old: int) -> bytes:
    """ENVCHANGE 4: both sizes as decimal text, in bytes."""
    return _envchange(b"\x04" + _b(str(new)) + _b(str(old)))


def changed_collation() -> bytes:
    """ENVCHANGE 7."""
    return _envchange(b"\x07" + bytes([len(COLLATION)]) + COLLATION + b"\0")


def transaction_began(descriptor: int) -> bytes:
    """ENVCHANGE 8."""
    return _envchange(b"\x08\x08" + struct.pack("<Q", descriptor) + b"\0")


def transaction_ended(descriptor: int, *, committed: bool) -> bytes:
    """ENVCHANGE 9 (commit) or 10 (rollback)."""
    return _envchange((b"\x09" if committed else b"\x0a") + b"\0\x08" + struct.pack("<Q", descriptor))


def connection_reset() -> bytes:
    """ENVCHANGE 18: the reset that a packet's header asked for is done."""
    return _envchange(b"\x12\0\0")


def routed(host: str, port: int) -> bytes:
    """ENVCHANGE 20: log in at this server instead, by TCP. The token stands behind LOGINACK (MS-TDS 2.2.7.9)."""
    to = struct.pack("<BH", 0, port) + _us(host)
    return _envchange(b"\x14" + struct.pack("<H", len(to)) + to + b"\0\0")


def loginack(version: int, server_version: tuple[int, int, int]) -> bytes:
    """LOGINACK. The TDS version stands big-endian here and little-endian in LOGIN7 (MS-TDS 2.2.7.14)."""
    major, minor, build = server_version
    body = b"\x01" + struct.pack(">I", version) + _b(PROGRAM_NAME) + struct.pack(">BBH", major, minor, build)
    return struct.pack("<BH", 0xAD, len(body)) + body


def feature_ack(features: tuple[tuple[int, bytes], ...]) -> bytes:
    """FEATUREEXTACK for a client that sent FeatureExt: UTF-8 is understood, the rest declined."""
    out = bytearray([0xAE])
    for identifier, _ in features:
        if identifier == Feature.UTF8_SUPPORT:
            out += struct.pack("<BIB", identifier, 1, 1)
    out.append(Feature.TERMINATOR)
    return bytes(out)


def result(r: Result, version: int) -> bytes:
    """COLMETADATA and the rows. Raises SqlError for a type that TDS 7.1 does not have."""
    out = bytearray(described_columns(r.columns, version))
    for row in r.rows:
        out += b"\xd1" + b"".join(row)
    return bytes(out)


def return_status(value: int) -> bytes:
    """RETURNSTATUS."""
    return struct.pack("<Bi", 0x79, value)


def return_value(ordinal: int, name: str, value: int, version: int) -> bytes:
    """RETURNVALUE of an output parameter of type int."""
    out = struct.pack("<BH", 0xAC, ordinal) + _b(name) + b"\x01"
    out += struct.pack("<I" if version >= TDS_7_2 else "<H", 0) + struct.pack("<H", 0)
    cell = INT.cell(value)
    return out + cell.type + cell.data
