"""POCO's NetSSL on Windows, which database drivers and .NET-free programs carry: its own words round Schannel's."""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import EXPIRED, INCOMPLETE, REVOCATION_UNKNOWN, REVOKED, SELF_SIGNED, UNTRUSTED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

SOCKET = Source(
    "POCO, NetSSL_Win/src/SecureSocketImpl.cpp, clientVerifyCertificate and verifyCertificateChainClient: each issuer "
    "must stand in the store",
    "https://github.com/pocoproject/poco/blob/0a115be8aca4e7cc95d2196a20d402bf39452d75/NetSSL_Win/src"
    "/SecureSocketImpl.cpp",
)

LIBRARY = Library(
    "poco",
    (
        *stands_for(
            {
                "Failed to verify certificate chain: CA not trusted": (UNTRUSTED, INCOMPLETE, SELF_SIGNED),
                "Certificate Authority not trusted": (UNTRUSTED, INCOMPLETE, SELF_SIGNED),
                "InvalidCertificateException: Expired certificate": (EXPIRED,),
                "Failed to verify revoked certificate chain": (REVOKED, REVOCATION_UNKNOWN),
                "SSL Exception: No Server certificate": (NO_SERVER_CERTIFICATE,),
                "SSL Exception: No client certificate": (CLIENT_CERTIFICATE_MISSING,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SOCKET,
        ),
        *says(ANY, Phase.VERIFY, "Failed to verify certificate chain", basis=Basis.AUTHORITATIVE, source=SOCKET),
    ),
    vocabulary=True,
)
