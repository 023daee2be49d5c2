"""TLS without sockets: OpenSSL between two memory buffers, for records that travel inside packets as for bare
ones.

Also the contexts that a listener uses, and the words for what a server can see of a handshake that failed.
"""

import contextlib
import ssl
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tlslab.model.situation import TLSVersion
from tlslab.servers import old_hello
from tlslab.servers.tds.certificates import Identity, RefusedByOpenSSL, load

ALPN_TDS8 = "tds/8.0"
# A ClientHello with post-quantum shares is under 2 KB; OpenSSL itself stops at 128 KB a message.
MAX_HANDSHAKE_BYTES = 64 * 1024

_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_SWITCHED_OFF = {
    "1.0": ssl.OP_NO_TLSv1,
    "1.1": ssl.OP_NO_TLSv1_1,
    "1.2": ssl.OP_NO_TLSv1_2,
    "1.3": ssl.OP_NO_TLSv1_3,
}


class HandshakeFailed(Exception):
    """The handshake ended; the text says what the server saw. `by_client` is False for an own refusal."""

    def __init__(self, text: str, *, by_client: bool) -> None:
        super().__init__(text)
        self.by_client = by_client


class RecordError(Exception):
    """A record after the handshake is broken, or the client sent an alert; the text says which."""


class _NamedSSLObject(ssl.SSLObject):
    """OpenSSL's connection, which remembers the name that the client asked for."""

    server_name_asked: str | None = None


def remember_name(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
    """Keep the name that a client sends, for `TlsPipe.describe`."""
    if isinstance(connection, _NamedSSLObject):
        connection.server_name_asked = name


def _set_versions(context: ssl.SSLContext, versions: Iterable[str]) -> None:
    allowed = sorted(versions)
    # OpenSSL has no word for an empty range: the range is then one that the options below close.
    low, high = (allowed[0], allowed[-1]) if allowed else ("1.2", "1.2")
    with warnings.catch_warnings():
        # Python deprecates old versions and version options; serving them is the purpose here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = _VERSIONS[low], _VERSIONS[high]
        for version, option in _SWITCHED_OFF.items():
            if version not in allowed:
                context.options |= option


def _set_ciphers(context: ssl.SSLContext, ciphers: str, security_level: int) -> None:
    try:
        context.set_ciphers(f"{ciphers}:@SECLEVEL={security_level}")
    except ssl.SSLError as e:
        raise ValueError(f"OpenSSL finds no usable cipher in {ciphers!r} at security level {security_level}.") from e


def check_ciphers(ciphers: str, security_level: int) -> None:
    """Raise ValueError for a cipher list that OpenSSL does not take, without a certificate."""
    _set_ciphers(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ciphers, security_level)


def server_context(
    identity: Identity, versions: Iterable[str], ciphers: str, security_level: int, alpn: Iterable[str] = ()
) -> ssl.SSLContext:
    """A context for one listener.

    Raises ValueError for a cipher list that OpenSSL does not take, RefusedByOpenSSL and CertificateError as
    `certificates.load` does.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _set_versions(context, versions)
    # The level comes before the certificate: OpenSSL judges the certificate by it while loading.
    _set_ciphers(context, ciphers, security_level)
    # A ticket that arrives while a client hangs up turns its FIN into a reset; nobody here resumes a session.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    if protocols := list(alpn):
        context.set_alpn_protocols(protocols)
    context.sslobject_class = _NamedSSLObject
    context.sni_callback = remember_name
    load(context, identity)
    return context


@dataclass(frozen=True, slots=True)
class Presented:
    """A context that works, or the reason for which every handshake is reset. `ignorant`: the newest version of a
    server that does not know supported_versions.
    """

    context: ssl.SSLContext | None
    refused: str | None = None
    ignorant: TLSVersion | None = None

    def pipe(self) -> "TlsPipe":
        """The server's end of one connection. Raises HandshakeFailed where there is no context."""
        if self.context is None:
            raise HandshakeFailed(f"OpenSSL does not serve the certificate ({self.refused})", by_client=False)
        return TlsPipe(self.context, self.ignorant)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a listener shakes hands, beside versions and cipher suites.

    `dh`: a file with its Diffie-Hellman parameters. `reads_versions` False: it does not know supported_versions.
    """

    dh: Path | None = None
    reads_versions: bool = True


def presented(
    identity: Identity,
    versions: Iterable[str],
    ciphers: str,
    security_level: int,
    alpn: Iterable[str] = (),
    settings: Settings | None = None,
) -> Presented:
    """Like `server_context`, with a refusal by OpenSSL as a value, because a listener lives on with it.

    Raises ValueError, CertificateError, OSError for parameters that are not there.
    """
    versions, settings = sorted(versions), settings or Settings()
    try:
        context = server_context(identity, versions, ciphers, security_level, alpn)
    except RefusedByOpenSSL as e:
        return Presented(None, str(e))
    if settings.dh is not None:
        context.load_dh_params(str(settings.dh))
    newest = next((version for version in TLSVersion if versions and version.number == versions[-1]), None)
    return Presented(context, ignorant=None if settings.reads_versions else newest)


class TlsPipe:
    """The server's end of one TLS connection, fed with and emptied of bytes by its owner."""

    def __init__(self, context: ssl.SSLContext, ignorant: TLSVersion | None = None) -> None:
        """`ignorant`: the newest version of a server that does not know supported_versions."""
        self._ignorant = ignorant
        self._hello = b""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._received = 0
        self.established = False
        self.answered = False

    def handshake(self, data: bytes) -> bool:
        """Take bytes from the client; True when the handshake is complete. Raises HandshakeFailed."""
        self._received += len(data)
        if self._received > MAX_HANDSHAKE_BYTES:
            raise HandshakeFailed(f"more than {MAX_HANDSHAKE_BYTES} bytes of handshake", by_client=False)
        if self._ignorant is not None:
            self._hello += data
            if not old_hello.is_whole(self._hello):
                return False
            if (found := old_hello.answer(self._hello, self._ignorant)) and not self.answered:
                self._outgoing.write(found)
                return False
            if found:
                raise HandshakeFailed("the client refused the version of the ServerHello", by_client=True)
            data, self._ignorant = self._hello, None
        self._incoming.write(data)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as e:
            alert = alert_name(e)
            if alert is not None:
                raise HandshakeFailed(f"the client sent the TLS alert {alert} {self.progress}", by_client=True) from e
            raise HandshakeFailed(f"{reason_of(e)}", by_client=False) from e
        self.established = True
        return True

    @property
    def progress(self) -> str:
        """How far the handshake was, in words that follow "the client closed the connection"."""
        if self.established:
            return "after the handshake"
        return "after the server's Certificate" if self.answered else "before the server's answer to its ClientHello"

    def take(self) -> bytes:
        """Bytes that the client has to get."""
        data = self._outgoing.read()
        if data:
            self.answered = True
        return data

    def discard(self) -> None:
        """Forget what the client would get, such as the alert about an own refusal."""
        self._outgoing.read()

    def decrypt(self, data: bytes) -> bytes:
        """Take records, give what they hold; empty for a part of a record. Raises RecordError; EOFError for
        close_notify.
        """
        self._incoming.write(data)
        plain = bytearray()
        while True:
            try:
                chunk = self._tls.read(65536)
            except ssl.SSLWantReadError:
                return bytes(plain)
            except ssl.SSLZeroReturnError as e:
                if plain:
                    return bytes(plain)
                raise EOFError("close_notify") from e
            except ssl.SSLError as e:
                alert = alert_name(e)
                raise RecordError(f"the client sent the TLS alert {alert}" if alert else reason_of(e)) from e
            if not chunk:
                if plain:
                    return bytes(plain)
                raise EOFError("close_notify")
            plain += chunk

    def encrypt(self, data: bytes) -> bytes:
        """Records for `data`."""
        if data:
            self._tls.write(data)
        return self._outgoing.read()

    def close_notify(self) -> bytes:
        """The alert that ends a TLS connection in good order."""
        # OpenSSL complains that the client's own close_notify has not come; it need not.
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        return self._outgoing.read()

    def rest(self) -> bytes:
        """Bytes that came and were no part of TLS: what follows an encrypted LOGIN7 in clear."""
        return self._incoming.read()

    @property
    def version(self) -> str:
        """The negotiated version, such as `TLSv1.2`."""
        return self._tls.version() or "no TLS"

    def describe(self) -> str:
        """Version, cipher, ALPN and the name that the client asked for."""
        cipher = self._tls.cipher()
        name = self._tls.server_name_asked if isinstance(self._tls, _NamedSSLObject) else None
        alpn = self._tls.selected_alpn_protocol()
        return ", ".join(
            [
                self.version,
                cipher[0] if cipher else "no cipher",
                f"SNI {name}" if name else "no SNI",
                f"ALPN {alpn}" if alpn else "no ALPN",
            ]
        )


def alert_name(e: ssl.SSLError) -> str | None:
    """The alert in an OpenSSL error, in the words of RFC 8446; None when the error is not about a received
    alert.

    OpenSSL calls a received alert TLSV1_ALERT_UNKNOWN_CA, SSLV3_ALERT_BAD_CERTIFICATE and so on
    (ssl/ssl_err.c).
    """
    words = (e.reason or "").split("_ALERT_", 1)
    if len(words) == 2 and words[0] in ("TLSV1", "SSLV3", "TLSV13"):
        return words[1].lower()
    return None


def reason_of(e: ssl.SSLError) -> str:
    """OpenSSL's reason in words."""
    return (e.reason or str(e)).lower().replace("_", " ")
