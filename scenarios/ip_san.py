"""IP SAN: the client connects to an IP address, and the certificate carries it. Nothing is wrong; some clients refuse."""

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import IP_ADDRESS, NAME_MISMATCH
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_DNS_NAME, IPV6_ADDRESS
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    ADDRESS_IN_DNS_NAME,
    ADDRESS_IN_DNS_NAME_ADVICE,
    EXTENSIONS_NOT_COPIED,
    IP_IDENTITY,
    IP_IN_URL,
    IP_SAN,
    IPV6_IN_URL,
    JDBC_ADDRESSES,
    NAMES_IN_SAN,
    NODE_IPV6,
    ODBC_KEYWORDS,
    ODBC_TROUBLESHOOTING,
    SQL_LINUX,
    section,
)
from tlslab_scenarios.name_mismatch import connect_by_certificate_name, expect_certificate_name

ADDRESS = "127.0.0.1"
"""Where every server of the local stage is."""
IPV6 = "::1"
"""Where those are as well that listen at an IPv6 address."""


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
    must stand there as `IP Address:`. `openssl x509 -noout -checkip ADDRESS` says whether it is found. When it is, the
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


@scenario(
    title="The certificate carries the IP address as a DNS name",
    conditions=[NAME_MISMATCH, ADDRESS_AS_DNS_NAME],
    sources=[IP_SAN, IP_IDENTITY, ADDRESS_IN_DNS_NAME, ADDRESS_IN_DNS_NAME_ADVICE],
    form="as-dns-name",
)
def as_dns_name(healthy: Situation) -> Situation:
    """The client connects to an IP address. It stands in the SAN, but as a DNS name (`DNS:127.0.0.1`): no entry of the SAN
    is that address.

    **Symptom.** "IP address mismatch, certificate is not valid for" (Python), "IP address mismatch" (OpenSSL error 64),
    "no alternative certificate subject name matches target host" (curl 60), Node `ERR_TLS_CERT_ALTNAME_INVALID`, Go
    "because it doesn't contain any IP SANs". Microsoft's ODBC and JDBC drivers, mssql-python and python-tds connect.

    **Cause.** The tool that made the certificate, or its configuration, has written every name with `DNS:`. Some clients
    once looked at nothing else, and it was advised to put addresses there. An address is compared with the entries
    of the kind iPAddress alone (RFC 9525, 6.4).

    **Look.** `openssl s_client -connect ADDRESS:443 </dev/null | openssl x509 -noout -ext subjectAltName`: it says
    `DNS:127.0.0.1` where `IP Address:127.0.0.1` must stand. `openssl x509 -noout -checkip ADDRESS` does not find it.

    **Fix.** Have the certificate reissued with the address as `IP:`. Clients that know DNS names alone are served by
    both entries.
    """
    return healthy.with_leaf(names=(ADDRESS,)).with_client(connect_to=ADDRESS)


@as_dns_name.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "In the request write `subjectAltName = IP:ADDRESS, DNS:ADDRESS`: the second is for clients that look at DNS names alone.",
        "Have the CA sign it, and see that `openssl x509 -noout -ext subjectAltName` shows `IP Address:`.",
        "Install it and reload or restart the server.",
    ],
    sources=[IP_SAN, ADDRESS_IN_DNS_NAME],
)
def reissue_with_the_address(broken: Situation) -> Situation:
    """Have the certificate reissued with the address as an address, and keep the DNS name."""
    return broken.with_leaf(addresses=(ADDRESS,))


@scenario(
    title="The IP address stands in the common name alone",
    conditions=[NAME_MISMATCH, ADDRESS_AS_CN_ALONE],
    sources=[IP_SAN, IP_IDENTITY, NAMES_IN_SAN],
    form="as-common-name",
)
def as_common_name(healthy: Situation) -> Situation:
    """The client connects to an IP address. It is the common name (CN) of the certificate, which has no SAN.

    **Symptom.** "IP address mismatch, certificate is not valid for" (Python), "IP address mismatch" (OpenSSL error 64),
    Node `ERR_TLS_CERT_ALTNAME_INVALID`, Go "because it doesn't contain any IP SANs", wget "The certificate's owner does
    not match hostname". curl, Microsoft's ODBC and JDBC drivers, mssql-python, pymssql and python-tds connect.

    **Cause.** `openssl req -subj /CN=ADDRESS` and the pages of many devices make such certificates. An address is compared
    with the entries of the kind iPAddress in the SAN (RFC 9525, 6.4); the CN is a name for people (section 2). Some clients
    take it all the same, so that the failure shows when one program of many is replaced by another.

    **Look.** `openssl s_client -connect ADDRESS:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName`: it
    prints the subject with the address, and "No extensions in certificate" or "No extensions matched".

    **Fix.** Have the certificate reissued with the address in the SAN, as `IP:`.
    """
    return healthy.with_leaf(common_name=ADDRESS, names=()).with_client(connect_to=ADDRESS)


@as_common_name.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "In the request write `subjectAltName = IP:ADDRESS, DNS:ADDRESS`: the second is for clients that look at DNS names alone.",
        "With `openssl x509 -req` give the SAN once more (`-extfile san.cnf`, or `-copy_extensions copy` from OpenSSL 3.0 on).",
        "Install it and reload or restart the server.",
    ],
    sources=[IP_SAN, EXTENSIONS_NOT_COPIED],
)
def reissue_with_address_in_san(broken: Situation) -> Situation:
    """Have the certificate reissued with the address in the SAN, and as a DNS name beside it."""
    return broken.with_leaf(names=(ADDRESS,), addresses=(ADDRESS,))


@scenario(
    title="The client connects to an IPv6 address, which the certificate carries",
    conditions=[IP_ADDRESS, IPV6_ADDRESS],
    sources=[IP_SAN, IP_IDENTITY, IPV6_IN_URL, NODE_IPV6],
    form="ipv6",
)
def ipv6(healthy: Situation) -> Situation:
    """The client connects to an IPv6 address. The certificate has it in the SAN, as an address (iPAddress).

    **Symptom.** Microsoft's ODBC driver and mssql-python say "subject name does not match host name", python-tds
    "Certificate does not match host name", the JDBC driver "Failed to validate the server name", go-mssqldb "invalid
    certificate name". All clients for HTTPS connect, and so do FreeTDS, jTDS and tedious. Node 22.23.0 and 24.17.0, and the next releases, refuse it as well.

    **Cause.** As with IPv4 (`ip-san`) a client may know DNS names alone. An IPv6 address has several spellings besides:
    it is to be compared octet by octet (RFC 9525, 6.4), and the JDBC driver compares what was typed with the spelling of
    Java, which has all eight groups and no `::`. Where a colon stands in the host, go-mssqldb with `certificate` wants a CN
    that equals the name in the handshake, which is empty for an address: no certificate will do. Node of those releases
    took every host for a domain name first.

    **Look.** `openssl s_client -connect [ADDRESS]:443 </dev/null | openssl x509 -noout -ext subjectAltName`: the address
    must stand there as `IP Address:`, in full. `openssl x509 -noout -checkip ADDRESS` says whether it is found. An error
    before TLS (JDBC: The port number ... is not valid; FreeTDS: server is unavailable or does not exist) is about how the
    address is given: a URL and FreeTDS' `[ADDRESS]:PORT` want brackets, the JDBC driver wants the property `serverName`.

    **Fix.** Connect by a DNS name that stands in the certificate, or tell the client to expect that name. With the JDBC
    driver it is enough to write the address with all eight groups (`0:0:0:0:0:0:0:1`).
    """
    return healthy.with_server(ipv6=True).with_leaf(addresses=(IPV6,)).with_client(connect_to=IPV6)


ipv6.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Read the DNS names in the certificate.",
        "Put one of them in the place of the address; it must resolve to the server, by DNS or the hosts file.",
    ],
    sources=[section(SQL_LINUX, "Common connection errors")],
    name="connect-by-name",
)(connect_by_certificate_name)

ipv6.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Keep the address.",
        "Name the host that stands in the certificate in the client's own option (HostNameInCertificate, serverName, servername).",
    ],
    sources=[section(ODBC_TROUBLESHOOTING, "Certificate name errors"), ODBC_KEYWORDS],
)(expect_certificate_name)
