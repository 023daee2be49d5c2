"""BusyBox wget: TLS of its own, which verifies no certificate, or a helper program that may be absent."""

from tlslab.model.beyond import NO_COMMON_GROUP, NO_TLS_LIBRARY, UNRECOGNIZED_NAME
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import NO_COMMON_CIPHER, NO_COMMON_VERSION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

TLS = Source(
    "BusyBox, networking/tls.c",
    "https://github.com/mirror/busybox/blob/371fe9f71d445d18be28c82a2a6d82115c8af19d/networking/tls.c#L1159",
)
HELPER = Source(
    "docker-library/busybox issue 25: an image without the helper",
    "https://github.com/docker-library/busybox/issues/25",
)

LIBRARY = Library(
    "busybox",
    (
        *stands_for(
            {
                "TLS error from peer (alert code 40)": (
                    *(NO_COMMON_CIPHER, NO_COMMON_VERSION, NO_COMMON_GROUP, CLIENT_CERTIFICATE_MISSING),
                ),
                "TLS error from peer (alert code 70)": (NO_COMMON_VERSION,),
                "TLS error from peer (alert code 71)": (NO_COMMON_CIPHER,),
                "TLS error from peer (alert code 112)": (UNRECOGNIZED_NAME,),
                "TLS error from peer (alert code 116)": (CLIENT_CERTIFICATE_MISSING,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=TLS,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "wget: can't execute 'ssl_helper': No such file or directory",
            "wget: can't execute 'ssl_helper'",
            basis=Basis.REPORTED,
            source=HELPER,
        ),
    ),
    vocabulary=True,
)
