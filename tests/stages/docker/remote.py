"""A way to a daemon over the network: a port of this machine that leads to a socket, and the files of its TLS.

    python -m tests.stages.docker.remote SOCKET PORT

leads the other way, from a socket to a port: where it runs in another network than whoever connects, into that. It ends
with its standard input.
"""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

_PART = 1 << 16


@contextmanager
def forwarded(path: Path) -> Iterator[int]:
    """A port on 127.0.0.1 that leads to this Unix socket."""

    def connect() -> socket.socket:
        there = socket.socket(socket.AF_UNIX)
        there.connect(str(path))
        return there

    with socket.create_server(("127.0.0.1", 0)) as listening, leading(listening, connect):
        yield listening.getsockname()[1]


@contextmanager
def leading(listening: socket.socket, connect: Callable[[], socket.socket]) -> Iterator[None]:
    """Lead each connection to one that `connect` makes; at the end all are ended."""
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def begin(work: Callable[..., None], *arguments: socket.socket) -> None:
        threads.append(threading.Thread(target=work, args=arguments))
        threads[-1].start()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = listening.accept()
                sockets.append(here)
                there = connect()
                sockets.append(there)
                begin(pump, here, there)
                begin(pump, there, here)

    begin(accept)
    try:
        yield
    finally:
        for each in (listening, *sockets):
            shut(each)
        for thread in threads:
            thread.join()
        for each in sockets:
            each.close()


def pump(source: socket.socket, target: socket.socket) -> None:
    """One direction, to its end; nobody who speaks to a daemon closes one direction alone."""
    with contextlib.suppress(OSError):
        while part := source.recv(_PART):
            target.sendall(part)
    shut(source)
    shut(target)


def shut(each: socket.socket) -> None:
    """End it; who waits for it learns of that."""
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)


def certificates(place: Path, ca: trustme.CA, own: trustme.CA | None = None, name: str = "client.test") -> Path:
    """A directory as DOCKER_CERT_PATH names it: the CA to trust, and a certificate for this name of the CA `own`."""
    place.mkdir(exist_ok=True)
    ca.cert_pem.write_to_path(str(place / "ca.pem"))
    if own is not None:
        issued = own.issue_cert(name)
        issued.cert_chain_pems[0].write_to_path(str(place / "cert.pem"))
        issued.private_key_pem.write_to_path(str(place / "key.pem"))
    return place


def main(path: str, port: int) -> None:
    """Lead from the socket to the port, until the end of standard input."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        with leading(listening, lambda: socket.create_connection(("127.0.0.1", port))):
            print("ready", flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
