"""A small HTTPS endpoint for machines without nginx: one answer to every GET, and a log of every handshake
that fails.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tlslab import __version__
from tlslab.model.situation import Refusal
from tlslab.servers.cipher_list import USUAL
from tlslab.servers.listener import CannotStart, Events, Limits
from tlslab.servers.streams import Channel, address_of
from tlslab.servers.tds.certificates import CertificateError, Identity, read_pem
from tlslab.servers.tds.errorlog import printable
from tlslab.servers.tds.tls import HandshakeFailed, Presented, RecordError, Settings, TlsPipe, presented, remember_name

SUPPORTS = frozenset(
    {
        *("tls_min", "tls_max", "security_level", "refusal", "speaks", "virtual_hosts", "key_exchange", "ipv6"),
        *("small_dh", "usual_suites", "reads_versions", "on_disk"),
    }
)
"""The options of a server side that it can be set up with (`tlslab.model.situation.options`)."""
MAX_HEAD = 16 * 1024
_ORDER = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_SHORT = {"TLSv1": "1.0", "TLSv1.0": "1.0", "TLSv1.1": "1.1", "TLSv1.2": "1.2", "TLSv1.3": "1.3"}
BODY = b"The TLS trust lab answers.\n"


@dataclass(frozen=True, slots=True)
class HttpsOptions:
    """One listener of the kind `https`; all certificates of the chain file are sent, as nginx does."""

    chain: Path
    key: Path
    tls_min: str
    tls_max: str
    security_level: int
    limits: Limits = field(default_factory=Limits)
    refusal: Refusal = Refusal.CLOSE
    hosts: Mapping[str, tuple[Path, Path]] = field(default_factory=dict)
    """Chain and key for the clients that send this name (SNI), in lower case."""
    ciphers: str = USUAL
    settings: Settings = field(default_factory=Settings)


def versions_between(low: str, high: str) -> tuple[str, ...]:
    """The TLS versions of a range, oldest first, as `1.2`. Raises CannotStart for a name or range that is
    none.
    """
    if low not in _SHORT or high not in _SHORT:
        wrong = low if low not in _SHORT else high
        raise CannotStart(f"{wrong!r} is no TLS version. Use one of {', '.join(_ORDER)}.")
    ordered = sorted(set(_SHORT.values()))
    first, last = ordered.index(_SHORT[low]), ordered.index(_SHORT[high])
    if first > last:
        raise CannotStart(f"tls_min {low} is newer than tls_max {high}.")
    return tuple(ordered[first : last + 1])


def response(head: bytes) -> bytes:
    """The answer to a request head: 200 to GET and HEAD, 405 to other methods, 400 to what is no HTTP."""
    line = head.split(b"\r\n", 1)[0].split(b" ")
    if len(line) != 3 or not line[2].startswith(b"HTTP/1.") or not line[0].isalpha():
        status, body = b"400 Bad Request", b"This is not an HTTP request.\n"
    elif line[0] in (b"GET", b"HEAD"):
        status, body = b"200 OK", BODY
    else:
        status, body = b"405 Method Not Allowed", b"Use GET.\n"
    headers = (
        b"HTTP/1.1 " + status + b"\r\nServer: tls-trust-lab/" + __version__.encode()
        + b"\r\nContent-Type: text/plain\r\nContent-Length: " + str(len(body)).encode()
        + b"\r\nConnection: close\r\n\r\n"
    )  # fmt: skip
    return headers if line[0] == b"HEAD" else headers + body


class HttpsEndpoint:
    """One HTTPS listener. Raises CannotStart."""

    def __init__(self, options: HttpsOptions, events: Events) -> None:
        self._options = options
        self._events = events
        versions = versions_between(options.tls_min, options.tls_max)
        try:
            self._presented = self._load(options.chain, options.key, versions)
            self._hosts = {name: self._load(*files, versions).context for name, files in options.hosts.items()}
        except (CertificateError, ValueError, OSError) as e:
            raise CannotStart(str(e)) from e
        if self._presented.refused:
            self._line(
                None,
                f"The certificate {options.chain} was refused by OpenSSL at security level "
                f"{options.security_level}: {self._presented.refused}. "
                "Every TLS connection will be ended during the handshake.",
            )
        else:
            self._line(None, f"The certificate {options.chain} was loaded.")
        if self._presented.context is not None and self._hosts:
            self._presented.context.sni_callback = self._choose

    def _load(self, chain: Path, key: Path, versions: tuple[str, ...]) -> Presented:
        identity = Identity(read_pem(chain, "certificate"), read_pem(key, "private key"))
        o = self._options
        return presented(identity, versions, o.ciphers, o.security_level, ["http/1.1"], o.settings)

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        """The certificate of the virtual host that the client names."""
        remember_name(connection, name, context)
        if (found := self._hosts.get((name or "").lower())) is not None:
            connection.context = found

    def _line(self, connection: int | None, text: str) -> None:
        self._events.line(connection, f"{datetime.now():%Y-%m-%d %H:%M:%S} {printable(text)}")

    def start(self) -> None:
        """Nothing is left to do in the background."""

    async def serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
        admit: Callable[[], None],
        *,
        full: bool,
    ) -> None:
        """Answer one request and close. Nobody logs in here, so it is never `full`. Raises Marked for the lab's own
        marker.
        """
        client = address_of(writer, "peername").host
        channel = Channel(reader, writer)
        reset = False
        try:
            async with asyncio.timeout(self._options.limits.login_seconds):
                await self._handshake(channel)
                assert channel.tls is not None
                self._line(number, f"TLS handshake completed: {channel.tls.describe()}. client: {client}")
                await self._answer(channel, number, client)
        except HandshakeFailed as e:
            reset = not e.by_client and self._options.refusal is Refusal.RESET
            end = "" if e.by_client else "; the connection was reset" if reset else "; the connection was closed"
            self._line(number, f"TLS handshake failed: {e}{end}. client: {client}")
        except RecordError as e:
            self._line(number, f"TLS failed after the handshake: {e}. client: {client}")
        except TimeoutError:
            self._line(
                number, f"No request within {self._options.limits.login_seconds:g} seconds; closed. client: {client}"
            )
        except OSError as e:
            self._line(number, f"The connection was lost: {e}. client: {client}")
        finally:
            await channel.close(reset=reset)

    async def _handshake(self, channel: Channel) -> None:
        pipe: TlsPipe | None = None
        complete = False
        while not complete:
            data = await channel.read_raw()
            if not data:
                progress = pipe.progress if pipe else "before its ClientHello"
                how = "reset" if channel.reset_by_client else "closed"
                raise HandshakeFailed(
                    f"the client {how} the connection {progress}, without a TLS alert", by_client=True
                )
            if pipe is None:
                pipe = self._presented.pipe()
            try:
                complete = pipe.handshake(data)
            except HandshakeFailed:
                if self._options.refusal is Refusal.CLOSE:
                    await _send(channel, pipe)  # the alert, as nginx does
                raise
            await _send(channel, pipe)
        channel.tls = pipe

    async def _answer(self, channel: Channel, number: int, client: str) -> None:
        head = bytearray()
        while b"\r\n\r\n" not in head:
            data = await channel.read()
            if not data:
                self._line(
                    number,
                    f"The client closed after the TLS handshake without a request. client: {client}",
                )
                return
            head += data
            if len(head) > MAX_HEAD:
                break
        await channel.write(response(bytes(head)))
        assert channel.tls is not None
        await channel.write_raw(channel.tls.close_notify())


async def _send(channel: Channel, pipe: TlsPipe) -> None:
    """Send what TLS has for the client, who may be gone."""
    if flight := pipe.take():
        with contextlib.suppress(ConnectionError):
            await channel.write_raw(flight)
