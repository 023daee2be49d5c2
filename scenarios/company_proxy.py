"""Company proxy: what answers is a proxy that signs a certificate for every host, under a root of its own."""

from tlslab.model.certificate import Authority, Chain
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import ROOT_SENT, UNTRUSTED
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import says
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CERTS,
    INSPECTING_PROXY,
    NODE_CODES,
    NPM_BEHIND_A_PROXY,
    NPM_NOT_STRICT,
    OLDER_X509_TEXTS,
    X509_TEXTS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything

PROXY_ROOT = Authority("Example Corp Web Proxy CA")


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


@company_proxy.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Get the proxy's root certificate from those who run it, and check its fingerprint.",
        "Programs that read the system's store: copy it to /usr/local/share/ca-certificates/NAME.crt and run `update-ca-certificates` (RHEL: /etc/pki/ca-trust/source/anchors/ and `update-ca-trust`).",
        "Node: NODE_EXTRA_CA_CERTS=FILE. npm: `npm config set cafile FILE`; that file replaces Node's own list.",
        "requests: REQUESTS_CA_BUNDLE=FILE, with the public roots in the same file, because it replaces certifi's.",
    ],
    sources=[INSPECTING_PROXY, NPM_BEHIND_A_PROXY, section(CURL_CERTS, "Change curl's default CA store")],
)
def install_proxy_root(broken: Situation) -> Situation:
    """Give the client the root of the company's proxy."""
    return broken.with_client(trust_anchors=(*broken.client.trust_anchors, PROXY_ROOT))


company_proxy.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification: `npm config set strict-ssl false`, `curl -k`, `verify=False`."],
    sources=[NPM_NOT_STRICT, section(CURL_CERTS, "Skip verification")],
)(trust_everything)
