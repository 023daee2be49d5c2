"""The endpoint: one listener that stands in for one SQL Server, configured by its mssql.conf."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tlslab.model.situation import Refusal
from tlslab.servers import mssql_conf
from tlslab.servers.listener import CannotStart, Events, Limits
from tlslab.servers.streams import Address, Channel, address_of
from tlslab.servers.tds import certificates, errorlog
from tlslab.servers.tds.certificates import CertificateError, Identity, Unreadable
from tlslab.servers.tds.conf import ConfError, MssqlConf, read
from tlslab.servers.tds.connection import Connection
from tlslab.servers.tds.errorlog import LOGON, SERVER, stamped
from tlslab.servers.tds.prelogin import ServerMode
from tlslab.servers.tds.session import Session
from tlslab.servers.tds.tls import ALPN_TDS8, Presented, Settings, check_ciphers, presented

SUPPORTS = mssql_conf.SUPPORTS | {
    *("fallback", "refusal", "speaks", "ipv6", "small_dh", "reads_versions", "speaks_tds8", "route", "on_disk")
}
"""The options of a server side that it can be set up with (`tlslab.model.situation.options`): those of SQL Server, and
what SQL Server shows of itself elsewhere, or what stands before it.
"""
FIRST_SESSION = 51  # SQL Server keeps the lower ones to itself.


@dataclass(frozen=True, slots=True)
class RouteTo:
    """The other server to which a listener sends its clients on: its host, and the identity of its listener."""

    host: str
    listener: str


@dataclass(frozen=True, slots=True)
class SqlServerOptions:
    """One listener of the kind `sqlserver`: what the description of the process says about it."""

    conf: Path
    security_level: int
    host: str
    password: str
    limits: Limits = field(default_factory=Limits)
    ca_store: Path | None = None
    fallback_certificate: Path | None = None
    fallback_key: Path | None = None
    encryption: ServerMode = ServerMode.OFF
    """`OFF`: what mssql.conf says; the others are none of its settings."""
    # Microsoft's ODBC driver 18.6 on Linux reports RST as 0x68 (104) and FIN as 0x2746 (10054), which is the text that
    # people post.
    refusal: Refusal = Refusal.CLOSE
    closes_after_prelogin: bool = False
    settings: Settings = field(default_factory=Settings)
    tds8: bool = True
    route: RouteTo | None = None


class Fallback:
    """The self-generated certificate of the process: made once, in a thread, when the first listener needs
    it.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[Identity] | None = None

    async def identity(self) -> Identity:
        """The certificate, shared by all who ask."""
        if self._task is None:
            self._task = asyncio.create_task(asyncio.to_thread(certificates.self_generated))
        return await asyncio.shield(self._task)


class Endpoint:
    """A SQL Server as its clients see it. Raises CannotStart where SQL Server would not start."""

    def __init__(self, options: SqlServerOptions, fallback: Fallback, journal: Events) -> None:
        self._options = options
        self._journal = journal
        try:
            self._conf: MssqlConf = read(options.conf)
        except ConfError as e:
            raise CannotStart(str(e)) from e
        conf = self._conf
        forced = conf.forceencryption and options.encryption is ServerMode.OFF
        self.mode = ServerMode.FORCED if forced else options.encryption
        self.force_strict = conf.forcestrict
        self.has_certificate = conf.tlscert is not None
        self.refusal = options.refusal
        self.tds8 = options.tds8
        self.route: Address | None = None
        self.routes_to = options.route
        self.closes_after_prelogin = options.closes_after_prelogin
        self.server_name = options.host
        self.password = options.password
        self.limits = options.limits
        self.sessions: dict[int, Session] = {}
        self._numbers = itertools.count(FIRST_SESSION)
        self._fallback = fallback
        self._identity: Identity | None = None
        self._nested: Presented | None = None
        self._strict: Presented | None = None
        self._generating: asyncio.Task[None] | None = None
        for key in conf.unknown:
            self._say(f"mssql.conf: network.{key} is not a setting of SQL Server; it is ignored.")
        self._load()

    def _say(self, text: str) -> None:
        self._journal.line(None, stamped(SERVER, text, datetime.now()))

    def _load(self) -> None:
        conf, o = self._conf, self._options
        try:
            if conf.tlscert is not None and conf.tlskey is not None:
                self._present(certificates.configured(conf.tlscert, conf.tlskey, o.ca_store))
                if self._nested is not None and self._nested.refused:
                    self._say(
                        errorlog.certificate_refused(
                            str(conf.tlscert), str(conf.tlskey), o.security_level, self._nested.refused
                        )
                    )
                else:
                    self._say(errorlog.certificate_loaded(str(conf.tlscert), str(conf.tlskey)))
            elif o.fallback_certificate is not None and o.fallback_key is not None:
                self._present(
                    Identity(
                        certificates.read_pem(o.fallback_certificate, "certificate"),
                        certificates.read_pem(o.fallback_key, "private key"),
                    )
                )
                self._say_self_generated()
            else:
                check_ciphers(conf.tlsciphers, o.security_level)
        except (CertificateError, ValueError) as e:
            if conf.tlscert is not None and isinstance(e, CertificateError):
                self._say_unusable(e)
            raise CannotStart(str(e)) from e

    def _say_unusable(self, why: CertificateError) -> None:
        """What SQL Server on Linux logs of its configured certificate before it shuts down."""
        unreadable = (errorlog.CERTIFICATE_UNREADABLE,) if isinstance(why, Unreadable) else ()
        for entry in (*unreadable, errorlog.CERTIFICATE_UNUSABLE):
            for text in entry.lines():
                self._say(text)

    def _say_self_generated(self) -> None:
        if self._nested is not None and self._nested.refused:
            self._say(
                f"The self-generated certificate was refused by OpenSSL at security level "
                f"{self._options.security_level}: {self._nested.refused}. "
                "Every TLS connection will be ended during the handshake."
            )
        else:
            self._say(errorlog.SELF_GENERATED)

    def _present(self, identity: Identity) -> None:
        conf, level = self._conf, self._options.security_level
        self._identity = identity
        self._nested = presented(
            identity, conf.nested_protocols, conf.tlsciphers, level, settings=self._options.settings
        )

    async def _generate(self) -> None:
        self._present(await self._fallback.identity())
        self._say_self_generated()

    def start(self) -> None:
        """Begin to make the self-generated certificate, where one is needed, without waiting for it."""
        if self._nested is None:
            self._generating = asyncio.create_task(self._generate())

    async def nested(self) -> Presented:
        """TLS inside TDS 7.x; waits for the self-generated certificate.

        Raises ValueError, CertificateError as `presented` does.
        """
        if self._generating is not None:
            await asyncio.shield(self._generating)
        assert self._nested is not None
        return self._nested

    async def strict(self) -> Presented:
        """TLS under TDS 8.0; made with the first such connection, since most listeners never see one.

        Raises ValueError, CertificateError as `presented` does.
        """
        if self._strict is None:
            assert self._identity is not None
            conf, level = self._conf, self._options.security_level
            self._strict = presented(
                self._identity, conf.strict_protocols, conf.tlsciphers, level, [ALPN_TDS8], self._options.settings
            )
        return self._strict

    def next_session_id(self) -> int:
        """The next session identifier that is free; smallint, as @@SPID is."""
        while True:
            number = FIRST_SESSION + (next(self._numbers) - FIRST_SESSION) % (32767 - FIRST_SESSION)
            if number not in self.sessions:
                return number

    async def serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
        admit: Callable[[], None],
        *,
        full: bool,
    ) -> None:
        """Serve one client to its end; `admit` is called when it has logged in, and `full` turns it away. Raises Marked
        for the lab's own marker.
        """
        peer, local = address_of(writer, "peername"), address_of(writer, "sockname")
        channel = Channel(reader, writer)

        def log(source: str, text: str) -> None:
            self._journal.line(number, stamped(source, text, datetime.now()))

        if full:
            for text in errorlog.too_many_connections(self.limits.connections).lines(peer.host):
                log(LOGON, text)
            await channel.close(reset=False)
            return
        await Connection(self, channel, peer, local, log, admit).serve()
