"""QuickFIX/n: it looks at the purpose of the certificate itself before .NET's verdict counts."""

from tlslab.model.beyond import CLIENT_CERTIFICATE_REFUSED
from tlslab.model.conditions import NOT_FOR_SERVERS
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says

CHECK = Source(
    "QuickFIX/n, QuickFIXn/Transport/SslStreamFactory.cs, VerifyRemoteCertificate",
    "https://github.com/connamara/quickfixn/blob/cfb9c1c25d9aa4c3b81ec511315a06c2d84a1ca8/QuickFIXn/Transport"
    "/SslStreamFactory.cs",
)

LIBRARY = Library(
    "quickfixn",
    (
        *says(
            [NOT_FOR_SERVERS],
            Phase.VERIFY,
            "Remote certificate is not intended for server authentication",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(
            [CLIENT_CERTIFICATE_REFUSED],
            Phase.VERIFY,
            "Remote certificate is not intended for client authentication",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "Remote certificate was not recognized as a valid certificate:",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
    ),
    vocabulary=True,
)
