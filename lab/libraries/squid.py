"""Squid: what its page and its log say of the server behind it, and its own names beside OpenSSL's X509_V_ERR_*."""

from tlslab.model.beyond import MALFORMED
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NOT_A_CA,
    NOT_YET_VALID,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, says, stands_for

_SQUID = "https://github.com/squid-cache/squid/blob/7c20a8a787d1ef399c56515a847610c0f8d12147"
DETAILS = Source("Squid, errors/templates/error-details.txt", f"{_SQUID}/errors/templates/error-details.txt")
NAMES = Source("Squid, src/security/ErrorDetail.cc", f"{_SQUID}/src/security/ErrorDetail.cc")
_UNKNOWN = (UNTRUSTED, INCOMPLETE)

LIBRARY = Library(
    "squid",
    (
        *stands_for(
            {
                "SSL Certificate error: certificate issuer (CA) not known": _UNKNOWN,
                "SSL Certificate expired on:": (EXPIRED, EXPIRED_ISSUER),
                "SSL Certificate is not valid before:": (NOT_YET_VALID,),
                "Self-signed SSL Certificate:": (SELF_SIGNED,),
                "Self-signed SSL Certificate in chain:": (UNTRUSTED,),
                "SSL Certificate has invalid expiration date": (MALFORMED,),
                "SSL Certificate has invalid start date": (MALFORMED,),
                "Invalid CA certificate: /": (NOT_A_CA,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=DETAILS,
        ),
        *stands_for(
            {"Certificate does not match domainname": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=DETAILS,
        ),
        *stands_for(
            {Prints(code="SQUID_X509_V_ERR_DOMAIN_MISMATCH"): (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            Prints(code="SQUID_TLS_ERR_CONNECT"),
            Prints(code="SQUID_ERR_SSL_HANDSHAKE"),
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "Failed to establish a secure connection:",
            basis=Basis.AUTHORITATIVE,
            source=DETAILS,
        ),
    ),
    vocabulary=True,
)
