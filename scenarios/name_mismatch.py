"""Name mismatch: the certificate is good, but for another name than the one that the client connects to."""

from tlslab.model.certificate import Leaf
from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.scenario import Claim, Side, scenario
from tlslab.model.situation import HOSTS, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    KINSTA,
    NGINX_NAMES,
    ODBC_KEYWORDS,
    ODBC_TROUBLESHOOTING,
    SQL_LINUX,
    TENWEB,
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
    "subject name does not match host name" on Linux.

    **Cause.** The site answers under the apex while the certificate knows only `www`; a database server was renamed,
    is reached through an alias, a listener or an address, and the certificate was not reissued.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName` and
    compare letter by letter with the name in the URL or connection string. Clients look at the SAN; the CN counts
    only where there is none, and for many not even then.

    **Fix.** Connect by a name that stands in the certificate, or have it reissued with all names that clients use.
    HostNameInCertificate and its kin tell one client to expect that other name: a cure as long as the name is right,
    and one more thing to forget.
    """
    other = OTHER_NAMES[healthy.kind]
    return healthy.with_leaf(common_name=other, names=(other,))


@name_mismatch.fix(
    claim=Claim.CURE,
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
    claim=Claim.CURE,
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
    claim=Claim.CURE,
    side=Side.CLIENT,
    steps=[
        "Name the host that stands in the certificate in the client's own option (HostNameInCertificate, serverName, servername)."
    ],
    sources=[section(ODBC_TROUBLESHOOTING, "Certificate name errors"), ODBC_KEYWORDS],
)
def expect_certificate_name(broken: Situation) -> Situation:
    """Tell the client which name to expect: HostNameInCertificate and its kin."""
    return broken.with_client(expected_name=broken.chain.leaf.common_name)


def _other_names(leaf: Leaf, host: str) -> tuple[str, ...]:
    return tuple(name for name in leaf.names if name != host)
