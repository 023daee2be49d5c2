"""Older drivers for SQL Server, MDAC's ODBC and OLE DB (DBNETLIB), and tools: Azure Data Studio, VS Code."""

from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says_alike

_SUPPORT = "https://learn.microsoft.com/en-us/troubleshoot/sql/database-engine/connect"
TLS_1_2 = Source(
    "Microsoft, TLS 1.2 support for Microsoft SQL Server: MDAC's drivers speak TLS 1.0",
    f"{_SUPPORT}/tls-1-2-support-microsoft-sql-server",
)
STUDIO = Source(
    "Microsoft, vscode-mssql, the words of the connection dialog (trustServerCertInstructionText)",
    "https://github.com/microsoft/vscode-mssql/blob/main/localization/l10n/bundle.l10n.json",
)
RESETS = Source(
    "mkleehammer/pyodbc issue 610: the server speaks TLS 1.0, the client's OpenSSL does not",
    "https://github.com/mkleehammer/pyodbc/issues/610",
)

LIBRARY = Library(
    "sqlserver-tools",
    (
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER),
            Phase.HANDSHAKE,
            "ConnectionOpen (SECDoClientHandshake()).]SSL Security error",
            "[DBNETLIB]SSL Security error",
            "(SECDoClientHandshake(",
            basis=Basis.REPORTED,
            source=TLS_1_2,
        ),
        *says_alike(
            (UNTRUSTED, SELF_SIGNED, NAME_MISMATCH),
            Phase.VERIFY,
            "Encryption was enabled on this connection, review your SSL and certificate configuration for the target",
            basis=Basis.REPORTED,
            source=STUDIO,
        ),
        *says_alike(
            (NO_COMMON_VERSION, ENDS_AFTER_PRELOGIN, NO_COMMON_CIPHER, WEAK_SIGNATURE, ENDS_EARLY),
            Phase.NO_TLS,
            "TCP Provider: Error code 0x2746",
            basis=Basis.REPORTED,
            source=RESETS,
        ),
    ),
    vocabulary=True,
)
