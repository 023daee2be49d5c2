"""What a server answers that does not know the extension supported_versions (RFC 8446, 4.2.1), as old Schannel does.

It reads the old field of the ClientHello alone, in which every client of today writes TLS 1.2, and answers with the
newest version that it has itself, although the client offers no such version. OpenSSL, with which the lab's endpoints
speak TLS, does not do that: it reads the extension and sends an alert. A client that does not offer the version refuses
the ServerHello, which is all that is answered here; with one that does offer it OpenSSL agrees on the same version.
"""

import os
import struct
from collections.abc import Iterator

from tlslab.model.situation import TLSVersion

_HANDSHAKE, _CLIENT_HELLO, _SERVER_HELLO = 22, 1, 2
_SUPPORTED_VERSIONS, _RENEGOTIATION_INFO = 43, 0xFF01
_SUITES = (0xC014, 0xC013, 0x0035, 0x002F)
"""Those of TLS 1.0 that Schannel had with an RSA certificate, of the best first (RFC 8422, RFC 5246)."""


def is_whole(hello: bytes) -> bool:
    """Whether these first bytes of a client hold its ClientHello, or can be none; it is of one record."""
    return len(hello) >= 5 and (hello[0] != _HANDSHAKE or len(hello) >= 5 + int.from_bytes(hello[3:5]))


def answer(hello: bytes, newest: TLSVersion) -> bytes:
    """The ServerHello of such a server; empty where the client offers the version, and for what is no ClientHello."""
    try:
        offered, suites = _read(hello[5 : 5 + int.from_bytes(hello[3:5])])
    except (IndexError, struct.error):
        return b""
    if not offered or min(offered) <= newest:
        return b""
    suite = next((item for item in _SUITES if item in suites), _SUITES[0])
    renegotiation = struct.pack(">HHB", _RENEGOTIATION_INFO, 1, 0)  # RFC 5746, 3.6
    body = struct.pack(">H32sBHB", newest, os.urandom(32), 0, suite, 0)
    body += struct.pack(">H", len(renegotiation)) + renegotiation
    message = bytes([_SERVER_HELLO]) + len(body).to_bytes(3) + body
    return struct.pack(">BHH", _HANDSHAKE, newest, len(message)) + message


def _read(message: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The versions in the extension, none where there is no such, and the cipher suites (RFC 8446, 4.1.2)."""
    if not message or message[0] != _CLIENT_HELLO:
        return (), ()
    at = 4 + 2 + 32
    at += 1 + message[at]
    (length,) = struct.unpack_from(">H", message, at)
    suites = struct.unpack_from(f">{length // 2}H", message, at + 2)
    at += 2 + length
    at += 1 + message[at]
    listed = next((value for kind, value in _extensions(message, at + 2) if kind == _SUPPORTED_VERSIONS), b"")
    known = {version.value for version in TLSVersion}
    versions = struct.unpack_from(f">{(len(listed) - 1) // 2}H", listed, 1) if listed else ()
    return tuple(item for item in versions if item in known), suites


def _extensions(message: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(message):
        kind, length = struct.unpack_from(">HH", message, at)
        yield kind, message[at + 4 : at + 4 + length]
        at += 4 + length
