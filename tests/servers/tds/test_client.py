"""The login by which the lab learns that a SQL Server serves."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.minted import Shelf
from tests.servers.process import PASSWORD, Running, serving
from tlslab.servers.tds import client, login
from tlslab.servers.tds.packets import ProtocolError


@pytest.fixture(scope="module")
def servers(shelf: Shelf) -> Iterator[Running]:
    conf = shelf.conf
    named = {
        "not forced": conf("in.conf"),
        "forced": conf("in-forced.conf", forceencryption="1"),
        "forced, TLS 1.1 alone": conf("in-old.conf", forceencryption="1", tlsprotocols="1.1"),
        "no certificate configured": conf("in-fallback.conf", None),
        "a certificate that its own OpenSSL refuses": conf("in-sha1.conf", "sha1.pem", "rsa.key.pem"),
        "forced, and a certificate that its own OpenSSL refuses": conf(
            "in-forced-sha1.conf", "sha1.pem", "rsa.key.pem", forceencryption="1"
        ),
        "strict": conf("in-strict.conf", forcestrict="1"),
    }
    listeners = [
        {"kind": "sqlserver", "id": name, "conf": path, "security_level": 0 if "1.1" in name else 2}
        for name, path in named.items()
    ]
    with serving(listeners) as running:
        yield running


def log_in(servers: Running, name: str, password: str = PASSWORD, user: str = "sa") -> str:
    return client.log_in("127.0.0.1", servers.ports[name], user, password, strict=name == "strict", timeout=10)


@pytest.mark.parametrize(
    "name",
    [
        "not forced",
        "forced",
        "forced, TLS 1.1 alone",
        "no certificate configured",
        "a certificate that its own OpenSSL refuses",
        "forced, and a certificate that its own OpenSSL refuses",
        "strict",
    ],
)
def test_a_server_that_serves_lets_the_lab_in_whatever_its_certificate(servers: Running, name: str) -> None:
    assert log_in(servers, name) == ""


@pytest.mark.parametrize("name", ["not forced", "forced", "strict"])
def test_a_wrong_password_is_told_in_the_servers_words(servers: Running, name: str) -> None:
    assert log_in(servers, name, "Wrong!Passw0rd") == "Login failed for user 'sa'. (error 18456)"


def test_a_port_where_nobody_listens_is_no_server() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert "refused" in client.log_in("127.0.0.1", port, "sa", PASSWORD, strict=False, timeout=5)


def test_a_server_that_says_nothing_and_closes_is_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def close() -> None:
            accepted, _ = listening.accept()
            with accepted:
                accepted.recv(64)

        closing = threading.Thread(target=close)
        closing.start()
        port = listening.getsockname()[1]
        said = client.log_in("127.0.0.1", port, "sa", PASSWORD, strict=False, timeout=10)
        closing.join()
    assert said == "EOFError: the server closed the connection"


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from([login.TDS_7_4, login.TDS_8_0]))
def test_what_is_sent_is_what_a_server_reads(user: str, password: str, version: int) -> None:
    found = login.parse(client.login7(user, password, version))
    assert (found.user, found.password, found.tds_version) == (user, password, version)
    assert found.app == client.APPLICATION
    assert not found.integrated


def test_an_answer_without_loginack_and_error_is_none() -> None:
    done = bytes.fromhex("fd 0000 0000 0000000000000000")
    with pytest.raises(ProtocolError):
        client.verdict(done)


@given(st.binary(max_size=200) | st.binary(max_size=20).map(lambda rest: b"\xaa\x04\x00" + rest))
def test_any_answer_is_read_or_refused(tokens: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        client.verdict(tokens)
