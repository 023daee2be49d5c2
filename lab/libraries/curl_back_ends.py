"""curl's own words for what its TLS back ends find: of OpenSSL, GnuTLS, mbedTLS, wolfSSL, Schannel and rustls.

Git, PHP, R and many programs show them without `curl: (60)`. What curl passes on stands in the tables of the back ends.
"""

from tlslab.model.beyond import (
    KEY_MISMATCH,
    KEY_UNREADABLE,
    NO_CIPHER_LEFT,
    OTHER_PIN,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOCATION_UNUSABLE,
    REVOKED,
    STAPLE_MISSING,
)
from tlslab.model.conditions import (
    CN_ALONE,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NOT_YET_VALID,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_CURL = "https://github.com/curl/curl/blob"
_NEW = f"{_CURL}/5c61e168698a72b87437d58ed728bcdea6d5db42/lib/vtls"
OPENSSL = Source("curl, lib/vtls/openssl.c", f"{_NEW}/openssl.c")
GNUTLS = Source("curl, lib/vtls/gtls.c", f"{_NEW}/gtls.c")
OLDER_GNUTLS = Source("curl 7.88.1, lib/vtls/gtls.c, gtls_verifyserver", f"{_CURL}/curl-7_88_1/lib/vtls/gtls.c")
OLDER_MBEDTLS = Source("curl 7.88.1, lib/vtls/mbedtls.c, mbed_connect_step2", f"{_CURL}/curl-7_88_1/lib/vtls/mbedtls.c")
MBEDTLS = Source("curl, lib/vtls/mbedtls.c", f"{_NEW}/mbedtls.c")
WOLFSSL = Source("curl, lib/vtls/wolfssl.c", f"{_NEW}/wolfssl.c")
SCHANNEL = Source("curl, lib/vtls/schannel_verify.c", f"{_NEW}/schannel_verify.c")
RUSTLS = Source("curl, lib/vtls/rustls.c", f"{_NEW}/rustls.c")

_NAMES = (NAME_MISMATCH, CN_ALONE)

LIBRARY = Library(
    "curl-back-ends",
    (
        *stands_for(
            {
                "SSL: no alternative certificate subject name matches target ": _NAMES,
                "SSL: certificate subject name '{*}' does not match target hostname": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {"SSL: certificate subject name ({*}) does not match target hostname": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=GNUTLS,
        ),
        *stands_for(
            {"SSL: public key does not match pinned public key": (OTHER_PIN,)},
            Phase.PIN,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {
                "No OCSP response received": (STAPLE_MISSING,),
                "Invalid OCSP response status: ": (REVOCATION_UNUSABLE,),
                "OCSP response verification failed": (REVOCATION_UNUSABLE,),
                "OCSP response has expired": (REVOCATION_STALE,),
                "SSL certificate revocation reason: ": (REVOKED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {
                "error adding trust anchors from file: ": (STORE_ABSENT, STORE_UNREADABLE),
                "Private key does not match the certificate public key": (KEY_MISMATCH,),
                "could not load PEM client certificate from ": (KEY_UNREADABLE,),
                "could not load PKCS12 client certificate": (KEY_UNREADABLE,),
                "unable to set private key file: ": (KEY_UNREADABLE,),
                "failed setting cipher list: ": (NO_CIPHER_LEFT,),
                "failed setting TLS 1.3 cipher suite: ": (NO_CIPHER_LEFT,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "server certificate verification failed. CAfile: {*} CRLfile: ",
            basis=Basis.AUTHORITATIVE,
            source=OLDER_GNUTLS,
        ),
        *stands_for(
            {
                "server certificate expiration date has passed.": (EXPIRED,),
                "server certificate not activated yet.": (NOT_YET_VALID,),
                "Server certificate was revoked: ": (REVOKED,),
                "Server certificate status is unknown": (REVOCATION_UNKNOWN,),
                "OCSP response signature verification failed": (REVOCATION_UNUSABLE,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=GNUTLS,
        ),
        *stands_for(
            {"mbedTLS: error reading CA cert file ": (STORE_ABSENT, STORE_UNREADABLE)},
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=MBEDTLS,
        ),
        *stands_for(
            {
                "Cert verify failed: BADCERT_EXPIRED": (EXPIRED,),
                "Cert verify failed: BADCERT_FUTURE": (NOT_YET_VALID,),
                "Cert verify failed: BADCERT_REVOKED": (REVOKED,),
                "Cert verify failed: BADCERT_NOT_TRUSTED": (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=OLDER_MBEDTLS,
        ),
        *stands_for(
            {"Cert verify failed: BADCERT_CN_MISMATCH": _NAMES},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=OLDER_MBEDTLS,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "peer certificate could not be verified",
            basis=Basis.AUTHORITATIVE,
            source=MBEDTLS,
        ),
        *stands_for(
            {
                "CA signer not available for verification": (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                "server verification failed: certificate has expired.": (EXPIRED,),
                "server verification failed: certificate not valid yet.": (NOT_YET_VALID,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=WOLFSSL,
        ),
        *stands_for(
            {'subject alt name(s) or common name do not match "{name}"': _NAMES},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=WOLFSSL,
        ),
        *stands_for(
            {
                "schannel: the certificate chain is incomplete": (INCOMPLETE,),
                "schannel: the certificate or certificate chain is based on an untrusted root": (
                    *(UNTRUSTED, SELF_SIGNED),
                ),
                "schannel: the revocation status is unknown": (REVOCATION_UNKNOWN,),
                "schannel: this certificate or one of the certificates in the certificate chain is not time valid": (
                    *(EXPIRED, NOT_YET_VALID),
                ),
                "schannel: trust for this certificate or one of the certificates in the certificate chain has been "
                "revoked": (REVOKED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SCHANNEL,
        ),
        *stands_for(
            {
                "schannel: CertGetNameString() failed to match connection hostname ({*}) against server certificate "
                "names": _NAMES,
                "schannel: server certificate name verification failed": _NAMES,
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=SCHANNEL,
        ),
        *stands_for(
            {
                "schannel: failed to open CA file ": (STORE_ABSENT,),
                "schannel: CA file '{*}' is not correctly formatted": (STORE_UNREADABLE,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=SCHANNEL,
        ),
        *stands_for(
            {
                "rustls: client certificate and keypair files do not match:": (KEY_MISMATCH,),
                "rustls: failed to read client certificate file: ": (KEY_UNREADABLE,),
                "rustls: failed to read key file: ": (KEY_UNREADABLE,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=RUSTLS,
        ),
    ),
    vocabulary=True,
)
