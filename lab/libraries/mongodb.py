"""MongoDB: its server, and the shells that are made of the same source. The reason of a refused certificate is the TLS
library's, behind `SSL peer certificate validation failed:`.
"""

from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import DEMANDS_ENCRYPTION, NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

_NET = "https://github.com/mongodb/mongo/blob/r4.0.0/src/mongo"
MANAGER = Source(
    "MongoDB 4.0, src/mongo/util/net/ssl_manager_openssl.cpp, parseAndValidatePeerCertificate",
    f"{_NET}/util/net/ssl_manager_openssl.cpp",
)
SESSION = Source(
    "MongoDB 4.0, src/mongo/transport/session_asio.h, maybeHandshakeSSL", f"{_NET}/transport/session_asio.h"
)

LIBRARY = Library(
    "mongodb",
    (
        *says(
            [CLIENT_CERTIFICATE_MISSING],
            Phase.HANDSHAKE,
            "no SSL certificate provided by peer; connection rejected",
            basis=Basis.AUTHORITATIVE,
            source=MANAGER,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "The server certificate does not match the host name. Hostname:",
            basis=Basis.AUTHORITATIVE,
            source=MANAGER,
        ),
        *says(
            [DEMANDS_ENCRYPTION],
            Phase.NEGOTIATION,
            "The server is configured to only allow SSL connections",
            basis=Basis.AUTHORITATIVE,
            source=SESSION,
        ),
    ),
    vocabulary=True,
)
