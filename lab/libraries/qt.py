"""Qt: the words of QSslError, which programs built on Qt show to people (Nextcloud, KeePassXC)."""

from tlslab.model.beyond import DISTRUSTED, MALFORMED, NO_SERVER_CERTIFICATE, UNKNOWN_ALGORITHM
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    ISSUER_NOT_YET_VALID,
    KEY_USAGE,
    NAME_MISMATCH,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    PATH_TOO_LONG,
    ROOT_SENT,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

ERRORS = Source(
    "Qt, src/network/ssl/qsslerror.cpp, QSslError::errorString",
    "https://github.com/qt/qtbase/blob/1a88b2f768e86474f8fc6facf60cd0dd46a555c8/src/network/ssl/qsslerror.cpp",
)

LIBRARY = Library(
    "qt",
    (
        *stands_for(
            {
                "The issuer certificate could not be found": (UNTRUSTED, INCOMPLETE),
                "The certificate signature could not be decrypted": (FORGED,),
                "The public key in the certificate could not be read": (UNKNOWN_ALGORITHM, MALFORMED),
                "The signature of the certificate is invalid": (FORGED,),
                "The certificate is not yet valid": (NOT_YET_VALID, ISSUER_NOT_YET_VALID),
                "The certificate has expired": (EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT),
                "The certificate's notBefore field contains an invalid time": (MALFORMED,),
                "The certificate's notAfter field contains an invalid time": (MALFORMED,),
                "The certificate is self-signed, and untrusted": (SELF_SIGNED,),
                "The issuer certificate of a locally looked up certificate could not be found": (UNTRUSTED, INCOMPLETE),
                "No certificates could be verified": (INCOMPLETE, UNTRUSTED),
                "One of the CA certificates is invalid": (NOT_A_CA,),
                "The basicConstraints path length parameter has been exceeded": (PATH_TOO_LONG,),
                "The supplied certificate is unsuitable for this purpose": (
                    *(NOT_FOR_SERVERS, KEY_USAGE, ISSUER_NOT_FOR_SERVERS),
                ),
                "The root CA certificate is not trusted for this purpose": (DISTRUSTED,),
                "The root CA certificate is marked to reject the specified purpose": (DISTRUSTED,),
                "The peer did not present any certificate": (NO_SERVER_CERTIFICATE,),
                "The peer certificate is blacklisted": (DISTRUSTED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says(
            [UNTRUSTED, ROOT_SENT],
            Phase.VERIFY,
            "The root certificate of the certificate chain is self-signed, and untrusted",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "The host name did not match any of the valid hosts for this certificate",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
    ),
    vocabulary=True,
)
