"""Expired issuer: the certificate is in date, the intermediate CA that signed it is not."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, PAST
from tlslab.model.conditions import EXPIRED_ISSUER
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says
from tlslab.model.scenario import Claim, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    EXPIRED_INTERMEDIATE,
    GNUTLS_STATUS,
    GNUTLS_WORDS,
    GO_VERIFY,
    NGINX_CHAINS,
    NODE_CODES,
    PATH_VALIDATION,
    WGET_CHECK,
    X509_TEXTS,
)


@scenario(
    title="The intermediate CA that issued the server's certificate has expired",
    conditions=[EXPIRED_ISSUER],
    rows={
        library: says([EXPIRED_ISSUER], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=source)
        for library, text, source in (
            ("openssl", "certificate has expired", X509_TEXTS),
            ("node", Prints(code="CERT_HAS_EXPIRED"), NODE_CODES),
            ("wget", "has expired", WGET_CHECK),
            ("go", "x509: certificate has expired or is not yet valid: current time {*} is after ", GO_VERIFY),
        )
    }
    | {
        "gnutls": (
            *says([EXPIRED_ISSUER], Phase.VERIFY, Prints(code="1026"), basis=Basis.AUTHORITATIVE, source=GNUTLS_STATUS),
            *says(
                [EXPIRED_ISSUER],
                Phase.VERIFY,
                "The certificate chain uses expired certificate.",
                basis=Basis.AUTHORITATIVE,
                source=GNUTLS_WORDS,
            ),
        )
    },
    sources=[PATH_VALIDATION, EXPIRED_INTERMEDIATE],
)
def expired_issuer(healthy: Situation) -> Situation:
    """The server's own certificate is in date; that of the intermediate CA above it, which the server sends along, has
    expired.

    **Symptom.** "certificate has expired" (OpenSSL error 10 at depth 1, curl 60, Node `CERT_HAS_EXPIRED`), although
    whoever looks at the server's certificate finds it in order. The message does not say which certificate it means.

    **Cause.** The CA renewed its intermediate, and the server still sends the old one: renewals replace the
    certificate and leave the chain file as it was. Or a private CA's intermediate ran out before what it had issued.

    **Look.** `openssl s_client -connect HOST:443 -CAfile root.pem </dev/null`: "depth=1" stands above the error, and
    with it the name of the certificate that is meant.

    **Fix.** Have the server send the CA's current intermediate. The server's own certificate can stay when the new
    intermediate has the old one's name and key; else it is issued again.
    """
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, validity=PAST))


@expired_issuer.fix(
    claim=Claim.CURE,
    side=Side.SERVER,
    steps=[
        "Get the CA's current intermediate certificate.",
        "See whether it verifies the server's certificate; if it does not, have that issued again.",
        "`openssl verify -CAfile root.pem -untrusted intermediate.pem server.pem` tells.",
        "Put it into the file of the chain, behind the server's certificate, in the place of the old one.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[EXPIRED_INTERMEDIATE, NGINX_CHAINS],
)
def send_current_intermediate(broken: Situation) -> Situation:
    """Have the server send the current intermediate of the CA."""
    return broken.with_leaf(issuer=LAB_ISSUING)
