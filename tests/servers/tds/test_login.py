"""LOGIN7 (MS-TDS 2.2.6.4)."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import raw
from tlslab.servers.tds import login
from tlslab.servers.tds.packets import MessageAssembler, ProtocolError

# The example of MS-TDS 4.2 with its packet header: user sa, no password, TDS 7.2.
EXAMPLE = bytes.fromhex(
    """
    10 01 00 90 00 00 01 00 88 00 00 00 02 00 09 72 00 10 00 00 00 00 00 07 00 01 00 00 00 00 00 00
    E0 03 00 00 00 00 00 00 09 04 00 00 5E 00 08 00 6E 00 02 00 72 00 00 00 72 00 07 00 80 00 00 00
    80 00 00 00 80 00 04 00 88 00 00 00 88 00 00 00 00 50 8B E2 B7 8F 88 00 00 00 88 00 00 00 88 00
    00 00 00 00 00 00 73 00 6B 00 6F 00 73 00 74 00 6F 00 76 00 31 00 73 00 61 00 4F 00 53 00 51 00
    4C 00 2D 00 33 00 32 00 4F 00 44 00 42 00 43 00
    """
)


def test_the_example_of_the_specification_is_read() -> None:
    packets = MessageAssembler(login.MAX_LOGIN7)
    packets.feed(EXAMPLE)
    message = packets.next_message()
    assert message is not None
    assert message.type == 0x10
    found = login.parse(message.payload)
    assert (found.tds_version, found.packet_size) == (0x72090002, 4096)
    assert (found.host, found.user, found.password, found.app, found.library) == (
        "skostov1",
        "sa",
        "",
        "OSQL-32",
        "ODBC",
    )
    assert not found.integrated
    assert found.features is None


def test_a_password_is_read_and_never_shown() -> None:
    found = login.parse(raw.login7(password="Pa55wörd!"))
    assert found.password == "Pa55wörd!"
    assert "Pa55" not in repr(found)


def test_the_obfuscation_is_swap_and_xor_with_a5() -> None:
    # MS-TDS 2.2.6.4: a character 'a' (0x0061) becomes 0xB3 0xA5.
    assert login.deobfuscate(bytes.fromhex("b3a5")) == "a"


def test_features_are_read_up_to_the_terminator() -> None:
    extension = struct.pack("<BI", 0x01, 0) + struct.pack("<BIB", 0x0A, 1, 1) + b"\xff"
    assert login.parse(raw.login7(features=extension)).features == ((0x01, b""), (0x0A, b"\1"))


def test_an_old_version_has_no_features() -> None:
    assert login.parse(raw.login7(version=raw.TDS_7_3, features=b"\xff")).features is None


def test_tds_8_has_features_although_its_number_is_small() -> None:
    assert login.parse(raw.login7(version=raw.TDS_8_0, features=b"\xff")).features == ()


@pytest.mark.parametrize(
    ("asked", "strict", "answer"),
    [
        (0x71000001, False, 0x71000001),
        (0x71000000, False, 0x71000000),
        (0x72090002, False, 0x72090002),
        (0x730A0003, False, 0x730A0003),
        (0x730B0003, False, 0x730B0003),
        (0x74000004, False, 0x74000004),
        (0x75000000, False, 0x74000004),
        (0x08000000, True, 0x08000000),
        (0x08000000, False, 0x74000004),
        (0x74000004, True, 0x74000004),
        (0x70000000, False, None),
        (0x00000000, False, None),
    ],
)
def test_the_version_is_echoed_or_lowered(asked: int, strict: bool, answer: int | None) -> None:
    assert login.agree(asked, strict=strict) == answer


@pytest.mark.parametrize(
    ("version", "name"), [(0x74000004, "TDS 7.4"), (0x08000000, "TDS 8.0"), (0x70000000, "TDS 7.0")]
)
def test_versions_have_names(version: int, name: str) -> None:
    assert login.version_name(version) == name


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        login.parse(payload)


@given(st.data())
def test_a_login_with_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(raw.login7(features=struct.pack("<BIB", 0x0A, 1, 1) + b"\xff"))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        login.parse(bytes(damaged))
