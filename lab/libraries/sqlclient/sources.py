"""Where the rows of SqlClient come from: places in its source at a commit of a release, threads, measurements."""

from tlslab.model.evidence import Source

_MICROSOFT = "https://github.com/dotnet/SqlClient/blob"
_MANAGED = "src/Microsoft.Data.SqlClient/netcore/src/Microsoft/Data/SqlClient"
_SHARED = "src/Microsoft.Data.SqlClient/src"
_SYSTEM = (
    "https://github.com/dotnet/maintenance-packages/blob/50c66d73c9e8338dc92448de0a2911947ca2306d/"
    "src/System.Data.SqlClient/src"
)

_COMMITS = {
    "1.0.19269": "297500426e15f8b9f9f836fc818bb509f30ba856",
    "1.1.4": "1450ff90e268f978c38da5dfcd46a27fda954dd2",
    "2.0.0": "ebbecab759e09859c78e3f99bdda69254efedd21",
    "4.0.0": "768b58b3d077d4811d6992acd7542fa1aea73b97",
    "4.1.0": "100eaaaeaa9cbef55ac5df17f09a4b2ab7bcd809",
    "5.1.9": "96dff8240157a99d47fb2ace4633806e72526fac",
    "5.2.2": "a98592718693168af42ec4af3eb974d58497373e",
    "6.0.1": "cfb007df082d6805343cf3a9ce641dff2b442095",
    "6.1.1": "eb7a9da3da429f3220a92a8a6b228a7471a884be",
    "7.0.2": "8c70cec98444338ddb0b97be94c34fde93970241",
    "pull request 4445": "0717dd0959216202aff2d3066d5e0d846e6531f2",
}


def _microsoft(release: str, path: str, lines: str, what: str) -> Source:
    file = path.rpartition("/")[2]
    return Source(f"dotnet/SqlClient {release}, {file}: {what}", f"{_MICROSOFT}/{_COMMITS[release]}/{path}#{lines}")


def _system(path: str, lines: str, what: str) -> Source:
    file = path.rpartition("/")[2]
    return Source(f"dotnet/maintenance-packages, System.Data.SqlClient, {file}: {what}", f"{_SYSTEM}/{path}#{lines}")


MEASURED = Source("Measured, 2026-11-30: .NET 10.0, Debian 12, sixteen releases, 2,310 attempts", "")

FRAME = _microsoft(
    "5.1.9", f"{_MANAGED}/TdsParser.cs", "L1559-L1560", "what failed (provider, number and text of the network layer)"
)
TEXT = _microsoft("6.1.1", f"{_SHARED}/Resources/Strings.resx", "L3954-L3955", "Snix_PreLogin")
NO_TEXT_FOR_STRICT = _microsoft(
    "5.2.2", f"{_SHARED}/Microsoft/Data/SqlClient/TdsEnums.cs", "L1012-L1013", "the name of a text that is not there"
)
TEXT_FOR_STRICT = _microsoft(
    "6.0.1", f"{_SHARED}/Resources/Strings.resx", "L3951-L3952", "Snix_PreLoginBeforeSuccessfulWrite"
)
CHAIN_TEXT = _microsoft(
    "5.2.2", f"{_MANAGED}/SNI/SNICommon.cs", "L166-L184", "every status of a chain that is built without a CRL"
)
NAME_TEXT = _microsoft("5.2.2", f"{_SHARED}/Resources/Strings.resx", "L4737-L4738", "SQL_RemoteCertificateNameMismatch")
NAME_IN_SUBJECT = _microsoft(
    "5.1.9", f"{_MANAGED}/SNI/SNICommon.cs", "L141-L198", "with another name only the subject is compared"
)
NAME_IN_SUBJECT_SYSTEM = _system(
    "System/Data/SqlClient/SNI/SNICommon.cs", "L136-L184", "with another name only the subject is compared"
)
NAME_IS_ADDED = _microsoft(
    "6.1.1",
    f"{_SHARED}/Microsoft/Data/SqlClient/ManagedSni/SniCommon.netcore.cs",
    "L61-L65",
    "the driver looks at nothing where SslStream found the name that was dialled",
)
VALIDATES_WHEN_ENCRYPTED = _microsoft(
    "6.1.1", f"{_MANAGED}/TdsParser.cs", "L1149-L1153", "validates when all is encrypted, and no one said to trust"
)
VALIDATES_WHEN_ASKED = _microsoft(
    "1.1.4", f"{_MANAGED}/TdsParser.cs", "L827-L830", "validates only when the client asked for encryption"
)
VALIDATES_WHEN_ASKED_SYSTEM = _system(
    "System/Data/SqlClient/TdsParser.cs", "L866-L869", "validates only when the client asked for encryption"
)
ASKS_FOR_REVOCATION = _microsoft(
    "4.0.0", f"{_MANAGED}/SNI/SNITcpHandle.cs", "L585", "checkCertificateRevocation is true"
)
ASKS_FOR_REVOCATION_AGAIN = _microsoft(
    "4.1.0", f"{_MANAGED}/SNI/SNITcpHandle.cs", "L585", "checkCertificateRevocation is true"
)
PIN_FOR_A_NAME = _microsoft(
    "5.1.9", f"{_MANAGED}/SNI/SNICommon.cs", "L209-L241", "the pin is compared when SslStream did not find the name"
)
PIN_FILE_IGNORED = _microsoft(
    "5.1.9", f"{_MANAGED}/SNI/SNITcpHandle.cs", "L678-L690", "a pin that cannot be read counts as none"
)
PIN_FILE_IGNORED_AGAIN = _microsoft(
    "6.1.1",
    f"{_SHARED}/Microsoft/Data/SqlClient/ManagedSni/SniCommon.netcore.cs",
    "L78-L92",
    "a pin that cannot be read counts as none",
)
PIN_IS_ALL = _microsoft(
    "6.1.1",
    f"{_SHARED}/Microsoft/Data/SqlClient/ManagedSni/SniCommon.netcore.cs",
    "L95-L106",
    "with a pin nothing but the pin is compared",
)
PIN_AFTER_SSLSTREAM = _microsoft(
    "7.0.2",
    f"{_SHARED}/Microsoft/Data/SqlClient/ManagedSni/SniCommon.netcore.cs",
    "L62-L66",
    "no look at the pin where SslStream found nothing wrong",
)
PIN_ALWAYS = _microsoft(
    "pull request 4445",
    f"{_SHARED}/Microsoft/Data/SqlClient/ManagedSni/SniCommon.netcore.cs",
    "L51-L56",
    "the pin is always compared, and must be readable",
)
NO_ENCRYPTION_TEXT = _microsoft(
    "6.1.1", f"{_MANAGED}/TdsParser.cs", "L1048-L1052", "any client option but none, server option NOT_SUP: error 20"
)
KEYWORD_TEXT = _microsoft("6.1.1", f"{_SHARED}/Resources/Strings.resx", "L1788-L1789", "ADP_KeywordNotSupported")
KEYWORD_TEXT_SYSTEM = _system("Resources/Strings.resx", "L242-L243", "ADP_KeywordNotSupported")
VALUE_TEXT = _microsoft("6.1.1", f"{_SHARED}/Resources/Strings.resx", "L1779-L1780", "ADP_InvalidConnectionOptionValue")
VALUE_TEXT_SYSTEM = _system("Resources/Strings.resx", "L233-L234", "ADP_InvalidConnectionOptionValue")
READS_FOR_EVER = _microsoft(
    "1.0.19269", f"{_MANAGED}/SNI/SslOverTdsStream.cs", "L100-L105", "reads a header until it is whole, also at the end"
)
END_OF_STREAM = _microsoft(
    "2.0.0", f"{_MANAGED}/SNI/SslOverTdsStream.cs", "L111-L114", "nothing read is the end of the stream"
)
END_OF_STREAM_SYSTEM = _system(
    "System/Data/SqlClient/SNI/SslOverTdsStream.cs", "L110-L113", "nothing read is the end of the stream"
)
REJECTED_REPORTED = Source(
    "dotnet/SqlClient, issue 2032: How to diagnose certificate validation error?",
    "https://github.com/dotnet/SqlClient/issues/2032",
)
SELF_SIGNED_REPORTED = Source(
    "skoruba/Duende.IdentityServer.Admin, issue 249: Docker container not working",
    "https://github.com/skoruba/Duende.IdentityServer.Admin/issues/249",
)
FETCHES_ISSUERS = Source(
    "dotnet/corefx, issue 26061: what a chain lacks .NET downloads from the address in the AIA record",
    "https://github.com/dotnet/corefx/issues/26061",
)
