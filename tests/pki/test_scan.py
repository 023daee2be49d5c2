"""A look tells a port at which nobody listens from a server that does not do what it should."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tlslab.model.situation import ServerKind, TLSVersion
from tlslab.pki.scan import Scan, scan

ADDRESS = "127.0.0.1"


def seen_at(port: int) -> Scan:
    return scan(ServerKind.SQLSERVER, ADDRESS, port, "db.lab.test", TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)


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


def test_it_is_read_from_the_words_that_come_back_from_a_container() -> None:
    with socket.socket() as reserved:
        reserved.bind((ADDRESS, 0))
        seen = seen_at(reserved.getsockname()[1])
    assert Scan(seen.certificates, seen.refused).nobody
