"""TDS packets and messages: the framing under every other module of this package (MS-TDS 2.2.3).

A packet is an eight byte header and at most 32,759 bytes of payload; a message is one or more packets of one
type, the last of which carries the end-of-message bit. Nothing here knows what a message means, and nothing
here does input or output.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER_LENGTH = 8
MIN_PACKET_SIZE = 512
MAX_PACKET_SIZE = 32767
MAX_ENCRYPTED_PACKET_SIZE = 16383  # Microsoft Learn, "Server configuration: network packet size", Limitations.
DEFAULT_PACKET_SIZE = 4096

STATUS_END_OF_MESSAGE = 0x01
STATUS_IGNORE = 0x02
STATUS_RESET_CONNECTION = 0x08
STATUS_RESET_CONNECTION_KEEP_TRANSACTION = 0x10


class PacketType(IntEnum):
    """Packet types of MS-TDS 2.2.3.1.1 that a server can meet or send."""

    SQL_BATCH = 0x01
    RPC = 0x03
    RESPONSE = 0x04
    ATTENTION = 0x06
    BULK_LOAD = 0x07
    FEDAUTH_TOKEN = 0x08
    TRANSACTION_MANAGER = 0x0E
    LOGIN7 = 0x10
    SSPI = 0x11
    PRELOGIN = 0x12


FROM_CLIENT = frozenset(PacketType) - {PacketType.RESPONSE}
FROM_SERVER = frozenset({PacketType.RESPONSE, PacketType.PRELOGIN})
"""A server sends TLS in packets of the type PRELOGIN, everything else as RESPONSE (MS-TDS 2.2.3.1.1)."""


class ProtocolError(Exception):
    """The peer sent bytes that are not TDS; the text says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message: its packet type, its payload, and the status bits of its packets together."""

    type: PacketType
    payload: bytes
    status: int = STATUS_END_OF_MESSAGE

    @property
    def ignored(self) -> bool:
        """The client took this message back while sending it (MS-TDS 2.2.3.1.2)."""
        return bool(self.status & STATUS_IGNORE)


def frame(kind: PacketType, payload: bytes, packet_size: int = DEFAULT_PACKET_SIZE, spid: int = 0) -> bytes:
    """Split a message into packets of at most `packet_size` bytes, header included (MS-TDS 2.2.3.1)."""
    workdir = packet_size - HEADER_LENGTH
    parts = [payload[i : i + workdir] for i in range(0, len(payload), workdir)] or [b""]
    out = bytearray()
    for number, part in enumerate(parts, start=1):
        status = STATUS_END_OF_MESSAGE if number == len(parts) else 0
        out += struct.pack(">BBHHBB", kind, status, len(part) + HEADER_LENGTH, spid & 0xFFFF, number & 0xFF, 0)
        out += part
    return bytes(out)


class MessageAssembler:
    """Turns a stream of bytes into messages, holding at most one message and the bytes of one read.

    `limit` is the largest payload of a message, in bytes; it can be changed between messages, because a login
    may be smaller than a batch. `kinds`: the packet types that the peer sends.
    """

    def __init__(self, limit: int, kinds: frozenset[PacketType] = FROM_CLIENT) -> None:
        self.limit = limit
        self._kinds = kinds
        self._input = bytearray()
        self._payload = bytearray()
        self._type: PacketType | None = None
        self._status = 0

    def feed(self, data: bytes) -> None:
        """Append bytes as they came from the network."""
        self._input += data

    @property
    def holds_part(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._input) or self._type is not None

    def take_rest(self) -> bytes:
        """Give up the bytes behind the last whole packet: where TLS records follow packets, they are no
        packets.
        """
        rest = bytes(self._input)
        self._input.clear()
        return rest

    def next_message(self) -> Message | None:
        """The next whole message, or None when more bytes are needed.

        Raises ProtocolError for a header that cannot be one, and for a message that grows over the limit.
        """
        while (packet := self._next_packet()) is not None:
            kind, status, body = packet
            if self._type not in (None, kind):
                if kind is not PacketType.ATTENTION:
                    raise ProtocolError(
                        f"a packet of type 0x{kind:02x} came inside a message of type 0x{self._type:02x}"
                    )
                self._payload.clear()
                self._status = 0
            self._type = kind
            self._status |= status
            self._payload += body
            if len(self._payload) > self.limit:
                raise ProtocolError(f"a message of type 0x{kind:02x} is larger than the limit of {self.limit} bytes")
            if status & STATUS_END_OF_MESSAGE:
                message = Message(kind, bytes(self._payload), self._status)
                self._payload.clear()
                self._type, self._status = None, 0
                return message
        return None

    def _next_packet(self) -> tuple[PacketType, int, bytes] | None:
        if not self._input:
            return None
        kind = self._input[0]
        if kind not in self._kinds:
            raise ProtocolError(f"0x{kind:02x} is not a packet type that is sent in this direction")
        if len(self._input) < HEADER_LENGTH:
            return None
        _, status, length = struct.unpack_from(">BBH", self._input)
        if not HEADER_LENGTH <= length <= MAX_PACKET_SIZE:
            raise ProtocolError(f"a packet says that it is {length} bytes long")
        if len(self._input) < length:
            return None
        body = bytes(self._input[HEADER_LENGTH:length])
        del self._input[:length]
        return PacketType(kind), status, body
