"""Alerts as programs name them that print little else: curl -v, Bouncy Castle, tlslite-ng, Java's debug log.

What a client sends says what it does not like of the server; what it receives says what the server does not like of it.
A text that gives a reason comes before them.
"""

from tlslab.model.beyond import (
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    NO_COMMON_GROUP,
    UNRECOGNIZED_NAME,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

CURL = Source(
    "curl 8.9.1, lib/vtls/openssl.c, ossl_trace: `%s (%s), %s, %s (%d):`, with the words of OpenSSL's "
    "SSL_alert_desc_string_long",
    "https://github.com/curl/curl/blob/curl-8_9_1/lib/vtls/openssl.c",
)
BOUNCY_CASTLE = Source(
    "Bouncy Castle, org.bouncycastle.tls.AlertDescription, getText: the name, and the number in brackets",
    "https://github.com/bcgit/bc-java/blob/r1rv78/tls/src/main/java/org/bouncycastle/tls/AlertDescription.java",
)
TLSLITE = Source(
    "tlslite-ng, tlslite/errors.py, TLSAlert.__str__: the name of the alert",
    "https://github.com/tlsfuzzer/tlslite-ng/blob/v0.7.6/tlslite/errors.py",
)

_SENT: dict[tuple[str, int], tuple[Condition, ...]] = {
    ("handshake failure", 40): (NO_COMMON_CIPHER, NO_COMMON_VERSION),
    ("unsupported certificate", 43): (NOT_FOR_SERVERS,),
    ("certificate revoked", 44): (REVOKED,),
    ("certificate expired", 45): (EXPIRED, EXPIRED_ISSUER),
    ("unknown CA", 48): (UNTRUSTED, INCOMPLETE, SELF_SIGNED),
    ("protocol version", 70): (NO_COMMON_VERSION,),
}
_RECEIVED: dict[tuple[str, int], tuple[Condition, ...]] = {
    ("handshake failure", 40): (NO_COMMON_CIPHER, NO_COMMON_VERSION, CLIENT_CERTIFICATE_MISSING, NO_COMMON_GROUP),
    ("bad certificate", 42): (CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_REFUSED),
    ("certificate revoked", 44): (CLIENT_CERTIFICATE_REVOKED,),
    ("certificate expired", 45): (CLIENT_CERTIFICATE_EXPIRED,),
    ("certificate unknown", 46): (CLIENT_CERTIFICATE_REFUSED,),
    ("unknown CA", 48): (CLIENT_CERTIFICATE_UNTRUSTED,),
    ("access denied", 49): (CLIENT_CERTIFICATE_REFUSED,),
    ("decrypt error", 51): (WRONG_HANDSHAKE_SIGNATURE,),
    ("protocol version", 70): (NO_COMMON_VERSION,),
    ("insufficient security", 71): (NO_COMMON_CIPHER,),
    ("unrecognized name", 112): (UNRECOGNIZED_NAME,),
    ("certificate required", 116): (CLIENT_CERTIFICATE_MISSING,),
}
_FATAL = 2 << 8


def _name(words: str) -> str:
    """The name of the alert in RFC 8446."""
    return words.lower().replace(" ", "_")


LIBRARY = Library(
    "alerts",
    (
        *stands_for(
            {
                f"({way}), TLS alert, {words} ({_FATAL + number})": conditions
                for way, alerts in (("OUT", _SENT), ("IN", _RECEIVED))
                for (words, number), conditions in alerts.items()
            },
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=CURL,
        ),
        *stands_for(
            {
                f"{error}: {_name(words)}({number})": conditions
                for error, alerts in (("TlsFatalAlert", _SENT), ("TlsFatalAlertReceived", _RECEIVED))
                for (words, number), conditions in alerts.items()
            },
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=BOUNCY_CASTLE,
        ),
        *stands_for(
            {
                f"{error}: {_name(words)}": conditions
                for error, alerts in (("TLSLocalAlert", _SENT), ("TLSRemoteAlert", _RECEIVED))
                for (words, _), conditions in alerts.items()
            },
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=TLSLITE,
        ),
    ),
    vocabulary=True,
)
