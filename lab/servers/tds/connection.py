"""A connection: PRELOGIN, TLS, LOGIN7 and requests of one client, in the order that the protocol has (MS-TDS
3.3.5).

Everything that a client can do wrong ends in `Disconnect`, which carries what the log says and whether the
connection is reset.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol

from tlslab.model.situation import Refusal
from tlslab.servers.listener import Limits
from tlslab.servers.no_tls import end_early
from tlslab.servers.streams import Address, Channel
from tlslab.servers.tds import errorlog, login, prelogin, tokens
from tlslab.servers.tds.catalog import DATABASES, LANGUAGE, Connected
from tlslab.servers.tds.errorlog import LOGON, Entry
from tlslab.servers.tds.errors import ServerError
from tlslab.servers.tds.packets import (
    DEFAULT_PACKET_SIZE,
    MAX_ENCRYPTED_PACKET_SIZE,
    MAX_PACKET_SIZE,
    MIN_PACKET_SIZE,
    Message,
    MessageAssembler,
    PacketType,
    ProtocolError,
    frame,
)
from tlslab.servers.tds.prelogin import Scope, ServerMode
from tlslab.servers.tds.session import ClosingError, Session
from tlslab.servers.tds.tls import HandshakeFailed, Presented, RecordError, TlsPipe
from tlslab.servers.tds.tokens import SERVER_VERSION

# A PRELOGIN holds a handful of options; the longest, INSTOPT, is a name.
MAX_PRELOGIN = 4096
MAX_REQUEST = 64 * 1024
_TLS_HANDSHAKE_RECORD = 0x16


class Host(Protocol):
    """What a connection needs from its listener."""

    mode: ServerMode
    force_strict: bool
    has_certificate: bool
    refusal: Refusal
    closes_after_prelogin: bool
    tds8: bool
    route: Address | None
    """Where clients are sent on to."""
    server_name: str
    password: str
    limits: Limits
    sessions: dict[int, Session]

    async def nested(self) -> Presented:
        """TLS inside TDS 7.x."""

    async def strict(self) -> Presented:
        """TLS under TDS 8.0."""

    def next_session_id(self) -> int:
        """A session identifier that nobody has."""


class Log(Protocol):
    """Where the lines of this connection go."""

    def __call__(self, source: str, text: str) -> None:
        """Write one line."""


class Disconnect(Exception):
    """The server ends the connection; `reset` with RST instead of FIN."""

    def __init__(self, what: Entry | str | None, *, detail: str = "", reset: bool = False) -> None:
        super().__init__(what.text if isinstance(what, Entry) else what or "")
        self.what = what
        self.detail = detail
        self.reset = reset


class Connection:
    """One client of a listener, from its first byte to its last."""

    def __init__(
        self, host: Host, channel: Channel, peer: Address, local: Address, log: Log, admit: Callable[[], None]
    ) -> None:
        """`admit` is called once, after the login."""
        self._host = host
        self._channel = channel
        self._peer = peer
        self._local = local
        self._write_line = log
        self._admit = admit
        self._packets = MessageAssembler(MAX_PRELOGIN)
        self._packet_size = DEFAULT_PACKET_SIZE
        self._strict = False
        self._scope = Scope.NOTHING
        self._spid = 0

    async def serve(self) -> None:
        """Serve the client until one side ends it. Raises Marked for the lab's own marker, else nothing but
        cancellation.
        """
        reset = False
        try:
            try:
                async with asyncio.timeout(self._host.limits.login_seconds):
                    session = await self._establish()
            except TimeoutError as e:
                raise Disconnect(errorlog.LOGIN_TIMEOUT) from e
            await self._requests(session)
        except Disconnect as e:
            reset = e.reset
            self._report(e)
        except HandshakeFailed as e:
            # SQL Server drops the connection where OpenSSL alone would send an alert: clients then report
            # error 10054 (docs/linux/sql-server-linux-encrypted-connections, "Common connection errors";
            # microsoft/msphpsql#252, #1453).
            reset = not e.by_client and self._host.refusal is Refusal.RESET
            end = "" if e.by_client else "; the connection was reset" if reset else "; the connection was closed"
            self._line(f"TLS handshake failed: {e}{end}.")
        except RecordError as e:
            self._line(f"TLS failed after the handshake: {e}.")
        except ProtocolError as e:
            self._report(Disconnect(errorlog.LENGTH_INVALID, detail=str(e)))
        except OSError as e:
            self._line(f"The connection was lost: {e}.")
        finally:
            self._host.sessions.pop(self._spid, None)
            await self._channel.close(reset=reset)

    # ---- the log

    def _line(self, text: str) -> None:
        self._write_line(LOGON, f"{text} [CLIENT: {self._peer.host}]")

    def _report(self, e: Disconnect) -> None:
        if isinstance(e.what, Entry):
            header, text = e.what.lines(self._peer.host)
            self._write_line(LOGON, header)
            self._write_line(LOGON, text)
        elif e.what:
            self._line(e.what)
        if e.detail:
            self._line(f"The endpoint saw: {e.detail}.")

    # ---- messages

    async def _message(self, limit: int) -> Message | None:
        """The next message, None when the client closed between two. Raises ProtocolError, Disconnect."""
        self._packets.limit = limit
        while (message := self._packets.next_message()) is None:
            data = await self._channel.read()
            if not data:
                if self._packets.holds_part:
                    raise Disconnect("The client closed the connection in the middle of a message.")
                return None
            self._packets.feed(data)
        return message

    async def _respond(self, payload: bytes) -> None:
        await self._channel.write(frame(PacketType.RESPONSE, payload, self._packet_size, self._spid))

    # ---- before the login

    async def _establish(self) -> Session:
        first = await self._channel.read_raw()
        if not first:
            raise Disconnect("The client closed the connection before it sent anything.")
        self._channel.hold(first)
        if first[0] == _TLS_HANDSHAKE_RECORD and self._host.tds8:
            await self._begin_strict()
        elif self._host.force_strict:
            raise Disconnect(
                "A TDS 7.x connection was refused because network.forcestrict is 1: "
                "only strict (TDS 8.0) connections are accepted; the connection has been closed."
            )
        message = await self._first_message()
        if message.type is PacketType.PRELOGIN:
            await self._prelogin(message)
            message = await self._login_message()
        elif message.type is PacketType.LOGIN7 and self._host.mode is ServerMode.FORCED and not self._strict:
            raise Disconnect(errorlog.ENCRYPTION_REQUIRED)
        if message.type is not PacketType.LOGIN7:
            raise Disconnect(errorlog.LOGIN_INVALID, detail=f"a packet of type 0x{message.type:02x} instead of LOGIN7")
        return await self._login(message)

    async def _first_message(self) -> Message:
        try:
            message = await self._message(MAX_PRELOGIN)
        except ProtocolError as e:
            raise Disconnect(errorlog.PRELOGIN_INVALID, detail=str(e)) from e
        if message is None:
            raise Disconnect(self._silent_close("PRELOGIN"))
        return message

    def _silent_close(self, awaited: str) -> str:
        how = "reset" if self._channel.reset_by_client else "closed"
        if self._channel.tls is None:
            return f"The client {how} the connection before {awaited}."
        return (
            f"The client {how} the connection after the TLS handshake and before {awaited}, "
            "without a TLS alert. Clients that check the certificate or its name after the handshake "
            "refuse it like this."
        )

    async def _prelogin(self, message: Message) -> None:
        try:
            asked = prelogin.parse(message.payload)
            if self._strict:
                # TDS 8.0: the connection is encrypted already, and the option says nothing (MS-TDS 2.2.6.5).
                await self._respond(prelogin.answer(asked, prelogin.Encryption.NOT_SUP, SERVER_VERSION))
                return
            agreed = prelogin.negotiate(asked.encryption, self._host.mode)
        except ProtocolError as e:
            raise Disconnect(errorlog.PRELOGIN_INVALID, detail=str(e)) from e
        await self._respond(prelogin.answer(asked, agreed.answer, SERVER_VERSION))
        if self._host.closes_after_prelogin:
            raise Disconnect(
                await end_early(self._channel, self._host.refusal), reset=self._host.refusal is Refusal.RESET
            )
        if agreed.scope is Scope.REFUSED:
            if agreed.answer is prelogin.Encryption.REQ:
                raise Disconnect(errorlog.ENCRYPTION_REQUIRED)
            raise Disconnect(
                "The client requires encryption and this server does not support it; the connection has been closed."
            )
        self._scope = agreed.scope
        if agreed.scope is not Scope.NOTHING:
            await self._nested_handshake()

    async def _nested_handshake(self) -> None:
        """TLS records as payload of PRELOGIN packets, one flight a message, up to both Finished."""
        pipe: TlsPipe | None = None
        self._packets.limit = 2 * MAX_PACKET_SIZE
        while True:
            while (message := self._packets.next_message()) is None:
                data = await self._channel.read_raw()
                if not data:
                    raise HandshakeFailed(self._gave_up(pipe), by_client=True)
                self._packets.feed(data)
            if message.type is not PacketType.PRELOGIN:
                raise Disconnect(
                    errorlog.LENGTH_INVALID,
                    detail=f"a packet of type 0x{message.type:02x} inside the TLS handshake",
                )
            if pipe is None:
                pipe = (await self._host.nested()).pipe()
            complete = pipe.handshake(message.payload)
            if flight := pipe.take():
                await self._channel.write_raw(frame(PacketType.PRELOGIN, flight, self._packet_size))
            if complete:
                break
        self._channel.hold(self._packets.take_rest())
        self._channel.tls = pipe
        self._line(f"TLS handshake completed: {pipe.describe()}; TLS protects {self._scope.value}.")

    async def _begin_strict(self) -> None:
        if not self._host.has_certificate:
            raise Disconnect(errorlog.STRICT_WITHOUT_CERTIFICATE)
        self._strict, self._scope = True, Scope.SESSION
        pipe: TlsPipe | None = None
        complete = False
        while not complete:
            data = await self._channel.read_raw()
            if not data:
                raise HandshakeFailed(self._gave_up(pipe), by_client=True)
            if pipe is None:
                pipe = (await self._host.strict()).pipe()
            complete = pipe.handshake(data)
            if flight := pipe.take():
                await self._channel.write_raw(flight)
        self._channel.tls = pipe
        assert pipe is not None
        self._line(f"TLS handshake completed (TDS 8.0): {pipe.describe()}; TLS protects {self._scope.value}.")

    def _gave_up(self, pipe: TlsPipe | None) -> str:
        how = "reset" if self._channel.reset_by_client else "closed"
        if pipe is None:
            return f"the client {how} the connection before its ClientHello"
        return f"the client {how} the connection {pipe.progress}, without a TLS alert"

    # ---- the login

    async def _login_message(self) -> Message:
        try:
            message = await self._message(login.MAX_LOGIN7)
        except ProtocolError as e:
            raise Disconnect(errorlog.LOGIN_INVALID, detail=str(e)) from e
        if message is None:
            raise Disconnect(self._silent_close("LOGIN7"))
        return message

    async def _login(self, message: Message) -> Session:
        try:
            asked = login.parse(message.payload)
        except ProtocolError as e:
            raise Disconnect(errorlog.LOGIN_INVALID, detail=str(e)) from e
        if self._host.mode is ServerMode.IN_CLEAR:
            self._line("LOGIN7 came in clear, and the password with it.")
        if self._scope is Scope.LOGIN and self._channel.tls is not None:
            # Login-only encryption ends with LOGIN7: the answer and all that follows is in clear.
            self._channel.hold(self._channel.tls.rest())
            self._channel.tls = None
        version = login.agree(asked.tds_version, strict=self._strict)
        if version is None:
            raise Disconnect(
                errorlog.LOGIN_INVALID,
                detail=f"{login.version_name(asked.tds_version)}, which is older than TDS 7.1",
            )
        await self._check(asked, version)
        # An older client does not know the token (MS-TDS 2.2.7.9: it came with TDS 7.4), and stays.
        if self._host.route is not None and tokens.effective(version) >= login.TDS_7_4:
            await self._send_on(self._host.route, asked, version)
        return await self._welcome(asked, version)

    async def _send_on(self, route: Address, asked: login.Login7, version: int) -> NoReturn:
        """Let the client know where to log in, and wait until it has gone. Raises Disconnect."""
        effective = tokens.effective(version)
        answer = tokens.loginack(version, SERVER_VERSION)
        if asked.features:
            answer += tokens.feature_ack(asked.features)
        answer += tokens.routed(route.host, route.port)
        await self._respond(answer + tokens.done(effective))
        self._line(f"Login of user '{asked.user[:128]}' was routed to {route.host},{route.port}.")
        if await self._message(MAX_REQUEST) is not None:
            raise Disconnect("The client goes on here, although its login was routed; the connection has been closed.")
        raise Disconnect(None)

    async def _check(self, asked: login.Login7, version: int) -> None:
        if asked.integrated:
            refusal = errorlog.UNTRUSTED_DOMAIN
            await self._refuse(ServerError(18452, refusal.text, refusal.severity), version, refusal)
        known = asked.user.lower() == "sa"
        if not known or asked.password != self._host.password:
            # The client is never told the true state
            # (docs/.../errors-events/mssqlserver-18456-database-engine-error).
            reason = (
                errorlog.login_failed(asked.user, 8, "Password did not match that for the login provided.")
                if known
                else errorlog.login_failed(asked.user, 5, "Could not find a login matching the name provided.")
            )
            await self._refuse(ServerError(18456, f"Login failed for user '{asked.user[:128]}'.", 14), version, reason)
        if asked.database and asked.database.lower() not in DATABASES:
            unknown = f'Cannot open database "{asked.database[:128]}" requested by the login. The login failed.'
            await self._refuse(
                ServerError(4060, unknown, 11),
                version,
                errorlog.login_failed(
                    asked.user,
                    38,
                    f"Failed to open the explicitly specified database '{asked.database[:128]}'.",
                ),
                ServerError(18456, f"Login failed for user '{asked.user[:128]}'.", 14),
            )

    async def _refuse(self, e: ServerError, version: int, entry: Entry, *more: ServerError) -> None:
        effective = tokens.effective(version)
        answer = b"".join(tokens.error(x, self._host.server_name, effective) for x in (e, *more))
        await self._respond(answer + tokens.done(effective, tokens.DONE_ERROR))
        raise Disconnect(entry)

    async def _welcome(self, asked: login.Login7, version: int) -> Session:
        effective = tokens.effective(version)
        wanted = asked.packet_size or DEFAULT_PACKET_SIZE
        largest = MAX_ENCRYPTED_PACKET_SIZE if self._scope is Scope.SESSION else MAX_PACKET_SIZE
        size = min(max(wanted, MIN_PACKET_SIZE), largest)
        self._spid = self._host.next_session_id()
        me = Connected(
            session_id=self._spid,
            protocol_version=version,
            encrypted=self._scope is Scope.SESSION,
            packet_size=size,
            client=(self._peer.host, self._peer.port),
            local=(self._local.host, self._local.port),
        )
        sessions = self._host.sessions
        session = Session(
            asked.database, version, me, self._host.server_name, lambda: [s.me for s in list(sessions.values())]
        )
        sessions[self._spid] = session
        server = self._host.server_name
        answer = (
            tokens.changed_database(session.database, "master")
            + tokens.info(5701, f"Changed database context to '{session.database}'.", server, effective, 2)
            + tokens.changed_language(LANGUAGE, "")
            + tokens.info(5703, f"Changed language setting to {LANGUAGE}.", server, effective)
            + tokens.changed_collation()
            + tokens.loginack(version, SERVER_VERSION)
            # Always: drivers take the size from here alone (MS-TDS 2.2.7.9).
            + tokens.changed_packet_size(size, DEFAULT_PACKET_SIZE)
        )
        if asked.features:  # tedious before 9 sends a list without features, and dies of an answer to it
            answer += tokens.feature_ack(asked.features)
        await self._respond(answer + tokens.done(effective))
        self._packet_size = size
        self._admit()
        self._line(errorlog.login_succeeded(asked.user))
        return session

    # ---- after the login

    async def _requests(self, session: Session) -> None:
        idle = self._host.limits.idle_seconds
        while True:
            try:
                async with asyncio.timeout(idle):
                    message = await self._message(MAX_REQUEST)
                    if message is None:
                        return
                    if not message.ignored:
                        await self._respond(session.handle(message))
                # Who sends without a pause has each request answered in turn with those of the others.
                await asyncio.sleep(0)
            except TimeoutError as e:
                raise Disconnect(
                    f"The client sent nothing for {idle:g} seconds; the connection has been closed."
                ) from e
            except ClosingError as e:
                await self._respond(e.answer)
                raise Disconnect(f"The session was ended because of a request that is not TDS: {e}.") from e
