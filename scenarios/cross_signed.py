"""Cross-signed: the CA's key has a root of its own and a certificate by an older root; which one a client can use is a
matter of what it trusts and of what the server sends.
"""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT, PAST, Authority
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import EXPIRED_ROOT, UNTRUSTED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    ADDTRUST,
    ALTERNATE_CHAINS,
    CURL_CERTS,
    EXPIRED_ROOT_IN_CURL,
    LEAF_ONLY,
    NGINX_CHAINS,
    SQL_LINUX,
    section,
)
from tlslab_scenarios.self_signed import trust_everything
from tlslab_scenarios.untrusted_ca import install_ca

OLDER_ROOT = Authority("Older Root CA")
BRIDGE = replace(LAB_ROOT, parent=OLDER_ROOT)
"""The certificate of the new root's key that the older root signed."""
EXPIRED_ROOT_CA = Authority("Retired Root CA", validity=PAST)
EXPIRED_BRIDGE = replace(LAB_ROOT, parent=EXPIRED_ROOT_CA)


@scenario(
    form="expired-root",
    title="The server sends a cross-signed certificate, and the older root above it has expired",
    conditions=[EXPIRED_ROOT],
    sources=[ADDTRUST, EXPIRED_ROOT_IN_CURL],
)
def cross_signed_expired(healthy: Situation) -> Situation:
    """The server sends its certificate, the intermediate, and the certificate of the CA's new root that an older root signed.
    The client trusts the older root alone, and that has expired.

    **Symptom.** "certificate has expired" (OpenSSL error 10, curl 60, Node `CERT_HAS_EXPIRED`), although everything that the
    server sends is in date. Machines with a newer list of roots connect, as browsers do.

    **Cause.** A client that knows the new root ends its path there, and the older one is of no account. A client whose list
    is older goes on to the root that has run out, as it was with AddTrust in 2020 and DST Root CA X3 in 2021. OpenSSL
    1.0.2 and GnuTLS before 3.6.14 took the longer path even where the new root was in the store.

    **Look.** `openssl s_client -connect HOST:443 </dev/null`: the depth and the name above the error are those of the older
    root. Then see whether the new root is in the client's store.

    **Fix.** Give the client the new root: update its list. Leaving the cross-signed certificate out on the server does not
    help this client, since then nothing leads to a root that it trusts; it does help the old libraries.
    """
    return healthy.with_chain(after=(LAB_ISSUING, EXPIRED_BRIDGE)).with_client(trust_anchors=(EXPIRED_ROOT_CA,))


@scenario(
    form="left-out",
    title="The client knows the older root alone, and the server leaves the cross-signed certificate out",
    conditions=[UNTRUSTED],
    sources=[ALTERNATE_CHAINS],
)
def cross_signed_left_out(healthy: Situation) -> Situation:
    """The CA has a new root, which an older one cross-signed. The client's list has the older root alone. The server sends
    its certificate and the intermediate, and not the cross-signed certificate that leads from the new root to the older.

    **Symptom.** "unable to get local issuer certificate" (OpenSSL error 20, curl 60, Python, Node
    `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`) on clients whose list is older. All others connect.

    **Cause.** The shorter chain is the CA's default now, or somebody tidied the file up. To the server's people nothing is
    missing: the chain ends below a root that their own clients know.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`: the issuer of the last certificate is a root that the
    client lacks. The CA's site says by which older root that one is cross-signed.

    **Fix.** Give the client the new root. Where old clients cannot be changed, let the server send the cross-signed
    certificate behind the intermediate, as long as the older root is in date.
    """
    return healthy.with_client(trust_anchors=(OLDER_ROOT,))


for _scenario in (cross_signed_expired, cross_signed_left_out):
    _scenario.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[
            "Update the client's list of roots: the package ca-certificates, certifi, Node, Java.",
            "Or get the new root from the CA's site, check its fingerprint, and add it to the client's trust store.",
        ],
        sources=[
            ALTERNATE_CHAINS,
            section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
        ],
        name="install-new-root",
    )(install_ca)
    _scenario.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(CURL_CERTS, "Skip verification")],
    )(trust_everything)


@cross_signed_expired.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.SERVER,
    steps=[
        "Take the cross-signed certificate out of the file of the chain, then reload or restart the server.",
        "It does not help a client that lacks the new root: it says now that it does not know the issuer.",
    ],
    sources=[ALTERNATE_CHAINS],
)
def leave_cross_signed_out(broken: Situation) -> Situation:
    """Leave the cross-signed certificate out on the server."""
    return broken.with_chain(after=None)


@cross_signed_left_out.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Get the cross-signed certificate of the new root from the CA's site, and see that the older root is in date.",
        "nginx: put it behind the intermediate in the file of `ssl_certificate`, then reload.",
        "SQL Server on Linux: add it to the server's system store beside the intermediate, then restart the service.",
    ],
    sources=[ALTERNATE_CHAINS, NGINX_CHAINS, LEAF_ONLY],
)
def send_cross_signed(broken: Situation) -> Situation:
    """Let the server send the cross-signed certificate as well."""
    return broken.with_chain(after=(LAB_ISSUING, BRIDGE))
