"""SNI: what SqlClient, ODBC and OLE DB say on Windows, in the words of Microsoft's articles."""

import pytest

from tests.libraries.words import meanings, of

LOGIN = (
    "A connection was successfully established with the server, but then an error occurred during the login process. "
)
PRE_LOGIN = (
    "A connection was successfully established with the server, but then an error occurred during the pre-login "
    "handshake. "
)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            LOGIN + "(provider: SSL Provider, error: 0 - The certificate chain was issued by an authority that is not "
            "trusted.) (.Net SqlClient Data Provider)",
            of("untrusted", "self-signed"),
        ),
        (
            (
                "[Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: The certificate chain was issued by an "
                "authority that is not trusted."
            ),
            of("untrusted", "self-signed"),
        ),
        (
            (
                "[Microsoft OLE DB Driver 19 for SQL Server]: SSL Provider: The certificate chain was issued by an "
                "authority that is not trusted."
            ),
            of("untrusted", "self-signed"),
        ),
        (
            LOGIN + "(provider: SSL Provider, error: 0 - The target principal name is incorrect.)",
            of("name-mismatch"),
        ),
        ("SSL Provider: The certificate's CN name does not match the passed value.", of("name-mismatch")),
        ("(provider: SSL Provider, error: 0 - The received certificate has expired.)", of("expired", "expired-issuer")),
        (
            LOGIN
            + "(provider: SSL Provider, error: 0 - An existing connection was forcibly closed by the remote host.)",
            of("no-common-version", "no-common-cipher", "weak-signature", "not-loaded"),
        ),
        (
            PRE_LOGIN + "(provider: TCP Provider, error: 0 - An existing connection was forcibly closed by the remote "
            "host.)",
            of("no-common-version", "no-common-cipher", "weak-signature"),
        ),
        (
            (
                "[SQL Server Native Client 11.0]TCP Provider: An existing connection was forcibly closed by the remote "
                "host."
            ),
            of("no-common-version", "no-common-cipher", "weak-signature"),
        ),
        (
            LOGIN
            + "(provider: SSL Provider, error: 0 - No process on the other end of the pipe) Microsoft SQL Server, "
            "Error: 233.",
            of("no-common-version", "no-common-cipher", "weak-signature"),
        ),
        (
            (
                "SSL Provider, error: 0 - The client and server cannot communicate, because they do not possess a "
                "common algorithm."
            ),
            of("no-common-version", "no-common-cipher"),
        ),
    ],
)
def test_what_a_driver_says_on_windows(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("sni", text) == about
