"""CA made anew: the authority is called as before and has another key; the client holds its old certificate."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ROOT
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import FORGED, NO_AUTHORITY_KEY_IDENTIFIER, UNTRUSTED
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CLUSTER_MADE_ANEW,
    CURL_CERTS,
    EXTENSIONS_NOT_COPIED,
    GNUTLS_STATUS,
    GNUTLS_WORDS,
    KEY_IDENTIFIERS,
    KUBEADM_TROUBLE,
    SQL_LINUX,
    X509_TEXTS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything

OLD_ROOT = replace(LAB_ROOT, owner="TLS Trust Lab Root CA, before it was made anew")


@scenario(
    form="key-identifiers",
    title="The CA was made anew under the old name, and the client has the old one",
    conditions=[UNTRUSTED],
    sources=[KEY_IDENTIFIERS, CLUSTER_MADE_ANEW],
)
def with_key_identifiers(healthy: Situation) -> Situation:
    """Somebody made the CA again with the same name and a new key, and issued the server's certificate with it. The
    client trusts the CA's old certificate. The certificates say by an identifier which key signed them.

    **Symptom.** That of a CA that is unknown, although one of just that name is in the trust store: "unable to get local
    issuer certificate" (OpenSSL error 20, curl 60, Node `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`). Go and kubectl tell: "x509: certificate signed by unknown
    authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority
    certificate", and Java "Path does not chain with any of the trust anchors".

    **Cause.** A cluster or an appliance was set up again, a script makes a CA at each start, or the CA's key was lost. A
    client with both the name and the key identifier in hand sees at once that the old certificate is of another key.

    **Look.** `openssl x509 -in root.pem -noout -subject -ext subjectKeyIdentifier` on the client, and what the server's chain
    says: `openssl s_client -connect HOST:443 -showcerts </dev/null`, each certificate through `openssl x509 -noout -issuer
    -ext authorityKeyIdentifier`. The names are equal, the identifiers are not.

    **Fix.** Give the clients the new certificate of the CA in the place of the old one. A CA that is renewed with its old
    key needs none of this.
    """
    return healthy.with_client(trust_anchors=(OLD_ROOT,))


@scenario(
    form="no-key-identifiers",
    title="The CA was made anew under the old name, and nothing tells the two keys apart",
    conditions=[FORGED, NO_AUTHORITY_KEY_IDENTIFIER],
    rows={
        "openssl": says(
            [FORGED],
            Phase.VERIFY,
            "certificate signature failure",
            basis=Basis.AUTHORITATIVE,
            source=X509_TEXTS,
        ),
        "gnutls": (
            *says([FORGED], Phase.VERIFY, Prints(code="2050"), basis=Basis.AUTHORITATIVE, source=GNUTLS_STATUS),
            *says(
                [FORGED],
                Phase.VERIFY,
                "The signature in the certificate is invalid.",
                basis=Basis.AUTHORITATIVE,
                source=GNUTLS_WORDS,
            ),
        ),
    },
    sources=[CLUSTER_MADE_ANEW, KEY_IDENTIFIERS, EXTENSIONS_NOT_COPIED],
)
def without_key_identifiers(healthy: Situation) -> Situation:
    """As `ca-made-anew.key-identifiers`, and the server's certificate does not say which key signed it. So the client takes
    the CA of that name which it has, and verifies the signature with the wrong key.

    **Symptom.** "certificate signature failure" (OpenSSL error 7, Python, tedious; Node `CERT_SIGNATURE_FAILURE`), in curl
    and Microsoft's ODBC driver something about RSA instead, "invalid padding" or "data too large for modulus", and nothing
    about certificates. Java: "signature check failed". GnuTLS: "The signature in the certificate is invalid." Go and kubectl: "x509: certificate signed by
    unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority
    certificate".

    **Cause.** The CA was made again with `openssl req -x509` and the same subject, and what it issues has no authority key
    identifier: before OpenSSL 3.2 `openssl x509 -req` writes none without `-extfile`. It looks like an attack, and might
    be one.

    **Look.** Compare the keys, not the names: `openssl x509 -in root.pem -noout -fingerprint -sha256` of the file on the
    client and of that on the CA. `openssl verify -CAfile root.pem server.pem` says "error 7".

    **Fix.** Give the clients the new certificate of the CA. Let the CA write key identifiers: the next time the message
    says what is the matter.
    """
    return healthy.with_leaf(issuer=LAB_ROOT, authority_key_identifier=False).with_client(trust_anchors=(OLD_ROOT,))


def _fixes(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[
            "Get the CA's present certificate from those who run it, and compare its fingerprint.",
            "Put it into the client's trust store in the place of the old one of the same name.",
            "kubectl: copy /etc/kubernetes/admin.conf over ~/.kube/config again.",
        ],
        sources=[
            CLUSTER_MADE_ANEW,
            KUBEADM_TROUBLE,
            section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
        ],
    )(replace_old_root)
    of.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(CURL_CERTS, "Skip verification")],
    )(trust_everything)


def replace_old_root(broken: Situation) -> Situation:
    """Give the client the CA's present certificate in the place of the old one."""
    return broken.with_client(trust_anchors=(LAB_ROOT,))


for _scenario in (with_key_identifiers, without_key_identifiers):
    _fixes(_scenario)
