"""Batches: where one T-SQL statement ends and the next begins.

T-SQL needs no semicolons, and drivers send none (`set ansi_nulls on set textsize 2147483647 select 1`), which
sqlglot's parser does not take apart. Its tokenizer does the reading here; a statement begins with a keyword
that can begin one, outside parentheses.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.servers.tds.tokens import ServerError

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

# Hostile text must not hold up the other connections of the process: the slowest that was found takes a
# tenth of a second at this length.
MAX_TEXT = 4096
MAX_STATEMENTS = 200
MAX_DEPTH = 24
MAX_RUN = 64

_STARTS = frozenset({
    "ALTER", "BACKUP", "BEGIN", "BREAK", "BULK", "CHECKPOINT", "CLOSE", "COMMIT", "CONTINUE", "CREATE",
    "DBCC", "DEALLOCATE", "DECLARE", "DELETE", "DENY", "DROP", "EXEC", "EXECUTE", "FETCH", "GOTO", "GRANT",
    "IF", "INSERT", "KILL", "MERGE", "OPEN", "PRINT", "RAISERROR", "RECONFIGURE", "RESTORE", "RETURN",
    "REVERT", "REVOKE", "ROLLBACK", "SAVE", "SELECT", "SET", "SHUTDOWN", "THROW", "TRUNCATE", "UPDATE",
    "USE", "WAITFOR", "WHILE", "WITH",
})  # fmt: skip
# Inside these a SET, SELECT, WITH or EXEC is a part of the statement and not the next one.
_WHOLE = frozenset(
    ["ALTER", "CREATE", "DECLARE", "DELETE", "GRANT", "DENY", "REVOKE", "INSERT", "MERGE", "UPDATE", "WITH"]
)
_JOINS_SELECT = frozenset(["UNION", "ALL", "EXCEPT", "INTERSECT"])


class SqlError(Exception):
    """A statement that fails: what the client gets."""

    def __init__(self, number: int, text: str, severity: int = 16, state: int = 1) -> None:
        super().__init__(text)
        self.error = ServerError(number, text, severity, state)


@dataclass(frozen=True, slots=True)
class Word:
    """A token: its text, the text in capitals unless it is quoted, and what it is."""

    text: str
    upper: str
    bare: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its words and its text."""

    words: tuple[Word, ...]
    text: str

    @property
    def keyword(self) -> str:
        """The first word in capitals."""
        return self.words[0].upper

    def word(self, at: int) -> str:
        """The word at a position in capitals, empty behind the end."""
        return self.words[at].upper if at < len(self.words) else ""


def syntax_error(near: str) -> SqlError:
    """Error 102."""
    return SqlError(102, f"Incorrect syntax near '{near[:100]}'.", 15)


def nested_too_deeply() -> SqlError:
    """Error 191."""
    return SqlError(191, "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up.", 15)


def not_implemented(what: str) -> SqlError:
    """The endpoint's own error, with the number that RAISERROR without a number has: it can do a small part
    of T-SQL only.
    """
    return SqlError(50000, f"The TLS trust lab's endpoint is not SQL Server and does not implement {what}.")


def split(text: str) -> tuple[Statement, ...]:
    """The statements of a batch. Raises SqlError for text that is not T-SQL, or more of it than the endpoint
    reads.
    """
    if len(text) > MAX_TEXT:
        raise not_implemented(f"batches of more than {MAX_TEXT} characters")
    words = _words(text)
    statements: list[Statement] = []
    current: list[Word] = []

    def finish() -> None:
        if current:
            if current[-1].upper == ",":
                # sqlglot forgives a trailing comma, SQL Server does not.
                raise syntax_error(",")
            statements.append(Statement(tuple(current), text[current[0].start : current[-1].end + 1]))
            current.clear()
        if len(statements) > MAX_STATEMENTS:
            raise not_implemented(f"batches of more than {MAX_STATEMENTS} statements")

    depth = run = 0
    previous = ""
    guarded = False
    for word in words:
        depth += (word.upper == "(") - (word.upper == ")")
        run = run + 1 if word.upper in _UNARY else 0
        if depth > MAX_DEPTH or run > MAX_RUN:
            raise nested_too_deeply()
        if word.upper == ";":
            finish()
            guarded = False
        elif depth == 0 and word.bare and word.upper in _STARTS and current and _begins(word.upper, current, previous):
            # IF goes as far as the end of the statement that it guards.
            if current[0].upper == "IF" and not guarded:
                guarded = True
            else:
                finish()
                guarded = False
            current.append(word)
        else:
            current.append(word)
        previous = word.upper
    finish()
    return tuple(statements)


_UNARY = frozenset({"NOT", "-", "+", "~", "CASE"})


def _begins(keyword: str, current: list[Word], previous: str) -> bool:
    first = current[0].upper
    if first in _WHOLE or (keyword == "WITH" and first != "SET"):
        return False
    if keyword == "SELECT" and previous in _JOINS_SELECT:
        return False
    # `SET TRANSACTION ...`, `BEGIN TRANSACTION`, `IF x SELECT`, `EXEC p` begin as they stand.
    return not (first == "EXEC" and len(current) == 1)


def _words(text: str) -> list[Word]:
    # Imported here: sqlglot takes longer to import than the rest of the program, and is needed with the first
    # batch only.
    from sqlglot.dialects.tsql import TSQL
    from sqlglot.errors import SqlglotError
    from sqlglot.tokenizer_core import TokenType

    quoted = {
        TokenType.IDENTIFIER,
        TokenType.STRING,
        TokenType.NATIONAL_STRING,
        TokenType.HEX_STRING,
        TokenType.NUMBER,
    }

    def word(t: "Token") -> Word:
        bare = t.token_type not in quoted and (t.text[:1].isalpha() or t.text[:1] in "_#")
        return Word(t.text, "" if t.token_type in quoted else t.text.upper(), bare, t.start, t.end)

    try:
        return [word(t) for t in TSQL.Tokenizer().tokenize(text)]
    except (SqlglotError, RecursionError, ValueError) as e:
        raise SqlError(105, "Unclosed quotation mark or comment in the batch.", 15) from e
