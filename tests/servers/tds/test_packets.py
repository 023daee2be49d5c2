"""Packets and messages (MS-TDS 2.2.3)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.servers.tds.packets import Message, MessageAssembler, PacketType, ProtocolError, frame


def test_a_header_is_type_status_length_spid_number_window() -> None:
    assert frame(PacketType.RESPONSE, b"abc", spid=0x1234) == bytes.fromhex("04 01 000b 1234 01 00") + b"abc"


def test_an_empty_message_is_one_packet() -> None:
    assert frame(PacketType.ATTENTION, b"") == bytes.fromhex("0601000800000100")


def test_a_long_message_is_split_and_only_the_last_packet_ends_it() -> None:
    out = frame(PacketType.RESPONSE, bytes(1009), packet_size=512)
    assert [out[0:8], out[512:520], out[1024:1032]] == [
        bytes.fromhex("0400020000000100"),
        bytes.fromhex("0400020000000200"),
        bytes.fromhex("0401000900000300"),
    ]


@given(st.binary(max_size=5000), st.integers(512, 4096), st.integers(1, 700))
def test_a_message_survives_framing_and_any_division_of_the_stream(payload: bytes, size: int, step: int) -> None:
    stream = frame(PacketType.SQL_BATCH, payload, size)
    packets = MessageAssembler(limit=5000)
    found = []
    for at in range(0, len(stream), step):
        packets.feed(stream[at : at + step])
        while (message := packets.next_message()) is not None:
            found.append(message)
    assert found == [Message(PacketType.SQL_BATCH, payload, 1)]
    assert not packets.holds_part


def test_bytes_behind_a_message_are_kept_for_tls() -> None:
    packets = MessageAssembler(limit=100)
    packets.feed(frame(PacketType.PRELOGIN, b"flight") + b"\x17\x03\x03")
    assert packets.next_message() == Message(PacketType.PRELOGIN, b"flight", 1)
    assert packets.take_rest() == b"\x17\x03\x03"


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"\x00", id="type that does not exist"),
        pytest.param(b"\x04" + bytes(7), id="type of the server"),
        pytest.param(struct.pack(">BBHI", 1, 1, 7, 0), id="shorter than its header"),
        pytest.param(struct.pack(">BBHI", 1, 1, 32768, 0), id="longer than a packet can be"),
        pytest.param(frame(PacketType.RPC, bytes(101)), id="over the limit"),
        pytest.param(
            struct.pack(">BBHI", 1, 0, 8, 0) + struct.pack(">BBHI", 3, 1, 8, 0), id="another type in a message"
        ),
    ],
)
def test_a_stream_that_is_no_tds_is_refused(stream: bytes) -> None:
    packets = MessageAssembler(limit=100)
    packets.feed(stream)
    with pytest.raises(ProtocolError):
        packets.next_message()


def test_the_limit_holds_over_many_packets() -> None:
    packets = MessageAssembler(limit=1000)
    packet = struct.pack(">BBHI", 1, 0, 108, 0) + bytes(100)
    for _ in range(10):
        packets.feed(packet)
        assert packets.next_message() is None
    packets.feed(packet)
    with pytest.raises(ProtocolError, match="limit of 1000"):
        packets.next_message()


def test_attention_takes_back_an_unfinished_message() -> None:
    packets = MessageAssembler(limit=100)
    packets.feed(struct.pack(">BBHI", 1, 0, 9, 0) + b"x" + frame(PacketType.ATTENTION, b""))
    assert packets.next_message() == Message(PacketType.ATTENTION, b"", 1)


def test_the_ignore_bit_is_seen() -> None:
    packets = MessageAssembler(limit=100)
    packets.feed(struct.pack(">BBHI", 1, 3, 8, 0))
    message = packets.next_message()
    assert message is not None
    assert message.ignored


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(stream: bytes) -> None:
    packets = MessageAssembler(limit=100)
    packets.feed(stream)
    try:
        while packets.next_message() is not None:
            pass
    except ProtocolError:
        pass
