"""HAProxy: in a line of its log, and of its checks (`Layer6 invalid response`); OpenSSL's reason may follow."""

from tlslab.model.beyond import CLIENT_CERTIFICATE_REFUSED
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.conditions import ENDS_EARLY, NAME_MISMATCH, NO_COMMON_CIPHER, NO_COMMON_VERSION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, says, stands_for

CONNECTION = Source(
    "HAProxy, src/connection.c, conn_err_code_str and conn_err_code_name",
    "https://github.com/haproxy/haproxy/blob/50872daa6a857e82afc40b1c5161924aef4172d7/src/connection.c",
)
_REFUSED = (CLIENT_CERTIFICATE_EXPIRED, CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_MISSING)
_ENDED = (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)

LIBRARY = Library(
    "haproxy",
    (
        *stands_for(
            {
                "SSL client CA chain cannot be verified": (CLIENT_CERTIFICATE_UNTRUSTED,),
                "SSL client certificate not trusted": (CLIENT_CERTIFICATE_UNTRUSTED, *_REFUSED),
                Prints(code="SSL_CA_FAIL"): (CLIENT_CERTIFICATE_UNTRUSTED,),
                Prints(code="SSL_CRT_FAIL"): (CLIENT_CERTIFICATE_UNTRUSTED, *_REFUSED),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Server presented an SSL certificate different from the configured one",
            "Server presented an SSL certificate different from the expected one",
            Prints(code="SSL_MISMATCH_SNI"),
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        *stands_for(
            {
                "Connection closed during SSL handshake": _ENDED,
                "Connection error during SSL handshake": _ENDED,
            },
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        *says(ANY, Phase.HANDSHAKE, "SSL handshake failure", basis=Basis.AUTHORITATIVE, source=CONNECTION),
    ),
    vocabulary=True,
)
