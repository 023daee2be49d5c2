"""MQTT: Mosquitto's clients and its server, and a gateway of Paho. The reason is OpenSSL's, or one of these."""

from tlslab.model.beyond import KEY_MISMATCH, KEY_UNREADABLE, NO_TLS_LIBRARY
from tlslab.model.conditions import NAME_MISMATCH, STORE_ABSENT, STORE_UNREADABLE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_MOSQUITTO = "https://github.com/eclipse-mosquitto/mosquitto/blob/7b8aba105b77253309de24664bbae69d0cae3da0"
CLIENT = Source("Mosquitto, lib/net_mosq.c, net__init_ssl_ctx", f"{_MOSQUITTO}/lib/net_mosq.c")
OPTIONS = Source("Mosquitto, client/client_shared.c", f"{_MOSQUITTO}/client/client_shared.c")
SERVER = Source("Mosquitto, src/net.c, net__load_certificates", f"{_MOSQUITTO}/src/net.c")
STRINGS = Source("Mosquitto, libcommon/strings_common.c, MOSQ_ERR_TLS", f"{_MOSQUITTO}/libcommon/strings_common.c")
VERIFY_OF_OLD = Source(
    "eclipse-mosquitto/mosquitto issue 2746", "https://github.com/eclipse-mosquitto/mosquitto/issues/2746"
)
GATEWAY = Source(
    "eclipse-paho/paho.mqtt-sn.embedded-c issue 233: the gateway of MQTT-SN",
    "https://github.com/eclipse-paho/paho.mqtt-sn.embedded-c/issues/233",
)

LIBRARY = Library(
    "mqtt",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Error: host name verification failed.",
            basis=Basis.REPORTED,
            source=VERIFY_OF_OLD,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "SSL_get_peer_certificate() error: Broker {*} dosen't match the host name",
            basis=Basis.REPORTED,
            source=GATEWAY,
        ),
        *stands_for(
            {
                "Error: Unable to load CA certificates, check": (STORE_ABSENT, STORE_UNREADABLE),
                "Error: Unable to load client certificate": (KEY_UNREADABLE,),
                "Error: Unable to load client key file": (KEY_UNREADABLE, KEY_MISMATCH),
                "Error: Client certificate/key are inconsistent.": (KEY_MISMATCH,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *stands_for(
            {
                "Error: Problem setting TLS options: File not found.": (STORE_ABSENT, KEY_UNREADABLE),
                "Error: TLS support not available.": (NO_TLS_LIBRARY,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=OPTIONS,
        ),
        *stands_for(
            {
                "Error: Unable to load server certificate": (KEY_UNREADABLE,),
                "Error: Unable to load server key file": (KEY_UNREADABLE, KEY_MISMATCH),
                "Error: Server certificate/key are inconsistent.": (KEY_MISMATCH,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=SERVER,
        ),
        *says(ANY, Phase.HANDSHAKE, "A TLS error occurred", basis=Basis.AUTHORITATIVE, source=STRINGS),
    ),
    vocabulary=True,
)
