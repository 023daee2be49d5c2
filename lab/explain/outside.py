"""What means that TLS is not the cause: nobody was reached, or TLS stands and something else was refused.

Data; each entry with the place where its texts were read, and what to look at instead.
"""

from dataclasses import dataclass

from tlslab.explain.translated import UNREACHED, UNREACHED_BY_JAVA
from tlslab.model.evidence import Source


@dataclass(frozen=True)
class Outside:
    """A cause that is none of TLS: what it is in a sentence, the texts, what to do, and commands to copy."""

    cause: str
    texts: tuple[str, ...]
    instead: str
    commands: tuple[str, ...]
    sources: tuple[Source, ...]


_SQLCLIENT = (
    "https://github.com/dotnet/SqlClient/blob/c16adb7a11674b66f9e9ca5e5a38e768ce8d5ff3/src/Microsoft.Data.SqlClient/src"
    "/Resources/Strings.resx"
)
_GLIBC = "https://github.com/bminor/glibc/blob/04e750e75b73957cf1c791535a3f4319534a52fc"
WINSOCK = Source(
    "Microsoft, Windows Sockets Error Codes (10060, 10061, 11001)",
    "https://github.com/MicrosoftDocs/win32/blob/27a9dfa3ef68240fbf09f1c64dff7b2232874ef4/desktop-src/WinSock"
    "/windows-sockets-error-codes-2.md",
)
GO = Source(
    "Go 1.26, src/net/net.go (errNoSuchHost, timeoutError)", "https://github.com/golang/go/blob/go1.26.8/src/net/net.go"
)
NODE = Source("Node.js, Errors, Common system errors", "https://nodejs.org/api/errors.html#common-system-errors")

_JAVA = "https://docs.oracle.com/en/java/javase/17/docs/api"
CURL = Source("curl 8.5.0, lib/strerror.c", "https://github.com/curl/curl/blob/curl-8_5_0/lib/strerror.c")
URLLIB3 = Source(
    "urllib3 2.2.2, src/urllib3/exceptions.py",
    "https://github.com/urllib3/urllib3/blob/2.2.2/src/urllib3/exceptions.py",
)
CHROMIUM = Source(
    "Chromium, net/base/net_error_list.h",
    "https://github.com/chromium/chromium/blob/128.0.6613.84/net/base/net_error_list.h",
)
MUSL = Source(
    "musl, src/network/gai_strerror.c", "https://git.musl-libc.org/cgit/musl/tree/src/network/gai_strerror.c?h=v1.2.5"
)
NET_FRAMEWORK = Source(
    "Microsoft, WebExceptionStatus, NameResolutionFailure",
    "https://learn.microsoft.com/en-us/dotnet/api/system.net.webexceptionstatus",
)

OUTSIDE: tuple[Outside, ...] = (
    Outside(
        "The login was refused: the connection stands, and so does its encryption. The server does not take this user "
        "or password.",
        (
            "Login failed for user",
            "18456",
            "Login failed. The login is from an untrusted domain",
            "requested by the login. The login failed",
            "password authentication failed for user",
        ),
        "The server's error log has the same login with a state that says why: 2 and 5 unknown user, 7 disabled, "
        "8 wrong password, 38 no such database.",
        ("grep -A1 'Error: 18456' /var/opt/mssql/log/errorlog    # on the server",),
        (
            Source(
                "Microsoft, MSSQLSERVER_18456",
                "https://github.com/MicrosoftDocs/sql-docs/blob/01aa880b1f1f11e9a433bce5c2a689d53ea3314a/docs"
                "/relational-databases/errors-events/mssqlserver-18456-database-engine-error.md",
            ),
            Source(
                "Microsoft, Database engine events and errors: 4060, 18452, 18456",
                "https://learn.microsoft.com/en-us/sql/relational-databases/errors-events"
                "/database-engine-events-and-errors-18000-to-18999",
            ),
            Source(
                "PostgreSQL, src/backend/libpq/auth.c, auth_failed",
                "https://github.com/postgres/postgres/blob/REL_17_0/src/backend/libpq/auth.c",
            ),
        ),
    ),
    Outside(
        "The name of the host does not resolve: no server was asked.",
        (
            "Could not resolve host",
            "Name or service not known",
            "Temporary failure in name resolution",
            "No address associated with hostname",
            "getaddrinfo ENOTFOUND",
            "getaddrinfo EAI_AGAIN",
            "No such host is known",
            "lookup {*}: no such host",
            "java.net.UnknownHostException",
            "nodename nor servname provided, or not known",
            "Name does not resolve",
            "php_network_getaddresses: getaddrinfo",
            "socket.gaierror",
            "NameResolutionError",
            "unable to resolve host address",
            "Temporary failure resolving",
            "The remote name could not be resolved",
            "failed to lookup address information",
            "ERR_NAME_NOT_RESOLVED",
            "Could not resolve proxy",
        ),
        "Check the spelling, the search domain and, in a container, the network that it is in.",
        ("getent hosts HOST    # where the client runs; on Windows: Resolve-DnsName HOST",),
        (
            Source("glibc, sysdeps/posix/gai_strerror-strs.h", f"{_GLIBC}/sysdeps/posix/gai_strerror-strs.h"),
            Source(
                "curl, lib/vdns/hostip.c",
                "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/lib/vdns/hostip.c#L348",
            ),
            NODE,
            GO,
            WINSOCK,
            MUSL,
            Source("OpenJDK, java.net.UnknownHostException", f"{_JAVA}/java.base/java/net/UnknownHostException.html"),
            URLLIB3,
            CHROMIUM,
            Source(
                "GNU Wget, src/host.c and src/http.c: unable to resolve host address",
                "https://git.savannah.gnu.org/cgit/wget.git/tree/src/host.c?h=v1.24.5",
            ),
            Source(
                "apt, methods/connect.cc: Temporary failure resolving",
                "https://salsa.debian.org/apt-team/apt/-/blob/2.9.8/methods/connect.cc",
            ),
            Source(
                "Rust, library/std/src/sys/net: failed to lookup address information",
                "https://github.com/rust-lang/rust/blob/1.80.0/library/std/src/sys/pal/unix/net.rs",
            ),
            NET_FRAMEWORK,
        ),
    ),
    Outside(
        "Nobody listens at this address and port: TLS has not begun.",
        (
            "Connection refused",
            "ECONNREFUSED",
            "No connection could be made because the target machine actively refused it",
            "No connection could be made because the target computer actively refused it",
            "Couldn't connect to server",
            "Could not connect to server",
            "ERR_CONNECTION_REFUSED",
        ),
        "Check that the service runs (a SQL Server that cannot load its certificate does not), and host and port.",
        ("nc -vz HOST PORT    # where the client runs; on Windows: Test-NetConnection HOST -Port PORT",),
        (
            Source("glibc, sysdeps/gnu/errlist.h, ECONNREFUSED", f"{_GLIBC}/sysdeps/gnu/errlist.h"),
            WINSOCK,
            NODE,
            CURL,
            CHROMIUM,
        ),
    ),
    Outside(
        "No way leads to this address: the network, a route or a firewall. TLS has not begun.",
        (
            "No route to host",
            "Network is unreachable",
            "EHOSTUNREACH",
            "ENETUNREACH",
            "A socket operation was attempted to an unreachable network",
            "A socket operation was attempted to an unreachable host",
            "ERR_ADDRESS_UNREACHABLE",
            "ERR_INTERNET_DISCONNECTED",
        ),
        "Look at the routes and the firewall of the machine on which the client runs; in a container, at its network.",
        ("ip route get ADDRESS    # where the client runs; on Windows: Test-NetConnection HOST -TraceRoute",),
        (
            Source("glibc, sysdeps/gnu/errlist.h, EHOSTUNREACH and ENETUNREACH", f"{_GLIBC}/sysdeps/gnu/errlist.h"),
            WINSOCK,
            NODE,
            CHROMIUM,
        ),
    ),
    Outside(
        "Nobody answered in time: a firewall, a wrong address, or a server that is too busy. TLS has not begun.",
        (
            "Connection timed out",
            "ETIMEDOUT",
            "WSAETIMEDOUT",
            "A connection attempt failed because the connected party did not properly respond after a period of time",
            "The timeout period elapsed while attempting to create and initialize a socket to the server",
            "dial tcp {*}: i/o timeout",
            "connect timed out",
            "Connect timed out",
            "ConnectTimeoutError",
            "Operation timed out after {*} milliseconds with",
            "Connection timed out after {*} milliseconds",
            "ERR_CONNECTION_TIMED_OUT",
            "Login timeout expired",
            "The timeout period elapsed prior to completion of the operation or the server is not responding",
        ),
        "Ask from the machine of the client whether the port can be reached at all.",
        ("nc -vz -w 5 HOST PORT    # where the client runs; on Windows: Test-NetConnection HOST -Port PORT",),
        (
            Source("glibc, sysdeps/gnu/errlist.h, ETIMEDOUT", f"{_GLIBC}/sysdeps/gnu/errlist.h#L416"),
            WINSOCK,
            Source(
                "dotnet/SqlClient, Strings.resx, SQL_Timeout_PreLogin_InitializeConnection", f"{_SQLCLIENT}#L717-L718"
            ),
            NODE,
            GO,
            CURL,
            URLLIB3,
            CHROMIUM,
            Source(
                "OpenJDK, java.net.SocketTimeoutException", f"{_JAVA}/java.base/java/net/SocketTimeoutException.html"
            ),
            Source(
                "Microsoft, Troubleshoot connectivity: Login timeout expired, a timeout while connecting",
                "https://learn.microsoft.com/en-us/troubleshoot/sql/database-engine/connect"
                "/network-related-or-instance-specific-error-occurred-while-establishing-connection",
            ),
        ),
    ),
    Outside(
        "The instance of SQL Server was not found or not reached: TLS has not begun.",
        (
            "error: 26 - Error Locating Server/Instance Specified",
            "A network-related or instance-specific error occurred while establishing a connection to SQL Server",
            "The TCP/IP connection to the host {host}, port {*} has failed",
            *UNREACHED,
            *UNREACHED_BY_JAVA,
        ),
        "Check the instance name, that SQL Server Browser (UDP 1434) or the port is reachable, and that TCP/IP is "
        "enabled.",
        ("nc -vz HOST 1433    # where the client runs; on Windows: Test-NetConnection HOST -Port 1433",),
        (
            Source("dotnet/SqlClient, Strings.resx, SNI_ERROR_26", f"{_SQLCLIENT}#L1332-L1333"),
            Source("dotnet/SqlClient, Strings.resx, Snix_Connect", f"{_SQLCLIENT}#L1422-L1423"),
            Source(
                "mssql-jdbc, SQLServerResource.java, R_tcpipConnectionFailed",
                "https://github.com/microsoft/mssql-jdbc/blob/34285fd75cc26e84bfe50fc77fd138f31a0b3675/src/main/java"
                "/com/microsoft/sqlserver/jdbc/SQLServerResource.java#L79",
            ),
        ),
    ),
    Outside(
        "OpenSSL 3 has no such old algorithm any more (webpack's md4, a PKCS#12 file with RC2): no server was asked.",
        ("digital envelope routines::unsupported", "ERR_OSSL_EVP_UNSUPPORTED"),
        "Update the program that asks for it; write an old PKCS#12 file anew (`openssl pkcs12 -legacy`).",
        ("node -p process.versions.openssl    # 3 or newer: since Node.js 17",),
        (Source("webpack/webpack issue 14532", "https://github.com/webpack/webpack/issues/14532"),),
    ),
    Outside(
        "What answers at this port does not speak TLS (plain HTTP, SSH, a proxy that wants http://).",
        ("Cannot determine the frame size or a corrupted frame was received",),
        "Check the port, the scheme of the URL, and that of HTTPS_PROXY (it is nearly always http://).",
        ("curl -v http://HOST:PORT/    # plain HTTP answers here when it is that",),
        (
            Source(
                ".NET, System.Net.Security, Strings.resx, net_frame_read_size",
                "https://github.com/dotnet/runtime/blob/015510cac22b172696e9c2ac95ffcf18078e1617/src/libraries"
                "/System.Net.Security/src/Resources/Strings.resx",
            ),
        ),
    ),
)
