"""An exchange with a server, from the side of a client."""

from collections.abc import Iterable

import pytest

from tlslab.servers.tds.exchange import Exchange
from tlslab.servers.tds.packets import PacketType, ProtocolError, frame
from tlslab.servers.tds.prelogin import Encryption, Option, build

# MS-TDS 2.2.6.5: the options VERSION and ENCRYPTION (ON), the terminator, and their values.
ASKED = bytes.fromhex("12 01 001a 0000 01 00  00 000b 0006  01 0011 0001  ff  000000000000 01")


def exchange(came: Iterable[bytes], sent: list[bytes]) -> Exchange:
    parts = iter([*came, b""])
    return Exchange(sent.append, lambda: next(parts))


def test_a_prelogin_asks_for_encryption_and_the_server_answers() -> None:
    answer = build(((Option.VERSION, bytes(6)), (Option.ENCRYPTION, bytes([Encryption.REQ]))))
    sent: list[bytes] = []
    told = exchange([frame(PacketType.RESPONSE, answer)], sent).prelogin(Encryption.ON)
    assert told.encryption == Encryption.REQ
    assert sent == [ASKED]


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_messages_come_one_by_one_however_they_are_divided(size: int) -> None:
    stream = frame(PacketType.PRELOGIN, bytes(1200), 512) + frame(PacketType.PRELOGIN, b"second")
    server = exchange([stream[at : at + size] for at in range(0, len(stream), size)], [])
    assert server.next() == bytes(1200)
    assert server.next() == b"second"


def test_a_server_that_hangs_up_in_the_middle_has_not_answered() -> None:
    with pytest.raises(EOFError, match="the server closed the connection"):
        exchange([frame(PacketType.RESPONSE, b"answer")[:-1]], []).next()


@pytest.mark.parametrize("came", [b"HTTP/1.1 400 Bad Request\r\n\r\n", frame(PacketType.LOGIN7, b"")])
def test_what_no_server_sends_is_refused(came: bytes) -> None:
    with pytest.raises(ProtocolError, match="not a packet type"):
        exchange([came], []).next()
