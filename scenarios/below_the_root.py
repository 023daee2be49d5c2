"""Below the root: the client trusts the intermediate CA and has no root above it. Nothing is wrong; some clients refuse."""

from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import BELOW_THE_ROOT
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says, tolerates
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CA_LOCATIONS,
    ENDS_WHERE_TRUSTED,
    GO_ROOTS,
    NODE_CODES,
    PARTIAL_CHAIN_CURL,
    PARTIAL_CHAIN_NODE,
    PARTIAL_CHAIN_QUESTION,
    PYOPENSSL_REASON,
    SQL_LINUX,
    TRUST_ANCHORS,
    X509_TEXTS,
    section,
)


@scenario(
    title="The client trusts the intermediate CA and has no root above it",
    conditions=[BELOW_THE_ROOT],
    rows={
        "openssl": says(
            [BELOW_THE_ROOT],
            Phase.VERIFY,
            "unable to get issuer certificate",
            basis=Basis.AUTHORITATIVE,
            source=X509_TEXTS,
        ),
        "node": says(
            [BELOW_THE_ROOT],
            Phase.VERIFY,
            Prints(code="UNABLE_TO_GET_ISSUER_CERT"),
            basis=Basis.AUTHORITATIVE,
            source=NODE_CODES,
        ),
        "pyopenssl": says(
            [BELOW_THE_ROOT],
            Phase.VERIFY,
            "certificate verify failed",
            basis=Basis.AUTHORITATIVE,
            source=PYOPENSSL_REASON,
        ),
    }
    | {
        library: (tolerates(why, of=[BELOW_THE_ROOT], basis=Basis.AUTHORITATIVE, source=source),)
        for library, why, source in (
            ("gnutls", "GnuTLS ends the path at the first certificate that it was told to trust", ENDS_WHERE_TRUSTED),
            ("wget", "GnuTLS ends the path at the first certificate that it was told to trust", ENDS_WHERE_TRUSTED),
            ("go", "Go takes every certificate of its roots for a trust anchor", GO_ROOTS),
        )
    },
    sources=[PARTIAL_CHAIN_QUESTION, PARTIAL_CHAIN_CURL, PARTIAL_CHAIN_NODE, TRUST_ANCHORS],
)
def below_the_root(healthy: Situation) -> Situation:
    """The client's file of CA certificates holds the intermediate that issued the server's certificate, and not the root. The
    server is in order, and so is the certificate that is trusted.

    **Symptom.** "unable to get issuer certificate" (OpenSSL error 2, not 20, which has the word local in it; Python up to 3.12, Microsoft's
    ODBC driver, tedious; Node `UNABLE_TO_GET_ISSUER_CERT`). curl from 7.68 on, GnuTLS and Go connect with the very same
    file.

    **Cause.** OpenSSL takes a certificate for a trust anchor only when it is self-signed, unless the program sets
    X509_V_FLAG_PARTIAL_CHAIN. curl sets it, Python from 3.13 on does, Node does with allowPartialTrustChain, s_client with
    -partial_chain. GnuTLS ends the path at any CA that stands in the file, Go at any certificate.

    **Look.** `openssl x509 -in ca.pem -noout -subject -issuer`: two names that differ are no root. `openssl verify -CAfile ca.pem
    server.pem` fails with "error 2", and with `-partial_chain` it says OK.

    **Fix.** Put the root into the file, beside the intermediate or in its place. Where the intermediate alone shall be
    trusted, set the option of the program, if it has one.
    """
    return healthy.with_client(trust_anchors=(LAB_ISSUING,))


@below_the_root.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Get the root certificate of the CA from those who run it, and check its fingerprint.",
        "Put it into the client's file in the place of the intermediate, which the server sends.",
    ],
    sources=[
        PARTIAL_CHAIN_NODE,
        CA_LOCATIONS,
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
    ],
)
def trust_the_root(broken: Situation) -> Situation:
    """Give the client the root in the place of the intermediate."""
    return broken.with_client(trust_anchors=(LAB_ROOT,))


@below_the_root.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Get the root certificate of the CA from those who run it, and check its fingerprint.",
        "Add it to the client's file: `cat intermediate.pem root.pem > ca.pem`.",
    ],
    sources=[CA_LOCATIONS, TRUST_ANCHORS],
)
def add_the_root(broken: Situation) -> Situation:
    """Put the root beside the intermediate in the client's trust store."""
    return broken.with_client(trust_anchors=(LAB_ROOT,), intermediates=(LAB_ISSUING,))
