"""curl: the sentences of its numbers, and the words of its back ends."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("curl: (60) SSL certificate problem: unable to get local issuer certificate", {ANYTHING}),
        ("curl: (35) SSL connect error", {ANYTHING}),
        (
            "curl: (60) SSL: no alternative certificate subject name matches target host name 'shop.example.com'",
            of("name-mismatch"),
        ),
        (
            (
                "curl: (51) SSL: certificate subject name 'other.example.com' does not match target host name "
                "'shop.example.com'"
            ),
            of("name-mismatch"),
        ),
        ("curl: (58) could not load PEM client certificate from client.pem", of("key-unreadable")),
        (
            "curl: (77) error setting certificate verify locations: CAfile: /etc/ssl/ca.pem CApath: none",
            of("store-absent", "store-unreadable"),
        ),
        ("curl: (77) Problem with the SSL CA cert (path? access rights?)", of("store-absent", "store-unreadable")),
        ("curl: (59) Couldn't use specified SSL cipher", of("no-cipher-left")),
        ("curl: (82) Failed to load CRL file (path? access rights?, format?)", of("revocation-unusable")),
        ("curl: (83) Issuer check against peer certificate failed", of("untrusted")),
        ("curl: (90) SSL: public key does not match pinned public key", of("other-pin")),
        ("curl: (91) No OCSP response received", of("staple-missing")),
        ("curl: (56) CONNECT tunnel failed, response 407", of("proxy-refuses")),
        (
            "Err https://packages.example.org jessie/main Received HTTP code 403 from proxy after CONNECT",
            of("proxy-refuses"),
        ),
        # git with GnuTLS, on Debian and Ubuntu.
        (
            (
                "fatal: unable to access 'https://git.example.com/': server certificate verification failed. CAfile: "
                "none CRLfile: none"
            ),
            of("untrusted", "self-signed", "incomplete", "expired"),
        ),
        ("schannel: the certificate chain is incomplete", of("incomplete", "untrusted")),
        (
            "schannel: the certificate or certificate chain is based on an untrusted root",
            of("untrusted", "self-signed"),
        ),
        (
            "schannel: this certificate or one of the certificates in the certificate chain is not time valid",
            of("expired", "not-yet-valid", "expired-issuer"),
        ),
        ("schannel: CertGetNameString() failed to match connection hostname (shop.example.com)", of("name-mismatch")),
        # macOS.
        ("SSL certificate problem: Invalid certificate chain", of("untrusted", "self-signed", "incomplete")),
        ("SSL certificate problem: Certificate chain had an expired certificate", of("expired", "expired-issuer")),
        # wolfSSL.
        ("CA signer not available for verification", of("untrusted", "incomplete")),
        ("server verification failed: certificate has expired.", of("expired")),
    ],
)
def test_what_curl_says(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("curl", text) == about
