"""WinHTTP and WinINet: their numbers, symbols and HRESULTs."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ERROR_WINHTTP_SECURE_FAILURE", {ANYTHING}),
        ("WinHttp: SendRequest failed, error 12175", {ANYTHING}),
        ("0x80072F8F", {ANYTHING}),
        ("ERROR_WINHTTP_SECURE_CHANNEL_ERROR 12157", {ANYTHING}),
        ("ERROR_INTERNET_SEC_CERT_CN_INVALID", of("name-mismatch")),
        ("0x80072F06", of("name-mismatch")),
        ("0x80072f05", of("expired", "not-yet-valid", "expired-issuer")),
        ("-2147012851", of("untrusted", "self-signed")),
        # A post about a page in Internet Explorer.
        ("- Error Code: ERROR_INTERNET_SEC_CERT_REVOKED", of("revoked")),
        ("ERROR_WINHTTP_SECURE_CERT_REV_FAILED", of("revocation-unknown")),
        ("ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED (12044)", of("client-certificate-missing")),
        ("error 12029", of("not-serving")),
        ("error 12007", of("unknown-host")),
    ],
)
def test_what_a_number_means(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("winhttp", text) == about
