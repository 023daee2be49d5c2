"""libgit2, on which cargo, Julia, Visual Studio and Xcode stand: its own words, and Mbed TLS's flags in brackets."""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_YET_VALID,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_STREAMS = "https://github.com/libgit2/libgit2/blob/0551dfd4ad989b6a3d5683c0d4cf326c6efef929/src/libgit2/streams"
OPENSSL = Source("libgit2, src/libgit2/streams/openssl.c, verify_server_cert", f"{_STREAMS}/openssl.c")
MBEDTLS = Source(
    "libgit2, src/libgit2/streams/mbedtls.c, ssl_set_error (the flags are Mbed TLS's)", f"{_STREAMS}/mbedtls.c"
)
SCHANNEL = Source("libgit2, src/libgit2/streams/schannel.c, check_certificate", f"{_STREAMS}/schannel.c")
TRANSPORT = Source("libgit2, src/libgit2/streams/stransport.c, stransport_error", f"{_STREAMS}/stransport.c")
_UNKNOWN = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)
_FLAGGED = "X509 - Certificate verification failed"

LIBRARY = Library(
    "libgit2",
    (
        *says(ANY, Phase.VERIFY, "the SSL certificate is invalid", basis=Basis.AUTHORITATIVE, source=OPENSSL),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "hostname does not match certificate",
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {"SSL error: received early EOF": (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)},
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {
                "OpenSSL error: failed to load certificates:": (STORE_ABSENT, STORE_UNREADABLE),
                "the server did not provide a certificate": (NO_SERVER_CERTIFICATE,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {
                f"SSL error: {{*}}[8] - {_FLAGGED}": _UNKNOWN,
                f"SSL error: {{*}}[1] - {_FLAGGED}": (EXPIRED, EXPIRED_ISSUER),
                f"SSL error: {{*}}[200] - {_FLAGGED}": (NOT_YET_VALID,),
                "the SSL certificate is invalid: 0x08 -": _UNKNOWN,
                "the SSL certificate is invalid: 0x01 -": (EXPIRED, EXPIRED_ISSUER),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=MBEDTLS,
        ),
        *stands_for(
            {
                f"SSL error: {{*}}[4] - {_FLAGGED}": (NAME_MISMATCH,),
                "the SSL certificate is invalid: 0x04 -": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=MBEDTLS,
        ),
        *stands_for(
            {
                "certificate is expired or not yet valid": (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER),
                "the certificate or signature has been revoked": (REVOKED,),
                "certificate revocation status could not be verified": (REVOCATION_UNKNOWN,),
                "certificate revocation is offline or stale": (REVOCATION_UNKNOWN, REVOCATION_STALE),
                "certificate has a weak signature": (WEAK_SIGNATURE,),
                "the certificate root is not trusted": _UNKNOWN,
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SCHANNEL,
        ),
        *stands_for(
            {"untrusted connection error": _UNKNOWN}, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=TRANSPORT
        ),
    ),
    vocabulary=True,
)
