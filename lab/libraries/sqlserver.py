"""SQL Server itself: the messages and numbers of its error log that bear on TLS, and those that people take for it.

On Linux the log is /var/opt/mssql/log/errorlog. A client sees none of this: it is told that nobody answers, or that the
connection was closed.
"""

from tlslab.libraries.sqlclient.conditions import WRONG_PASSWORD
from tlslab.model.beyond import (
    IN_THE_SERVERS_LOG,
    KEY_UNREADABLE,
    NO_CIPHER_LEFT,
    NO_SERVER_CERTIFICATE,
    NO_TLS_LIBRARY,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    ENDS_EARLY,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_STRICT,
    NOT_LOADED,
    NOT_SERVING,
    SELF_SIGNED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, Says, says_alike
from tlslab.model.situation import Situation

_DOCS = "https://github.com/MicrosoftDocs/sql-docs/blob"
_EVENTS = "docs/relational-databases/errors-events"

E_17 = Source(
    "Microsoft, Database Engine events and errors, 16000 to 17999",
    f"{_DOCS}/01da85c5f8a85ebdc8b195d62016222e71b60430/{_EVENTS}/includes/"
    "database-engine-events-and-errors-16000-17999.md",
)
E_26 = Source(
    "Microsoft, Database Engine events and errors of SQL Server 2022, 26000 to 27999",
    f"{_DOCS}/13cc3278a8f78edf1d8ec7208776b733589c6323/{_EVENTS}/includes/"
    "sql-server-2022-database-engine-events-and-errors-26000-27999.md",
)
E_33 = Source(
    "Microsoft, Database Engine events and errors of SQL Server 2022, 31000 to 41399",
    f"{_DOCS}/050debc44006163d57e46a793c451e67b2c03448/{_EVENTS}/includes/"
    "sql-server-2022-database-engine-events-and-errors-31000-41399.md",
)
E_49 = Source(
    "Microsoft, Database Engine events and errors of SQL Server 2022, 41400 to 49999",
    f"{_DOCS}/5347a38d086663e907b2f6d34ee73a842b33bc33/{_EVENTS}/includes/"
    "sql-server-2022-database-engine-events-and-errors-41400-49999.md",
)
LOGIN = Source(
    "Microsoft, MSSQLSERVER_18456 (the states)",
    f"{_DOCS}/01aa880b1f1f11e9a433bce5c2a689d53ea3314a/{_EVENTS}/mssqlserver-18456-database-engine-error.md",
)
TLS_12 = Source(
    "Microsoft, TLS 1.2 support for Microsoft SQL Server (known issues 3 and 5)",
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/fef32b26dcc5df30570bd2162f5b1d967b95ca97/support/sql"
    "/database-engine/connect/tls-1-2-support-microsoft-sql-server.md",
)
NOT_FOUND = Source(
    "Microsoft, KB 900497: the configured certificate is not found, and the service does not start",
    "https://smallbusiness.support.microsoft.com/en-us/kb/900497",
)
THUMBPRINT = Source(
    "Microsoft, KB 2023869: a character that nobody sees was copied with the thumbprint",
    "https://support.microsoft.com/kb/2023869",
)
OLD_SERVER = Source(
    "Microsoft, APGC DSD blog: SQL Server 2000 with a private key that the service may not read",
    "https://learn.microsoft.com/zh-cn/archive/blogs/apgcdsd/sql-server",
)
STRICT_POST = Source(
    "microsoft/mssql-docker issue 878: error 17821 with every certificate",
    "https://github.com/microsoft/mssql-docker/issues/878",
)
SSPI = Source(
    "Microsoft, Cannot generate SSPI context",
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/538d3c111755c228be9277d84a5d0f9c5690a76e/support/sql"
    "/database-engine/connect/cannot-generate-sspi-context-error.md",
)


def _not_yet(situation: Situation) -> bool:
    return False


NOT_TDS = Condition(
    "not-tds",
    "what connects to SQL Server does not begin as it should: a client that begins with TLS where the server does not "
    "take that, another protocol, a scan of ports",
    _not_yet,
    wrong=True,
)
NO_INTEGRATED_LOGIN = Condition(
    "no-integrated-login",
    "TLS is not the cause: a login by Kerberos or NTLM fails (service principal name, domain, clock)",
    _not_yet,
    wrong=True,
)
UNKNOWN_LOGIN = Condition("unknown-login", "the server knows no such login", _not_yet, wrong=True)
LOGIN_DISABLED = Condition("login-disabled", "the login is disabled", _not_yet, wrong=True)
NO_SUCH_DATABASE = Condition(
    "no-such-database", "the login is good, and its database is not there", _not_yet, wrong=True
)
SERVER_STARTING = Condition(
    "server-starting", "the server is starting, or stopping, and takes no connection yet", _not_yet, wrong=True
)
DATABASE_CERTIFICATE = Condition(
    "database-certificate",
    "TLS is not the cause: the certificate with which a database was encrypted (TDE) is not on this server",
    _not_yet,
    wrong=True,
)


def _logged(
    number: int,
    text: str,
    *about: Condition,
    source: Source,
    phase: Phase = Phase.HANDSHAKE,
    basis: Basis = Basis.AUTHORITATIVE,
) -> tuple[Says, ...]:
    """A message of the log, and its number."""
    forms = (text, Prints(code=str(number)))
    return says_alike(about, phase, *forms, basis=basis, source=source, when=[IN_THE_SERVERS_LOG])


_START: tuple[Says, ...] = (
    *_logged(
        26010,
        "The server could not load the certificate it needs to initiate an SSL connection.",
        KEY_UNREADABLE,
        NOT_LOADED,
        source=E_26,
    ),
    *_logged(
        26011,
        "The server was unable to initialize encryption because of a problem with a security library.",
        NO_TLS_LIBRARY,
        source=E_26,
    ),
    *_logged(
        26014, "Unable to load user-specified certificate [Cert Hash(sha1) ", KEY_UNREADABLE, NOT_LOADED, source=E_26
    ),
    *_logged(
        26015,
        "Unable to load user-specified certificate. Because connection encryption is required, the server will not be "
        "able to accept any connections.",
        KEY_UNREADABLE,
        NOT_LOADED,
        source=E_26,
    ),
    *_logged(
        26017,
        "Unable to initialize SSL encryption because a valid certificate could not be found, and it is not possible to "
        "create a self-signed certificate.",
        NO_SERVER_CERTIFICATE,
        source=E_26,
    ),
    *_logged(17190, "FallBack certificate initialization failed with error code", NO_SERVER_CERTIFICATE, source=E_17),
    *_logged(
        33555, "Unable to find the user-specified certificate [Cert Hash(sha1) ", NO_SERVER_CERTIFICATE, source=E_33
    ),
    *_logged(33556, "Invalid character in the thumbprint [Cert Hash(sha1) ", NO_SERVER_CERTIFICATE, source=E_33),
    *_logged(33557, "Invalid thumbprint length [Cert Hash(sha1) ", NO_SERVER_CERTIFICATE, source=E_33),
    *_logged(
        33565,
        "store but the SQL Server service account does not have access to it.",
        KEY_UNREADABLE,
        source=E_33,
    ),
    *_logged(33566, "store but it does not have a private key.", KEY_UNREADABLE, source=E_33),
    *_logged(
        17182,
        "TDSSNIClient initialization failed with error",
        NOT_SERVING,
        source=E_17,
        phase=Phase.CONNECT,
    ),
    *says_alike(
        (NO_SERVER_CERTIFICATE, KEY_UNREADABLE),
        Phase.HANDSHAKE,
        "Unable to load user-specified certificate. The server will not accept a connection.",
        "TDSSNIClient initialization failed with error 0x80092004, status code 0x80.",
        basis=Basis.REPORTED,
        source=NOT_FOUND,
        when=[IN_THE_SERVERS_LOG],
    ),
    *says_alike(
        (NO_SERVER_CERTIFICATE,),
        Phase.HANDSHAKE,
        "TDSSNIClient initialization failed with error 0xd, status code 0x38.",
        basis=Basis.REPORTED,
        source=THUMBPRINT,
        when=[IN_THE_SERVERS_LOG],
    ),
    *says_alike(
        (NO_SERVER_CERTIFICATE, KEY_UNREADABLE),
        Phase.HANDSHAKE,
        "Encryption requested but no valid certificate was found. SQL Server terminating.",
        basis=Basis.REPORTED,
        source=OLD_SERVER,
        when=[IN_THE_SERVERS_LOG],
    ),
    *_logged(
        17826,
        "Could not start the network library because of an internal error in the network library.",
        NOT_SERVING,
        source=E_17,
        phase=Phase.CONNECT,
    ),
    *_logged(17120, "SQL Server could not spawn {*} thread.", NOT_SERVING, source=E_17, phase=Phase.CONNECT),
    *_logged(
        17194,
        "The server was unable to load the SSL provider library needed to log in",
        NO_TLS_LIBRARY,
        source=E_17,
    ),
    *_logged(
        17195,
        "the available network libraries do not support the required level of encryption",
        NO_SERVER_CERTIFICATE,
        source=E_17,
    ),
    *_logged(26023, "Server TCP provider failed to listen on", NOT_SERVING, source=E_26, phase=Phase.CONNECT),
    *_logged(
        26049, "Server local connection provider failed to listen on", NOT_SERVING, source=E_26, phase=Phase.CONNECT
    ),
    *_logged(
        26055, "SQL Server failed to initialize VIA support library", NOT_SERVING, source=E_26, phase=Phase.CONNECT
    ),
    *_logged(
        26058,
        "A TCP provider is enabled, but there are no TCP listening ports configured.",
        NOT_SERVING,
        source=E_26,
        phase=Phase.CONNECT,
    ),
)
"""At the start. 17182, 17826 and 17120 follow one another when the server stops: what is wrong stands before them."""

_GENERATED: tuple[Says, ...] = (
    *_logged(
        26018,
        "A self-generated certificate was successfully loaded for encryption.",
        SELF_SIGNED,
        source=E_26,
        phase=Phase.VERIFY,
    ),
    *_logged(17109, "FallBack certificate was successfully created.", SELF_SIGNED, source=E_17, phase=Phase.VERIFY),
)
"""All is well, and clients that verify refuse what the server will show."""

_START_ON_LINUX: tuple[Says, ...] = (
    *_logged(
        49939,
        "Unable to initialize user-specified certificate configuration. The server is being shut down.",
        KEY_UNREADABLE,
        NOT_LOADED,
        source=E_49,
    ),
    *_logged(
        49940, "Unable to open one or more of the user-specified certificate file(s).", KEY_UNREADABLE, source=E_49
    ),
    *_logged(
        49941,
        "Unable to load one or more of the user-specified certificate file(s).",
        KEY_UNREADABLE,
        NOT_LOADED,
        source=E_49,
    ),
    *_logged(
        49942,
        "Internal error occurred initializing user-specified certificate configuration.",
        KEY_UNREADABLE,
        NOT_LOADED,
        source=E_49,
    ),
    *_logged(49944, "The allowed TLS protocol version list ['{*}'] is invalid.", NO_COMMON_VERSION, source=E_49),
    *_logged(49945, "The allowed TLS cipher list ['{*}'] is invalid.", NO_CIPHER_LEFT, source=E_49),
    *_logged(
        49947,
        "Unable to initialize the TLS configuration. The server is being shut down.",
        NO_COMMON_VERSION,
        NO_CIPHER_LEFT,
        source=E_49,
    ),
)

_CONNECTIONS: tuple[Says, ...] = (
    *_logged(
        17821,
        "A valid TLS certificate is not configured to accept strict (TDS 8.0 and above) connections.",
        NO_STRICT,
        source=STRICT_POST,
        basis=Basis.REPORTED,
    ),
    *_logged(
        17835,
        "Encryption is required to connect to this server but the client library does not support encryption",
        DEMANDS_ENCRYPTION,
        source=E_17,
        phase=Phase.NEGOTIATION,
    ),
    *_logged(
        17828,
        "The prelogin packet used to open the connection is structurally invalid",
        NOT_TDS,
        source=E_17,
        phase=Phase.NEGOTIATION,
    ),
    *_logged(
        17836,
        "Length specified in network packet payload did not match number of bytes read",
        NOT_TDS,
        source=E_17,
        phase=Phase.NEGOTIATION,
    ),
    *_logged(
        17832,
        "The login packet used to open the connection is structurally invalid",
        NOT_TDS,
        source=E_17,
        phase=Phase.NEGOTIATION,
    ),
    *_logged(
        17829,
        "A network error occurred while establishing a connection; the connection has been closed.",
        ENDS_EARLY,
        source=E_17,
    ),
    *_logged(
        17830,
        "occurred while establishing a connection; the connection has been closed. This may",
        ENDS_EARLY,
        source=E_17,
    ),
    *says_alike(
        (NO_COMMON_VERSION, NO_COMMON_CIPHER),
        Phase.HANDSHAKE,
        "Connection handshake failed. An OS call failed: (80090331)",
        basis=Basis.AUTHORITATIVE,
        source=TLS_12,
        when=[IN_THE_SERVERS_LOG],
    ),
    *_logged(
        17187,
        "SQL Server is not ready to accept new client connections.",
        SERVER_STARTING,
        source=E_17,
        phase=Phase.LOGIN,
    ),
    *_logged(
        17188,
        "SQL Server cannot accept new connections, because it is shutting down.",
        SERVER_STARTING,
        source=E_17,
        phase=Phase.LOGIN,
    ),
)


def _state(*numbers: int) -> tuple[str, ...]:
    return tuple(f"Error: 18456, Severity: 14, State: {number}." for number in numbers)


_LOGINS: tuple[Says, ...] = (
    *_logged(
        17806,
        "SSPI handshake failed with error code {*} while establishing a connection with integrated security",
        NO_INTEGRATED_LOGIN,
        source=E_17,
        phase=Phase.LOGIN,
    ),
    *says_alike(
        (NO_INTEGRATED_LOGIN,),
        Phase.LOGIN,
        "The target principal name is incorrect. Cannot generate SSPI context.",
        "Cannot generate SSPI context",
        basis=Basis.AUTHORITATIVE,
        source=SSPI,
    ),
    *says_alike((WRONG_PASSWORD,), Phase.LOGIN, "Login failed for user", basis=Basis.AUTHORITATIVE, source=LOGIN),
    *says_alike(
        (WRONG_PASSWORD,),
        Phase.LOGIN,
        *_state(7, 8, 9),
        basis=Basis.AUTHORITATIVE,
        source=LOGIN,
        when=[IN_THE_SERVERS_LOG],
    ),
    *says_alike(
        (UNKNOWN_LOGIN,),
        Phase.LOGIN,
        *_state(2, 5, 6),
        basis=Basis.AUTHORITATIVE,
        source=LOGIN,
        when=[IN_THE_SERVERS_LOG],
    ),
    *says_alike(
        (LOGIN_DISABLED,), Phase.LOGIN, *_state(7), basis=Basis.AUTHORITATIVE, source=LOGIN, when=[IN_THE_SERVERS_LOG]
    ),
    *says_alike(
        (NO_SUCH_DATABASE,),
        Phase.LOGIN,
        *_state(38, 46, 126),
        basis=Basis.AUTHORITATIVE,
        source=LOGIN,
        when=[IN_THE_SERVERS_LOG],
    ),
)
"""TLS stands by then: none of them is about it."""

_OTHER: tuple[Says, ...] = _logged(
    33111, "Cannot find server certificate with thumbprint", DATABASE_CERTIFICATE, source=E_33, phase=Phase.LOGIN
)

LIBRARY = Library(
    "sqlserver", (*_START, *_GENERATED, *_START_ON_LINUX, *_CONNECTIONS, *_LOGINS, *_OTHER), vocabulary=True
)
