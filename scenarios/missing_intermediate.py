"""Missing intermediate: the server sends its leaf alone, and the client cannot build the bridge to the root that it
trusts.
"""

from dataclasses import replace

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import INCOMPLETE
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CHAIN_IN_WRONG_ORDER,
    CURL_CERTS,
    KINSTA,
    LEAF_ONLY,
    NGINX_CHAINS,
    SQL_LINUX,
    TENWEB,
    section,
)


@scenario(
    title="The server does not send its intermediate certificate",
    conditions=[INCOMPLETE],
    sources=[
        section(TENWEB, "Reasons why this error occurs"),
        section(KINSTA, "Common Causes of the Could Not Establish Trust Relationship Error"),
        NGINX_CHAINS,
    ],
)
def missing_intermediate(healthy: Situation) -> Situation:
    """The leaf was issued by an intermediate CA. The client trusts the root above it, but the server sends the leaf
    alone.

    **Symptom.** "unable to get local issuer certificate" (OpenSSL, curl, Python), "unable to verify the first
    certificate" (Node `UNABLE_TO_VERIFY_LEAF_SIGNATURE`). Browsers often succeed, because they fetch or remember
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


@missing_intermediate.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: put the leaf first and the intermediates after it into the file of `ssl_certificate`, then reload. In another order it does not start: `key values mismatch`.",
        "SQL Server on Linux: add the CA's chain to the server's system store (`update-ca-certificates`), then restart the service.",
        "Look again with `openssl s_client -showcerts`.",
    ],
    sources=[
        NGINX_CHAINS,
        CHAIN_IN_WRONG_ORDER,
        LEAF_ONLY,
        section(KINSTA, "Common Causes of the Could Not Establish Trust Relationship Error"),
    ],
)
def present_whole_chain(broken: Situation) -> Situation:
    """Let the server present the whole chain."""
    return broken.with_chain(after=None)


@missing_intermediate.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Get the intermediate from the CA's site and verify it against the root that you trust.",
        "Add it to the client's file of CA certificates beside the root.",
    ],
    sources=[
        section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)"),
        CURL_CERTS,
    ],
)
def give_client_the_intermediate(broken: Situation) -> Situation:
    """Give the client the intermediate certificate."""
    client = replace(broken.client, intermediates=broken.chain.intermediates)
    return replace(broken, client=client)
