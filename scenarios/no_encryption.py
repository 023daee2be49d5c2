"""No encryption: the server says that it cannot encrypt, and goes on in clear."""

from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import NO_ENCRYPTION
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    NOT_SUPPORTED,
    PRELOGIN,
    SQL_LINUX,
    section,
)


@scenario(
    title="The server says that it cannot encrypt, and the client demands it",
    kinds={ServerKind.SQLSERVER},
    conditions=[NO_ENCRYPTION],
    sources=[PRELOGIN, NOT_SUPPORTED],
)
def no_encryption(healthy: Situation) -> Situation:
    """The server answers the PRELOGIN with ENCRYPT_NOT_SUP and goes on in clear: a server of another make that speaks TDS
    and was built without TLS, or somebody on the way who would like to read along.

    **Symptom.** "Encryption not supported on SQL Server." (ODBC), "The application requested encryption but the server
    is not configured to support SSL" (JDBC), "server does not support encryption" (Go), "You requested encryption but
    it is not supported by server" (python-tds). tedious says nothing, although it was asked to encrypt: it logs in in
    clear, and sends the password in clear.

    **Cause.** SQL Server itself can always encrypt, with a certificate that it makes itself if need be. So it is no SQL
    Server that answers, or its answer was changed on the way.

    **Look.** A trace of the network: the answer to the first packet has 0x02 as the value of ENCRYPTION, and the login
    behind it can be read. On a connection that stands, `SELECT encrypt_option FROM sys.dm_exec_connections WHERE
    session_id = @@SPID` says FALSE.

    **Fix.** Give the server TLS. To ask for no encryption connects, and everything goes in clear, the password too: then
    nobody knows any more who reads along, and who answers.
    """
    return healthy.with_server(encryption=ServerEncryption.IN_CLEAR)


@no_encryption.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Build or configure the server with TLS, and give it a certificate of a CA that the clients trust.",
        "SQL Server on Linux: `mssql-conf set network.tlscert FILE`, `mssql-conf set network.tlskey FILE`, then restart.",
    ],
    sources=[NOT_SUPPORTED, section(SQL_LINUX, "Configure SQL Server")],
)
def give_the_server_tls(broken: Situation) -> Situation:
    """Give the server TLS."""
    return broken.with_server(encryption=ServerEncryption.OFF)


@no_encryption.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["`Encrypt=no` (optional) in the connection string, or the client's own word for it."],
    sources=[PRELOGIN],
)
def ask_for_no_encryption(broken: Situation) -> Situation:
    """Ask for no encryption: the login and everything behind it go in clear."""
    return broken.with_client(encryption=Encryption.OPTIONAL, trust_anchors=())
