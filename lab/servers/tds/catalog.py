"""What the endpoint says about itself: @@variables, sys.dm_exec_connections, sp_datatype_info.

`encrypt_option` is the answer that the lab's proof rests on. As in SQL Server it is TRUE only where the whole
session is encrypted
(docs/relational-databases/system-dynamic-management-views/sys-dm-exec-connections-transact-sql.md):
login-only encryption is FALSE.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tlslab import __version__
from tlslab.servers.tds import sqltypes as types
from tlslab.servers.tds.sqltypes import Column, Result, SqlType

PRODUCT = f"TLS trust lab endpoint {__version__} (TDS 7.1-8.0), not Microsoft SQL Server"
LANGUAGE = "us_english"
DATABASES = ("master", "tempdb", "model", "msdb")


@dataclass(frozen=True, slots=True)
class Connected:
    """One connection, as sys.dm_exec_connections shows it."""

    session_id: int
    protocol_version: int
    encrypted: bool
    packet_size: int
    client: tuple[str, int]
    local: tuple[str, int]


CONNECTION_COLUMNS: dict[str, tuple[SqlType, Callable[[Connected], object]]] = {
    "session_id": (types.INT, lambda c: c.session_id),
    "net_transport": (types.nvarchar(40), lambda _: "TCP"),
    "protocol_type": (types.nvarchar(40), lambda _: "TSQL"),
    "protocol_version": (types.INT, lambda c: c.protocol_version),
    "encrypt_option": (types.nvarchar(40), lambda c: "TRUE" if c.encrypted else "FALSE"),
    "auth_scheme": (types.nvarchar(40), lambda _: "SQL"),
    "net_packet_size": (types.INT, lambda c: c.packet_size),
    "client_net_address": (types.varchar(48), lambda c: c.client[0]),
    "client_tcp_port": (types.INT, lambda c: c.client[1]),
    "local_net_address": (types.varchar(48), lambda c: c.local[0]),
    "local_tcp_port": (types.INT, lambda c: c.local[1]),
}
"""Those columns of sys.dm_exec_connections that say what kind of connection it is."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the @@variables of one session depend on."""

    session_id: int
    server_name: str
    transactions: int
    row_count: int
    last_error: int


VARIABLES: dict[str, tuple[SqlType, Callable[[Facts], object]]] = {
    "@@VERSION": (types.nvarchar(300), lambda _: PRODUCT),
    "@@SPID": (types.SMALLINT, lambda f: f.session_id),
    "@@TRANCOUNT": (types.INT, lambda f: f.transactions),
    "@@ROWCOUNT": (types.INT, lambda f: f.row_count),
    "@@ERROR": (types.INT, lambda f: f.last_error),
    "@@SERVERNAME": (types.SYSNAME, lambda f: f.server_name[:128]),
    "@@LANGUAGE": (types.SYSNAME, lambda _: LANGUAGE),
    "@@MAX_PRECISION": (types.TINYINT, lambda _: 38),
}


# sp_datatype_info (docs/relational-databases/system-stored-procedures/sp-datatype-info-transact-sql.md) for
# ODBC 3: name, ODBC type, precision, prefix, suffix, parameters, case sensitive, searchable, unsigned, money,
# auto increment, smallest and largest scale, SQL data type, datetime subtype, radix, user type.
_TYPE_ROWS: tuple[tuple[object, ...], ...] = (
    ("datetimeoffset", -155, 34, "'", "'", "scale", 0, 3, None, 0, None, 0, 7, -155, 0, None, 0),
    ("time", -154, 16, "'", "'", "scale", 0, 3, None, 0, None, 0, 7, -154, 0, None, 0),
    ("xml", -152, 0, "N'", "'", None, 1, 0, None, 0, None, None, None, -152, None, None, 0),
    ("sql_variant", -150, 8000, None, None, None, 0, 2, None, 0, None, 0, 0, -150, None, 10, 0),
    ("uniqueidentifier", -11, 36, "'", "'", None, 0, 2, None, 0, None, None, None, -11, None, None, 0),
    ("ntext", -10, 1073741823, "N'", "'", None, 0, 1, None, 0, None, None, None, -10, None, None, 0),
    ("nvarchar", -9, 4000, "N'", "'", "max length", 0, 3, None, 0, None, None, None, -9, None, None, 0),
    ("sysname", -9, 128, "N'", "'", None, 0, 3, None, 0, None, None, None, -9, None, None, 18),
    ("nchar", -8, 4000, "N'", "'", "length", 0, 3, None, 0, None, None, None, -8, None, None, 0),
    ("bit", -7, 1, None, None, None, 0, 2, None, 0, None, 0, 0, -7, None, None, 16),
    ("tinyint", -6, 3, None, None, None, 0, 2, 1, 0, 0, 0, 0, -6, None, 10, 5),
    ("bigint", -5, 19, None, None, None, 0, 2, 0, 0, 0, 0, 0, -5, None, 10, 0),
    ("image", -4, 2147483647, "0x", None, None, 0, 0, None, 0, None, None, None, -4, None, None, 20),
    ("varbinary", -3, 8000, "0x", None, "max length", 0, 2, None, 0, None, None, None, -3, None, None, 4),
    ("binary", -2, 8000, "0x", None, "length", 0, 2, None, 0, None, None, None, -2, None, None, 3),
    ("timestamp", -2, 8, "0x", None, None, 0, 2, None, 0, None, None, None, -2, None, None, 80),
    ("text", -1, 2147483647, "'", "'", None, 0, 1, None, 0, None, None, None, -1, None, None, 19),
    ("char", 1, 8000, "'", "'", "length", 0, 3, None, 0, None, None, None, 1, None, None, 1),
    ("numeric", 2, 38, None, None, "precision,scale", 0, 2, 0, 0, 0, 0, 38, 2, None, 10, 10),
    ("decimal", 3, 38, None, None, "precision,scale", 0, 2, 0, 0, 0, 0, 38, 3, None, 10, 24),
    ("money", 3, 19, "$", None, None, 0, 2, 0, 1, 0, 4, 4, 3, None, 10, 11),
    ("smallmoney", 3, 10, "$", None, None, 0, 2, 0, 1, 0, 4, 4, 3, None, 10, 21),
    ("int", 4, 10, None, None, None, 0, 2, 0, 0, 0, 0, 0, 4, None, 10, 7),
    ("smallint", 5, 5, None, None, None, 0, 2, 0, 0, 0, 0, 0, 5, None, 10, 6),
    ("float", 6, 53, None, None, None, 0, 2, 0, 0, 0, None, None, 6, None, 2, 8),
    ("real", 7, 24, None, None, None, 0, 2, 0, 0, 0, None, None, 7, None, 2, 23),
    ("varchar", 12, 8000, "'", "'", "max length", 0, 3, None, 0, None, None, None, 12, None, None, 2),
    ("date", 91, 10, "'", "'", None, 0, 3, None, 0, None, None, 0, 9, 1, None, 0),
    ("datetime2", 93, 27, "'", "'", "scale", 0, 3, None, 0, None, 0, 7, 9, 3, None, 0),
    ("datetime", 93, 23, "'", "'", None, 0, 3, None, 0, None, 3, 3, 9, 3, None, 12),
    ("smalldatetime", 93, 16, "'", "'", None, 0, 3, None, 0, None, 0, 0, 9, 3, None, 22),
)
_SHORT_TEXT = types.varchar(32)
_TYPE_COLUMNS: tuple[tuple[str, SqlType], ...] = (
    ("TYPE_NAME", types.SYSNAME),
    ("DATA_TYPE", types.SMALLINT),
    ("PRECISION", types.INT),
    ("LITERAL_PREFIX", _SHORT_TEXT),
    ("LITERAL_SUFFIX", _SHORT_TEXT),
    ("CREATE_PARAMS", _SHORT_TEXT),
    ("NULLABLE", types.SMALLINT),
    ("CASE_SENSITIVE", types.SMALLINT),
    ("SEARCHABLE", types.SMALLINT),
    ("UNSIGNED_ATTRIBUTE", types.SMALLINT),
    ("MONEY", types.SMALLINT),
    ("AUTO_INCREMENT", types.SMALLINT),
    ("LOCAL_TYPE_NAME", types.SYSNAME),
    ("MINIMUM_SCALE", types.SMALLINT),
    ("MAXIMUM_SCALE", types.SMALLINT),
    ("SQL_DATA_TYPE", types.SMALLINT),
    ("SQL_DATETIME_SUB", types.SMALLINT),
    ("NUM_PREC_RADIX", types.INT),
    ("INTERVAL_PRECISION", types.SMALLINT),
    ("USERTYPE", types.SMALLINT),
)


def datatype_info(data_type: int, odbc_version: int) -> Result:
    """The rows of sp_datatype_info: one ODBC type, or all for 0. ODBC 2 had other numbers for dates and
    times.
    """
    if odbc_version < 3:
        data_type = {9: 91, 10: -154, 11: 93}.get(data_type, data_type)
    rows = []
    for name, number, precision, prefix, suffix, parameters, *rest in _TYPE_ROWS:
        if data_type not in (0, number):
            continue
        case, search, unsigned, money, auto, low, high, sql_type, subtype, radix, user_type = rest
        nullable = 0 if name in ("sysname", "timestamp") else 1
        row = (name, number, precision, prefix, suffix, parameters, nullable, case, search, unsigned, money,
               auto, name, low, high, sql_type, subtype, radix, None, user_type)  # fmt: skip
        cells = zip(_TYPE_COLUMNS, row, strict=True)
        rows.append(tuple(kind.cell(value).data for (_, kind), value in cells))
    return Result(tuple(Column(name, kind.info) for name, kind in _TYPE_COLUMNS), tuple(rows))
