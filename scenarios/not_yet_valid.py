"""Not yet valid: the certificate's time has not come."""

from datetime import timedelta

from tlslab.model.certificate import CURRENT, Validity
from tlslab.model.conditions import NOT_YET_VALID
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import Prints, says
from tlslab.model.scenario import Claim, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    GNUTLS_STATUS,
    GNUTLS_WORDS,
    NODE_CODES,
    OLDER_X509_TEXTS,
    SQL_LINUX,
    WGET_CHECK,
    X509_TEXTS,
    section,
)

FUTURE = Validity(timedelta(days=10), timedelta(days=100))


@scenario(
    title="The server's certificate is not valid yet",
    conditions=[NOT_YET_VALID],
    rows={
        library: says([NOT_YET_VALID], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=source)
        for library, text, source in (
            ("node", Prints(code="CERT_NOT_YET_VALID"), NODE_CODES),
            ("wget", "is not yet activated", WGET_CHECK),
        )
    }
    | {
        "openssl": (
            *says(
                [NOT_YET_VALID],
                Phase.VERIFY,
                "certificate is not yet valid",
                basis=Basis.AUTHORITATIVE,
                source=OLDER_X509_TEXTS,
            ),
            *says(
                [NOT_YET_VALID],
                Phase.VERIFY,
                "certificate is not yet valid or the system clock is incorrect",
                basis=Basis.AUTHORITATIVE,
                source=X509_TEXTS,
            ),
        ),
        "gnutls": (
            *says([NOT_YET_VALID], Phase.VERIFY, Prints(code="514"), basis=Basis.AUTHORITATIVE, source=GNUTLS_STATUS),
            *says(
                [NOT_YET_VALID],
                Phase.VERIFY,
                "The certificate chain uses not yet valid certificate.",
                basis=Basis.AUTHORITATIVE,
                source=GNUTLS_WORDS,
            ),
        ),
    },
    sources=[section(SQL_LINUX, "Requirements for certificates")],
)
def not_yet_valid(healthy: Situation) -> Situation:
    """The certificate's notBefore date is still to come; everything else about it is in order.

    **Symptom.** "certificate is not yet valid" (OpenSSL error 9, curl 60, Node `CERT_NOT_YET_VALID`), wget "is not yet
    activated". OpenSSL's newer releases add "or the system clock is incorrect". A browser may say that the clock is behind.

    **Cause.** The machine that made the certificate had a clock ahead of the others', or one that was set for another time
    zone; a certificate was installed before its time; the client's own clock is behind. The first hour after a private CA
    was set up is when it is met.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -startdate`, and `date -u` on the server
    and on the client: it is the client's clock that decides.

    **Fix.** Set the clock that is wrong. Where it was the CA's, have the certificate issued again with a start that is
    past: many CAs date it back by an hour on purpose.
    """
    return healthy.with_leaf(validity=FUTURE)


@not_yet_valid.fix(
    claim=Claim.CURE,
    side=Side.SERVER,
    steps=[
        "Set the clock of the machine that issues certificates (`timedatectl`).",
        "Have the certificate issued again, and look at its start: `openssl x509 -in FILE -noout -startdate`.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[section(SQL_LINUX, "Requirements for certificates")],
)
def reissue_with_past_start(broken: Situation) -> Situation:
    """Have the certificate issued again, with a start that is past."""
    return broken.with_leaf(validity=CURRENT)
