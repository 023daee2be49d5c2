"""Missing intermediate: the server sends its leaf alone, and the client cannot build the bridge to the root that it
trusts.
"""

from dataclasses import replace

from tlslab.model.certificate import Responder
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import INCOMPLETE
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CA_LOCATIONS,
    CHAIN_IN_WRONG_ORDER,
    CURL_CERTS,
    ISSUER_ADDRESSES,
    JAVA_AIA,
    KINSTA,
    LEAF_ONLY,
    NGINX_CHAINS,
    TENWEB,
    section,
)


@scenario(
    title="The server does not send its intermediate certificate",
    conditions=[INCOMPLETE],
    sources=[
        section(TENWEB, "Reasons why this error occurs"),
        section(
            KINSTA,
            "Common Causes of the “Could Not Establish Trust Relationship for the SSL/TLS Secure Channel with Authority” Error Message",
        ),
        NGINX_CHAINS,
    ],
)
def missing_intermediate(healthy: Situation) -> Situation:
    """The leaf was issued by an intermediate CA. The client trusts the root above it, but the server sends the leaf
    alone.

    **Symptom.** "unable to get local issuer certificate" (OpenSSL, curl, Python), "unable to verify the first
    certificate" (Node `UNABLE_TO_VERIFY_LEAF_SIGNATURE`). .NET Framework says "Could not establish trust relationship for
    the SSL/TLS secure channel" where it cannot fetch it either. Browsers often succeed, because they fetch or remember
    intermediates, so "it works on my machine".

    **Cause.** The certificate was installed without the bundle that came with it. SQL Server on Linux sends only the
    leaf of `network.tlscert` unless the CA's chain is in the server's own system store.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`: one certificate only, and its issuer is not its
    subject. The words are the same as for an untrusted CA, and where a root signs leaves itself one certificate is all
    that there is: ask the CA whether the issuer is a root or an intermediate.

    **Fix.** Let the server present the whole chain: leaf first, then the intermediates, without the root. Giving the
    intermediate to a client cures that client alone.
    """
    return healthy.with_chain(after=())


@scenario(
    form="published",
    title="The server does not send its intermediate certificate, which stands at an address in the server's",
    conditions=[INCOMPLETE],
    sources=[ISSUER_ADDRESSES, NGINX_CHAINS],
)
def published(healthy: Situation) -> Situation:
    """The server sends its leaf alone, and the leaf says where the certificate of its issuer is to be had (AIA, caIssuers): a
    client could fetch it.

    **Symptom.** As where there is no address: "unable to get local issuer certificate" (OpenSSL, curl, Python), Node
    `UNABLE_TO_VERIFY_LEAF_SIGNATURE`. Of the clients here .NET alone fetches by itself, and connects, as Chromium and Windows
    do: so "it works on my machine". gnutls-cli and Java do when they are told to.

    **Cause.** The certificate was installed without the bundle that came with it. Nearly every public certificate has
    such an address, so whoever tries it with such a browser sees nothing.

    **Look.** `openssl x509 -in server.pem -noout -ext authorityInfoAccess`: "CA Issuers - URI:".

    **Fix.** Let the server present the whole chain. A client that fetches needs a way out to the CA, by plain HTTP, and
    waits where there is none.
    """
    return healthy.with_chain(after=()).with_leaf(ca_issuers=Responder.ANSWERS)


@scenario(
    form="address-silent",
    title="The intermediate certificate is to be fetched from an address at which nothing is said",
    conditions=[INCOMPLETE],
    sources=[ISSUER_ADDRESSES],
)
def address_silent(healthy: Situation) -> Situation:
    """The server sends its leaf alone. The client is told to fetch what is missing, and at the address in the leaf connections
    are accepted, or vanish in a firewall, and nothing is said.

    **Symptom.** Seconds. gnutls-cli waits for ever; Java 15 seconds, then "unable to find valid certification path to
    requested target", unless the login timeout of the application comes first. .NET waits 15 seconds as well, and fetches
    without being told.

    **Cause.** The server is not complete, and the client has no way out to the CA.

    **Look.** `time curl -m 20 ADDRESS` from the client's machine, with the address that `openssl x509 -in server.pem
    -noout -ext authorityInfoAccess` prints.

    **Fix.** Let the server present the whole chain: then nobody fetches anything.
    """
    return healthy.with_chain(after=()).with_leaf(ca_issuers=Responder.SILENT).with_client(fetches_issuers=True)


@scenario(
    form="visited-before",
    title="The server does not send its intermediate certificate, and the client may have it of an earlier visit",
    conditions=[INCOMPLETE],
    sources=[ISSUER_ADDRESSES],
)
def visited_before(healthy: Situation) -> Situation:
    """The server sends its leaf alone, without an address of its issuer. The same user's client visited it before, when its
    certificate of the same issuer had that address (AIA, caIssuers).

    **Symptom.** Two machines with the same program and the same options: one connects, the other says "unable to get local
    issuer certificate" or "PartialChain". A container that was made anew is the one that fails.

    **Cause.** .NET on Linux keeps an intermediate that it has fetched in the user's home
    (`~/.dotnet/corefx/cryptography/x509stores/ca`) and completes later chains with it, as Windows and browsers keep theirs.
    What a server sent itself is not kept. The other clients here keep nothing between two processes.

    **Look.** `ls ~/.dotnet/corefx/cryptography/x509stores/ca`, and the same program with an empty home: `HOME=$(mktemp -d)`.

    **Fix.** Let the server present the whole chain: then it does not matter what a client has kept.
    """
    visited = healthy.with_chain(after=()).with_leaf(ca_issuers=Responder.ANSWERS).server
    return replace(healthy.with_chain(after=()), visited=visited)


_WHOLE_CHAIN = [
    "nginx: put the leaf first and the intermediates after it into the file of `ssl_certificate`, then reload. In another order it does not start: `key values mismatch`.",
    "SQL Server on Linux: add the CA's chain to the server's system store (`update-ca-certificates`), then restart the service.",
    "Look again with `openssl s_client -showcerts`.",
]


def present_whole_chain(broken: Situation) -> Situation:
    """Let the server present the whole chain."""
    return broken.with_chain(after=None)


for _incomplete in (missing_intermediate, published, address_silent, visited_before):
    _incomplete.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=_WHOLE_CHAIN,
        sources=[
            NGINX_CHAINS,
            CHAIN_IN_WRONG_ORDER,
            LEAF_ONLY,
            section(
                KINSTA,
                "Common Causes of the “Could Not Establish Trust Relationship for the SSL/TLS Secure Channel with Authority” Error Message",
            ),
        ],
    )(present_whole_chain)


@published.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Java: `-Dcom.sun.security.enableAIAcaIssuers=true`. gnutls-cli: `--ca-auto-retrieve`.",
        "Let it through to the address: it is plain HTTP, usually port 80.",
    ],
    sources=[ISSUER_ADDRESSES, JAVA_AIA],
)
def have_client_fetch(broken: Situation) -> Situation:
    """Have the client fetch the intermediate certificate."""
    return broken.with_client(fetches_issuers=True)


@missing_intermediate.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Get the intermediate from the CA's site and verify it against the root that you trust.",
        "Add it to the client's file of CA certificates beside the root.",
    ],
    sources=[CA_LOCATIONS, section(CURL_CERTS, "Use a custom CA store"), ISSUER_ADDRESSES],
)
def give_client_the_intermediate(broken: Situation) -> Situation:
    """Give the client the intermediate certificate."""
    client = replace(broken.client, intermediates=broken.chain.intermediates)
    return replace(broken, client=client)
