"""PRELOGIN: the table of MS-TDS 2.2.6.5 and the option list."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.servers.tds import prelogin
from tlslab.servers.tds.packets import ProtocolError
from tlslab.servers.tds.prelogin import Encryption, Prelogin, Scope, ServerMode

OFF, ON, NOT_SUP, REQ = 0, 1, 2, 3
END = "terminated"

# Copied from the specification: a row is what the client sends, a column how the server is set.
TABLE: dict[int, dict[str, int | tuple[int, str]]] = {
    0x00: {"off": OFF, "forced": REQ, "not_supported": NOT_SUP},
    0x01: {"off": ON, "forced": ON, "not_supported": (NOT_SUP, END)},
    0x02: {"off": NOT_SUP, "forced": (REQ, END), "not_supported": NOT_SUP},
    0x03: {"off": ON, "forced": ON, "not_supported": (NOT_SUP, END)},
    0x80: {"off": OFF, "forced": REQ, "not_supported": (NOT_SUP, END)},
    0x81: {"off": ON, "forced": ON, "not_supported": (NOT_SUP, END)},
    0x82: {"off": (REQ, END), "forced": (REQ, END), "not_supported": (REQ, END)},
    0x83: {"off": ON, "forced": ON, "not_supported": (NOT_SUP, END)},
}


@pytest.mark.parametrize("client", TABLE)
@pytest.mark.parametrize("mode", [mode for mode in ServerMode if mode is not ServerMode.IN_CLEAR])
def test_the_answer_is_the_one_of_the_specification(client: int, mode: ServerMode) -> None:
    expected = TABLE[client][mode.value]
    agreed = prelogin.negotiate(client, mode)
    if isinstance(expected, tuple):
        assert (agreed.answer, agreed.scope) == (expected[0], Scope.REFUSED)
    else:
        assert agreed.answer == expected
        # What the client must do with the answer, from the second table of the same section.
        assert (
            agreed.scope is {OFF: Scope.LOGIN, ON: Scope.SESSION, REQ: Scope.SESSION, NOT_SUP: Scope.NOTHING}[expected]
        )


@pytest.mark.parametrize("client", [None, *TABLE])
def test_an_attacker_says_that_there_is_no_encryption_and_goes_on(client: int | None) -> None:
    agreed = prelogin.negotiate(client, ServerMode.IN_CLEAR)
    assert (agreed.answer, agreed.scope) == (NOT_SUP, Scope.NOTHING)


@pytest.mark.parametrize("client", [b for b in range(256) if b not in TABLE])
def test_a_byte_that_is_in_no_row_is_refused(client: int) -> None:
    with pytest.raises(ProtocolError):
        prelogin.negotiate(client, ServerMode.OFF)


def test_a_client_without_the_option_has_no_encryption() -> None:
    for mode in ServerMode:
        assert prelogin.negotiate(None, mode) == prelogin.negotiate(NOT_SUP, mode)


# The example of MS-TDS 4.1, a PRELOGIN request without its packet header.
EXAMPLE = bytes.fromhex(
    """
    00 00 1A 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 04 04 00 26 00 01 FF
    09 00 00 00 00 00 01 00 B8 0D 00 00 01
    """
)


def test_the_example_of_the_specification_is_read() -> None:
    asked = prelogin.parse(EXAMPLE)
    assert dict(asked.options) == {
        0: bytes.fromhex("090000000000"),
        1: b"\x01",
        2: b"\x00",
        3: bytes.fromhex("b80d0000"),
        4: b"\x01",
    }
    assert asked.encryption == 1


def test_the_answer_has_the_options_of_the_client_in_its_order_and_no_other() -> None:
    asked = Prelogin(((0, bytes(6)), (4, b"\1"), (5, bytes(36)), (1, b"\1"), (6, b"\1"), (9, b"?")))
    back = prelogin.parse(prelogin.answer(asked, Encryption.ON, (16, 0, 1000)))
    assert back.options == (
        (0, struct.pack(">BBHH", 16, 0, 1000, 0)),
        (4, b"\0"),
        (5, b""),
        (1, b"\1"),
        (6, b"\0"),
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "no terminator"),
        (b"\xff", "VERSION"),
        (b"\x00\x00", "cut short"),
        (b"\x01\x00\x06\x00\x01\xff\x00", "VERSION"),
        (b"\x00\x00\x06\x00\x07\xff" + bytes(6), "behind the message"),
        (b"\x00\x00\x0b\x00\x00\x00\x00\x0b\x00\x00\xff", "twice"),
        (b"\x00\x00\x0b\x00\x00\x01\x00\x0b\x00\x00\xff", "one byte"),
        (b"\x00\x00\x00\x00\x00" * 40, "more than"),
    ],
)
def test_a_broken_list_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        prelogin.parse(payload)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        prelogin.parse(payload)


@given(
    st.lists(st.tuples(st.integers(1, 254), st.binary(max_size=40)), max_size=20, unique_by=lambda o: o[0]).map(
        lambda rest: ((0, bytes(6)), *((t, b"\1" if t == 1 else v) for t, v in rest))
    )
)
def test_what_is_written_is_read(options: tuple[tuple[int, bytes], ...]) -> None:
    assert prelogin.parse(prelogin.build(options)).options == options
