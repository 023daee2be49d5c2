"""Node: its codes, as its documentation lists them and as programs on it print them."""

import pytest

from tests.libraries.words import meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            "npm ERR! code SELF_SIGNED_CERT_IN_CHAIN",
            {frozenset({"untrusted", "root-sent"}), frozenset({"intercepted"})},
        ),
        ("code: 'CERT_SIGNATURE_FAILURE'", of("forged")),
        ("code: 'CERT_REVOKED'", of("revoked")),
        ("code: 'INVALID_CA'", of("not-a-ca")),
        # With lists, and an unknown CA, Node shows what OpenSSL found last.
        ("code: 'UNABLE_TO_GET_CRL'", of("revocation-unknown", "untrusted")),
        ("code: 'ERR_TLS_CERT_ALTNAME_INVALID'", of("name-mismatch")),
        ("code: 'ERR_SSL_WRONG_VERSION_NUMBER'", of("plain-http", "other-service")),
        ("code: 'ERR_SSL_UNSUPPORTED_PROTOCOL'", of("no-common-version")),
        ("code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'", of("no-common-version")),
        (
            "code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'",
            of("no-common-cipher", "client-certificate-missing"),
        ),
        ("code: 'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED'", of("unsafe-renegotiation")),
        ("Error: SSLv3 methods disabled", of("no-common-version")),
        ("code: 'ERR_SSL_DH_KEY_TOO_SMALL'", of("small-dh")),
        ("code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'", of("client-certificate-missing")),
    ],
)
def test_what_a_code_means(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("node", text) == about
