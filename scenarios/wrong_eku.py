"""Wrong EKU: the certificate is in order, but it is for a client, not for a server."""

from tlslab.model.certificate import KeyPurpose
from tlslab.model.conditions import NOT_FOR_SERVERS
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says
from tlslab.model.scenario import Claim, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CLIENTS_ON_A_SERVER,
    CURL_CERTS,
    EASYRSA_QUICKSTART,
    EASYRSA_SERVER,
    EXTENDED_KEY_USAGE,
    GNUTLS_WORDS,
    KB2007728,
    NODE_CODES,
    OLDER_X509_TEXTS,
    OPENSSL_EXTENSIONS,
    OPENSSL_PURPOSES,
    SQL_LINUX,
    X509_TEXTS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    title="The server's certificate is not for servers",
    conditions=[NOT_FOR_SERVERS],
    rows={
        "openssl": (
            *says(
                [NOT_FOR_SERVERS],
                Phase.VERIFY,
                "unsuitable certificate purpose",
                basis=Basis.AUTHORITATIVE,
                source=X509_TEXTS,
            ),
            *says(
                [NOT_FOR_SERVERS],
                Phase.VERIFY,
                "unsupported certificate purpose",
                basis=Basis.AUTHORITATIVE,
                source=OLDER_X509_TEXTS,
            ),
        ),
        "node": says(
            [NOT_FOR_SERVERS],
            Phase.VERIFY,
            Prints(code="INVALID_PURPOSE"),
            basis=Basis.AUTHORITATIVE,
            source=NODE_CODES,
        ),
        # A number has no row: the clients that log it (FreeTDS) do not ask GnuTLS for the purpose.
        "gnutls": says(
            [NOT_FOR_SERVERS],
            Phase.VERIFY,
            "The certificate chain does not match the intended purpose.",
            basis=Basis.AUTHORITATIVE,
            source=GNUTLS_WORDS,
        ),
    },
    sources=[
        EXTENDED_KEY_USAGE,
        section(SQL_LINUX, "Requirements for certificates"),
        OPENSSL_PURPOSES,
        CLIENTS_ON_A_SERVER,
    ],
)
def wrong_eku(healthy: Situation) -> Situation:
    """The certificate's extended key usage (EKU) names client authentication alone: a client's certificate on a server.
    Issuer, dates and name are in order.

    **Symptom.** "unsuitable certificate purpose" (OpenSSL error 26, curl 60; before OpenSSL 3.0 "unsupported certificate
    purpose"), Node `INVALID_PURPOSE`, Go "x509: certificate specifies an incompatible key usage". Other clients connect:
    GnuTLS looks at the purpose only when it is asked, and wget and FreeTDS do not ask.

    **Cause.** The CA issued the certificate by a template for clients or users: Easy-RSA's `sign-req client`, a profile
    whose EKU is `clientAuth`. A certificate without the extension may be used for everything; with it, for what it names.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext extendedKeyUsage`: "TLS Web Server
    Authentication" must be there. `openssl verify -purpose sslserver` asks the same of a file, without `-purpose` it does
    not. For SQL Server read the file that `network.tlscert` names.

    **Fix.** Have the certificate issued again, for servers. SQL Server's documents demand that of its certificate.
    """
    return healthy.with_leaf(extended_key_usage=(KeyPurpose.CLIENT_AUTH,))


@wrong_eku.fix(
    claim=Claim.CURE,
    side=Side.SERVER,
    steps=[
        "Have the CA sign the request again by its template for servers (`extendedKeyUsage = serverAuth`).",
        "Easy-RSA: `./easyrsa sign-req server NAME`.",
        "`openssl verify -purpose sslserver -CAfile root.pem -untrusted intermediate.pem server.pem` must say OK.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[OPENSSL_EXTENSIONS, EASYRSA_QUICKSTART, EASYRSA_SERVER],
)
def reissue_for_servers(broken: Situation) -> Situation:
    """Have the certificate issued again, for servers."""
    return broken.with_leaf(extended_key_usage=(KeyPurpose.SERVER_AUTH,))


wrong_eku.fix(
    claim=Claim.BYPASS,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
