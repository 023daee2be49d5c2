"""Client certificates: the server demands one, and the client shows none, or none that the server takes."""

from tlslab.model.certificate import Authority, Chain, KeyPurpose, KeyUse, Leaf
from tlslab.model.check import EVERYTHING, Check
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CERTIFICATE_REQUEST,
    CLIENTS_IN_CURL,
    NGINX_PAGES,
    NGINX_REQUEST,
    NGINX_VERIFY_CLIENT,
)

CLIENTS_ROOT = Authority("TLS Trust Lab Clients CA")
"""The CA of the clients, which the server trusts: not that of the servers."""
OF_ALICE = Leaf(
    "alice",
    (),
    CLIENTS_ROOT,
    owner="client",
    emails=("alice@lab.test",),
    key_usage=frozenset({KeyUse.DIGITAL_SIGNATURE}),
    extended_key_usage=(KeyPurpose.CLIENT_AUTH,),
)
WITH_CLIENTS = EVERYTHING | {Check.CLIENT}


@scenario(
    form="required",
    title="The server demands a client certificate, and the client has none",
    kinds={ServerKind.HTTPS},
    conditions=[CLIENT_CERTIFICATE_MISSING],
    sources=[NGINX_VERIFY_CLIENT, NGINX_REQUEST, NGINX_PAGES, CERTIFICATE_REQUEST],
)
def required(healthy: Situation) -> Situation:
    """The server asks for a certificate in the handshake and serves nobody without one (mutual TLS, mTLS). The client was
    given none.

    **Symptom.** nginx finishes the handshake and answers with status 400 and a page: "No required SSL certificate was
    sent". To most clients that is an answer like others: curl ends with 0 and prints the page; wget "ERROR 400: Bad
    Request.", git "The requested URL returned error: 400". Other servers end the handshake with an alert:
    certificate_required (116) in TLS 1.3, handshake_failure (40) before.

    **Cause.** The client was not told of its certificate, or was told of another server's only; the proxy in front of the
    server shows its own, or none.

    **Look.** `openssl s_client -connect HOST:443 </dev/null`: "Acceptable client certificate CA names" lists the CAs of
    which the server wants one. nginx writes "client sent no required SSL certificate" into its log, at level info.

    **Fix.** Have a certificate issued by one of these CAs and give it to the client, with its key. To stop asking lets
    everybody in who reaches the port.
    """
    return healthy.with_server(client_anchors=(CLIENTS_ROOT,))


@required.fix(
    still_checks=WITH_CLIENTS,
    side=Side.CLIENT,
    steps=[
        "Have a certificate issued to this client by a CA that the server takes (`extendedKeyUsage = clientAuth`).",
        "Give the client the certificate, with the intermediates behind it, and its key.",
        "`curl --cert client.pem --key client-key.pem` must be answered with 200.",
    ],
    sources=[CLIENTS_IN_CURL],
)
def give_the_certificate(broken: Situation) -> Situation:
    """Give the client a certificate of its own."""
    return broken.with_client(certificate=Chain(OF_ALICE))


def _declare_the_bypass(broken: Scenario) -> None:
    @broken.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "nginx: `ssl_verify_client off;`, then `nginx -s reload`.",
            "Whoever reaches the port is served from then on: the server knows none of its clients any more.",
        ],
        sources=[NGINX_VERIFY_CLIENT],
    )
    def stop_asking(broken: Situation) -> Situation:
        """Have the server ask its clients for no certificate."""
        return broken.with_server(client_anchors=())


for _broken in (required,):
    _declare_the_bypass(_broken)
