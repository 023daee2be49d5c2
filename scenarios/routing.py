"""Routing: the server that a client dials is in order, and sends the login on to another one (MS-TDS, ENVCHANGE 20)."""

from tlslab.model.certificate import LAB_ISSUING, Authority, Chain, Leaf
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import DIALLED_NAME, NAME_MISMATCH, ROUTED, UNTRUSTED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Route, ServerKind, ServerSide, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    ENVCHANGE,
    LISTENER_CERTIFICATES,
    READ_ONLY_ROUTING,
    SQL_LINUX,
    TDS_8,
    TEDIOUS_ROUTING,
    section,
)

SQLSERVER = {ServerKind.SQLSERVER}
REPLICA, MACHINE = "db-replica.lab.test", "node2.lab.test"
"""The name under which clients are sent on, and the name of the machine that they then reach."""
REPLICA_ISSUING = Authority("Replica Issuing CA", parent=Authority("Replica Root CA"))


def _sent_on(dialled: Situation, *names: str, issuer: Authority = LAB_ISSUING) -> Situation:
    """The same with a server behind it, whose certificate has these names, the first one as CN, and this issuer."""
    leaf = Leaf(names[0], names, issuer, owner="replica")
    return dialled.with_server(route=Route(REPLICA, ServerSide(dialled.kind, Chain(leaf))))


@scenario(
    title="The server sends the login on to another server, and its certificate is in order as well",
    kinds=SQLSERVER,
    conditions=[ROUTED],
    sources=[ENVCHANGE, READ_ONLY_ROUTING, TEDIOUS_ROUTING],
)
def routing(healthy: Situation) -> Situation:
    """The client logs in at the server that it dials, and is told to log in at another one: a readable secondary of an
    availability group (`ApplicationIntent=ReadOnly`), or the node behind a gateway of Azure. It ends the connection,
    connects there, and meets another certificate, which carries the name under which it was sent.

    **Symptom.** Most clients connect. tedious before 8.3.1 says "Hostname/IP does not match certificate's altnames", and
    names the server that was dialled; FreeTDS with OpenSSL says "TDS server connection failed", and in its log "checking
    hostname failed". FreeTDS 1.3.17 goes on with the encryption of the first connection: "Unexpected EOF from the server".

    **Cause.** These look for the name that was dialled in the certificate of the second server. Nothing is wrong with
    either server.

    **Look.** Whether another server is refused than the one in the connection string: tedious says "redirected from", the
    log of FreeTDS (TDSDUMP) has two handshakes. The name that is sent to clients: `SELECT replica_server_name,
    read_only_routing_url FROM sys.availability_replicas`.

    **Fix.** Update the client. Where that takes long, put the name that clients dial into the replica's certificate, beside
    its own; for the listener of an availability group it belongs there anyway, because any node may have it.
    """
    return _sent_on(healthy, REPLICA)


@scenario(
    form="other-name",
    title="The server sends the login on to another server, under a name that is not in its certificate",
    kinds=SQLSERVER,
    conditions=[ROUTED, NAME_MISMATCH],
    sources=[ENVCHANGE, READ_ONLY_ROUTING, LISTENER_CERTIFICATES],
)
def other_name(healthy: Situation) -> Situation:
    """The server that the client dials is in order. It sends the client on under a name that the other server's
    certificate does not carry: two servers, two certificates, and one connection string.

    **Symptom.** What is said of every name mismatch, "subject name does not match host name" (ODBC),
    `ERR_TLS_CERT_ALTNAME_INVALID`, and it is said of a server that stands in no connection string.
    Most drivers do not name the server that they refused. Clients that ask for writing are not sent on, and connect.

    **Cause.** The routing URL of the replica has an alias, a short name or an address; its certificate has the name of
    the machine.

    **Look.** `SELECT replica_server_name, read_only_routing_url FROM sys.availability_replicas`, and at the host of each
    of these URLs the certificate: `openssl s_client -connect HOST:1433 -alpn tds/8.0` where the server speaks TDS 8.0.

    **Fix.** Reissue the replica's certificate with the name in its routing URL, or write a name into the URL that the
    certificate carries. To tell the client another name (HostNameInCertificate) is of no use: it is expected of both
    servers.
    """
    return _sent_on(healthy, MACHINE)


@scenario(
    form="dialled-name",
    title="The server sends the login on to another server, whose certificate has only the name that was dialled",
    kinds=SQLSERVER,
    conditions=[ROUTED, NAME_MISMATCH, DIALLED_NAME],
    sources=[ENVCHANGE, LISTENER_CERTIFICATES, TEDIOUS_ROUTING],
)
def dialled_name(healthy: Situation) -> Situation:
    """All nodes were given one certificate, for the name of the listener that clients dial. A client that is sent on looks
    for the name of the node, and the certificate does not carry it.

    **Symptom.** "subject name does not match host name" (ODBC), "Hostname/IP does not match certificate's altnames"
    (tedious) where the client asks for reading alone. FreeTDS connects: it looks for the name that was dialled there as
    well, and so takes every server with that name for the one to which it was sent.

    **Cause.** The certificate was made for the listener, as long as nobody was sent on.

    **Look.** `SELECT read_only_routing_url FROM sys.availability_replicas`: each of these hosts has to stand in a
    certificate, beside the listener.

    **Fix.** A certificate for each node with the node's own name and those of all listeners.
    """
    return _sent_on(healthy, healthy.client.connect_to)


for _name in (routing, other_name, dialled_name):

    @_name.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "List the names of each node: the host in its routing URL, and every listener, which may move to it.",
            "Have a certificate issued for each node with all of these as SAN.",
            "Install it on the node, then restart SQL Server there.",
        ],
        sources=[LISTENER_CERTIFICATES, READ_ONLY_ROUTING],
    )
    def reissue_with_all_names(broken: Situation) -> Situation:
        """Reissue the replica's certificate with the name under which clients are sent to it, and the name that they
        dial.
        """
        return _sent_on(broken, REPLICA, broken.client.connect_to)


@scenario(
    form="untrusted",
    title="The server sends the login on to another server, whose CA the client does not trust",
    kinds=SQLSERVER,
    conditions=[ROUTED, UNTRUSTED, DIALLED_NAME],
    sources=[ENVCHANGE, READ_ONLY_ROUTING],
)
def untrusted(healthy: Situation) -> Situation:
    """The server that the client dials has a certificate of a CA that the client trusts. It sends the client on to another
    server, whose certificate another CA issued.

    **Symptom.** "unable to get local issuer certificate", "certificate signed by unknown authority" (Go), although the
    client was given the CA of its server, and an openssl command with that server says that all is well.

    **Cause.** The replica was set up later, or by somebody else: its certificate is of another CA, or self-signed.

    **Look.** `SELECT read_only_routing_url FROM sys.availability_replicas`, and at each of these hosts the issuer of the
    certificate.

    **Fix.** Have the replica's certificate issued by the CA that the clients trust, or give the clients the root of the
    other CA as well, beside the first one. To trust every certificate lets every server in, not this replica alone.
    """
    return _sent_on(healthy, REPLICA, healthy.client.connect_to, issuer=REPLICA_ISSUING)


@untrusted.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the replica's certificate issued by the CA that issued the other server's.",
        "Install it on the replica, then restart SQL Server there.",
    ],
    sources=[section(SQL_LINUX, "Requirements for certificates"), LISTENER_CERTIFICATES],
)
def issue_by_the_same_ca(broken: Situation) -> Situation:
    """Have the replica's certificate issued by the CA that the clients trust."""
    return _sent_on(broken, REPLICA, broken.client.connect_to)


@untrusted.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Put the roots of both CAs into the client's trust store: one file, one certificate behind the other."],
    sources=[section(SQL_LINUX, "Register the certificate on your client machine (Windows, Linux, or macOS)")],
)
def trust_both_roots(broken: Situation) -> Situation:
    """Give the client the root of the replica's CA as well."""
    return broken.with_client(trust_anchors=(*broken.client.trust_anchors, REPLICA_ISSUING.root))


@untrusted.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["`TrustServerCertificate=yes` in the connection string, or the client's own word for it."],
    sources=[TDS_8],
)
def trust_everything(broken: Situation) -> Situation:
    """Tell the client to trust every certificate, of both servers."""
    return broken.with_client(trust_everything=True)
