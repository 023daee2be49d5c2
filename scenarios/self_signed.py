"""Self-signed: nobody vouches for the certificate but the server itself."""

from tlslab.model.certificate import A_CA
from tlslab.model.check import EVERYTHING, NOTHING, Check
from tlslab.model.conditions import CA_AS_LEAF, SELF_SIGNED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Encryption, ServerKind, Situation, healthy
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CERTS,
    GO_CERTIFICATES,
    KB2007728,
    KINSTA,
    ODBC_TROUBLESHOOTING,
    OPENSSL_EXTENSIONS,
    SQL_LINUX,
    TENWEB,
    section,
)


@scenario(
    title="The server's certificate is self-signed",
    conditions=[SELF_SIGNED, CA_AS_LEAF],
    sources=[
        section(KB2007728, "Cause"),
        section(SQL_LINUX, "Generate certificate"),
        section(TENWEB, "Self-signed certificate"),
    ],
)
def self_signed(healthy: Situation) -> Situation:
    """The server presents a certificate that it signed itself, and the client has never been told to trust it.

    **Symptom.** The client refuses at once. OpenSSL says "self-signed certificate" (error 18; before 3.0 "self signed
    certificate"), Node `DEPTH_ZERO_SELF_SIGNED_CERT`, GnuTLS that the issuer is unknown. Windows clients of SQL Server
    say "The certificate chain was issued by an authority that is not trusted", .NET Framework says "Could not establish
    trust relationship for the SSL/TLS secure channel", browsers say "Your connection is not private".

    **Cause.** Subject and issuer are the same, so there is no authority that the client could already know. That is
    what `openssl req -x509` makes, and what many installers leave behind.

    **Look.** `openssl s_client -connect HOST:443 -showcerts`: one certificate, subject equal to issuer, "verify
    error:num=18". For SQL Server read the file that `network.tlscert` names: `openssl x509 -in FILE -noout -subject
    -issuer`.

    **Fix.** Replace it by a certificate of a CA that the clients trust. Where that is impossible, give *this*
    certificate to the clients that need it. What `openssl req -x509` makes says CA:TRUE: a client that trusts it trusts
    whatever its key signs, for any name, so look after that key as after a CA's. Switching verification off only hides
    the message: whoever answers in the server's place is trusted as well.
    """
    # What `openssl req -x509` writes (config(5) of OpenSSL, section v3_ca).
    return healthy.with_leaf(issuer=None, basic_constraints=A_CA, key_usage=frozenset(), extended_key_usage=())


@scenario(
    form="end-entity",
    title="The server's certificate is self-signed, and is no CA's",
    conditions=[SELF_SIGNED],
    sources=[section(KB2007728, "Cause"), OPENSSL_EXTENSIONS],
)
def self_signed_end_entity(healthy: Situation) -> Situation:
    """The server presents a certificate that it signed itself. It says that it is no CA's and is for servers
    (`basicConstraints = CA:FALSE`, `extendedKeyUsage = serverAuth`).

    **Symptom.** The same as of one with CA:TRUE: OpenSSL "self-signed certificate" (error 18; before 3.0 "self signed
    certificate"), Node `DEPTH_ZERO_SELF_SIGNED_CERT`, GnuTLS "The certificate issuer is unknown."

    **Cause.** Nobody vouches for it but the server itself; whether it may sign others makes no difference to that.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -subject -issuer -ext basicConstraints`: subject
    equal to issuer, "CA:FALSE".

    **Fix.** Replace it by a certificate of a CA that the clients trust. Where that is impossible, give *this* certificate to
    the clients that need it. Unlike one with CA:TRUE it vouches for itself alone: who steals its key can be this server,
    and no other.
    """
    return healthy.with_leaf(issuer=None)


@self_signed.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Copy the server's certificate (not its key) to the client over a way that you trust.",
        "Compare its fingerprint on both machines: `openssl x509 -in server.pem -noout -fingerprint -sha256`.",
        "Add it to the client's trust store.",
    ],
    sources=[
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
        section(TENWEB, "Add certificate to trusted store"),
    ],
)
def trust_certificate(broken: Situation) -> Situation:
    """Trust that certificate on the client."""
    return broken.with_client(trust_anchors=(*broken.client.trust_anchors, broken.chain.leaf))


@self_signed.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Make a signing request for the server's names: `openssl req -new -key server.key -subj /CN=HOST -addext subjectAltName=DNS:HOST -out server.csr`.",
        "Have it signed by a CA that the clients trust.",
        "Install the new certificate with its intermediates and restart or reload the server.",
    ],
    sources=[
        section(TENWEB, "Transitioning to a CA-signed certificate"),
        section(KINSTA, "You're Using a Self-Signed Certificate"),
        section(SQL_LINUX, "Generate certificate"),
    ],
)
def replace_by_ca_signed(broken: Situation) -> Situation:
    """Replace it by a certificate of a CA that the client trusts."""
    return broken.with_server(chain=healthy(broken.kind).chain)


def trust_everything(broken: Situation) -> Situation:
    """Switch verification off on the client (TrustServerCertificate, `-k`, `verify=False`)."""
    return broken.with_client(trust_everything=True)


def stop_asking_for_encryption(broken: Situation) -> Situation:
    """Stop asking for encryption on the client (`Encrypt=no`): then nothing is verified, and nothing but the login is
    encrypted. Not even the login is with a driver that then says it cannot encrypt: its password goes as it is.
    """
    return broken.with_client(encryption=Encryption.OPTIONAL)


self_signed.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)

self_signed.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    kinds=[ServerKind.SQLSERVER],
    steps=["Disable the encryption settings in the client application: `Encrypt=no` (optional)."],
    sources=[section(KB2007728, "Resolution"), ODBC_TROUBLESHOOTING],
)(stop_asking_for_encryption)

self_signed_end_entity.fixes.extend(self_signed.fixes)


@self_signed_end_entity.fix(
    still_checks={Check.KEY},
    side=Side.CLIENT,
    kinds={ServerKind.SQLSERVER},
    steps=[
        "Copy the server's certificate, not its key, to the client.",
        "`serverCertificate=FILE` in the URL of go-mssqldb; `ServerCertificate` of Microsoft's drivers in Rust and of SqlClient 6. ODBC 18 and JDBC compare it in strict connections alone.",
    ],
    sources=[GO_CERTIFICATES, ODBC_TROUBLESHOOTING],
)
def pin_the_certificate(broken: Situation) -> Situation:
    """Tell the client to accept this certificate and no other."""
    return broken.with_client(pin=broken.chain.leaf)
