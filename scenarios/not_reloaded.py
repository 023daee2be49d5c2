"""Not reloaded: the right certificate is on the server's disk, and the server shows the one that it read at start."""

from tlslab.model.certificate import PAST, RENEWED
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import EXPIRED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    NGINX_CONTROL,
    NOT_RELOADED,
    SQL_LINUX,
    section,
)

_WAITS_ON_DISK = [
    "Renew the certificate, and copy it with its intermediates over the files that the server's configuration names.",
    "It does not help before the server has loaded them: nginx reads its certificates at start and at reload, SQL Server at start. Caddy is the same for files that somebody else renews.",
]


@scenario(
    title="The certificate was renewed, and the server has not loaded it",
    conditions=[EXPIRED],
    sources=[NOT_RELOADED, NGINX_CONTROL, section(SQL_LINUX, "Configure SQL Server")],
)
def not_reloaded(healthy: Situation) -> Situation:
    """The files on the server's disk hold a certificate of today; the server that runs there still shows the old one, which it
    read when it started. All the clients see the one, and whoever looks at the disk sees the other.

    **Symptom.** "certificate has expired" (OpenSSL error 10, curl 60, Node `CERT_HAS_EXPIRED`), as if nobody had renewed it,
    while certbot, or the mail of the CA, says that it was.

    **Cause.** A file was replaced, and nobody told the server. What renews a certificate (certbot, a secret that is
    mounted, a colleague) is another program than the one that shows it.

    **Look.** Compare the two: `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -serial -dates`, and on the
    server `openssl x509 -noout -serial -dates -in FILE`. Another serial number: it was not loaded.

    **Fix.** Reload nginx, restart SQL Server. Then let what renews the certificate do that (certbot: `--deploy-hook`). To
    renew it once more changes the file that nobody reads.
    """
    return healthy.with_leaf(validity=PAST).with_server(on_disk=healthy.chain)


@not_reloaded.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: `nginx -t`, then `nginx -s reload`; in a container, restart it. SQL Server: restart the service.",
        "Verify from a client, not on the server's disk.",
    ],
    sources=[NGINX_CONTROL, NOT_RELOADED, section(SQL_LINUX, "Configure SQL Server")],
)
def load_what_is_on_disk(broken: Situation) -> Situation:
    """Have the server load what is on its disk."""
    return broken.with_server(chain=broken.server.on_disk, on_disk=None)


@not_reloaded.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.SERVER,
    steps=_WAITS_ON_DISK,
    sources=[NOT_RELOADED, NGINX_CONTROL],
)
def renew_once_more(broken: Situation) -> Situation:
    """Renew the certificate once more, and leave the server alone."""
    return broken.with_server(on_disk=broken.with_leaf(validity=RENEWED).chain)
