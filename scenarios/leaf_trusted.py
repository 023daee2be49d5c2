"""Leaf trusted: the client's file of CA certificates holds the server's own certificate, which a CA issued."""

from tlslab.model.certificate import LAB_ROOT
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import LEAF_TRUSTED
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says, tolerates
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    GNUTLS_STATUS,
    GNUTLS_WORDS,
    GO_ROOTS,
    LEAF_AS_CACERT,
    LEAF_IN_CA_FILE,
    NODE_CODES,
    PYOPENSSL_REASON,
    SQL_LINUX,
    TRUST_ANCHORS,
    WGET_CHECK,
    X509_TEXTS,
    section,
)


@scenario(
    title="The client's CA file holds the server's certificate instead of the CA's",
    conditions=[LEAF_TRUSTED],
    rows={
        library: says([LEAF_TRUSTED], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=source)
        for library, text, source in (
            ("openssl", "unable to get local issuer certificate", X509_TEXTS),
            ("node", Prints(code="UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), NODE_CODES),
            ("pyopenssl", "certificate verify failed", PYOPENSSL_REASON),
            ("wget", "doesn't have a known issuer", WGET_CHECK),
        )
    }
    | {
        "gnutls": (
            *says([LEAF_TRUSTED], Phase.VERIFY, Prints(code="66"), basis=Basis.AUTHORITATIVE, source=GNUTLS_STATUS),
            *says(
                [LEAF_TRUSTED],
                Phase.VERIFY,
                "The certificate issuer is unknown.",
                basis=Basis.AUTHORITATIVE,
                source=GNUTLS_WORDS,
            ),
        ),
        "go": (
            tolerates(
                "Go ends the path at the leaf when it stands among its roots",
                of=[LEAF_TRUSTED],
                basis=Basis.AUTHORITATIVE,
                source=GO_ROOTS,
            ),
        ),
    },
    sources=[LEAF_IN_CA_FILE, LEAF_AS_CACERT, TRUST_ANCHORS],
)
def leaf_trusted(healthy: Situation) -> Situation:
    """Somebody saved the certificate that the server shows and gave it to the client as the file of CA certificates. It is no
    CA's, and the CA that issued it is not in the file. The server is in order.

    **Symptom.** As if nothing had been given: "unable to get local issuer certificate" (OpenSSL, Python, Node
    `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`), GnuTLS "The certificate issuer is unknown." curl from 7.68 on and Go connect.

    **Cause.** With a self-signed certificate this works, because it is its own issuer, and so it is told for every certificate.
    One that a CA issued is trusted by OpenSSL only with X509_V_FLAG_PARTIAL_CHAIN, which curl sets (Python from 3.13 on,
    too); GnuTLS wants a CA.

    **Look.** `openssl x509 -in ca.pem -noout -subject -issuer -ext basicConstraints`: the names differ, and "CA:TRUE" is not
    there.

    **Fix.** Put the CA's root into the file instead. That outlasts the server's certificate, too: where the leaf is trusted,
    each renewal breaks the client again.
    """
    return healthy.with_client(trust_anchors=(healthy.chain.leaf,))


@leaf_trusted.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Read the issuer of the last certificate that `openssl s_client -connect HOST:443 -showcerts </dev/null` shows: that root is wanted.",
        "Get it from those who run the CA, check its fingerprint, and put it into the file in the place of the server's certificate.",
    ],
    sources=[
        LEAF_IN_CA_FILE,
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
    ],
)
def trust_the_root(broken: Situation) -> Situation:
    """Give the client the CA's root in the place of the server's certificate."""
    return broken.with_client(trust_anchors=(LAB_ROOT,))
