"""MySQL and MariaDB: what the server says where it demands encryption."""

from tlslab.model.conditions import DEMANDS_ENCRYPTION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, says

SECURE_TRANSPORT = Source(
    "MariaDB, Error 3159, ER_SECURE_TRANSPORT_REQUIRED (the text is MySQL's)",
    "https://mariadb.com/docs/server/reference/error-codes/mariadb-error-codes-3100-to-3199/e3159",
)

LIBRARY = Library(
    "mysql",
    says(
        [DEMANDS_ENCRYPTION],
        Phase.NEGOTIATION,
        "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
        Prints(code="ER_SECURE_TRANSPORT_REQUIRED"),
        basis=Basis.AUTHORITATIVE,
        source=SECURE_TRANSPORT,
    ),
    vocabulary=True,
)
