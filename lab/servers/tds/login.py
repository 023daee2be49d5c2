"""LOGIN7: who logs in, with what, and which TDS version (MS-TDS 2.2.6.4)."""

import struct
from dataclasses import dataclass, field

from tlslab.servers.tds.packets import ProtocolError

# MS-TDS 2.2.6.4: a LOGIN7 stream must not be longer than 128K-1 bytes.
MAX_LOGIN7 = 128 * 1024 - 1
FIXED_PART = 94
_SHORT_FIXED_PART = 86

TDS_7_1 = 0x71000001
TDS_7_2 = 0x72090002
TDS_7_3 = 0x730B0003
TDS_7_4 = 0x74000004
TDS_8_0 = 0x08000000
_KNOWN = (TDS_8_0, TDS_7_4, TDS_7_3, 0x730A0003, TDS_7_2, TDS_7_1, 0x71000000)


def version_name(version: int) -> str:
    """`TDS 7.4` for 0x74000004."""
    major, minor = (version >> 28, (version >> 24) & 0xF) if version >> 28 else (version >> 24, (version >> 16) & 0xFF)
    return f"TDS {major}.{minor}"


class Feature:
    """Feature identifiers of FeatureExt that the endpoint knows."""

    UTF8_SUPPORT = 0x0A
    TERMINATOR = 0xFF


@dataclass(frozen=True, slots=True)
class Login7:
    """What a LOGIN7 says. The password is not part of the representation, so that no log can show it."""

    tds_version: int
    packet_size: int
    host: str
    user: str
    password: str = field(repr=False)
    app: str
    server: str
    library: str
    language: str
    database: str
    integrated: bool
    features: tuple[tuple[int, bytes], ...] | None


def deobfuscate(password: bytes) -> str:
    """Undo the obfuscation of MS-TDS 2.2.6.4: exclusive or with 0xA5, then swap the halves of each byte."""
    plain = bytes((((b ^ 0xA5) << 4) | ((b ^ 0xA5) >> 4)) & 0xFF for b in password)
    return plain.decode("utf-16-le", errors="replace")


def parse(payload: bytes) -> Login7:
    """Read a LOGIN7 message. Raises ProtocolError when its lengths or offsets do not hold."""
    if len(payload) < _SHORT_FIXED_PART:
        raise ProtocolError(f"a LOGIN7 of {len(payload)} bytes is shorter than its fixed part")
    (length,) = struct.unpack_from("<I", payload)
    if length != len(payload):
        raise ProtocolError(f"LOGIN7 says that it is {length} bytes long and is {len(payload)}")
    version, packet_size = struct.unpack_from("<II", payload, 4)
    option2, option3 = payload[25], payload[27]

    def data(at: int, unit: int = 2) -> bytes:
        offset, count = struct.unpack_from("<HH", payload, at)
        if not count:
            return b""
        if offset + count * unit > len(payload):
            raise ProtocolError("a LOGIN7 field points behind the message")
        return payload[offset : offset + count * unit]

    def text(at: int) -> str:
        return data(at).decode("utf-16-le", errors="replace")

    features = None
    if (option3 & 0x10 and version >= TDS_7_4) or (option3 & 0x10 and version == TDS_8_0):
        features = _features(payload, data(56, unit=1))
    return Login7(
        tds_version=version,
        packet_size=packet_size,
        host=text(36),
        user=text(40),
        password=deobfuscate(data(44)),
        app=text(48),
        server=text(52),
        library=text(60),
        language=text(64),
        database=text(68),
        integrated=bool(option2 & 0x80),
        features=features,
    )


def _features(payload: bytes, extension: bytes) -> tuple[tuple[int, bytes], ...]:
    if len(extension) < 4:
        raise ProtocolError("LOGIN7 announces an extension and does not say where it is")
    (at,) = struct.unpack_from("<I", extension)
    found: list[tuple[int, bytes]] = []
    while True:
        if at >= len(payload):
            raise ProtocolError("the LOGIN7 features have no terminator")
        identifier = payload[at]
        if identifier == Feature.TERMINATOR:
            return tuple(found)
        if at + 5 > len(payload) or len(found) >= 64:
            raise ProtocolError("the LOGIN7 features are cut short")
        (length,) = struct.unpack_from("<I", payload, at + 1)
        if at + 5 + length > len(payload):
            raise ProtocolError(f"LOGIN7 feature 0x{identifier:02x} points behind the message")
        found.append((identifier, payload[at + 5 : at + 5 + length]))
        at += 5 + length


def agree(asked: int, *, strict: bool) -> int | None:
    """The TDS version that the server answers with, None for a client that is too old.

    A known version is echoed; a newer one gets the newest that is known (MS-TDS 2.2.7.14). TDS 8.0 exists in
    strict alone.
    """
    if asked in _KNOWN and (strict or asked != TDS_8_0):
        return asked
    if asked == TDS_8_0 or asked > TDS_7_4:
        return TDS_7_4
    return next((known for known in sorted(_KNOWN[1:], reverse=True) if known <= asked), None)
