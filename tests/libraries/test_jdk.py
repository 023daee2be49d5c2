"""The JDK and Microsoft's JDBC driver, beside the chains that the lab plays."""

import pytest

from tests.libraries.words import ANYTHING, meanings, of


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            "java.security.cert.CertificateException: No subject alternative names matching IP address 192.0.2.7 found",
            of("name-mismatch"),
        ),
        ("No subject alternative DNS name matching db.example.com found.", of("name-mismatch")),
        ("java.security.cert.CertificateException: No name matching localhost found", of("name-mismatch")),
        (
            "java.security.InvalidAlgorithmParameterException: the trustAnchors parameter must be non-empty",
            of("store-empty", "store-absent"),
        ),
        (
            "keytool error: java.io.IOException: Keystore was tampered with, or password was incorrect",
            of("store-password"),
        ),
        ("java.io.IOException: keystore password was incorrect", of("store-password")),
        ("CertPathValidatorException: Path does not chain with any of the trust anchors", of("untrusted")),
        ("CertPathValidatorException: signature check failed", of("forged")),
        ("CertPathValidatorException: timestamp check failed", of("expired", "not-yet-valid")),
        ("basic constraints check failed: this is not a CA certificate", of("not-a-ca")),
        ("Algorithm constraints check failed on signature algorithm: SHA1withRSA", of("weak-signature")),
        ("Certificate has been revoked, reason: KEY_COMPROMISE", of("revoked")),
        ("Unable to determine revocation status due to network error", of("revocation-unknown")),
        ("javax.net.ssl.SSLException: Unsupported or unrecognized SSL message", of("plain-http", "other-service")),
        (
            (
                "javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is disabled or cipher suites "
                "are inappropriate)"
            ),
            of("no-cipher-left", "no-common-version"),
        ),
        (
            "The server selected protocol version TLS10 is not accepted by client preferences [TLS13, TLS12]",
            of("no-common-version"),
        ),
        (
            "javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure",
            of("no-common-cipher", "no-common-version", "client-certificate-missing"),
        ),
        ("SSLProtocolException: handshake alert:  unrecognized_name", of("unrecognized-name")),
        ("java.io.IOException: Invalid keystore format", of("store-unreadable")),
        ("Algorithm constraints check failed SHA1withRSA", of("weak-signature")),
        ("(unrecognized_name) Received fatal alert: unrecognized_name", of("unrecognized-name")),
        ("Received fatal alert: certificate_required", of("client-certificate-missing")),
        (
            "javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake",
            of("no-common-version", "no-common-cipher", "ends-early"),
        ),
    ],
)
def test_what_java_says(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("jdk", text) == about


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            (
                '"encrypt" property is set to "true" and "trustServerCertificate" property is set to "false" but the '
                "driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) "
                "encryption: Error: PKIX path building failed"
            ),
            {ANYTHING},
        ),
        (
            (
                'Failed to validate the server name "db"in a certificate during Secure Sockets Layer (SSL) '
                "initialization. "
                'Name in certificate "db.example.com"'
            ),
            of("name-mismatch"),
        ),
        (
            (
                "The driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) "
                "encryption. The application requested encryption but the server is not configured to support SSL."
            ),
            of("no-encryption"),
        ),
        ("The TCP/IP connection to the host db.example.com, port 1433 has failed.", of("not-serving")),
    ],
)
def test_what_the_jdbc_driver_says_itself(text: str, about: set[frozenset[str]]) -> None:
    assert meanings("jdk", text) == about
