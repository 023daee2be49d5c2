"""Expired: the certificate's time is over."""

from tlslab.model.certificate import CURRENT, PAST, RENEWED
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import EXPIRED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    KINSTA,
    NGINX_CONTROL,
    NOT_RELOADED,
    SQL_LINUX,
    TENWEB,
    section,
)


@scenario(
    title="The server's certificate has expired",
    conditions=[EXPIRED],
    sources=[
        section(SQL_LINUX, "Requirements for certificates"),
        section(TENWEB, "Expired SSL certificate"),
        section(KINSTA, "Your Certificate Has Expired"),
    ],
)
def expired(healthy: Situation) -> Situation:
    """The certificate's notAfter date has passed; everything else about it is in order.

    **Symptom.** "certificate has expired" (OpenSSL error 10, curl 60, Node `CERT_HAS_EXPIRED`), from one minute to
    the next and on every client at once. .NET Framework says "Could not establish trust relationship for the SSL/TLS
    secure channel", whatever is wrong with a certificate. When only some clients fail, look at their clocks instead.

    **Cause.** Nobody renewed it, or it was renewed and the server still holds the old one: SQL Server reads its
    certificate at start, nginx at start and reload.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -dates`. Compare with the date of
    the file on the server's disk: if the file is newer, the server was not reloaded. An expired intermediate gives
    the same words in OpenSSL, and so does a client whose clock is ahead (`tlslab show wrong-clock.ahead`). In Chrome:
    "Not secure" in the address bar, behind it "Certificate is not valid", and there both dates.

    **Fix.** Renew it, install it, restart or reload the server, and look again. Then find out why no reminder came.
    """
    return healthy.with_leaf(validity=PAST)


@expired.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Make a new signing request (a new key is good practice) and have the CA sign it.",
        "Install the new certificate with its intermediates.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
        "Verify from a client, not on the server's disk.",
    ],
    sources=[
        section(TENWEB, "Installing a valid SSL certificate"),
        section(KINSTA, "Your Certificate Has Expired"),
        section(SQL_LINUX, "Requirements for certificates"),
    ],
)
def renew(broken: Situation) -> Situation:
    """Renew the certificate."""
    return broken.with_leaf(validity=CURRENT)


_WAITS_ON_DISK = [
    "Renew the certificate, and copy it with its intermediates over the files that the server's configuration names.",
    "It does not help before the server has loaded them: nginx reads its certificates at start and at reload, SQL Server at start. Caddy is the same for files that somebody else renews.",
]


@scenario(
    form="not-loaded",
    title="The certificate was renewed, and the server has not loaded it",
    conditions=[EXPIRED],
    sources=[NOT_RELOADED, NGINX_CONTROL, section(SQL_LINUX, "Configure SQL Server")],
)
def not_loaded(healthy: Situation) -> Situation:
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


@not_loaded.fix(
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


@not_loaded.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.SERVER,
    steps=_WAITS_ON_DISK,
    sources=[NOT_RELOADED, NGINX_CONTROL],
)
def renew_once_more(broken: Situation) -> Situation:
    """Renew the certificate once more, and leave the server alone."""
    return broken.with_server(on_disk=broken.with_leaf(validity=RENEWED).chain)


@expired.fix(
    still_checks=EVERYTHING,
    clears=False,
    side=Side.SERVER,
    steps=_WAITS_ON_DISK,
    sources=[NOT_RELOADED, NGINX_CONTROL],
)
def replace_the_files_alone(broken: Situation) -> Situation:
    """Renew the certificate and replace its files, without a reload or restart."""
    return broken.with_server(on_disk=broken.with_leaf(validity=CURRENT).chain)
