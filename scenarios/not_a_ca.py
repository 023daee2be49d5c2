"""Not a CA: the server's certificate was issued by one that may not issue any."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, NO_EXTENSIONS, NOT_A_CA, OF_A_SERVER, Version
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import NOT_A_CA as ISSUED_BY_NO_CA
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import UNSPECIFIED, refusals
from tlslab_scenarios._sources import (  # fmt: skip
    BASIC_CONSTRAINTS,
    CURL_CERTS,
    EXTENSIONS_NOT_COPIED,
    JSSE_CONSTRAINTS,
    JSSE_KEYS,
    KB2007728,
    NGINX_CHAINS,
    NO_BASIC_CONSTRAINTS,
    OPENENCLAVE_CA,
    OPENSSL_EXTENSIONS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything

_CONSTRAINTS = "The certificate chain violates the signer's constraints."
_NO_CA = "The certificate issuer is not a CA."


@scenario(
    form="servers-template",
    title="A server's certificate issued the server's certificate",
    conditions=[ISSUED_BY_NO_CA],
    rows=refusals(
        ISSUED_BY_NO_CA,
        # Node tells of the last of several errors, and a client may do the same.
        openssl=(
            "invalid CA certificate",
            "key usage does not include certificate signing",
            "unsuitable certificate purpose",
        ),
        node=("INVALID_CA", UNSPECIFIED, "INVALID_PURPOSE"),
        gnutls=(_NO_CA, _CONSTRAINTS),
        status=("130", "65538", "65666"),
        wget=("was not a CA",),
        go=(
            "x509: certificate is not authorized to sign other certificates",
            (
                'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent '
                'certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate '
            ),
        ),
        jsse={
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: basic constraints check failed: this is not a CA certificate": JSSE_CONSTRAINTS,
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: CA key usage check failed: keyCertSign bit is not set": JSSE_KEYS,
        },
    ),
    sources=[BASIC_CONSTRAINTS, OPENENCLAVE_CA, NO_BASIC_CONSTRAINTS],
)
def servers_template(healthy: Situation) -> Situation:
    """The intermediate above the server's certificate is itself a server's: it says CA:FALSE, and its key usage does not
    name the signing of certificates. The root did sign it.

    **Symptom.** "invalid CA certificate" (OpenSSL error 79, before 3.0 error 24; curl 60), Node code `UNSPECIFIED` with
    "key usage does not include certificate signing", wget "was not a CA", gnutls-cli "The certificate issuer is not a
    CA.", Go "x509: invalid signature: parent certificate cannot sign this kind of certificate".

    **Cause.** The CA signed the request of the intermediate by its template for servers. Were it accepted, everybody with
    a certificate of the CA could issue others in its name: that is what basic constraints are for.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`, and of the second certificate `openssl x509
    -noout -ext basicConstraints,keyUsage`: "CA:TRUE" and "Certificate Sign" must be there.

    **Fix.** Have the root sign the intermediate again, as a CA. What the intermediate has issued stays good when it keeps
    its name and its key.
    """
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, basic_constraints=NOT_A_CA, key_usage=OF_A_SERVER))


@scenario(
    form="no-extensions",
    title="The intermediate CA's certificate lost its extensions when it was signed",
    conditions=[ISSUED_BY_NO_CA],
    sources=[BASIC_CONSTRAINTS, EXTENSIONS_NOT_COPIED, OPENENCLAVE_CA],
)
def no_extensions(healthy: Situation) -> Situation:
    """The intermediate CA's certificate has no extensions at all, so that nothing says that it is a CA's. It is of
    version 1, as OpenSSL before 3.2 makes it.

    **Symptom.** "invalid CA certificate" (OpenSSL error 79, before 3.0 error 24; curl 60), Node `INVALID_PURPOSE` with
    "unsuitable certificate purpose", wget "was not a CA", gnutls-cli "The certificate issuer is not a CA.", Go "x509:
    certificate is not authorized to sign other certificates".

    **Cause.** `openssl x509 -req` signed the request: it copies no extensions of the request, and gives the certificate
    none but those of `-extfile`. From OpenSSL 3.2 on it adds key identifiers, and still nothing that says CA. A root may
    do without (it is trusted because the client was told), an intermediate may not.

    **Look.** `openssl x509 -in intermediate.pem -noout -text`: no "X509v3 Basic Constraints", and often "Version: 1".

    **Fix.** Sign the request again with `-extfile`, and have the server send the new intermediate.
    """
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, version=Version.V1, **NO_EXTENSIONS))


def sign_intermediate_as_ca(broken: Situation) -> Situation:
    """Have the root sign the intermediate again, as a CA, and the server send that."""
    return broken.with_leaf(issuer=LAB_ISSUING)


def _declare(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            (
                "Write a file with `basicConstraints = critical, CA:TRUE, pathlen:0` and `keyUsage = critical, keyCertSign, "
                "cRLSign`."
            ),
            (
                "On the root: `openssl x509 -req -in intermediate.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile "
                "FILE -days 1825 -out intermediate.pem`."
            ),
            "Put the new intermediate into the file of the chain, in the place of the old one.",
            "nginx: `nginx -s reload`. SQL Server: restart the service.",
        ],
        sources=[EXTENSIONS_NOT_COPIED, OPENSSL_EXTENSIONS, NGINX_CHAINS],
    )(sign_intermediate_as_ca)
    of.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
    )(trust_everything)


_declare(servers_template)
_declare(no_extensions)
