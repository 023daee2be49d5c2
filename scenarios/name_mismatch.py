"""Name mismatch: the certificate is good, but for another name than the one that the client connects to."""

from tlslab.model.certificate import Leaf
from tlslab.model.check import EVERYTHING, Check
from tlslab.model.conditions import CN_ALONE, NAME_MISMATCH
from tlslab.model.names import NO_DNS_NAME, SUBJECT_IS_THE_NAME, WILDCARD_EXPECTED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import HOSTS, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    AZURE_WILDCARD,
    GO_COMMON_NAME,
    IP_SAN,
    KINSTA,
    NAMES_IN_SAN,
    NGINX_NAMES,
    ODBC_KEYWORDS,
    ODBC_TROUBLESHOOTING,
    PYTDS_VALIDATE_HOST,
    PYTHON_CHECK_HOSTNAME,
    SQL_LINUX,
    SQL_NAMES,
    TENWEB,
    WILDCARD_AND_APEX,
    WILDCARD_DEPTH,
    WILDCARD_LABEL,
    section,
)

OTHER_NAMES = {ServerKind.HTTPS: f"www.{HOSTS[ServerKind.HTTPS]}", ServerKind.SQLSERVER: "sqlprod.lab.test"}
"""The name that the certificate carries: of a web site the one with www, of a database server its former name."""


@scenario(
    title="The certificate is for another name",
    conditions=[NAME_MISMATCH],
    sources=[
        section(SQL_LINUX, "Common connection errors"),
        section(TENWEB, "Name mismatch"),
        section(KINSTA, "Your Domain Name Doesn't Match the Name on the Certificate"),
    ],
)
def name_mismatch(healthy: Situation) -> Situation:
    """The chain is trusted and current, but none of the certificate's names is the name that the client connected to.

    **Symptom.** "Hostname mismatch", "no alternative certificate subject name matches target host name", Node
    `ERR_TLS_CERT_ALTNAME_INVALID`; Microsoft's drivers say "The target principal name is incorrect" on Windows and
    "subject name does not match host name" on Linux. .NET Framework says "Could not establish trust relationship for the
    SSL/TLS secure channel", whatever is wrong with a certificate.

    **Cause.** The site answers under the apex while the certificate knows only `www`; a database server was renamed,
    is reached through an alias, a listener or an address, and the certificate was not reissued.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName` and
    compare letter by letter with the name in the URL or connection string. Clients look at the SAN. Where there
    is none most take the CN (Go and requests do not), and pymssql, python-tds and JDBC take it beside a SAN as well.

    **Fix.** Connect by a name that stands in the certificate, or have it reissued with all names that clients use.
    HostNameInCertificate and its kin tell one client to expect that other name: a cure as long as the name is right,
    and one more thing to forget. The JDBC driver expects it in the place of the name that it dials, ODBC Driver 18 takes
    either.
    """
    other = OTHER_NAMES[healthy.kind]
    return healthy.with_leaf(common_name=other, names=(other,))


@name_mismatch.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Read the names in the certificate.",
        "Put one of them into the URL or the connection string; it must resolve to the server.",
    ],
    sources=[section(SQL_LINUX, "Common connection errors"), section(TENWEB, "Name mismatch")],
)
def connect_by_certificate_name(broken: Situation) -> Situation:
    """Connect by the name in the certificate."""
    return broken.with_client(connect_to=broken.chain.leaf.common_name)


@name_mismatch.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "List every name that clients use: apex and www, host name and FQDN, alias, listener.",
        "Have the certificate reissued with the main name as CN and all of them as SAN.",
        "Install it and reload or restart the server.",
    ],
    sources=[
        section(TENWEB, "Aligning your SSL Certificate with your domain"),
        section(KINSTA, "Your Domain Name Doesn't Match the Name on the Certificate"),
        section(SQL_LINUX, "Requirements for certificates"),
        NGINX_NAMES,
    ],
)
def reissue_with_all_names(broken: Situation) -> Situation:
    """Reissue the certificate with the right names: the one that clients use as CN, and both in the SAN."""
    host = broken.client.connect_to
    return broken.with_leaf(common_name=host, names=(host, *_other_names(broken.chain.leaf, host)))


@name_mismatch.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Name the host that stands in the certificate in the client's own option (HostNameInCertificate, serverName, servername)."
    ],
    sources=[section(ODBC_TROUBLESHOOTING, "Certificate name errors"), ODBC_KEYWORDS],
)
def expect_certificate_name(broken: Situation) -> Situation:
    """Tell the client which name to expect: HostNameInCertificate and its kin."""
    return broken.with_client(expected_name=broken.chain.leaf.common_name)


@scenario(
    title="The name stands in the common name alone",
    conditions=[NAME_MISMATCH, CN_ALONE],
    sources=[NAMES_IN_SAN, GO_COMMON_NAME],
    form="common-name-alone",
)
def common_name_alone(healthy: Situation) -> Situation:
    """The certificate has the right name in its common name (CN), and no subject alternative name (SAN).

    **Symptom.** Go "x509: certificate relies on legacy Common Name field, use SANs instead", requests "Hostname mismatch".
    curl, wget, Node, Python's own modules, OpenSSL, ODBC, JDBC, FreeTDS and tedious connect: the failure shows when
    one program of many is replaced by another.

    **Cause.** The CN as the name of a server is a thing of the past (RFC 9525, 2).
    Old commands make such certificates still: `openssl x509 -req` drops the SAN that stands in the request, unless it
    is given again by `-extfile` or, from OpenSSL 3.0 on, by `-copy_extensions copy`.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName`: it prints
    the subject alone, and "No extensions in certificate" or "No extensions matched".

    **Fix.** Have the certificate reissued with the name in the SAN.
    """
    return healthy.with_leaf(names=())


@common_name_alone.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the certificate reissued with the name of the CN in the SAN as well.",
        "With `openssl x509 -req` give the SAN once more: `-extfile san.cnf`, or `-copy_extensions copy` (OpenSSL 3.0).",
        "Install it and reload or restart the server.",
    ],
    sources=[GO_COMMON_NAME, section(SQL_LINUX, "Requirements for certificates")],
)
def reissue_with_san(broken: Situation) -> Situation:
    """Reissue the certificate with its common name in the SAN as well."""
    return broken.with_leaf(names=(broken.chain.leaf.common_name,))


@scenario(
    title="The certificate has a SAN without a DNS name",
    conditions=[NAME_MISMATCH, CN_ALONE, NO_DNS_NAME],
    sources=[NAMES_IN_SAN, IP_SAN],
    form="no-dns-name",
)
def no_dns_name(healthy: Situation) -> Situation:
    """The common name is the right one. There is a SAN, but only an IP address stands in it, and the client connects by
    name.

    **Symptom.** curl "no alternative certificate subject name matches target host name", wget "The certificate's owner
    does not match hostname", Microsoft's ODBC driver and mssql-python "subject name does not match host name", Go
    "certificate is not valid for any names". Node, Python's own modules, OpenSSL, JDBC, pymssql and python-tds connect.

    **Cause.** Somebody added the address to a certificate whose name stood in the CN alone. Some clients look at the CN
    as long as no DNS name stands in the SAN, others only as long as there is no SAN: what worked before the address was
    added works no more.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName`: no entry
    begins with `DNS:`.

    **Fix.** Have the certificate reissued with the name in the SAN, beside the address.
    """
    return healthy.with_leaf(names=(), addresses=("192.0.2.7",))


no_dns_name.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "In the request write both: `subjectAltName = DNS:HOST, IP:ADDRESS`.",
        "Have the CA sign it, install it and reload or restart the server.",
    ],
    sources=[NAMES_IN_SAN, section(SQL_LINUX, "Requirements for certificates")],
)(reissue_with_san)


@scenario(
    title="The client connects by the short name, the certificate has the full one",
    conditions=[NAME_MISMATCH, SUBJECT_IS_THE_NAME],
    sources=[SQL_NAMES, section(SQL_LINUX, "Common connection errors")],
    form="short-name",
)
def short_name(healthy: Situation) -> Situation:
    """The client connects to `db`, which the search list of its resolver completes. The certificate has the fully
    qualified name, `db.lab.test`, alone.

    **Symptom.** As for every other name: "Hostname mismatch", "no alternative certificate subject name matches target host
    name", Microsoft's drivers "The target principal name is incorrect" on Windows and "subject name does not match host
    name" on Linux. The same program connects by the full name.

    **Cause.** A search list is for the DNS alone. What is compared with the certificate is the name that was typed.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext subjectAltName` beside the name in
    the URL or the connection string. `getent hosts db` shows that the short name leads to the server.

    **Fix.** Connect by the full name. A CA of one's own can put both into the certificate; public CAs issue for no short
    name.
    """
    return healthy.with_client(connect_to=HOSTS[healthy.kind].partition(".")[0])


short_name.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Put the fully qualified name, as it stands in the certificate, into the URL or the connection string."],
    sources=[section(SQL_LINUX, "Common connection errors"), SQL_NAMES],
    name="connect-by-full-name",
)(connect_by_certificate_name)


@short_name.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have your own CA issue the certificate with the full name as CN, and the full and the short name in the SAN.",
        "Install it and reload or restart the server.",
    ],
    sources=[section(SQL_LINUX, "Requirements for certificates"), NGINX_NAMES],
)
def add_the_short_name(broken: Situation) -> Situation:
    """Have the certificate reissued with the short name beside the full one."""
    return broken.with_leaf(names=(*broken.chain.leaf.names, broken.client.connect_to))


@scenario(
    title="The wildcard is one label short",
    conditions=[NAME_MISMATCH],
    sources=[WILDCARD_LABEL, WILDCARD_DEPTH],
    form="wildcard-one-label-short",
)
def wildcard_one_label_short(healthy: Situation) -> Situation:
    """The certificate is for `*.lab.test`, and the client connects to a name with one label more, as `eu.db.lab.test`.

    **Symptom.** "Hostname mismatch", "no alternative certificate subject name matches target host name", Node
    `ERR_TLS_CERT_ALTNAME_INVALID`, Microsoft's drivers "subject name does not match host name". Names with one label in
    the place of the asterisk work with the same certificate.

    **Cause.** The asterisk stands for exactly one label (RFC 9525, 6.3): `*.lab.test` is neither for `eu.db.lab.test` nor
    for `lab.test` itself.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext subjectAltName`, and count the
    labels of the name in the URL or the connection string.

    **Fix.** Have the certificate reissued with that name, or with a wildcard on its own level, or connect by a name that
    the wildcard covers.
    """
    common = "*.lab.test"
    host = HOSTS[healthy.kind]
    return healthy.with_leaf(common_name=common, names=(common,)).with_client(connect_to=f"eu.{host}")


@wildcard_one_label_short.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the certificate reissued with the name that clients use in the SAN, beside the wildcard.",
        "Install it and reload or restart the server.",
    ],
    sources=[WILDCARD_LABEL, NGINX_NAMES],
)
def add_the_name_in_full(broken: Situation) -> Situation:
    """Have the certificate reissued with the name in full, beside the wildcard."""
    host = broken.client.connect_to
    return broken.with_leaf(common_name=host, names=(host, *broken.chain.leaf.names))


@scenario(
    title="The wildcard begins one label deeper",
    conditions=[NAME_MISMATCH],
    sources=[WILDCARD_LABEL, WILDCARD_AND_APEX],
    form="wildcard-one-label-deep",
)
def wildcard_one_label_deep(healthy: Situation) -> Situation:
    """The certificate is for `*.shop.lab.test`, and the client connects to `shop.lab.test` itself.

    **Symptom.** "Hostname mismatch", "no alternative certificate subject name matches target host name", Node
    `ERR_TLS_CERT_ALTNAME_INVALID`, Microsoft's drivers "subject name does not match host name". Names right below that one,
    such as with www in front, work with the same certificate.

    **Cause.** The asterisk stands for exactly one label, not for none (RFC 9525, 6.3): a wildcard certificate for a
    domain is not for the domain itself. CAs that people buy from put it in as a second name, one's own does not.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext subjectAltName`: the domain must
    stand there by itself, beside the wildcard.

    **Fix.** Have the certificate reissued with both.
    """
    common = f"*.{HOSTS[healthy.kind]}"
    return healthy.with_leaf(common_name=common, names=(common,))


wildcard_one_label_deep.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the certificate reissued with the domain itself in the SAN, beside the wildcard.",
        "Install it and reload or restart the server.",
    ],
    sources=[WILDCARD_LABEL, NGINX_NAMES],
)(add_the_name_in_full)


@scenario(
    title="The certificate is for the domain, and the client adds www",
    conditions=[NAME_MISMATCH],
    sources=[
        section(TENWEB, "Name mismatch"),
        section(KINSTA, "Your Domain Name Doesn't Match the Name on the Certificate"),
        NAMES_IN_SAN,
    ],
    kinds=[ServerKind.HTTPS],
    form="www",
)
def www(healthy: Situation) -> Situation:
    """The certificate is for the domain itself (the apex), `shop.lab.test`, and the client connects to
    `www.shop.lab.test`, which leads to the same server. (`name-mismatch` has it the other way round.)

    **Symptom.** "Hostname mismatch", "no alternative certificate subject name matches target host name", Node
    `ERR_TLS_CERT_ALTNAME_INVALID`, Go "x509: certificate is valid for". The address without www
    works.

    **Cause.** To the DNS and to TLS `www` is a host like any other; no client adds or leaves it out. A redirect from the
    one to the other does not help: it comes after the handshake.

    **Look.** `openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -ext subjectAltName`
    with both names: each must be in what is shown for it.

    **Fix.** Have the certificate reissued with both names, or connect without www.
    """
    return healthy.with_client(connect_to=f"www.{HOSTS[healthy.kind]}")


www.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the certificate reissued with the name with www and the one without in the SAN.",
        "Install it and reload or restart the server.",
    ],
    sources=[section(TENWEB, "Aligning your SSL Certificate with your domain"), NGINX_NAMES],
)(reissue_with_all_names)

www.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Take www out of the URL."],
    sources=[section(TENWEB, "Name mismatch")],
    name="connect-without-www",
)(connect_by_certificate_name)


@scenario(
    title="The client was told to expect a wildcard",
    conditions=[NAME_MISMATCH, WILDCARD_EXPECTED],
    sources=[WILDCARD_LABEL, AZURE_WILDCARD],
    kinds=[ServerKind.SQLSERVER],
    form="wildcard-expected",
)
def wildcard_expected(healthy: Situation) -> Situation:
    """The connection string says `hostNameInCertificate=*.lab.test` or the like, because the server is known by another
    name, and the certificate is for one host, `sqlprod.lab.test`.

    **Symptom.** Microsoft's ODBC driver and mssql-python say "subject name does not match host name", tedious
    `ERR_TLS_CERT_ALTNAME_INVALID`. pymssql connects, and would to every other host below that name.

    **Cause.** Asterisks are for certificates. What a client expects is one host (RFC 9525, 6.3); most compare such an
    option letter by letter, so that it helps only where the certificate has the very same wildcard, as Azure's
    (`*.database.windows.net`). The FreeTDS of pymssql (1.5, built with OpenSSL) takes it for a pattern instead: whoever
    has a certificate for a neighbour's host gets in.

    **Look.** Read HostNameInCertificate, `certificate hostname` or `serverName` in the connection string or freetds.conf:
    an asterisk is the fault. The names in the certificate are in the file that `network.tlscert` names: `openssl x509
    -in FILE -noout -ext subjectAltName`.

    **Fix.** Name the host that stands in the certificate.
    """
    other = OTHER_NAMES[healthy.kind]
    return healthy.with_leaf(common_name=other, names=(other,)).with_client(expected_name="*.lab.test")


wildcard_expected.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Read the names in the certificate.",
        "Put one of them, in full, in the place of the wildcard in the client's option.",
    ],
    sources=[section(ODBC_TROUBLESHOOTING, "Certificate name errors"), ODBC_KEYWORDS],
)(expect_certificate_name)


@name_mismatch.fix(
    still_checks={Check.CHAIN, Check.DATE},
    side=Side.CLIENT,
    steps=[
        "`validate_host=False` (python-tds), `check certificate hostname = no` (FreeTDS), `assert_hostname=False` (urllib3), `check_hostname = False` (Python), `checkServerIdentity: () => undefined` (Node), `verify_peer_name` false (PHP).",
        "The chain is verified still: a stranger's certificate is refused. Whoever has any certificate of that CA gets in, and of a public CA that is everybody.",
    ],
    sources=[PYTDS_VALIDATE_HOST, PYTHON_CHECK_HOSTNAME],
)
def leave_the_name_unchecked(broken: Situation) -> Situation:
    """Switch the check of the name off, and leave that of the chain on."""
    return broken.with_client(name_check=False)


def _other_names(leaf: Leaf, host: str) -> tuple[str, ...]:
    return tuple(name for name in leaf.names if name != host)
