"""A look tells a port at which nobody listens from a server that does not do what it should."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tlslab.model.situation import ServerKind, TLSVersion
from tlslab.pki.scan import Scan, scan
from tlslab.servers.tds.packets import MessageAssembler, PacketType, frame
from tlslab.servers.tds.prelogin import Encryption, answer, parse

ADDRESS = "127.0.0.1"


def seen_at(port: int) -> Scan:
    return scan(ServerKind.SQLSERVER, ADDRESS, port, "db.lab.test", TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)


def hello_at(host: str, low: TLSVersion) -> bytes:
    """The first bytes of a look at a server that is called by this name, or address."""
    with socket.create_server((ADDRESS, 0)) as server:
        said: list[bytes] = []

        def serve() -> None:
            client = server.accept()[0]
            with client:
                said.append(client.recv(1 << 16))

        thread = threading.Thread(target=serve)
        thread.start()
        scan(ServerKind.HTTPS, ADDRESS, server.getsockname()[1], host, low, max(low, TLSVersion.TLSv1_2))
        thread.join()
    return said[0]


@contextmanager
def hanging_up() -> Iterator[int]:
    """A server that hangs up on its first client."""
    with socket.create_server((ADDRESS, 0)) as server:

        def serve() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_nobody_listens_at_a_port_that_is_bound_alone() -> None:
    with socket.socket() as reserved:
        reserved.bind((ADDRESS, 0))
        seen = seen_at(reserved.getsockname()[1])
    assert seen.nobody
    assert not seen.certificates


def test_somebody_who_hangs_up_listens() -> None:
    with hanging_up() as port:
        seen = seen_at(port)
    assert not seen.nobody
    assert not seen.certificates


def test_a_server_that_says_that_it_cannot_encrypt_shows_no_certificate() -> None:
    with socket.create_server((ADDRESS, 0)) as server:

        def serve() -> None:
            client = server.accept()[0]
            with client:
                asked = MessageAssembler(1 << 16)
                while (message := asked.next_message()) is None:
                    asked.feed(client.recv(1 << 16))
                said = answer(parse(message.payload), Encryption.NOT_SUP, (16, 0, 1000))
                client.sendall(frame(PacketType.RESPONSE, said))

        thread = threading.Thread(target=serve)
        thread.start()
        seen = seen_at(server.getsockname()[1])
        thread.join()
    assert seen.in_clear
    assert not seen.certificates
    assert not seen.nobody


def test_it_is_read_from_the_words_that_come_back_from_a_container() -> None:
    with socket.socket() as reserved:
        reserved.bind((ADDRESS, 0))
        seen = seen_at(reserved.getsockname()[1])
    assert Scan(seen.certificates, seen.refused).nobody


@pytest.mark.parametrize("low", [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3])
def test_a_name_is_told_to_the_server_and_an_address_is_not(low: TLSVersion) -> None:
    assert b"shop.lab.test" in hello_at("shop.lab.test", low)
    assert b"192.0.2.7" not in hello_at("192.0.2.7", low)
