"""IP SAN: the client connects to an IP address, and the certificate carries it. Nothing is wrong; some clients refuse."""

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import IP_ADDRESS
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    IP_IDENTITY,
    IP_IN_URL,
    IP_SAN,
    JDBC_ADDRESSES,
    ODBC_KEYWORDS,
    ODBC_TROUBLESHOOTING,
    SQL_LINUX,
    section,
)
from tlslab_scenarios.name_mismatch import connect_by_certificate_name, expect_certificate_name

ADDRESS = "127.0.0.1"
"""Where every server of the local stage is."""


@scenario(
    title="The client connects to an IP address, which the certificate carries",
    conditions=[IP_ADDRESS],
    sources=[IP_SAN, IP_IDENTITY, IP_IN_URL, JDBC_ADDRESSES],
)
def ip_san(healthy: Situation) -> Situation:
    """The client connects to an IP address. The certificate has it in the SAN, as an address (iPAddress) beside the DNS
    names; chain and dates are in order. Nothing is wrong with the server.

    **Symptom.** Microsoft's ODBC driver and mssql-python say "subject name does not match host name", python-tds says
    "Certificate does not match host name". All clients for HTTPS connect, and so do FreeTDS and tedious.

    **Cause.** A client that verifies names itself may look at the DNS names of the SAN alone. That a host is an address
    and that `IP Address:` entries are for addresses is a rule of its own (RFC 5280, RFC 9525), which such a client lacks.

    **Look.** `openssl s_client -connect ADDRESS:443 </dev/null | openssl x509 -noout -ext subjectAltName`: the address
    must stand there as `IP Address:`. `openssl verify -verify_ip ADDRESS` says whether it is found. When it is, the
    client is to blame. An address that stands there as `DNS:` is no IP SAN.

    **Fix.** Connect by a DNS name that stands in the certificate, or tell the client to expect that name.
    """
    return healthy.with_leaf(addresses=(ADDRESS,)).with_client(connect_to=ADDRESS)


ip_san.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Read the DNS names in the certificate.",
        "Put one of them in the place of the address; it must resolve to the server, by DNS or the hosts file.",
    ],
    sources=[section(SQL_LINUX, "Common connection errors")],
    name="connect-by-name",
)(connect_by_certificate_name)

ip_san.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Keep the address.",
        "Name the host that stands in the certificate in the client's own option (HostNameInCertificate, serverName, servername).",
    ],
    sources=[section(ODBC_TROUBLESHOOTING, "Certificate name errors"), ODBC_KEYWORDS, JDBC_ADDRESSES],
)(expect_certificate_name)
