"""Apache's httpd, mod_ssl: what stands in its error log, behind the number (AH02411). The reasons are OpenSSL's."""

from tlslab.model.beyond import (
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_SPEAKS_PLAIN,
    KEY_MISMATCH,
    KEY_UNREADABLE,
    NO_CIPHER_LEFT,
    NO_SERVER_CERTIFICATE,
    REVOCATION_UNUSABLE,
    UNRECOGNIZED_NAME,
    UNSAFE_RENEGOTIATION,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.conditions import (
    CA_AS_LEAF,
    EXPIRED,
    NAME_MISMATCH,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    STAPLE_MISSING,
    STORE_ABSENT,
    STORE_UNREADABLE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

_SSL = "https://github.com/apache/httpd/blob/0cb680442ecaa6118cc610b5ecc6e824330bf61a/modules/ssl"
INIT = Source("Apache httpd, modules/ssl/ssl_engine_init.c", f"{_SSL}/ssl_engine_init.c")
IO = Source("Apache httpd, modules/ssl/ssl_engine_io.c", f"{_SSL}/ssl_engine_io.c")
KERNEL = Source("Apache httpd, modules/ssl/ssl_engine_kernel.c", f"{_SSL}/ssl_engine_kernel.c")
PASS_PHRASE = Source("Apache httpd, modules/ssl/ssl_engine_pphrase.c", f"{_SSL}/ssl_engine_pphrase.c")
OCSP = Source("Apache httpd, modules/ssl/ssl_engine_ocsp.c", f"{_SSL}/ssl_engine_ocsp.c")
RESPONDER = Source("Apache httpd, modules/ssl/ssl_util_ocsp.c", f"{_SSL}/ssl_util_ocsp.c")
STAPLING = Source("Apache httpd, modules/ssl/ssl_util_stapling.c", f"{_SSL}/ssl_util_stapling.c")
_REFUSED = (CLIENT_CERTIFICATE_UNTRUSTED, CLIENT_CERTIFICATE_EXPIRED, CLIENT_CERTIFICATE_REFUSED)

LIBRARY = Library(
    "httpd",
    (
        *stands_for(
            {
                "server certificate is a CA certificate (BasicConstraints: CA == TRUE !?)": (CA_AS_LEAF,),
                "Failed to configure certificate {*}, check": (KEY_UNREADABLE,),
                "Failed to configure certificate {*} (with chain)": (KEY_UNREADABLE,),
                "Failed to configure encrypted (?) private key": (KEY_UNREADABLE, KEY_MISMATCH),
                "Certificate and private key {*} do not match": (KEY_MISMATCH,),
                "Failed to configure at least one certificate and key for": (NO_SERVER_CERTIFICATE, KEY_UNREADABLE),
                "No SSL protocols available [hint: SSLProtocol]": (NO_CIPHER_LEFT,),
                "Unable to configure permitted SSL ciphers": (NO_CIPHER_LEFT,),
                "Unable to configure verify locations for client authentication": (STORE_ABSENT, STORE_UNREADABLE),
                "proxy client certificate and private key do not match": (KEY_MISMATCH,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=INIT,
        ),
        *stands_for(
            {"server certificate does NOT include an ID which matches the server name": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=INIT,
        ),
        *stands_for(
            {
                "Can't open server private key file": (KEY_UNREADABLE,),
                "Init: Private key not found": (KEY_UNREADABLE,),
                "Init: Pass phrase incorrect for key": (KEY_UNREADABLE,),
                "Unable to read server private key from file": (KEY_UNREADABLE,),
                "SSLPassPhraseDialog builtin is not supported on Win32": (KEY_UNREADABLE,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=PASS_PHRASE,
        ),
        *stands_for(
            {
                "SSL handshake failed: HTTP spoken on HTTPS port": (CLIENT_SPEAKS_PLAIN,),
                "SSL client authentication failed": _REFUSED,
                "No acceptable peer certificate available": (CLIENT_CERTIFICATE_MISSING,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=IO,
        ),
        *stands_for(
            {"SSL Proxy: Peer certificate is expired": (EXPIRED,)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=IO,
        ),
        *stands_for(
            {
                "SSL Proxy: Peer certificate does not match for hostname": (NAME_MISMATCH,),
                "SSL Proxy: Peer certificate CN mismatch:": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=IO,
        ),
        *stands_for(
            {
                "provided via HTTP have no compatible SSL setup": (UNRECOGNIZED_NAME,),
                "provided via SNI, but no hostname provided in HTTP request": (UNRECOGNIZED_NAME,),
                "No hostname was provided via SNI for a name based virtual host": (UNRECOGNIZED_NAME,),
                "Re-negotiation handshake failed: Client verification failed": _REFUSED,
                "Re-negotiation handshake failed: Client certificate missing": (CLIENT_CERTIFICATE_MISSING,),
                "cannot perform post-handshake authentication": (CLIENT_CERTIFICATE_MISSING,),
                "insecure SSL re-negotiation required, but": (UNSAFE_RENEGOTIATION,),
                "AH02039: Certificate Verification: Error (10)": (CLIENT_CERTIFICATE_EXPIRED, EXPIRED),
                "AH02039: Certificate Verification: Error (18)": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "AH02039: Certificate Verification: Error (19)": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "AH02039: Certificate Verification: Error (20)": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "AH02276: Certificate Verification: Error (10)": (CLIENT_CERTIFICATE_EXPIRED, EXPIRED),
                "AH02276: Certificate Verification: Error (18)": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "AH02276: Certificate Verification: Error (19)": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "AH02276: Certificate Verification: Error (20)": (CLIENT_CERTIFICATE_UNTRUSTED,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=KERNEL,
        ),
        *stands_for(
            {
                "OCSP response outside validity period": (REVOCATION_STALE,),
                "failed to verify the OCSP response": (REVOCATION_UNUSABLE,),
                "no OCSP responder specified in certificate and no default": (REVOCATION_UNKNOWN,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=OCSP,
        ),
        *stands_for(
            {
                "could not connect to OCSP responder": (REVOCATION_UNKNOWN,),
                "bad response from OCSP server": (REVOCATION_UNUSABLE, REVOCATION_UNKNOWN),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=RESPONDER,
        ),
        *stands_for(
            {
                "ssl_stapling_init_cert: can't retrieve issuer certificate!": (STAPLE_MISSING,),
                "ssl_stapling_init_cert: no OCSP URI in certificate": (STAPLE_MISSING,),
                "stapling_renew_response: responder error": (STAPLE_MISSING, REVOCATION_UNKNOWN),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=STAPLING,
        ),
    ),
    vocabulary=True,
)
