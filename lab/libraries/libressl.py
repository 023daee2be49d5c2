"""LibreSSL: what libtls says in words of its own (OpenBSD's ftp and nc, and what is built with it elsewhere).

Behind `certificate verification failed: ` stand the words of older releases of OpenSSL
(`tlslab.libraries.openssl_verify`), as do those of its handshake.
"""

from tlslab.model.beyond import REVOCATION_UNUSABLE
from tlslab.model.conditions import NAME_MISMATCH, REVOCATION_STALE, REVOCATION_UNKNOWN, REVOKED, STAPLE_MISSING
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

_LIBTLS = "https://github.com/libressl/openbsd/blob/1cf0a1493f6c88cf1b6b29ab13034d3dcb5f676d/src/lib/libtls"
CLIENT = Source("LibreSSL, libtls/tls_client.c, tls_client_handshake", f"{_LIBTLS}/tls_client.c")
OCSP = Source(
    "LibreSSL, libtls/tls_ocsp.c, tls_ocsp_verify_response, tls_ocsp_process_response", f"{_LIBTLS}/tls_ocsp.c"
)

LIBRARY = Library(
    "libressl",
    (
        *stands_for(
            {"name `{*}' not present in server certificate": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *stands_for(
            {
                "ocsp verify failed: revoked cert - ": (REVOKED,),
                "ocsp verify failed: ocsp response not current": (REVOCATION_STALE,),
                "ocsp verify failed: no result for cert": (REVOCATION_UNKNOWN,),
                "ocsp verify failed: no issuer cert": (REVOCATION_UNUSABLE,),
                "ocsp verify failed: response - ": (REVOCATION_UNKNOWN,),
                "unable to parse OCSP response": (REVOCATION_UNUSABLE,),
                "no OCSP URLs in peer certificate": (REVOCATION_UNKNOWN,),
                "no stapled OCSP response provided": (STAPLE_MISSING,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=OCSP,
        ),
    ),
    vocabulary=True,
)
