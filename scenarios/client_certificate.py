"""Client certificates: the server demands one, and the client shows none, or none that the server takes."""

from collections.abc import Callable
from dataclasses import replace

from tlslab.model.certificate import CURRENT, PAST, Authority, Chain, KeyPurpose, KeyUse, Leaf
from tlslab.model.check import EVERYTHING, Check
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
    NOT_FOR_CLIENTS,
)
from tlslab.model.condition import Condition
from tlslab.model.scenario import Change, Scenario, Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CERTIFICATE_REQUEST,
    CLIENTS_IN_CURL,
    EXTENDED_KEY_USAGE,
    NGINX_PAGES,
    NGINX_REQUEST,
    NGINX_VERIFY_CLIENT,
)

CLIENTS_ROOT = Authority("TLS Trust Lab Clients CA")
"""The CA of the clients, which the server trusts: not that of the servers."""
PARTNER = Authority("Partner Clients CA")
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


def _form(form: str, title: str, condition: Condition) -> Callable[[Change], Scenario]:
    return scenario(
        form=form,
        title=title,
        kinds={ServerKind.HTTPS},
        conditions=[condition],
        sources=[NGINX_VERIFY_CLIENT, NGINX_REQUEST, NGINX_PAGES, CERTIFICATE_REQUEST],
    )


def _shown(situation: Situation, certificate: Leaf) -> Situation:
    """A client with this certificate, at a server that demands one."""
    return situation.with_server(client_anchors=(CLIENTS_ROOT,)).with_client(certificate=Chain(certificate))


@_form("required", "The server demands a client certificate, and the client has none", CLIENT_CERTIFICATE_MISSING)
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


@_form("expired", "The client's certificate has expired", CLIENT_CERTIFICATE_EXPIRED)
def expired(healthy: Situation) -> Situation:
    """The server demands a certificate of its clients, and that of the client has expired by the server's clock.

    **Symptom.** nginx finishes the handshake and answers with status 400 and a page: "The SSL certificate error". It does
    not say what is wrong: wget "ERROR 400: Bad Request.", git "The requested URL returned error: 400". Other servers send
    the alert certificate_expired (45).

    **Cause.** The certificates of servers are watched and renewed by programs; those of clients lie in files and in
    programs that run for years.

    **Look.** `openssl x509 -in client.pem -noout -enddate`. nginx writes "client SSL certificate verify error:
    (10:certificate has expired)" into its log, at level info; `$ssl_client_verify` has the same for a log of one's own.

    **Fix.** Have the certificate renewed and give it to the client. To stop asking lets everybody in who reaches the port.
    """
    return _shown(healthy, replace(OF_ALICE, validity=PAST))


@_form("untrusted", "The server does not trust the CA of the client's certificate", CLIENT_CERTIFICATE_UNTRUSTED)
def untrusted(healthy: Situation) -> Situation:
    """The server demands a certificate of its clients, and that of the client comes from a CA that the server was not given:
    a partner's, or the company's new one.

    **Symptom.** nginx finishes the handshake and answers with status 400 and a page: "The SSL certificate error". It does
    not say what is wrong: wget "ERROR 400: Bad Request.", git "The requested URL returned error: 400". Other servers send
    the alert unknown_ca (48).

    **Cause.** `ssl_client_certificate` does not hold the CA, or holds its intermediate without the root; or the client
    sends its certificate without the intermediate that issued it.

    **Look.** `openssl s_client -connect HOST:443 </dev/null`: "Acceptable client certificate CA names"; and `openssl x509
    -in client.pem -noout -issuer`. nginx writes "client SSL certificate verify error: (21:unable to verify the first
    certificate)" into its log, at level info; 20 where an intermediate came along. Go, Java, and wget with GnuTLS look at
    the list of CAs in the server's request and show no certificate that none of them issued: the log then says "client sent
    no required SSL certificate", although they were given one.

    **Fix.** Have the certificate issued by a CA that the server takes, or give the server the CA that issued it: then it
    takes everybody whom that CA certifies. To stop asking lets everybody in who reaches the port.
    """
    return _shown(healthy, replace(OF_ALICE, issuer=PARTNER))


@_form("without-client-auth", "The client's certificate is not for clients", NOT_FOR_CLIENTS)
def without_client_auth(healthy: Situation) -> Situation:
    """The server demands a certificate of its clients. The extended key usage (EKU) of the client's names server authentication
    alone: a server's certificate, shown by a client.

    **Symptom.** nginx finishes the handshake and answers with status 400 and a page: "The SSL certificate error". Other
    servers send the alert unsupported_certificate (43).

    **Cause.** One service calls another and shows the certificate that it serves with. Public CAs issue certificates for
    servers alone; a private CA's template may name both purposes.

    **Look.** `openssl x509 -in client.pem -noout -ext extendedKeyUsage`: "TLS Web Client Authentication" must be there.
    `openssl verify -purpose sslclient -CAfile clients.pem client.pem` asks as the server does. nginx writes "client SSL
    certificate verify error: (26:unsuitable certificate purpose)" into its log, at level info.

    **Fix.** Have a certificate issued for clients. To stop asking lets everybody in who reaches the port.
    """
    return _shown(healthy, replace(OF_ALICE, extended_key_usage=(KeyPurpose.SERVER_AUTH,)))


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


@expired.fix(
    still_checks=WITH_CLIENTS,
    side=Side.CLIENT,
    steps=[
        "Have the CA that issued it sign the request again.",
        "Put the new certificate in the place of the old one; a program that has read it must be started again.",
    ],
    sources=[CLIENTS_IN_CURL],
)
def renew(broken: Situation) -> Situation:
    """Renew the client's certificate."""
    return broken.with_client(certificate=Chain(replace(OF_ALICE, validity=CURRENT)))


@untrusted.fix(
    still_checks=WITH_CLIENTS,
    side=Side.CLIENT,
    steps=[
        "Look which CAs the server takes: `openssl s_client -connect HOST:443`, Acceptable client certificate CA names.",
        "Have one of them issue a certificate to the client, and give it to the client with its key.",
    ],
    sources=[CERTIFICATE_REQUEST],
)
def reissue(broken: Situation) -> Situation:
    """Have the client's certificate issued by a CA that the server takes."""
    return broken.with_client(certificate=Chain(OF_ALICE))


@untrusted.fix(
    still_checks=WITH_CLIENTS,
    side=Side.SERVER,
    steps=[
        "Append the root of the CA that issued the client's certificate to the file of `ssl_client_certificate`.",
        "`nginx -t`, then `nginx -s reload`.",
        "Whoever has a certificate of that CA is taken from then on: look at the subject as well where that is too many.",
    ],
    sources=[NGINX_VERIFY_CLIENT],
)
def install_the_issuer(broken: Situation) -> Situation:
    """Give the server the CA that issued the client's certificate."""
    return broken.with_server(client_anchors=(*broken.server.client_anchors, PARTNER))


@without_client_auth.fix(
    still_checks=WITH_CLIENTS,
    side=Side.CLIENT,
    steps=[
        "Have the CA issue a certificate whose extended key usage names `clientAuth`.",
        "`openssl verify -purpose sslclient -CAfile clients.pem client.pem` must say OK.",
        "Give it to the client with its key.",
    ],
    sources=[EXTENDED_KEY_USAGE],
)
def reissue_for_clients(broken: Situation) -> Situation:
    """Have the client's certificate issued for clients."""
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


for _broken in (required, expired, untrusted, without_client_auth):
    _declare_the_bypass(_broken)
