"""Negative serial: the certificate's serial number is negative. Nothing else is wrong; some clients refuse."""

from tlslab.model.certificate import Serial
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import SERIAL_NOT_POSITIVE, leaf_of
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import When, says
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    GO_AND_SQL_SERVER,
    GO_RELEASE_NOTES,
    GO_SERIALS,
    NEGATIVE_SERIALS,
    SERIAL_NUMBERS,
)

_NEGATIVE = When("a serial number below zero", lambda act: leaf_of(act).serial is Serial.NEGATIVE)


@scenario(
    title="The certificate's serial number is negative",
    conditions=[SERIAL_NOT_POSITIVE],
    rows={
        "go": says(
            [SERIAL_NOT_POSITIVE],
            # It cannot read the certificate, so no option that skips verification helps.
            Phase.HANDSHAKE,
            "tls: failed to parse certificate from server: x509: negative serial number",
            basis=Basis.AUTHORITATIVE,
            source=GO_SERIALS,
            when=[_NEGATIVE],
        )
    },
    sources=[SERIAL_NUMBERS, GO_RELEASE_NOTES, NEGATIVE_SERIALS, GO_AND_SQL_SERVER],
)
def negative_serial(healthy: Situation) -> Situation:
    """The CA gave the server's certificate a negative serial number. Issuer, dates and name are in order.

    **Symptom.** Go says "tls: failed to parse certificate from server: x509: negative serial number", since Go 1.23 and
    also with InsecureSkipVerify. The others connect. With the certificate that SQL Server makes for itself it comes
    and goes: about every second start of the server is refused.

    **Cause.** A tool took 16 or 20 random bytes for the number and left the top bit as it fell. In DER that is the sign.
    RFC 5280 wants a positive number, and asks users to handle others gracefully; Go stopped doing so.

    **Look.** `openssl x509 -in FILE -noout -serial`: "serial=-". Inside TDS 7.x s_client does not get that far: read the
    file that `network.tlscert` names.

    **Fix.** Have the certificate issued again with a positive serial number. For SQL Server's own: configure a certificate,
    or take a release that clears the bit (2019 and 2022 have it, 2017 never got it). `GODEBUG=x509negativeserial=1` makes
    Go read it once more.
    """
    return healthy.with_leaf(serial=Serial.NEGATIVE)


@negative_serial.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the CA sign the request again; with OpenSSL leave `-set_serial` out: it makes a positive number itself.",
        "`openssl x509 -in server.pem -noout -serial` must show no minus.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[SERIAL_NUMBERS, NEGATIVE_SERIALS],
)
def reissue_with_positive_serial(broken: Situation) -> Situation:
    """Have the certificate issued again with a positive serial number."""
    return broken.with_leaf(serial=Serial.POSITIVE)
