"""Mbed TLS, in its sentences and as curl printed its flags."""

import pytest

from tests.libraries.words import meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("curl: (60) Cert verify failed: BADCERT_EXPIRED", of("expired", "expired-issuer")),
        ("Cert verify failed: BADCERT_NOT_TRUSTED", of("untrusted", "self-signed", "incomplete")),
        ("Cert verify failed: BADCERT_CN_MISMATCH", of("name-mismatch")),
        (
            "mbedTLS: The certificate is not correctly signed by the trusted CA",
            of("untrusted", "self-signed", "incomplete"),
        ),
        ("The certificate validity starts in the future", of("not-yet-valid")),
        ("The certificate is signed with an unacceptable hash.", of("weak-signature")),
        ("Usage does not match the extendedKeyUsage extension", of("not-for-servers")),
    ],
)
def test_what_mbed_tls_says(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("mbedtls", text) == about
