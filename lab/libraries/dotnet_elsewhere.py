""".NET: what SslStream and HttpClient say where no client of the lab is: on Windows, in a server, without libssl."""

from tlslab.libraries.dotnet import MEASURED, STRINGS
from tlslab.model.beyond import (
    KEY_UNREADABLE,
    NO_TLS_LIBRARY,
    PROXY_REFUSES,
)
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_UNTRUSTED
from tlslab.model.condition import Condition
from tlslab.model.conditions import NO_COMMON_CIPHER, NO_COMMON_VERSION
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Library, Says, says, says_alike


def _alert(name: str, *about: Condition) -> tuple[Says, ...]:
    text = f"Authentication failed because the remote party sent a TLS alert: '{name}'."
    return says_alike(about, Phase.HANDSHAKE, text, basis=Basis.AUTHORITATIVE, source=STRINGS)


LIBRARY = Library(
    "dotnet-elsewhere",
    (
        *_alert("ProtocolVersion", NO_COMMON_VERSION),
        *_alert("InsuffientSecurity", NO_COMMON_CIPHER),
        *_alert("HandshakeFailure", NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING),
        *_alert("UnknownCA", CLIENT_CERTIFICATE_UNTRUSTED),
        *says(
            [KEY_UNREADABLE],
            Phase.HANDSHAKE,
            "The server mode SSL must use a certificate with the associated private key.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            [PROXY_REFUSES],
            Phase.NEGOTIATION,
            "The proxy tunnel request to proxy '{*}' failed with status code",
            basis=Basis.OBSERVED,
            source=MEASURED,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "No usable version of libssl was found",
            basis=Basis.OBSERVED,
            source=MEASURED,
        ),
    ),
    vocabulary=True,
)
