"""Issuer not yet valid: the certificate is in date, the intermediate CA above it is not valid yet."""

from dataclasses import replace
from datetime import timedelta

from tlslab.model.certificate import CURRENT, FUTURE, LAB_ISSUING, Validity
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import ISSUER_NOT_YET_VALID
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import refusals
from tlslab_scenarios._sources import JSSE_DATES, NGINX_CHAINS, PATH_VALIDATION, SQL_LINUX, section

RENEWED = Validity(CURRENT.starts + timedelta(days=5), CURRENT.ends + timedelta(days=5))


@scenario(
    title="The intermediate CA that issued the server's certificate is not valid yet",
    conditions=[ISSUER_NOT_YET_VALID],
    rows=refusals(
        ISSUER_NOT_YET_VALID,
        openssl=(
            "certificate is not yet valid",
            "certificate is not yet valid or the system clock is incorrect",
        ),
        node=("CERT_NOT_YET_VALID",),
        gnutls=("The certificate chain uses not yet valid certificate.",),
        status=("514",),
        wget=("is not yet activated",),
        go=("x509: certificate has expired or is not yet valid: current time {*} is before ",),
        jsse={
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed{*}Caused by: java.security.cert.CertificateNotYetValidException: NotBefore: ": JSSE_DATES
        },
    ),
    sources=[PATH_VALIDATION],
)
def issuer_not_yet_valid(healthy: Situation) -> Situation:
    """The server's own certificate is valid; the notBefore date of the intermediate CA above it is still to come.

    **Symptom.** "certificate is not yet valid" (OpenSSL error 9 at depth 1, curl 60), Node `CERT_NOT_YET_VALID`, wget "is
    not yet activated", Go "x509: certificate has expired or is not yet valid": although whoever looks at the server's
    certificate finds it in order. The message does not say which certificate it means.

    **Cause.** The intermediate was made anew on a machine whose clock is ahead, or a successor was put into the chain
    before its time. Leaf and CA have dates of their own, and each certificate of the path must be valid.

    **Look.** `openssl s_client -connect HOST:443 -CAfile root.pem </dev/null`: "depth=1" stands above the error, and with it
    the name of the certificate that is meant and its notBefore.

    **Fix.** Have the server send the intermediate that is valid now. Renewing the server's certificate changes nothing.
    """
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, validity=FUTURE))


@issuer_not_yet_valid.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Set the clock of the machine that made the intermediate (`timedatectl`), and have its request signed again.",
        "Put the new intermediate, or the one before it, into the file of the chain.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[PATH_VALIDATION, NGINX_CHAINS],
)
def send_valid_intermediate(broken: Situation) -> Situation:
    """Have the server send an intermediate that is valid now."""
    return broken.with_leaf(issuer=LAB_ISSUING)


@issuer_not_yet_valid.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    clears=False,
    steps=[
        "Have the same intermediate sign the server's request again.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[section(SQL_LINUX, "Requirements for certificates")],
)
def renew_certificate(broken: Situation) -> Situation:
    """Renew the server's certificate, and leave the intermediate as it is."""
    return broken.with_leaf(validity=RENEWED)
