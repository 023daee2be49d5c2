"""A session: what a logged-in client asks, and the tokens that answer it.

Bytes in, bytes out; no sockets. Every request gets an answer, for a driver that gets none waits for ever, and
a procedure call that gets a bare DONE crashes Microsoft's ODBC driver.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from lab.servers.tds import catalog, procedures, query, rpc, tokens
from lab.servers.tds.batch import SqlError, Statement, not_implemented, split, syntax_error
from lab.servers.tds.catalog import Connected, Facts
from lab.servers.tds.expressions import Environment
from lab.servers.tds.login import Login7
from lab.servers.tds.packets import (
    STATUS_RESET_CONNECTION,
    STATUS_RESET_CONNECTION_KEEP_TRANSACTION,
    Message,
    PacketType,
    ProtocolError,
)
from lab.servers.tds.procedures import Handles, Prepared, declared, integer_of, text_of
from lab.servers.tds.sqltypes import Result
from lab.servers.tds.tokens import DONEINPROC, DONEPROC, ServerError
from lab.servers.tds.transactions import Transactions

MAX_NESTING = 8

_SET_OPTIONS = frozenset({
    "ANSI_DEFAULTS", "ANSI_NULLS", "ANSI_NULL_DFLT_OFF", "ANSI_NULL_DFLT_ON", "ANSI_PADDING",
    "ANSI_WARNINGS", "ARITHABORT", "ARITHIGNORE", "CONCAT_NULL_YIELDS_NULL", "CONTEXT_INFO",
    "CURSOR_CLOSE_ON_COMMIT", "DATEFIRST", "DATEFORMAT", "DEADLOCK_PRIORITY", "FIPS_FLAGGER", "FMTONLY",
    "FORCEPLAN", "IDENTITY_INSERT", "IMPLICIT_TRANSACTIONS", "LANGUAGE", "LOCK_TIMEOUT", "NOCOUNT",
    "NOEXEC", "NO_BROWSETABLE", "NUMERIC_ROUNDABORT", "OFFSETS", "PARSEONLY", "QUERY_GOVERNOR_COST_LIMIT",
    "QUOTED_IDENTIFIER", "REMOTE_PROC_TRANSACTIONS", "ROWCOUNT", "SHOWPLAN_ALL", "SHOWPLAN_TEXT",
    "SHOWPLAN_XML", "STATISTICS", "TEXTSIZE", "TRANSACTION", "XACT_ABORT",
})  # fmt: skip
_DDL = frozenset({"CREATE", "ALTER", "DROP", "GRANT", "DENY", "REVOKE", "BACKUP", "RESTORE"})
_DML = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE", "MERGE"})


class ClosingError(Exception):
    """The request breaks the protocol: the client gets `answer`, then the connection ends; the text is for
    the log.
    """

    def __init__(self, text: str, answer: bytes) -> None:
        super().__init__(text)
        self.answer = answer


@dataclass(slots=True)
class _Frame:
    """Where statements are executed: in a batch, or inside a procedure, with its parameters."""

    done: int = tokens.DONE
    variables: Mapping[str, object] = field(default_factory=dict)
    depth: int = 0


class Session:
    """One logged-in client. `connections` lists all of the listener, for sys.dm_exec_connections."""

    def __init__(
        self,
        login: Login7,
        version: int,
        me: Connected,
        server_name: str,
        connections: Callable[[], Iterable[Connected]],
    ) -> None:
        self.me = me
        self.database = login.database.lower() or "master"
        self._login = login
        self._version = tokens.effective(version)
        self._server = server_name
        self._connections = connections
        self._transactions = Transactions()
        self._prepared = Handles()
        self._row_count = 0
        self._last_error = 0
        self._format_only = False

    def handle(self, message: Message) -> bytes:
        """The answer to one request. Raises ClosingError where SQL Server would close the connection."""
        self.me = replace(self.me, reads=self.me.reads + 1, writes=self.me.writes + 1)
        try:
            return self._reset(message.status) + self._dispatch(message)
        except ProtocolError as e:
            text = f"The incoming tabular data stream (TDS) protocol stream is incorrect: {e}."
            raise ClosingError(str(e), self._failed(ServerError(8009, text), tokens.DONE)) from e

    def _dispatch(self, message: Message) -> bytes:
        match message.type:
            case PacketType.SQL_BATCH:
                body = rpc.skip_headers(message.payload, self._version)
                return self._batch(body.decode("utf-16-le", errors="replace"), _Frame())
            case PacketType.RPC:
                calls = rpc.parse(rpc.skip_headers(message.payload, self._version), self._version)
                answers = [self._call(call) for call in calls]
                return b"".join(_more(a, self._version) for a in answers[:-1]) + answers[-1]
            case PacketType.TRANSACTION_MANAGER:
                return self._transaction(rpc.skip_headers(message.payload, self._version))
            case PacketType.ATTENTION:
                return tokens.done(self._version, tokens.DONE_ATTENTION)
            case PacketType.BULK_LOAD:
                return self._failed(not_implemented("bulk load").error, tokens.DONE)
        raise ProtocolError(f"a packet of type 0x{message.type:02x} has no place after the login")

    def _reset(self, status: int) -> bytes:
        if not status & (STATUS_RESET_CONNECTION | STATUS_RESET_CONNECTION_KEEP_TRANSACTION):
            return b""
        out = b""
        if not status & STATUS_RESET_CONNECTION_KEEP_TRANSACTION and self._transactions.count:
            out = self._transactions.rollback()
        self._prepared = Handles()
        self._format_only = False
        self.database = self._login.database.lower() or "master"
        return out + tokens.connection_reset()

    # ---- batches

    def _batch(self, text: str, frame: _Frame) -> bytes:
        try:
            statements = split(text)
        except SqlError as e:
            return self._failed(e.error, frame.done)
        if not statements:
            return tokens.done(self._version, self._status(), token=frame.done)
        out = bytearray()
        for number, statement in enumerate(statements, start=1):
            more = tokens.DONE_MORE if number < len(statements) else 0
            try:
                out += self._statement(statement, frame, more)
                self._last_error = 0
            except SqlError as e:
                # Errors of this endpoint end the batch: it does not know what the rest of it relied on.
                return bytes(out) + self._failed(e.error, frame.done)
        return bytes(out)

    def _statement(self, s: Statement, frame: _Frame, more: int) -> bytes:
        match s.keyword:
            case "SELECT":
                return self._select(s.text, frame, more)
            case "SET":
                return self._set(s) + self._done(frame, more)
            case "USE":
                return self._use(s) + self._done(frame, more)
            case "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVE":
                return self._transactions.statement(s) + self._done(frame, more)
            case "IF":
                return self._if(s, frame, more)
            case "PRINT":
                value = query.select(f"SELECT {s.text[len('PRINT') :]}", self._environment(frame)).rows[0][0]
                return tokens.info(0, str(value or " "), self._server, self._version) + self._done(frame, more)
            case "EXEC" | "EXECUTE":
                return self._execute(s, frame, more)
            case "DECLARE" | "WHILE" | "WAITFOR" | "WITH" | "RAISERROR" | "THROW" | "KILL" | "DBCC" | "SHUTDOWN":
                raise not_implemented(s.keyword)
        if s.keyword in _DDL:
            raise SqlError(262, f"{s.keyword} {s.word(1)} permission denied in database '{self.database}'.", 14)
        if s.keyword in _DML:
            raise SqlError(208, f"Invalid object name '{_target(s)}'.")
        if s.words[0].bare and len(s.words) <= 64:
            # A batch may begin with the name of a procedure alone.
            return self._execute(s, frame, more, skip=0)
        raise syntax_error(s.words[0].text)

    def _select(self, text: str, frame: _Frame, more: int) -> bytes:
        found = query.select(text, self._environment(frame))
        if self._format_only:
            found = Result(found.columns, ())
        self._row_count = len(found.rows)
        return tokens.result(found, self._version) + self._done(frame, more, len(found.rows), tokens.COMMAND_SELECT)

    def _environment(self, frame: _Frame) -> Environment:
        return catalog.environment(
            Facts(
                me=self.me,
                connections=self._connections,
                server_name=self._server,
                database=self.database,
                login=self._login.user,
                client_host=self._login.host,
                app=self._login.app,
                transactions=self._transactions.count,
                row_count=self._row_count,
                last_error=self._last_error,
                variables=frame.variables,
            )
        )

    def _set(self, s: Statement) -> bytes:
        option = s.word(1)
        if option not in _SET_OPTIONS:
            if s.words[1:] and s.words[1].text == "@":
                raise SqlError(
                    137, f'Must declare the scalar variable "@{s.words[2].text if s.words[2:] else ""}".', 15
                )
            raise SqlError(195, f"'{s.words[1].text if s.words[1:] else ''}' is not a recognized SET option.", 15, 7)
        if option == "FMTONLY":
            self._format_only = s.word(2) == "ON"
        return b""

    def _use(self, s: Statement) -> bytes:
        if len(s.words) != 2:
            raise syntax_error(s.text)
        name = s.words[1].text
        if name.lower() not in catalog.DATABASES:
            raise SqlError(
                911, f"Database '{name[:128]}' does not exist. Make sure that the name is entered correctly."
            )
        old, self.database = self.database, name.lower()
        return tokens.changed_database(self.database, old) + tokens.info(
            5701, f"Changed database context to '{self.database}'.", self._server, self._version, state=2
        )

    def _if(self, s: Statement, frame: _Frame, more: int) -> bytes:
        depth = at = 0
        for at, word in enumerate(s.words[1:], start=1):  # noqa: B007 - it is what the loop looks for
            depth += (word.upper == "(") - (word.upper == ")")
            if (
                depth == 0
                and word.bare
                and word.upper in ("SELECT", "SET", "COMMIT", "ROLLBACK", "BEGIN", "PRINT", "EXEC", "USE")
            ):
                break
        else:
            # The splitter ends the condition where the next statement begins, which is then what IF guards.
            raise not_implemented("IF in this form")
        condition = s.text[s.words[1].start - s.words[0].start : word.start - s.words[0].start]
        guarded = Statement(s.words[at:], s.text[word.start - s.words[0].start :])
        if query.truth(condition, self._environment(frame)):
            return self._statement(guarded, frame, more)
        return self._done(frame, more)

    def _execute(self, s: Statement, frame: _Frame, more: int, skip: int = 1) -> bytes:
        if frame.depth >= MAX_NESTING:
            raise SqlError(217, f"Maximum stored procedure nesting level exceeded (limit {MAX_NESTING}).")
        name, at = "", skip
        while at < len(s.words) and (s.words[at].bare or s.words[at].upper == "" or s.words[at].text == "."):
            if name and not name.endswith(".") and s.words[at].text != ".":
                break
            name += s.words[at].text
            at += 1
        if not name:
            raise not_implemented("EXECUTE of a string")
        procedure = name.rsplit(".", 1)[-1].lower()
        arguments = s.text[s.words[at].start - s.words[0].start :] if at < len(s.words) else ""
        if procedure == "sp_executesql":
            values = query.select(f"SELECT {arguments}", self._environment(frame)).rows[0]
            if len(values) != 1 or not isinstance(values[0], str):
                raise not_implemented("sp_executesql with parameters in a batch")
            inner = self._batch(values[0], _Frame(DONEINPROC, {}, frame.depth + 1))
            return _more(inner, self._version) + tokens.return_status(0) + self._done(_Frame(DONEPROC), more)
        if procedure in procedures.DATATYPE_INFO:
            given = query.select(f"SELECT {arguments}", self._environment(frame)).rows[0] if arguments else ()
            found = procedures.datatype_info(tuple(rpc.Parameter("", value) for value in given))
            return (
                tokens.result(found, self._version)
                + self._done(_Frame(DONEINPROC), tokens.DONE_MORE, len(found.rows), tokens.COMMAND_SELECT)
                + tokens.return_status(0)
                + self._done(_Frame(DONEPROC), more)
            )
        raise procedures.refused(name)

    def _transaction(self, payload: bytes) -> bytes:
        try:
            change = self._transactions.request(payload)
        except SqlError as e:
            return self._failed(e.error, tokens.DONE)
        return change + tokens.done(self._version, self._status())

    # ---- procedures

    def _call(self, call: rpc.Call) -> bytes:
        name = procedures.plain_name(call.procedure)
        try:
            return self._procedure(name, call)
        except SqlError as e:
            return self._failed(e.error, DONEPROC, name)

    def _procedure(self, name: str, call: rpc.Call) -> bytes:
        values = [p.value for p in call.parameters]
        match name:
            case "sp_executesql":
                names = declared(text_of(values, 1)) if len(values) > 1 else ()
                return self._run(Prepared(text_of(values, 0), names), call.parameters[2:])
            case "sp_prepare":
                return self._returned(call, self._prepared.add(text_of(values, 2), text_of(values, 1)))
            case "sp_prepexec":
                handle = self._prepared.add(text_of(values, 2), text_of(values, 1))
                return self._run(self._prepared.get(handle), call.parameters[3:], self._handle_value(call, handle))
            case "sp_execute":
                return self._run(self._prepared.get(integer_of(values, 0)), call.parameters[1:])
            case "sp_unprepare":
                self._prepared.remove(integer_of(values, 0))
                return self._returned(call, None)
            case "sp_reset_connection":
                return self._returned(call, None)
        if name in procedures.DATATYPE_INFO:
            found = procedures.datatype_info(call.parameters)
            return (
                tokens.result(found, self._version)
                + self._done(_Frame(DONEINPROC), tokens.DONE_MORE, len(found.rows), tokens.COMMAND_SELECT)
                + self._returned(call, None)
            )
        raise procedures.refused(call.procedure)

    def _run(self, prepared: Prepared, given: tuple[rpc.Parameter, ...], last: bytes = b"") -> bytes:
        variables = prepared.bind(given)
        body = self._batch(prepared.text, _Frame(DONEINPROC, variables))
        return (
            _more(body, self._version)
            + tokens.return_status(0)
            + last
            + tokens.done(self._version, self._status(), token=DONEPROC)
        )

    def _handle_value(self, call: rpc.Call, handle: int | None) -> bytes:
        if handle is None or not call.parameters or not call.parameters[0].output:
            return b""
        return tokens.return_value(0, call.parameters[0].name, handle, self._version)

    def _returned(self, call: rpc.Call, handle: int | None) -> bytes:
        return (
            tokens.return_status(0)
            + self._handle_value(call, handle)
            + tokens.done(self._version, self._status(), token=DONEPROC)
        )

    # ---- answers

    def _status(self) -> int:
        return tokens.DONE_INXACT if self._transactions.count else 0

    def _done(self, frame: _Frame, more: int, count: int | None = None, command: int = 0) -> bytes:
        return tokens.done(self._version, more | self._status(), count, frame.done, command)

    def _failed(self, e: ServerError, done: int, procedure: str = "") -> bytes:
        self._last_error = e.number
        return tokens.error(e, self._server, self._version, procedure) + tokens.done(
            self._version, tokens.DONE_ERROR | self._status(), token=done
        )


def _more(answer: bytes, version: int) -> bytes:
    """The same answer with the bit that says that more follows in its last DONE."""
    length = len(tokens.done(version))
    (status,) = struct.unpack_from("<H", answer, len(answer) - length + 1)
    last = bytearray(answer[-length:])
    struct.pack_into("<H", last, 1, status | tokens.DONE_MORE)
    return answer[:-length] + bytes(last)


def _target(s: Statement) -> str:
    skip = {"INTO", "FROM", "TABLE", "TOP"}
    rest = [w for w in s.words[1:] if w.upper not in skip]
    name = ""
    for word in rest:
        if name and not name.endswith(".") and word.text != ".":
            break
        name += word.text
    return name[:128]
