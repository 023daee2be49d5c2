"""Statements: what the endpoint can do of T-SQL, as values; `parser` reads them."""

from collections.abc import Callable
from dataclasses import dataclass

from tlslab.servers.tds.errors import SqlError
from tlslab.servers.tds.sqltypes import Cell


@dataclass(frozen=True, slots=True)
class Variable:
    """`@name` or `@@name`, in capitals."""

    name: str


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column of the view in FROM."""

    name: str


Value = Cell | Variable | ColumnName


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT: names and values of its columns. `connections`: from sys.dm_exec_connections, `own`: of that the row of
    this session alone.
    """

    columns: tuple[tuple[str, Value], ...]
    connections: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """SET of options to one value; what there is to set does nothing here but for FMTONLY."""

    options: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Use:
    """USE of a database."""

    database: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """BEGIN, COMMIT, ROLLBACK or SAVE TRANSACTION, with a name or without."""

    verb: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class If:
    """IF @@TRANCOUNT, compared with a number."""

    compare: Callable[[int, int], bool]
    number: int
    then: "Statement"


@dataclass(frozen=True, slots=True)
class Block:
    """BEGIN ... END."""

    statements: "tuple[Statement, ...]"


@dataclass(frozen=True, slots=True)
class Execute:
    """A call of a procedure, with the values of its parameters in their order."""

    procedure: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Fails:
    """What fails when it is executed, and with it the rest of the batch."""

    error: SqlError


Statement = Select | Set | Use | Transaction | If | Block | Execute | Fails
