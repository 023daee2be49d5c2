"""Schannel: each code in the four forms in which programs print it."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of
from tlslab.libraries.schannel import ALL_CODES


@pytest.mark.parametrize(
    "text",
    [
        # curl on Windows, as its users post it.
        (
            "curl: (60) schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain was issued by an authority "
            "that is not trusted."
        ),
        (
            "System.ComponentModel.Win32Exception (0x80090325): Die Zertifikatkette wurde von einer nicht "
            "vertrauenswürdigen Zertifizierungsstelle ausgestellt"
        ),
        "Error Number:-2146893019,State:0,Class:20",
        "The certificate chain was issued by an authority that is not trusted",
    ],
)
def test_an_untrusted_root_is_told_by_symbol_code_number_and_sentence(text: str) -> None:
    assert meanings("schannel", text) == of("untrusted", "self-signed")


@pytest.mark.parametrize(
    ("code", "signed"),
    [
        # Microsoft, COM Error Codes (Security and Setup); signed as .NET prints HResult.
        ("SEC_E_UNTRUSTED_ROOT", -2146893019),
        ("SEC_E_WRONG_PRINCIPAL", -2146893022),
        ("SEC_E_CERT_EXPIRED", -2146893016),
        ("SEC_E_ALGORITHM_MISMATCH", -2146893007),
        ("SEC_E_ILLEGAL_MESSAGE", -2146893018),
        ("CERT_E_CN_NO_MATCH", -2146762481),
        ("CRYPT_E_REVOKED", -2146885616),
    ],
)
def test_a_signed_number_is_the_code(code: str, signed: int) -> None:
    (found,) = [item for item in ALL_CODES if item.symbol == code]
    assert found.signed == str(signed)


@pytest.mark.parametrize(
    ("alert", "code", "about"),
    [
        # Microsoft, Schannel Error Codes for TLS and SSL Alerts; the names of alerts are RFC 5246's.
        ("protocol_version", "0x80090302", of("no-common-version")),
        ("insufficient_security", "0x80090331", of("no-common-cipher", "no-common-version")),
        ("handshake_failure", "0x80090326", of("no-common-cipher", "client-certificate-missing", "broken-protocol")),
        ("certificate_expired", "0x80090328", of("expired", "expired-issuer")),
        ("certificate_revoked", "0x80092010", of("revoked")),
        ("no_application_protocol", "0x80090367", of("no-common-application")),
        ("access_denied", "0x8009030C", of("client-certificate-refused")),
        ("bad_record_mac", "0x8009030F", of("broken-protocol")),
    ],
)
def test_an_alert_that_arrives_is_a_code(alert: str, code: str, about: set[frozenset[str]]) -> None:
    assert meanings("schannel", f"error {code}") == about, alert


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("The target principal name is incorrect.", of("name-mismatch")),
        ("Der Zielprinzipalname ist falsch", of("name-mismatch")),
        (
            (
                "SQLSTATE[08001]: [Microsoft][ODBC Driver 18 for SQL Server]SSL-Anbieter: Die Zertifikatkette wurde "
                "von einer nicht vertrauenswürdigen Zertifizierungsstelle ausgestellt."
            ),
            of("untrusted", "self-signed"),
        ),
        ("The certificate's CN name does not match the passed value.", of("name-mismatch")),
        ("The received certificate has expired.", of("expired", "expired-issuer")),
        (
            (
                "A required certificate is not within its validity period when verifying against the current system "
                "clock or the timestamp in the signed file."
            ),
            of("expired", "not-yet-valid", "expired-issuer", "expired-root"),
        ),
        ("CERT_E_CHAINING", of("incomplete", "untrusted")),
        ("CERT_E_UNTRUSTEDROOT 0x800b0109", of("untrusted", "self-signed")),
        (
            "The certificate is not valid for the requested usage.",
            of("not-for-servers", "key-usage", "issuer-not-for-servers"),
        ),
        # git on Windows behind a company's proxy.
        (
            (
                "schannel: next InitializeSecurityContext failed: CRYPT_E_NO_REVOCATION_CHECK (0x80092012) - The "
                "revocation function was unable to check revocation for the certificate."
            ),
            of("revocation-unknown"),
        ),
        ("CRYPT_E_REVOCATION_OFFLINE (0x80092013)", of("revocation-unknown")),
        ("The certificate was explicitly marked as untrusted by the user.", of("distrusted")),
        ("A certificate contains an unknown extension that is marked 'critical'.", of("critical-extension")),
        ("0x80096019", of("not-a-ca", "path-too-long")),
        ("The signature of the certificate cannot be verified.", of("forged")),
        ("CERT_E_INVALID_NAME 0x800B0114", of("name-not-permitted")),
        ("SEC_E_CERT_UNKNOWN (0x80090327)", {ANYTHING}),
        ("SEC_E_INVALID_TOKEN (0x80090308) - The token supplied to the function is invalid", {ANYTHING}),
    ],
)
def test_what_a_sentence_of_windows_means(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("schannel", text) == about
