"""Issuer EKU: the CA above the server's certificate may issue for other purposes only."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, KeyPurpose
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import ISSUER_NOT_FOR_SERVERS
from tlslab.model.evidence import Basis
from tlslab.model.library import tolerates
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import refusals
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CERTS,
    EKU_OF_CAS,
    EXTENDED_KEY_USAGE,
    JSSE_KEYS,
    KB2007728,
    OPENSSL_EXTENSIONS,
    OPENSSL_SERVER_PURPOSE,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    title="The CA above the server's certificate may not issue for servers",
    conditions=[ISSUER_NOT_FOR_SERVERS],
    rows={
        **refusals(
            ISSUER_NOT_FOR_SERVERS,
            openssl=("unsuitable certificate purpose",),
            node=("INVALID_PURPOSE",),
            # A number has no row: the clients that log it (FreeTDS) do not ask GnuTLS for the purpose.
            gnutls=("The certificate chain does not match the intended purpose.",),
            go=("x509: certificate specifies an incompatible key usage",),
        ),
        "jsse": (
            tolerates(
                "Java looks at the extended key usage of the server's certificate alone",
                of=[ISSUER_NOT_FOR_SERVERS],
                basis=Basis.AUTHORITATIVE,
                source=JSSE_KEYS,
            ),
        ),
    },
    sources=[EKU_OF_CAS, OPENSSL_SERVER_PURPOSE, EXTENDED_KEY_USAGE],
)
def issuer_eku(healthy: Situation) -> Situation:
    """The server's certificate is for servers; that of the intermediate CA above it names client authentication alone.

    **Symptom.** "unsuitable certificate purpose" (OpenSSL error 26 at depth 1, curl 60), Node `INVALID_PURPOSE`, Go "x509:
    certificate specifies an incompatible key usage", gnutls-cli "The certificate chain does not match the intended
    purpose.": the words of a certificate for clients, while the server's own names servers. wget and FreeTDS of a
    distribution do not ask for the purpose, and connect.

    **Cause.** In a CA's certificate the extended key usage (EKU) limits what stands below it: that is how libraries read
    it, beyond RFC 5280. A CA for users or devices issued for a server. Public CAs have intermediates for servers and
    others for clients, and a renewal may come from the wrong one.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`, and of the second certificate `openssl x509 -noout
    -ext extendedKeyUsage`. "depth=1" above the error says that the CA is meant.

    **Fix.** Have the certificate issued by a CA whose EKU has `serverAuth`, or none.
    """
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, extended_key_usage=(KeyPurpose.CLIENT_AUTH,)))


@issuer_eku.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the request signed by the CA that issues for servers.",
        "Install the new certificate with the intermediates of that CA.",
        "`openssl verify -purpose sslserver -CAfile root.pem -untrusted intermediate.pem server.pem` must say OK.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[EKU_OF_CAS, OPENSSL_EXTENSIONS],
)
def issue_by_ca_for_servers(broken: Situation) -> Situation:
    """Have the certificate issued by a CA that may issue for servers."""
    return broken.with_leaf(issuer=LAB_ISSUING)


issuer_eku.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
