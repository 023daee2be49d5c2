""".NET Framework (HttpWebRequest, WebClient, WCF), and with it Windows PowerShell 5.1: what they say of TLS on Windows.

The sentence is put together from a frame (`The underlying connection was closed: {0}.`) and that of a
WebExceptionStatus, whose name is its code. None of them names a reason: TrustFailure is said whatever is wrong with the
certificate, SecureChannelFailure whatever ended the handshake. .NET (Core) knows none of these sentences.
"""

from tlslab.libraries.sqlclient.conditions import UNKNOWN_HOST
from tlslab.model.beyond import KEY_UNREADABLE, PROXY_REFUSES
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import (
    ENDS_EARLY,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_SERVING,
    OTHER_SERVICE,
    PLAIN_HTTP,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, says, says_alike

_REFERENCE = "https://github.com/microsoft/referencesource/blob/ec9fa9ae770d522a5b5f0607898044b7478574a3"
STRINGS = Source(
    ".NET Framework reference source, System.txt (net_webstatus_*, net_connclosed, net_requestaborted, net_ssl_io_*)",
    f"{_REFERENCE}/System/System.txt",
)
WCF = Source(
    ".NET Framework reference source, System.ServiceModel.txt (TrustFailure, SecureChannelFailure)",
    f"{_REFERENCE}/System.ServiceModel/System.ServiceModel.txt",
)

ARTICLE = Source(
    "10Web, How to Resolve the Could Not Establish Trust Relationship Error",
    "https://10web.io/blog/could-not-establish-trust-relationship-for-the-ssl-tls/",
)

_CLOSED = "The underlying connection was closed: "
_NO_CHANNEL = (NO_COMMON_VERSION, NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING)
GALLERY = Source(
    "MicrosoftDocs/PowerShell-Docs issue 6083: PowerShellGet of Windows PowerShell 5.1, which offers TLS 1.0",
    "https://github.com/MicrosoftDocs/PowerShell-Docs/issues/6083",
)

LIBRARY = Library(
    "dotnet-framework",
    (
        *says(
            ANY,
            Phase.VERIFY,
            f"{_CLOSED}Could not establish trust relationship for the SSL/TLS secure channel.",
            "Could not establish trust relationship for the SSL/TLS secure channel",
            "The remote certificate is invalid according to the validation procedure.",
            Prints(code="TrustFailure"),
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "Could not establish trust relationship for the SSL/TLS secure channel with authority",
            basis=Basis.AUTHORITATIVE,
            source=WCF,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "Could not establish a trust relationship for the SSL/TLS secure channel with authority",
            basis=Basis.REPORTED,
            source=ARTICLE,
        ),
        *says_alike(
            _NO_CHANNEL,
            Phase.HANDSHAKE,
            "The request was aborted: Could not create SSL/TLS secure channel.",
            Prints(code="SecureChannelFailure"),
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_alike(
            _NO_CHANNEL,
            Phase.HANDSHAKE,
            "Could not establish secure channel for SSL/TLS with authority",
            basis=Basis.AUTHORITATIVE,
            source=WCF,
        ),
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER, ENDS_EARLY),
            Phase.CLOSED,
            f"{_CLOSED}An unexpected error occurred on a send.",
            f"{_CLOSED}An unexpected error occurred on a receive.",
            f"{_CLOSED}The connection was closed unexpectedly.",
            "The handshake failed. The remote side has dropped the stream.",
            "Authentication failed because the remote party has closed the transport stream.",
            "Received an unexpected EOF or 0 bytes from the transport stream.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "A call to SSPI failed, see inner exception.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_alike(
            (PLAIN_HTTP, OTHER_SERVICE),
            Phase.HANDSHAKE,
            "The handshake failed due to an unexpected packet format.",
            "The stream is corrupted due to an invalid SSL version number in the SSL protocol header.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            [KEY_UNREADABLE],
            Phase.HANDSHAKE,
            "The server mode SSL must use a certificate with the associated private key.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            [UNKNOWN_HOST],
            Phase.CONNECT,
            "The remote name could not be resolved",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            "Unable to connect to the remote server",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_alike(
            (NO_COMMON_VERSION, PROXY_REFUSES),
            Phase.NEGOTIATION,
            "Unable to download from URI 'https://go.microsoft.com/fwlink/?LinkID=",
            "No match was found for the specified search criteria for the provider 'NuGet'",
            basis=Basis.REPORTED,
            source=GALLERY,
        ),
    ),
    vocabulary=True,
)
