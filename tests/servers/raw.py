"""A small TDS client of the tests: it speaks to the endpoint byte by byte, and is written from MS-TDS alone.

It shares no code with the endpoint, so that a mistake in the endpoint's framing cannot cancel itself out.
"""

import socket
import ssl
import struct
from dataclasses import dataclass, field

PRELOGIN, LOGIN7, BATCH, RESPONSE, ATTENTION, RPC = 0x12, 0x10, 0x01, 0x04, 0x06, 0x03
TDS_7_1, TDS_7_2, TDS_7_3, TDS_7_4, TDS_8_0 = 0x71000001, 0x72090002, 0x730B0003, 0x74000004, 0x08000000


def packet(kind: int, payload: bytes, status: int = 1) -> bytes:
    return struct.pack(">BBHHBB", kind, status, len(payload) + 8, 0, 1, 0) + payload


def prelogin(encryption: int | None = 1, *, mars: bool = True) -> bytes:
    """A PRELOGIN message, with its packet."""
    options: list[tuple[int, bytes]] = [(0, bytes(6))]
    if encryption is not None:
        options.append((1, bytes([encryption])))
    options += [(2, b"\0"), (3, b"\1\2\3\4")]
    if mars:
        options.append((4, b"\0"))
    head, tail = b"", b""
    for token, value in options:
        head += struct.pack(">BHH", token, 5 * len(options) + 1 + len(tail), len(value))
        tail += value
    return packet(PRELOGIN, head + b"\xff" + tail)


def options_of(payload: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while payload[at] != 0xFF:
        token, offset, length = struct.unpack_from(">BHH", payload, at)
        found[token] = payload[offset : offset + length]
        at += 5
    return found


def login7(
    user: str = "sa",
    password: str = "Lab!Passw0rd",
    version: int = TDS_7_4,
    packet_size: int = 4096,
    database: str = "",
    features: bytes | None = None,
    integrated: bool = False,
) -> bytes:
    """A LOGIN7 payload."""
    scrambled = bytes((((b << 4) | (b >> 4)) & 0xFF) ^ 0xA5 for b in password.encode("utf-16-le"))
    extension = b"" if features is None else b"\0\0\0\0"
    texts = [
        "client".encode("utf-16-le"),
        user.encode("utf-16-le"),
        scrambled,
        "tests".encode("utf-16-le"),
        "db".encode("utf-16-le"),
        extension,
        "raw".encode("utf-16-le"),
        b"",
        database.encode("utf-16-le"),
    ]
    at, table, tail = 94, b"", b""
    where = 0
    for index, text in enumerate(texts):
        unit = 1 if index == 5 else 2
        if index == 5:
            where = at + len(tail)
        table += struct.pack("<HH", at + len(tail), len(text) // unit)
        tail += text
    if features is not None:
        position = at + len(tail)
        tail = tail[: where - at] + struct.pack("<I", position) + tail[where - at + 4 :]
        tail += features
    table += bytes(6) + struct.pack("<HHHHHHI", at, 0, at, 0, at, 0, 0)
    flags = bytes([0xE0, 0x03 | (0x80 if integrated else 0), 0, 0x10 if features is not None else 0])
    fixed = struct.pack("<IIIII", version, packet_size, 7, 1, 0) + flags + bytes(8)
    body = fixed + table
    assert len(body) == 90, len(body)
    return struct.pack("<I", len(body) + 4 + len(tail)) + body + tail


def headers(version: int = TDS_7_4) -> bytes:
    if version < TDS_7_2 and version != TDS_8_0:
        return b""
    return struct.pack("<IIHQI", 22, 18, 2, 0, 1)


def batch(text: str, version: int = TDS_7_4) -> bytes:
    return headers(version) + text.encode("utf-16-le")


def insecure_context(low: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = low
    return context


@dataclass
class Client:
    """A connection; everything that is sent is kept in `sent`, to be mutated and played again."""

    port: int
    timeout: float = 10
    sent: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout)
        self.tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._buffer = b""
        self.header = b""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send_raw(self, data: bytes) -> None:
        self.sent.append(data)
        self.sock.sendall(data)

    def send(self, data: bytes) -> None:
        if self.tls is None:
            self.send_raw(data)
        else:
            self.tls.write(data)
            self.send_raw(self._outgoing.read())

    def _more(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("the server closed the connection")
        if self.tls is None:
            self._buffer += data
            return
        self._incoming.write(data)
        while True:
            try:
                plain = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return
            if not plain:
                raise EOFError("the server sent close_notify")
            self._buffer += plain

    def _packet(self) -> tuple[int, int, bytes]:
        while len(self._buffer) < 8 or len(self._buffer) < struct.unpack_from(">H", self._buffer, 2)[0]:
            self._more()
        kind, status, length = struct.unpack_from(">BBH", self._buffer)
        self.header, body = self._buffer[:8], self._buffer[8:length]
        self._buffer = self._buffer[length:]
        return kind, status, body

    def receive(self) -> tuple[int, bytes]:
        """A whole message: its type and payload."""
        payload = b""
        while True:
            kind, status, body = self._packet()
            payload += body
            if status & 1:
                return kind, payload

    def read_to_the_end(self) -> bytes:
        """Everything up to a close_notify; an end without it is an error."""
        while True:
            try:
                self._more()
            except EOFError as e:
                if "close_notify" in str(e):
                    return self._buffer
                raise

    def expect_end(self) -> str:
        """Wait for the server to end the connection: "fin" or "reset"."""
        try:
            while self.sock.recv(65536):
                pass
        except ConnectionResetError:
            return "reset"
        return "fin"

    def handshake(self, context: ssl.SSLContext | None = None, name: str = "db.lab.test") -> ssl.SSLObject:
        """TLS in packets of type 0x12."""
        context = context or insecure_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.send_raw(packet(PRELOGIN, self._outgoing.read()))
                kind, payload = self.receive()
                assert kind == PRELOGIN, f"0x{kind:02x}"
                self._incoming.write(payload)
            except ssl.SSLError:
                if alert := self._outgoing.read():
                    self.send_raw(packet(PRELOGIN, alert))
                raise
        if rest := self._outgoing.read():
            self.send_raw(packet(PRELOGIN, rest))
        assert not self._buffer
        self.tls = tls
        return tls

    def strict(self, context: ssl.SSLContext | None = None, alpn: tuple[str, ...] = ("tds/8.0",)) -> ssl.SSLObject:
        """TLS first."""
        context = context or insecure_context()
        if alpn:
            context.set_alpn_protocols(list(alpn))
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="db.lab.test")
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.send_raw(self._outgoing.read())
                data = self.sock.recv(65536)
                if not data:
                    raise EOFError("the server closed the connection") from None
                self._incoming.write(data)
        self.send_raw(self._outgoing.read())
        self.tls = tls
        return tls

    def connect(self, encryption: int = 1, version: int = TDS_7_4, **login: object) -> bytes:
        """PRELOGIN, TLS as agreed, LOGIN7; the tokens of the answer."""
        self.send(prelogin(encryption))
        kind, payload = self.receive()
        assert kind == RESPONSE
        agreed = options_of(payload)[1][0]
        if agreed != 2:
            self.handshake()
        self.send(packet(LOGIN7, login7(version=version, **login)))  # type: ignore[arg-type]
        if agreed == 0:
            self.tls = None
        return self.receive()[1]

    def query(self, text: str, version: int = TDS_7_4) -> bytes:
        self.send(packet(BATCH, batch(text, version)))
        kind, payload = self.receive()
        assert kind == RESPONSE
        return payload


def works(port: int, *, strict: bool = False) -> None:
    """The next good client is answered."""
    with Client(port) as client:
        if strict:
            client.strict()
            client.send(prelogin(2))
            client.receive()
            client.send(packet(LOGIN7, login7(version=TDS_8_0)))
            tokens = client.receive()[1]
        else:
            tokens = client.connect()
        assert b"\xad" in tokens
        assert "TRUE".encode("utf-16-le") in client.query(
            "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"
        )
