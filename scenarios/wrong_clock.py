"""Wrong clock: the certificate is in order, and the client's clock is not."""

from datetime import timedelta

from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import EXPIRED, NOT_YET_VALID
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import CURL_CERTS, KINSTA, SQL_LINUX, TENWEB, section
from tlslab_scenarios.self_signed import trust_everything

DOCUMENTS = [
    section(TENWEB, "Correct date and time settings"),
    section(KINSTA, "Step 2: Try General Troubleshooting Tips"),
    section(SQL_LINUX, "Requirements for certificates"),
]


@scenario(form="ahead", title="The client's clock is ahead", conditions=[EXPIRED], sources=DOCUMENTS)
def ahead(healthy: Situation) -> Situation:
    """The client's clock stands more than half a year in the future; the certificate is good, and all others connect.

    **Symptom.** "certificate has expired" (OpenSSL error 10, curl 60, Node `CERT_HAS_EXPIRED`) on this machine alone, and
    for every host whose certificate ends before the time that it believes in.

    **Cause.** A clock that was set by hand, a virtual machine that was resumed or restored with another time, a battery
    that has run out, time synchronisation that never reached its server.

    **Look.** `date -u` on the client, beside that of another machine; `timedatectl` says whether the clock is
    synchronised. Then `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -dates`: the end is to come.

    **Fix.** Set the clock and have it kept (`timedatectl set-ntp true`). The server needs nothing. Whoever trusts
    everything instead has no check left when the clock is right again.
    """
    return healthy.with_client(clock=timedelta(days=200))


@scenario(form="behind", title="The client's clock is behind", conditions=[NOT_YET_VALID], sources=DOCUMENTS)
def behind(healthy: Situation) -> Situation:
    """The client's clock stands in the past; the certificate is good, and all others connect.

    **Symptom.** "certificate is not yet valid" (OpenSSL error 9, curl 60, Node `CERT_NOT_YET_VALID`), wget "is not yet
    activated", on this machine alone, and first of all for hosts whose certificate was renewed lately.

    **Cause.** A machine without a battery for its clock begins at a date of long ago with every start, a virtual machine
    was restored from a snapshot, a container's host was never synchronised: a container has the clock of its host.

    **Look.** `date -u` on the client, beside that of another machine. Then `openssl s_client -connect HOST:443 </dev/null |
    openssl x509 -noout -startdate`: the start is past.

    **Fix.** Set the clock and have it kept (`timedatectl set-ntp true`). A machine that starts with a wrong clock needs
    its time before its first connection.
    """
    return healthy.with_client(clock=timedelta(days=-15))


def set_the_clock(broken: Situation) -> Situation:
    """Set the client's clock right."""
    return broken.with_client(clock=timedelta())


for of in (ahead, behind):
    of.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[
            "Have the clock kept: `timedatectl set-ntp true`.",
            "Compare it with another machine's: `date -u` on both.",
        ],
        sources=[section(TENWEB, "Correct date and time settings")],
    )(set_the_clock)
    of.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(CURL_CERTS, "Skip verification")],
    )(trust_everything)
