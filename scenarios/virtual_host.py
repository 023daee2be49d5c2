"""Virtual host: the server has the right certificate and presents another one, because the client did not name the site.

The address that a client dials, the name that it sends in the TLS handshake (SNI), the Host header of its request and the
name that it verifies are four things. The server chooses its certificate by the second alone.
"""

from tlslab.model.certificate import Chain, Leaf
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import NAME_MISMATCH, SELF_SIGNED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import HOSTS, ServerKind, Situation, VirtualHost
from tlslab_scenarios._sources import CURL_CONNECT_TO, INGRESS_DEFAULT, INGRESS_FAKE, NODE_SERVER_NAME, SNI

INSIDE = "ingress.lab.test"
"""The name of the machine, which no site has."""
FAKE = Leaf("Kubernetes Ingress Controller Fake Certificate", ("ingress.local",), issuer=None, owner="ingress")


def _behind_an_ingress(healthy: Situation) -> Situation:
    """The site of the healthy situation beside a default certificate that nobody trusts."""
    site = VirtualHost(HOSTS[healthy.kind], healthy.chain)
    return healthy.with_server(chain=Chain(FAKE), virtual_hosts=(site,))


@scenario(
    form="host-header",
    title="The site is named in the Host header, and not in the URL",
    kinds={ServerKind.HTTPS},
    conditions=[SELF_SIGNED, NAME_MISMATCH],
    sources=[INGRESS_FAKE, INGRESS_DEFAULT, SNI, NODE_SERVER_NAME],
)
def host_header(healthy: Situation) -> Situation:
    """The client connects to the machine by a name of the machine, or by its address, and names the site in the Host
    header. The certificate of the site is in order, and the server does not present it.

    **Symptom.** What is said of a self-signed certificate, or of a wrong name. The certificate that is shown is the
    default one: "Kubernetes Ingress Controller Fake Certificate", one for localhost, or that of the first site of the file.

    **Cause.** The Host header comes after the handshake. The server chooses its certificate by the name in the SNI, and
    most clients take that from the URL (curl, wget, Python, Go). .NET and the https module of Node take it from the Host
    header, and verify that name: they connect. An address is never sent (RFC 6066).

    **Look.** `openssl s_client -connect MACHINE:443 -servername SITE </dev/null | openssl x509 -noout -subject` shows
    the certificate of the site, and `-noservername` the default one.

    **Fix.** Put the site into the URL, and tell the client beside it where to connect: `--connect-to` or `--resolve` of
    curl, an entry in the hosts file. The certificate and its secret need no change.
    """
    return _behind_an_ingress(healthy).with_client(connect_to=INSIDE, host_header=HOSTS[healthy.kind])


@host_header.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "curl: `curl --connect-to SITE:443:MACHINE:443 https://SITE/`, without `-H Host:`.",
        "Others: let the name of the site resolve to the machine (DNS, the hosts file), and use it in the URL.",
    ],
    sources=[INGRESS_FAKE, CURL_CONNECT_TO],
)
def name_the_site_in_the_url(broken: Situation) -> Situation:
    """Name the site in the URL."""
    return broken.with_client(connect_to=HOSTS[broken.kind], host_header=None)


@scenario(
    form="no-sni",
    title="The client names no site in the handshake",
    kinds={ServerKind.HTTPS},
    conditions=[SELF_SIGNED, NAME_MISMATCH],
    sources=[SNI, INGRESS_DEFAULT],
)
def no_sni(healthy: Situation) -> Situation:
    """The client connects by the right name and does not send it: the server cannot know which site is meant, and
    presents its default certificate.

    **Symptom.** "self-signed certificate" or a wrong name, from this client alone; browsers show the site without a
    complaint. The certificate that is shown is the server's default one.

    **Cause.** A client, or its TLS library, that is told to send no SNI or is too old to (Java 6, Python before 2.7.9), a
    health check of a load balancer, or a proxy that opens a connection of its own: nginx sends none to what is behind it
    without `proxy_ssl_server_name on`.

    **Look.** `openssl s_client -connect HOST:443 -noservername` shows the same certificate, and `-servername HOST` the
    right one.

    **Fix.** Let the client send the name. Where it cannot, give the site an address of its own, or make it the default.
    """
    return _behind_an_ingress(healthy).with_client(server_name="")


@no_sni.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Remove the option that keeps the client from sending the name (`-noservername`, `servername: ''`)."],
    sources=[SNI],
)
def send_the_name(broken: Situation) -> Situation:
    """Send the name of the site."""
    return broken.with_client(server_name=None)


@no_sni.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: `listen 443 ssl default_server;` in the block of the site.",
        "ingress-nginx: `--default-ssl-certificate=NAMESPACE/SECRET` with the certificate of the site.",
    ],
    sources=[INGRESS_DEFAULT],
)
def make_it_the_default(broken: Situation) -> Situation:
    """Make the certificate of the site the server's default."""
    return broken.with_server(chain=broken.server.chain_for(HOSTS[broken.kind]))
