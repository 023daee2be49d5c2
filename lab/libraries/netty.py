"""Netty, on which gRPC, Cassandra's and many other clients in Java stand: what it says itself of what arrives."""

from tlslab.model.beyond import CLIENT_SPEAKS_PLAIN
from tlslab.model.conditions import OTHER_SERVICE, PLAIN_HTTP
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_SSL = (
    "https://github.com/netty/netty/blob/0bb88a3e061f77355627e7fd7fc170ffdada7578/handler/src/main/java/io/netty"
    "/handler/ssl"
)
HANDLER = Source("Netty, io/netty/handler/ssl/SslHandler.java, decodeJdkCompatible", f"{_SSL}/SslHandler.java")
ENGINE = Source(
    "Netty, io/netty/handler/ssl/ReferenceCountedOpenSslEngine.java: the reason is the cause",
    f"{_SSL}/ReferenceCountedOpenSslEngine.java",
)

LIBRARY = Library(
    "netty",
    (
        *stands_for(
            {"not an SSL/TLS record": (PLAIN_HTTP, CLIENT_SPEAKS_PLAIN, OTHER_SERVICE)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=HANDLER,
        ),
        *says(ANY, Phase.HANDSHAKE, "General OpenSslEngine problem", basis=Basis.AUTHORITATIVE, source=ENGINE),
    ),
    vocabulary=True,
)
