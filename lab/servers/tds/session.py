"""A session: what a logged-in client asks, and the tokens that answer it.

Bytes in, bytes out; no sockets. Every request gets an answer, for a driver that gets none waits for ever, and a procedure call that
gets a bare DONE crashes Microsoft's ODBC driver.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from lab.servers.tds import catalog, rpc, sql, tokens, types
from lab.servers.tds.batch import SqlError, Statement, not_implemented, split, syntax_error
from lab.servers.tds.catalog import Connected, Facts
from lab.servers.tds.login import Login7
from lab.servers.tds.packets import (
    STATUS_RESET_CONNECTION,
    STATUS_RESET_CONNECTION_KEEP_TRANSACTION,
    Message,
    PacketType,
    ProtocolError,
)
from lab.servers.tds.tokens import DONEINPROC, DONEPROC, ServerError
from lab.servers.tds.types import Result

MAX_PREPARED = 256
MAX_NESTING = 8

_SET_OPTIONS = frozenset(
    "ANSI_DEFAULTS ANSI_NULLS ANSI_NULL_DFLT_OFF ANSI_NULL_DFLT_ON ANSI_PADDING ANSI_WARNINGS ARITHABORT ARITHIGNORE "
    "CONCAT_NULL_YIELDS_NULL CONTEXT_INFO CURSOR_CLOSE_ON_COMMIT DATEFIRST DATEFORMAT DEADLOCK_PRIORITY FIPS_FLAGGER FMTONLY "
    "FORCEPLAN IDENTITY_INSERT IMPLICIT_TRANSACTIONS LANGUAGE LOCK_TIMEOUT NOCOUNT NOEXEC NO_BROWSETABLE NUMERIC_ROUNDABORT "
    "OFFSETS PARSEONLY QUERY_GOVERNOR_COST_LIMIT QUOTED_IDENTIFIER REMOTE_PROC_TRANSACTIONS ROWCOUNT SHOWPLAN_ALL SHOWPLAN_TEXT "
    "SHOWPLAN_XML STATISTICS TEXTSIZE TRANSACTION XACT_ABORT".split()
)
_DDL = frozenset({"CREATE", "ALTER", "DROP", "GRANT", "DENY", "REVOKE", "BACKUP", "RESTORE"})
_DML = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE", "MERGE"})
_DATATYPE_INFO = frozenset({"sp_datatype_info", "sp_datatype_info_90", "sp_datatype_info_100"})
_CURSORS = frozenset({"sp_cursoropen", "sp_cursorprepare", "sp_cursorexecute", "sp_cursorprepexec"})
_NO_CURSOR = frozenset({"sp_cursor", "sp_cursorunprepare", "sp_cursorfetch", "sp_cursoroption", "sp_cursorclose"})


class ClosingError(Exception):
    """The request breaks the protocol: the client gets `answer`, then the connection ends; the text is for the log."""

    def __init__(self, text: str, answer: bytes) -> None:
        super().__init__(text)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Prepared:
    text: str
    names: tuple[str, ...]


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
        self._transactions: list[int] = []
        self._next_transaction = 1
        self._prepared: dict[int, _Prepared] = {}
        self._next_handle = 1
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
                return self._transaction_request(rpc.skip_headers(message.payload, self._version))
            case PacketType.ATTENTION:
                return tokens.done(self._version, tokens.DONE_ATTENTION)
            case PacketType.BULK_LOAD:
                return self._failed(not_implemented("bulk load").error, tokens.DONE)
        raise ProtocolError(f"a packet of type 0x{message.type:02x} has no place after the login")

    def _reset(self, status: int) -> bytes:
        if not status & (STATUS_RESET_CONNECTION | STATUS_RESET_CONNECTION_KEEP_TRANSACTION):
            return b""
        out = b""
        if not status & STATUS_RESET_CONNECTION_KEEP_TRANSACTION and self._transactions:
            out = tokens.transaction_ended(self._transactions[0], committed=False)
            self._transactions.clear()
        self._prepared.clear()
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
                return self._transaction_statement(s) + self._done(frame, more)
            case "IF":
                return self._if(s, frame, more)
            case "PRINT":
                value = sql.select(f"SELECT {s.text[len('PRINT') :]}", self._environment(frame)).rows[0][0]
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
        found = sql.select(text, self._environment(frame))
        if self._format_only:
            found = Result(found.columns, ())
        self._row_count = len(found.rows)
        return tokens.result(found, self._version) + self._done(frame, more, len(found.rows), tokens.COMMAND_SELECT)

    def _environment(self, frame: _Frame) -> sql.Environment:
        return catalog.environment(
            Facts(
                me=self.me,
                connections=self._connections,
                server_name=self._server,
                database=self.database,
                login=self._login.user,
                client_host=self._login.host,
                app=self._login.app,
                transactions=len(self._transactions),
                row_count=self._row_count,
                last_error=self._last_error,
                variables=frame.variables,
            )
        )

    def _set(self, s: Statement) -> bytes:
        option = s.word(1)
        if option not in _SET_OPTIONS:
            if s.words[1:] and s.words[1].text == "@":
                raise SqlError(137, f'Must declare the scalar variable "@{s.words[2].text if s.words[2:] else ""}".', 15)
            raise SqlError(195, f"'{s.words[1].text if s.words[1:] else ''}' is not a recognized SET option.", 15, 7)
        if option == "FMTONLY":
            self._format_only = s.word(2) == "ON"
        return b""

    def _use(self, s: Statement) -> bytes:
        if len(s.words) != 2:
            raise syntax_error(s.text)
        name = s.words[1].text
        if name.lower() not in catalog.DATABASES:
            raise SqlError(911, f"Database '{name[:128]}' does not exist. Make sure that the name is entered correctly.")
        old, self.database = self.database, name.lower()
        return tokens.changed_database(self.database, old) + tokens.info(
            5701, f"Changed database context to '{self.database}'.", self._server, self._version, state=2
        )

    def _if(self, s: Statement, frame: _Frame, more: int) -> bytes:
        depth = 0
        for at, word in enumerate(s.words[1:], start=1):
            depth += (word.text == "(") - (word.text == ")")
            if depth == 0 and word.bare and word.upper in ("SELECT", "SET", "COMMIT", "ROLLBACK", "BEGIN", "PRINT", "EXEC", "USE"):
                break
        else:
            # The splitter ends the condition where the next statement begins, which is then what IF guards.
            raise not_implemented("IF in this form")
        condition = s.text[s.words[1].start - s.words[0].start : word.start - s.words[0].start]
        guarded = Statement(s.words[at:], s.text[word.start - s.words[0].start :])
        if sql.truth(condition, self._environment(frame)):
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
            values = sql.select(f"SELECT {arguments}", self._environment(frame)).rows[0]
            if len(values) != 1 or not isinstance(values[0], str):
                raise not_implemented("sp_executesql with parameters in a batch")
            inner = self._batch(values[0], _Frame(DONEINPROC, {}, frame.depth + 1))
            return _more(inner, self._version) + tokens.return_status(0) + self._done(_Frame(DONEPROC), more)
        if procedure in _DATATYPE_INFO:
            given = sql.select(f"SELECT {arguments}", self._environment(frame)).rows[0] if arguments else (0,)
            found = catalog.datatype_info(_integer(given[0]), _integer(given[1]) if len(given) > 1 else 2)
            return (
                tokens.result(found, self._version)
                + self._done(_Frame(DONEINPROC), tokens.DONE_MORE, len(found.rows))
                + tokens.return_status(0)
                + self._done(_Frame(DONEPROC), more)
            )
        raise _no_procedure(name)

    # ---- procedures

    def _call(self, call: rpc.Call) -> bytes:
        name = call.procedure.strip().replace("[", "").replace("]", "").rsplit(".", 1)[-1].lower()
        try:
            return self._procedure(name, call)
        except SqlError as e:
            return self._failed(e.error, DONEPROC, name)

    def _procedure(self, name: str, call: rpc.Call) -> bytes:
        values = [p.value for p in call.parameters]
        match name:
            case "sp_executesql":
                text = _text(values, 0)
                names = _declared(_text(values, 1)) if len(values) > 1 else ()
                return self._run(_Prepared(text, names), call.parameters[2:])
            case "sp_prepare":
                handle = self._prepare(_text(values, 2), _text(values, 1))
                return self._returned(call, handle)
            case "sp_prepexec":
                handle = self._prepare(_text(values, 2), _text(values, 1))
                return self._run(self._prepared[handle], call.parameters[3:], self._handle_value(call, handle))
            case "sp_execute":
                handle = _integer(values[0]) if values else 0
                return self._run(self._known(handle), call.parameters[1:])
            case "sp_unprepare":
                handle = _integer(values[0]) if values else 0
                self._known(handle)
                del self._prepared[handle]
                return self._returned(call, None)
            case "sp_reset_connection":
                return tokens.return_status(0) + tokens.done(self._version, self._status(), token=DONEPROC)
        if name in _DATATYPE_INFO:
            given = {p.name.lower(): p.value for p in call.parameters if p.name}
            data_type = given.get("@data_type", values[0] if values and not call.parameters[0].name else 0)
            odbc = given.get("@odbcver", values[1] if len(values) > 1 and not call.parameters[1].name else 2)
            found = catalog.datatype_info(_integer(data_type), _integer(odbc))
            return (
                tokens.result(found, self._version)
                + tokens.done(self._version, tokens.DONE_MORE | self._status(), len(found.rows), DONEINPROC, tokens.COMMAND_SELECT)
                + self._returned(call, None)
            )
        if name in _CURSORS:
            raise SqlError(
                16937,
                "A server cursor cannot be opened on the given statement or statements. "
                "Use a default result set or client cursor.",
            )
        if name in _NO_CURSOR:
            raise SqlError(16916, "A cursor with the name that was given does not exist.")
        raise _no_procedure(call.procedure)

    def _run(self, prepared: _Prepared, given: tuple[rpc.Parameter, ...], last: bytes = b"") -> bytes:
        variables: dict[str, object] = {}
        for position, parameter in enumerate(given):
            name = parameter.name or (prepared.names[position] if position < len(prepared.names) else "")
            variables[name] = parameter.value
        missing = [n for n in prepared.names if n.upper() not in {v.upper() for v in variables}]
        if missing and given:
            raise SqlError(
                8178,
                f"The parameterized query expects the parameter '{missing[0]}', which was not supplied.",
            )
        body = self._batch(prepared.text, _Frame(DONEINPROC, variables))
        status = tokens.return_status(0)
        return _more(body, self._version) + status + last + tokens.done(self._version, self._status(), token=DONEPROC)

    def _prepare(self, text: str, declared: str) -> int:
        if len(self._prepared) >= MAX_PREPARED:
            raise not_implemented(f"more than {MAX_PREPARED} prepared statements at once")
        split(text)
        handle, self._next_handle = self._next_handle, self._next_handle + 1
        self._prepared[handle] = _Prepared(text, _declared(declared))
        return handle

    def _known(self, handle: int) -> _Prepared:
        if handle not in self._prepared:
            raise SqlError(8179, f"Could not find prepared statement with handle {handle}.")
        return self._prepared[handle]

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

    # ---- transactions

    def _begin(self) -> bytes:
        descriptor, self._next_transaction = self._next_transaction, self._next_transaction + 1
        self._transactions.append(descriptor)
        if len(self._transactions) > 32:
            self._transactions.pop()
            raise not_implemented("transactions nested more than 32 times")
        return tokens.transaction_began(descriptor) if len(self._transactions) == 1 else b""

    def _commit(self) -> bytes:
        if not self._transactions:
            raise SqlError(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        descriptor = self._transactions.pop()
        return b"" if self._transactions else tokens.transaction_ended(descriptor, committed=True)

    def _rollback(self) -> bytes:
        if not self._transactions:
            raise SqlError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        descriptor = self._transactions[0]
        self._transactions.clear()
        return tokens.transaction_ended(descriptor, committed=False)

    def _transaction_statement(self, s: Statement) -> bytes:
        second = s.word(1)
        if second not in ("TRAN", "TRANSACTION") and (s.keyword in ("BEGIN", "SAVE") or second not in ("", "WORK")):
            if s.keyword == "BEGIN":
                raise not_implemented("BEGIN other than BEGIN TRANSACTION")
            raise syntax_error(s.text[:40])
        match s.keyword:
            case "BEGIN":
                change = self._begin()
            case "COMMIT":
                change = self._commit()
            case "ROLLBACK":
                change = self._rollback()
            case _:
                return b""
        return change

    def _transaction_request(self, payload: bytes) -> bytes:
        reader = rpc.Reader(payload)
        kind = reader.number("<H")
        try:
            match kind:
                case 5:
                    change = self._begin()
                case 7:
                    change = self._commit() + self._begin_again(reader)
                case 8:
                    change = self._rollback() + self._begin_again(reader)
                case 9:
                    change = b""
                case _:
                    raise not_implemented(f"the transaction manager request {kind}")
        except SqlError as e:
            return self._failed(e.error, tokens.DONE)
        return change + tokens.done(self._version, self._status())

    def _begin_again(self, reader: rpc.Reader) -> bytes:
        reader.text(reader.byte())
        return self._begin() if reader.left and reader.byte() & 0x01 else b""

    # ---- answers

    def _status(self) -> int:
        return tokens.DONE_INXACT if self._transactions else 0

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


def _no_procedure(name: str) -> SqlError:
    return SqlError(2812, f"Could not find stored procedure '{name[:256]}'.", 16, 62)


def _text(values: list[object], at: int) -> str:
    if at >= len(values):
        raise SqlError(201, "Procedure or function expects a parameter, which was not supplied.", 16, 4)
    value = values[at]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SqlError(214, "Procedure expects parameter of type 'ntext/nchar/nvarchar'.", 16, 2)
    return value


def _integer(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    raise SqlError(214, "Procedure expects parameter of type 'int'.", 16, 2)


def _declared(text: str) -> tuple[str, ...]:
    """The names in a list of parameters such as `@p1 int, @p2 decimal(10, 2) OUTPUT`."""
    names, depth, begin = [], 0, 0
    for at, character in enumerate(text + ","):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            part = text[begin:at].split()
            if part and part[0].startswith("@"):
                names.append(part[0])
            begin = at + 1
    return tuple(names)


def _target(s: Statement) -> str:
    skip = {"INTO", "FROM", "TABLE", "TOP"}
    rest = [w for w in s.words[1:] if w.upper not in skip]
    name = ""
    for word in rest:
        if name and not name.endswith(".") and word.text != ".":
            break
        name += word.text
    return name[:128]
