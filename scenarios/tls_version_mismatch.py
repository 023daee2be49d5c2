"""TLS version mismatch: client and server have no version of TLS in common."""

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import NO_COMMON_VERSION, RSA_KEY_EXCHANGE
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Encryption, KeyExchange, Refusal, ServerKind, Situation, TLSVersion, healthy
from tlslab_scenarios._sources import (  # fmt: skip
    ENCRYPT_NO,
    ERRNO,
    MSPHPSQL_FAQ,
    NGINX_PROTOCOLS,
    NGINX_SSL,
    OPENSSL_3_1,
    PYTHON_SUITES,
    SCHANNEL_UNSUPPORTED,
    SIGALG_LEVEL,
    SIGALG_OLD_VERSIONS,
    SQL_LINUX,
    VERSIONS_LISTED,
    section,
)

_ENABLE = [
    "nginx: `ssl_protocols TLSv1.2 TLSv1.3;`, then reload.",
    "SQL Server on Linux: `mssql-conf set network.tlsprotocols 1.2`, then restart; on Windows install the update that brings TLS 1.2.",
]
_ALLOW = [
    "Lower the client's minimum version in its own option.",
    "Clients that read openssl.cnf: `MinProtocol = TLSv1` and `CipherString = DEFAULT@SECLEVEL=0`, in a file of their own (OPENSSL_CONF).",
]


@scenario(
    form="server-older",
    title="The server speaks only versions older than the client allows",
    conditions=[NO_COMMON_VERSION],
    sources=[section(SQL_LINUX, "Common connection errors"), MSPHPSQL_FAQ],
)
def server_older(healthy: Situation) -> Situation:
    """The server offers TLS 1.0 and 1.1 alone; the client is set to begin at TLS 1.2. What clients do that are left to
    themselves is another form, `by-default`.

    **Symptom.** "tlsv1 alert protocol version" or "unsupported protocol", depending on who notices first; on Windows
    "An existing connection was forcibly closed by the remote host".

    **Cause.** A server that was never updated, or one whose `ssl_protocols` or `network.tlsprotocols` names old
    versions only. Clients changed, usually with an update of the operating system.

    **Look.** `openssl s_client -connect HOST:443 -tls1_2` fails while `-tls1_1 -cipher DEFAULT@SECLEVEL=0` connects.

    **Fix.** Enable TLS 1.2 on the server. Allowing the old version on the client works too, still verifies the
    server, and keeps the weakness.
    """
    return healthy.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1, security_level=0).with_client(
        tls_min=TLSVersion.TLSv1_2
    )


@server_older.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=_ENABLE,
    sources=[section(SQL_LINUX, "Configure SQL Server"), NGINX_PROTOCOLS],
)
def enable_on_server(broken: Situation) -> Situation:
    """Enable the version on the server."""
    return broken.with_server(tls_max=healthy(broken.kind).server.tls_max, reads_versions=True)


@server_older.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=_ALLOW,
    sources=[MSPHPSQL_FAQ],
)
def allow_on_client(broken: Situation) -> Situation:
    """Allow the older version on the client."""
    return broken.with_client(tls_min=TLSVersion.TLSv1_0)


@scenario(
    form="by-default",
    title="The server speaks only versions older than most clients offer by themselves",
    conditions=[NO_COMMON_VERSION],
    sources=[
        SIGALG_OLD_VERSIONS,
        SIGALG_LEVEL,
        OPENSSL_3_1,
        PYTHON_SUITES,
        section(SQL_LINUX, "Common connection errors"),
    ],
)
def by_default(healthy: Situation) -> Situation:
    """The server offers TLS 1.0 and 1.1 alone, and nobody told the client which versions to offer: its TLS library
    decides. The same update of a system, or of a base image, breaks one program and leaves another alone.

    **Symptom.** Clients that begin at TLS 1.2 (Python, but not Debian's; Node, Go, Java) say "tlsv1 alert protocol version",
    "unsupported protocol" or "remote error: tls: protocol version not supported". Those that leave it to OpenSSL 3.0, as
    curl, s_client and Microsoft's ODBC driver of Debian 12 do, still offer the old versions and fail a step later:
    "legacy sigalg disallowed or unsupported". GnuTLS connects, and so does FreeTDS.

    **Cause.** TLS 1.0 and 1.1 sign the handshake with SHA-1, which OpenSSL 3 takes at security level 0 alone. From 3.1 on
    it offers these versions at that level alone, and some distributions set a minimum version in openssl.cnf: then the
    first text is seen with OpenSSL, too.

    **Look.** `openssl s_client -connect HOST:443` says which of the two it is; with `-tls1_1 -cipher
    DEFAULT@SECLEVEL=0` it connects.

    **Fix.** Enable TLS 1.2 on the server. Lowering the minimum version of the client is not enough: OpenSSL 3 takes
    security level 0 as well. To ask for no encryption does not help where the login is encrypted all the same.
    """
    return healthy.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1, security_level=0)


@scenario(
    form="rsa-key-exchange",
    title="The server speaks only old versions, with RSA key exchange",
    conditions=[NO_COMMON_VERSION, RSA_KEY_EXCHANGE],
    sources=[SIGALG_LEVEL, OPENSSL_3_1, section(SQL_LINUX, "Common connection errors")],
)
def rsa_key_exchange(healthy: Situation) -> Situation:
    """As `by-default`, but the server's cipher suites have RSA key exchange alone, as those of servers have that never
    knew elliptic curves. It signs nothing then, and the clients that stumble over SHA-1 there connect.

    **Symptom.** Clients that begin at TLS 1.2 say "tlsv1 alert protocol version" or "unsupported protocol". curl,
    s_client and Microsoft's ODBC driver connect with OpenSSL 3.0 (Debian 12), with a version that nobody should use any
    more.

    **Cause.** Whether OpenSSL 3.0 connects to a server of TLS 1.0 or 1.1 is not decided by the version alone: what it
    refuses at its usual security level is the SHA-1 signature that ECDHE and DHE need and RSA key exchange does not.
    OpenSSL 3.1 and newer refuse the versions themselves there.

    **Look.** `openssl s_client -connect HOST:443`: the lines `Protocol` and `Cipher`; `AES256-SHA` is RSA key exchange.

    **Fix.** Enable TLS 1.2 on the server, with suites that have ECDHE.
    """
    return by_default.apply(healthy).with_server(key_exchange=KeyExchange.RSA)


by_default.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=_ENABLE,
    sources=[section(SQL_LINUX, "Configure SQL Server"), NGINX_PROTOCOLS],
)(enable_on_server)


@rsa_key_exchange.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        *_ENABLE,
        "nginx: remove `ssl_ciphers`; SQL Server on Linux: `mssql-conf unset network.tlsciphers`. Go takes no RSA key exchange since 1.22, whatever the version.",
    ],
    sources=[section(SQL_LINUX, "Configure SQL Server"), NGINX_PROTOCOLS, NGINX_SSL],
)
def enable_with_elliptic_curves(broken: Situation) -> Situation:
    """Enable the version on the server, and suites with elliptic curves."""
    return enable_on_server(broken).with_server(key_exchange=KeyExchange.USUAL)


by_default.fix(still_checks=EVERYTHING, side=Side.CLIENT, steps=_ALLOW, sources=[MSPHPSQL_FAQ])(allow_on_client)


@by_default.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    kinds={ServerKind.SQLSERVER},
    clears=False,
    steps=[
        "`Encrypt=no` in the connection string, or the client's own word for it.",
        "It does not help: the login is encrypted all the same, with the same handshake. tedious and python-tds then use no TLS at all, and connect.",
    ],
    sources=[ENCRYPT_NO],
)
def ask_for_no_encryption(broken: Situation) -> Situation:
    """Ask for no encryption."""
    return broken.with_client(encryption=Encryption.OPTIONAL, trust_anchors=())


@scenario(
    form="old-schannel",
    title="The server of an old Windows answers with TLS 1.0, whatever versions the client lists",
    conditions=[NO_COMMON_VERSION],
    sources=[SCHANNEL_UNSUPPORTED, ENCRYPT_NO, VERSIONS_LISTED],
)
def old_schannel(healthy: Situation) -> Situation:
    """As `by-default`, but the server does not know the list of versions that a client of today sends (the extension
    supported_versions of TLS 1.3), as SQL Server 2008 to 2014 and IIS on old Windows: it reads the old field, in which
    TLS 1.2 stands, and answers with the newest version that it has.

    **Symptom.** The client refuses that answer itself: "unsupported protocol" (OpenSSL, Python, Node; Microsoft's ODBC
    driver with a minimum version in openssl.cnf), "The server selected protocol version" (Java), "tls: server selected
    unsupported protocol version" (Go). Of a server with a newer TLS library the same clients say that it sent the
    alert 70. Clients that still offer TLS 1.0 do as where the server is merely old.

    **Cause.** The server was never updated: TLS 1.2 came to SQL Server by updates of 2016.

    **Look.** `openssl s_client -connect HOST:443 -tls1_1 -cipher DEFAULT@SECLEVEL=0` connects. In a trace of the network
    there is a ServerHello with the version 0x0301 or 0x0302, and an alert of the client behind it.

    **Fix.** Enable TLS 1.2 on the server: the update of SQL Server, and Windows' own settings of Schannel.
    """
    return by_default.apply(healthy).with_server(reads_versions=False)


old_schannel.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=_ENABLE,
    sources=[section(SQL_LINUX, "Configure SQL Server"), NGINX_PROTOCOLS],
)(enable_on_server)


@scenario(
    form="server-newer",
    title="The server speaks only versions newer than the client knows",
    conditions=[NO_COMMON_VERSION],
    sources=[section(SQL_LINUX, "Common connection errors")],
)
def server_newer(healthy: Situation) -> Situation:
    """The server requires a newer version of TLS than the client speaks: 1.3 for a web client that ends at 1.2, 1.2
    for a database client that ends at 1.1.

    **Symptom.** "tlsv1 alert protocol version" (alert 70). SQL Server closes the connection: "An existing connection
    was forcibly closed by the remote host" on Windows, "Error code 0x2746" with Microsoft's ODBC driver on Linux, "socket
    hang up" with tedious, "Unexpected EOF from the server" with FreeTDS. .NET Framework says "The request was aborted:
    Could not create SSL/TLS secure channel".

    **Cause.** The server was hardened, the client was not updated, or its configuration still pins an old version.

    **Look.** `openssl s_client -connect HOST:443 -tls1_2` fails while `-tls1_3` connects. For SQL Server read
    `network.tlsprotocols`.

    **Fix.** Let the client speak the newer version: usually by an update, or by removing the option that pins the old
    one. Enabling the old version on the server again helps every client, and every attacker of the old version.
    """
    if healthy.kind is ServerKind.HTTPS:
        return healthy.with_server(tls_min=TLSVersion.TLSv1_3).with_client(tls_max=TLSVersion.TLSv1_2)
    return healthy.with_client(tls_max=TLSVersion.TLSv1_1)


@server_newer.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Update the client or its TLS library, and remove the option that pins the old version."],
    sources=[section(SQL_LINUX, "Common connection errors")],
)
def allow_newer_on_client(broken: Situation) -> Situation:
    """Allow the newer version on the client."""
    return broken.with_client(tls_max=None)


@server_newer.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: `ssl_protocols TLSv1.2 TLSv1.3;`, then reload.",
        "SQL Server on Linux: `mssql-conf set network.tlsprotocols 1.2,1.1`, then restart; OpenSSL 3 also needs security level 0 for 1.1.",
    ],
    sources=[section(SQL_LINUX, "Configure SQL Server"), NGINX_PROTOCOLS],
)
def enable_older_on_server(broken: Situation) -> Situation:
    """Enable the older version on the server."""
    wanted = broken.client.tls_max or TLSVersion.TLSv1_2
    level = 0 if wanted < TLSVersion.TLSv1_2 else broken.server.security_level
    return broken.with_server(tls_min=wanted, security_level=level)


@scenario(
    form="server-resets",
    title="The server refuses the client's versions by resetting the connection",
    conditions=[NO_COMMON_VERSION],
    sources=[section(SQL_LINUX, "Common connection errors"), ERRNO],
)
def server_resets(healthy: Situation) -> Situation:
    """As when the server is newer than the client, but the server says nothing: it resets the TCP connection (RST), where
    others close it (FIN) or send the alert 70 before. What people search for is then a text about the network.

    **Symptom.** "Connection reset by peer" (errno 104), `ECONNRESET`, "Error code 0x68" of Microsoft's ODBC driver on
    Linux; on Windows 10054, "An existing connection was forcibly closed by the remote host". Where the same server
    closes instead, a client speaks of the end of the stream, and the ODBC driver of 0x2746.

    **Cause.** No version of TLS in common. Whether a server, or a load balancer before it, says so by an alert, by FIN
    or by RST is a habit of its TLS library. A firewall that inspects TLS resets connections as well.

    **Look.** A trace of the network: ClientHello, then RST. `openssl s_client -connect HOST:443 -tls1_2` is reset while
    `-tls1_3` connects.

    **Fix.** That of the versions: let the client speak the newer one. What concerns the network does not help.
    """
    return server_newer.apply(healthy).with_server(refusal=Refusal.RESET)


server_resets.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Update the client or its TLS library, and remove the option that pins the old version."],
    sources=[section(SQL_LINUX, "Common connection errors")],
)(allow_newer_on_client)

server_resets.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: `ssl_protocols TLSv1.2 TLSv1.3;`, then reload.",
        "SQL Server on Linux: `mssql-conf set network.tlsprotocols 1.2,1.1`, then restart; OpenSSL 3 also needs security level 0 for 1.1.",
    ],
    sources=[section(SQL_LINUX, "Configure SQL Server"), NGINX_PROTOCOLS],
)(enable_older_on_server)
