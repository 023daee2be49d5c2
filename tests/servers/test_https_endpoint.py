"""The built-in HTTPS endpoint."""

import ssl
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import raw
from tests.servers.minted import Shelf
from tests.servers.process import Running, serving
from tests.servers.raw import Client
from tlslab.model.situation import ServerKind, TLSVersion
from tlslab.pki.scan import scan
from tlslab.servers.https_endpoint import response, versions_between
from tlslab.servers.listener import CannotStart


@pytest.fixture(scope="module")
def web(shelf: Shelf) -> Iterator[Running]:
    base = {"kind": "https", "chain": str(shelf.directory / "chain.pem"), "key": str(shelf.directory / "key.pem")}
    weak = {"chain": str(shelf.directory / "sha1.pem"), "key": str(shelf.directory / "rsa.key.pem")}
    with serving(
        [
            base | {"id": "both"},
            base | {"id": "tls12", "tls_max": "TLSv1.2"},
            base | {"id": "tls13", "tls_min": "TLSv1.3"},
            base | {"id": "tls10", "tls_min": "TLSv1", "tls_max": "TLSv1", "security_level": 0},
            base | weak | {"id": "sha1"},
            base | {"id": "sites", "hosts": [{"name": "Other.lab.test", **weak}], "security_level": 0},
            base | {"id": "reset", "tls_min": "TLSv1.3", "refusal": "reset"},
        ]
    ) as running:
        yield running


def get(port: int, context: ssl.SSLContext, request: bytes = b"GET / HTTP/1.1\r\nHost: db.lab.test\r\n\r\n") -> bytes:
    with Client(port) as client:
        client.strict(context, alpn=())
        client.send(request)
        return client.read_to_the_end()


def trusting(shelf: Shelf) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(shelf.directory / "root.pem"))


def test_a_get_is_answered_over_a_verified_chain_and_closed_in_good_order(web: Running, shelf: Shelf) -> None:
    answer = get(web.ports["both"], trusting(shelf))
    head, body = answer.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert "handshake completed: TLSv1.3" in web.lines_of("both")[0]


@pytest.mark.parametrize(
    ("request_line", "status"),
    [(b"POST / HTTP/1.1", b"405"), (b"nonsense", b"400"), (b"GET / HTTP/2", b"400"), (b"HEAD /x HTTP/1.0", b"200")],
)
def test_other_requests_get_their_status(web: Running, shelf: Shelf, request_line: bytes, status: bytes) -> None:
    assert get(web.ports["both"], trusting(shelf), request_line + b"\r\n\r\n").split(b" ")[1] == status
    web.lines_of("both")


def test_head_has_no_body() -> None:
    assert response(b"HEAD / HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")


def test_a_client_that_does_not_trust_the_chain_is_in_the_log_with_its_alert(web: Running) -> None:
    with Client(web.ports["tls12"]) as client, pytest.raises(ssl.SSLCertVerificationError):
        client.strict(ssl.create_default_context(cadata=nobody()))
    # ssl over memory buffers leaves the alert in the client's buffer; what arrives is a closed connection.
    assert (
        "the client closed the connection after the server's Certificate, without a TLS alert"
        in web.lines_of("tls12")[0]
    )


def nobody() -> str:
    from tests.servers.minted import mint

    return mint("nobody", ca=True).pem


@pytest.mark.parametrize(
    ("listener", "limit", "alert", "reason"),
    [
        ("tls13", ssl.TLSVersion.TLSv1_2, "protocol version", "unsupported protocol"),
        ("tls10", ssl.TLSVersion.TLSv1_3, "protocol version", "unsupported protocol"),
    ],
)
def test_versions_without_overlap_are_refused_with_an_alert(
    web: Running, listener: str, limit: ssl.TLSVersion, alert: str, reason: str
) -> None:
    context = raw.insecure_context()
    context.maximum_version = limit
    with Client(web.ports[listener]) as client, pytest.raises(ssl.SSLError) as refused:
        client.strict(context, alpn=())
    assert alert in (refused.value.reason or "").lower().replace("_", " ")
    assert reason in web.lines_of(listener)[0]


def test_a_server_that_resets_sends_no_alert_before(web: Running) -> None:
    context = raw.insecure_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with Client(web.ports["reset"]) as client, pytest.raises(ConnectionResetError):
        client.strict(context, alpn=())
    assert web.lines_of("reset")[0].endswith("unsupported protocol; the connection was reset. client: 127.0.0.1")


def test_a_certificate_that_openssl_refuses_is_logged_and_every_handshake_ended(web: Running) -> None:
    assert "ca md too weak" in web.wait_for_line("sha1", "refused")
    with Client(web.ports["sha1"]) as client, pytest.raises(EOFError):
        client.strict(alpn=())
    assert "ca md too weak" in web.lines_of("sha1")[0]


@pytest.mark.parametrize(("name", "certificate"), [("other.lab.test", "sha1.pem"), ("db.lab.test", "leaf.pem")])
def test_the_name_that_is_sent_decides_which_certificate_is_shown(
    web: Running, shelf: Shelf, name: str, certificate: str
) -> None:
    seen = scan(ServerKind.HTTPS, "127.0.0.1", web.ports["sites"], name, TLSVersion.TLSv1_2, TLSVersion.TLSv1_2)
    wanted = (shelf.directory / certificate).read_text()
    assert ssl.PEM_cert_to_DER_cert(seen.certificates[0]) == ssl.PEM_cert_to_DER_cert(wanted)


def test_the_whole_chain_file_is_sent(web: Running, shelf: Shelf) -> None:
    with Client(web.ports["both"]) as client:
        tls = client.strict(trusting(shelf), alpn=())
        assert len(tls._sslobj.get_unverified_chain()) == 2  # type: ignore[attr-defined]
    web.lines_of("both")


@pytest.mark.parametrize(
    ("low", "high", "versions"),
    [
        ("TLSv1.2", "TLSv1.3", ("1.2", "1.3")),
        ("TLSv1", "TLSv1.1", ("1.0", "1.1")),
        ("TLSv1.0", "TLSv1", ("1.0",)),
    ],
)
def test_a_range_of_versions(low: str, high: str, versions: tuple[str, ...]) -> None:
    assert versions_between(low, high) == versions


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(CannotStart, match="newer than"):
        versions_between("TLSv1.3", "TLSv1.2")


@given(st.binary(max_size=100))
def test_any_bytes_get_a_response(head: bytes) -> None:
    assert response(head).startswith(b"HTTP/1.1 ")
