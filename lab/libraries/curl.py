"""curl and libcurl: what they say beside their TLS library's reason, by the number of the error and by back end.

`curl: (60)` is said whatever is wrong with a certificate, `curl: (35)` whatever ended a handshake: the reason stands
behind. The back ends word it themselves where their library has no sentence: GnuTLS (git of Debian and Ubuntu),
Schannel with a CA file, Secure Transport (curl of macOS, up to 8.14), wolfSSL, rustls.
"""

from tlslab.libraries.sqlclient.conditions import UNKNOWN_HOST
from tlslab.model.beyond import (
    KEY_MISMATCH,
    KEY_UNREADABLE,
    MALFORMED,
    NO_CIPHER_LEFT,
    NO_SERVER_CERTIFICATE,
    PROXY_REFUSES,
    REVOCATION_UNUSABLE,
    STORE_PASSWORD,
    UNKNOWN_ALGORITHM,
)
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_UNTRUSTED
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_SERVING,
    NOT_YET_VALID,
    OTHER_PIN,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    SMALL_DH,
    STAPLE_MISSING,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Says, says, says_alike, stands_for

_CURL = "https://github.com/curl/curl/blob"
_NEWEST = f"{_CURL}/5c61e168698a72b87437d58ed728bcdea6d5db42"
NUMBERS = Source("curl, lib/strerror.c, curl_easy_strerror", f"{_NEWEST}/lib/strerror.c")
NUMBERS_OF_OLD = Source("curl 7.50.0, lib/strerror.c, curl_easy_strerror", f"{_CURL}/curl-7_50_0/lib/strerror.c")
PROXY = Source("curl, lib/cf-h1-proxy.c", f"{_NEWEST}/lib/cf-h1-proxy.c")
PROXY_OF_OLD = Source("curl 7.50.0, lib/http_proxy.c", f"{_CURL}/curl-7_50_0/lib/http_proxy.c")
OPENSSL = Source("curl, lib/vtls/openssl.c", f"{_NEWEST}/lib/vtls/openssl.c")
OPENSSL_OF_OLD = Source("curl 7.68.0, lib/vtls/openssl.c", f"{_CURL}/curl-7_68_0/lib/vtls/openssl.c")
OPENSSL_7_88 = Source("curl 7.88.0, lib/vtls/openssl.c", f"{_CURL}/curl-7_88_0/lib/vtls/openssl.c")
OPENSSL_7_50 = Source(
    "curl 7.50.0, lib/vtls/openssl.c, verifyhost (CURLE_PEER_FAILED_VERIFICATION, then 51)",
    f"{_CURL}/curl-7_50_0/lib/vtls/openssl.c",
)
GNUTLS = Source("curl, lib/vtls/gtls.c", f"{_NEWEST}/lib/vtls/gtls.c")
GNUTLS_OF_OLD = Source("curl 7.68.0, lib/vtls/gtls.c", f"{_CURL}/curl-7_68_0/lib/vtls/gtls.c")
SCHANNEL_HANDSHAKE = Source("curl, lib/vtls/schannel.c", f"{_NEWEST}/lib/vtls/schannel.c")
SCHANNEL = Source("curl, lib/vtls/schannel_verify.c", f"{_NEWEST}/lib/vtls/schannel_verify.c")
MBEDTLS = Source("curl, lib/vtls/mbedtls.c", f"{_NEWEST}/lib/vtls/mbedtls.c")
RUSTLS = Source("curl, lib/vtls/rustls.c", f"{_NEWEST}/lib/vtls/rustls.c")
WOLFSSL = Source("curl, lib/vtls/wolfssl.c", f"{_NEWEST}/lib/vtls/wolfssl.c")
SECURE_TRANSPORT = Source("curl 8.14.0, lib/vtls/sectransp.c", f"{_CURL}/curl-8_14_0/lib/vtls/sectransp.c")

_OF_ANY: tuple[Says, ...] = (
    *says(
        ANY,
        Phase.VERIFY,
        "curl: (60)",
        "SSL peer certificate or SSH remote key was not OK",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        ANY,
        Phase.VERIFY,
        "Peer certificate cannot be authenticated with given CA certificates",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS_OF_OLD,
    ),
    *says(ANY, Phase.HANDSHAKE, "curl: (35)", "SSL connect error", basis=Basis.AUTHORITATIVE, source=NUMBERS),
)

_BY_NUMBER: tuple[Says, ...] = (
    *says([NAME_MISMATCH], Phase.NAME, "curl: (51)", basis=Basis.AUTHORITATIVE, source=OPENSSL_7_50),
    *says_alike(
        (KEY_UNREADABLE, KEY_MISMATCH),
        Phase.HANDSHAKE,
        "curl: (58)",
        "Problem with the local SSL certificate",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [NO_CIPHER_LEFT],
        Phase.HANDSHAKE,
        "curl: (59)",
        "Could not use specified SSL cipher",
        "Couldn't use specified SSL cipher",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says_alike(
        (STORE_ABSENT, STORE_UNREADABLE),
        Phase.VERIFY,
        "curl: (77)",
        "Problem with the SSL CA cert (path? access rights?)",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [REVOCATION_UNUSABLE],
        Phase.VERIFY,
        "curl: (82)",
        "Failed to load CRL file (path? access rights?, format?)",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [UNTRUSTED],
        Phase.VERIFY,
        "curl: (83)",
        "Issuer check against peer certificate failed",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [OTHER_PIN],
        Phase.PIN,
        "curl: (90)",
        "SSL public key does not match pinned public key",
        "SSL: public key does not match pinned public key",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says_alike(
        (STAPLE_MISSING, REVOKED, REVOCATION_UNUSABLE),
        Phase.VERIFY,
        "curl: (91)",
        "SSL server certificate status verification FAILED",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [CLIENT_CERTIFICATE_MISSING],
        Phase.HANDSHAKE,
        "curl: (98)",
        "SSL Client Certificate required",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [PROXY_REFUSES],
        Phase.NEGOTIATION,
        "curl: (97)",
        "proxy handshake error",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [NOT_SERVING],
        Phase.CONNECT,
        "curl: (7)",
        "Could not connect to server",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
    *says(
        [UNKNOWN_HOST],
        Phase.CONNECT,
        "curl: (6)",
        "Could not resolve hostname",
        basis=Basis.AUTHORITATIVE,
        source=NUMBERS,
    ),
)

_PROXY: tuple[Says, ...] = (
    *says(
        [PROXY_REFUSES],
        Phase.NEGOTIATION,
        "CONNECT tunnel failed, response",
        basis=Basis.AUTHORITATIVE,
        source=PROXY,
    ),
    *says(
        [PROXY_REFUSES],
        Phase.NEGOTIATION,
        "Received HTTP code {*} from proxy after CONNECT",
        basis=Basis.AUTHORITATIVE,
        source=PROXY_OF_OLD,
    ),
)

_OPENSSL: tuple[Says, ...] = (
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "SSL: no alternative certificate subject name matches target",
        "SSL: certificate subject name '{*}' does not match target",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL,
    ),
    *says_alike(
        (STORE_ABSENT, STORE_UNREADABLE),
        Phase.VERIFY,
        "error adding trust anchors from file:",
        "error adding trust anchors from path:",
        "error adding trust anchors from locations:",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL,
    ),
    *says_alike(
        (STORE_ABSENT, STORE_UNREADABLE),
        Phase.VERIFY,
        "error setting certificate verify locations:",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL_OF_OLD,
    ),
    *says_alike(
        (STORE_ABSENT, STORE_UNREADABLE),
        Phase.VERIFY,
        "error setting certificate file:",
        "error setting certificate path:",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL_7_88,
    ),
    *says([STAPLE_MISSING], Phase.VERIFY, "No OCSP response received", basis=Basis.AUTHORITATIVE, source=OPENSSL),
    *says([REVOCATION_STALE], Phase.VERIFY, "OCSP response has expired", basis=Basis.AUTHORITATIVE, source=OPENSSL),
    *says(
        [REVOCATION_UNUSABLE],
        Phase.VERIFY,
        "Invalid OCSP response",
        "OCSP response verification failed",
        "OCSP response signature verification failed",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL,
    ),
    *says([REVOKED], Phase.VERIFY, "SSL certificate revocation reason:", basis=Basis.AUTHORITATIVE, source=OPENSSL),
    *says(
        [KEY_MISMATCH],
        Phase.HANDSHAKE,
        "Private key does not match the certificate public key",
        "does not match certificate in same file",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL,
    ),
    *says(
        [KEY_UNREADABLE],
        Phase.HANDSHAKE,
        "(no key found, wrong passphrase, or wrong file format?)",
        "unable to set private key file:",
        "could not load PEM client certificate from",
        "could not load PKCS12 client certificate",
        "could not parse PKCS12 file, check password",
        "could not open PKCS12 file",
        basis=Basis.AUTHORITATIVE,
        source=OPENSSL,
    ),
    *says([NO_CIPHER_LEFT], Phase.HANDSHAKE, "failed setting cipher list:", basis=Basis.AUTHORITATIVE, source=OPENSSL),
)

_GNUTLS: tuple[Says, ...] = (
    # GnuTLS gives one verdict about the whole chain; names are compared behind it, and say so.
    *stands_for(
        {"server certificate verification failed. CAfile:": (UNTRUSTED, SELF_SIGNED, INCOMPLETE, EXPIRED)},
        Phase.VERIFY,
        basis=Basis.AUTHORITATIVE,
        source=GNUTLS_OF_OLD,
    ),
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "SSL: certificate subject name ({*}) does not match target",
        basis=Basis.AUTHORITATIVE,
        source=GNUTLS,
    ),
    *says(
        [EXPIRED],
        Phase.VERIFY,
        "server certificate expiration date has passed.",
        basis=Basis.AUTHORITATIVE,
        source=GNUTLS,
    ),
    *says(
        [NOT_YET_VALID], Phase.VERIFY, "server certificate not activated yet.", basis=Basis.AUTHORITATIVE, source=GNUTLS
    ),
    *says(
        [UNTRUSTED], Phase.VERIFY, "server certificate issuer check failed", basis=Basis.AUTHORITATIVE, source=GNUTLS
    ),
    *says([REVOKED], Phase.VERIFY, "Server certificate was revoked:", basis=Basis.AUTHORITATIVE, source=GNUTLS),
    *says(
        [REVOCATION_UNKNOWN],
        Phase.VERIFY,
        "Server certificate status is unknown",
        basis=Basis.AUTHORITATIVE,
        source=GNUTLS,
    ),
)

_SCHANNEL: tuple[Says, ...] = (
    *says(
        [REVOKED],
        Phase.VERIFY,
        "schannel: trust for this certificate or one of the certificates in the certificate chain has been revoked",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says_alike(
        (INCOMPLETE, UNTRUSTED),
        Phase.VERIFY,
        "schannel: the certificate chain is incomplete",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says_alike(
        (UNTRUSTED, SELF_SIGNED),
        Phase.VERIFY,
        "schannel: the certificate or certificate chain is based on an untrusted root",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says_alike(
        (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER),
        Phase.VERIFY,
        "schannel: this certificate or one of the certificates in the certificate chain is not time valid",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says(
        [REVOCATION_UNKNOWN],
        Phase.VERIFY,
        "schannel: the revocation status is unknown",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "schannel: CertGetNameString() failed to match connection hostname",
        "schannel: server certificate name verification failed",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "schannel: SNI or certificate check failed:",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL_HANDSHAKE,
    ),
    *says_alike(
        (STORE_UNREADABLE,),
        Phase.VERIFY,
        "schannel: CA file '{*}' is not correctly formatted",
        "schannel: failed to extract certificate from CA file",
        basis=Basis.AUTHORITATIVE,
        source=SCHANNEL,
    ),
    *says([STORE_ABSENT], Phase.VERIFY, "schannel: failed to open CA file", basis=Basis.AUTHORITATIVE, source=SCHANNEL),
)

_WOLFSSL: tuple[Says, ...] = (
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "subject alt name(s) or common name do not match",
        basis=Basis.AUTHORITATIVE,
        source=WOLFSSL,
    ),
    *says_alike(
        (UNTRUSTED, INCOMPLETE),
        Phase.VERIFY,
        "CA signer not available for verification",
        basis=Basis.AUTHORITATIVE,
        source=WOLFSSL,
    ),
    *says(
        [EXPIRED],
        Phase.VERIFY,
        "server verification failed: certificate has expired.",
        basis=Basis.AUTHORITATIVE,
        source=WOLFSSL,
    ),
    *says(
        [NOT_YET_VALID],
        Phase.VERIFY,
        "server verification failed: certificate not valid yet.",
        basis=Basis.AUTHORITATIVE,
        source=WOLFSSL,
    ),
)

_PROBLEM = "SSL certificate problem: "


_SECURE_TRANSPORT: tuple[Says, ...] = (
    *says_alike(
        (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
        Phase.VERIFY,
        f"{_PROBLEM}Invalid certificate chain",
        f"{_PROBLEM}No root certificate",
        "SSL: peer not verified: RecoverableTrustFailure",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says_alike(
        (UNTRUSTED, SELF_SIGNED),
        Phase.VERIFY,
        f"{_PROBLEM}Untrusted root certificate",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says_alike(
        (EXPIRED, EXPIRED_ISSUER),
        Phase.VERIFY,
        f"{_PROBLEM}Certificate chain had an expired certificate",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [NOT_YET_VALID],
        Phase.VERIFY,
        f"{_PROBLEM}The certificate chain had a certificate that is not yet valid",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [REVOKED],
        Phase.VERIFY,
        f"{_PROBLEM}The certificate was revoked",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [MALFORMED],
        Phase.VERIFY,
        f"{_PROBLEM}Couldn't understand the server certificate format",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [UNKNOWN_ALGORITHM],
        Phase.VERIFY,
        f"{_PROBLEM}An unsupported certificate format was encountered",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        "SSL certificate peer verification failed, the certificate did not match",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says_alike(
        (CLIENT_CERTIFICATE_MISSING, NO_COMMON_CIPHER),
        Phase.HANDSHAKE,
        "SSL peer handshake failed, the server most likely requires a client certificate to connect",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [CLIENT_CERTIFICATE_UNTRUSTED],
        Phase.HANDSHAKE,
        "SSL server rejected the client certificate due to the certificate being signed by an unknown certificate "
        "authority",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [NO_COMMON_CIPHER],
        Phase.HANDSHAKE,
        "Could not negotiate an SSL cipher suite with the server",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [NO_COMMON_VERSION],
        Phase.HANDSHAKE,
        "A bad protocol version was encountered",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [SMALL_DH],
        Phase.HANDSHAKE,
        "Indicates a weak ephemeral Diffie-Hellman key",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says_alike(
        (NO_COMMON_VERSION, NO_COMMON_CIPHER),
        Phase.CLOSED,
        "Server dropped the connection during the SSL handshake",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [STORE_PASSWORD],
        Phase.HANDSHAKE,
        "SSL: Incorrect password for the certificate",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    *says(
        [STORE_UNREADABLE],
        Phase.VERIFY,
        "SSL: failed to read or invalid CA certificate",
        "SSL: invalid CA certificate #",
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
)

CRLS = Source(
    "curl, lib/vtls/openssl.c and gtls.c",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/lib/vtls/openssl.c",
)

_OTHERS: tuple[Says, ...] = (
    *says(ANY, Phase.VERIFY, "peer certificate could not be verified", basis=Basis.AUTHORITATIVE, source=MBEDTLS),
    *says_alike(
        (STORE_ABSENT, STORE_UNREADABLE),
        Phase.VERIFY,
        "mbedTLS: error reading CA cert file",
        basis=Basis.AUTHORITATIVE,
        source=MBEDTLS,
    ),
    *says(
        [REVOCATION_UNUSABLE],
        Phase.VERIFY,
        "error loading CRL file: ",
        "error reading CRL file ",
        basis=Basis.AUTHORITATIVE,
        source=CRLS,
    ),
    *says_alike(
        (NAME_MISMATCH, MALFORMED),
        Phase.NAME,
        "SSL: unable to obtain common name from peer certificate",
        basis=Basis.AUTHORITATIVE,
        source=CRLS,
    ),
    *says(
        [NO_SERVER_CERTIFICATE],
        Phase.VERIFY,
        "SSL: could not get peer certificate",
        "SSL: couldn't get peer certificate",
        "failed to get server cert",
        basis=Basis.AUTHORITATIVE,
        source=CRLS,
    ),
    *says(
        [KEY_MISMATCH],
        Phase.HANDSHAKE,
        "rustls: client certificate and keypair files do not match:",
        basis=Basis.AUTHORITATIVE,
        source=RUSTLS,
    ),
    *says(
        [KEY_UNREADABLE],
        Phase.HANDSHAKE,
        "rustls: failed to read client certificate file:",
        "rustls: failed to read key file:",
        basis=Basis.AUTHORITATIVE,
        source=RUSTLS,
    ),
)

LIBRARY = Library(
    "curl",
    (*_OF_ANY, *_BY_NUMBER, *_PROXY, *_OPENSSL, *_GNUTLS, *_SCHANNEL, *_WOLFSSL, *_SECURE_TRANSPORT, *_OTHERS),
    vocabulary=True,
)
