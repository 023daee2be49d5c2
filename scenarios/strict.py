"""Strict: client and server do not agree on TDS 8.0, in which TLS comes before anything else."""

from tlslab.model.check import EVERYTHING, Check
from tlslab.model.conditions import NO_STRICT, SELF_SIGNED, STRICT_ONLY
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    GO_CERTIFICATES,
    MSSQL_CONF,
    ODBC_TROUBLESHOOTING,
    SQL_LINUX,
    STRICT_ENCRYPTION,
    STRICT_ON_LINUX,
    TDS_8,
    section,
)
from tlslab_scenarios.self_signed import replace_by_ca_signed

SQLSERVER = {ServerKind.SQLSERVER}
_CONFIGURE = [
    "Have a CA that the clients trust issue a certificate for the server's name.",
    "Linux: `mssql-conf set network.tlscert FILE`, `mssql-conf set network.tlskey FILE`, then restart.",
]


@scenario(
    form="required",
    title="The server takes strict connections alone (TDS 8.0), and the client makes another",
    kinds=SQLSERVER,
    conditions=[STRICT_ONLY],
    sources=[TDS_8, STRICT_ENCRYPTION],
)
def strict_required(healthy: Situation) -> Situation:
    """The server is set to strict ("Force Strict Encryption" on Windows; on Linux `network.forcestrict`, which people use
    with SQL Server 2025), and the client begins as clients of SQL Server always have: with a PRELOGIN in clear, although it
    asks for encryption.

    **Symptom.** The connection ends when the client has said its first word, before TLS: JDBC "The driver received an
    unexpected pre-login response", ODBC "an error was encountered during handshakes before login", tedious
    "socket hang up". No word of certificates, and none of strictness.

    **Cause.** Somebody switched strict on for all clients. Drivers have to ask for it (`Encrypt=strict`), and old ones
    cannot: FreeTDS before 1.5, jTDS, python-tds.

    **Look.** `openssl s_client -connect HOST:1433 -alpn tds/8.0` shows the server's certificate: it speaks TLS at once.
    The same client connects with `Encrypt=strict`.

    **Fix.** Ask for strict on the client. The certificate is verified then in any case, whatever TrustServerCertificate
    says. Or take the demand back on the server, and demand encryption in the old way.
    """
    return healthy.with_server(encryption=ServerEncryption.STRICT)


@strict_required.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "`Encrypt=strict` in the connection string (ODBC 18, JDBC 11.2, SqlClient 5.1 and newer), `encrypt: 'strict'` in tedious, `encryption = strict` in FreeTDS 1.5."
    ],
    sources=[STRICT_ENCRYPTION],
)
def ask_for_strict(broken: Situation) -> Situation:
    """Ask for a strict connection."""
    return broken.with_client(encryption=Encryption.STRICT)


@strict_required.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "SQL Server on Linux: `mssql-conf unset network.forcestrict`, `mssql-conf set network.forceencryption 1`, then restart.",
        "Windows: SQL Server Configuration Manager, Protocols, Properties: Force Strict Encryption No, Force Encryption Yes.",
    ],
    sources=[STRICT_ENCRYPTION, section(MSSQL_CONF, "Specify TLS settings")],
)
def demand_encryption_alone(broken: Situation) -> Situation:
    """Demand encryption, not strict connections."""
    return broken.with_server(encryption=ServerEncryption.FORCED)


@scenario(
    form="not-spoken",
    title="The client asks for a strict connection (TDS 8.0), and the server knows none",
    kinds=SQLSERVER,
    conditions=[NO_STRICT],
    sources=[TDS_8, STRICT_ON_LINUX],
)
def strict_not_spoken(healthy: Situation) -> Situation:
    """The client begins with TLS, and the server expects a PRELOGIN: SQL Server before 2022, or SQL Server 2022 on Linux,
    which people found to take no strict connection with any certificate. SQL Server 2025 does.

    **Symptom.** The connection ends in the middle of the handshake. Clients say what they say of a server that refuses
    every version of TLS: ODBC "TCP Provider: Error code 0x2746", Go "EOF", tedious "Client network socket
    disconnected before secure TLS connection was established".

    **Cause.** `Encrypt=strict` against a server that does not speak TDS 8.0. Certificates play no part.

    **Look.** `SELECT @@VERSION` over a connection with `Encrypt=mandatory`. The errorlog of an old
    server complains of an invalid packet (17828, 17832 or 17836); 17821, "A valid TLS certificate is not configured to accept strict (TDS 8.0 and above) connections", is
    that of SQL Server 2022 on Linux.

    **Fix.** `Encrypt=mandatory` encrypts everything but the PRELOGIN, and verifies the certificate as well. For strict
    the server must be newer.
    """
    return healthy.with_server(speaks_tds8=False).with_client(encryption=Encryption.STRICT)


@strict_not_spoken.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["`Encrypt=mandatory` (`yes`, `true`) in the connection string; leave TrustServerCertificate off."],
    sources=[TDS_8],
)
def ask_for_mandatory(broken: Situation) -> Situation:
    """Ask for mandatory encryption."""
    return broken.with_client(encryption=Encryption.MANDATORY)


@strict_not_spoken.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Windows: SQL Server 2022 or newer. Linux: SQL Server 2025 or newer, with a certificate that is configured."
    ],
    sources=[TDS_8, STRICT_ON_LINUX],
)
def update_the_server(broken: Situation) -> Situation:
    """Update the server."""
    return broken.with_server(speaks_tds8=True)


@scenario(
    form="self-generated",
    title="The client asks for a strict connection (TDS 8.0), and the server has only a certificate that it made itself",
    kinds=SQLSERVER,
    conditions=[NO_STRICT],
    sources=[TDS_8, STRICT_ON_LINUX],
)
def strict_self_generated(healthy: Situation) -> Situation:
    """No certificate is configured. In TDS 7.x SQL Server then shows one that it makes at each start; for a strict
    connection it has none, and closes.

    **Symptom.** As where the server speaks no TDS 8.0: ODBC "TCP Provider: Error code 0x2746", Go "EOF". There is no
    error about a certificate, because none is shown.

    **Cause.** Strict connections take a certificate that clients can verify, and a self-generated one is none.

    **Look.** The errorlog: error 17821, "A valid TLS certificate is not configured to accept strict (TDS 8.0 and above)
    connections", and at start 26018, that a self-generated certificate was loaded.

    **Fix.** Configure a certificate of a CA that the clients trust. With `Encrypt=mandatory` the self-generated one is
    shown, and refused.
    """
    return healthy.with_server(chain=None).with_client(encryption=Encryption.STRICT)


@strict_self_generated.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=_CONFIGURE,
    sources=[TDS_8, section(SQL_LINUX, "Configure SQL Server")],
)
def configure_a_certificate(broken: Situation) -> Situation:
    """Configure a certificate."""
    return replace_by_ca_signed(broken)


@scenario(
    form="self-signed",
    title="The client asks for a strict connection (TDS 8.0), and the server's certificate is self-signed",
    kinds=SQLSERVER,
    conditions=[SELF_SIGNED],
    sources=[TDS_8, STRICT_ENCRYPTION],
)
def strict_self_signed(healthy: Situation) -> Situation:
    """The server is configured with a certificate that it signed itself. A strict connection verifies it in any case.

    **Symptom.** What the client says of a self-signed certificate: ODBC "self-signed certificate", tedious
    `DEPTH_ZERO_SELF_SIGNED_CERT`. TrustServerCertificate changes nothing.

    **Cause.** In strict, clients do not take TrustServerCertificate: a connection that is verified is what strict is
    for.

    **Look.** `openssl s_client -connect HOST:1433 -alpn tds/8.0 -showcerts`: one certificate, subject equal to issuer.

    **Fix.** Replace it by a certificate of a CA that the clients trust. Where that is impossible, give the client this one
    certificate (ServerCertificate): it is compared byte for byte, so that nobody else's gets in; whoever renews it has
    to bring it to every client.
    """
    return healthy.with_leaf(issuer=None).with_client(encryption=Encryption.STRICT)


strict_self_signed.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=_CONFIGURE,
    sources=[TDS_8, section(SQL_LINUX, "Configure SQL Server")],
    name="replace-the-certificate",
)(replace_by_ca_signed)


@strict_self_signed.fix(
    still_checks={Check.KEY},
    side=Side.CLIENT,
    steps=[
        "Copy the server's certificate, not its key, to the client.",
        "`ServerCertificate=FILE` in the connection string (ODBC 18.1, SqlClient 5.1, JDBC 11.2, go-mssqldb 1.9.6 and newer), beside `Encrypt=strict`.",
    ],
    sources=[ODBC_TROUBLESHOOTING, GO_CERTIFICATES],
)
def pin_the_certificate(broken: Situation) -> Situation:
    """Tell the client to accept this certificate and no other."""
    return broken.with_client(pin=broken.chain.leaf)
