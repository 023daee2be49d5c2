"""What languages, programs and databases say beside their TLS library's reason."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of


@pytest.mark.parametrize(
    ("library", "text", "about"),
    [
        (
            "php",
            (
                "stream_socket_enable_crypto(): Peer certificate CN=`mail.example.net' did not match expected "
                "CN=`smtp.example.com'"
            ),
            of("name-mismatch"),
        ),
        (
            "php",
            (
                "file_get_contents(): SSL operation failed with code 1. OpenSSL Error messages: error:1416F086:SSL "
                "routines:tls_process_server_certificate:certificate verify failed"
            ),
            {ANYTHING},
        ),
        (
            "ruby",
            'OpenSSL::SSL::SSLError: hostname "shop.example.com" does not match the server certificate',
            of("name-mismatch"),
        ),
        (
            "ruby",
            "SSL_connect returned=1 errno=0 state=error: certificate verify failed (self signed certificate)",
            {ANYTHING},
        ),
        (
            "apache-httpclient",
            "Certificate for <a.example.com> doesn't match any of the subject alternative names: [b]",
            of("name-mismatch"),
        ),
        (
            "erlang",
            "TLS client: In state certify at ssl.erl:2111 generated CLIENT ALERT: Fatal - Unknown CA",
            of("untrusted", "self-signed", "incomplete"),
        ),
        (
            "erlang",
            "TLS client: In state hello received SERVER ALERT: Fatal - Protocol Version",
            of("no-common-version"),
        ),
        ("qt", "The host name did not match any of the valid hosts for this certificate", of("name-mismatch")),
        (
            "quickfixn",
            "Remote certificate is not intended for server authentication: It is missing",
            of("not-for-servers"),
        ),
        (
            "wget-openssl",
            "ERROR: cannot verify a.example's certificate:\n  Unable to locally verify the issuer's authority.",
            of("incomplete", "untrusted"),
        ),
        (
            "postgresql",
            'FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "web", database "web", no encryption',
            of("demands-encryption"),
        ),
        (
            "postgresql",
            'FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "web", database "web", SSL off',
            of("demands-encryption"),
        ),
        (
            "postgresql",
            'FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "web", database "web", SSL encryption',
            set(),
        ),
        ("postgresql", "pq: SSL is not enabled on the server", of("no-encryption")),
        ("postgresql", 'server certificate for "db1" does not match host name "db.example.com"', of("name-mismatch")),
        (
            "mysql",
            "ERROR 3159: Connections using insecure transport are prohibited while --require_secure_transport=ON.",
            of("demands-encryption"),
        ),
        ("perl", "Can't connect to shop.example.com:443 (hostname verification failed)", of("name-mismatch")),
        (
            "perl",
            "SSL connect attempt failed error:0A000086:SSL routines::certificate verify failed",
            {ANYTHING},
        ),
        (
            "python-http",
            "CertificateError: hostname 'shop.example.com' doesn't match either of 'a.example.com', 'b.example.com'",
            of("name-mismatch"),
        ),
        ("python-http", 'Fingerprints did not match. Expected "aa", got "bb"', of("other-pin")),
        (
            "python-http",
            "Can't connect to HTTPS URL because the SSL module is not available.",
            of("no-tls-library"),
        ),
        (
            "python-http",
            "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/ssl/ca.pem",
            of("store-absent"),
        ),
        (
            "python-http",
            (
                "Unable to connect to proxy. Your proxy appears to only use HTTP and not HTTPS, try changing your "
                "proxy URL to be HTTP. See: https://urllib3.readthedocs.io/"
            ),
            of("proxy-in-clear"),
        ),
        (
            "python-http",
            "ProxyError('Cannot connect to proxy.', error('Tunnel connection failed: 407 authenticationrequired',))",
            of("proxy-refuses"),
        ),
        (
            "apt",
            (
                "W: https://deb.example.org/debian/dists/stable/InRelease: No system certificates available. Try "
                "installing ca-certificates."
            ),
            of("store-empty", "store-absent"),
        ),
        (
            "apt",
            "Certificate verification failed: The certificate is NOT trusted. The certificate issuer is unknown.",
            {ANYTHING},
        ),
        ("browser-pages", "Your connection is not private", {ANYTHING}),
    ],
)
def test_what_a_program_says_round_the_reason(library: str, text: str, about: set[frozenset[str]]) -> None:
    assert meanings(library, text) == about
