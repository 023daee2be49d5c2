"""What the endpoint says about itself: @@variables, functions, sys.dm_exec_connections, sp_datatype_info.

`encrypt_option` is the answer that the lab's proof rests on. As in SQL Server it is TRUE only where the whole
session is encrypted
(docs/relational-databases/system-dynamic-management-views/sys-dm-exec-connections-transact-sql.md):
login-only encryption is FALSE.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lab import __version__
from lab.servers.tds import sqltypes as types
from lab.servers.tds.expressions import Environment, Typed, View
from lab.servers.tds.sqltypes import Column, Result

SERVER_VERSION = (16, 0, 1000)
PRODUCT = f"TLS trust lab endpoint {__version__} (TDS 7.1-8.0), not Microsoft SQL Server"
LANGUAGE = "us_english"
DATABASES = ("master", "tempdb", "model", "msdb")
COLLATION_NAME = "SQL_Latin1_General_CP1_CI_AS"


@dataclass(frozen=True, slots=True)
class Connected:
    """One connection, as sys.dm_exec_connections shows it."""

    session_id: int
    connect_time: datetime
    protocol_version: int
    encrypted: bool
    packet_size: int
    client: tuple[str, int]
    local: tuple[str, int]
    reads: int
    writes: int
    connection_id: bytes


_CONNECTION_COLUMNS: tuple[tuple[str, types.SqlType, Callable[[Connected], object]], ...] = (
    ("session_id", types.INT, lambda c: c.session_id),
    ("most_recent_session_id", types.INT, lambda c: c.session_id),
    ("connect_time", types.DATETIME, lambda c: c.connect_time),
    ("net_transport", types.nvarchar(40), lambda _: "TCP"),
    ("protocol_type", types.nvarchar(40), lambda _: "TSQL"),
    ("protocol_version", types.INT, lambda c: c.protocol_version),
    ("endpoint_id", types.INT, lambda _: 4),
    ("encrypt_option", types.nvarchar(40), lambda c: "TRUE" if c.encrypted else "FALSE"),
    ("auth_scheme", types.nvarchar(40), lambda _: "SQL"),
    ("node_affinity", types.SMALLINT, lambda _: 0),
    ("num_reads", types.INT, lambda c: c.reads),
    ("num_writes", types.INT, lambda c: c.writes),
    ("last_read", types.DATETIME, lambda _: None),
    ("last_write", types.DATETIME, lambda _: None),
    ("net_packet_size", types.INT, lambda c: c.packet_size),
    ("client_net_address", types.varchar(48), lambda c: c.client[0]),
    ("client_tcp_port", types.INT, lambda c: c.client[1]),
    ("local_net_address", types.varchar(48), lambda c: c.local[0]),
    ("local_tcp_port", types.INT, lambda c: c.local[1]),
    ("connection_id", types.GUID, lambda c: c.connection_id),
    ("parent_connection_id", types.GUID, lambda _: None),
    ("most_recent_sql_handle", types.varbinary(64), lambda _: None),
)


def connections_view(connections: Iterable[Connected]) -> View:
    """sys.dm_exec_connections, in the order of the session identifiers."""
    rows = sorted(connections, key=lambda c: c.session_id)
    return (
        tuple(Column(name, kind) for name, kind, _ in _CONNECTION_COLUMNS),
        tuple(tuple(value(row) for _, _, value in _CONNECTION_COLUMNS) for row in rows),
    )


def new_connection_id() -> bytes:
    """A random identifier in the byte order of uniqueidentifier."""
    return uuid.uuid4().bytes_le


@dataclass(frozen=True, slots=True)
class Facts:
    """What the answers depend on, for one statement of one session."""

    me: Connected
    connections: Callable[[], Iterable[Connected]]
    server_name: str
    database: str
    login: str
    client_host: str
    app: str
    transactions: int
    row_count: int
    last_error: int
    variables: Mapping[str, object]


def environment(f: Facts) -> Environment:
    """The names that a SELECT of this session can use."""
    return Environment(
        globals=_globals(f),
        functions=_functions(f),
        views={
            "SYS.DM_EXEC_CONNECTIONS": lambda: connections_view(f.connections()),
        },
        variables={k.upper(): v for k, v in f.variables.items()},
    )


def _globals(f: Facts) -> dict[str, Typed]:
    def name(text: str | None) -> Typed:
        return types.SYSNAME, text

    return {
        "@@VERSION": (types.nvarchar(300), PRODUCT),
        "@@SPID": (types.SMALLINT, f.me.session_id),
        "@@TRANCOUNT": (types.INT, f.transactions),
        "@@ROWCOUNT": (types.INT, f.row_count),
        "@@ERROR": (types.INT, f.last_error),
        "@@SERVERNAME": name(f.server_name),
        "@@SERVICENAME": name("MSSQLSERVER"),
        "@@LANGUAGE": name(LANGUAGE),
        "@@LANGID": (types.SMALLINT, 0),
        "@@DATEFIRST": (types.TINYINT, 7),
        "@@MAX_PRECISION": (types.TINYINT, 38),
        "@@MAX_CONNECTIONS": (types.INT, 32767),
        "@@MICROSOFTVERSION": (
            types.INT,
            SERVER_VERSION[0] << 24 | SERVER_VERSION[1] << 16 | SERVER_VERSION[2],
        ),
        "@@LOCK_TIMEOUT": (types.INT, -1),
        "@@NESTLEVEL": (types.INT, 0),
        "@@TEXTSIZE": (types.INT, 2147483647),
        "@@IDENTITY": (types.decimal(38, 0), None),
        "@@FETCH_STATUS": (types.INT, 0),
    }


def _functions(f: Facts) -> dict[str, Callable[[tuple[object, ...]], Typed]]:
    def fixed(kind: types.SqlType, value: object) -> Callable[[tuple[object, ...]], Typed]:
        return lambda _: (kind, value)

    def database_name(arguments: tuple[object, ...]) -> Typed:
        if not arguments:
            return types.SYSNAME, f.database
        number = arguments[0]
        known = isinstance(number, int) and 1 <= number <= len(DATABASES)
        return types.SYSNAME, DATABASES[number - 1] if known and isinstance(number, int) else None

    def database_id(arguments: tuple[object, ...]) -> Typed:
        wanted = str(arguments[0] if arguments else f.database).lower()
        return types.SMALLINT, DATABASES.index(wanted) + 1 if wanted in DATABASES else None

    login = fixed(types.SYSNAME, f.login)
    connection = {
        "net_transport": (types.nvarchar(40), "TCP"),
        "protocol_type": (types.nvarchar(40), "TSQL"),
        "auth_scheme": (types.nvarchar(40), "SQL"),
        "physical_net_transport": (types.nvarchar(40), "TCP"),
        "local_net_address": (types.varchar(48), f.me.local[0]),
        "local_tcp_port": (types.INT, f.me.local[1]),
        "client_net_address": (types.varchar(48), f.me.client[0]),
    }
    return {
        "DB_NAME": database_name,
        "DB_ID": database_id,
        "SUSER_NAME": login,
        "SUSER_SNAME": login,
        "SYSTEM_USER": login,
        "ORIGINAL_LOGIN": login,
        "USER_NAME": fixed(types.SYSNAME, "dbo"),
        "SCHEMA_NAME": fixed(types.SYSNAME, "dbo"),
        "HOST_NAME": fixed(types.SYSNAME, f.client_host),
        "APP_NAME": fixed(types.SYSNAME, f.app),
        "IS_SRVROLEMEMBER": lambda a: (
            types.INT,
            1 if str(a[0] if a else "").lower() in ("sysadmin", "public") else 0,
        ),
        "XACT_STATE": fixed(types.SMALLINT, 1 if f.transactions else 0),
        "SERVERPROPERTY": lambda a: server_property(str(a[0] if a else ""), f.server_name),
        "CONNECTIONPROPERTY": lambda a: connection.get(str(a[0] if a else "").lower(), (types.nvarchar(40), None)),
        "GETDATE": lambda _: (types.DATETIME, datetime.now()),
        "SYSDATETIME": lambda _: (types.DATETIME, datetime.now()),
        "GETUTCDATE": lambda _: (types.DATETIME, datetime.now(UTC).replace(tzinfo=None)),
        "SYSUTCDATETIME": lambda _: (types.DATETIME, datetime.now(UTC).replace(tzinfo=None)),
    }


def server_property(name: str, server_name: str) -> Typed:
    """SERVERPROPERTY; NULL for a property that is not known, as in SQL Server."""
    major, minor, build = SERVER_VERSION
    texts = {
        "collation": COLLATION_NAME,
        "edition": "TLS trust lab endpoint",
        "machinename": server_name,
        "productlevel": "RTM",
        "productmajorversion": str(major),
        "productminorversion": str(minor),
        "productbuild": str(build),
        "productversion": f"{major}.{minor}.{build}.0",
        "servername": server_name,
    }
    numbers = {
        "engineedition": 3,
        "isclustered": 0,
        "ishadrenabled": 0,
        "isintegratedsecurityonly": 0,
        "issingleuser": 0,
    }
    if name.lower() in numbers:
        return types.INT, numbers[name.lower()]
    return types.SYSNAME, texts.get(name.lower())


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
_TYPE_COLUMNS = (
    Column("TYPE_NAME", types.SYSNAME),
    Column("DATA_TYPE", types.SMALLINT),
    Column("PRECISION", types.INT),
    Column("LITERAL_PREFIX", _SHORT_TEXT),
    Column("LITERAL_SUFFIX", _SHORT_TEXT),
    Column("CREATE_PARAMS", _SHORT_TEXT),
    Column("NULLABLE", types.SMALLINT),
    Column("CASE_SENSITIVE", types.SMALLINT),
    Column("SEARCHABLE", types.SMALLINT),
    Column("UNSIGNED_ATTRIBUTE", types.SMALLINT),
    Column("MONEY", types.SMALLINT),
    Column("AUTO_INCREMENT", types.SMALLINT),
    Column("LOCAL_TYPE_NAME", types.SYSNAME),
    Column("MINIMUM_SCALE", types.SMALLINT),
    Column("MAXIMUM_SCALE", types.SMALLINT),
    Column("SQL_DATA_TYPE", types.SMALLINT),
    Column("SQL_DATETIME_SUB", types.SMALLINT),
    Column("NUM_PREC_RADIX", types.INT),
    Column("INTERVAL_PRECISION", types.SMALLINT),
    Column("USERTYPE", types.SMALLINT),
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
        rows.append(
            (name, number, precision, prefix, suffix, parameters, nullable, case, search, unsigned, money,
             auto, name, low, high, sql_type, subtype, radix, None, user_type)
        )  # fmt: skip
    return Result(_TYPE_COLUMNS, tuple(rows))
