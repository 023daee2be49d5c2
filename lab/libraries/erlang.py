"""Erlang/OTP's ssl, on which Elixir's clients, RabbitMQ, CouchDB and EMQX stand: alerts in words, and who sent them.

`generated CLIENT ALERT` is what the client itself refuses, `received SERVER ALERT` what the server refuses.
"""

from tlslab.model.beyond import CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_REVOKED, UNRECOGNIZED_NAME
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    FORGED,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_YET_VALID,
    PATH_TOO_LONG,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Does, Library, says, stands_for

_OTP = "https://github.com/erlang/otp/blob"
ALERTS = Source(
    "Erlang/OTP, lib/ssl/src/ssl_alert.erl, own_alert_txt, alert_txt and description_txt",
    f"{_OTP}/54e20b0df9e643f48bcc4bcb8d58bdc97335b42b/lib/ssl/src/ssl_alert.erl",
)

_REFUSES = "CLIENT ALERT: Fatal - "
"""Who refuses sends the alert: the client (`generated`) prints the same as the server (`received`)."""
_REFUSED = "SERVER ALERT: Fatal - "
_ANYTHING = (UNTRUSTED, SELF_SIGNED, INCOMPLETE, NAME_MISMATCH, EXPIRED)
"""What a client may mean by an alert that names no reason; the likeliest first."""
_CLIENTS = (CLIENT_CERTIFICATE_UNTRUSTED, CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_MISSING)
BAD_CERTS = Source(
    "Erlang/OTP, lib/public_key/doc/src/public_key.xml, reasons for a bad certificate",
    f"{_OTP}/015745560f3418d740acf3d07abe3ab61bfb5110/lib/public_key/doc/src/public_key.xml",
)
BAD_PATHS = Source(
    "Erlang/OTP, lib/public_key/src/public_key.erl, path_validation and pkix_crls_validate",
    f"{_OTP}/3b9e917b6abf803eaa95ab66c5cb4fe31b7270cd/lib/public_key/src/public_key.erl",
)
BAD_PEERS = Source(
    "Erlang/OTP, lib/ssl/src/ssl_certificate.erl, trusted_cert_and_paths and verify_hostname",
    f"{_OTP}/01e8a2c7f5a8c8bd7443af22d55fbd9816766e87/lib/ssl/src/ssl_certificate.erl",
)
_BAD: dict[Source, dict[str | Does, tuple[Condition, ...]]] = {
    BAD_CERTS: {
        "bad_cert,cert_expired": (EXPIRED, EXPIRED_ISSUER, NOT_YET_VALID),
        "bad_cert,invalid_signature": (FORGED,),
        "bad_cert,name_not_permitted": (NAME_NOT_PERMITTED,),
        "bad_cert,missing_basic_constraint": (NOT_A_CA,),
        "bad_cert,invalid_key_usage": (KEY_USAGE,),
        "bad_cert,{revoked": (REVOKED,),
    },
    BAD_PATHS: {
        "bad_cert,max_path_length_reached": (PATH_TOO_LONG,),
        "bad_cert,revocation_status_undetermined": (REVOCATION_UNKNOWN,),
    },
    BAD_PEERS: {
        "bad_cert,selfsigned_peer": (SELF_SIGNED,),
        "bad_cert,unknown_ca": (UNTRUSTED, INCOMPLETE),
        "bad_cert,hostname_check_failed": (NAME_MISMATCH,),
    },
}

LIBRARY = Library(
    "erlang",
    (
        *stands_for(
            {
                f"{_REFUSES}Unknown CA": (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                f"{_REFUSES}Certificate Expired": (EXPIRED, EXPIRED_ISSUER, NOT_YET_VALID),
                f"{_REFUSES}Certificate Revoked": (REVOKED,),
                f"{_REFUSES}Certificate Unknown": _ANYTHING,
                f"received {_REFUSES}Bad Certificate": _ANYTHING,
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *stands_for(
            {
                "received SERVER ALERT: Fatal - Protocol Version": (NO_COMMON_VERSION,),
                "generated SERVER ALERT: Fatal - Protocol Version": (NO_COMMON_VERSION,),
                "received SERVER ALERT: Fatal - Handshake Failure": (
                    *(NO_COMMON_VERSION, NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING),
                ),
                "received SERVER ALERT: Fatal - Insufficient Security": (NO_COMMON_CIPHER,),
                "generated SERVER ALERT: Fatal - Insufficient Security": (NO_COMMON_CIPHER,),
                "received SERVER ALERT: Fatal - Unrecognised Name": (UNRECOGNIZED_NAME,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *stands_for(
            {
                f"{_REFUSED}Unknown CA": (CLIENT_CERTIFICATE_UNTRUSTED,),
                f"{_REFUSED}Certificate Expired": (CLIENT_CERTIFICATE_EXPIRED,),
                f"{_REFUSED}Certificate Revoked": (CLIENT_CERTIFICATE_REVOKED,),
                f"{_REFUSED}Certificate required": (CLIENT_CERTIFICATE_MISSING,),
                f"{_REFUSED}Certificate Unknown": _CLIENTS,
                f"{_REFUSED}Bad Certificate": _CLIENTS,
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "generated CLIENT ALERT: Fatal - Handshake Failure",
            "generated CLIENT ALERT: Fatal - Bad Certificate",
            "generated CLIENT ALERT: Fatal - Unsupported Certificate",
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *(
            row
            for source, reasons in _BAD.items()
            for row in stands_for(reasons, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=source)
        ),
    ),
    vocabulary=True,
)
