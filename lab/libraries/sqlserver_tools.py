"""Older drivers for SQL Server, MDAC's ODBC and OLE DB (DBNETLIB), and tools: Azure Data Studio, VS Code."""

from tlslab.model.beyond import NO_TLS_LIBRARY
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_STRICT,
    SELF_SIGNED,
    SILENT,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says_alike

MDAC = Source(
    "mkleehammer/pyodbc issue 788: the server speaks TLS 1.1 and 1.2 alone",
    "https://github.com/mkleehammer/pyodbc/issues/788",
)
_VSCODE = "https://github.com/microsoft/vscode-mssql/blob"
_BUNDLE = "localization/l10n/bundle.l10n.json"
STUDIO = Source(
    "Microsoft, vscode-mssql, the words of the connection dialog",
    f"{_VSCODE}/9f19813cd3bbe882f516891349e092f0b8d1f50b/{_BUNDLE}",
)
STUDIO_LATER = Source(
    "Microsoft, vscode-mssql, the words of the connection dialog, since October 2024",
    f"{_VSCODE}/0d3180de2340f61510a9e0f07514a9a5858e91a3/{_BUNDLE}",
)
_REVIEW = "review your SSL and certificate configuration for the target"
RESETS = Source(
    "mkleehammer/pyodbc issue 610: the server speaks TLS 1.0, the client's OpenSSL does not",
    "https://github.com/mkleehammer/pyodbc/issues/610",
)
OLD_SERVERS = Source(
    "microsoft/azuredatastudio issue 1727: older servers, and others say the same",
    "https://github.com/microsoft/azuredatastudio/issues/1727",
)
OLD_TLS = Source(
    "microsoft/msphpsql issue 1513: the server is too old for OpenSSL 3",
    "https://github.com/microsoft/msphpsql/issues/1513",
)
STRICT = Source(
    "dotnet/SqlClient issue 1905: Encrypt=Strict with a server that does not speak TDS 8.0",
    "https://github.com/dotnet/SqlClient/issues/1905",
)
NO_OPENSSL = Source(
    "microsoft/msphpsql issues 680 and 1003: the driver cannot load, or begin, the TLS library of the client",
    "https://github.com/microsoft/msphpsql/issues/680",
)
PYTDS = Source(
    "python-tds 1.17.1, pytds/tds_session.py, process_prelogin: the server answers ENCRYPT_REQ",
    "https://github.com/denisenkom/pytds/blob/1.17.1/src/pytds/tds_session.py",
)

LIBRARY = Library(
    "sqlserver-tools",
    (
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER),
            Phase.HANDSHAKE,
            "[DBNETLIB]SSL Security error",
            "(SECDoClientHandshake(",
            basis=Basis.REPORTED,
            source=MDAC,
        ),
        *(
            row
            for text, source in (
                (f"Encryption was enabled on this connection, {_REVIEW}", STUDIO),
                (f"Encryption was enabled on this connection; {_REVIEW}", STUDIO_LATER),
            )
            for row in says_alike(
                (UNTRUSTED, SELF_SIGNED, NAME_MISMATCH), Phase.VERIFY, text, basis=Basis.REPORTED, source=source
            )
        ),
        *says_alike(
            (NO_COMMON_VERSION, ENDS_AFTER_PRELOGIN, NO_COMMON_CIPHER, WEAK_SIGNATURE, ENDS_EARLY),
            Phase.NO_TLS,
            "TCP Provider: Error code 0x2746",
            basis=Basis.REPORTED,
            source=RESETS,
        ),
        # Where its inner exception is cut off; it names a certificate in a text of its own.
        *says_alike(
            (NO_COMMON_VERSION, ENDS_EARLY, NO_COMMON_CIPHER),
            Phase.CLOSED,
            "SSL Provider, error: 31 - Encryption(ssl/tls) handshake failed",
            basis=Basis.REPORTED,
            source=OLD_SERVERS,
        ),
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER),
            Phase.HANDSHAKE,
            "SSL Provider: [error:0A0C0103:SSL routines::internal error]",
            basis=Basis.REPORTED,
            source=OLD_TLS,
        ),
        *says_alike(
            (NO_STRICT, SILENT),
            Phase.NO_TLS,
            "SSL Provider, error: 0 - The wait operation timed out",
            basis=Basis.REPORTED,
            source=STRICT,
        ),
        *says_alike(
            (NO_TLS_LIBRARY,),
            Phase.NEGOTIATION,
            "OpenSSL library could not be loaded",
            "Encryption not supported on the client",
            basis=Basis.REPORTED,
            source=NO_OPENSSL,
        ),
        *says_alike(
            (DEMANDS_ENCRYPTION,),
            Phase.NO_TLS,
            "Client does not have encryption enabled but it is required by server",
            basis=Basis.AUTHORITATIVE,
            source=PYTDS,
        ),
    ),
    vocabulary=True,
)
