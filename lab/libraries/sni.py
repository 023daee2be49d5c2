"""SNI, the network layer of Microsoft's drivers for SQL Server on Windows: SqlClient (.NET Framework, and .NET there),
ODBC, OLE DB, SQL Server Native Client.

TLS is Schannel's: SNI puts the system's sentence, in the language of the system, behind the name of its provider:
`SSL Provider, error: 0 - ...` in SqlClient, `SSL Provider: ...` in the others. In other languages the number remains
(SqlException.Number, the native error of ODBC), which is in Schannel's table.
"""

from collections.abc import Iterator

from tlslab.libraries.schannel import ALL_CODES, Code
from tlslab.model.beyond import NO_SERVER_CERTIFICATE, NO_TLS_LIBRARY
from tlslab.model.conditions import NO_COMMON_CIPHER, NO_COMMON_VERSION, NO_ENCRYPTION, NOT_LOADED, WEAK_SIGNATURE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, Says, says_alike

_SUPPORT = "https://github.com/MicrosoftDocs/SupportArticles-docs/blob"
_CONNECT = "support/sql/database-engine/connect"
SQLCLIENT = Source(
    "dotnet/SqlClient, Strings.resx (SNI_PN6, SNI_ERROR_21, SQL_EncryptionNotSupportedByClient)",
    "https://github.com/dotnet/SqlClient/blob/c16adb7a11674b66f9e9ca5e5a38e768ce8d5ff3/src/Microsoft.Data.SqlClient/src"
    "/Resources/Strings.resx",
)
OF_SQLCLIENT = Source(
    "Microsoft, Certificate validation failure (SqlClient: `provider: SSL Provider, error: 0 - `)",
    f"{_SUPPORT}/4eb0f537b8dfeefdae4c8eb56e0068d3d82dba16/{_CONNECT}/certificate-validation-failure.md",
)
OF_ODBC_AND_OLEDB = Source(
    "Microsoft, The certificate chain was issued by an authority that isn't trusted (ODBC 18, OLE DB 19)",
    f"{_SUPPORT}/0992ba2a2ef8bf94f3b58b2f6a81e6df2acec769/{_CONNECT}/certificate-chain-not-trusted.md",
)
FORCIBLY_CLOSED = Source(
    "Microsoft, An existing connection was forcibly closed (no common version; no common cipher suite; a weak hash)",
    f"{_SUPPORT}/16edcd96fdb14ca37ba40e5d89d494240df44777/{_CONNECT}/tls-exist-connection-closed.md",
)
ON_LINUX = Source(
    "Microsoft, Encrypt connections to SQL Server on Linux (common connection errors; a certificate signed with SHA-1)",
    "https://github.com/MicrosoftDocs/sql-docs/blob/04b66ccda60243d2c7cd5b94788238c10070f386/docs/linux"
    "/sql-server-linux-encrypted-connections.md",
)
AFTER_TLS_12 = Source(
    "Microsoft, SSL errors are reported after upgrading to TLS 1.2",
    f"{_SUPPORT}/032626323d8cf7f83b56853ed3b7de5b1145f91f/{_CONNECT}/ssl-errors-after-tls-1-2.md",
)

OF_A_HANDSHAKE = (
    *("SEC_E_UNTRUSTED_ROOT", "SEC_E_WRONG_PRINCIPAL", "SEC_E_CERT_EXPIRED", "SEC_E_CERT_UNKNOWN"),
    *("SEC_E_ALGORITHM_MISMATCH", "SEC_E_ILLEGAL_MESSAGE", "SEC_E_UNSUPPORTED_FUNCTION", "SEC_E_INVALID_TOKEN"),
    *("CERT_E_CN_NO_MATCH", "SEC_E_CERT_WRONG_USAGE", "CRYPT_E_REVOKED", "CRYPT_E_REVOCATION_OFFLINE"),
)
"""Errors of Schannel that a handshake of SNI comes back with."""


def _framed(code: Code) -> Iterator[Says]:
    for frame, source in (
        ("SSL Provider, error: 0 - ", OF_SQLCLIENT),
        ("SSL Provider: ", OF_ODBC_AND_OLEDB),
    ):
        yield from says_alike(
            code.about, code.phase, f"{frame}{code.words}", basis=min(Basis.AUTHORITATIVE, code.basis), source=source
        )


_CLOSED = "An existing connection was forcibly closed by the remote host."

LIBRARY = Library(
    "sni",
    (
        *(row for code in ALL_CODES if code.symbol in OF_A_HANDSHAKE for row in _framed(code)),
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER, WEAK_SIGNATURE),
            Phase.CLOSED,
            f"TCP Provider, error: 0 - {_CLOSED}",
            f"SSL Provider, error: 0 - {_CLOSED}",
            f"TCP Provider: {_CLOSED}",
            f"SSL Provider: {_CLOSED}",
            _CLOSED,
            Prints(code="10054"),
            basis=Basis.AUTHORITATIVE,
            source=FORCIBLY_CLOSED,
        ),
        *says_alike(
            (NOT_LOADED,),
            Phase.CLOSED,
            f"SSL Provider, error: 0 - {_CLOSED}",
            _CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=ON_LINUX,
        ),
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER, WEAK_SIGNATURE),
            Phase.CLOSED,
            "SSL Provider, error: 0 - No process on the other end of the pipe",
            "SSL Provider, error: 0 - No process is on the other end of the pipe",
            "SSL Provider, error: 0 - The connection was forcibly closed by remote host 10054",
            basis=Basis.AUTHORITATIVE,
            source=AFTER_TLS_12,
        ),
        *says_alike(
            (NO_ENCRYPTION,),
            Phase.NEGOTIATION,
            "The instance of SQL Server you attempted to connect to does not support encryption.",
            basis=Basis.AUTHORITATIVE,
            source=SQLCLIENT,
        ),
        *says_alike(
            (NO_TLS_LIBRARY,),
            Phase.NEGOTIATION,
            "The instance of SQL Server you attempted to connect to requires encryption but this machine does not "
            "support it.",
            basis=Basis.AUTHORITATIVE,
            source=SQLCLIENT,
        ),
        *says_alike(
            (NO_SERVER_CERTIFICATE,),
            Phase.NEGOTIATION,
            "Encryption is enforced but there is no valid certificate",
            basis=Basis.AUTHORITATIVE,
            source=SQLCLIENT,
        ),
    ),
    vocabulary=True,
)
