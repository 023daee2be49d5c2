"""A login over TDS, by which the lab learns that a SQL Server serves: an open port does not say so, nor does a log.

Nothing is verified and the weakest encryption that the server takes will do (none at all where it does not insist), so
that a login says nothing about certificates: they are what is under test. For the same reason a server counts as
serving that insists on encryption, answers the PRELOGIN, and then cannot do TLS. Runs on the standard library.
"""

import socket
import ssl
import struct

from tlslab.servers.tds.exchange import Exchange, Receive, Send
from tlslab.servers.tds.login import TDS_7_4, TDS_8_0
from tlslab.servers.tds.packets import PacketType, ProtocolError
from tlslab.servers.tds.prelogin import Encryption

APPLICATION = "TLS trust lab"
ALPN = "tds/8.0"
_LOGINACK, _ERROR, _DONE = 0xAD, 0xAA, 0xFD
_SHORTEST_ERROR = 8
"""Bytes of an ERROR token up to its text: number, state, class, length (MS-TDS 2.2.7.10)."""
_FIXED = 94
"""Bytes of a LOGIN7 before its texts (MS-TDS 2.2.6.4)."""
_PART = 1 << 16


def log_in(address: str, port: int, user: str, password: str, *, strict: bool, timeout: float) -> str:
    """Log in once; "" when the server let us in, else its words, or what happened to the connection.

    `strict`: TDS 8.0, TLS before anything else. `timeout`: seconds for each step.
    """
    try:
        if strict:
            return _strict(address, port, user, password, timeout)
        refused = _clear(address, port, user, password, timeout)
        return _encrypted(address, port, user, password, timeout) if refused is None else refused
    except (OSError, EOFError, ProtocolError) as problem:
        return f"{type(problem).__name__}: {problem}"


def _clear(address: str, port: int, user: str, password: str, timeout: float) -> str | None:
    """None when the server insists on encryption."""
    with socket.create_connection((address, port), timeout=timeout) as connection:
        exchange = Exchange.over(connection)
        if exchange.prelogin(Encryption.NOT_SUP).encryption != Encryption.NOT_SUP:
            return None
        return _login(exchange, user, password, TDS_7_4)


def _encrypted(address: str, port: int, user: str, password: str, timeout: float) -> str:
    with socket.create_connection((address, port), timeout=timeout) as connection:
        exchange = Exchange.over(connection)
        exchange.prelogin(Encryption.ON)
        tls = _Tls(_context(ssl.TLSVersion.TLSv1_2))
        try:
            tls.handshake(lambda data: exchange.send(PacketType.PRELOGIN, data), exchange.next)
        except (OSError, EOFError):
            return ""
        return _login(Exchange(*tls.over(connection)), user, password, TDS_7_4)


def _strict(address: str, port: int, user: str, password: str, timeout: float) -> str:
    with socket.create_connection((address, port), timeout=timeout) as connection:
        context = _context(ssl.TLSVersion.TLSv1_3)
        context.set_alpn_protocols([ALPN])
        tls = _Tls(context)
        tls.handshake(connection.sendall, lambda: connection.recv(_PART))
        exchange = Exchange(*tls.over(connection))
        exchange.prelogin(Encryption.NOT_SUP)
        return _login(exchange, user, password, TDS_8_0)


def _login(exchange: Exchange, user: str, password: str, version: int) -> str:
    exchange.send(PacketType.LOGIN7, login7(user, password, version))
    return verdict(exchange.next())


def login7(user: str, password: str, version: int) -> bytes:
    """A LOGIN7 message (MS-TDS 2.2.6.4) with user and password."""
    hidden = bytes((((byte << 4) | (byte >> 4)) & 0xFF) ^ 0xA5 for byte in password.encode("utf-16-le"))
    name, application = user.encode("utf-16-le"), APPLICATION.encode("utf-16-le")
    texts = [b"", name, hidden, application, b"", b"", b"", b"", b""]
    table, at = b"", _FIXED
    for text in texts:
        table += struct.pack("<HH", at, len(text) // 2)
        at += len(text)
    table += bytes(6) + 3 * struct.pack("<HH", at, 0) + bytes(4)
    flags = bytes([0xE0, 0x03, 0, 0]) + bytes(8)
    head = struct.pack("<IIIIII", at, version, 4096, 7, 1, 0)
    return head + flags + table + b"".join(texts)


def verdict(tokens: bytes) -> str:
    """What the answer to a LOGIN7 says: "" for LOGINACK, else the words of its ERROR token (MS-TDS 2.2.7).

    Raises ProtocolError for an answer that is neither.
    """
    at, words = 0, ""
    while at + 3 <= len(tokens) and tokens[at] != _DONE:
        (length,) = struct.unpack_from("<H", tokens, at + 1)
        body = tokens[at + 3 : at + 3 + length]
        if tokens[at] == _LOGINACK:
            return ""
        if tokens[at] == _ERROR and len(body) >= _SHORTEST_ERROR:
            (number,) = struct.unpack_from("<i", body)
            (count,) = struct.unpack_from("<H", body, 6)
            words = words or f"{body[8 : 8 + 2 * count].decode('utf-16-le', errors='replace')} (error {number})"
        at += 3 + length
    if not words:
        raise ProtocolError("the answer to the login neither grants nor refuses it")
    return words


def _context(newest: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
    return context


class _Tls:
    """TLS whose records travel as somebody else says."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing)

    def handshake(self, send: Send, receive: Receive) -> None:
        """Raises OSError (ssl.SSLError is one), EOFError."""
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                if records := self._outgoing.read():
                    send(records)
                part = receive()
                if not part:
                    raise EOFError("the server closed the connection during the handshake") from None
                self._incoming.write(part)
        if records := self._outgoing.read():
            send(records)

    def over(self, connection: socket.socket) -> tuple[Send, Receive]:
        """How to send and receive once the handshake is done: records go bare on the socket."""

        def send(data: bytes) -> None:
            self._tls.write(data)
            connection.sendall(self._outgoing.read())

        def receive() -> bytes:
            while True:
                try:
                    return self._tls.read(_PART)
                except ssl.SSLWantReadError:
                    part = connection.recv(_PART)
                    if not part:
                        raise EOFError("the server closed the connection") from None
                    self._incoming.write(part)

        return send, receive
