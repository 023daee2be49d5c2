"""gRPC in C, on which its clients in Python, Ruby, PHP and C# stand: its own checks behind BoringSSL's."""

from tlslab.model.beyond import NO_COMMON_APPLICATION
from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

CHECKS = Source(
    "gRPC 1.48, src/core/lib/security/security_connector/ssl_utils.cc, grpc_ssl_check_peer_name, grpc_ssl_check_alpn",
    "https://github.com/grpc/grpc/blob/v1.48.0/src/core/lib/security/security_connector/ssl_utils.cc",
)

LIBRARY = Library(
    "grpc",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Peer name {*} is not in peer certificate",
            basis=Basis.AUTHORITATIVE,
            source=CHECKS,
        ),
        *says(
            [NO_COMMON_APPLICATION],
            Phase.HANDSHAKE,
            "Cannot check peer: missing selected ALPN property.",
            basis=Basis.AUTHORITATIVE,
            source=CHECKS,
        ),
    ),
    vocabulary=True,
)
