"""Procedures: the system procedures that drivers call on their own, and the statements that they prepare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tlslab.servers.tds import catalog, rpc
from tlslab.servers.tds.errors import SqlError, not_implemented
from tlslab.servers.tds.parser import parse
from tlslab.servers.tds.sqltypes import Cell, Result

MAX_PREPARED = 64 * 1024
"""Characters of prepared statements that a session may have."""
DATATYPE_INFO = frozenset({"sp_datatype_info", "sp_datatype_info_90", "sp_datatype_info_100"})
_OPENS_CURSOR = frozenset({"sp_cursoropen", "sp_cursorprepare", "sp_cursorexecute", "sp_cursorprepexec"})
_USES_CURSOR = frozenset({"sp_cursor", "sp_cursorunprepare", "sp_cursorfetch", "sp_cursoroption", "sp_cursorclose"})


def plain_name(procedure: str) -> str:
    """`sp_datatype_info_100` for `[sys].sp_datatype_info_100`."""
    return procedure.strip().replace("[", "").replace("]", "").rsplit(".", 1)[-1].lower()


def refused(procedure: str) -> SqlError:
    """What SQL Server answers to a procedure that is not there, or to a cursor that cannot be."""
    name = plain_name(procedure)
    if name in _OPENS_CURSOR:
        return SqlError(
            16937,
            "A server cursor cannot be opened on the given statement or statements. "
            "Use a default result set or client cursor.",
        )
    if name in _USES_CURSOR:
        return SqlError(16909, f"{name}: The cursor identifier value provided (0x0) is not valid.")
    return SqlError(2812, f"Could not find stored procedure '{procedure[:256]}'.", 16, 62)


def text_of(values: Sequence[Cell], at: int) -> str:
    """The text at a position; NULL is no text. Raises SqlError 201 or 214."""
    if at >= len(values):
        raise SqlError(201, "Procedure or function expects a parameter, which was not supplied.", 16, 4)
    try:
        return rpc.text_of(values[at]) or ""
    except TypeError as e:
        raise SqlError(214, "Procedure expects parameter of type 'ntext/nchar/nvarchar'.", 16, 2) from e


def integer_of(values: Sequence[Cell], at: int, default: int = 0) -> int:
    """The integer at a position, `default` when it is absent or NULL. Raises SqlError 214."""
    try:
        value = rpc.integer_of(values[at]) if at < len(values) else None
    except TypeError as e:
        raise SqlError(214, "Procedure expects parameter of type 'int'.", 16, 2) from e
    return default if value is None else value


def datatype_info(parameters: Sequence[rpc.Parameter]) -> Result:
    """sp_datatype_info @data_type = 0, @ODBCVer = 2. Raises SqlError."""
    named = {p.name.lower(): p.value for p in parameters if p.name}
    rest = [p.value for p in parameters if not p.name]
    data_type = [named["@data_type"]] if "@data_type" in named else rest[:1]
    version = [named["@odbcver"]] if "@odbcver" in named else rest[1:2]
    return catalog.datatype_info(integer_of(data_type, 0), integer_of(version, 0, 2))


def declared(text: str) -> tuple[str, ...]:
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement and the names of its parameters, and how many characters both are."""

    text: str
    names: tuple[str, ...]
    size: int

    def bind(self, given: Sequence[rpc.Parameter]) -> Mapping[str, Cell]:
        """The values by name, in capitals. Raises SqlError 8178 for a parameter without a value."""
        values: dict[str, Cell] = {}
        for position, parameter in enumerate(given):
            name = parameter.name or (self.names[position] if position < len(self.names) else "")
            values[name.upper()] = parameter.value
        for name in self.names:
            if name.upper() not in values:
                raise SqlError(
                    8178,
                    f"The parameterized query expects the parameter '{name[:128]}', which was not supplied.",
                )
        return values


def prepare(text: str, parameters: str) -> Prepared:
    """A statement with its list of parameters."""
    return Prepared(text, declared(parameters), len(text) + len(parameters) + 1)


class Handles:
    """The prepared statements of a session."""

    def __init__(self) -> None:
        self._prepared: dict[int, Prepared] = {}
        self._size = 0
        self._last = 0

    def add(self, text: str, parameters: str) -> int:
        """Keep a statement; its handle.

        Raises SqlError for text that is not T-SQL, and when all statements together would be too long.
        """
        prepared = prepare(text, parameters)
        if self._size + prepared.size > MAX_PREPARED:
            raise not_implemented(f"more than {MAX_PREPARED} characters of prepared statements at once")
        parse(text)
        self._size += prepared.size
        self._last += 1
        self._prepared[self._last] = prepared
        return self._last

    def get(self, handle: int) -> Prepared:
        """The statement of a handle. Raises SqlError 8179."""
        if handle not in self._prepared:
            raise SqlError(8179, f"Could not find prepared statement with handle {handle}.")
        return self._prepared[handle]

    def remove(self, handle: int) -> None:
        """Forget a handle. Raises SqlError 8179."""
        self._size -= self.get(handle).size
        del self._prepared[handle]
