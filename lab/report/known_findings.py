"""What the lab, and the measurement of SqlClient, found wrong in real clients: the entries of docs/findings.md.

Each entry names answers (`tlslab.report.observed`) that show it; a test and `refresh` hold it against the data.
"""

from dataclasses import dataclass
from enum import StrEnum

MDS, SDS = "microsoft-data-sqlclient", "sqlclient"
_SQLCLIENT = "https://github.com/dotnet/SqlClient"
_TIBERIUS = "https://github.com/prisma/tiberius/blob/7fd75bb7070fe6ea41374698abf78928bb983bda"
_PACKAGES = "https://github.com/dotnet/maintenance-packages/blob/50c66d73c9e8338dc92448de0a2911947ca2306d/src"


class Harm(StrEnum):
    """What a finding costs, the worst first."""

    LETS_IN = "It lets an attacker in"
    CLEAR = "It does less than its options say"
    REFUSES = "It refuses what is good, or never answers"
    WORDS = "It says the wrong thing"


class Expected(StrEnum):
    """What came of an attempt."""

    CONNECTS = "connects"
    REFUSES = "refuses"
    HANGS = "hangs"


@dataclass(frozen=True, slots=True)
class Shown:
    """These releases did this when they were asked. `versions` empty: the pinned one."""

    client: str
    versions: tuple[str, ...]
    question: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `source`: an address, or "" where only the lab saw it."""

    harm: Harm
    who: str
    what: str
    since: str
    brought_by: str
    protect: str
    source: str
    shown: tuple[Shown, ...] = ()


def _shown(client: str, versions: str, question: str, expected: Expected) -> Shown:
    return Shown(client, tuple(versions.split()), question, expected)


_OLD = "1.0.19269.1 2.1.4 5.0.1 5.1.9"
_NEW = "5.2.2 6.0.1 6.1.1 6.1.7 6.1.8 7.0.3 7.1.0 7.1.1"
_EF = (
    "EF Core 8.0.34 and 9.0.23, the newest of their lines, bring Microsoft.Data.SqlClient 5.1.9; EF Core 10.0.15 "
    "brings 6.1.7"
)

FOUND: tuple[Found, ...] = (
    Found(
        Harm.LETS_IN,
        "Microsoft.Data.SqlClient up to 5.1.9, System.Data.SqlClient up to 4.9.1 (Linux, macOS)",
        "accepts **any** certificate, self-signed or expired, when the name was found by the driver's own "
        "look: in the CN beside "
        "a SAN with another name, behind a short name that was dialled (`db` for `db.lab.test`), or by "
        "HostNameInCertificate. "
        "The check of the name switches the check of the chain off",
        "the first release; ended with 5.2 of Microsoft.Data.SqlClient, never in System.Data.SqlClient",
        _EF,
        "name Microsoft.Data.SqlClient 5.2 or newer in the application; dial the full name, and have it in the SAN",
        f"{_SQLCLIENT}/blob/96dff8240157a99d47fb2ace4633806e72526fac/src/Microsoft.Data.SqlClient/"
        "netcore/src/Microsoft/Data/"
        "SqlClient/SNI/SNICommon.cs#L141-L198",
        (
            _shown(MDS, _OLD, "M:cnright_sanwrong_self", Expected.CONNECTS),
            _shown(MDS, _OLD, "short-name:expireduntrusted", Expected.CONNECTS),
            _shown(MDS, "5.0.1 5.1.9", "hnic=other:wrongboth", Expected.CONNECTS),
            _shown(SDS, "4.6.0 4.8.5 4.9.1", "M:cnright_sanwrong_self", Expected.CONNECTS),
            _shown(MDS, _NEW, "M:cnright_sanwrong_self", Expected.REFUSES),
            _shown(MDS, _NEW, "short-name:expireduntrusted", Expected.REFUSES),
        ),
    ),
    Found(
        Harm.LETS_IN,
        "mssql-jdbc 11.2 to 12.2",
        "`encrypt=strict` looks at the name and not at the chain: a certificate that anybody made for that name is "
        "accepted. The mode that is meant to be the strictest verifies less than `encrypt=true`",
        "11.1, the first with TDS 8.0; ended with 12.4",
        "programs on Java with a driver of 2022 or of the first half of 2023",
        "take 12.4 or newer; up to then name the server's certificate by `serverCertificate`",
        "https://github.com/microsoft/mssql-jdbc/pull/2174",
        (
            _shown("mssql-jdbc", "11.2.4.jre11", "TDS 8.0", Expected.CONNECTS),
            _shown("mssql-jdbc", "12.4.3.jre11 12.10.2.jre11 13.2.1.jre11", "TDS 8.0", Expected.REFUSES),
            _shown("mssql-jdbc", "", "TDS 8.0", Expected.REFUSES),
        ),
    ),
    Found(
        Harm.LETS_IN,
        "tedious up to 14.7",
        "`encrypt: true` verifies nothing unless `trustServerCertificate: false` is said as well, also where `ca` is "
        "given: that default was false in 9.0 and came back with a refactoring",
        "a release between 9.0 and 12 (issue 1361 is of 2021); ended with 15.0",
        "programs on Node with an old tedious, or with an old `mssql` or Sequelize, which bring one",
        "take 15 or newer, or say `trustServerCertificate: false`",
        "https://github.com/tediousjs/tedious/issues/1361",
        (
            _shown("tedious", "14.7.0", "untrusted CA", Expected.CONNECTS),
            _shown("tedious", "14.7.0", "another name", Expected.CONNECTS),
            _shown("tedious", "15.1.3 16.7.1 17.0.0 18.6.1", "untrusted CA", Expected.REFUSES),
        ),
    ),
    Found(
        Harm.LETS_IN,
        "tiberius 0.13",
        "`encrypt=strict` with TrustServerCertificate connects to anything; Microsoft's drivers ignore the "
        "switch in TDS 8.0",
        "0.13.0",
        "programs in Rust",
        "leave TrustServerCertificate out; give the CA by TrustServerCertificateCA",
        f"{_TIBERIUS}/src/client/tls_stream/rustls_tls_stream.rs",
        tuple(
            _shown(client, "", "untrusted-ca.strict/trust-everything", Expected.CONNECTS)
            for client in ("tiberius-rustls", "tiberius-native-tls")
        ),
    ),
    Found(
        Harm.LETS_IN,
        "System.Data.SqlClient; Microsoft.Data.SqlClient before 2.0; mssql-jdbc before 10.2; ODBC Driver 17; jTDS with "
        "`ssl=request`",
        "where the server alone demands encryption, the client encrypts and verifies nothing: forcing "
        "encryption on the server "
        "protects from nobody in the middle",
        "the first release; ended with Microsoft.Data.SqlClient 2.0 and mssql-jdbc 10.2",
        "every application that leaves encryption to the server",
        "ask for encryption in the connection string (`Encrypt=True`, `encrypt=true`)",
        f"{_PACKAGES}/System.Data.SqlClient/src/System/Data/SqlClient/TdsParser.cs#L866-L869",
        (
            _shown(SDS, "4.6.0 4.8.5 4.9.1", "server demands encryption", Expected.CONNECTS),
            _shown(MDS, "1.0.19269.1", "server demands encryption", Expected.CONNECTS),
            _shown(MDS, f"2.1.4 4.0.0 5.0.1 5.1.9 {_NEW}", "server demands encryption", Expected.REFUSES),
            _shown("mssql-jdbc", "9.4.1.jre11", "server demands encryption", Expected.CONNECTS),
            _shown("jtds", "", "server demands encryption", Expected.CONNECTS),
        ),
    ),
    Found(
        Harm.LETS_IN,
        "jTDS",
        "`ssl=authenticate` verifies the chain and never the name: any server with a certificate of a "
        "trusted CA is accepted; "
        "`ssl=require` verifies nothing",
        "all releases",
        "Java programs of the years before 2017",
        "use mssql-jdbc",
        ""
        "https://github.com/milesibastos/jTDS/blob/41fb9b92d147bbf108a154514f176fa3ad112380/src/main/net/sourceforge/jtds/ssl/"
        "SocketFactories.java#L148-L162",
        (_shown("jtds", "", "another name", Expected.CONNECTS), _shown("jtds", "", "self-signed", Expected.REFUSES)),
    ),
    Found(
        Harm.LETS_IN,
        "Microsoft.Data.SqlClient 5.1 to 6.1.1",
        "a wrong pin (ServerCertificate) is not looked at where the certificate is good otherwise",
        "5.1, where the option came; ended with 6.1.7 and 7.0.3",
        _EF,
        "6.1.7, 7.0.3 or newer",
        f"{_SQLCLIENT}/pull/4445",
        (
            _shown(MDS, "5.1.9 5.2.2 6.0.1 6.1.1", "pin:good=other", Expected.CONNECTS),
            _shown(MDS, "6.1.7 6.1.8 7.0.3 7.1.0 7.1.1", "pin:good=other", Expected.REFUSES),
        ),
    ),
    Found(
        Harm.CLEAR,
        "pymssql.connect(encryption=...) of 2.3 and up to 2.4.1",
        'the keyword `encryption="require"` has no effect: only the login is encrypted, what follows is in clear; '
        "where a server, or who stands in its place, does not encrypt, the password is in clear as well. The same word "
        "in freetds.conf encrypts",
        "seen in 2.3.13, 2.4.0 and 2.4.1; ended in 2.4.3. 2.2.8 does not know the keyword",
        "programs that ask for encryption in their code",
        "write `encryption = require` into freetds.conf, or take 2.4.3 or newer",
        "https://github.com/pymssql/pymssql/issues/924",
    ),
    Found(
        Harm.CLEAR,
        "tedious",
        "goes on in clear, also with `encrypt: true`, where the server answers that it cannot encrypt, and "
        "sends the password",
        "the releases of the atlas",
        "mssql and Sequelize for Node",
        "`encrypt: 'strict'` where the server takes TDS 8.0",
        "https://github.com/tediousjs/tedious/blob/012884b23dd49504c48081679cd1c2853379bd3d/src/connection.ts",
    ),
    Found(
        Harm.CLEAR,
        "Microsoft.Data.SqlClient up to 6.1.7, and 7.0.3 to 7.1.1",
        "HostNameInCertificate is a second name, not another: with a wrong one a certificate for the dialled "
        "name is accepted. "
        "6.1.8 alone refuses, so an upgrade from 6.1.8 to 7.x takes it back",
        "5.0, where the option came",
        _EF,
        "nothing: know that the dialled name counts, too",
        f"{_SQLCLIENT}/blob/eb7a9da3da429f3220a92a8a6b228a7471a884be/src/Microsoft.Data.SqlClient/"
        "src/Microsoft/Data/SqlClient/"
        "ManagedSni/SniCommon.netcore.cs#L61-L65",
        (
            _shown(MDS, "5.0.1 5.1.9 5.2.2 6.0.1 6.1.1 6.1.7 7.0.3 7.1.0 7.1.1", "hnic=nope:good", Expected.CONNECTS),
            _shown(MDS, "6.1.8", "hnic=nope:good", Expected.REFUSES),
        ),
    ),
    Found(
        Harm.CLEAR,
        "ODBC Driver 18",
        "ServerCertificate, a pin, is ignored outside of `Encrypt=strict`",
        "18.1, where the option came",
        "every program with the driver",
        "`Encrypt=strict`, or no pin",
        "",
    ),
    Found(
        Harm.CLEAR,
        "mssql-jdbc, jTDS: every Java runtime",
        "each certificate in the trust store is an anchor: an intermediate CA, or the server's own, is "
        "trusted like a root",
        "all releases",
        "Java",
        "put roots alone into the store",
        ""
        "https://github.com/openjdk/jdk/blob/01267bb7ca65eeddb7bdd72cb4f70afbab646ca9/src/java.base/share/classes/sun/security/"
        "provider/certpath/PKIXCertPathValidator.java",
        (
            _shown("mssql-jdbc", "", "leaf-trusted", Expected.CONNECTS),
            _shown("mssql-jdbc", "", "below-the-root", Expected.CONNECTS),
        ),
    ),
    Found(
        Harm.CLEAR,
        "go-mssqldb",
        "trusts every certificate when nothing is given, and verifies when `encrypt=false` is",
        "the releases of the atlas",
        "programs in Go",
        "`encrypt=true`",
        "",
    ),
    Found(
        Harm.CLEAR,
        "tiberius 0.12",
        "ignores HostNameInCertificate without a word",
        "ended with 0.13",
        "programs in Rust, fastmssql for Python",
        "0.13",
        "",
    ),
    Found(
        Harm.REFUSES,
        "Microsoft.Data.SqlClient 4.0.0",
        "asks for revocation, and refuses every certificate without a reachable list (CRL): all of a private "
        "CA that has none",
        "4.0.0; ended with 4.0.2, once more in 4.1.0",
        "whoever pinned 4.0",
        "any other release",
        f"{_SQLCLIENT}/blob/768b58b3d077d4811d6992acd7542fa1aea73b97/src/Microsoft.Data.SqlClient/"
        "netcore/src/Microsoft/Data/"
        "SqlClient/SNI/SNITcpHandle.cs#L585",
        (
            _shown(MDS, "4.0.0", "M:good", Expected.REFUSES),
            _shown(MDS, f"1.0.19269.1 2.1.4 5.0.1 5.1.9 {_NEW}", "M:good", Expected.CONNECTS),
        ),
    ),
    Found(
        Harm.REFUSES,
        "System.Data.SqlClient 4.6, Microsoft.Data.SqlClient 1.0",
        "reads for ever, on one core, where the server ends the handshake (an old server, a certificate that "
        "it cannot use); "
        "Connect Timeout is ignored",
        "ended with 4.8 and 2.0",
        "mssql-cli, programs of 2018 to 2020",
        "4.8, or Microsoft.Data.SqlClient",
        f"{_SQLCLIENT}/blob/297500426e15f8b9f9f836fc818bb509f30ba856/src/Microsoft.Data.SqlClient/"
        "netcore/src/Microsoft/Data/"
        "SqlClient/SNI/SslOverTdsStream.cs#L100-L105",
        (
            _shown(SDS, "4.6.0", "M:old.fin", Expected.HANGS),
            _shown(MDS, "1.0.19269.1", "M:old.fin", Expected.HANGS),
            _shown(SDS, "4.8.5 4.9.1", "M:old.fin", Expected.REFUSES),
            _shown(MDS, f"2.1.4 {_NEW}", "M:old.fin", Expected.REFUSES),
        ),
    ),
    Found(
        Harm.REFUSES,
        "Go (go-mssqldb), since Go 1.23",
        "refuses a certificate with a negative serial number, as SQL Server's self-generated one has in half "
        "of the starts, "
        "also with TrustServerCertificate",
        "Go 1.23",
        "sqlcmd, programs in Go",
        "a certificate of a CA on the server; `GODEBUG=x509negativeserial=1`",
        "https://github.com/microsoft/mssql-docker/issues/895",
        (_shown("go-mssqldb", "", "negative-serial", Expected.REFUSES),),
    ),
    Found(
        Harm.REFUSES,
        "jTDS",
        "`ssl=request` hangs in one of ten attempts with a current Java, where the login alone is encrypted: "
        "what was read "
        "ahead is lost when TLS is taken off again",
        "Java 11 and later",
        "Java programs of the years before 2017",
        "`ssl=require` or `authenticate`; better mssql-jdbc",
        "",
    ),
    Found(
        Harm.REFUSES,
        "tiberius, all releases",
        "`encrypt=false` verifies the certificate all the same, and begins TLS where the server has answered "
        "that it has none",
        "0.12 and 0.13",
        "programs in Rust",
        "`encrypt=DANGER_PLAINTEXT` where that is meant",
        f"{_TIBERIUS}/src/tds/codec/pre_login.rs",
        tuple(
            _shown(client, "", question, Expected.REFUSES)
            for client in ("tiberius-rustls", "tiberius-native-tls")
            for question in ("self-signed/stop-asking-for-encryption", "no-encryption/ask-for-no-encryption")
        ),
    ),
    Found(
        Harm.REFUSES,
        "rustls, and with it tiberius",
        "refuses a server's certificate that says CA:TRUE (`CaUsedAsEndEntity`), as `openssl req -x509` makes them, "
        "also where it is trusted",
        "all releases",
        "programs in Rust",
        "make the certificate with `-addext basicConstraints=critical,CA:FALSE`, or have a CA issue one",
        "https://github.com/rustls/webpki/blob/7d4f8d83cc13d3f4169ef774aebb6319a376e000/src/verify_cert.rs",
        (
            _shown("tiberius-rustls", "", "self-signed/trust-certificate", Expected.REFUSES),
            _shown("tiberius-native-tls", "", "self-signed/trust-certificate", Expected.CONNECTS),
        ),
    ),
    Found(
        Harm.WORDS,
        "Microsoft.Data.SqlClient 5.2 to 7.1",
        "an expired certificate's first words are about a CRL, and of a certificate that is not for servers "
        "(EKU) the reason is "
        "not named at all: nothing but the CRL is",
        "5.2",
        _EF,
        "read to the end; `openssl x509 -noout -dates -ext extendedKeyUsage`",
        f"{_SQLCLIENT}/blob/a98592718693168af42ec4af3eb974d58497373e/src/Microsoft.Data.SqlClient/"
        "netcore/src/Microsoft/Data/"
        "SqlClient/SNI/SNICommon.cs#L166-L184",
        (_shown(MDS, _NEW, "for clients alone (EKU)", Expected.REFUSES),),
    ),
    Found(
        Harm.WORDS,
        "Microsoft.Data.SqlClient up to 5.1.9, System.Data.SqlClient",
        "one text for every certificate that is refused",
        "ended with 5.2 of Microsoft.Data.SqlClient",
        _EF,
        "look at the certificate by `openssl s_client -starttls mssql`",
        f"{_SQLCLIENT}/issues/2032",
        (_shown(MDS, _OLD, "expired", Expected.REFUSES),),
    ),
    Found(
        Harm.WORDS,
        "jTDS",
        "a server that hangs up in the handshake makes it fail by a NullPointerException, where a login timeout is set",
        "1.3.1",
        "Java programs of the years before 2017",
        "use mssql-jdbc",
        ""
        "https://github.com/milesibastos/jTDS/blob/41fb9b92d147bbf108a154514f176fa3ad112380/src/main/net/sourceforge/jtds/jdbc/"
        "JtdsConnection.java#L430-L438",
        (_shown("jtds", "", "sha1-signature.server", Expected.REFUSES),),
    ),
)
"""The worst first."""
