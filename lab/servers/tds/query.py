"""Queries: one SELECT, with or without one of the views that the endpoint has."""

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from lab.servers.tds import sqltypes as types
from lab.servers.tds.batch import SqlError, nested_too_deeply, not_implemented, syntax_error
from lab.servers.tds.expressions import Environment, Evaluator, Scope
from lab.servers.tds.sqltypes import Column, Result, SqlType

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.dialects.dialect import Dialect


# What drivers send again and again is short; long texts are not worth the memory of their trees.
_REMEMBERED = 512


def _parsed(text: str) -> "exp.Expr":
    return _parsed_once(text) if len(text) <= _REMEMBERED else _parse(text)


@lru_cache(maxsize=256)
def _parsed_once(text: str) -> "exp.Expr":
    return _parse(text)


def _parse(text: str) -> "exp.Expr":
    # Imported here, as in batch.py: only the first statement pays for it.
    from sqlglot import exp, parse_one
    from sqlglot.errors import ParseError, SqlglotError

    try:
        tree = parse_one(text, dialect=_dialect())
    except ParseError as e:
        raise syntax_error(str(e.errors[0].get("highlight") or text[:40]) if e.errors else text[:40]) from e
    except (SqlglotError, RecursionError, ValueError, IndexError, AttributeError, TypeError) as e:
        raise syntax_error(text[:40]) from e
    if not isinstance(tree, exp.Expr):
        raise syntax_error(text[:40])
    return tree


@lru_cache(maxsize=1)
def _dialect() -> "type[Dialect]":
    from sqlglot.dialects.tsql import TSQL

    class LoginAndUser(TSQL):
        """T-SQL in which SUSER_SNAME() stays apart from CURRENT_USER: sa is a login, dbo a user."""

        class Tokenizer(TSQL.Tokenizer):
            KEYWORDS: ClassVar = {word: kind for word, kind in TSQL.Tokenizer.KEYWORDS.items() if word != "SYSTEM_USER"}

        class Parser(TSQL.Parser):  # type: ignore[misc,valid-type]
            FUNCTIONS: ClassVar = {
                name: build
                for name, build in TSQL.Parser.FUNCTIONS.items()
                if name not in ("SUSER_NAME", "SUSER_SNAME", "SYSTEM_USER", "ORIGINAL_LOGIN", "USER_NAME", "DB_NAME")
            }

    return LoginAndUser


# All that a query may have. The rest is refused, for sqlglot knows much that would silently be ignored.
_SELECT_PARTS = frozenset({"expressions", "from_", "where", "order", "limit"})
_TABLE_PARTS = frozenset({"this", "db", "catalog", "alias", "hints"})
_LIMIT_PARTS = frozenset({"this", "expression"})
_ORDERED_PARTS = frozenset({"this", "desc", "nulls_first"})


def select(text: str, env: Environment) -> Result:
    """The result of one SELECT. Raises SqlError."""
    from sqlglot import exp

    tree = _parsed(text)
    if not isinstance(tree, exp.Select):
        raise not_implemented("this kind of query")
    _only(tree, _SELECT_PARTS)
    try:
        return _Query(tree, env).result()
    except RecursionError as e:
        raise nested_too_deeply() from e


def truth(text: str, env: Environment) -> bool:
    """Whether a condition, such as the one of IF, holds. Raises SqlError."""
    from sqlglot import exp

    where = _parsed(f"SELECT 1 WHERE {text}").args.get("where")
    if not isinstance(where, exp.Where):
        raise syntax_error(text)
    try:
        return Evaluator(env).condition(where.this) is True
    except RecursionError as e:
        raise nested_too_deeply() from e


def _only(part: "exp.Expr", allowed: frozenset[str]) -> None:
    for name, value in part.args.items():
        if value and name not in allowed:
            raise not_implemented(f"{name.rstrip('_').upper()} in a query")


class _Query:
    """One SELECT with its source."""

    def __init__(self, tree: "exp.Select", env: Environment) -> None:
        self._tree = tree
        self._env = env
        self._columns: tuple[Column, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._rows: list[Scope] = [Scope()]
        if (source := tree.args.get("from_")) is not None:
            self._read(source.this)

    def _read(self, table: "exp.Expr") -> None:
        from sqlglot import exp

        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
            raise not_implemented("this FROM clause")
        parts = [p.name for p in table.parts]
        in_master = len(parts) <= 2 or parts[0].lower() == "master"
        view = self._env.views.get(".".join(parts[-2:]).upper()) if in_master else None
        if view is None:
            raise SqlError(208, f"Invalid object name '{'.'.join(parts)[:128]}'.")
        _only(table, _TABLE_PARTS)
        self._columns, rows = view()
        self._names = frozenset({(table.alias or parts[-1]).upper()})
        self._rows = [self._scope(row) for row in rows]

    def _scope(self, row: tuple[object, ...]) -> Scope:
        values = {c.name.upper(): (c.type, value) for c, value in zip(self._columns, row, strict=True)}
        return Scope(values, self._names)

    @property
    def _blank(self) -> Scope:
        """A row of NULLs: with it, errors and types are the same where no row is."""
        return self._scope((None,) * len(self._columns))

    def result(self) -> Result:
        self._filter()
        self._sort()
        self._cut()
        return self._project(self._items())

    def _filter(self) -> None:
        if (where := self._tree.args.get("where")) is not None:
            Evaluator(self._env, self._blank).condition(where.this)
            self._rows = [r for r in self._rows if Evaluator(self._env, r).condition(where.this) is True]

    def _sort(self) -> None:
        from sqlglot import exp

        order = self._tree.args.get("order")
        for key in reversed(order.expressions if order is not None else []):
            _only(key, _ORDERED_PARTS)
            if not isinstance(key.this, exp.Column):
                raise not_implemented("ORDER BY something other than a column")
            Evaluator(self._env, self._blank).value(key.this)
            self._rows = sorted(
                self._rows,
                key=lambda r: _sortable(Evaluator(self._env, r).value(key.this)[1]),
                reverse=bool(key.args.get("desc")),
            )

    def _cut(self) -> None:
        from sqlglot import exp

        if (limit := self._tree.args.get("limit")) is None:
            return
        if not isinstance(limit, exp.Limit):
            raise not_implemented("FETCH in a query")
        _only(limit, _LIMIT_PARTS)
        count = Evaluator(self._env).value(limit.expression)[1]
        if not isinstance(count, int) or count < 0:
            raise SqlError(1060, "The number of rows provided for a TOP or FETCH clause must be an integer.")
        self._rows = self._rows[:count]

    def _items(self) -> "list[tuple[str, exp.Expr]]":
        from sqlglot import exp

        items: list[tuple[str, exp.Expr]] = []
        for item in self._tree.expressions:
            match item:
                case exp.Star():
                    if not self._columns:
                        raise SqlError(263, "Must specify table to select from.")
                    items += [(c.name, exp.column(c.name, quoted=True)) for c in self._columns]
                case exp.Alias():
                    items.append((item.alias, item.this))
                case exp.Column():
                    known = item.name.upper() in {c.name.upper() for c in self._columns}
                    items.append((item.name if known else "", item))
                case _:
                    items.append(("", item))
        if not items:
            raise syntax_error("SELECT")
        return items

    def _project(self, items: "list[tuple[str, exp.Expr]]") -> Result:
        from sqlglot import exp

        if any(isinstance(e, exp.Count) for _, e in items):
            (name, count), *others = items
            if others or not isinstance(count, exp.Count) or not isinstance(count.this, exp.Star):
                raise not_implemented("aggregates other than COUNT(*) alone")
            return Result((Column(name, types.INT),), ((len(self._rows),),))
        table = [[Evaluator(self._env, row).value(e) for _, e in items] for row in self._rows]
        shape = table or [[Evaluator(self._env, self._blank).value(e) for _, e in items]]
        columns = tuple(Column(name, _common([r[i][0] for r in shape])) for i, (name, _) in enumerate(items))
        return Result(columns, tuple(tuple(value for _, value in row) for row in table))


def _common(kinds: list[SqlType]) -> SqlType:
    if len({(k.kind, k.scale) for k in kinds}) > 1:
        raise not_implemented("a column whose type differs from row to row")
    return max(kinds, key=lambda t: t.size)


def _sortable(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float | Decimal):
        return 1, float(value), ""
    return (0, 0.0, "") if value is None else (2, 0.0, str(value).casefold())
