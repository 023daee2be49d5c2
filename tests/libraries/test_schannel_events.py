"""Schannel's events, as people paste them from the event viewer."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        # Microsoft, Error message when you connect to SQL Server.
        (
            (
                "Event ID: 36882 Description: The certificate received from the remote server was issued by an "
                "untrusted certificate authority. Because of this, none of the data contained in the certificate can "
                "be validated."
            ),
            of("untrusted", "self-signed"),
        ),
        # Microsoft, TLS 1.2 support for Microsoft SQL Server.
        (
            (
                "An TLS 1.2 connection request was received from a remote client application, but none of the cipher "
                "suites supported by the client application are supported by the server. The SSL connection request "
                "has failed."
            ),
            of("no-common-cipher"),
        ),
        (
            (
                "A fatal alert was generated and sent to the remote endpoint. This may result in termination of the "
                "connection. The TLS protocol defined fatal error code is 40. The Windows SChannel error state is 1205."
            ),
            of("no-common-cipher"),
        ),
        (
            (
                "TLS 1.0 connection request was received from a remote client application, but none of the cipher "
                "suites "
                "supported by the client application are supported by the server."
            ),
            of("no-common-cipher", "no-common-version"),
        ),
        # Microsoft, Resources for deprecated features.
        (
            (
                "A fatal error occurred while creating a TLS client credential. The internal error state is 10013. The "
                "SSPI client process is 4711."
            ),
            of("no-common-version"),
        ),
        (
            (
                "The certificate received from the remote server does not contain the expected name. It is therefore "
                "not possible to determine whether we are connecting to the correct server. The server name we were "
                "expecting is shop.example.com."
            ),
            of("name-mismatch"),
        ),
        ("The certificate received from the remote server has been revoked. This means that", of("revoked")),
        (
            "The certificate received from the remote server has either expired or is not yet valid.",
            of("expired", "not-yet-valid"),
        ),
        ("Source: Schannel Event ID: 36884", of("name-mismatch")),
        ("Source: Schannel Event ID: 36886", of("no-server-certificate")),
        ("Source: Schannel Event ID: 36887", {ANYTHING}),
        (
            (
                "The certificate received from the remote server has not validated correctly. The error code is "
                "0x80092013."
            ),
            {ANYTHING},
        ),
    ],
)
def test_what_an_event_means(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("schannel-events", text) == about


@pytest.mark.parametrize(
    ("alert", "about"),
    [
        (40, of("no-common-cipher", "client-certificate-missing")),
        (42, of("client-certificate-refused", "untrusted", "self-signed")),
        (46, {ANYTHING}),
        (48, of("untrusted", "self-signed", "incomplete", "client-certificate-untrusted")),
        (70, of("no-common-version")),
        (112, of("unrecognized-name")),
    ],
)
def test_event_36887_is_told_apart_by_the_number_of_the_alert(alert: int, about: set[frozenset[str]]) -> None:
    """RFC 5246, 7.2: handshake_failure 40, bad_certificate 42, certificate_unknown 46, unknown_ca 48 ..."""
    text = f"A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is {alert}."
    assert meanings("schannel-events", text) == about
