"""Expired: the certificate's time is over."""

from tlslab.model.certificate import CURRENT, PAST
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import EXPIRED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    KINSTA,
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
