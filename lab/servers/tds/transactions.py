"""Transactions: counted, named and described, since there is nothing to roll back; drivers insist on the
announcements.

Requests of the transaction manager are MS-TDS 2.2.6.9, the announcements ENVCHANGE 8 to 10 of 2.2.7.9.
"""

from tlslab.servers.tds import rpc, tokens
from tlslab.servers.tds.errors import SqlError, not_implemented
from tlslab.servers.tds.parser import checked_name
from tlslab.servers.tds.statements import Transaction

MAX_NESTING = 32
MAX_SAVEPOINTS = 1000


class Transactions:
    """The open transactions of one session."""

    def __init__(self) -> None:
        self.count = 0
        self._descriptor = 0
        self._name = ""
        self._savepoints: set[str] = set()

    def begin(self, name: str = "") -> bytes:
        """Open one; the announcement, for the outermost alone. Raises SqlError when too many are open."""
        if self.count >= MAX_NESTING:
            raise not_implemented(f"transactions nested more than {MAX_NESTING} times")
        self.count += 1
        if self.count > 1:
            return b""
        self._descriptor += 1
        self._name = name
        return tokens.transaction_began(self._descriptor)

    def commit(self) -> bytes:
        """Close one. Raises SqlError 3902 when none is open."""
        if not self.count:
            raise SqlError(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        self.count -= 1
        return b"" if self.count else self._end(committed=True)

    def rollback(self, name: str = "") -> bytes:
        """Close all, or with the name of a savepoint go back to it, which closes none. Raises SqlError 3903 when none
        is open, 6401 for a name that nobody has.
        """
        if not self.count:
            raise SqlError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        if name in self._savepoints:
            return b""
        if name not in ("", self._name):
            raise SqlError(6401, f"Cannot roll back {name}. No transaction or savepoint of that name was found.")
        self.count = 0
        return self._end(committed=False)

    def save(self, name: str) -> bytes:
        """Set a savepoint. Raises SqlError 628 when no transaction is open, 50000 for one savepoint too many."""
        if not self.count:
            raise SqlError(628, "Cannot issue SAVE TRANSACTION when there is no active transaction.", 16, 0)
        if len(self._savepoints) >= MAX_SAVEPOINTS:
            raise not_implemented(f"more than {MAX_SAVEPOINTS} savepoints")
        self._savepoints.add(name)
        return b""

    def _end(self, *, committed: bool) -> bytes:
        self._savepoints.clear()
        return tokens.transaction_ended(self._descriptor, committed=committed)

    def statement(self, s: Transaction) -> bytes:
        """BEGIN, COMMIT, ROLLBACK or SAVE TRANSACTION. Raises SqlError."""
        match s.verb:
            case "BEGIN":
                return self.begin(s.name)
            case "COMMIT":
                return self.commit()
            case "ROLLBACK":
                return self.rollback(s.name)
        return self.save(s.name)

    def request(self, payload: bytes) -> bytes:
        """A request of the transaction manager. Raises SqlError, ProtocolError."""
        reader = rpc.Reader(payload)
        kind = reader.number("<H")
        match kind:
            case 5:
                reader.byte()  # isolation level
                return self.begin(_name(reader))
            case 7:
                _name(reader)
                return self.commit() + self._again(reader)
            case 8:
                return self.rollback(_name(reader)) + self._again(reader)
            case 9:
                return self.save(_name(reader))
        raise not_implemented(f"the transaction manager request {kind}")

    def _again(self, reader: rpc.Reader) -> bytes:
        """Begin the next transaction, where a commit or rollback asks for it."""
        if not reader.left or not reader.byte() & 0x01:
            return b""
        reader.byte()  # isolation level
        return self.begin(_name(reader))


def _name(reader: rpc.Reader) -> str:
    """A name behind its length in bytes (B_VARBYTE)."""
    return checked_name(reader.take(reader.byte()).decode("utf-16-le", errors="replace"))
