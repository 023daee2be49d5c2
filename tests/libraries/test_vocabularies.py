"""The vocabularies beyond the lab's own clients: what people paste is found in the table of its library alone, and
means there what its vendor says.

The texts are written from the vendors' sources, in the form in which their programs print them; the first ones of each
library from public posts.
"""

import pytest

from tests.explain.known import explained, known
from tlslab.explain.vocabulary import vocabulary
from tlslab.model.beyond import BEYOND
from tlslab.model.conditions import CONDITIONS
from tlslab.model.library import Any, Says

VOCABULARIES = (
    *("android", "ansible", "apple-trust", "boringssl", "browser-pages", "busybox", "chromium", "gnutls-errors"),
    "go-errors",
    *("jdk-of-old", "libressl", "nginx", "nss", "openssl-reasons", "openssl-verify", "rustls", "secure-transport"),
    *("sqlclient-translated", "sqlserver-tools", "windows-chains", "windows-translated", "wolfssl"),
    *("haproxy", "haskell", "httpd", "ldap-in-java", "libgit2", "mail-servers", "mongodb", "mqtt", "mysql", "openldap"),
    *("oracle", "squid", "subversion", "unity"),
    *("freebsd-fetch", "grpc", "ktor", "lftp", "librdkafka", "netty", "qt-translated"),
)
HANDSHAKE_FAILURE = {
    *("no-common-cipher", "no-common-group", "no-common-signature"),
    "client-certificate-missing",
}
"""RFC 8446, 6.2: the sender could not negotiate an acceptable set of parameters; RFC 5246, 7.4.6: or it misses a
certificate of the client."""

DEFECTS = {"self-signed", "untrusted", "incomplete", "name-mismatch", "expired"}
"""What a client refuses most often, where its alert names no reason."""

SAID = [
    # https://github.com/chris2511/xca/issues/239
    ("openssl-verify", "verify error:num=48:excluded subtree violation", {"name-not-permitted"}),
    ("openssl-verify", "Verify return code: 21 (unable to verify the first certificate)", {"untrusted", "incomplete"}),
    (
        "openssl-verify",
        "error 20 at 0 depth lookup: unable to get local issuer certificate",
        {"untrusted", "incomplete"},
    ),
    ("openssl-verify", "X509_V_ERR_CERT_REVOKED", {"revoked"}),
    ("openssl-verify", "self-signed certificate in certificate chain", {"untrusted", "root-sent"}),
    (
        "openssl-verify",
        "SSL certificate problem: self signed certificate in certificate chain",
        {"untrusted", "root-sent"},
    ),
    ("openssl-verify", "certificate verify failed: Missing Authority Key Identifier", {"no-authority-key-identifier"}),
    ("openssl-verify", "certificate verify failed: CA cert does not include key usage extension", {"not-conforming"}),
    ("openssl-verify", "certificate verify failed: EE certificate key too weak", {"weak-key"}),
    ("openssl-verify", "certificate verify failed: CRL has expired", {"revocation-stale"}),
    ("openssl-verify", "certificate verify failed: unable to get certificate CRL", {"revocation-unknown"}),
    ("openssl-verify", "invalid CA certificate", {"not-a-ca"}),
    ("openssl-verify", "path length constraint exceeded", {"path-too-long"}),
    ("openssl-verify", "unhandled critical extension", {"critical-extension"}),
    ("openssl-verify", "IP address mismatch, certificate is not valid for '192.0.2.1'.", {"name-mismatch"}),
    # https://github.com/curl/curl/issues/8943
    ("openssl-reasons", "error:0A000152:SSL routines::unsafe legacy renegotiation disabled", {"unsafe-renegotiation"}),
    # https://github.com/openssl/openssl/issues/10938
    (
        "openssl-reasons",
        "SSL routines:ssl3_get_record:wrong version number:../openssl-1.1.1b/ssl/record/ssl3_record.c:332",
        {"plain-http", "other-service"},
    ),
    (
        "openssl-reasons",
        "error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure",
        HANDSHAKE_FAILURE,
    ),
    ("openssl-reasons", "error:0A000410:SSL routines::ssl/tls alert handshake failure", HANDSHAKE_FAILURE),
    ("openssl-reasons", "error:14094410:lib(20):func(148):reason(1040)", HANDSHAKE_FAILURE),
    ("openssl-reasons", "error:0A000410:lib(20)::reason(1040)", HANDSHAKE_FAILURE),
    ("openssl-reasons", "ssl.SSLError: [SSL: DH_KEY_TOO_SMALL] dh key too small (_ssl.c:1007)", {"small-dh"}),
    (
        "openssl-reasons",
        "SSL_do_handshake() failed (SSL: error:1417A0C1:SSL routines:tls_post_process_client_hello:no shared cipher)",
        {"no-common-cipher"},
    ),
    (
        "openssl-reasons",
        "tlsv1 alert unknown ca",
        {"client-certificate-untrusted", "untrusted", "self-signed", "incomplete"},
    ),
    ("openssl-reasons", "tlsv13 alert certificate required", {"client-certificate-missing"}),
    ("openssl-reasons", "error:05800074:x509 certificate routines::key values mismatch", {"key-mismatch"}),
    (
        "boringssl",
        "268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:../../third_party/boringssl/tls_record.cc:242:",
        {"plain-http", "other-service"},
    ),
    ("boringssl", "TLS_error:|268435581:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL", {"no-common-version"}),
    (
        "boringssl",
        "error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE",
        HANDSHAKE_FAILURE,
    ),
    ("libressl", "ftp: SSL failure: name `a.example' not present in server certificate", {"name-mismatch"}),
    ("libressl", "ocsp verify failed: revoked cert - certificate revoked", {"revoked"}),
    ("gnutls-errors", "- Status: The certificate is NOT trusted. The certificate chain is revoked. ", {"revoked"}),
    (
        "gnutls-errors",
        "The certificate is NOT trusted. The certificate chain violates the signer's constraints. ",
        {"name-not-permitted", "path-too-long"},
    ),
    ("gnutls-errors", "The certificate issuer is unknown.", {"untrusted", "self-signed", "incomplete"}),
    (
        "gnutls-errors",
        "gnutls_handshake() failed: The Diffie-Hellman prime sent by the server is not acceptable (not long enough).",
        {"small-dh"},
    ),
    ("gnutls-errors", "*** Received alert [112]: The server name sent was not recognized", {"unrecognized-name"}),
    # https://github.com/golang/go/issues/51991
    (
        "apple-trust",
        "x509: “*.a.example” certificate is not standards compliant",
        {"valid-too-long", "no-transparency", "not-conforming"},
    ),
    (
        "go-errors",
        (
            "tls: failed to verify certificate: x509: cannot validate certificate for 192.0.2.1 because it doesn't "
            "contain any IP SANs"
        ),
        {"name-mismatch"},
    ),
    (
        "go-errors",
        "http: server gave HTTP response to HTTPS client",
        {"plain-http"},
    ),
    (
        "go-errors",
        "tls: first record does not look like a TLS handshake",
        {"plain-http", "other-service"},
    ),
    (
        "go-errors",
        "http: TLS handshake error from 192.0.2.1:1234: tls: first record does not look like a TLS handshake",
        {"client-speaks-plain"},
    ),
    ("go-errors", "x509: certificate relies on legacy Common Name field, use SANs instead", {"cn-alone"}),
    (
        "go-errors",
        "tls: failed to parse certificate from server: x509: negative serial number",
        {"serial-not-positive", "malformed"},
    ),
    ("go-errors", "remote error: tls: certificate required", {"client-certificate-missing"}),
    ("go-errors", "tls: private key does not match public key", {"key-mismatch"}),
    ("go-errors", "net/http: TLS handshake timeout", {"silent"}),
    # https://github.com/thin-edge/thin-edge.io/issues/3212
    (
        "rustls",
        "error trying to connect: received corrupt message of type InvalidContentType",
        {"plain-http", "other-service"},
    ),
    ("rustls", "invalid peer certificate: UnknownIssuer", {"untrusted", "self-signed", "incomplete"}),
    (
        "rustls",
        "invalid peer certificate contents: invalid peer certificate: UnknownIssuer",
        {"untrusted", "self-signed", "incomplete"},
    ),
    ("rustls", "Custom { kind: InvalidData, error: InvalidCertificate(Expired) }", {"expired", "expired-issuer"}),
    ("rustls", "TLS error: WebPKIError(CertExpired)", {"expired", "expired-issuer"}),
    (
        "rustls",
        (
            "invalid peer certificate: certificate expired: verification time 1700000000 (UNIX), but certificate is "
            "not valid after 1600000000 (100000000 seconds ago)"
        ),
        {"expired", "expired-issuer"},
    ),
    (
        "rustls",
        'invalid peer certificate: certificate not valid for name "a.example"; certificate is only valid for b.example',
        {"name-mismatch"},
    ),
    ("rustls", "invalid peer certificate: NotValidForName", {"name-mismatch", "cn-alone"}),
    ("rustls", "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", {"ca-as-leaf"}),
    ("rustls", "peer is incompatible: ServerDoesNotSupportTls12Or13", {"no-common-version"}),
    ("rustls", "received fatal alert: HandshakeFailure", HANDSHAKE_FAILURE),
    (
        "rustls",
        "received fatal alert: the peer failed to negotiate an acceptable set of security parameters",
        HANDSHAKE_FAILURE,
    ),
    # https://github.com/cruppstahl/upscaledb/issues/112
    ("nss", "The certificate expired on March 27, 2018. Error code: SEC_ERROR_EXPIRED_CERTIFICATE", {"expired"}),
    ("nss", "Error code: SEC_ERROR_UNKNOWN_ISSUER", {"untrusted", "self-signed", "incomplete"}),
    ("nss", "Peer's Certificate issuer is not recognized.", {"untrusted", "self-signed", "incomplete"}),
    ("nss", "* NSS error -8179 (SEC_ERROR_UNKNOWN_ISSUER)", {"untrusted", "self-signed", "incomplete"}),
    ("nss", "* NSS error -12190 (SSL_ERROR_PROTOCOL_VERSION_ALERT)", {"no-common-version"}),
    ("nss", "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", {"self-signed"}),
    ("nss", "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY", {"ca-as-leaf"}),
    ("nss", "MOZILLA_PKIX_ERROR_MITM_DETECTED", {"intercepted"}),
    ("nss", "SSL_ERROR_RX_RECORD_TOO_LONG", {"plain-http", "other-service"}),
    ("nss", "SEC_ERROR_REUSED_ISSUER_AND_SERIAL", {"serial-reused"}),
    # https://github.com/klzgrad/naiveproxy/issues/509
    (
        "chromium",
        (
            "[0513/065253.742659:ERROR:ssl_client_socket_impl.cc(992)] handshake failed; returned -1, SSL error code "
            "1, net_error -213"
        ),
        {"valid-too-long"},
    ),
    ("chromium", "NET::ERR_CERT_AUTHORITY_INVALID", {"untrusted", "self-signed"}),
    ("chromium", "page.goto: net::ERR_CERT_COMMON_NAME_INVALID at https://a.example/", {"name-mismatch", "cn-alone"}),
    ("chromium", "net::ERR_CERT_DATE_INVALID", {"expired", "not-yet-valid"}),
    ("chromium", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH", {"no-common-version", "no-common-cipher"}),
    ("chromium", "ERR_BAD_SSL_CLIENT_AUTH_CERT", {"client-certificate-missing", "client-certificate-refused"}),
    (
        "chromium",
        (
            "This server could not prove that it is a.example; its security certificate is from b.example. This may be "
            "caused by a misconfiguration or an attacker intercepting your connection."
        ),
        {"name-mismatch"},
    ),
    # https://github.com/maitrungduc1410/WebRTC-Demo/issues/47
    (
        "secure-transport",
        "UserInfo={_kCFNetworkCFStreamSSLErrorOriginalValue=-9813, _kCFStreamErrorDomainKey=3}",
        {"untrusted", "self-signed", "incomplete"},
    ),
    # https://github.com/Alamofire/AlamofireImage/issues/380
    ("secure-transport", "Connection 11: default TLS Trust evaluation failed(-9843)", {"name-mismatch"}),
    ("openssl-reasons", "SSL routines:ssl3_read_n:unexpected eof while reading, errno 0", {"ends-without-notice"}),
    ("rustls", "peer closed connection without sending TLS close_notify: https://docs.rs/", {"ends-without-notice"}),
    # https://github.com/matteocorti/check_ssl_cert/issues/51
    (
        "chromium",
        "The certificate for this site does not contain a Subject Alternative Name extension containing a domain name",
        {"cn-alone"},
    ),
    # https://github.com/alexbelgium/hassio-addons/issues/731
    (
        "nginx",
        'nginx: [emerg] cannot load certificate key "/data/cert.key": PEM_read_bio_PrivateKey() failed',
        {"key-unreadable"},
    ),
    (
        "nginx",
        (
            "upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL "
            "handshaking to upstream"
        ),
        {"untrusted", "incomplete"},
    ),
    ("nginx", "client SSL certificate verify error: (10:certificate has expired)", {"client-certificate-expired"}),
    ("nginx", "400 Bad Request\nNo required SSL certificate was sent", {"client-certificate-missing"}),
    ("nginx", "The plain HTTP request was sent to HTTPS port", {"client-speaks-plain"}),
    ("secure-transport", "NSURLErrorServerCertificateNotYetValid", {"not-yet-valid"}),
    (
        "secure-transport",
        "Error Domain=NSURLErrorDomain Code=-1202",
        {"self-signed", "untrusted", "incomplete", "name-mismatch"},
    ),
    ("secure-transport", "CFNetwork SSLHandshake failed (-9807)", {"self-signed", "untrusted", "incomplete"}),
    ("openssl-reasons", "sslv3 alert bad certificate", {"client-certificate-refused", *DEFECTS}),
    ("openssl-reasons", "SSL alert: sslv3 alert certificate unknown", {"client-certificate-refused", *DEFECTS}),
    ("go-errors", "remote error: tls: bad certificate", {"client-certificate-refused", *DEFECTS}),
    ("go-errors", "http: TLS handshake error from 192.0.2.7:50610: remote error: tls: bad certificate", DEFECTS),
    (
        "android",
        "java.security.cert.CertPathValidatorException: Trust anchor for certification path not found.",
        {"untrusted", "incomplete", "self-signed"},
    ),
    ("android", "SSLPeerUnverifiedException: Certificate pinning failure! Peer certificate chain:", {"other-pin"}),
    ("ansible", "The server's certificate does not match with its hostname.", {"name-mismatch"}),
    ("busybox", "wget: TLS error from peer (alert code 70): 2", {"no-common-version"}),
    ("jdk-of-old", "Caused by: java.lang.RuntimeException: Could not generate DH keypair", {"small-dh"}),
    ("windows-chains", "ChainStatus: CERT_TRUST_IS_PARTIAL_CHAIN", {"incomplete", "untrusted"}),
    ("browser-pages", "its security certificate expired 3 days ago. This may be caused by", {"expired"}),
    ("browser-pages", "Error Code: DLG_FLAGS_SEC_CERT_CN_INVALID", {"name-mismatch"}),
    ("gnutls-errors", "gnutls_handshake() failed: The server name sent was not recognized", {"unrecognized-name"}),
    (
        "sqlclient-translated",
        "Die Instanz von SQL Server, mit der Sie sich verbinden möchten, unterstützt keine Verschlüsselung.",
        {"no-encryption"},
    ),
    (
        "sqlserver-tools",
        "[DBNETLIB][ConnectionOpen (SECDoClientHandshake()).]SSL Security error.",
        {"no-common-version", "no-common-cipher"},
    ),
    ("windows-translated", "SSL 提供程序: 目标主体名称不正确。", {"name-mismatch"}),
    (
        "windows-translated",
        "(0x80092012) - 失効の関数は証明書の失効を確認 できませんでした。",
        {"revocation-unknown"},
    ),
    (
        "windows-translated",
        "[WinError 10054] Eine vorhandene Verbindung wurde vom Remotehost geschlossen",
        {"no-common-version", "no-common-cipher", "ends-early"},
    ),
    ("wolfssl", "wolfSSL error -188", {"untrusted", "self-signed", "incomplete"}),
    (
        "haproxy",
        (
            "Server be/s1 is DOWN, reason: Layer6 invalid response, info: "
            '"Server presented an SSL certificate different from the expected one"'
        ),
        {"name-mismatch"},
    ),
    (
        "haskell",
        'HandshakeFailed (Error_Protocol "certificate rejected: [NameMismatch \\"example.com\\"]" CertificateUnknown)',
        {"name-mismatch"},
    ),
    ("haskell", 'HandshakeFailed (Error_Protocol ("certificate has expired",True,', {"expired", "expired-issuer"}),
    (
        "httpd",
        "AH02411: SSL Proxy: Peer certificate does not match for hostname backend.example.com",
        {"name-mismatch"},
    ),
    ("httpd", "AH02565: Certificate and private key www:443:0 from a.pem and b.pem do not match", {"key-mismatch"}),
    (
        "ldap-in-java",
        "hostname of the server '192.0.2.7' does not match the hostname in the server's certificate.",
        {"name-mismatch"},
    ),
    (
        "libgit2",
        "SSL error: ffffd900[8] - X509 - Certificate verification failed, e.g. CRL, CA or signature check failed",
        {"untrusted", "self-signed", "incomplete"},
    ),
    (
        "mail-servers",
        "certificate verification failed for mx.example.com[192.0.2.1]:25: untrusted issuer /CN=Example CA",
        {"untrusted", "incomplete"},
    ),
    ("mail-servers", "530 5.7.0 Must issue a STARTTLS command first", {"demands-encryption"}),
    (
        "mongodb",
        "The server certificate does not match the host name. Hostname: 192.0.2.1 does not match SAN(s):",
        {"name-mismatch"},
    ),
    ("mqtt", 'Error: Unable to load CA certificates, check cafile "ca.crt".', {"store-absent", "store-unreadable"}),
    (
        "mysql",
        "ERROR 2026 (HY000): TLS/SSL error: Peer certificate is not trusted",
        {"self-signed", "untrusted", "incomplete"},
    ),
    (
        "openldap",
        "ldap_start_tls: Connect error (-11)\n\tinfo: TLS: hostname does not match name in peer certificate",
        {"name-mismatch"},
    ),
    ("oracle", "ORA-28759: failure to open file", {"store-absent", "store-unreadable"}),
    ("squid", "SSL Certificate expired on: Sep 30 14:01:15 2021 GMT", {"expired", "expired-issuer"}),
    (
        "subversion",
        (
            "svn: E230001: Server SSL certificate verification failed: certificate issued for a different hostname, "
            "issuer is not trusted"
        ),
        {"name-mismatch", "untrusted", "self-signed", "incomplete"},
    ),
    (
        "freebsd-fetch",
        "Certificate verification failed for /O=Digital Signature Trust Co./CN=DST Root CA X3",
        {"expired-root"},
    ),
    ("grpc", "Peer name 192.0.2.7 is not in peer certificate", {"name-mismatch"}),
    (
        "ktor",
        "TLSException: Received alert during handshake. Level: FATAL, code: ProtocolVersion",
        {"no-common-version"},
    ),
    ("lftp", 'Certificate verification: subjectAltName does not match "ftp.example.com"', {"name-mismatch"}),
    (
        "librdkafka",
        "SSL handshake failed: wrong version number: connecting to a PLAINTEXT broker listener?",
        {"no-encryption", "other-service"},
    ),
    (
        "netty",
        "NotSslRecordException: not an SSL/TLS record: 485454502f312e31",
        {"plain-http", "client-speaks-plain", "other-service"},
    ),
    ("oracle", "cx_Oracle.DatabaseError: ORA-28759", {"store-absent", "store-unreadable"}),
    ("qt-translated", "Le certificat est auto-signé et non approuvé", {"self-signed"}),
    ("unity", "Curl error 51: Cert verify failed: UNITYTLS_X509VERIFY_FLAG_CN_MISMATCH", {"name-mismatch"}),
]


@pytest.mark.parametrize(("library", "pasted", "conditions"), SAID)
def test_what_is_pasted_means_what_its_library_says_of_it(library: str, pasted: str, conditions: set[str]) -> None:
    found = explained(pasted, words=vocabulary(known().knowledge, (), [library]))
    assert {condition.name for item in found.candidates for condition in item.conditions} == conditions


@pytest.mark.parametrize(
    ("library", "pasted"),
    [
        ("chromium", "net::ERR_CERT_INVALID"),
        ("chromium", "net::ERR_SSL_PROTOCOL_ERROR"),
        ("secure-transport", "NSURLErrorDomain Code=-1200"),
    ],
)
def test_what_is_said_of_most_defects_names_no_cause(library: str, pasted: str) -> None:
    found = explained(pasted, words=vocabulary(known().knowledge, (), [library]))
    assert not found.candidates
    assert found.vague


@pytest.mark.parametrize("library", VOCABULARIES)
def test_a_vocabulary_has_an_example(library: str) -> None:
    assert library in {name for name, _, _ in SAID}


@pytest.mark.parametrize("library", VOCABULARIES)
def test_a_vocabulary_speaks_of_known_conditions(library: str) -> None:
    conditions = {*CONDITIONS, *BEYOND}
    for row in known().knowledge.libraries[library].rows:
        assert isinstance(row, Says)
        assert isinstance(row.of, Any) or row.of <= conditions, row


def test_a_condition_that_no_situation_has_is_called_like_none_that_one_has() -> None:
    names = [condition.name for condition in (*CONDITIONS, *BEYOND)]
    assert sorted(names) == sorted(set(names))
