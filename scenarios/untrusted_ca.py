"""Untrusted CA: the certificate is in order, but its authority is not in the client's trust store."""

from tlslab.model.certificate import LAB_ROOT
from tlslab.model.check import EVERYTHING, NOTHING, Check
from tlslab.model.conditions import DEMANDS_ENCRYPTION, NAME_MISMATCH, SELF_SIGNED, UNTRUSTED
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation, healthy
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CERTS,
    KB2007728,
    KINSTA,
    LEAF_ONLY,
    NODE_CODES,
    ODBC_KEYWORDS,
    ODBC_TROUBLESHOOTING,
    PHP_CONTEXT,
    SQL_CERTIFICATES,
    SQL_LINUX,
    STRICT_ENCRYPTION,
    TDS_8,
    TENWEB,
    UNKNOWN_LEAF_ISSUER,
    VERIFY_PEER,
    section,
)
from tlslab_scenarios.self_signed import stop_asking_for_encryption, trust_everything


@scenario(
    title="The certificate's CA is not trusted by the client",
    kinds={ServerKind.HTTPS},
    conditions=[UNTRUSTED],
    sources=[
        section(TENWEB, "Reasons why this error occurs"),
        section(KINSTA, "Your Certificate Root Authority Can't Be Trusted"),
    ],
)
def untrusted_ca(healthy: Situation) -> Situation:
    """The server presents a good certificate with its intermediate, but the client does not know the root above them.

    **Symptom.** "unable to get local issuer certificate" (OpenSSL error 20, curl 60, Python, Node
    `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`); browsers say "Your connection is not private" above the code. .NET Framework says
    "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel", WCF
    "Could not establish trust relationship for the SSL/TLS secure channel with authority" and the host.

    **Cause.** A private CA, or a public one that is newer than the client's trust store. Nothing is wrong with the
    server. .NET Framework says its sentence (some write "Could not establish a trust relationship") of any other fault of
    a certificate, too.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`: the issuer of the last certificate shown is what the
    client would need. The same words appear when the server forgets an intermediate: ask the CA whether that issuer is
    one of its roots before you blame the client. On Windows the client's system log has of Schannel "Event ID: 36882": "The
    certificate received from the remote server was issued by an untrusted certificate authority." (Windows' "Trust
    relationship between the workstation and primary domain failed" is none of this: it is about the computer's account in
    its domain.)

    **Fix.** Install the CA's root in the trust store of the client: of the operating system for programs that read
    it, of the program for those that bring their own (Node, Python's certifi, Java, browsers).
    """
    return healthy.with_client(trust_anchors=())


@scenario(
    form="direct",
    title="The CA signs servers' certificates with its root, and the client does not trust it",
    conditions=[UNTRUSTED],
    sources=[UNKNOWN_LEAF_ISSUER, NODE_CODES, section(KINSTA, "Your Certificate Root Authority Can't Be Trusted")],
)
def untrusted_ca_direct(healthy: Situation) -> Situation:
    """A small CA has no intermediate: its root signs the servers' certificates itself, and the client does not know it. So the
    server has nothing to send beside its own certificate.

    **Symptom.** Just that of a missing intermediate: "unable to verify the first certificate" (Node
    `UNABLE_TO_VERIFY_LEAF_SIGNATURE`), "unable to get local issuer certificate" (OpenSSL, curl, Python, Microsoft's ODBC
    driver).

    **Cause.** To the client both are the same: one certificate, and nobody at hand who issued it. The number of certificates
    does not tell whether the server forgot one.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -issuer -ext authorityInfoAccess`. A public CA's
    intermediate has an address for "CA Issuers"; what lies there is self-signed when the issuer is the root itself.
    Whoever runs the CA knows.

    **Fix.** Give the client the root. There is no intermediate that anybody could send.
    """
    return healthy.with_leaf(issuer=LAB_ROOT).with_client(trust_anchors=())


@scenario(
    form="leaf-only",
    title="SQL Server sends its certificate alone, and the client does not trust the CA either",
    kinds={ServerKind.SQLSERVER},
    conditions=[UNTRUSTED],
    sources=[
        LEAF_ONLY,
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
    ],
)
def untrusted_ca_leaf_only(healthy: Situation) -> Situation:
    """The file of `network.tlscert` holds the certificate and the intermediate, and SQL Server sends the first alone. The client
    knows neither the intermediate nor the root. Two things are missing, and the message tells of one.

    **Symptom.** "unable to get local issuer certificate" (Microsoft's ODBC driver and what is built on it), "unable to verify
    the first certificate" (tedious, `UNABLE_TO_VERIFY_LEAF_SIGNATURE`), and after the root has been installed on the
    client the same words again.

    **Cause.** SQL Server on Linux sends what it finds in the server's own system store beside its certificate, and does not
    look for intermediates in its file.

    **Look.** `openssl s_client` does not speak TDS 7.x. A server that takes strict connections as well (2025 on Linux, 2022
    on Windows) shows its chain by `openssl s_client -connect HOST:1433 -alpn tds/8.0 -showcerts </dev/null`; with an older
    one give a client the root alone: when the error stays, the intermediate is not sent. `openssl storeutl -noout -text -certs FILE` shows what stands in the file, not what is sent.

    **Fix.** Install the root on the client, and the intermediate on one of the two sides: better on the server, where one
    change serves all clients.
    """
    return healthy.with_chain(after=()).with_client(trust_anchors=())


@scenario(
    form="forced",
    title="SQL Server forces encryption with a certificate of an untrusted CA",
    kinds={ServerKind.SQLSERVER},
    conditions=[UNTRUSTED, DEMANDS_ENCRYPTION],
    sources=[section(KB2007728, "Cause, scenario 1")],
)
def untrusted_ca_forced(healthy: Situation) -> Situation:
    """The server forces encryption, the client asked for none, and the certificate comes from a CA that the client
    does not trust.

    **Symptom.** A client that never mentioned TLS fails with a certificate error: "The certificate chain was issued
    by an authority that is not trusted" on Windows, "certificate verify failed:unable to get local issuer
    certificate" with Microsoft's ODBC driver on Linux.

    **Cause.** With `forceencryption = 1` the server answers ENCRYPT_REQ to a client that asks for no encryption, and
    ENCRYPT_ON to one that asks (MS-TDS 2.2.6.5). Drivers that verify whenever they encrypt (ODBC 18, SqlClient from
    2.0, JDBC from 10.2) now verify a certificate whose CA nobody gave them. Drivers of FreeTDS verify only when a CA
    file is configured.

    **Look.** `SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID` from a client that still
    connects, and `network.forceencryption` in mssql.conf.

    **Fix.** Install the CA in the client's trust store. TrustServerCertificate only switches the check off. And let the
    client ask for encryption itself: as long as it does not, it gives its password to whoever answers that he has none.
    """
    return healthy.with_server(encryption=ServerEncryption.FORCED).with_client(
        trust_anchors=(), encryption=Encryption.OPTIONAL
    )


@scenario(
    form="strict",
    title="The certificate's CA is not trusted, and the connection is strict (TDS 8.0)",
    kinds={ServerKind.SQLSERVER},
    conditions=[UNTRUSTED],
    sources=[TDS_8, ODBC_KEYWORDS],
)
def untrusted_ca_strict(healthy: Situation) -> Situation:
    """Server and client speak TDS 8.0: TLS comes before anything else, as with HTTPS. The client does not know the CA.

    **Symptom.** The words of an untrusted CA, "unable to get local issuer certificate" with OpenSSL, also from clients
    that trusted every certificate until now.

    **Cause.** A private CA, and `Encrypt=strict` in the place of `yes`: a strict connection always verifies. Microsoft's
    drivers and tedious take TrustServerCertificate, and pay no regard to it.

    **Look.** `openssl s_client -connect HOST:1433 -alpn tds/8.0 -showcerts` shows the chain: a strict server speaks TLS
    at once, which it does not in TDS 7.x.

    **Fix.** Install the CA in the client's trust store. There is no switch, and that is the purpose.
    """
    return healthy.with_server(encryption=ServerEncryption.STRICT).with_client(
        trust_anchors=(), encryption=Encryption.STRICT
    )


@scenario(
    form="fallback",
    title="SQL Server presents its self-generated certificate",
    kinds={ServerKind.SQLSERVER},
    conditions=[SELF_SIGNED, NAME_MISMATCH],
    sources=[section(KB2007728, "Cause, scenario 2"), SQL_CERTIFICATES],
)
def untrusted_ca_fallback(healthy: Situation) -> Situation:
    """Nobody configured a certificate, so SQL Server made one at start; the client asks for encryption and verifies.

    **Symptom.** "The certificate chain was issued by an authority that is not trusted" on Windows; "self-signed
    certificate" with OpenSSL. It often begins with a driver upgrade: ODBC 18, SqlClient 4 and JDBC 10.2 ask for
    encryption by default.

    **Cause.** The fallback certificate (`CN=SSL_Self_Signed_Fallback`, no SAN) is new at each start of the service,
    cannot be exported and names no host: no client can ever verify it.

    **Look.** The errorlog says "A self-generated certificate was successfully loaded for encryption."
    `network.tlscert` is not set.

    **Fix.** Give the server a certificate of a CA that the clients trust, for the name that they connect to. On Windows
    it is chosen in SQL Server Configuration Manager (Protocols, Certificate), which offers it only when its key has
    KeySpec AT_KEYEXCHANGE; the account of the service must be allowed to read the private key, and a certificate that
    cannot be loaded keeps the service from starting. The other two ways that the documents name, TrustServerCertificate and giving encryption up, leave the door open.
    """
    return healthy.with_server(chain=None)


def install_ca(broken: Situation) -> Situation:
    """Install the CA's root certificate in the client's trust store."""
    return broken.with_client(trust_anchors=(*broken.client.trust_anchors, LAB_ROOT))


def _client_side_fixes(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[
            "Get the root certificate of the CA (a public document; never its key) from those who run the CA, and check its fingerprint.",
            "Debian, Ubuntu: copy it as NAME.crt to /usr/local/share/ca-certificates/ and run `update-ca-certificates`. (Or to /usr/share/ca-certificates/, run `dpkg-reconfigure ca-certificates` and mark it: without a terminal that asks nobody and adds nothing.)",
            "RHEL: copy it to /etc/pki/ca-trust/source/anchors/ and run `update-ca-trust`.",
            "SUSE: copy it to /usr/share/pki/trust/anchors/ and run `update-ca-certificates`.",
            "Windows: import it into Trusted Root Certification Authorities of the computer account.",
            "macOS: for programs that use OpenSSL, as Microsoft's ODBC driver, copy it into the directory certs of that OpenSSL, under the name HASH.0 that `openssl x509 -hash -noout` prints.",
            "Programs with a trust store of their own: name the file in their own option. Where that file takes the place of the program's own roots, put those into it as well, or every other host is refused.",
        ],
        sources=[
            section(KB2007728, "Install the root certificate authority (CA) on the client machine"),
            section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
            section(KINSTA, "Your Certificate Root Authority Can't Be Trusted"),
        ],
        # A client that is told nothing does not begin with TLS; a CA without intermediates is installed like any other.
        on_system=of not in (untrusted_ca_strict, untrusted_ca_direct),
    )(install_ca)


def _bypass(of: Scenario) -> None:
    of.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
    )(trust_everything)


@untrusted_ca.fix(
    still_checks={Check.NAME},
    side=Side.CLIENT,
    steps=[
        "PHP: `'verify_peer' => false` in the SSL context, or `CURLOPT_SSL_VERIFYPEER` off, alone. `verify_peer_name` and `CURLOPT_SSL_VERIFYHOST` stay on.",
        "The name is compared still, and nobody vouches for it: whoever makes a certificate with the server's name gets in.",
    ],
    sources=[PHP_CONTEXT, VERIFY_PEER],
    kinds=[ServerKind.HTTPS],
)
def leave_the_chain_unchecked(broken: Situation) -> Situation:
    """Switch the check of the chain off, and leave that of the name on."""
    return broken.with_client(chain_check=False)


for _scenario in (untrusted_ca, untrusted_ca_direct, untrusted_ca_forced, untrusted_ca_strict):
    _client_side_fixes(_scenario)
for _scenario in (
    *(untrusted_ca, untrusted_ca_direct, untrusted_ca_leaf_only),
    *(untrusted_ca_forced, untrusted_ca_fallback),
):
    _bypass(_scenario)

untrusted_ca_strict.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.CLIENT,
    steps=[
        "`TrustServerCertificate=yes` in the connection string, or the client's own word for it.",
        "It does not help: a strict connection always verifies the certificate, and drivers pay no regard to it.",
    ],
    sources=[STRICT_ENCRYPTION, TDS_8],
)(trust_everything)

untrusted_ca_leaf_only.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.CLIENT,
    steps=[
        "Install the CA's root certificate on the client.",
        "It is needed and not enough: nobody has the intermediate.",
    ],
    sources=[
        section(KB2007728, "Install the root certificate authority (CA) on the client machine"),
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
    ],
)(install_ca)


@untrusted_ca_leaf_only.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Server: copy the intermediate to /usr/local/share/ca-certificates/NAME.crt, run `update-ca-certificates`, restart the service.",
        "Client: install the CA's root certificate.",
    ],
    sources=[
        LEAF_ONLY,
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
    ],
)
def install_ca_on_both_sides(broken: Situation) -> Situation:
    """Let the server send the intermediate, and install the root on the client."""
    return install_ca(broken.with_chain(after=None))


@untrusted_ca_leaf_only.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Get the CA's root and its intermediate, and check their fingerprints.",
        "Put both into the client's trust store.",
    ],
    sources=[section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)")],
)
def install_root_and_intermediate(broken: Situation) -> Situation:
    """Install the root and the intermediate on the client."""
    return install_ca(broken.with_client(intermediates=broken.chain.intermediates))


@untrusted_ca_forced.fix(
    still_checks=NOTHING,
    side=Side.SERVER,
    steps=["`mssql-conf set network.forceencryption 0`, then restart the service."],
    sources=[section(KB2007728, "Resolution")],
)
def stop_forcing_encryption(broken: Situation) -> Situation:
    """Stop forcing encryption on the server: clients that ask for none are no longer verified against anything."""
    return broken.with_server(encryption=ServerEncryption.OFF)


@untrusted_ca_fallback.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Get a certificate for the server's host name from a CA that the clients trust.",
        "`mssql-conf set network.tlscert FILE` and `mssql-conf set network.tlskey FILE`, both readable by the account mssql alone.",
        "Restart the service; the errorlog must name the file.",
    ],
    sources=[section(KB2007728, "Resolution"), section(SQL_LINUX, "Configure SQL Server")],
)
def provision_certificate(broken: Situation) -> Situation:
    """Give the server a certificate of a CA that the client trusts."""
    return broken.with_server(chain=healthy(broken.kind).chain)


untrusted_ca_fallback.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Disable the encryption settings in the client application: `Encrypt=no` (optional)."],
    sources=[section(KB2007728, "Resolution"), ODBC_TROUBLESHOOTING],
)(stop_asking_for_encryption)
