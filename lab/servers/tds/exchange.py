"""An exchange: TDS messages to a server and back, as a client sees them (MS-TDS 2.2.3).

Runs on the standard library.
"""

import socket
from collections.abc import Callable

from tlslab.servers.tds.packets import FROM_SERVER, MessageAssembler, PacketType, frame
from tlslab.servers.tds.prelogin import Encryption, Option, Prelogin, build, parse

MAX_ANSWER = 1 << 20
"""Bytes of a server's message."""
_PART = 1 << 16

Send = Callable[[bytes], None]
Receive = Callable[[], bytes]


def question(asked: Encryption) -> bytes:
    """The PRELOGIN that asks for this encryption, and for nothing else."""
    return build(((Option.VERSION, bytes(6)), (Option.ENCRYPTION, bytes([asked]))))


class Exchange:
    """Messages that travel as somebody else says: `receive` gives what came, and nothing at the end."""

    def __init__(self, send: Send, receive: Receive) -> None:
        self._send = send
        self._receive = receive
        self._packets = MessageAssembler(MAX_ANSWER, FROM_SERVER)

    @classmethod
    def over(cls, connection: socket.socket) -> "Exchange":
        """Messages in clear."""
        return cls(connection.sendall, lambda: connection.recv(_PART))

    def send(self, kind: PacketType, payload: bytes) -> None:
        """Send a message. Raises OSError."""
        self._send(frame(kind, payload))

    def next(self) -> bytes:
        """The payload of the server's next message. Raises OSError, EOFError, ProtocolError."""
        while (message := self._packets.next_message()) is None:
            part = self._receive()
            if not part:
                raise EOFError("the server closed the connection")
            self._packets.feed(part)
        return message.payload

    def prelogin(self, asked: Encryption) -> Prelogin:
        """What the server answers to a PRELOGIN that asks for this encryption. Raises as `next` does."""
        self.send(PacketType.PRELOGIN, question(asked))
        return parse(self.next())
