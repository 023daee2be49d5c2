"""FreeTDS: its own check of the name, in the words of its log."""

from tlslab.model.beyond import NO_TLS_LIBRARY
from tlslab.model.conditions import NAME_MISMATCH, NO_ENCRYPTION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

TLS = Source(
    "FreeTDS, src/tds/tls.c, tds_verify_certificate and tds_ssl_init",
    "https://github.com/FreeTDS/freetds/blob/03635b2b303ccd23c6baccca1f97b36f8ea63986/src/tds/tls.c",
)

LOGIN = Source(
    "FreeTDS, src/tds/login.c, tds71_do_login (flag 2 is TDS7_ENCRYPT_NOT_SUP: it fails where encryption is required)",
    "https://github.com/FreeTDS/freetds/blob/7cce67e1ffd112c9daa2abd44672d37db660820d/src/tds/login.c",
)

NO_LIBRARY = Source(
    "FreeTDS, src/tds/login.c, tds71_do_login, where it is built without GnuTLS and OpenSSL",
    "https://github.com/FreeTDS/freetds/blob/05c6d313459003eed801ea11a1d1b17ff704ba33/src/tds/login.c",
)

LIBRARY = Library(
    "freetds",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Certificate hostname does not match",
            "checking hostname failed",
            basis=Basis.AUTHORITATIVE,
            source=TLS,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "detected crypt flag 2",
            basis=Basis.AUTHORITATIVE,
            source=LOGIN,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "server required encryption but support is not compiled in",
            basis=Basis.AUTHORITATIVE,
            source=NO_LIBRARY,
        ),
    ),
)
