"""A server that does not know supported_versions, as old Schannel: what it answers, and to whom."""

import ssl

import pytest

from tlslab.model.situation import TLSVersion
from tlslab.servers import old_hello


def hello(oldest: ssl.TLSVersion, newest: ssl.TLSVersion) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version, context.maximum_version = oldest, newest
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


MODERN = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def test_who_lists_no_old_version_is_answered_with_one_all_the_same() -> None:
    """RFC 8446, 4.1.3: legacy_version of the ServerHello is what a server before TLS 1.3 has chosen."""
    answer = old_hello.answer(hello(*MODERN), TLSVersion.TLSv1_1)
    assert answer[:3] == b"\x16\x03\x02"
    assert answer[5] == 2
    assert answer[9:11] == b"\x03\x02"
    assert len(answer) == 5 + int.from_bytes(answer[3:5])


def test_a_client_of_openssl_calls_that_an_unsupported_protocol() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    incoming.write(old_hello.answer(outgoing.read(), TLSVersion.TLSv1_0))
    with pytest.raises(ssl.SSLError, match="unsupported protocol"):
        client.do_handshake()


def test_openssl_deals_with_who_offers_the_version_and_with_who_lists_none() -> None:
    assert old_hello.answer(hello(*MODERN), TLSVersion.TLSv1_2) == b""
    only_old = hello(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)  # up to TLS 1.2 there is no list
    assert old_hello.answer(only_old, TLSVersion.TLSv1_1) == b""


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x00\x01\x01", b"GET / HTTP/1.1\r\n\r\n", b"\x16" * 40])
def test_what_is_no_client_hello_is_not_answered(said: bytes) -> None:
    assert old_hello.answer(said, TLSVersion.TLSv1_1) == b""


def test_a_hello_in_parts_is_waited_for() -> None:
    whole = hello(*MODERN)
    assert not old_hello.is_whole(whole[:3])
    assert not old_hello.is_whole(whole[:-1])
    assert old_hello.is_whole(whole)
    assert old_hello.is_whole(b"GET / HTTP/1.1")
