"""Valid name: the certificate carries the name that the client connects to. Nothing is wrong; some clients refuse."""

from tlslab.model.check import EVERYTHING
from tlslab.model.names import DOT_AT_THE_END, OTHER_COMMON_NAME, UNICODE, UPPER_CASE, WILDCARD
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import HOSTS, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    A_LABELS,
    DNS_LETTERS,
    DNS_ROOT,
    DOT_IN_CURL,
    DOT_IN_OPENSSL,
    FREETDS_OTHER_CN,
    IDN_IN_PROFANITY,
    NAMES_IN_SAN,
    NGINX_NAMES,
    PYTDS_LETTERS,
    SQL_NAMES,
    U_LABELS,
    WILDCARD_LABEL,
)


@scenario(
    title="The certificate carries the name by a wildcard",
    conditions=[WILDCARD],
    sources=[WILDCARD_LABEL, SQL_NAMES],
    form="wildcard",
)
def wildcard(healthy: Situation) -> Situation:
    """The certificate is for `*.lab.test`, and the client connects to a host right below that name. That is as it should be.

    **Symptom.** pymssql says "TDS server connection failed", as of everything, and FreeTDS' log "checking hostname failed".
    Every other client connects.

    **Cause.** The FreeTDS that comes with pymssql is built with OpenSSL and compares names itself. It gives its comparison
    the host as the pattern and the certificate's name as the host, so that the asterisk of a certificate is a letter
    like any other. FreeTDS that is built with GnuTLS, as in Debian, leaves it to GnuTLS.

    **Look.** Set TDSDUMP to a file and read it: `Got name *.lab.test` stands before the failure. `openssl x509 -in FILE
    -noout -ext subjectAltName` on the file that `network.tlscert` names: if the host itself stands there as well, this
    is not the reason.

    **Fix.** Have the certificate reissued with the name of the host beside the wildcard, or use another driver.
    """
    name = "*.lab.test"
    return healthy.with_leaf(common_name=name, names=(name,))


@wildcard.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the certificate reissued with the full name of the host in the SAN, beside the wildcard or in its place.",
        "Install it and reload or restart the server.",
    ],
    sources=[SQL_NAMES, NGINX_NAMES],
)
def reissue_for_the_host(broken: Situation) -> Situation:
    """Have the certificate reissued with the name of the host in full."""
    host = HOSTS[broken.kind]
    return broken.with_leaf(common_name=host, names=(host, *broken.chain.leaf.names))


@scenario(
    title="The name is typed in upper case letters",
    conditions=[UPPER_CASE],
    sources=[DNS_LETTERS, PYTDS_LETTERS],
    form="upper-case",
)
def upper_case(healthy: Situation) -> Situation:
    """The client connects to `DB.LAB.TEST`, and the certificate is for `db.lab.test`. In the DNS that is one name.

    **Symptom.** python-tds says "Certificate does not match host name". Every other client connects.

    **Cause.** Names of hosts are compared without regard to upper and lower case (RFC 4343). python-tds compares letter by
    letter in every release up to 1.17.1. Windows writes the names of computers in upper case, so such names are copied from there.

    **Look.** `openssl x509 -in FILE -noout -ext subjectAltName` on the server's certificate, and compare letter by letter
    with the name in the program.

    **Fix.** Type the name as it stands in the certificate.
    """
    return healthy.with_client(connect_to=HOSTS[healthy.kind].upper())


@upper_case.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Write the name as it stands in the certificate, as a rule in lower case letters."],
    sources=[PYTDS_LETTERS],
)
def type_it_as_in_the_certificate(broken: Situation) -> Situation:
    """Write the name as it stands in the certificate."""
    return broken.with_client(connect_to=HOSTS[broken.kind])


@scenario(
    title="The name is typed with the dot of the DNS root",
    conditions=[DOT_AT_THE_END],
    sources=[DNS_ROOT, DOT_IN_OPENSSL, DOT_IN_CURL],
    form="dot-at-the-end",
)
def dot_at_the_end(healthy: Situation) -> Situation:
    """The client connects to `shop.lab.test.`, with the dot of the DNS root at the end, as administrators write a name that
    no search list shall complete. The certificate has it without the dot; it cannot have it otherwise.

    **Symptom.** "Hostname mismatch, certificate is not valid for" that name (httpx, Python's urllib), "hostname
    mismatch" (openssl s_client), "subject name does not match host name" (Microsoft's ODBC driver, mssql-python), python-tds
    "Certificate does not match host name". curl, wget, requests, Node, Go and tedious connect.

    **Cause.** The dot belongs to the DNS: names in certificates have none (RFC 5280, 4.2.1.6). A client has to leave it out
    before it compares; OpenSSL and those that compare names themselves take what they are given.

    **Look.** The name in the error ends with a dot. `openssl x509 -in FILE -noout -checkhost NAME` says that it does not
    match with the dot, and does without.

    **Fix.** Leave the dot out. If the search list is the worry, the name's own dots keep most resolvers from it (`ndots`).
    """
    return healthy.with_client(connect_to=f"{HOSTS[healthy.kind]}.")


@dot_at_the_end.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Take the dot from the end of the name in the URL or the connection string."],
    sources=[DOT_IN_OPENSSL, DOT_IN_CURL],
)
def leave_the_dot_out(broken: Situation) -> Situation:
    """Leave the dot at the end of the name out."""
    return broken.with_client(connect_to=HOSTS[broken.kind])


A_LABEL_NAME = "xn--bcher-kva.lab.test"
"""The name of the host as it stands in the DNS and in certificates."""


@scenario(
    title="The name has letters beyond ASCII",
    conditions=[UNICODE],
    sources=[A_LABELS, U_LABELS, IDN_IN_PROFANITY],
    kinds=[ServerKind.HTTPS],
    form="unicode",
)
def unicode_name(healthy: Situation) -> Situation:
    """The client connects to `bücher.lab.test`, an internationalized domain name (IDN). The certificate has it as it
    must stand there, `xn--bcher-kva.lab.test`.

    **Symptom.** "hostname mismatch" (openssl s_client -verify_hostname). curl, wget, gnutls-cli, Node, Go, requests, httpx
    and Python's urllib connect.

    **Cause.** Certificates and the DNS know A-labels alone, the form with `xn--` (RFC 5280, 7.2). A client has to turn what
    people type into them; OpenSSL leaves that to the program that uses it, and a program that forgets it compares
    Unicode with `xn--`.

    **Look.** `openssl x509 -in FILE -noout -ext subjectAltName` shows the A-labels. `python3 -c
    "print('NAME'.encode('idna').decode())"` prints those of the name that was typed: they must be the same.

    **Fix.** Give the program the name in A-labels.
    """
    return healthy.with_leaf(common_name=A_LABEL_NAME, names=(A_LABEL_NAME,)).with_client(connect_to="bücher.lab.test")


@unicode_name.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Write the name in A-labels (`xn--...`), as it stands in the certificate, in the URL or the option."],
    sources=[U_LABELS],
)
def type_the_a_labels(broken: Situation) -> Situation:
    """Write the name in A-labels, as it stands in the certificate."""
    return broken.with_client(connect_to=broken.chain.leaf.common_name)


@scenario(
    title="The name stands in the SAN, and the common name is another",
    conditions=[OTHER_COMMON_NAME],
    sources=[NAMES_IN_SAN, FREETDS_OTHER_CN],
    form="other-common-name",
)
def other_common_name(healthy: Situation) -> Situation:
    """The name that the client connects to is in the SAN. The common name (CN) is another one, as that of the cluster or
    of the first of several hosts. That is as it should be.

    **Symptom.** pymssql before 2.2.9 says "Adaptive Server connection failed", as of everything, and FreeTDS' log "checking
    hostname failed". Newer releases and every other client connect.

    **Cause.** The FreeTDS of these releases, built with OpenSSL, looks into the SAN for addresses alone (up to FreeTDS 1.4.1):
    a name must be the CN. A certificate for several hosts has one CN, so it works with one of them.

    **Look.** Set TDSDUMP to a file and read it: `Got name` with the CN alone stands before the failure. `openssl x509 -in
    FILE -noout -subject -ext subjectAltName` on the file that `network.tlscert` names shows the host in the SAN.

    **Fix.** Take pymssql 2.2.9 or newer. Where that is not possible have the certificate reissued with the host as CN.
    """
    return healthy.with_leaf(common_name="cluster.lab.test")


@other_common_name.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the certificate reissued with the name that this client uses as CN, and with every name in the SAN.",
        "Install it and reload or restart the server.",
    ],
    sources=[NGINX_NAMES, FREETDS_OTHER_CN],
)
def reissue_with_the_host_as_common_name(broken: Situation) -> Situation:
    """Have the certificate reissued with the name of the host as CN."""
    return broken.with_leaf(common_name=HOSTS[broken.kind])
