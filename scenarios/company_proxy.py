"""Company proxy: what answers is a proxy that signs a certificate for every host, under a root of its own.

It stands in the way of every connection, or the client is told to go through it (CONNECT).
"""

from tlslab.model.certificate import Authority, Chain
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import INCOMPLETE, ROOT_SENT, UNTRUSTED
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import says
from tlslab.model.proxy import Proxy
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CA_LOCATIONS,
    CURL_CERTS,
    CURL_NO_PROXY,
    HTTP_CONNECT,
    INSPECTING_PROXY,
    NODE_CODES,
    NPM_BEHIND_A_PROXY,
    NPM_NOT_STRICT,
    OLDER_X509_TEXTS,
    WHOLE_CHAIN,
    X509_TEXTS,
    section,
)
from tlslab_scenarios.proxy import go_directly
from tlslab_scenarios.self_signed import trust_everything

PROXY_ROOT = Authority("Example Corp Web Proxy CA")
PROXY_ISSUING = Authority("Example Corp Web Proxy Issuing CA", parent=PROXY_ROOT)


@scenario(
    title="A company's proxy signs the certificate anew and sends its own root along",
    kinds={ServerKind.HTTPS},
    conditions=[UNTRUSTED, ROOT_SENT],
    rows={
        "openssl": (
            *says(
                [UNTRUSTED, ROOT_SENT],
                Phase.VERIFY,
                "self-signed certificate in certificate chain",
                basis=Basis.AUTHORITATIVE,
                source=X509_TEXTS,
            ),
            *says(
                [UNTRUSTED, ROOT_SENT],
                Phase.VERIFY,
                "self signed certificate in certificate chain",
                basis=Basis.AUTHORITATIVE,
                source=OLDER_X509_TEXTS,
            ),
        ),
    },
    sources=[INSPECTING_PROXY, NPM_BEHIND_A_PROXY, NODE_CODES],
)
def company_proxy(healthy: Situation) -> Situation:
    """Between client and server stands a proxy (or a firewall, or a virus scanner) that opens every connection. It makes
    a certificate for each host, signs it with the company's own CA, and sends that CA's root along.

    **Symptom.** "self-signed certificate in certificate chain" (OpenSSL error 19, curl 60, Python; before 3.0 "self signed
    certificate in certificate chain"), Node and npm `SELF_SIGNED_CERT_IN_CHAIN`. GnuTLS and Go say of it what they say of
    every CA that they do not know. The browser on the same machine connects.

    **Cause.** The company gave its root to the operating system, where browsers look. Node, Python's certifi, Java, and
    what runs in a container have lists of their own, without it. The same words appear at any server that sends the
    root of a private CA along; sending it is superfluous, and no client trusts it for that.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`: the last certificate has the same name as subject
    and as issuer ("s:" and "i:"), and it is your company's, not that of a public CA. Elsewhere the same host shows
    another issuer.

    **Fix.** Get the company's root from those who run the proxy, not from the connection, and give it to the program.
    Whoever trusts it lets the proxy read everything. Do not switch verification off: that lets everybody else read, too.
    """
    leaf = healthy.with_leaf(issuer=PROXY_ROOT, owner="proxy").chain.leaf
    return healthy.with_server(chain=Chain(leaf, after=(PROXY_ROOT,)))


def _signing(situation: Situation, issuer: Authority, sent: tuple[Authority, ...] = ()) -> Proxy:
    """A proxy that signs anew for the server's names, and sends these along."""
    leaf = situation.with_leaf(issuer=issuer, owner="proxy").chain.leaf
    return Proxy(chain=Chain(leaf, after=sent))


@scenario(
    form="connect",
    title="The proxy that the client goes through signs the certificate anew, and its root is not installed",
    kinds={ServerKind.HTTPS},
    conditions=[UNTRUSTED, ROOT_SENT],
    sources=[INSPECTING_PROXY, NPM_BEHIND_A_PROXY, HTTP_CONNECT],
)
def connect(healthy: Situation) -> Situation:
    """The client is told to go through the company's proxy (HTTPS_PROXY). The proxy grants the tunnel, ends TLS itself in
    it, and begins it anew with the server: the client is shown a certificate that the proxy has signed.

    **Symptom.** As where the proxy stands in the way unasked: "self-signed certificate in certificate chain" (OpenSSL error
    19, curl 60, Python), `SELF_SIGNED_CERT_IN_CHAIN` (Node). Go, GnuTLS, PHP and Perl say what they say of every CA that
    they do not know. Perl says it behind "500 SSL upgrade failed:".

    **Cause.** The answer to CONNECT was 200: the proxy works, and speaks for the server. The company's root is in a store
    that this program does not read. A program that goes directly, or a host that bypasses the proxy (NO_PROXY), is shown
    the server's own certificate: so one machine shows two.

    **Look.** `openssl s_client -proxy PROXY:3128 -connect HOST:443 -showcerts </dev/null`, and the same without -proxy: is
    the issuer another one?

    **Fix.** Give the program the root of the proxy, or let it go to this host directly, where the network lets it.
    """
    return healthy.with_client(proxy=_signing(healthy, PROXY_ROOT, sent=(PROXY_ROOT,)))


@scenario(
    form="intermediate-missing",
    title="The proxy's root is installed, and the proxy does not send its intermediate CA",
    kinds={ServerKind.HTTPS},
    conditions=[INCOMPLETE],
    sources=[HTTP_CONNECT, WHOLE_CHAIN],
)
def intermediate_missing(healthy: Situation) -> Situation:
    """The proxy signs with an intermediate CA below the company's root. The client trusts the root, and the proxy sends
    no more than the certificate for the host.

    **Symptom.** "unable to get local issuer certificate" (OpenSSL error 20, curl 60, Python), Node
    `UNABLE_TO_VERIFY_LEAF_SIGNATURE`. It fails with every host, and only through the proxy.

    **Cause.** The intermediate was made anew, or was never given to the proxy beside its key. A program that has met it
    elsewhere, or was given it together with the root, connects.

    **Look.** `openssl s_client -proxy PROXY:3128 -connect HOST:443 -showcerts </dev/null`: one certificate, whose issuer is
    not the root that was installed.

    **Fix.** The proxy has to send its intermediate. Until it does, give it to the client beside the root.
    """
    trusting = healthy.with_client(trust_anchors=(*healthy.client.trust_anchors, PROXY_ROOT))
    return trusting.with_client(proxy=_signing(healthy, PROXY_ISSUING))


@intermediate_missing.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Have those who run the proxy put the intermediate behind the certificate that it signs with, to be sent along."
    ],
    sources=[WHOLE_CHAIN],
)
def have_the_intermediate_sent(broken: Situation) -> Situation:
    """Have the proxy send its intermediate."""
    return broken.with_client(proxy=_signing(broken, PROXY_ISSUING, sent=(PROXY_ISSUING,)))


@intermediate_missing.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Get the intermediate from those who run the proxy, and add it to the program's file of CA certificates."],
    sources=[CA_LOCATIONS, section(CURL_CERTS, "Use a custom CA store")],
)
def give_client_the_intermediate(broken: Situation) -> Situation:
    """Give the client the proxy's intermediate, to complete the chain."""
    return broken.with_client(intermediates=(PROXY_ISSUING,))


def install_proxy_root(broken: Situation) -> Situation:
    """Give the client the root of the company's proxy."""
    return broken.with_client(trust_anchors=(*broken.client.trust_anchors, PROXY_ROOT))


for _untrusted in (company_proxy, connect):
    _untrusted.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[
            "Get the proxy's root certificate from those who run it, and check its fingerprint.",
            "Programs that read the system's store: copy it to /usr/local/share/ca-certificates/NAME.crt and run `update-ca-certificates` (RHEL: /etc/pki/ca-trust/source/anchors/ and `update-ca-trust`).",
            "Node: NODE_EXTRA_CA_CERTS=FILE. npm: `npm config set cafile FILE`; that file replaces Node's own list.",
            "requests: REQUESTS_CA_BUNDLE=FILE, with the public roots in the same file, because it replaces certifi's.",
        ],
        sources=[INSPECTING_PROXY, NPM_BEHIND_A_PROXY, section(CURL_CERTS, "Change curl's default CA store")],
    )(install_proxy_root)

    _untrusted.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification: `npm config set strict-ssl false`, `curl -k`, `verify=False`."],
        sources=[NPM_NOT_STRICT, section(CURL_CERTS, "Skip verification")],
    )(trust_everything)

for _through in (connect, intermediate_missing):
    _through.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=["Where the network lets it: name the host in NO_PROXY (`curl --noproxy HOST`)."],
        sources=[CURL_NO_PROXY],
    )(go_directly)
