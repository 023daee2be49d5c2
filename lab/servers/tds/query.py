"""Queries: one SELECT, with or without one of the views that the endpoint has."""

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from lab.servers.tds import sqltypes as types
from lab.servers.tds.batch import SqlError, not_implemented, syntax_error
from lab.servers.tds.expressions import Environment, Evaluator, Typed, View
from lab.servers.tds.sqltypes import Column, Result, SqlType

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.dialects.dialect import Dialect


@lru_cache(maxsize=256)
def _parsed(text: str) -> "exp.Expr":
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
    from sqlglot import exp
    from sqlglot.dialects.tsql import TSQL

    class LoginAndUser(TSQL):
        """T-SQL in which SUSER_SNAME() stays apart from CURRENT_USER: sa is a login, dbo a user."""

        class Tokenizer(TSQL.Tokenizer):
            KEYWORDS: ClassVar = {
                word: kind for word, kind in TSQL.Tokenizer.KEYWORDS.items() if word != "SYSTEM_USER"
            }

        class Parser(TSQL.Parser):  # type: ignore[misc,valid-type]
            FUNCTIONS: ClassVar = {
                name: build
                for name, build in TSQL.Parser.FUNCTIONS.items()
                if name
                not in ("SUSER_NAME", "SUSER_SNAME", "SYSTEM_USER", "ORIGINAL_LOGIN", "USER_NAME", "DB_NAME")
            }
            NO_PAREN_FUNCTIONS: ClassVar = {
                token: kind
                for token, kind in TSQL.Parser.NO_PAREN_FUNCTIONS.items()
                if kind is not exp.SessionUser
            }

    return LoginAndUser


def select(text: str, env: Environment) -> Result:
    """The result of one SELECT. Raises SqlError."""
    from sqlglot import exp

    tree = _parsed(text)
    if not isinstance(tree, exp.Select):
        raise not_implemented("this kind of query")
    for part in (
        "joins",
        "group",
        "having",
        "into",
        "with",
        "with_",
        "laterals",
        "windows",
        "pivots",
        "distinct",
    ):
        if tree.args.get(part):
            raise not_implemented(f"{part.rstrip('_').upper()} in a query")
    try:
        return _select(tree, env)
    except RecursionError as e:
        raise SqlError(
            191, "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up.", 15
        ) from e


def truth(text: str, env: Environment) -> bool:
    """Whether a condition, such as the one of IF, holds. Raises SqlError."""
    from sqlglot import exp

    tree = _parsed(f"SELECT 1 WHERE {text}")
    where = tree.args.get("where")
    if not isinstance(where, exp.Where):
        raise syntax_error(text[:40])
    return Evaluator(env, {}).condition(where.this) is True


def _select(tree: "exp.Select", env: Environment) -> Result:
    from sqlglot import exp

    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ((),)
    if (source := tree.args.get("from_") or tree.args.get("from")) is not None:
        columns, rows = _view(source.this, env)
    scopes = [
        {c.name.upper(): (c.type, value) for c, value in zip(columns, row, strict=True)} for row in rows
    ] or []
    if (where := tree.args.get("where")) is not None:
        probe = {c.name.upper(): (c.type, None) for c in columns}
        Evaluator(env, probe).condition(where.this)  # An unknown column is an error even where no row is.
        scopes = [s for s in scopes if Evaluator(env, s).condition(where.this) is True]
    if (order := tree.args.get("order")) is not None:
        scopes = _ordered(order, scopes, env, columns)
    if (limit := tree.args.get("limit")) is not None:
        count = Evaluator(env, {}).value(limit.expression)[1] if isinstance(limit, exp.Limit) else None
        if not isinstance(count, int) or count < 0:
            raise not_implemented("this TOP or FETCH")
        scopes = scopes[:count]

    items: list[tuple[str, exp.Expr | None]] = []
    for item in tree.expressions:
        if isinstance(item, exp.Star):
            if not columns:
                raise SqlError(263, "Must specify table to select from.")
            items += [(c.name, exp.column(c.name, quoted=True)) for c in columns]
        else:
            name = (
                item.alias
                if isinstance(item, exp.Alias)
                else item.name
                if isinstance(item, exp.Column)
                else ""
            )
            items.append((name, item.this if isinstance(item, exp.Alias) else item))
    if not items:
        raise syntax_error("SELECT")
    return _projected(items, scopes, columns, env)


def _projected(
    items: "list[tuple[str, exp.Expr | None]]",
    scopes: list[dict[str, Typed]],
    columns: tuple[Column, ...],
    env: Environment,
) -> Result:
    from sqlglot import exp

    if any(isinstance(e, exp.Count) for _, e in items):
        if (
            len(items) != 1
            or not isinstance(items[0][1], exp.Count)
            or not isinstance(items[0][1].this, exp.Star)
        ):
            raise not_implemented("aggregates other than COUNT(*) alone")
        return Result((Column(items[0][0], types.INT),), ((len(scopes),),))
    blank = {c.name.upper(): (c.type, None) for c in columns}
    table = [[Evaluator(env, scope).value(e) for _, e in items] for scope in scopes]
    shape = table or [[Evaluator(env, blank).value(e) for _, e in items]]
    out = tuple(Column(name, _widest([row[i][0] for row in shape])) for i, (name, _) in enumerate(items))
    return Result(out, tuple(tuple(v for _, v in row) for row in table))


def _widest(kinds: list[SqlType]) -> SqlType:
    return max(kinds, key=lambda t: t.size)


def _view(table: "exp.Expr", env: Environment) -> View:
    from sqlglot import exp

    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        raise not_implemented("this FROM clause")
    parts = [p.name for p in table.parts]
    view = (
        env.views.get(".".join(parts[-2:]).upper())
        if len(parts) <= 2 or parts[0].lower() == "master"
        else None
    )
    if view is None:
        raise SqlError(208, f"Invalid object name '{'.'.join(parts)[:128]}'.")
    return view()


def _ordered(
    order: "exp.Expr", scopes: list[dict[str, Typed]], env: Environment, columns: tuple[Column, ...]
) -> list[dict[str, Typed]]:
    for key in reversed(order.expressions):
        Evaluator(env, {c.name.upper(): (c.type, None) for c in columns}).value(key.this)
        scopes = sorted(
            scopes,
            key=lambda s: _sortable(Evaluator(env, s).value(key.this)[1]),
            reverse=bool(key.args.get("desc")),
        )
    return scopes


def _sortable(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float | Decimal):
        return 1, float(value), ""
    return (0, 0.0, "") if value is None else (2, 0.0, str(value).casefold())
