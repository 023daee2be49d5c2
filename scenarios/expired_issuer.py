"""Expired issuer: the certificate is in date, the intermediate CA that signed it is not."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, PAST, RENEWED
from tlslab.model.check import EVERYTHING
from tlslab.model.condition import Condition
from tlslab.model.conditions import EXPIRED_ISSUER
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Prints, Row, says
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    EXPIRED_INTERMEDIATE,
    GNUTLS_STATUS,
    GNUTLS_WORDS,
    GO_VERIFY,
    JAVA_VALIDATION,
    KINSTA,
    NGINX_CHAINS,
    NODE_CODES,
    PATH_VALIDATION,
    TENWEB,
    WGET_CHECK,
    X509_TEXTS,
    section,
)


def what_is_said_of(condition: Condition) -> dict[str, tuple[Row, ...]]:
    """What is said of a certificate above the server's that has expired, root or not. No library says which one it is."""

    def said(text: str | Prints, source: Source) -> tuple[Row, ...]:
        return says([condition], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=source)

    return {
        "openssl": said("certificate has expired", X509_TEXTS),
        "node": said(Prints(code="CERT_HAS_EXPIRED"), NODE_CODES),
        "wget": said("has expired", WGET_CHECK),
        "go": said("x509: certificate has expired or is not yet valid: current time {*} is after ", GO_VERIFY),
        "gnutls": (
            *said(Prints(code="1026"), GNUTLS_STATUS),
            *said("The certificate chain uses expired certificate.", GNUTLS_WORDS),
        ),
    }


@scenario(
    title="The intermediate CA that issued the server's certificate has expired",
    conditions=[EXPIRED_ISSUER],
    rows={
        **what_is_said_of(EXPIRED_ISSUER),
        "jsse": says(
            [EXPIRED_ISSUER],
            Phase.VERIFY,
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed{*}"
            "Caused by: java.security.cert.CertificateExpiredException: NotAfter: ",
            basis=Basis.AUTHORITATIVE,
            source=JAVA_VALIDATION,
        ),
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
    intermediate has the old one's name and key; else it is issued again. Renewing it alone does not help.
    """
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, validity=PAST))


@expired_issuer.fix(
    still_checks=EVERYTHING,
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


@expired_issuer.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.SERVER,
    steps=[
        "Have the server's certificate issued again, install it, and leave the file of the chain as it was.",
        "It does not help: the server's certificate was in date, and the intermediate is still sent.",
    ],
    sources=[section(TENWEB, "Installing a valid SSL certificate"), section(KINSTA, "Your Certificate Has Expired")],
)
def renew_servers_certificate(broken: Situation) -> Situation:
    """Renew the server's certificate alone."""
    return broken.with_leaf(validity=RENEWED)
