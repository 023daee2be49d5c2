"""The errorlog: every line that the endpoint writes, in the style of SQL Server's own errorlog.

Texts with a number are the server's own (docs/relational-databases/errors-events/database-engine-events-and-errors-
17000-to-18999 and the lists of 26000 to 27999 and of 41400 to 49999 in MicrosoftDocs/sql-docs); lines without a number
say what this endpoint saw and have no counterpart in SQL Server, which keeps silent about failed TLS handshakes on
Linux.
"""

from dataclasses import dataclass
from datetime import datetime

SERVER = "Server"
LOGON = "Logon"
MAX_LINE = 2048
"""Characters of a line."""


def stamped(source: str, text: str, now: datetime) -> str:
    """One line of the errorlog: local time in hundredths, the source padded to twelve columns, the text."""
    return f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 10_000:02d} {source:<12}{printable(text)}"


def printable(text: str) -> str:
    """Replace what would break a line, and cut what is too long for one: names in a log come from the client, and may
    hold anything.
    """
    return "".join(c if c.isprintable() else "?" for c in text[:MAX_LINE])


@dataclass(frozen=True, slots=True)
class Entry:
    """An error of SQL Server: two lines of the errorlog, the number and the text."""

    number: int
    severity: int
    state: int
    text: str

    def lines(self, client: str = "") -> tuple[str, str]:
        """The two lines, for a connection from the address `client`; without one, about the server itself."""
        return (
            f"Error: {self.number}, Severity: {self.severity}, State: {self.state}.",
            f"{self.text} [CLIENT: {client}]" if client else self.text,
        )


UNTRUSTED_DOMAIN = Entry(
    18452,
    14,
    1,
    "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.",
)
PRELOGIN_INVALID = Entry(
    17828, 20, 3,
    "The prelogin packet used to open the connection is structurally invalid; "
    "the connection has been closed. Please contact the vendor of the client library.",
)  # fmt: skip
LOGIN_INVALID = Entry(
    17832, 20, 2,
    "The login packet used to open the connection is structurally invalid; "
    "the connection has been closed. Please contact the vendor of the client library.",
)  # fmt: skip
LENGTH_INVALID = Entry(
    17836, 20, 17,
    "Length specified in network packet payload did not match number of bytes read; "
    "the connection has been closed. Please contact the vendor of the client library.",
)  # fmt: skip
ENCRYPTION_REQUIRED = Entry(
    17835, 20, 1,
    "Encryption is required to connect to this server but the client library does not support encryption; "
    "the connection has been closed. Please upgrade your client library.",
)  # fmt: skip
STRICT_WITHOUT_CERTIFICATE = Entry(
    17821, 20, 1,
    "A valid TLS certificate is not configured to accept strict (TDS 8.0 and above) connections. "
    "The connection has been closed.",
)  # fmt: skip
LOGIN_TIMEOUT = Entry(
    17197, 20, 1,
    "Login failed due to timeout; the connection has been closed. This error may indicate heavy server load. "
    "Reduce the load on the server and retry login.",
)  # fmt: skip

CERTIFICATE_UNREADABLE = Entry(
    49940, 16, 1,
    "Unable to open one or more of the user-specified certificate file(s). Verify that the certificate file(s) "
    "exist with read permissions for the user and group running SQL Server.",
)  # fmt: skip
# Two numbers follow in SQL Server, `Error[%d]. State[%d].`; what they are is not known, so they are left out.
CERTIFICATE_UNUSABLE = Entry(
    49939, 16, 1,
    "Unable to initialize user-specified certificate configuration. The server is being shut down. "
    "Verify that the certificate is correctly configured.",
)  # fmt: skip


def too_many_connections(limit: int) -> Entry:
    """Error 17809, for a listener that has `limit` connections already."""
    return Entry(
        17809, 20, 1,
        f"Could not connect because the maximum number of '{limit}' user connections has already been "
        "reached. The system administrator can use sp_configure to increase the maximum value. "
        "The connection has been closed.",
    )  # fmt: skip


def login_failed(user: str, state: int, reason: str) -> Entry:
    """Error 18456 as the log has it: with the true state and the reason, which the client is never told."""
    return Entry(18456, 14, state, f"Login failed for user '{user}'. Reason: {reason}")


SELF_GENERATED = "A self-generated certificate was successfully loaded for encryption."


def certificate_loaded(certificate: str, key: str) -> str:
    """The success line of SQL Server on Linux (49943; microsoft/mssql-docker#966)."""
    return (
        f"The certificate [Certificate File:'{certificate}', Private Key File:'{key}'] "
        "was successfully loaded for encryption."
    )


def certificate_refused(certificate: str, key: str, level: int, reason: str) -> str:
    """What this endpoint says of a certificate that OpenSSL does not serve at the security level of the
    listener.
    """
    return (
        f"The certificate [Certificate File:'{certificate}', Private Key File:'{key}'] was refused "
        f"by OpenSSL at security level {level}: {reason}. "
        "Every TLS connection will be ended during the handshake."
    )


def login_succeeded(user: str) -> str:
    """The line that login auditing writes."""
    return f"Login succeeded for user '{user}'. Connection made using SQL Server authentication."
