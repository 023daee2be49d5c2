"""PRELOGIN: what client and server say to each other before TLS (MS-TDS 2.2.6.5).

The answer to the ENCRYPTION option decides what follows: TLS for the whole session, for LOGIN7 alone, none,
or the end of the connection. `negotiate` is that table; everything else here reads and writes the option
list.
"""

import struct
from dataclasses import dataclass
from enum import Enum, IntEnum

from tlslab.servers.tds.packets import ProtocolError

MAX_OPTIONS = 32
TERMINATOR = 0xFF


class Option(IntEnum):
    """PRELOGIN option tokens."""

    VERSION = 0x00
    ENCRYPTION = 0x01
    INSTOPT = 0x02
    THREADID = 0x03
    MARS = 0x04
    TRACEID = 0x05
    FEDAUTHREQUIRED = 0x06
    NONCEOPT = 0x07


class Encryption(IntEnum):
    """Values of the ENCRYPTION option, without the client certificate bit."""

    OFF = 0x00
    ON = 0x01
    NOT_SUP = 0x02
    REQ = 0x03


CLIENT_CERT = 0x80


class ServerMode(Enum):
    """How the server is set: it can encrypt, it insists on it, it cannot, or it pretends that it cannot."""

    OFF = "off"
    FORCED = "forced"
    NOT_SUPPORTED = "not_supported"
    IN_CLEAR = "in_clear"
    """It says that it cannot, and goes on whatever it was asked: an attacker, who keeps to no table."""


class Scope(Enum):
    """What TLS protects after PRELOGIN."""

    SESSION = "the whole session"
    LOGIN = "LOGIN7 only"
    NOTHING = "nothing"
    REFUSED = "the connection is terminated"


@dataclass(frozen=True, slots=True)
class Negotiation:
    """The server's answer to one ENCRYPTION value, and what it means for the connection."""

    answer: Encryption
    scope: Scope


_OFF, _ON, _NOT_SUP, _REQ = Encryption.OFF, Encryption.ON, Encryption.NOT_SUP, Encryption.REQ
_LOGIN_ONLY = Negotiation(_OFF, Scope.LOGIN)
_ENCRYPTED = Negotiation(_ON, Scope.SESSION)
_REQUIRED = Negotiation(_REQ, Scope.SESSION)
_CLEAR = Negotiation(_NOT_SUP, Scope.NOTHING)
_NEEDS_IT = Negotiation(_REQ, Scope.REFUSED)
_HAS_NONE = Negotiation(_NOT_SUP, Scope.REFUSED)

# Rows: what the client sent; columns: how the server is set. MS-TDS 2.2.6.5.
_TABLE: dict[int, tuple[Negotiation, Negotiation, Negotiation]] = {
    #                         OFF           FORCED      NOT_SUPPORTED
    _OFF:                   (_LOGIN_ONLY,  _REQUIRED,  _CLEAR),
    _ON:                    (_ENCRYPTED,   _ENCRYPTED, _HAS_NONE),
    _NOT_SUP:               (_CLEAR,       _NEEDS_IT,  _CLEAR),
    _REQ:                   (_ENCRYPTED,   _ENCRYPTED, _HAS_NONE),
    CLIENT_CERT | _OFF:     (_LOGIN_ONLY,  _REQUIRED,  _HAS_NONE),
    CLIENT_CERT | _ON:      (_ENCRYPTED,   _ENCRYPTED, _HAS_NONE),
    CLIENT_CERT | _NOT_SUP: (_NEEDS_IT,    _NEEDS_IT,  _NEEDS_IT),
    CLIENT_CERT | _REQ:     (_ENCRYPTED,   _ENCRYPTED, _HAS_NONE),
}  # fmt: skip
_COLUMN = {ServerMode.OFF: 0, ServerMode.FORCED: 1, ServerMode.NOT_SUPPORTED: 2}


def negotiate(client: int | None, mode: ServerMode) -> Negotiation:
    """The table of MS-TDS 2.2.6.5, to which a server keeps that is not `IN_CLEAR`.

    `client` is the byte that the client sent, None when it sent no ENCRYPTION option, which only a client
    without encryption does. Raises ProtocolError for a byte that the table does not have.
    """
    row = _TABLE.get(_NOT_SUP if client is None else client)
    if row is None:
        raise ProtocolError(f"ENCRYPTION 0x{client:02x} is not a value of MS-TDS 2.2.6.5")
    return _CLEAR if mode is ServerMode.IN_CLEAR else row[_COLUMN[mode]]


@dataclass(frozen=True, slots=True)
class Prelogin:
    """The option list of one PRELOGIN, in the order in which it was sent."""

    options: tuple[tuple[int, bytes], ...]

    @property
    def encryption(self) -> int | None:
        """The ENCRYPTION byte, None when the option is absent."""
        value = dict(self.options).get(Option.ENCRYPTION)
        return None if value is None else value[0]


def parse(payload: bytes) -> Prelogin:
    """Read a PRELOGIN message. Raises ProtocolError when offsets, lengths or the terminator are wrong."""
    options: list[tuple[int, bytes]] = []
    at = 0
    while True:
        if at >= len(payload):
            raise ProtocolError("the PRELOGIN option list has no terminator")
        token = payload[at]
        if token == TERMINATOR:
            break
        if at + 5 > len(payload):
            raise ProtocolError("the PRELOGIN option list is cut short")
        if len(options) >= MAX_OPTIONS:
            raise ProtocolError(f"more than {MAX_OPTIONS} PRELOGIN options")
        offset, length = struct.unpack_from(">HH", payload, at + 1)
        if offset + length > len(payload):
            raise ProtocolError(f"PRELOGIN option 0x{token:02x} points behind the message")
        options.append((token, payload[offset : offset + length]))
        at += 5
    if not options or options[0][0] != Option.VERSION:
        raise ProtocolError("PRELOGIN does not begin with the VERSION option")
    if len({token for token, _ in options}) != len(options):
        raise ProtocolError("a PRELOGIN option is sent twice")
    if any(token == Option.ENCRYPTION and len(value) != 1 for token, value in options):
        raise ProtocolError("the ENCRYPTION option is not one byte")
    return Prelogin(tuple(options))


def build(options: tuple[tuple[int, bytes], ...]) -> bytes:
    """Write an option list: five bytes an option, the terminator, the values in order."""
    table, values = bytearray(), bytearray()
    start = 5 * len(options) + 1
    for token, value in options:
        table += struct.pack(">BHH", token, start + len(values), len(value))
        values += value
    return bytes(table) + bytes([TERMINATOR]) + bytes(values)


def answer(asked: Prelogin, encryption: Encryption, version: tuple[int, int, int]) -> bytes:
    """The server's PRELOGIN: the client's options in the client's order, and none that the client did not
    send.

    An unsolicited option breaks real drivers: Microsoft's ODBC driver fails on FEDAUTHREQUIRED. THREADID and
    TRACEID go back empty; federated authentication and MARS are declined; a nonce is dropped, because it
    belongs to the former.
    """
    major, minor, build_number = version
    fixed = {
        Option.VERSION: struct.pack(">BBHH", major, minor, build_number, 0),
        Option.ENCRYPTION: bytes([encryption]),
        Option.INSTOPT: b"\0",
        Option.THREADID: b"",
        Option.MARS: b"\0",
        Option.TRACEID: b"",
        Option.FEDAUTHREQUIRED: b"\0",
    }
    return build(tuple((token, fixed[Option(token)]) for token, _ in asked.options if token in fixed))
