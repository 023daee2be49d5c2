"""A look at a live server: the certificates that it really presents, and whether it speaks a version of TLS.

The ServerHello flight, which TLS up to 1.2 sends in clear, is read from the wire (RFC 5246, 7.4.2), inside TDS packets
where TDS 7.x hides it (MS-TDS, 2.2.6.5). A server that speaks TLS 1.3 alone is looked at with `openssl s_client`.
"""

import contextlib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tlslab.model.certificate import as_address
from tlslab.model.situation import ServerKind, TLSVersion
from tlslab.servers.tds.exchange import Exchange
from tlslab.servers.tds.packets import PacketType, ProtocolError
from tlslab.servers.tds.prelogin import Encryption

TIMEOUT = 20.0
"""Seconds that a look may take, on a machine that is busy with something else."""
NOBODY = "nobody listens"
NO_TLS = "the server says that it cannot encrypt"
_SERVER_HELLO, _CERTIFICATE = 2, 11
_PART, _MOST = 1 << 16, 1 << 20
"""Bytes that are read at a time, and of a flight."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen: PEM certificates, leaf first, or in words why the handshake brought none."""

    certificates: tuple[str, ...] = ()
    refused: str = ""

    @property
    def nobody(self) -> bool:
        """Whether nobody listens there. It is read from the words, which are all that a look from afar brings home."""
        return self.refused.startswith(NOBODY)

    @property
    def in_clear(self) -> bool:
        """Whether it answered that it cannot encrypt."""
        return self.refused.startswith(NO_TLS)


def scan(kind: ServerKind, address: str, port: int, host: str, low: TLSVersion, high: TLSVersion) -> Scan:
    """Begin a handshake that offers the versions `low` to `high` and verifies nothing. `host` stands in the SNI, unless
    it is an address (RFC 6066, 3). Blocks for at most `TIMEOUT` seconds.
    """
    try:
        if kind is ServerKind.HTTPS:
            return _scan_https(address, port, host, low, high)
        return _scan_tds(address, port, host, low, min(high, TLSVersion.TLSv1_2))
    except ConnectionRefusedError as problem:
        return Scan(refused=f"{NOBODY}: {problem}")
    except (OSError, subprocess.TimeoutExpired, EOFError, ProtocolError) as problem:
        return Scan(refused=f"{type(problem).__name__}: {problem}")


def _scan_https(address: str, port: int, host: str, low: TLSVersion, high: TLSVersion) -> Scan:
    found = Scan(refused="TLS 1.3 is encrypted from the ServerHello on")
    if low <= TLSVersion.TLSv1_2:
        with socket.create_connection((address, port), timeout=TIMEOUT) as connection:
            try:
                connection.sendall(_client_hello(host, min(high, TLSVersion.TLSv1_2)))
                found = _read_flight(lambda: _more(connection), low)
            except (OSError, EOFError) as problem:  # it may speak TLS 1.3 all the same
                found = Scan(refused=f"{type(problem).__name__}: {problem}")
    return found if found.certificates or high <= TLSVersion.TLSv1_2 else _scan_encrypted(address, port, host, high)


def _more(connection: socket.socket) -> bytes:
    """Raises EOFError when the server has closed the connection."""
    data = connection.recv(_PART)
    if not data:
        raise EOFError("the server closed the connection")
    return data


def _scan_encrypted(address: str, port: int, host: str, version: TLSVersion) -> Scan:
    indication = ("-noservername",) if as_address(host) else ("-servername", host)
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"{address}:{port}", *indication, "-showcerts"),
            *("-min_protocol", version.label, "-max_protocol", version.label, "-cipher", "DEFAULT@SECLEVEL=0"),
            # Reading the system's store takes five times as long as the rest.
            *("-no-CAfile", "-no-CApath", "-no-CAstore"),
        ],
        input="",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        check=False,
    )
    found = tuple(_pem_blocks(done.stdout))
    return Scan(found) if found else Scan(refused=done.stderr.strip() or "no certificate was presented")


def _pem_blocks(text: str) -> Iterator[str]:
    for block in text.split("-----BEGIN CERTIFICATE-----")[1:]:
        yield f"-----BEGIN CERTIFICATE-----{block.partition('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n"


def _scan_tds(address: str, port: int, host: str, low: TLSVersion, high: TLSVersion) -> Scan:
    if low > high:
        return Scan(refused="TDS 7.x carries TLS 1.2 at most")
    with socket.create_connection((address, port), timeout=TIMEOUT) as connection:
        exchange = Exchange.over(connection)
        if exchange.prelogin(Encryption.ON).encryption == Encryption.NOT_SUP:
            return Scan(refused=f"{NO_TLS} (ENCRYPT_NOT_SUP)")
        exchange.send(PacketType.PRELOGIN, _client_hello(host, high))
        return _read_flight(exchange.next, low)


def _client_hello(host: str, newest: TLSVersion) -> bytes:
    """A ClientHello in a record of its own that offers every cipher, and versions up to this one, 1.2 at most.

    The ssl module warns of old versions, and the lab does not mean to use them, so client_version (RFC 5246, 7.4.1.2)
    is written afterwards; the record's header has 5 bytes, the message's 4. For an address the module sends no SNI.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    return hello[:9] + newest.value.to_bytes(2) + hello[11:]


def _read_flight(more: Callable[[], bytes], low: TLSVersion) -> Scan:
    """What the server answers to a ClientHello. `more`: its next bytes."""
    flight = b""
    while True:
        flight += more()
        for kind, body in _handshake_messages(flight):
            if kind == _SERVER_HELLO and int.from_bytes(body[:2]) < low:
                return Scan(refused="the server chose a version of TLS that was not offered")
            if kind == _CERTIFICATE:
                return Scan(tuple(ssl.DER_cert_to_PEM_cert(der) for der in _certificate_list(body)))
        if flight[:1] == b"\x15":
            return Scan(refused=f"TLS alert {flight[6]}" if len(flight) > 6 else "TLS alert")
        if len(flight) > _MOST:
            return Scan(refused="the server sends no certificate and no end")


def _handshake_messages(records: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of the complete handshake messages in these TLS records (RFC 5246, 6.2.1 and 7.4)."""
    stream = b""
    while len(records) >= 5:
        length = int.from_bytes(records[3:5])
        if records[0] == 22:
            stream += records[5 : 5 + length]
        records = records[5 + length :]
    while len(stream) >= 4:
        length = int.from_bytes(stream[1:4])
        if len(stream) < 4 + length:
            return
        yield stream[0], stream[4 : 4 + length]
        stream = stream[4 + length :]


def _certificate_list(body: bytes) -> Iterator[bytes]:
    rest = body[3:]
    while len(rest) >= 3:
        length = int.from_bytes(rest[:3])
        yield rest[3 : 3 + length]
        rest = rest[3 + length :]
