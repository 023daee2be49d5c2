"""Wrong order: the server's certificate is not the first one in its file, and nginx does not start."""

from tlslab.model.certificate import Chain
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import NOT_SERVING
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    LEAF_NOT_FIRST,
    NGINX_CHAINS,
    VAULT_ORDER,
)


@scenario(
    title="The intermediate stands before the server's certificate in its file, and nginx does not start",
    kinds={ServerKind.HTTPS},
    conditions=[NOT_SERVING],
    sources=[NGINX_CHAINS, LEAF_NOT_FIRST, VAULT_ORDER],
)
def wrong_order(healthy: Situation) -> Situation:
    """All the certificates are there and good, and the intermediate was written before the server's own. nginx takes the
    first one in the file for its own, holds the private key against it, and ends.

    **Symptom.** "Connection refused", `ECONNREFUSED`, "curl: (7)", on every client and for every site of this nginx. No word
    of certificates. A reload with such a file changes nothing: nginx goes on with the old ones, until it is restarted.

    **Cause.** `cat intermediate.crt server.crt` instead of the other way round; some vaults give certificates out with the root
    first.

    **Look.** On the server: `nginx -t`, or its error log: "[emerg] SSL_CTX_use_PrivateKey_file(...) failed" with
    "key values mismatch". `openssl x509 -noout -subject -in FILE` shows the first certificate of the file alone: it has to be
    the server's. The same words come of a key of another certificate: then `openssl pkey -pubout -in KEY` and
    `openssl x509 -noout -pubkey -in FILE` differ for the server's certificate, too.

    **Fix.** The server's certificate first, then the one that issued it, and so on upwards; the root is not needed.
    Nothing on the client helps.
    """
    chain = healthy.chain
    return healthy.with_server(chain=Chain(chain.leaf, before=chain.presented[1:], after=()))


@wrong_order.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "`cat server.crt intermediate.crt > chain.crt`: the server's certificate first, each followed by the one that issued it.",
        "`nginx -t`; it says whether the key is that of the first certificate. Then start nginx.",
    ],
    sources=[NGINX_CHAINS],
)
def put_certificate_first(broken: Situation) -> Situation:
    """Put the server's certificate first."""
    return broken.with_chain(before=(), after=None)
