"""SQL Server's error log, in the texts of Microsoft's lists of events."""

import pytest

from tests.libraries.words import meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            (
                "The server could not load the certificate it needs to initiate an SSL connection. It returned the "
                "following error: 0x8009030d. Check certificates to make sure they are valid."
            ),
            of("key-unreadable", "not-loaded"),
        ),
        ("Error: 26014, Severity: 16, State: 1.", of("key-unreadable", "not-loaded")),
        (
            (
                'Found the certificate [Cert Hash(sha1) "B3029394BB92"] in the local computer store but the SQL Server '
                "service account does not have access to it."
            ),
            of("key-unreadable"),
        ),
        ("Error: 33111, Severity: 16, State: 3.", of("database-certificate")),
        (
            (
                "Unable to initialize SSL encryption because a valid certificate could not be found, and it is not "
                "possible to create a self-signed certificate."
            ),
            of("no-server-certificate"),
        ),
        ("Error: 17182, Severity: 16, State: 1.", of("not-serving")),
        # KB 900497 and KB 2023869.
        (
            "TDSSNIClient initialization failed with error 0x80092004, status code 0x80.",
            of("no-server-certificate", "key-unreadable"),
        ),
        ("TDSSNIClient initialization failed with error 0xd, status code 0x38.", of("no-server-certificate")),
        ("TDSSNIClient initialization failed with error 0xd, status code 0x1.", of("not-serving")),
        (
            "2023-05-19 04:58:56.42 spid11s A self-generated certificate was successfully loaded for encryption.",
            of("self-signed"),
        ),
        ("Error: 17190, Severity: 16, State: 1.", of("no-server-certificate")),
        ("Error: 17826, Severity: 18, State: 3.", of("not-serving")),
        (
            (
                "Unable to open one or more of the user-specified certificate file(s). Verify that the certificate "
                "file(s) exist with read permissions for the user and group running SQL Server."
            ),
            of("key-unreadable"),
        ),
        ("Error: 49939, Severity: 16, State: 1.", of("key-unreadable", "not-loaded")),
        (
            (
                "The allowed TLS protocol version list ['1.4'] is invalid. Verify that the supplied TLS version "
                "numbers are"
            ),
            of("no-common-version"),
        ),
        (
            (
                "Error: 17821, Severity: 20, State: 1. A valid TLS certificate is not configured to accept strict (TDS "
                "8.0 and above) connections. The connection has been closed."
            ),
            of("no-strict"),
        ),
        (
            (
                "Encryption is required to connect to this server but the client library does not support encryption; "
                "the connection has been closed. Please upgrade your client library. [CLIENT: 192.0.2.7]"
            ),
            of("demands-encryption"),
        ),
        ("Error: 17828, Severity: 20, State: 4.", of("not-tds")),
        ("Error: 17836, Severity: 20, State: 17.", of("not-tds")),
        (
            (
                "Connection handshake failed. An OS call failed: (80090331) 0x80090331(The client and server cannot "
                "communicate, because they do not possess a common algorithm.). State 56."
            ),
            of("no-common-version", "no-common-cipher"),
        ),
    ],
)
def test_what_the_log_says_of_tls(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("sqlserver", text) == about


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Login failed for user 'sa'. (Microsoft SQL Server, Error: 18456)", of("wrong-password")),
        # Microsoft, MSSQLSERVER_18456: the example, and the table of states.
        ("Error: 18456, Severity: 14, State: 8.", of("wrong-password")),
        ("Error: 18456, Severity: 14, State: 5.", of("unknown-login")),
        ("Error: 18456, Severity: 14, State: 7.", of("wrong-password", "login-disabled")),
        ("Error: 18456, Severity: 14, State: 38.", of("no-such-database")),
        (
            "The target principal name is incorrect. Cannot generate SSPI context. (Microsoft SQL Server)",
            of("no-integrated-login"),
        ),
        (
            (
                "SSPI handshake failed with error code 0x8009030c while establishing a connection with integrated "
                "security; the connection has been closed."
            ),
            of("no-integrated-login"),
        ),
        ("SQL Server is not ready to accept new client connections. Wait a few minutes", of("server-starting")),
    ],
)
def test_what_is_about_a_login_is_told_apart(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("sqlserver", text) == about
