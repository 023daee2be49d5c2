"""Conditions that no situation can have yet: what libraries have words for and the lab does not play.

Tables speak of them so that a text is never taken for something that it does not mean. One that a situation comes to
have moves to `tlslab.model.conditions`, and keeps its name.
"""

from tlslab.model.condition import Condition
from tlslab.model.library import When
from tlslab.model.situation import Situation


def _not_yet(situation: Situation) -> bool:
    return False


def _beyond(name: str, words: str) -> Condition:
    return Condition(name, words, _not_yet, wrong=True)


IN_THE_SERVERS_LOG = When("it stands in the server's log", _not_yet)
"""For what a server prints: no client of the lab says it."""

REVOCATION_UNUSABLE = _beyond(
    "revocation-unusable", "the list of revoked certificates (CRL), or the answer of OCSP, is malformed or badly signed"
)
MALFORMED = _beyond("malformed", "a certificate of the chain is malformed")
NOT_CONFORMING = _beyond(
    "not-conforming",
    "a certificate of the chain breaks a rule of RFC 5280 on which strict clients insist (as Python does since 3.13)",
)
UNKNOWN_ALGORITHM = _beyond("unknown-algorithm", "a certificate uses a key or signature that the client does not know")
SERIAL_REUSED = _beyond("serial-reused", "another certificate of the same issuer has the same serial number")
VALID_TOO_LONG = _beyond("valid-too-long", "the certificate is valid for a longer time than the client allows")
NO_TRANSPARENCY = _beyond(
    "no-transparency", "nothing shows that the certificate was logged publicly (Certificate Transparency)"
)
DISTRUSTED = _beyond(
    "distrusted",
    "the certificate, or a CA above it, is marked as not to be trusted: by the client's vendor, its administrator or "
    "its user",
)
POLICY_NOT_MET = _beyond("policy-not-met", "the chain does not have the certificate policy that is demanded")
INTERCEPTED = _beyond(
    "intercepted",
    "something between client and server (a company's proxy, an antivirus) shows a certificate of its own",
)
DANE_MISMATCH = _beyond("dane-mismatch", "no TLSA record of the host (DANE) matches the certificate")
PIN_UNREADABLE = _beyond("pin-unreadable", "the file with the certificate to compare it with is missing or holds none")

NO_CIPHER_LEFT = _beyond("no-cipher-left", "the program's own settings leave no cipher suite to offer")
NO_COMMON_GROUP = _beyond("no-common-group", "client and server have no group (curve) for the key exchange in common")
NO_COMMON_SIGNATURE = _beyond("no-common-signature", "client and server have no signature algorithm in common")
NO_COMMON_APPLICATION = _beyond(
    "no-common-application", "client and server have no application protocol (ALPN) in common"
)
WRONG_HANDSHAKE_SIGNATURE = _beyond(
    "wrong-handshake-signature",
    "the signature over the handshake is wrong: the peer's key is not that of its certificate, or something on the way "
    "changed the handshake",
)
UNSAFE_RENEGOTIATION = _beyond(
    "unsafe-renegotiation", "the server does not know secure renegotiation (RFC 5746), and the client insists on it"
)
NO_EXTENDED_MASTER_SECRET = _beyond(
    "no-extended-master-secret",
    "the server does not know the extended master secret (RFC 7627) that the client demands",
)
INAPPROPRIATE_FALLBACK = _beyond(
    "inappropriate-fallback", "the client tried an older version of TLS although the server speaks a newer one"
)
UNRECOGNIZED_NAME = _beyond(
    "unrecognized-name", "the server has no host of the name that the client asks for, or the client names none (SNI)"
)
NO_SERVER_CERTIFICATE = _beyond("no-server-certificate", "the server has no certificate to show")
BROKEN_PROTOCOL = _beyond(
    "broken-protocol", "what arrives is no correct TLS: the peer is at fault, or something on the way changed it"
)

CLIENT_CERTIFICATE_REFUSED = _beyond("client-certificate-refused", "the server refuses the client's certificate")
CLIENT_CERTIFICATE_REVOKED = _beyond("client-certificate-revoked", "the client's certificate has been revoked")
KEY_MISMATCH = _beyond("key-mismatch", "the private key that was configured is not that of the certificate beside it")
KEY_UNREADABLE = _beyond(
    "key-unreadable", "a private key, or the certificate that goes with it, cannot be read: no file, form or password"
)

ENDS_WITHOUT_NOTICE = _beyond(
    "ends-without-notice",
    "the other side ends the connection, in the handshake or behind it, and does not say so as TLS does (close_notify)",
)
CLIENT_SPEAKS_PLAIN = _beyond("client-speaks-plain", "the client speaks plain HTTP to a server that speaks TLS")
PROXY_REFUSES = _beyond("proxy-refuses", "the proxy does not let the client through to the server")
NO_TLS_LIBRARY = _beyond("no-tls-library", "the program has no TLS library, or cannot load it")
STORE_EMPTY = _beyond("store-empty", "the client's trust store holds no certificate")
STORE_PASSWORD = _beyond("store-password", "the password of a trust store or key store is wrong")

BEYOND = (
    *(
        REVOCATION_UNUSABLE,
        MALFORMED,
        NOT_CONFORMING,
        UNKNOWN_ALGORITHM,
        SERIAL_REUSED,
        VALID_TOO_LONG,
        NO_TRANSPARENCY,
        DISTRUSTED,
        POLICY_NOT_MET,
    ),
    *(INTERCEPTED, DANE_MISMATCH, PIN_UNREADABLE),
    *(NO_CIPHER_LEFT, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, NO_COMMON_APPLICATION),
    *(WRONG_HANDSHAKE_SIGNATURE, UNSAFE_RENEGOTIATION, NO_EXTENDED_MASTER_SECRET),
    *(INAPPROPRIATE_FALLBACK, UNRECOGNIZED_NAME, NO_SERVER_CERTIFICATE, BROKEN_PROTOCOL),
    *(CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_REVOKED, KEY_MISMATCH, KEY_UNREADABLE),
    *(ENDS_WITHOUT_NOTICE, CLIENT_SPEAKS_PLAIN, PROXY_REFUSES),
    *(NO_TLS_LIBRARY, STORE_EMPTY, STORE_PASSWORD),
)
"""All of them, in the order in which people should think of them."""
