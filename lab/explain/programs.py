"""Programs around a client: frames that they put round its error, and what throws the reason away.

Where the reason is gone, `how` says how to get it back. Data; each entry with the place where it was read.
"""

from dataclasses import dataclass
from enum import StrEnum

from tlslab.explain.translated import FAILED_IN_JAVA, LOGIN, PRELOGIN
from tlslab.model.evidence import Source


class Layer(StrEnum):
    """Which part of an error speaks."""

    PROGRAM = "program"
    """What is around the client: an ORM, a migration tool, a health check."""
    CLIENT = "client"
    """The driver, or the library that speaks the protocol."""
    REASON = "reason"
    """The TLS library, or the client's own check."""
    CODE = "code"


@dataclass(frozen=True)
class Program:
    """What speaks in these texts. `hides`: none of them names a reason; `how`: what brings it back, in sentences."""

    name: str
    layer: Layer
    texts: tuple[str, ...]
    source: Source
    hides: bool = False
    how: str = ""


_RUNTIME = "https://github.com/dotnet/runtime/blob"
_INNER = (
    "Print the whole exception (`ToString()`, not `Message`): the reason is in its InnerException, behind ` ---> `."
)

PROGRAMS: tuple[Program, ...] = (
    Program(
        "Entity Framework Core",
        Layer.PROGRAM,
        ("An exception has been raised that is likely due to a transient failure",),
        Source(
            "dotnet/efcore, SqlServerStrings.resx, TransientExceptionDetected",
            "https://github.com/dotnet/efcore/blob/ecd0ba4c23377e479ce94c74119c499f1339351c/src/EFCore.SqlServer"
            "/Properties/SqlServerStrings.resx#L413",
        ),
        hides=True,
        how=f"Nothing about it need be transient. {_INNER}",
    ),
    Program(
        "Entity Framework Core, which tried again",
        Layer.PROGRAM,
        ("The maximum number of retries ({*}) was exceeded while executing database operations with",),
        Source(
            "dotnet/efcore, CoreStrings.resx, RetryLimitExceeded",
            "https://github.com/dotnet/efcore/blob/ecd0ba4c23377e479ce94c74119c499f1339351c/src/EFCore/Properties"
            "/CoreStrings.resx#L1700",
        ),
        hides=True,
        how=_INNER,
    ),
    Program(
        "DbUp",
        Layer.PROGRAM,
        ("Upgrade failed due to an unexpected exception",),
        Source(
            "DbUp, UpgradeEngine.cs",
            "https://github.com/DbUp/DbUp/blob/41228ce747979fb52e1a59e3eec5823e6de869c8/src/dbup-core/Engine"
            "/UpgradeEngine.cs#L105",
        ),
    ),
    Program(
        "the health check of ASP.NET Core",
        Layer.PROGRAM,
        ("with status Unhealthy completed after",),
        Source(
            "ASP.NET Core, DefaultHealthCheckService.cs, HealthCheckEndText: the exception stands beside the text",
            "https://github.com/dotnet/aspnetcore/blob/1f9b3bb1b737438f4bb636ce29b7127c4a712992/src/HealthChecks"
            "/HealthChecks/src/DefaultHealthCheckService.cs",
        ),
        hides=True,
        how="Write the entry's Exception in the response writer of the health check: the message is the outer one.",
    ),
    Program(
        ".NET's HttpClient",
        Layer.CLIENT,
        ("The SSL connection could not be established, see inner exception.",),
        Source(
            ".NET, System.Net.Http, Strings.resx, net_http_ssl_connection_failed",
            f"{_RUNTIME}/0074b9298ffdf737a43cd2b348bd498574a3a20d/src/libraries/System.Net.Http/src/Resources"
            "/Strings.resx",
        ),
        hides=True,
        how=_INNER,
    ),
    Program(
        ".NET's SslStream",
        Layer.REASON,
        ("Authentication failed, see inner exception.",),
        Source(
            ".NET, System.Net.Security, Strings.resx, net_auth_SSPI",
            f"{_RUNTIME}/015510cac22b172696e9c2ac95ffcf18078e1617/src/libraries/System.Net.Security/src/Resources"
            "/Strings.resx",
        ),
        hides=True,
        how=_INNER,
    ),
    Program(
        ".NET Framework",
        Layer.CLIENT,
        ("Could not establish trust relationship for the SSL/TLS secure channel",),
        Source(
            "10Web, How to Resolve the Could Not Establish Trust Relationship Error",
            "https://10web.io/blog/could-not-establish-trust-relationship-for-the-ssl-tls/",
        ),
        hides=True,
        how="This sentence is said whatever is wrong with the certificate: chain, name or dates. Look at the "
        "certificate itself.",
    ),
    Program(
        "Node's fetch",
        Layer.CLIENT,
        ("TypeError: fetch failed",),
        Source(
            "undici, lib/web/fetch/index.js: the reason is the error's cause",
            "https://github.com/nodejs/undici/blob/7eb7c8ec8f23acd9c3da93a286162f8c1dc68326/lib/web/fetch/index.js#L271",
        ),
        hides=True,
        how="Print the error's cause: `catch (error) { console.error(error.cause) }`.",
    ),
    Program(
        "OpenSSL",
        Layer.REASON,
        ("certificate verify failed", "CERTIFICATE_VERIFY_FAILED"),
        Source(
            "OpenSSL, ssl/ssl_err.c, SSL_R_CERTIFICATE_VERIFY_FAILED",
            "https://github.com/openssl/openssl/blob/3d4bb90138b0586f88f44a67b7ea3b7ab4a88081/ssl/ssl_err.c",
        ),
        hides=True,
        how="These words stand for every fault of a certificate. Which one OpenSSL knows by a number: ask it directly, "
        "with `openssl s_client` and the same CA file as the program.",
    ),
    Program(
        "FreeTDS",
        Layer.CLIENT,
        (
            "Adaptive Server connection failed",
            "TDS server connection failed",
            "[FreeTDS][SQL Server]Unable to connect to data source",
            "Error 20002 (severity 9)",
            "DB-Lib error message 20002, severity 9",
        ),
        Source("FreeTDS User Guide, Logging (TDSDUMP)", "https://www.freetds.org/userguide/logging.html"),
        hides=True,
        how="FreeTDS says this whatever is wrong. Its log names the reason: start the program with "
        "`TDSDUMP=/tmp/freetds.log` and give that file to this command.",
    ),
    Program(
        "Java",
        Layer.REASON,
        ("SSLPeerUnverifiedException: peer not authenticated",),
        Source(
            "OpenJDK 17, sun/security/ssl/SSLSessionImpl.java, getPeerCertificates: no handshake succeeded",
            "https://github.com/openjdk/jdk/blob/jdk-17-ga/src/java.base/share/classes/sun/security/ssl/SSLSessionImpl.java",
        ),
        hides=True,
        how="The handshake failed before, and the program went on. Start it with `-Djavax.net.debug=ssl:handshake`, "
        "and give that log to this command.",
    ),
    Program(
        "Microsoft's JDBC driver",
        Layer.CLIENT,
        (
            (
                "the driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) "
                "encryption"
            ),
            *FAILED_IN_JAVA,
        ),
        Source(
            "mssql-jdbc, SQLServerResource.java, R_sslFailed",
            "https://github.com/microsoft/mssql-jdbc/blob/34285fd75cc26e84bfe50fc77fd138f31a0b3675/src/main/java/com"
            "/microsoft/sqlserver/jdbc/SQLServerResource.java#L177",
        ),
        hides=True,
        how="The reason stands behind `Error:` and, more exactly, in the last `Caused by:` of the stack.",
    ),
    Program(
        "SqlClient",
        Layer.CLIENT,
        (
            (
                "A connection was successfully established with the server, but then an error occurred during the "
                "pre-login handshake"
            ),
            "A connection was successfully established with the server, but then an error occurred during the login",
            *PRELOGIN,
            *LOGIN,
        ),
        Source(
            "dotnet/SqlClient, Strings.resx, Snix_PreLogin and Snix_Login",
            "https://github.com/dotnet/SqlClient/blob/c16adb7a11674b66f9e9ca5e5a38e768ce8d5ff3/src"
            "/Microsoft.Data.SqlClient/src/Resources/Strings.resx",
        ),
        hides=True,
        how=f"The provider in brackets names a layer, not a reason. {_INNER}",
    ),
)
