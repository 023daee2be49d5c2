"""Name constraints: the CA may issue for other names only."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, NameConstraints
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import NAME_NOT_PERMITTED
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import UNSPECIFIED, refusals
from tlslab_scenarios._sources import (
    CONSTRAINED_BY_HAND,
    CURL_CERTS,
    JSSE_CONSTRAINTS,
    KB2007728,
    NAME_CONSTRAINTS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    form="not-permitted",
    title="The CA may not issue for the server's name",
    conditions=[NAME_NOT_PERMITTED],
    rows=refusals(
        NAME_NOT_PERMITTED,
        openssl=("permitted subtree violation", "excluded subtree violation"),
        node=(UNSPECIFIED,),
        gnutls=("The certificate chain violates the signer's constraints.",),
        status=("65538",),
        go=("x509: a root or intermediate certificate is not authorized to sign for this name: ",),
        jsse={
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: name constraints check failed": JSSE_CONSTRAINTS
        },
    ),
    sources=[NAME_CONSTRAINTS, CONSTRAINED_BY_HAND],
)
def not_permitted(healthy: Situation) -> Situation:
    """The intermediate CA's certificate has name constraints: it may issue for names below `corp.test`, and the server's
    is another one. The certificate carries the right name.

    **Symptom.** "permitted subtree violation" (OpenSSL error 47, curl 60), Node code `UNSPECIFIED` with the same words,
    gnutls-cli "The certificate chain violates the signer's constraints.", Go "x509: a root or intermediate certificate is
    not authorized to sign for this name". wget says no more than that the certificate is not trusted.

    **Cause.** Companies constrain their CA, or the intermediate of a department, to their domains; the server got a name
    outside of them. Tools sign such a certificate without a word, and it is the client that refuses it.

    **Look.** `openssl x509 -in intermediate.pem -noout -ext nameConstraints`: "Permitted" and "Excluded". Hold every name
    of the server's SAN against them, not only the one that the client uses; where the SAN has no DNS name, OpenSSL takes
    the common name.

    **Fix.** Have the certificate issued by a CA that may issue for the name, without those names that are not allowed, or
    have the constrained CA's certificate made anew with the domain in it.
    """
    return _constrained(healthy, NameConstraints(permitted=("corp.test",)))


@scenario(
    form="excluded",
    title="The CA's certificate excludes the server's name",
    conditions=[NAME_NOT_PERMITTED],
    sources=[NAME_CONSTRAINTS, CONSTRAINED_BY_HAND],
)
def excluded(healthy: Situation) -> Situation:
    """The intermediate CA's certificate has name constraints that exclude the domain of the server.

    **Symptom.** "excluded subtree violation" (OpenSSL error 48, curl 60), Node code `UNSPECIFIED` with the same words,
    gnutls-cli "The certificate chain violates the signer's constraints.", Go "x509: a root or intermediate certificate is
    not authorized to sign for this name". wget says no more than that the certificate is not trusted.

    **Cause.** What is excluded wins over what is permitted. A CA for tests excludes the names of production, or a template
    excludes all IP addresses, and the server's certificate carries one.

    **Look.** `openssl x509 -in intermediate.pem -noout -ext nameConstraints`, and the names of the server's SAN.

    **Fix.** Have the certificate issued by a CA that may issue for the name.
    """
    return _constrained(healthy, NameConstraints(excluded=("lab.test",)))


def _constrained(healthy: Situation, constraints: NameConstraints) -> Situation:
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, name_constraints=constraints))


def issue_by_other_ca(broken: Situation) -> Situation:
    """Have the certificate issued by a CA that may issue for the name."""
    return broken.with_leaf(issuer=LAB_ISSUING)


def _declare(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "Find the CA of your organisation that may issue for the domain, and have it sign the request.",
            "Install the new certificate with the intermediates of that CA.",
            "nginx: `nginx -s reload`. SQL Server: restart the service.",
        ],
        sources=[NAME_CONSTRAINTS, CONSTRAINED_BY_HAND],
    )(issue_by_other_ca)
    of.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
    )(trust_everything)


_declare(not_permitted)
_declare(excluded)
