"""Expired root: the CA certificate that the client trusts has run out; what the server sends is in date."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ROOT, PAST
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import EXPIRED_ROOT
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    ADDTRUST,
    CURL_CERTS,
    EXPIRED_ROOT_IN_CURL,
    KB2007728,
    KINSTA,
    RENEWED_ROOT,
    SQL_LINUX,
    TENWEB,
    TRUST_ANCHORS,
    section,
)
from tlslab_scenarios.expired_issuer import renew_servers_certificate, what_is_said_of
from tlslab_scenarios.self_signed import trust_everything

EXPIRED = replace(LAB_ROOT, validity=PAST)


@scenario(
    title="The root that the client trusts has expired",
    conditions=[EXPIRED_ROOT],
    rows=what_is_said_of(EXPIRED_ROOT),
    sources=[EXPIRED_ROOT_IN_CURL, ADDTRUST, TRUST_ANCHORS],
)
def expired_root(healthy: Situation) -> Situation:
    """The server's certificate and the intermediate are in date. The root certificate in the client's trust store has
    expired.

    **Symptom.** "certificate has expired" (OpenSSL error 10 at the highest depth, curl 60, Node `CERT_HAS_EXPIRED`), GnuTLS
    "The certificate chain uses expired certificate.", on every client that has this root alone. Whoever looks at what
    the server sends finds it in date.

    **Cause.** A private CA was made with ten years and nobody counted them, or a public root ran out and the client's
    list is as old. RFC 5280 leaves open whether the dates of a trust anchor count: OpenSSL, GnuTLS and Go look at them, Java
    does not.

    **Look.** `openssl s_client -connect HOST:443 -CAfile root.pem </dev/null`: the name above the error is that of the root.
    `openssl x509 -in root.pem -noout -enddate` on the client.

    **Fix.** The CA renews its root with the same name and key; the clients get the new certificate in the place of the old
    one. All that the CA has issued stays as it is. A public root comes with an update of the system's or program's list.
    """
    return healthy.with_client(trust_anchors=(EXPIRED,))


@expired_root.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Have the CA renew its root certificate with the same name and key, or get the renewed one from those who run it.",
        "Put it into the client's trust store in the place of the expired one.",
        "Public roots: update the package ca-certificates, certifi, Node, Java.",
    ],
    sources=[
        RENEWED_ROOT,
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
    ],
)
def install_renewed_root(broken: Situation) -> Situation:
    """Give the client the renewed root in the place of the expired one."""
    return broken.with_client(trust_anchors=(LAB_ROOT,))


expired_root.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.SERVER,
    steps=[
        "Have the CA issue the server's certificate again, and install it.",
        "It does not help: the root that has expired is on the client.",
    ],
    sources=[section(TENWEB, "Expired SSL certificate"), section(KINSTA, "Your Certificate Has Expired")],
)(renew_servers_certificate)

expired_root.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
