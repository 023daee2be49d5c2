"""Critical extension: the certificate has one that no client knows, marked as critical."""

from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import CRITICAL_EXTENSION
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import UNSPECIFIED, refusals
from tlslab_scenarios._sources import (  # fmt: skip
    CRITICAL_EXTENSIONS,
    CURL_CERTS,
    CUSTOM_EXTENSION,
    IGNORE_CRITICAL,
    JSSE_CRITICAL,
    KB2007728,
    OPENSSL_CRITICAL,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    title="The certificate has a critical extension that no client knows",
    conditions=[CRITICAL_EXTENSION],
    rows=refusals(
        CRITICAL_EXTENSION,
        openssl=("unhandled critical extension",),
        node=(UNSPECIFIED,),
        gnutls=("The certificate contains an unknown critical extension.",),
        status=("2097154",),
        go=("x509: unhandled critical extension",),
        jsse={
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: unrecognized critical extension(s)": JSSE_CRITICAL
        },
    ),
    sources=[CRITICAL_EXTENSIONS, CUSTOM_EXTENSION, IGNORE_CRITICAL],
)
def critical_extension(healthy: Situation) -> Situation:
    """The certificate carries an extension with an object identifier of the CA's own, marked as critical. All the rest is
    in order.

    **Symptom.** "unhandled critical extension" (OpenSSL error 34, curl 60), Node code `UNSPECIFIED` with the same words, Go
    "x509: unhandled critical extension", gnutls-cli "The certificate contains an unknown critical extension." wget says
    no more than that the certificate is not trusted.

    **Cause.** "Critical" means: whoever does not know this extension must refuse the certificate. It is meant for
    programs that were written for it (attestation, a country's own PKI), and a template or a tool marks it by mistake.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -text`: an extension without a name, as
    "2.999.1: critical".

    **Fix.** Have the certificate issued again without the mark, or without the extension.
    """
    return healthy.with_leaf(unknown_critical_extension=True)


@critical_extension.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Take `critical` off the extension in the CA's template, or the extension out of it.",
        "Have the CA sign the request again, and install the new certificate.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[CRITICAL_EXTENSIONS, OPENSSL_CRITICAL],
)
def reissue_without_extension(broken: Situation) -> Situation:
    """Have the certificate issued again without the critical extension."""
    return broken.with_leaf(unknown_critical_extension=False)


critical_extension.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
