"""Key usage: the certificate says that its key may not do what a TLS server does with it."""

from tlslab.model.certificate import OF_A_SERVER, KeyUse
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import KEY_USAGE, NO_SIGNING
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says, tolerates
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    GNUTLS_KEY_USAGE,
    GO_PURPOSES,
    JSSE_LEAF,
    KEY_USAGE_OF_RFC_5280,
    KEY_USAGE_OF_TLS,
    NO_SIGNATURES_ALLOWED,
    NODE_CODES,
    OPENSSL_EXTENSIONS,
    OPENSSL_SERVER_PURPOSE,
    SQL_CERTIFICATES,
    SQL_KEY_ENCIPHERMENT,
    X509_TEXTS,
)

_VIOLATION = "Key usage violation in certificate has been detected."


@scenario(
    form="no-tls",
    title="The certificate's key usage allows nothing that a TLS server does",
    conditions=[KEY_USAGE, NO_SIGNING],
    rows={
        "openssl": says(
            [KEY_USAGE],
            Phase.VERIFY,
            "unsuitable certificate purpose",
            basis=Basis.AUTHORITATIVE,
            source=X509_TEXTS,
        ),
        "node": says(
            [KEY_USAGE], Phase.VERIFY, Prints(code="INVALID_PURPOSE"), basis=Basis.AUTHORITATIVE, source=NODE_CODES
        ),
        "gnutls": tuple(
            row
            for condition in (KEY_USAGE, NO_SIGNING)
            for row in says(
                [condition], Phase.HANDSHAKE, _VIOLATION, basis=Basis.AUTHORITATIVE, source=GNUTLS_KEY_USAGE
            )
        ),
        "jsse": tuple(
            row
            for condition in (KEY_USAGE, NO_SIGNING)
            for row in says(
                [condition],
                Phase.VERIFY,
                "KeyUsage does not allow digital signatures",
                basis=Basis.AUTHORITATIVE,
                source=JSSE_LEAF,
            )
        ),
        "go": (
            tolerates(
                "Go ignores key usage, and says why in its source",
                of=[KEY_USAGE],
                basis=Basis.AUTHORITATIVE,
                source=GO_PURPOSES,
            ),
        ),
    },
    sources=[KEY_USAGE_OF_RFC_5280, KEY_USAGE_OF_TLS, OPENSSL_SERVER_PURPOSE],
)
def no_tls(healthy: Situation) -> Situation:
    """The certificate's key usage names data encipherment alone. Issuer, dates, name and extended key usage are in order.

    **Symptom.** "unsuitable certificate purpose" (OpenSSL error 26, curl 60), Node `INVALID_PURPOSE`: the words for an
    extended key usage without servers, which is in order here. gnutls-cli says "Key usage violation in certificate has
    been detected." Go, wget and FreeTDS of a distribution connect.

    **Cause.** The CA's template is for something else: the encryption of documents or of data, as SQL Server's own
    column encryption. OpenSSL wants one of digitalSignature, keyEncipherment and keyAgreement where the extension is
    there.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext keyUsage,extendedKeyUsage`: both
    lines, because the message means either.

    **Fix.** Have the certificate issued again with digitalSignature and keyEncipherment, or without key usage.
    """
    return healthy.with_leaf(key_usage=frozenset({KeyUse.DATA_ENCIPHERMENT}))


@scenario(
    form="encipherment-alone",
    title="The certificate's key may encipher and not sign",
    conditions=[NO_SIGNING],
    sources=[KEY_USAGE_OF_TLS, NO_SIGNATURES_ALLOWED, GNUTLS_KEY_USAGE, SQL_CERTIFICATES, SQL_KEY_ENCIPHERMENT],
)
def encipherment_alone(healthy: Situation) -> Situation:
    """The certificate's key usage names key encipherment, and not digital signature. That is enough for the oldest way
    to exchange keys, in which the client encrypts a secret with the server's key; today the server signs.

    **Symptom.** gnutls-cli says "Key usage violation in certificate has been detected." Clients with OpenSSL, Go, wget
    and FreeTDS connect, so that the server seems to be in order.

    **Cause.** A template from the days of RSA key exchange; older guides to SQL Server name key encipherment alone, where
    Microsoft's documents of today add the digital signature. RFC 8446 wants digitalSignature where the extension is
    there. GnuTLS looks at that in every handshake in which the server signs, unless the program asks it to be compatible
    (the priority %COMPAT), as wget and FreeTDS do.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext keyUsage`: "Digital Signature" must
    be there.

    **Fix.** Have the certificate issued again with both uses.
    """
    return healthy.with_leaf(key_usage=frozenset({KeyUse.KEY_ENCIPHERMENT}))


def reissue_with_key_usage(broken: Situation) -> Situation:
    """Have the certificate issued again, with the key usage of a server."""
    return broken.with_leaf(key_usage=OF_A_SERVER)


def _declare(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "Have the CA sign the request again with `keyUsage = critical, digitalSignature, keyEncipherment`.",
            "nginx: `nginx -s reload`. SQL Server: restart the service.",
        ],
        sources=[OPENSSL_EXTENSIONS, KEY_USAGE_OF_TLS],
    )(reissue_with_key_usage)


_declare(no_tls)
_declare(encipherment_alone)
