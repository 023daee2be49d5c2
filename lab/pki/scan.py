"""A look at a live server: the certificates that it really presents, and whether it speaks a version of TLS.

The ServerHello flight, which TLS up to 1.2 sends in clear, is read from the wire (RFC 5246, 7.4.2), inside TDS packets
where TDS 7.x hides it (MS-TDS, 2.2.6.5), and bare in TDS 8.0. A server that speaks TLS 1.3 alone is looked at with
`openssl s_client`.
"""

import contextlib
import re
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tlslab.model.certificate import as_address
from tlslab.model.situation import ServerKind, Speaks, TLSVersion
from tlslab.servers.tds.client import ALPN
from tlslab.servers.tds.exchange import Exchange, question
from tlslab.servers.tds.packets import PacketType, ProtocolError, frame
from tlslab.servers.tds.prelogin import Encryption

TIMEOUT = 20.0
"""Seconds that a look may take, on a machine that is busy with something else."""
PATIENCE = 4.0
"""Seconds that a look waits, without a word of its own, for the end of a connection that ends by itself."""
NOBODY = "nobody listens"
NO_TLS = "the server says that it cannot encrypt"
_SERVER_HELLO, _CERTIFICATE = 2, 11
_WITHOUT_ENCRYPTION = {0x0001, 0x0002, 0x003B, 0xC006, 0xC010}
"""Cipher suites that do not encrypt (the registry of TLS Cipher Suites, IANA)."""
_PART, _MOST = 1 << 16, 1 << 20
"""Bytes that are read at a time, and of a flight."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen: PEM certificates, leaf first, or in words why the handshake brought none; what was met at the
    port. `unusual`: of all cipher suites it chose one that no client offers by itself, as it has no other.
    """

    certificates: tuple[str, ...] = ()
    refused: str = ""
    unusual: bool = False
    speaks: Speaks = Speaks.ITS_PROTOCOL

    @property
    def nobody(self) -> bool:
        """Whether nobody listens there. It is read from the words, which are all that a look from afar brings home."""
        return self.refused.startswith(NOBODY)

    @property
    def in_clear(self) -> bool:
        """Whether it answered that it cannot encrypt."""
        return self.refused.startswith(NO_TLS)


@dataclass(frozen=True, slots=True)
class Staple:
    """The answer of OCSP that came with a handshake, as OpenSSL prints it: `good`, `revoked`, `unknown`; "" where none
    came. `until`: its nextUpdate.
    """

    status: str = ""
    until: datetime | None = None


def staple(address: str, port: int, host: str) -> Staple:
    """Ask for an answer of OCSP with the handshake (RFC 6066, 8). Blocks. Raises OSError, subprocess.TimeoutExpired."""
    indication = ("-noservername",) if not host or as_address(host) else ("-servername", host)
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"{address}:{port}", *indication, "-status"),
            *("-cipher", "DEFAULT@SECLEVEL=0", "-no-CAfile", "-no-CApath", "-no-CAstore"),
        ],
        input="",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        check=False,
    )
    status = re.search(r"^ *Cert Status: (\w+)", done.stdout, re.MULTILINE)
    until = re.search(r"^ *Next Update: (.+)", done.stdout, re.MULTILINE)
    return Staple(
        status[1] if status else "",
        datetime.strptime(until[1], "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) if until else None,
    )


def scan(
    kind: ServerKind,
    address: str,
    port: int,
    host: str,
    low: TLSVersion,
    high: TLSVersion,
    *,
    strict: bool = False,
) -> Scan:
    """Begin a handshake that offers the versions `low` to `high` and verifies nothing. `host` stands in the SNI, unless
    it is an address (RFC 6066, 3), or "" for none. `strict`: as TDS 8.0, where TLS comes before anything else. Blocks
    for at most `TIMEOUT` seconds.
    """
    try:
        if kind is ServerKind.HTTPS:
            return _scan_bare(address, port, host, low, high)
        if strict:
            return _scan_bare(address, port, host, low, high, ALPN)
        return _scan_tds(address, port, host, low, high)
    except ConnectionRefusedError as problem:
        return Scan(refused=f"{NOBODY}: {problem}")
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Scan(refused=_words(problem))


def _is_everything(low: TLSVersion, high: TLSVersion) -> bool:
    """Whether a look offers all versions, so that a server which has any of them would answer."""
    return (low, high) == (min(TLSVersion), max(TLSVersion))


def _words(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"


Talk = Callable[[socket.socket, Callable[[], bytes]], Scan]
"""One conversation with a server: the connection, and how to read on, which raises EOFError at the end."""


def _look(address: str, port: int, talk: Talk, *, opening: bytes = b"", wait: bool = False) -> Scan:
    """A conversation that the server may end, or meet with something else than TLS. `opening`: what it begins with,
    after which a server that is none may end it. `wait`: find out whether it ends every conversation. Raises OSError
    where no connection comes about.
    """
    heard = bytearray()
    with socket.create_connection((address, port), timeout=TIMEOUT) as connection:

        def more() -> bytes:
            data = connection.recv(_PART)
            if not data:
                raise EOFError("the server closed the connection")
            heard.extend(data)
            return data

        try:
            return talk(connection, more)
        except (OSError, EOFError, ProtocolError) as problem:
            failed = Scan(refused=_words(problem))
            timed_out = isinstance(problem, TimeoutError)
    for sign, speaks in _OTHERS.items():
        if heard.startswith(sign):
            return replace(failed, speaks=speaks)
    if timed_out:
        return failed if heard else replace(failed, speaks=Speaks.NOTHING)
    if wait and not heard and _ends_by_itself(address, port):
        return replace(failed, speaks=Speaks.CLOSES)
    if wait and heard and opening and _ends_by_itself(address, port, opening):
        return replace(failed, speaks=Speaks.CLOSES_AFTER_PRELOGIN)
    return failed


_OTHERS = {b"HTTP/": Speaks.HTTP, b"SSH-": Speaks.SSH}
"""What other services begin with (RFC 9112, 4; RFC 4253, 4.2)."""


def _ends_by_itself(address: str, port: int, opening: bytes = b"") -> bool:
    """Whether the server ends a connection on which nothing, or no more than this opening, is said."""
    with socket.create_connection((address, port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(opening)
            while connection.recv(_PART):
                pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
    return True


def _scan_bare(address: str, port: int, host: str, low: TLSVersion, high: TLSVersion, protocol: str = "") -> Scan:
    """A server that begins with TLS. `protocol`: what to offer by ALPN."""
    found = Scan(refused="TLS 1.3 is encrypted from the ServerHello on")
    if low <= TLSVersion.TLSv1_2:

        def talk(connection: socket.socket, more: Callable[[], bytes]) -> Scan:
            connection.sendall(_client_hello(host, min(high, TLSVersion.TLSv1_2), protocol))
            return _read_flight(more, low)

        found = _look(address, port, talk, wait=_is_everything(low, high))
    speaks_tls = found.speaks is Speaks.ITS_PROTOCOL  # and 1.3 perhaps, where it has ended this conversation
    is_known = found.certificates or high <= TLSVersion.TLSv1_2 or not speaks_tls
    return found if is_known else _scan_encrypted(address, port, host, high, protocol)


def _scan_encrypted(address: str, port: int, host: str, version: TLSVersion, protocol: str) -> Scan:
    indication = ("-noservername",) if not host or as_address(host) else ("-servername", host)
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"{address}:{port}", *indication, "-showcerts"),
            *(("-alpn", protocol) if protocol else ()),
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
    if low > TLSVersion.TLSv1_2:
        return Scan(refused="TDS 7.x carries TLS 1.2 at most")

    def talk(connection: socket.socket, more: Callable[[], bytes]) -> Scan:
        exchange = Exchange(connection.sendall, more)
        if exchange.prelogin(Encryption.ON).encryption == Encryption.NOT_SUP:
            return Scan(refused=f"{NO_TLS} (ENCRYPT_NOT_SUP)")
        exchange.send(PacketType.PRELOGIN, _client_hello(host, min(high, TLSVersion.TLSv1_2)))
        return _read_flight(exchange.next, low)

    opening = frame(PacketType.PRELOGIN, question(Encryption.ON))
    return _look(address, port, talk, opening=opening, wait=_is_everything(low, high))


def _client_hello(host: str, newest: TLSVersion, protocol: str = "") -> bytes:
    """A ClientHello in a record of its own that offers every cipher, and versions up to this one, 1.2 at most.

    The ssl module warns of old versions, and the lab does not mean to use them, so client_version (RFC 5246, 7.4.1.2)
    is written afterwards; the record's header has 5 bytes, the message's 4. For an address the module sends no SNI.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:eNULL:!aNULL:@SECLEVEL=0")
    if protocol:
        context.set_alpn_protocols([protocol])
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host or None)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    return hello[:9] + newest.value.to_bytes(2) + hello[11:]


def _read_flight(more: Callable[[], bytes], low: TLSVersion) -> Scan:
    """What the server answers to a ClientHello. `more`: its next bytes."""
    flight = b""
    while True:
        flight += more()
        unusual = False
        for kind, body in _handshake_messages(flight):
            if kind == _SERVER_HELLO:
                if int.from_bytes(body[:2]) < low:
                    return Scan(refused="the server chose a version of TLS that was not offered")
                unusual = int.from_bytes(body[35 + body[34] :][:2]) in _WITHOUT_ENCRYPTION
            if kind == _CERTIFICATE:
                shown = tuple(ssl.DER_cert_to_PEM_cert(der) for der in _certificate_list(body))
                return Scan(shown, unusual=unusual)
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
