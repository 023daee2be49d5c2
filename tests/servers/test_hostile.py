"""Hostile input: mutated streams against the live endpoint, clients that dawdle, flood or vanish.

`TLSLAB_FULL=1` is the long form: at least 100,000 mutated packets and records. `LAB_FUZZ_SEED` repeats a run.
"""

import contextlib
import os
import random
import secrets
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.servers import raw
from tests.servers.minted import Shelf
from tests.servers.process import Running, serving
from tests.servers.raw import Client, works
from tests.servers.tds.sessions import call_bytes, integer, nvarchar

PACKETS = 100_000 if os.environ.get("TLSLAB_FULL") == "1" else 1500
SEED = int(os.environ.get("LAB_FUZZ_SEED", str(secrets.randbits(32))))
# Above the timeouts of the listeners, so that it is the endpoint that must end a connection.
PATIENCE = 60.0
WARM = 400
GROWTH = 48 * 1024 * 1024


@pytest.fixture(scope="module")
def lab(shelf: Shelf) -> Iterator[Running]:
    https = {"chain": str(shelf.directory / "chain.pem"), "key": str(shelf.directory / "key.pem")}
    listeners: list[dict[str, object]] = [
        {"id": "tds", "kind": "sqlserver", "conf": shelf.conf("fuzz.conf")},
        {"id": "sha1", "kind": "sqlserver", "conf": shelf.conf("fuzz-sha1.conf", "sha1.pem", "rsa.key.pem")},
        {"id": "https", "kind": "https", **https},
        {"id": "few", "kind": "sqlserver", "conf": shelf.conf("fuzz.conf"), "max_connections": 3},
        {"id": "few-https", "kind": "https", **https, "max_connections": 3},
    ]
    with serving(listeners, login_timeout=3, idle_timeout=3) as running:
        running.keep = False
        yield running


REQUESTS = [
    raw.packet(raw.BATCH, raw.batch("SELECT 1 AS n, N'x' AS s; SET NOCOUNT ON SELECT @@VERSION")),
    raw.packet(raw.RPC, raw.headers() + call_bytes(10, nvarchar("SELECT @a"), nvarchar("@a int"), integer(5, "@a"))),
    raw.packet(
        raw.RPC,
        raw.headers() + call_bytes("[sys].sp_datatype_info_100", integer(93, "@data_type"), integer(3, "@ODBCVer")),
    ),
    raw.packet(
        raw.RPC,
        raw.headers()
        + call_bytes(13, integer(None, output=True), nvarchar("@p int"), nvarchar("SELECT @p"), integer(1)),
    ),
    raw.packet(0x0E, raw.headers() + struct.pack("<HH", 5, 0)),
    raw.packet(raw.ATTENTION, b""),
]
LOGIN = raw.packet(raw.LOGIN7, raw.login7(features=struct.pack("<BIB", 0x0A, 1, 1) + b"\xff"))


class Mutator:
    """Damages packets, in the ways in which parsers are known to be wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.packets = 0

    def __call__(self, packet: bytes) -> bytes:
        self.packets += 1
        data = bytearray(packet)
        for _ in range(self.random.choice((1, 1, 2, 4))):
            data = self.random.choice(self.WAYS)(self, data)
        return bytes(data)

    def _place(self, data: bytearray) -> int:
        # Headers, counts and offsets are at the front; half of the damage goes there.
        last = max(len(data) - 1, 0)
        return self.random.randint(0, min(last, 40) if self.random.random() < 0.5 else last)

    def flip(self, data: bytearray) -> bytearray:
        if data:
            data[self._place(data)] ^= 1 << self.random.randrange(8)
        return data

    def edge(self, data: bytearray) -> bytearray:
        at = self._place(data)
        data[at : at + self.random.choice((1, 2, 4))] = self.random.choice(
            (b"\0", b"\xff", b"\0\0", b"\xff\xff", b"\x7f\xff", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\x80\0\0\0")
        )
        return data

    def cut(self, data: bytearray) -> bytearray:
        return data[: self._place(data)]

    def drop(self, data: bytearray) -> bytearray:
        at = self._place(data)
        del data[at : at + self.random.randint(1, 16)]
        return data

    def insert(self, data: bytearray) -> bytearray:
        at = self._place(data)
        data[at:at] = self.random.randbytes(self.random.choice((1, 8, 300)))
        return data

    def repeat(self, data: bytearray) -> bytearray:
        return data + data[self._place(data) :]

    def length(self, data: bytearray) -> bytearray:
        """A packet header that says something else."""
        if len(data) >= 4:
            data[2:4] = struct.pack(">H", self.random.choice((0, 7, 8, 9, len(data), 4096, 32767, 32768, 65535)))
        return data

    WAYS: "tuple[Callable[[Mutator, bytearray], bytearray], ...]" = (
        flip,
        flip,
        edge,
        edge,
        cut,
        drop,
        insert,
        repeat,
        length,
    )

    def mutated(self, packets: list[bytes]) -> list[bytes]:
        """A stream of packets with at least one damaged."""
        hit = {self.random.randrange(len(packets)) for _ in range(self.random.choice((1, 2, len(packets))))}
        return [self(p) if i in hit else p for i, p in enumerate(packets)]


@contextlib.contextmanager
def it_may_hang_up() -> Iterator[None]:
    """The endpoint may end the connection at any time; that it does not is the mistake."""
    try:
        yield
    except TimeoutError as e:
        raise AssertionError(f"a connection was still open after {PATIENCE} seconds; LAB_FUZZ_SEED={SEED}") from e
    except (OSError, EOFError):
        pass


def play(port: int, packets: list[bytes]) -> None:
    """Send everything, close this side, and wait for the endpoint to close its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock, it_may_hang_up():
        sock.sendall(b"".join(packets))
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass


def clear_session(port: int, m: Mutator) -> None:
    """PRELOGIN, LOGIN7 and requests without TLS: every layer of TDS sees damage."""
    requests = m.random.sample(REQUESTS, m.random.randint(1, len(REQUESTS)))
    good = [raw.prelogin(2), LOGIN, *requests]
    if m.random.random() < 0.5:
        # The login is as it should be, so that the damage reaches the requests.
        play(port, good[:2] + m.mutated(good[2:]))
    else:
        play(port, m.mutated(good))


def nested_handshake(port: int, m: Mutator) -> None:
    """Damaged TLS records inside packets, and damaged packets around TLS records."""
    hello = client_hello()
    record = m(hello) if m.random.random() < 0.5 else hello
    wrapped = raw.packet(raw.PRELOGIN, record[:30000])
    play(port, [raw.prelogin(m.random.choice((0, 1, 3))), m(wrapped) if record is hello else wrapped, m(LOGIN)])


def strict_handshake(port: int, m: Mutator) -> None:
    """Damaged TLS records first."""
    play(port, [m(client_hello("tds/8.0")), m(LOGIN)])


def inside_tls(port: int, m: Mutator) -> None:
    """A perfect handshake, and damage under the encryption."""
    with Client(port, timeout=PATIENCE) as client, it_may_hang_up():
        if m.random.random() < 0.5:
            client.strict()
            packets = [raw.prelogin(2), LOGIN, *REQUESTS]
        else:
            client.send(raw.prelogin(1))
            client.receive()
            client.handshake()
            packets = [LOGIN, *REQUESTS]
        for packet in m.mutated(packets):
            if packet:
                client.send(packet)
        client.sock.shutdown(socket.SHUT_WR)
        client.expect_end()


def damaged_records(port: int, m: Mutator) -> None:
    """Damage of the encrypted records themselves, after the handshake."""
    with Client(port, timeout=PATIENCE) as client, it_may_hang_up():
        tls = client.strict()
        tls.write(raw.prelogin(2) + LOGIN)
        client.send_raw(m(client._outgoing.read()))
        client.sock.shutdown(socket.SHUT_WR)
        client.expect_end()


def web_request(port: int, m: Mutator) -> None:
    """HTTPS, with damage below or inside TLS."""
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    if m.random.random() < 0.5:
        play(port, [m(client_hello("http/1.1"))])
        return
    with Client(port, timeout=PATIENCE) as client, it_may_hang_up():
        client.strict(alpn=("http/1.1",))
        if damaged := m(request):
            client.send(damaged)
        client.sock.shutdown(socket.SHUT_WR)
        client.expect_end()


def client_hello(*alpn: str) -> bytes:
    """A good ClientHello, made now."""
    context = raw.insecure_context()
    if alpn:
        context.set_alpn_protocols(list(alpn))
    outgoing = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="db.lab.test").do_handshake()
    return outgoing.read()


ATTACKS: list[tuple[str, Callable[[int, Mutator], None]]] = [
    *[("tds", clear_session)] * 8,
    *[("tds", nested_handshake)] * 3,
    *[("tds", strict_handshake)] * 2,
    *[("tds", inside_tls)] * 2,
    ("tds", damaged_records),
    ("sha1", nested_handshake),
    ("https", web_request),
]


def good_clients_are_answered(lab: Running) -> None:
    works(lab.ports["tds"])
    works(lab.ports["tds"], strict=True)
    web_client_is_answered(lab.ports["https"])


def web_client_is_answered(port: int) -> None:
    with Client(port) as client:
        client.strict(alpn=("http/1.1",))
        client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.read_to_the_end().startswith(b"HTTP/1.1 200 OK\r\n")


def test_mutated_streams_neither_kill_nor_stop_nor_fill_the_endpoint(lab: Running) -> None:
    numbers = count(SEED)
    sent = connections = 0
    settled = 0
    with ThreadPoolExecutor(8) as pool:
        while sent < PACKETS:
            mutators = [Mutator(next(numbers)) for _ in range(200)]
            impostors = [m.random.choice(ATTACKS) for m in mutators]
            jobs = [pool.submit(a, lab.ports[where], m) for (where, a), m in zip(impostors, mutators, strict=True)]
            for job in jobs:
                job.result()
            sent += sum(m.packets for m in mutators)
            connections += len(jobs)
            assert lab.child.poll() is None, f"the endpoint died; LAB_FUZZ_SEED={SEED}"
            assert not lab.failures, f"{lab.failures[:3]}; LAB_FUZZ_SEED={SEED}"
            good_clients_are_answered(lab)
            if not settled and connections >= WARM:
                settled = lab.memory()
    grown = lab.memory() - (settled or lab.memory())
    print(
        f"\n{sent} mutated packets and records in {connections} connections, seed {SEED}; "
        f"resident memory {lab.memory() >> 20} MB, {grown / 2**20:+.1f} MB since the first {WARM}"
    )
    assert grown < GROWTH


DAWDLERS = {
    "nothing": b"",
    "half a header": b"\x12\x01",
    "half a PRELOGIN": raw.prelogin(1)[:20],
    "no ClientHello": raw.prelogin(1),
    "no LOGIN7": raw.prelogin(2),
    "half a LOGIN7": raw.prelogin(2) + LOGIN[:50],
    "half a ClientHello": b"\x16\x03\x01\x40\x00\x01",
    "no request": raw.prelogin(2) + LOGIN,
    "half a request": raw.prelogin(2) + LOGIN + REQUESTS[0][:-3],
}


def test_clients_that_stop_in_the_middle_are_let_go_by_the_endpoint(lab: Running) -> None:
    with contextlib.ExitStack() as stack:
        open_still = {}
        for name, beginning in DAWDLERS.items():
            for listener in ("tds", "https"):
                sock = socket.create_connection(("127.0.0.1", lab.ports[listener]), timeout=PATIENCE)
                stack.enter_context(sock)
                sock.sendall(beginning)
                open_still[name, listener] = sock
        works(lab.ports["tds"])
        for sock in open_still.values():
            with contextlib.suppress(ConnectionResetError):
                while sock.recv(65536):
                    pass


def floods_until_it_hangs_up(sock: socket.socket, packet: bytes) -> bool:
    """Send a packet over and over, a hundred megabytes at the most."""
    try:
        for _ in range(100 * 1024 * 1024 // len(packet)):
            sock.sendall(packet)
    except ConnectionError:
        return True
    return False


@pytest.mark.parametrize(
    ("beginning", "flood"),
    [
        pytest.param([], raw.packet(raw.PRELOGIN, bytes(4000), status=0), id="PRELOGIN without end"),
        pytest.param([raw.prelogin(2)], raw.packet(raw.LOGIN7, bytes(4000), status=0), id="LOGIN7 without end"),
        pytest.param([raw.prelogin(2), LOGIN], raw.packet(raw.BATCH, bytes(4000), status=0), id="batch without end"),
        pytest.param(
            [raw.prelogin(1)],
            raw.packet(raw.PRELOGIN, b"\x16\x03\x01\x0f\x9b\x01\x00\xff\xff" + bytes(3991)),
            id="handshake without end",
        ),
    ],
)
def test_a_message_without_end_is_cut_off(lab: Running, beginning: list[bytes], flood: bytes) -> None:
    with socket.create_connection(("127.0.0.1", lab.ports["tds"]), timeout=PATIENCE) as sock:
        sock.sendall(b"".join(beginning))
        assert floods_until_it_hangs_up(sock, flood)
    works(lab.ports["tds"])


def test_a_client_that_reads_nothing_is_let_go(lab: Running) -> None:
    request = raw.packet(raw.BATCH, raw.batch("SELECT '" + "x" * 3500 + "'"))
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", lab.ports["tds"]))
        sock.sendall(raw.prelogin(2) + LOGIN)
        before = lab.memory()
        assert floods_until_it_hangs_up(sock, request)
        assert lab.memory() - before < GROWTH
    works(lab.ports["tds"])


@pytest.mark.parametrize("times", [15, 100], ids=["large answers", "errors"])
def test_many_clients_that_read_nothing_take_little_memory_and_hold_up_nobody(lab: Running, times: int) -> None:
    payload = call_bytes(10, nvarchar("SELECT " + ",".join(["@a"] * times)), nvarchar(""), nvarchar("x" * 3900, "@a"))
    request = raw.packet(raw.RPC, raw.headers() + payload)
    with contextlib.ExitStack() as stack:
        before = lab.memory()
        for _ in range(30):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(PATIENCE)
            sock.connect(("127.0.0.1", lab.ports["tds"]))
            sock.sendall(raw.prelogin(2) + LOGIN)
            with contextlib.suppress(BlockingIOError):
                sock.setblocking(False)
                for _ in range(1000):
                    sock.send(request)
        works(lab.ports["tds"])
        assert lab.memory() - before < GROWTH
    works(lab.ports["tds"])


def test_more_logins_than_allowed_are_turned_away_at_once_and_room_comes_back(lab: Running) -> None:
    port = lab.ports["few"]
    held = [Client(port, timeout=PATIENCE) for _ in range(3)]
    for client in held:
        client.connect(2)
    with Client(port, timeout=PATIENCE) as client:
        assert client.expect_end() == "fin"
    for client in held:
        client.sock.shutdown(socket.SHUT_WR)
        client.expect_end()
        client.sock.close()
    works(port)


@pytest.mark.parametrize("listener", ["few", "few-https"])
@pytest.mark.parametrize("beginning", [b"", raw.prelogin(1)], ids=["silent", "half a login"])
def test_connections_that_do_not_log_in_keep_nobody_out(lab: Running, listener: str, beginning: bytes) -> None:
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(Client(lab.ports[listener], timeout=PATIENCE)) for _ in range(20)]
        for client in held:
            with contextlib.suppress(ConnectionError):
                client.send_raw(beginning)
        if listener == "few":
            works(lab.ports[listener])
        else:
            web_client_is_answered(lab.ports[listener])
        held[0].expect_end()
