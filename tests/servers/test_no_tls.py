"""What is met in the place of a server: another service, silence, or an early end; and that a look tells which."""

import socket
from collections.abc import Iterator

import pytest

from tests.servers.minted import Shelf
from tests.servers.process import Running, serving
from tlslab.model.situation import Refusal, ServerKind, Speaks, TLSVersion
from tlslab.pki import scan as looks
from tlslab.pki.scan import Scan, scan
from tlslab.servers.streams import MARK

EARLY = (Speaks.CLOSES, Speaks.CLOSES_AFTER_PRELOGIN)


@pytest.fixture(scope="module")
def met(shelf: Shelf) -> Iterator[Running]:
    conf = shelf.conf("plain.conf")
    listeners = [
        {"id": f"{speaks}-{refusal}", "kind": "sqlserver", "conf": conf, "speaks": speaks, "refusal": refusal}
        for speaks in Speaks
        for refusal in (Refusal if speaks in EARLY else [Refusal.CLOSE])
    ]
    with serving(listeners) as running:
        yield running


def look(kind: ServerKind, port: int) -> Scan:
    return scan(kind, "127.0.0.1", port, "db.lab.test", min(TLSVersion), max(TLSVersion))


@pytest.mark.parametrize("kind", list(ServerKind))
@pytest.mark.parametrize(
    ("speaks", "refusal"),
    [
        (Speaks.HTTP, Refusal.CLOSE),
        (Speaks.SSH, Refusal.CLOSE),
        (Speaks.CLOSES, Refusal.CLOSE),
        (Speaks.CLOSES, Refusal.RESET),
        (Speaks.NOTHING, Refusal.CLOSE),
    ],
)
def test_a_look_tells_what_is_met(
    met: Running, monkeypatch: pytest.MonkeyPatch, kind: ServerKind, speaks: Speaks, refusal: Refusal
) -> None:
    if speaks is Speaks.NOTHING:
        monkeypatch.setattr(looks, "TIMEOUT", 1.0)
    seen = look(kind, met.ports[f"{speaks}-{refusal}"])
    assert (seen.speaks, seen.certificates, seen.nobody) == (speaks, (), False)


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_look_tells_an_end_after_prelogin_from_a_refused_handshake(met: Running, refusal: Refusal) -> None:
    early = look(ServerKind.SQLSERVER, met.ports[f"{Speaks.CLOSES_AFTER_PRELOGIN}-{refusal}"])
    assert early.speaks is Speaks.CLOSES_AFTER_PRELOGIN
    healthy = look(ServerKind.SQLSERVER, met.ports[f"{Speaks.ITS_PROTOCOL}-close"])
    assert healthy.speaks is Speaks.ITS_PROTOCOL
    assert healthy.certificates


@pytest.mark.parametrize(("refusal", "end"), [(Refusal.CLOSE, b""), (Refusal.RESET, ConnectionResetError)], ids=str)
def test_the_end_comes_by_fin_or_by_rst_as_it_is_told(met: Running, refusal: Refusal, end: object) -> None:
    with socket.create_connection(("127.0.0.1", met.ports[f"{Speaks.CLOSES}-{refusal}"]), timeout=10) as client:
        client.sendall(b"\x16\x03\x01\x00\x05hello")
        if end == b"":
            assert client.recv(100) == b""
            client.sendall(b"more")  # read, and so not answered with RST
            assert client.recv(100) == b""
        else:
            with pytest.raises(ConnectionResetError):
                client.recv(100)


@pytest.mark.parametrize("speaks", [item for item in Speaks if item is not Speaks.ITS_PROTOCOL])
def test_the_lab_s_own_marker_is_no_client(met: Running, speaks: Speaks) -> None:
    token = "0123456789abcdef" * 2
    with socket.create_connection(("127.0.0.1", met.ports[f"{speaks}-close"]), timeout=10) as marker:
        marker.sendall(MARK.format(token=token).encode())
        while (event := met.next_event()) is not None:
            if event.get("event") == "mark":
                assert event["token"] == token
                return
    raise AssertionError("the process ended before the marker came back")


def test_an_http_client_gets_its_page_in_clear(met: Running) -> None:
    with socket.create_connection(("127.0.0.1", met.ports[f"{Speaks.HTTP}-close"]), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        client.sendall(b"Host: shop.lab.test\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
