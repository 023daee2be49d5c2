"""Microsoft's ODBC driver for SQL Server: its own check of the name, and what it says of a connection that failed."""

from tlslab.libraries.openssl import NO_SIGNATURE_OF_THIS_KEY, SIGNATURE_REASONS
from tlslab.model.circumstances import RESETS
from tlslab.model.conditions import (
    CN_ALONE,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    FORGED,
    IP_ADDRESS,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    NOT_SERVING,
    OTHER_SERVICE,
    PLAIN_HTTP,
    SERVER_REFUSES,
    SILENT,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, When, says, says_each, tolerates, where
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_DNS_NAME, DOT_AT_THE_END, NO_DNS_NAME
from tlslab.model.situation import Encryption

TROUBLESHOOTING = Source(
    "Microsoft, Connection encryption troubleshooting in the ODBC driver",
    "https://github.com/MicrosoftDocs/sql-docs/blob/75bcfa916df87515571761e51f88b04f69b4f956/docs/connect/odbc/"
    "connection-troubleshooting.md",
)
RESET_POSTS = Source(
    "microsoft/homebrew-mssql-release issue 83: `TCP Provider: Error code 0x2746` at connect (0x2746 is 10054)",
    "https://github.com/microsoft/homebrew-mssql-release/issues/83",
)
RESET_BY_PEER = Source(
    "mkleehammer/pyodbc issue 680: `TCP Provider: Error code 0x68 (104)`, that is connection reset by peer",
    "https://github.com/mkleehammer/pyodbc/issues/680",
)
TIMEOUT_EXPIRED = Source(
    "Microsoft, Troubleshooting: Timeout Expired (the SQL Server service on the server is not running)",
    "https://learn.microsoft.com/en-us/previous-versions/sql/sql-server-2008-r2/ms190181(v=sql.105)",
)
NOT_RUNNING = Source(
    "microsoft/mssql-docker issue 203: Login timeout expired. TCP Provider: Error code 0x2749 (10061, connection "
    "refused)",
    "https://github.com/microsoft/mssql-docker/issues/203",
)

NAMES = Source(
    'Microsoft, "Connecting from Linux or macOS" (ODBC), section "Using TLS/SSL": the name in a common name or a SAN',
    "https://github.com/MicrosoftDocs/sql-docs/blob/f29335f92247a8c47b03760629f891ab15570dd7/docs/connect/odbc/linux-mac/"
    "connection-string-keywords-and-data-source-names-dsns.md",
)
NO_TLS = Source(
    "babelfish-for-postgresql/babelfish_extensions issue 891: sqlcmd 18 at a server that was built without TLS",
    "https://github.com/babelfish-for-postgresql/babelfish_extensions/issues/891",
)
IN_CLEAR = Source(
    "observed by the lab of ODBC Driver 18.6.2: Encrypt=no at a server that answers ENCRYPT_NOT_SUP, although its "
    'documents ("Connecting from Linux or macOS", section "Using TLS/SSL") say that the login is always encrypted',
    "",
)
NOT_ASKED = When("Encrypt=no", lambda act: act.client.encryption is Encryption.OPTIONAL)

STRINGS = Source(
    "Microsoft ODBC Driver 18.6.2, its own string resources (wheel mssql-python-odbc, msodbcsqlr18.rll)",
    "https://github.com/microsoft/mssql-python",
)
WRONG_PORT = Source(
    "uepg/laravel-sybase issue 33: `Protocol error in TDS stream`, of a port at which another server listened",
    "https://github.com/uepg/laravel-sybase/issues/33",
)
OBSERVED_SILENCE = Source("observed by the lab of mssql-python 1.16.0 at a port at which nothing answers", "")
OBSERVED = Source(
    "observed by the lab of ODBC Driver 18.6.2, which compares an address with the DNS names, and with the common name "
    "where there is no SAN",
    "",
)

OBSERVED_DOT = Source("observed by the lab of ODBC Driver 18.6.2 with a dot behind the name", "")

LIBRARY = Library(
    "msodbc",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "subject name does not match host name",
            basis=Basis.AUTHORITATIVE,
            source=TROUBLESHOOTING,
        ),
        # The driver shows OpenSSL's queue of errors from its beginning.
        *says(
            [FORGED],
            Phase.VERIFY,
            *(f"rsa routines:{{*}}:{reason}]" for reason in NO_SIGNATURE_OF_THIS_KEY),
            basis=Basis.AUTHORITATIVE,
            source=SIGNATURE_REASONS,
        ),
        tolerates(
            "without a SAN the driver takes the common name",
            of=[NAME_MISMATCH, CN_ALONE],
            when=[~where(NO_DNS_NAME)],
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        tolerates(
            "without a SAN the driver takes the common name, an address as well",
            of=[NAME_MISMATCH, ADDRESS_AS_CN_ALONE],
            when=[~where(NO_DNS_NAME)],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "Encryption not supported on SQL Server.",
            basis=Basis.REPORTED,
            source=NO_TLS,
        ),
        tolerates(
            "with Encrypt=no the driver goes on in clear, and sends the password in clear",
            of=[NO_ENCRYPTION],
            when=[NOT_ASKED],
            basis=Basis.OBSERVED,
            source=IN_CLEAR,
        ),
        *says(
            [DOT_AT_THE_END],
            Phase.NAME,
            "subject name does not match host name",
            basis=Basis.OBSERVED,
            source=OBSERVED_DOT,
        ),
        tolerates(
            "the driver compares an address with the DNS names of the SAN",
            of=[NAME_MISMATCH, ADDRESS_AS_DNS_NAME],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *says(
            [IP_ADDRESS],
            Phase.NAME,
            "subject name does not match host name",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *says_each(
            dict.fromkeys(SERVER_REFUSES, "Error code 0x2746"),
            Phase.CLOSED,
            basis=Basis.REPORTED,
            source=RESET_POSTS,
        ),
        *(
            row
            for condition in SERVER_REFUSES
            for row in says(
                [condition],
                Phase.CLOSED,
                "Error code 0x68",
                basis=Basis.REPORTED,
                source=RESET_BY_PEER,
                when=[RESETS],
            )
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "Client unable to establish connection because an error was encountered during handshakes before login. ",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_each(
            dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), "Protocol error in TDS stream"),
            Phase.NO_TLS,
            basis=Basis.REPORTED,
            source=WRONG_PORT,
        ),
        *says(
            [ENDS_AFTER_PRELOGIN],
            Phase.NO_TLS,
            "TCP Provider: Error code 0x2746",
            basis=Basis.REPORTED,
            source=RESET_POSTS,
            when=[~RESETS],
        ),
        *says(
            [ENDS_AFTER_PRELOGIN],
            Phase.NO_TLS,
            "TCP Provider: Error code 0x68",
            basis=Basis.REPORTED,
            source=RESET_BY_PEER,
            when=[RESETS],
        ),
        *says([SILENT], Phase.NO_TLS, "Login timeout expired", basis=Basis.AUTHORITATIVE, source=TIMEOUT_EXPIRED),
        *says(
            [SILENT], Phase.NO_TLS, "TCP Provider: Timeout error [258]", basis=Basis.OBSERVED, source=OBSERVED_SILENCE
        ),
        *says([NOT_SERVING], Phase.CONNECT, "Login timeout expired", basis=Basis.AUTHORITATIVE, source=TIMEOUT_EXPIRED),
        *says(
            [NOT_SERVING], Phase.CONNECT, "TCP Provider: Error code 0x2749", basis=Basis.REPORTED, source=NOT_RUNNING
        ),
    ),
)
