"""PHP, Ruby and Perl: how they are told, and what their texts say and leave open.

Texts: PHP, ext/openssl/xp_ssl.c; ruby/openssl, ossl_ssl.c; IO::Socket::SSL, SSL.pm.
"""

import json
from typing import Any

import pytest

from tests.clients.acts import documented
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients import Client
from tlslab.clients.perl import PerlLwp, PerlSocket
from tlslab.clients.php import Php, PhpCurl
from tlslab.clients.ruby import Ruby
from tlslab.model.situation import ClientSide, TLSVersion

PHP, PHP_CURL, RUBY, LWP, SOCKET = Php(), PhpCurl(), Ruby(), PerlLwp(), PerlSocket()
OF_A_CHAIN = {"expired", "self-signed", "untrusted-ca", "missing-intermediate"}
OLD = ClientSide(HOST, tls_max=TLSVersion.TLSv1_0)


def told(client: Client, side: ClientSide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoked(client, side).argv[-1])
    return found


def test_they_are_told_of_the_trust_store_and_of_nothing_else() -> None:
    assert told(PHP, SAFE)["ssl"] == {"cafile": "ca.pem"}
    assert told(PHP_CURL, SAFE)["options"] == {"CURLOPT_CAINFO": "ca.pem"}
    assert told(RUBY, SAFE)["settings"] == {"ca_file": "ca.pem"}
    assert told(LWP, SAFE)["ssl"] == told(SOCKET, SAFE)["ssl"] == {"SSL_ca_file": "ca.pem"}


def test_an_old_version_takes_a_lower_security_level() -> None:
    # STREAM_CRYPTO_METHOD_TLSv1_0_CLIENT is 9, CURL_SSLVERSION_TLSv1_0 4 and CURL_SSLVERSION_MAX_TLSv1_0 4 << 16.
    assert told(PHP, OLD)["ssl"] == {"crypto_method": 9, "security_level": 0}
    assert told(PHP_CURL, OLD)["options"]["CURLOPT_SSLVERSION"] == 4 | 4 << 16
    settings = told(RUBY, OLD)["settings"]
    assert settings == {"min_version": "TLS1", "max_version": "TLS1", "ciphers": "DEFAULT@SECLEVEL=0"}
    assert told(SOCKET, OLD)["ssl"]["SSL_version"] == "SSLv23:!TLSv1_1:!TLSv1_2:!TLSv1_3"


def test_a_name_that_is_not_sent_is_verified_all_the_same() -> None:
    assert told(SOCKET, ClientSide(HOST, server_name=""))["ssl"] == {"SSL_hostname": "", "SSL_verifycn_name": HOST}


PHP_FAILED = (
    "Warning: fopen(): SSL operation failed with code 1. OpenSSL Error messages:\n"
    "error:0A000086:SSL routines::certificate verify failed\nWarning: fopen(): Failed to enable crypto"
)
PERL_FAILED = "SSL connect attempt failed error:0A000086:SSL routines::certificate verify failed"


@pytest.mark.parametrize(
    ("client", "text"),
    [
        (PHP, PHP_FAILED),
        (SOCKET, f"error=, ssl_error={PERL_FAILED}"),
        (LWP, f"500 Can't connect to {HOST}:8443 (certificate verify failed)\n\n{PERL_FAILED} at http.pm line 50."),
    ],
)
def test_those_that_give_no_reason_say_one_text_of_every_fault_of_a_chain(client: Client, text: str) -> None:
    found = documented(client, text)
    assert found.keys() >= OF_A_CHAIN
    assert not found.keys() & {"name-mismatch", "tls-version-mismatch.server-older"}


@pytest.mark.parametrize(
    ("client", "text"),
    [
        (PHP_CURL, "SSL certificate problem: certificate has expired"),
        (
            RUBY,
            "SSL_connect returned=1 errno=0 state=error: certificate verify failed (certificate has expired)",
        ),
    ],
)
def test_those_that_give_openssls_reason_tell_an_expired_certificate(client: Client, text: str) -> None:
    assert documented(client, text).keys() == {"expired"}


@pytest.mark.parametrize(
    ("client", "text"),
    [
        (PHP, f"Warning: fopen(): Peer certificate CN=`www.{HOST}' did not match expected CN=`{HOST}'"),
        (PHP, f"Warning: fopen(): Peer certificate subjectAltName did not match expected name `{HOST}'"),
        (PHP_CURL, f"SSL: no alternative certificate subject name matches target host name '{HOST}'"),
        (RUBY, f'hostname "{HOST}" does not match the server certificate (OpenSSL::SSL::SSLError)'),
        (SOCKET, "error=, ssl_error=hostname verification failed"),
        (LWP, f"500 Can't connect to {HOST}:8443 (hostname verification failed)"),
    ],
)
def test_a_wrong_name_has_a_text_of_its_own(client: Client, text: str) -> None:
    assert documented(client, text).keys() == {"name-mismatch"}
