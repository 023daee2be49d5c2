"""Postfix, Exim and Dovecot: their own words in the log, and what they answer to who begins without TLS."""

from tlslab.model.beyond import KEY_MISMATCH, KEY_UNREADABLE, NO_SERVER_CERTIFICATE, NO_TLS_LIBRARY
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    REVOCATION_STALE,
    REVOKED,
    SELF_SIGNED,
    STAPLE_MISSING,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_POSTFIX = "https://github.com/vdukhovni/postfix/blob/17830e5c13c160d51c95cb971d137a46de84e48c/postfix/src"
VERIFY = Source("Postfix, src/tls/tls_verify.c, tls_log_verify_error", f"{_POSTFIX}/tls/tls_verify.c")
SUMMARY = Source("Postfix, src/tls/tls_misc.c, tls_log_summary", f"{_POSTFIX}/tls/tls_misc.c")
CLIENT = Source("Postfix, src/smtp/smtp_proto.c, smtp_helo and smtp_start_tls", f"{_POSTFIX}/smtp/smtp_proto.c")
SERVER = Source("Postfix, src/smtpd/smtpd.c, starttls_cmd", f"{_POSTFIX}/smtpd/smtpd.c")
FILES = Source("Postfix, src/tls/tls_certkey.c, set_cert_stuff", f"{_POSTFIX}/tls/tls_certkey.c")
_EXIM = "https://github.com/Exim/exim/blob/13835a3c1e057efad7da269c0f93bf2eac850205/src/src"
EXIM_CLIENT = Source("Exim, src/transports/smtp.c, smtp_setup_conn", f"{_EXIM}/transports/smtp.c")
EXIM_OPENSSL = Source("Exim, src/tls-openssl.c, verify_callback and tls_client_stapling_cb", f"{_EXIM}/tls-openssl.c")
_DOVECOT = "https://github.com/dovecot/core/blob/f28b5a92ec52eef0a111a095d00435756343dc94/src"
DOVECOT_CONTEXT = Source(
    "Dovecot, src/lib-ssl-iostream/iostream-openssl-context.c",
    f"{_DOVECOT}/lib-ssl-iostream/iostream-openssl-context.c",
)
DOVECOT_COMMON = Source(
    "Dovecot, src/lib-ssl-iostream/iostream-openssl-common.c and iostream-ssl.c", f"{_DOVECOT}/lib-ssl-iostream"
)
DOVECOT_LOGIN = Source("Dovecot, src/login-common/login-common.h", f"{_DOVECOT}/login-common/login-common.h")
_FAILED = "certificate verification failed for {*}: "

LIBRARY = Library(
    "mail-servers",
    (
        *stands_for(
            {
                f"{_FAILED}untrusted issuer": (UNTRUSTED, INCOMPLETE),
                f"{_FAILED}self-signed certificate": (SELF_SIGNED,),
                f"{_FAILED}certificate not yet valid": (NOT_YET_VALID,),
                f"{_FAILED}certificate has expired": (EXPIRED, EXPIRED_ISSUER),
                f"{_FAILED}not designated for use as a": (NOT_FOR_SERVERS,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
        ),
        *stands_for(
            {"Untrusted TLS connection established to": (UNTRUSTED, SELF_SIGNED, INCOMPLETE)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SUMMARY,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "TLS is required, but was not offered by host",
            "TLS is required, but host {*} refused to start TLS",
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "Cannot start TLS: handshake failure",
            "Server certificate not verified",
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *stands_for(
            {
                "Must issue a STARTTLS command first": (DEMANDS_ENCRYPTION,),
                "TLS not available due to local problem": (KEY_UNREADABLE, KEY_MISMATCH, NO_SERVER_CERTIFICATE),
                "No server certs available. TLS won't be enabled": (NO_SERVER_CERTIFICATE,),
                "TLS has been selected, but TLS support is not compiled in": (NO_TLS_LIBRARY,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=SERVER,
        ),
        *stands_for(
            {
                'certificate from file "{*}": disabling TLS support': (KEY_UNREADABLE,),
                'private key from file "{*}": disabling TLS support': (KEY_UNREADABLE, KEY_MISMATCH),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=FILES,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "a TLS session is required, but the server did not offer TLS support",
            basis=Basis.AUTHORITATIVE,
            source=EXIM_CLIENT,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "a TLS session is required, but an attempt to start TLS failed",
            basis=Basis.AUTHORITATIVE,
            source=EXIM_CLIENT,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "SSL verify error: certificate name mismatch",
            basis=Basis.AUTHORITATIVE,
            source=EXIM_OPENSSL,
        ),
        *stands_for(
            {
                "(SSL_connect) Server certificate status is out-of-date": (REVOCATION_STALE,),
                "(SSL_connect) Server certificate revoked": (REVOKED,),
                "Required TLS certificate status not received": (STAPLE_MISSING,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=EXIM_OPENSSL,
        ),
        *stands_for(
            {
                "Key file is for a different certificate file": (KEY_MISMATCH,),
                "There is no valid PEM certificate.": (KEY_UNREADABLE,),
                "Can't load SSL certificate": (KEY_UNREADABLE,),
                "Can't load SSL private key": (KEY_UNREADABLE, KEY_MISMATCH),
                "Couldn't parse private SSL key": (KEY_UNREADABLE,),
                "SSL private key file is password protected": (KEY_UNREADABLE,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=DOVECOT_CONTEXT,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "SSL certificate doesn't match expected host name",
            basis=Basis.AUTHORITATIVE,
            source=DOVECOT_COMMON,
        ),
        *says(
            [DEMANDS_ENCRYPTION],
            Phase.NEGOTIATION,
            "authentication disallowed on non-secure (SSL/TLS) connections",
            basis=Basis.AUTHORITATIVE,
            source=DOVECOT_LOGIN,
        ),
    ),
    vocabulary=True,
)
