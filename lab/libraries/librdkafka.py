"""librdkafka, on which Kafka's clients in Python, Go, .NET and ClickHouse stand: what it adds to OpenSSL's words."""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    OTHER_SERVICE,
    SELF_SIGNED,
    STORE_ABSENT,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

SSL = Source(
    "librdkafka, src/rdkafka_ssl.c, rd_kafka_transport_ssl_handshake",
    "https://github.com/confluentinc/librdkafka/blob/4c3b017c3de8d9c10de12b9eec0ea688e8d5787d/src/rdkafka_ssl.c",
)

LIBRARY = Library(
    "librdkafka",
    (
        *stands_for(
            {
                "broker certificate could not be verified, verify that ssl.ca.location is correctly configured": (
                    *(UNTRUSTED, INCOMPLETE, SELF_SIGNED, NAME_MISMATCH, EXPIRED),
                ),
                "Broker did not provide a certificate": (NO_SERVER_CERTIFICATE,),
                "Unable to find any standard CA certificate paths for": (STORE_ABSENT,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *stands_for(
            {"connecting to a PLAINTEXT broker listener?": (NO_ENCRYPTION, OTHER_SERVICE)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *stands_for(
            {
                ": client SSL authentication might be required (see ssl.key.location": (
                    *(CLIENT_CERTIFICATE_MISSING, ENDS_EARLY, NO_COMMON_VERSION),
                ),
            },
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
    ),
    vocabulary=True,
)
