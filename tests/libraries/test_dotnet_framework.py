""".NET Framework and Windows PowerShell: the sentences that name no reason."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of

NO_CHANNEL = of("no-common-version", "no-common-cipher", "client-certificate-missing")


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            (
                "Invoke-WebRequest : The underlying connection was closed: Could not establish trust relationship for "
                "the SSL/TLS secure channel."
            ),
            {ANYTHING},
        ),
        (
            "Could not establish trust relationship for the SSL/TLS secure channel with authority 'shop.example.com'.",
            {ANYTHING},
        ),
        ("System.Net.WebException Status: TrustFailure", {ANYTHING}),
        ("Invoke-WebRequest : The request was aborted: Could not create SSL/TLS secure channel.", NO_CHANNEL),
        ("Could not establish secure channel for SSL/TLS with authority 'shop.example.com'.", NO_CHANNEL),
        ("Status: SecureChannelFailure", NO_CHANNEL),
        (
            "The underlying connection was closed: An unexpected error occurred on a send.",
            of("no-common-version", "no-common-cipher", "ends-early"),
        ),
        ("The handshake failed due to an unexpected packet format.", of("plain-http", "other-service")),
        ("The remote name could not be resolved: 'shop.example.com'", of("unknown-host")),
        ("Unable to connect to the remote server", of("not-serving")),
    ],
)
def test_what_the_framework_says(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("dotnet-framework", text) == about
