"""lftp, which also speaks FTP with TLS: its own check of the name. The other reasons are those of its TLS library."""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE
from tlslab.model.conditions import NAME_MISMATCH, NO_ENCRYPTION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

_SRC = "https://github.com/lavv17/lftp/blob/9781fabd0caf160c0294ec3bbe639332d2453d16/src"
NAMES = Source("lftp, src/lftp_ssl.cc, set_cert_error", f"{_SRC}/lftp_ssl.cc")
FTP = Source("lftp, src/ftpclass.cc, ftp:ssl-force", f"{_SRC}/ftpclass.cc")

LIBRARY = Library(
    "lftp",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Certificate verification: subjectAltName does not match",
            "certificate common name doesn't match requested host name",
            "Certificate verification: certificate subject name {*} does not match",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            [NO_SERVER_CERTIFICATE],
            Phase.VERIFY,
            "Certificate verification: No certificate was found!",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "ftp:ssl-force is set and server does not support or allow SSL",
            basis=Basis.AUTHORITATIVE,
            source=FTP,
        ),
    ),
    vocabulary=True,
)
