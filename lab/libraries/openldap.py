"""OpenLDAP's library, on which PHP, Python's ldap, SSSD and ldapsearch stand: its own check of the name, and its files.

`additional info:` is followed by the reason of its TLS library, or by one of these.
"""

from tlslab.model.beyond import KEY_UNREADABLE, NO_CIPHER_LEFT, NO_SERVER_CERTIFICATE
from tlslab.model.conditions import (
    EXPIRED,
    NAME_MISMATCH,
    NOT_YET_VALID,
    OTHER_PIN,
    REVOKED,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

_LDAP = "https://github.com/openldap/openldap/blob/5ffe12c065c06ecf0ad26d59a465f7a95611fc9c/libraries/libldap"
OPENSSL = Source("OpenLDAP, libraries/libldap/tls_o.c, tlso_session_chkhost and tlso_ctx_init", f"{_LDAP}/tls_o.c")
GNUTLS = Source("OpenLDAP, libraries/libldap/tls_g.c, tlsg_session_chkhost and tlsg_cert_verify", f"{_LDAP}/tls_g.c")
OF_OLD = Source(
    "nfrastack/container-fusiondirectory issue 31: OpenLDAP 2.4",
    "https://github.com/nfrastack/container-fusiondirectory/issues/31",
)

LIBRARY = Library(
    "openldap",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "TLS: hostname does not match name in peer certificate",
            "TLS: hostname does not match subjectAltName in peer certificate",
            "TLS: unable to get CN from peer certificate",
            "TLS: unable to get subjectAltName from peer certificate",
            "TLS: hostname ({*}) does not match",
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "TLS: hostname does not match CN in peer certificate",
            basis=Basis.REPORTED,
            source=OF_OLD,
        ),
        *says(
            [OTHER_PIN],
            Phase.PIN,
            "TLS: public key hash does not match provided pin",
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
        *stands_for(
            {
                "TLS: peer cert untrusted or revoked": (UNTRUSTED, SELF_SIGNED, REVOKED),
                "TLS: peer certificate is expired": (EXPIRED,),
                "TLS: peer certificate not yet active": (NOT_YET_VALID,),
                "TLS: unable to get peer certificate": (NO_SERVER_CERTIFICATE,),
                "TLS: could not use CA certificate file": (STORE_ABSENT, STORE_UNREADABLE),
                "TLS: warning: no certificate loaded from CA certificate file": (STORE_UNREADABLE,),
                "TLS: warning: no certificate found in CA certificate directory": (STORE_ABSENT, STORE_UNREADABLE),
                "TLS: could not use certificate file": (KEY_UNREADABLE,),
                "TLS: could not use private key file": (KEY_UNREADABLE,),
                "TLS: only one of certfile and keyfile specified": (KEY_UNREADABLE,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=GNUTLS,
        ),
        *stands_for(
            {
                "TLS: could not set cipher list": (NO_CIPHER_LEFT,),
                "TLS: could not use key file": (KEY_UNREADABLE,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=OPENSSL,
        ),
    ),
    vocabulary=True,
)
