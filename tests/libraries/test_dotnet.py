""".NET: SslStream's texts, as HttpClient, NuGet and PowerShell pass them on."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of

OUTER = (
    "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception. ---> "
    "System.Security.Authentication.AuthenticationException: "
)
CHAIN = OUTER + "The remote certificate is invalid because of errors in the certificate chain: "


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (CHAIN + "PartialChain", of("untrusted", "incomplete")),
        (CHAIN + "UntrustedRoot", of("self-signed", "untrusted")),
        (
            CHAIN + "NotTimeValid",
            of("expired", "not-yet-valid", "expired-issuer", "expired-root", "issuer-not-yet-valid"),
        ),
        (CHAIN + "NotTimeValid, PartialChain", {frozenset({"expired", "untrusted"})}),
        (CHAIN + "RevocationStatusUnknown, OfflineRevocation", of("revocation-unknown")),
        (CHAIN + "Revoked", of("revoked")),
        (CHAIN + "NotValidForUsage", of("not-for-servers", "issuer-not-for-servers")),
        (CHAIN + "NotSignatureValid", of("forged")),
        (CHAIN + "InvalidBasicConstraints", of("not-a-ca", "path-too-long")),
        (CHAIN + "HasNotSupportedCriticalExtension", of("critical-extension")),
        (
            OUTER + "The remote certificate is invalid according to the validation procedure: "
            "RemoteCertificateNameMismatch",
            of("name-mismatch"),
        ),
        (OUTER + "The remote certificate is invalid according to the validation procedure.", {ANYTHING}),
        (
            OUTER + "The remote certificate was rejected by the provided RemoteCertificateValidationCallback.",
            {ANYTHING},
        ),
        ("Cannot determine the frame size or a corrupted frame was received.", of("plain-http", "other-service")),
        (
            "System.IO.IOException: Received an unexpected EOF or 0 bytes from the transport stream.",
            of("no-common-version", "no-common-cipher", "not-loaded", "client-certificate-missing", "ends-early"),
        ),
    ],
)
def test_what_sslstream_says(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("dotnet", text) == about


def test_a_wrong_name_beside_any_fault_of_the_chain_is_one_text() -> None:
    text = (
        "The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch, "
        "RemoteCertificateChainErrors"
    )
    assert frozenset({"name-mismatch", "self-signed"}) in meanings("dotnet", text)
    assert frozenset({"name-mismatch"}) not in meanings("dotnet", text)


@pytest.mark.parametrize(
    ("alert", "about"),
    [
        ("HandshakeFailure", of("no-common-cipher", "client-certificate-missing")),
        ("ProtocolVersion", of("no-common-version")),
    ],
)
def test_what_it_says_of_an_alert_on_windows(alert: str, about: set[frozenset[str]]) -> None:
    text = f"Authentication failed because the remote party sent a TLS alert: '{alert}'."
    assert meanings("dotnet-elsewhere", text) == about
