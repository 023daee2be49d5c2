"""Transactions: counted and described, since there is nothing to roll back; drivers insist on the
announcements.

Requests of the transaction manager are MS-TDS 2.2.6.9, the announcements ENVCHANGE 8 to 10 of 2.2.7.9.
"""

from lab.servers.tds import rpc, tokens
from lab.servers.tds.batch import SqlError, Statement, not_implemented, syntax_error

MAX_NESTING = 32


class Transactions:
    """The open transactions of one session."""

    def __init__(self) -> None:
        self.count = 0
        self._descriptor = 0

    def begin(self) -> bytes:
        """Open one; the announcement, for the outermost alone."""
        if self.count >= MAX_NESTING:
            raise not_implemented(f"transactions nested more than {MAX_NESTING} times")
        self.count += 1
        if self.count > 1:
            return b""
        self._descriptor += 1
        return tokens.transaction_began(self._descriptor)

    def commit(self) -> bytes:
        """Close one. Raises SqlError 3902 when none is open."""
        if not self.count:
            raise SqlError(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        self.count -= 1
        return b"" if self.count else tokens.transaction_ended(self._descriptor, committed=True)

    def rollback(self) -> bytes:
        """Close all. Raises SqlError 3903 when none is open."""
        if not self.count:
            raise SqlError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        self.count = 0
        return tokens.transaction_ended(self._descriptor, committed=False)

    def statement(self, s: Statement) -> bytes:
        """BEGIN, COMMIT, ROLLBACK or SAVE TRANSACTION. Raises SqlError."""
        second = s.word(1)
        if second not in ("TRAN", "TRANSACTION"):
            if s.keyword == "BEGIN":
                raise not_implemented("BEGIN other than BEGIN TRANSACTION")
            if s.keyword == "SAVE" or second not in ("", "WORK"):
                raise syntax_error(s.text)
        match s.keyword:
            case "BEGIN":
                return self.begin()
            case "COMMIT":
                return self.commit()
            case "ROLLBACK":
                return self.rollback()
        return b""

    def request(self, payload: bytes) -> bytes:
        """A request of the transaction manager. Raises SqlError, ProtocolError."""
        reader = rpc.Reader(payload)
        kind = reader.number("<H")
        match kind:
            case 5:
                return self.begin()
            case 7:
                return self.commit() + self._again(reader)
            case 8:
                return self.rollback() + self._again(reader)
            case 9:
                return b""
        raise not_implemented(f"the transaction manager request {kind}")

    def _again(self, reader: rpc.Reader) -> bytes:
        reader.text(reader.byte())
        return self.begin() if reader.left and reader.byte() & 0x01 else b""
