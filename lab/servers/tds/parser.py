"""The parser: the part of T-SQL that drivers send on their own, and what the lab asks, read into values.

`_TABLE` lists them. T-SQL needs no semicolons, and drivers send none (`set ansi_nulls on set textsize 2147483647`), so
a statement ends where nothing of it can follow. What SQL Server would refuse is refused with its error, everything else
with one that says that the endpoint is not SQL Server; nothing is answered that is not so. Each character is looked at
a bounded number of times, and nothing recurses deeper than `MAX_DEPTH`.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from tlslab.servers.tds import sqltypes as types
from tlslab.servers.tds.errors import SqlError, not_implemented, syntax_error
from tlslab.servers.tds.sqltypes import INT, Cell
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
from tlslab.servers.tds.tokens import SERVER_VERSION

MAX_DEPTH = 32
MAX_COLUMNS = 4096
MAX_NAME, MAX_TRANSACTION_NAME = 128, 32
"""Characters in a name, and in that of a transaction or savepoint (Microsoft Learn, "Database identifiers", "SAVE
TRANSACTION")."""


class Token(NamedTuple):
    """A token: what it is, its text, and the same in capitals where it is a word or a sign."""

    kind: str
    text: str
    upper: str


_TOKEN = re.compile(
    r"""
    (?P<blank>\s++ | --[^\r\n]*+)
  | (?P<comment>/\*)
  | (?P<text>N?'(?:[^']|'')*+')
  | (?P<quoted>\[(?:[^\]]|\]\])*+\] | "(?:[^"]|"")*+")
  | (?P<binary>0X[0-9A-F]*+)
  | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?+ | \.[0-9]++)(?:E[+-]?[0-9]*+)?+)
  | (?P<variable>@@?[\w#$@]++)
  | (?P<word>[^\W\d][\w#$@]*+ | \#[\w#$@]++)
  | (?P<sign><> | <= | >= | != | .)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def tokens(text: str) -> list[Token]:
    """The tokens of a batch. Raises SqlError for a quotation or a comment without an end."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None
        kind, word, at = match.lastgroup or "", match[0], match.end()
        if kind == "comment":
            at = _comment_end(text, at)
        elif kind == "sign" and word in ("'", '"', "["):
            raise SqlError(105, f"Unclosed quotation mark after the character string '{text[at : at + 64]}'.", 15)
        elif kind != "blank":
            keyword = kind == "variable" or (kind in ("word", "sign") and word.isascii())
            found.append(Token(kind, word, word.upper() if keyword else ""))
    return found


def _comment_end(text: str, at: int) -> int:
    """Behind a comment, which may have others inside."""
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(text, at)
        if edge is None:
            raise SqlError(113, "Missing end comment mark '*/'.", 15)
        depth += 1 if edge[0] == "/*" else -1
        at = edge.end()
    return at


_SWITCHES = frozenset({
    "ANSI_DEFAULTS", "ANSI_NULLS", "ANSI_NULL_DFLT_OFF", "ANSI_NULL_DFLT_ON", "ANSI_PADDING", "ANSI_WARNINGS",
    "ARITHABORT", "ARITHIGNORE", "CONCAT_NULL_YIELDS_NULL", "CURSOR_CLOSE_ON_COMMIT", "FMTONLY",
    "IMPLICIT_TRANSACTIONS", "NOCOUNT", "NO_BROWSETABLE", "NUMERIC_ROUNDABORT", "QUOTED_IDENTIFIER", "XACT_ABORT",
})  # fmt: skip
_SETTINGS = frozenset({
    "CONTEXT_INFO", "DATEFIRST", "DATEFORMAT", "DEADLOCK_PRIORITY", "LANGUAGE", "LOCK_TIMEOUT", "ROWCOUNT", "TEXTSIZE",
})  # fmt: skip
_ISOLATION = frozenset({"READ COMMITTED", "READ UNCOMMITTED", "REPEATABLE READ", "SNAPSHOT", "SERIALIZABLE"})
# Words that begin a statement, or a part of one, of which the endpoint can do none.
_OTHERS = frozenset({
    "ALTER", "BACKUP", "BREAK", "BULK", "CASE", "CHECKPOINT", "CLOSE", "COLLATE", "CONTINUE", "CREATE",
    "CURRENT_TIMESTAMP", "CURRENT_USER", "DBCC", "DEALLOCATE", "DECLARE", "DELETE", "DENY", "DISTINCT", "DROP",
    "ELSE", "EXCEPT", "FETCH", "FOR", "FULL", "GOTO", "GRANT", "GROUP", "HAVING", "IN", "INNER", "INSERT",
    "INTERSECT", "INTO", "IS", "JOIN", "KILL", "LEFT", "LIKE", "MERGE", "OPEN", "OPTION", "ORDER", "PRINT",
    "RAISERROR", "RECONFIGURE", "RESTORE", "RETURN", "REVERT", "REVOKE", "SESSION_USER", "SHUTDOWN", "SYSTEM_USER",
    "THROW", "TOP", "TRUNCATE", "UNION", "UPDATE", "USER", "WAITFOR", "WHERE", "WHILE", "WITH",
})  # fmt: skip
_OPERATORS = frozenset("+-*/%&|^<>=(")
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
# What a client of another kind asks at once, and the same in words of the table: Sequelize takes three parts of the
# version out of ProductVersion (packages/mssql, versionQuery).
_SEQUELIZE = (
    "DECLARE @ms_ver NVARCHAR(20); "
    "SET @ms_ver = REVERSE(CONVERT(NVARCHAR(20), SERVERPROPERTY('ProductVersion'))); "
    "SELECT REVERSE(SUBSTRING(@ms_ver, CHARINDEX('.', @ms_ver)+1, 20)) AS 'version'"
)
_SAME = {tuple(tokens(_SEQUELIZE)): f"SELECT N'{'.'.join(map(str, SERVER_VERSION))}' AS version"}


def parse(text: str) -> tuple[Statement, ...]:
    """The statements of a batch, up to the first that cannot be executed (`Fails`). Raises SqlError for text that is
    not T-SQL: of such a batch nothing is executed.
    """
    found = tokens(text)
    if len(found) < 50 and (same := _SAME.get(tuple(found))) is not None:
        found = tokens(same)
    return _Parser(found).batch()


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = [*found, Token("end", "", "")]
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _is(self, *words: str) -> bool:
        """Whether the next tokens are these; they are taken then."""
        for word, token in zip(words, self._tokens[self._at : self._at + len(words)], strict=False):
            if token.upper != word:
                return False
        if len(self._tokens) - self._at <= len(words):
            return False
        self._at += len(words)
        return True

    def _need(self, *words: str) -> None:
        if not self._is(*words):
            raise self._refused()

    def _refused(self) -> SqlError:
        """What the next token is: nothing that can stand here, or more than the endpoint can do."""
        token = self._next
        if token.upper in _OTHERS or token.upper in _OPERATORS:
            return not_implemented(f"'{token.upper}' here")
        return syntax_error(token.text)

    def batch(self) -> tuple[Statement, ...]:
        found: list[Statement] = []
        try:
            while self._next.kind != "end":
                if not self._is(";"):
                    found.append(self._statement(first=not found))
        except SqlError as e:
            if e.error.severity <= 15:
                raise
            found.append(Fails(e))
        return tuple(found)

    def _statement(self, *, first: bool = False) -> Statement:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SqlError(
                191, "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up.", 15
            )
        token = self._next
        read = _TABLE.get(token.upper)
        if read is not None:
            self._take()
            found = read(self)
        elif token.upper in _OTHERS:
            raise not_implemented(token.upper)
        elif first and token.kind in ("word", "quoted"):
            # A batch may begin with the name of a procedure alone.
            found = self._execute()
        else:
            raise syntax_error(token.text)
        self._depth -= 1
        return found

    def _ends(self) -> bool:
        """Whether a statement can end before the next token."""
        return self._next.kind == "end" or self._next.upper in (";", "END") or self._next.upper in _TABLE

    def _select(self) -> Statement:
        if self._is("*", "FROM"):
            self._view()
            raise not_implemented("SELECT *")
        columns: list[tuple[str, Value]] = []
        while not columns or self._is(","):
            if len(columns) == MAX_COLUMNS:
                raise SqlError(
                    1056,
                    "The number of elements in the select list exceeds the maximum allowed number of "
                    f"{MAX_COLUMNS} elements.",
                    15,
                )
            columns.append(self._column())
        connections = own = False
        if self._is("FROM"):
            self._view()
            connections, own = True, self._is("WHERE", "SESSION_ID", "=", "@@SPID")
        if not self._ends():
            raise self._refused()
        return Select(tuple(columns), connections, own)

    def _column(self) -> tuple[str, Value]:
        if self._next.upper == "*":
            raise SqlError(263, "Must specify table to select from.")
        value = self._value()
        name = value.name if isinstance(value, ColumnName) else ""
        if self._is("AS"):
            return self._alias(required=True), value
        return self._alias() or name, value

    def _alias(self, *, required: bool = False) -> str:
        token = self._next
        if token.kind in ("quoted", "text") or (token.kind == "word" and token.upper not in _KEYWORDS):
            return _identifier(self._take())
        if required:
            raise syntax_error(token.text)
        return ""

    def _view(self) -> None:
        name = [self._name()]
        while self._is("."):
            name.append(self._name())
        known = ["master", "sys", "dm_exec_connections"]
        lower = [part.lower() for part in name]
        if len(name) < 2 or lower != known[-len(lower) :]:
            if "sys" in lower or "information_schema" in lower:
                raise not_implemented(".".join(name))
            raise SqlError(208, f"Invalid object name '{'.'.join(name)[:128]}'.")

    def _name(self) -> str:
        token = self._next
        if token.kind == "quoted" or (token.kind == "word" and token.upper not in _KEYWORDS):
            return _identifier(self._take())
        raise not_implemented("this use of a variable") if token.kind == "variable" else self._refused()

    def _value(self) -> Value:
        token = self._take()
        match token.kind:
            case "number":
                return _number(token.text)
            case "sign" if token.text in "+-" and self._next.kind == "number":
                return _number(token.text + self._take().text)
            case "text":
                return types.text(_unquoted(token.text), wide=token.text[0] in "Nn")
            case "binary":
                digits = token.text[2:]
                return types.binary(bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}"))
            case "variable":
                return Variable(token.upper)
            case "word" if token.upper == "NULL":
                return INT.cell(None)
            case "word" | "quoted" if self._next.upper == "(":
                raise not_implemented(f"the function {token.text}")
            case "quoted" | "word" if token.upper not in _KEYWORDS:
                return ColumnName(_identifier(token))
        self._at -= token.kind != "end"
        raise self._refused()

    def _set(self) -> Statement:
        if self._is("TRANSACTION", "ISOLATION", "LEVEL"):
            level = self._take().upper
            if level in ("READ", "REPEATABLE"):
                level = f"{level} {self._take().upper}"
            if level not in _ISOLATION:
                raise syntax_error(level)
            return Set(("TRANSACTION ISOLATION LEVEL",), level)
        option = self._take()
        if option.upper in _SWITCHES:
            options = [option.upper]
            while self._is(","):
                options.append(self._take().upper)
                if options[-1] not in _SWITCHES:
                    raise self._refused()
            if self._next.upper not in ("ON", "OFF"):
                raise self._refused()
            return Set(tuple(options), self._take().upper)
        if option.upper in _SETTINGS:
            sign = self._take().text if self._next.upper == "-" else ""
            if self._next.kind not in ("word", "number", "text", "binary", "variable") or self._next.upper in _TABLE:
                raise self._refused()
            return Set((option.upper,), sign + self._take().text)
        if option.kind == "variable":
            raise not_implemented("SET of a variable")
        raise SqlError(195, f"'{option.text[:128]}' is not a recognized SET option.", 15, 7)

    def _use(self) -> Statement:
        return Use(self._name())

    def _begin(self) -> Statement:
        if self._is("TRAN") or self._is("TRANSACTION"):
            return Transaction("BEGIN", self._transaction_name())
        if self._next.upper in ("DISTRIBUTED", "TRY", "CATCH", "DIALOG", "CONVERSATION"):
            raise not_implemented(f"BEGIN {self._next.upper}")
        found: list[Statement] = []
        while not self._is("END"):
            if not self._is(";"):
                found.append(self._statement())
        if not found:
            raise syntax_error("END")
        return Block(tuple(found))

    def _commit(self) -> Statement:
        return self._ended("COMMIT")

    def _rollback(self) -> Statement:
        return self._ended("ROLLBACK")

    def _ended(self, verb: str) -> Statement:
        if self._is("TRAN") or self._is("TRANSACTION"):
            return Transaction(verb, self._transaction_name())
        self._is("WORK")
        return Transaction(verb)

    def _save(self) -> Statement:
        if not self._is("TRAN"):
            self._need("TRANSACTION")
        name = self._transaction_name()
        if not name:
            raise self._refused()
        return Transaction("SAVE", name)

    def _transaction_name(self) -> str:
        if self._next.kind == "variable":
            raise not_implemented("the name of a transaction in a variable")
        if self._next.kind not in ("word", "quoted") or self._ends():
            return ""
        return checked_name(self._name())

    def _if(self) -> Statement:
        bracket = self._is("(")
        if not self._is("@@TRANCOUNT"):
            raise not_implemented("IF of another condition than @@TRANCOUNT")
        compare = _COMPARED.get(self._take().upper)
        number = self._take()
        if compare is None or number.kind != "number" or not number.text.isdigit() or len(number.text) > 9:
            raise not_implemented("this condition of IF")
        if bracket:
            self._need(")")
        return If(compare, int(number.text), self._statement())

    def _execute(self) -> Statement:
        procedure = self._name()
        while self._is("."):
            procedure += "." + self._name()
        arguments: list[Value] = []
        if not self._ends():
            arguments.append(self._value())
            while self._is(","):
                arguments.append(self._value())
        if not self._ends():
            raise self._refused()
        return Execute(procedure, tuple(arguments))


_TABLE: dict[str, Callable[[_Parser], Statement]] = {
    "SELECT": _Parser._select,
    "SET": _Parser._set,
    "USE": _Parser._use,
    "BEGIN": _Parser._begin,
    "COMMIT": _Parser._commit,
    "ROLLBACK": _Parser._rollback,
    "SAVE": _Parser._save,
    "IF": _Parser._if,
    "EXEC": _Parser._execute,
    "EXECUTE": _Parser._execute,
}
_KEYWORDS = {*_TABLE, *_OTHERS, "AND", "AS", "BY", "END", "FROM", "NOT", "NULL", "ON", "OR", "THEN", "WHEN"}


def checked_name(name: str, longest: int = MAX_TRANSACTION_NAME) -> str:
    """A name. Raises SqlError for one that is too long."""
    if len(name) > longest:
        raise SqlError(
            103, f"The identifier that starts with '{name[:longest]}' is too long. Maximum length is {longest}.", 15, 4
        )
    return name


def _identifier(token: Token) -> str:
    name = token.text if token.kind == "word" else _unquoted(token.text)
    if not name:
        raise SqlError(1038, "An object or column name is missing or empty.", 15, 4)
    return checked_name(name, MAX_NAME)


def _unquoted(text: str) -> str:
    """What stands between quotation marks or brackets, each of which is doubled inside."""
    text = text[1:] if text[0] in "Nn" else text
    return text[1:-1].replace(text[-1] * 2, text[-1])


def _number(text: str) -> Cell:
    if "e" in text.lower():
        # `1e` and `1e+` are numbers, too.
        value = float(text if text[-1].isdigit() else f"{text}0")
        if not isfinite(value):
            raise SqlError(
                168,
                f"The floating point value '{text[:64]}' is out of the range of computer representation (8 bytes).",
                15,
            )
        return types.real(value)
    sign, digits = text[0] if text[0] in "+-" else "", text.lstrip("+-").lstrip("0") or "0"
    if len(digits) - ("." in digits) > 38:
        raise SqlError(
            1007, f"The number '{text[:64]}' is out of the range for numeric representation (maximum precision 38).", 15
        )
    if "." not in digits and -(2**31) <= int(sign + digits) < 2**31:
        return INT.cell(int(sign + digits))
    return types.decimal(Decimal(sign + digits))
