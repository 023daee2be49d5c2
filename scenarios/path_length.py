"""Path length: a CA stands below one that may have none below it."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, Authority, BasicConstraints
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import PATH_TOO_LONG
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import refusals
from tlslab_scenarios._sources import (
    BASIC_CONSTRAINTS,
    CERTSTRAP,
    CURL_CERTS,
    JSSE_CONSTRAINTS,
    KB2007728,
    NGINX_CHAINS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything

DEPARTMENT = "TLS Trust Lab Department CA"


@scenario(
    title="A CA issued for another CA although its path length forbids that",
    conditions=[PATH_TOO_LONG],
    rows=refusals(
        PATH_TOO_LONG,
        openssl=("path length constraint exceeded",),
        node=("PATH_LENGTH_EXCEEDED",),
        gnutls=("The certificate chain violates the signer's constraints.",),
        status=("65538",),
        go=("x509: too many intermediates for path length constraint",),
        jsse={
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: basic constraints check failed: pathLenConstraint violated": JSSE_CONSTRAINTS
        },
    ),
    sources=[BASIC_CONSTRAINTS, CERTSTRAP],
)
def path_length(healthy: Situation) -> Situation:
    """Two intermediates stand between the server's certificate and the root, and the upper one has `pathlen:0`: it may
    issue for servers, and not for CAs.

    **Symptom.** "path length constraint exceeded" (OpenSSL error 25, curl 60), Node `PATH_LENGTH_EXCEEDED`, gnutls-cli
    "The certificate chain violates the signer's constraints.", Go "x509: too many intermediates for path length
    constraint". wget says no more than that the certificate is not trusted.

    **Cause.** A department got a CA of its own below a CA that was made to be the last one. Tools put `pathlen:0` into
    what they call an intermediate, some even into their root, and sign without a word.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`, and of each CA's certificate `openssl x509 -noout
    -subject -ext basicConstraints`: count the CAs below each "pathlen".

    **Fix.** Have the certificate issued by the CA that may issue for servers, or the upper CA's certificate made anew with
    a longer path.
    """
    last = replace(LAB_ISSUING, basic_constraints=BasicConstraints(ca=True, path_length=0))
    return healthy.with_leaf(issuer=Authority(DEPARTMENT, parent=last))


@path_length.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "On the root: sign the upper CA's request again with `pathlen:1`, or without `pathlen`, same key and same subject.",
        "Put the new certificate into the file of the chain, in the place of the old one.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[BASIC_CONSTRAINTS, CERTSTRAP, NGINX_CHAINS],
)
def allow_longer_path(broken: Situation) -> Situation:
    """Have the upper CA's certificate made anew with a longer path, and the server send that."""
    longer = replace(LAB_ISSUING, basic_constraints=BasicConstraints(ca=True, path_length=1))
    return broken.with_leaf(issuer=Authority(DEPARTMENT, parent=longer))


@path_length.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the upper CA sign the server's request itself.",
        "Install the new certificate, and leave the department's CA out of the chain.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[BASIC_CONSTRAINTS, NGINX_CHAINS],
)
def issue_by_upper_ca(broken: Situation) -> Situation:
    """Have the certificate issued by the upper CA."""
    return broken.with_leaf(issuer=replace(LAB_ISSUING, basic_constraints=BasicConstraints(ca=True, path_length=0)))


path_length.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
