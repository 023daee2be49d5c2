"""Expressions: what a literal, a variable, a function or a condition is worth in one row.

sqlglot parses, this evaluates. What it cannot do it refuses with the error that SQL Server has for it, or
with one that says that the endpoint is not SQL Server; it never answers something that is not so.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from lab.servers.tds import sqltypes as types
from lab.servers.tds.batch import SqlError, not_implemented, syntax_error
from lab.servers.tds.sqltypes import Column, Kind, SqlType

if TYPE_CHECKING:
    from sqlglot import exp

Number: TypeAlias = int | float | Decimal
Typed: TypeAlias = tuple[SqlType, object]
View: TypeAlias = tuple[tuple[Column, ...], tuple[tuple[object, ...], ...]]


@dataclass(frozen=True, slots=True)
class Environment:
    """What expressions can refer to, with names in capitals: @@variables, @parameters, functions, views."""

    globals: Mapping[str, Typed]
    functions: Mapping[str, Callable[[tuple[object, ...]], Typed]]
    views: Mapping[str, Callable[[], View]]
    variables: Mapping[str, object] = field(default_factory=dict)


def typed(value: object) -> Typed:
    """A value with the type that SQL Server would give a literal or parameter of it."""
    match value:
        case None:
            return types.INT, None
        case bool() | int():
            number = int(value)
            if -(2**31) <= number < 2**31:
                return types.INT, number
            if -(2**63) <= number < 2**63:
                return types.BIGINT, number
            raise SqlError(8115, "Arithmetic overflow error converting expression to data type bigint.")
        case Decimal():
            return _numeric(value), value
        case float():
            if not isfinite(value):
                raise SqlError(8115, "Arithmetic overflow error converting expression to data type float.")
            return types.FLOAT, value
        case str():
            return types.nvarchar(len(value)), value[:4000]
        case bytes():
            return types.varbinary(len(value)), value[:8000]
        case datetime():
            return types.DATETIME, value
        case UUID():
            return types.GUID, value.bytes_le
    raise not_implemented("this type of parameter")


_TYPE_NAMES: dict[str, SqlType] = {
    "BIT": types.BIT,
    "BOOLEAN": types.BIT,
    "TINYINT": types.TINYINT,
    "UTINYINT": types.TINYINT,
    "SMALLINT": types.SMALLINT,
    "INT": types.INT,
    "BIGINT": types.BIGINT,
    "FLOAT": types.FLOAT,
    "DOUBLE": types.FLOAT,
    "REAL": types.REAL,
}
_COMPARISON: dict[str, Callable[[int], bool]] = {
    "EQ": lambda c: c == 0,
    "NEQ": lambda c: c != 0,
    "LT": lambda c: c < 0,
    "LTE": lambda c: c <= 0,
    "GT": lambda c: c > 0,
    "GTE": lambda c: c >= 0,
}


def _numeric(value: Decimal) -> SqlType:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type numeric.")
    scale = max(-exponent, 0)
    precision = max(len(digits) + max(exponent, 0), scale, 1)
    if precision > 38:
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type numeric.")
    return types.decimal(precision, scale)


@dataclass(frozen=True, slots=True)
class Scope:
    """One row: values by column, and the names by which its table is called. All in capitals."""

    values: Mapping[str, Typed] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()


class Evaluator:
    """Values and conditions for one row."""

    def __init__(self, env: Environment, scope: Scope | None = None) -> None:
        self.env = env
        self.scope = scope or Scope()

    def value(self, e: "exp.Expr | None") -> Typed:
        from sqlglot import exp

        match e:
            case exp.Paren():
                return self.value(e.this)
            case exp.Literal() | exp.National() | exp.HexString() | exp.Null():
                return self._constant(e)
            case exp.Parameter():
                return self._variable(e)
            case exp.Column():
                return self._column(e)
            case exp.Neg():
                return self._negated(self.value(e.this))
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Div() | exp.Mod():
                return self._arithmetic(type(e).__name__, self.value(e.this), self.value(e.expression))
            case exp.Func():
                return self._called(e)
        raise not_implemented("this expression")

    def _constant(self, e: "exp.Expr") -> Typed:
        from sqlglot import exp

        match e:
            case exp.National():
                text = str(e.this)
                return types.nvarchar(len(text)), text[:4000]
            case exp.HexString():
                return self._hex(str(e.this))
            case exp.Literal():
                return self._literal(str(e.this), is_string=bool(e.is_string))
        return types.INT, None

    def _called(self, e: "exp.Func") -> Typed:
        from sqlglot import exp

        match e:
            case exp.Cast():
                return self._cast(self.value(e.this), e.args["to"])
            case exp.Convert():
                return self._cast(self.value(e.expression), e.this)
            case exp.Coalesce():
                return self._coalesce([self.value(x) for x in (e.this, *e.expressions)])
            case exp.Case():
                return self._case(e)
            case exp.Upper() | exp.Lower():
                kind, text = self._text(e.this)
                return kind, text and (text.upper() if isinstance(e, exp.Upper) else text.lower())
            case exp.Length():
                text = self._text(e.this)[1]
                return types.INT, None if text is None else len(text.rstrip(" "))
            case exp.CurrentTimestamp():
                return types.DATETIME, datetime.now()
            case exp.CurrentUser() | exp.SessionUser():
                return types.SYSNAME, "dbo"
            case exp.Anonymous():
                return self._function(str(e.this), e.expressions)
        return self._function(e.sql_name(), list(e.iter_expressions()))

    def condition(self, e: "exp.Expr | None") -> bool | None:
        """True, False or unknown (None), with SQL's three-valued logic."""
        from sqlglot import exp

        match e:
            case exp.Paren():
                return self.condition(e.this)
            case exp.And() | exp.Or():
                sides = self.condition(e.this), self.condition(e.expression)
                decisive = isinstance(e, exp.Or)
                return decisive if decisive in sides else None if None in sides else not decisive
            case exp.Not():
                inner = self.condition(e.this)
                return None if inner is None else not inner
            case exp.Is():
                if not isinstance(e.expression, exp.Null):
                    raise syntax_error("is")
                return self.value(e.this)[1] is None
            case exp.In() if e.expressions:
                results = [self._compare("EQ", self.value(e.this), self.value(x)) for x in e.expressions]
                return True if True in results else None if None in results else False
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._compare(type(e).__name__, self.value(e.this), self.value(e.expression))
        raise not_implemented("this condition")

    def _literal(self, text: str, *, is_string: bool) -> Typed:
        if is_string:
            return types.varchar(len(text)), text[:8000]
        if len(text) > 40 or sum(c.isdigit() for c in text) > 38:
            raise SqlError(
                1007,
                f"The number '{text[:128]}' is out of the range for numeric representation (maximum precision 38).",
                15,
            )
        try:
            if text.isdigit():
                number = int(text)
                return typed(number if number < 2**31 else Decimal(number))
            return typed(float(text) if "e" in text.lower() else Decimal(text))
        except (ValueError, ArithmeticError) as error:
            raise syntax_error(text) from error

    def _hex(self, text: str) -> Typed:
        try:
            raw = bytes.fromhex(text if len(text) % 2 == 0 else "0" + text)
        except ValueError as e:
            raise syntax_error(text) from e
        return typed(raw)

    def _variable(self, e: "exp.Parameter") -> Typed:
        from sqlglot import exp

        if isinstance(e.this, exp.Parameter):
            name = f"@@{e.this.name}"
            found = self.env.globals.get(name.upper())
            if found is not None:
                return found
        else:
            name = f"@{e.name}"
            if name.upper() in self.env.variables:
                return typed(self.env.variables[name.upper()])
        raise SqlError(137, f'Must declare the scalar variable "{name[:128]}".', 15, 2)

    def _column(self, e: "exp.Column") -> Typed:
        from sqlglot import exp

        if isinstance(e.this, exp.Identifier):
            if e.table and e.table.upper() not in self.scope.tables:
                raise SqlError(4104, f'The multi-part identifier "{e.table[:64]}.{e.name[:64]}" could not be bound.')
            if (found := self.scope.values.get(e.name.upper())) is not None:
                return found
            if not e.this.quoted and e.name.upper() == "SYSTEM_USER":
                return self._function("SUSER_SNAME", [])
        raise SqlError(207, f"Invalid column name '{e.name[:128]}'.")

    def _function(self, name: str, arguments: "list[exp.Expr]") -> Typed:
        function = self.env.functions.get(name.upper())
        if function is None:
            raise SqlError(195, f"'{name[:128]}' is not a recognized built-in function name.", 15, 10)
        return function(tuple(self.value(a)[1] for a in arguments))

    def _text(self, e: "exp.Expr") -> tuple[SqlType, str | None]:
        kind, value = self.value(e)
        if value is None or isinstance(value, str):
            return (kind if isinstance(value, str) else types.varchar(1)), value
        text = _shown(value)
        return types.varchar(len(text)), text

    def _negated(self, v: Typed) -> Typed:
        kind, value = v
        if value is None:
            return v
        if isinstance(value, int | float | Decimal):
            return typed(-value)
        raise SqlError(
            403,
            f"Invalid operator for data type. Operator equals minus, type equals {kind.kind.name.lower()}.",
        )

    def _arithmetic(self, name: str, left: Typed, right: Typed) -> Typed:
        a, b = left[1], right[1]
        if isinstance(a, str) and isinstance(b, str) and name == "Add":
            wide = Kind.NVARCHAR in (left[0].kind, right[0].kind)
            text = a + b
            return (types.nvarchar if wide else types.varchar)(len(text)), text[: 4000 if wide else 8000]
        if a is None or b is None:
            return (left[0] if a is not None else right[0]), None
        try:
            return typed(_calculated(name, _number(a), _number(b)))
        except (ArithmeticError, ValueError) as e:
            raise SqlError(8115, "Arithmetic overflow error converting expression to data type numeric.") from e

    def _coalesce(self, values: list[Typed]) -> Typed:
        return next((v for v in values if v[1] is not None), values[0])

    def _case(self, e: "exp.Case") -> Typed:
        for branch in e.args["ifs"]:
            if e.this is None:
                hit = self.condition(branch.this)
            else:
                hit = self._compare("EQ", self.value(e.this), self.value(branch.this))
            if hit:
                return self.value(branch.args["true"])
        default = e.args.get("default")
        return (types.INT, None) if default is None else self.value(default)

    def _compare(self, name: str, left: Typed, right: Typed) -> bool | None:
        a, b = left[1], right[1]
        if a is None or b is None:
            return None
        if isinstance(a, str) and isinstance(b, str):
            # The collation ignores case, and comparison ignores trailing blanks.
            x, y = a.casefold().rstrip(" "), b.casefold().rstrip(" ")
            return _COMPARISON[name]((x > y) - (x < y))
        if type(a) is type(b) and isinstance(a, bytes | datetime):
            return _COMPARISON[name]((a > b) - (a < b))  # type: ignore[operator]
        m, n = _number(a), _number(b)
        return _COMPARISON[name]((m > n) - (m < n))

    def _cast(self, v: Typed, target: "exp.Expr") -> Typed:
        from sqlglot import exp

        if not isinstance(target, exp.DataType):
            raise not_implemented("this type")
        name = str(getattr(target.this, "value", target.this)).upper()
        sizes = [p.name for p in target.expressions]
        size = int(sizes[0]) if sizes and sizes[0].isdigit() and len(sizes[0]) < 6 else None
        _, value = v
        if name in _TYPE_NAMES:
            return _TYPE_NAMES[name], None if value is None else _converted(value, _TYPE_NAMES[name])
        if name in ("VARCHAR", "CHAR", "NVARCHAR", "NCHAR", "TEXT"):
            longest = 8000 if name in ("VARCHAR", "CHAR") else 4000
            length = longest if sizes and size is None else size or 30
            kind = types.varchar(length) if name in ("VARCHAR", "CHAR") else types.nvarchar(length)
            return kind, None if value is None else _shown(value)[: min(length, longest)]
        raise not_implemented(f"conversion to {name.lower()[:40]}")


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    return value.decode("cp1252", errors="replace") if isinstance(value, bytes) else str(value)


def _number(value: object) -> Number:
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, str):
        try:
            return int(value) if len(value) <= 20 else Decimal("nan").to_integral_exact()
        except (ValueError, ArithmeticError):
            pass
        raise SqlError(245, f"Conversion failed when converting the varchar value '{value[:100]}' to data type int.")
    raise SqlError(402, "The data types are incompatible in the operator.")


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mul": operator.mul,
}


def _calculated(name: str, a: Number, b: Number) -> Number:
    number: Number
    if name in _OPERATORS:
        as_float = isinstance(a, float) or isinstance(b, float)
        # Twice the 38 digits of numeric, so that a product is exact or refused, never rounded.
        with localcontext(prec=80):
            number = _OPERATORS[name](float(a), float(b)) if as_float else _OPERATORS[name](a, b)
        return number
    if b == 0:
        raise SqlError(8134, "Divide by zero error encountered.")
    if not isinstance(a, int) or not isinstance(b, int):
        raise not_implemented("the division of numbers that are not integers")
    # T-SQL truncates towards zero; Python floors.
    quotient = abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
    return quotient if name == "Div" else a - b * quotient


def _converted(value: object, target: SqlType) -> object:
    number = _number(value)
    try:
        match target.kind:
            case Kind.BIT:
                return int(bool(number))
            case Kind.FLOAT:
                return float(number)
            case _:
                whole = int(number)
    except (ArithmeticError, ValueError) as e:
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type int.") from e
    low, high = (0, 255) if target.size == 1 else (-(2 ** (8 * target.size - 1)), 2 ** (8 * target.size - 1) - 1)
    if not low <= whole <= high:
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type int.")
    return whole
