"""A session: what a logged-in client asks, and the tokens that answer it.

Bytes in, bytes out; no sockets. Every request gets an answer, for a driver that gets none waits for ever, and
a procedure call that gets a bare DONE crashes Microsoft's ODBC driver.
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tlslab.servers.tds import catalog, procedures, rpc, tokens
from tlslab.servers.tds.catalog import Connected, Facts
from tlslab.servers.tds.errors import ServerError, SqlError, not_implemented
from tlslab.servers.tds.packets import (
    STATUS_RESET_CONNECTION,
    STATUS_RESET_CONNECTION_KEEP_TRANSACTION,
    Message,
    PacketType,
    ProtocolError,
)
from tlslab.servers.tds.parser import parse
from tlslab.servers.tds.procedures import Handles, Prepared, integer_of, prepare, text_of
from tlslab.servers.tds.sqltypes import Cell, Column, Result
from tlslab.servers.tds.statements import (
    Block,
    ColumnName,
    Execute,
    Fails,
    If,
    Select,
    Set,
    Statement,
    Transaction,
    Use,
    Value,
    Variable,
)
from tlslab.servers.tds.tokens import DONEINPROC, DONEPROC
from tlslab.servers.tds.transactions import Transactions

MAX_WORK = 128 * 1024
"""Characters of statements and bytes of results for one request: a client asks for little, and what it does not read
waits in memory.
"""


class ClosingError(Exception):
    """The request breaks the protocol: the client gets `answer`, then the connection ends; the text is for
    the log.
    """

    def __init__(self, text: str, answer: bytes) -> None:
        super().__init__(text)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where statements are executed: in a batch, or inside a procedure, with its parameters."""

    done: int = tokens.DONE
    variables: Mapping[str, Cell] = field(default_factory=dict)


class Session:
    """One logged-in client. `connections` lists all of the listener, for sys.dm_exec_connections."""

    def __init__(
        self,
        database: str,
        version: int,
        me: Connected,
        server_name: str,
        connections: Callable[[], Iterable[Connected]],
    ) -> None:
        self.me = me
        self._login_database = self.database = database.lower() or "master"
        self._version = tokens.effective(version)
        self._server = server_name
        self._connections = connections
        self._transactions = Transactions()
        self._prepared = Handles()
        self._row_count = 0
        self._last_error = 0
        self._format_only = False
        self._left = MAX_WORK

    def handle(self, message: Message) -> bytes:
        """The answer to one request. Raises ClosingError where SQL Server would close the connection."""
        self._left = MAX_WORK
        try:
            return self._reset(message.status) + self._dispatch(message)
        except ProtocolError as e:
            text = f"The incoming tabular data stream (TDS) protocol stream is incorrect: {e}."
            raise ClosingError(str(e), self._failed(ServerError(8009, text), tokens.DONE)) from e

    def _dispatch(self, message: Message) -> bytes:
        match message.type:
            case PacketType.SQL_BATCH:
                body = rpc.skip_headers(message.payload, self._version)
                return self._joined(self._batch(body.decode("utf-16-le", errors="replace"), _Frame()))
            case PacketType.RPC:
                calls = rpc.parse(rpc.skip_headers(message.payload, self._version), self._version)
                return self._joined([self._call(call) for call in calls])
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
        self.database = self._login_database
        return out + tokens.connection_reset()

    # ---- batches

    def _batch(self, text: str, frame: _Frame) -> list[bytes]:
        """The answers to the statements of a batch, each with a DONE at its end."""
        out: list[bytes] = []
        try:
            for statement in parse(text):
                self._execute(statement, frame, out)
        except SqlError as e:
            # Errors of this endpoint end the batch: it does not know what the rest of it relied on.
            out.append(self._failed(e.error, frame.done))
        return out or [self._done(frame.done)]

    def _execute(self, s: Statement, frame: _Frame, out: list[bytes]) -> None:
        match s:
            case Select():
                out.append(self._result(self._selected(s, frame), frame.done))
            case Set():
                if "FMTONLY" in s.options:
                    self._format_only = s.value == "ON"
                out.append(self._done(frame.done))
            case Use():
                out.append(self._use(s.database) + self._done(frame.done))
            case Transaction():
                out.append(self._transactions.statement(s) + self._done(frame.done))
            case If():
                if s.compare(self._transactions.count, s.number):
                    self._execute(s.then, frame, out)
            case Block():
                for statement in s.statements:
                    self._execute(statement, frame, out)
            case Execute():
                name = procedures.plain_name(s.procedure)
                if name not in procedures.DATATYPE_INFO:
                    raise procedures.refused(s.procedure)
                given = [rpc.Parameter("", self._cell(value, frame)) for value in s.arguments]
                out.append(self._result(self._datatypes(given), DONEINPROC))
                out.append(tokens.return_status(0) + self._done(DONEPROC))
            case Fails():
                raise s.error
        self._last_error = 0

    def _selected(self, s: Select, frame: _Frame) -> Result:
        rows = [self.me]
        if s.connections and not s.own:
            rows = sorted(self._connections(), key=lambda c: c.session_id)
        table: list[list[Cell]] = []
        for row in rows:
            table.append([self._cell(value, frame, row if s.connections else None) for _, value in s.columns])
            self._spend(sum(len(cell.type) + len(cell.data) for cell in table[-1]))
        columns = tuple(Column(name, cell.type) for (name, _), cell in zip(s.columns, table[0], strict=True))
        if self._format_only:
            return Result(columns, ())
        return Result(columns, tuple(tuple(cell.data for cell in row) for row in table))

    def _cell(self, value: Value, frame: _Frame, row: Connected | None = None) -> Cell:
        match value:
            case Variable() if value.name in frame.variables:
                return frame.variables[value.name]
            case Variable() if value.name in catalog.VARIABLES:
                kind, of = catalog.VARIABLES[value.name]
                facts = Facts(
                    self.me.session_id, self._server, self._transactions.count, self._row_count, self._last_error
                )
                return kind.cell(of(facts))
            case Variable() if value.name.startswith("@@"):
                raise not_implemented(value.name)
            case Variable():
                raise SqlError(137, f'Must declare the scalar variable "{value.name[:128]}".', 15, 2)
            case ColumnName():
                known = catalog.CONNECTION_COLUMNS.get(value.name.lower())
                if row is None or known is None:
                    raise SqlError(207, f"Invalid column name '{value.name}'.")
                return known[0].cell(known[1](row))
        return value

    def _result(self, found: Result, done: int) -> bytes:
        self._row_count = len(found.rows)
        return tokens.result(found, self._version) + self._done(done, self._row_count, tokens.COMMAND_SELECT)

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise not_implemented(f"requests of so much work, more than {MAX_WORK} characters and bytes")

    def _use(self, name: str) -> bytes:
        if name.lower() not in catalog.DATABASES:
            raise SqlError(911, f"Database '{name}' does not exist. Make sure that the name is entered correctly.")
        old, self.database = self.database, name.lower()
        return tokens.changed_database(self.database, old) + tokens.info(
            5701, f"Changed database context to '{self.database}'.", self._server, self._version, state=2
        )

    def _transaction(self, payload: bytes) -> bytes:
        try:
            change = self._transactions.request(payload)
        except SqlError as e:
            return self._failed(e.error, tokens.DONE)
        return change + self._done(tokens.DONE)

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
                parameters = text_of(values, 1) if len(values) > 1 else ""
                return self._run(prepare(text_of(values, 0), parameters), call.parameters[2:])
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
            found = self._result(self._datatypes(call.parameters), DONEINPROC)
            return self._joined([found, self._returned(call, None)])
        raise procedures.refused(call.procedure)

    def _datatypes(self, parameters: Sequence[rpc.Parameter]) -> Result:
        found = procedures.datatype_info(parameters)
        self._spend(sum(len(data) for row in found.rows for data in row))
        return found

    def _run(self, prepared: Prepared, given: Sequence[rpc.Parameter], last: bytes = b"") -> bytes:
        self._spend(prepared.size)
        body = self._batch(prepared.text, _Frame(DONEINPROC, prepared.bind(given)))
        return self._joined([*body, tokens.return_status(0) + last + self._done(DONEPROC)])

    def _handle_value(self, call: rpc.Call, handle: int | None) -> bytes:
        if handle is None or not call.parameters or not call.parameters[0].output:
            return b""
        return tokens.return_value(0, call.parameters[0].name, handle, self._version)

    def _returned(self, call: rpc.Call, handle: int | None) -> bytes:
        return tokens.return_status(0) + self._handle_value(call, handle) + self._done(DONEPROC)

    # ---- answers

    def _done(self, token: int, count: int | None = None, command: int = 0) -> bytes:
        status = tokens.DONE_INXACT if self._transactions.count else 0
        return tokens.done(self._version, status, count, token, command)

    def _failed(self, e: ServerError, done: int, procedure: str = "") -> bytes:
        self._last_error = e.number
        status = tokens.DONE_ERROR | (tokens.DONE_INXACT if self._transactions.count else 0)
        return tokens.error(e, self._server, self._version, procedure) + tokens.done(self._version, status, token=done)

    def _joined(self, answers: Sequence[bytes]) -> bytes:
        """Answers as one: all but the last DONE say that more follows."""
        return b"".join(_more(answer, self._version) for answer in answers[:-1]) + answers[-1]


def _more(answer: bytes, version: int) -> bytes:
    """The same answer with the bit that says that more follows in its last DONE."""
    length = len(tokens.done(version))
    (status,) = struct.unpack_from("<H", answer, len(answer) - length + 1)
    last = bytearray(answer[-length:])
    struct.pack_into("<H", last, 1, status | tokens.DONE_MORE)
    return answer[:-length] + bytes(last)
