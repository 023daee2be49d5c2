"""Node's own check of names (`tls.checkServerIdentity`), beyond what clients of the lab show: addresses, old words."""

from tlslab.model.conditions import CN_ALONE, IP_ADDRESS, NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

CHECK = Source("Node.js 20, lib/tls.js, checkServerIdentity", "https://github.com/nodejs/node/blob/v20.11.0/lib/tls.js")
OLDER = Source(
    "Node.js 4, lib/tls.js, checkServerIdentity: doesn't", "https://github.com/nodejs/node/blob/v4.4.2/lib/tls.js"
)

LIBRARY = Library(
    "node-names",
    (
        *stands_for(
            {
                "IP: {host} is not in the cert's list:": (NAME_MISMATCH, IP_ADDRESS),
                "Host: {host}. is not cert's CN:": (NAME_MISMATCH, CN_ALONE),
                "Hostname/IP does not match certificate's altnames": (NAME_MISMATCH,),
                "Cert does not contain a DNS name": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *stands_for(
            {"Hostname/IP doesn't match certificate's altnames": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=OLDER,
        ),
    ),
    vocabulary=True,
)
