"""MySQL and MariaDB: what their servers and their client libraries say themselves. Behind `SSL connection error:` and
`TLS/SSL error:` stands the reason of the TLS library, or one of these.
"""

from tlslab.model.beyond import KEY_MISMATCH, KEY_UNREADABLE, NO_CIPHER_LEFT, NO_SERVER_CERTIFICATE
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    NOT_YET_VALID,
    OTHER_PIN,
    REVOKED,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, says, stands_for

SECURE_TRANSPORT = Source(
    "MariaDB, Error 3159, ER_SECURE_TRANSPORT_REQUIRED (the text is MySQL's)",
    "https://mariadb.com/docs/server/reference/error-codes/mariadb-error-codes-3100-to-3199/e3159",
)
_MYSQL = "https://github.com/mysql/mysql-server/blob/91659ce3030a1630eabdded4e17b1ba5743c9473"
FACTORIES = Source("MySQL, vio/viosslfactories.cc, ssl_error_string", f"{_MYSQL}/vio/viosslfactories.cc")
CLIENT = Source("MySQL, sql-common/client.cc, cli_establish_ssl", f"{_MYSQL}/sql-common/client.cc")
_CONNECTOR = "https://github.com/mariadb-corporation/mariadb-connector-c/blob/53243b8a7a3d8125d86004b1b784e40f75298d6b/libmariadb"
CONNECTOR = Source("MariaDB Connector/C, libmariadb/ma_tls.c, ma_pvio_tls_verify_server_cert", f"{_CONNECTOR}/ma_tls.c")
CONNECTOR_GNUTLS = Source("MariaDB Connector/C, libmariadb/secure/gnutls.c", f"{_CONNECTOR}/secure/gnutls.c")

LIBRARY = Library(
    "mysql",
    (
        *says(
            [DEMANDS_ENCRYPTION],
            Phase.NEGOTIATION,
            "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
            Prints(code="ER_SECURE_TRANSPORT_REQUIRED"),
            basis=Basis.AUTHORITATIVE,
            source=SECURE_TRANSPORT,
        ),
        *stands_for(
            {
                "SSL_CTX_set_default_verify_paths failed": (STORE_ABSENT, STORE_UNREADABLE),
                "SSL connection error: Unable to get certificate": (KEY_UNREADABLE,),
                "SSL connection error: Unable to get private key": (KEY_UNREADABLE,),
                "Private key does not match the certificate public key": (KEY_MISMATCH,),
                "SSL connection error: Failed to set ciphers to use": (NO_CIPHER_LEFT,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=FACTORIES,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "SSL connection error: SSL is required but the server doesn't support it",
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *says(
            [STORE_ABSENT],
            Phase.NEGOTIATION,
            "CA certificate is required if ssl-mode is VERIFY_CA or VERIFY_IDENTITY",
            basis=Basis.AUTHORITATIVE,
            source=CLIENT,
        ),
        *stands_for(
            {
                "Certificate not yet valid or expired": (EXPIRED, NOT_YET_VALID),
                "TLS/SSL error: Certificate revoked": (REVOKED,),
                "Peer certificate is not trusted": (SELF_SIGNED, UNTRUSTED, INCOMPLETE),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CONNECTOR,
        ),
        *says(ANY, Phase.VERIFY, "Peer certificate verification failed", basis=Basis.AUTHORITATIVE, source=CONNECTOR),
        *says(
            [OTHER_PIN],
            Phase.PIN,
            "Fingerprint validation of peer certificate failed",
            "Fingerprint verification of server certificate failed",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTOR,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "TLS/SSL error: Hostname verification failed",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTOR,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Certificate subject name doesn't match specified hostname",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTOR_GNUTLS,
        ),
        *says(
            [NO_SERVER_CERTIFICATE],
            Phase.VERIFY,
            "Unable to get server certificate",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTOR_GNUTLS,
        ),
    ),
    vocabulary=True,
)
