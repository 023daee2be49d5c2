"""Ktor's CIO client, a TLS of its own in Kotlin: alerts by name, and its check of the name."""

from tlslab.model.beyond import CLIENT_CERTIFICATE_REFUSED, NO_SERVER_CERTIFICATE
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_UNTRUSTED
from tlslab.model.conditions import NAME_MISMATCH, NO_COMMON_CIPHER, NO_COMMON_VERSION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

_TLS = (
    "https://github.com/ktorio/ktor/blob/ef92e5537d7465961f1b3f2b21e217fc35bcfa1f/ktor-network/ktor-network-tls/jvm/src"
    "/io/ktor/network/tls"
)
HANDSHAKE = Source("Ktor, io/ktor/network/tls/TLSClientHandshake.kt, and TLSAlert.kt", f"{_TLS}/TLSClientHandshake.kt")
NAMES = Source("Ktor, io/ktor/network/tls/HostnameUtils.kt, verifyHostnameInCertificate", f"{_TLS}/HostnameUtils.kt")
_ALERT = "Received alert during handshake. Level: {*}, code: "

LIBRARY = Library(
    "ktor",
    (
        *stands_for(
            {
                f"{_ALERT}HandshakeFailure": (NO_COMMON_CIPHER, NO_COMMON_VERSION, CLIENT_CERTIFICATE_MISSING),
                f"{_ALERT}ProtocolVersion": (NO_COMMON_VERSION,),
                f"{_ALERT}InsufficientSecurity": (NO_COMMON_CIPHER,),
                f"{_ALERT}UnknownCa": (CLIENT_CERTIFICATE_UNTRUSTED,),
                f"{_ALERT}BadCertificate": (CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_MISSING),
                "TLSException: Server sent no certificate": (NO_SERVER_CERTIFICATE,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=HANDSHAKE,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "No server host: {*} in the server certificate.",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
    ),
    vocabulary=True,
)
