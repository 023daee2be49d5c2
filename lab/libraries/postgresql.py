"""PostgreSQL: its server and its drivers, where encryption is demanded or refused. What they say of certificates comes
from the TLS library.
"""

from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import DEMANDS_ENCRYPTION, NAME_MISMATCH, NO_ENCRYPTION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

SERVER = Source(
    "PostgreSQL, src/backend/libpq/auth.c, ClientAuthentication",
    "https://github.com/postgres/postgres-cfbot/blob/4c19d228c96e52f64bec0a5fc0da3159da4eb7ad/src/backend/libpq/auth.c",
)
SERVER_OF_OLD = Source(
    "PostgreSQL before 14, src/backend/libpq/auth.c, ClientAuthentication",
    "https://github.com/postgres/postgres/blob/7133152c5b604ed7b1e4e3f80df7109401bed8d5/src/backend/libpq/auth.c",
)
LIB_PQ = Source(
    "lib/pq, conn.go, ErrSSLNotSupported",
    "https://github.com/lib/pq/blob/00262e4415c06929227807d0a119cb35ee8b0166/conn.go",
)
PGJDBC = Source(
    "PostgreSQL JDBC Driver, ConnectionFactoryImpl.java, enableSSL",
    "https://github.com/pgjdbc/pgjdbc/blob/18bc00cb1aaa2d9336c63ad30b0c5e229c43cb43/pgjdbc/src/main/java/org/postgresql"
    "/core/v3/ConnectionFactoryImpl.java",
)

NPGSQL = Source(
    "Npgsql, src/Npgsql/Internal/NpgsqlConnector.cs, RawOpen",
    "https://github.com/npgsql/npgsql/blob/251d73b01e05d5a125588a9e60ac4d7bec012cd9/src/Npgsql/Internal"
    "/NpgsqlConnector.cs",
)
LIBPQ_NAMES = Source(
    "PostgreSQL, src/interfaces/libpq/fe-secure-common.c, pq_verify_peer_name_matches_certificate",
    "https://github.com/postgres/postgres/blob/ffa2e4670123124b92f037d335a1e844c3782d3f/src/interfaces/libpq"
    "/fe-secure-common.c",
)

LIBRARY = Library(
    "postgresql",
    (
        *says(
            [DEMANDS_ENCRYPTION],
            Phase.NEGOTIATION,
            "pg_hba.conf rejects connection for host {*}, no encryption",
            "no pg_hba.conf entry for host {*}, no encryption",
            basis=Basis.AUTHORITATIVE,
            source=SERVER,
        ),
        *says(
            [DEMANDS_ENCRYPTION],
            Phase.NEGOTIATION,
            "no pg_hba.conf entry for host {*}, SSL off",
            basis=Basis.AUTHORITATIVE,
            source=SERVER_OF_OLD,
        ),
        *says(
            [CLIENT_CERTIFICATE_MISSING],
            Phase.HANDSHAKE,
            "connection requires a valid client certificate",
            basis=Basis.AUTHORITATIVE,
            source=SERVER,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "SSL is not enabled on the server",
            basis=Basis.AUTHORITATIVE,
            source=LIB_PQ,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "The server does not support SSL.",
            basis=Basis.AUTHORITATIVE,
            source=PGJDBC,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "SSL connection requested. No SSL enabled connection from this host is configured.",
            basis=Basis.AUTHORITATIVE,
            source=NPGSQL,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "server certificate for {*} does not match host name",
            "could not get server's host name from server certificate",
            basis=Basis.AUTHORITATIVE,
            source=LIBPQ_NAMES,
        ),
    ),
    vocabulary=True,
)
