"""No such server: what is met at the port is not, or not yet, the server that the client wants. No certificate is shown,
and none is to blame.
"""

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import ENDS_AFTER_PRELOGIN, ENDS_EARLY, OTHER_SERVICE, PLAIN_HTTP
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Refusal, ServerKind, Situation, Speaks
from tlslab_scenarios._sources import (  # fmt: skip
    ERRNO,
    NGINX_CHAINS,
    NOT_READY_COMPOSE,
    NOT_READY_NET,
    PRELOGIN,
    SSH_BANNER,
    WRONG_PORT,
    WRONG_VERSION_NUMBER,
)

_READY = (
    "Wait for the server, not for its port: a container's port accepts connections before the program in it listens.",
    "Docker Compose: a `healthcheck` that logs in, and `depends_on: condition: service_healthy`. Testcontainers: a wait strategy that logs in.",
    "In the client: try again with pauses, and only what failed before TLS.",
)


@scenario(
    form="plain-http",
    title="The port speaks HTTP without TLS",
    conditions=[PLAIN_HTTP],
    sources=[WRONG_VERSION_NUMBER, NGINX_CHAINS, WRONG_PORT],
)
def plain_http(healthy: Situation) -> Situation:
    """The client begins with TLS, or with TDS, and what listens at the port answers with HTTP in clear.

    **Symptom.** "wrong version number" of everything built with OpenSSL (curl, Python, Node), "An unexpected TLS packet
    was received" of GnuTLS (wget), "http: server gave HTTP response to HTTPS client" of Go. Microsoft's ODBC driver says
    "Protocol error in TDS stream". The words speak of versions and packets; no version of TLS is at fault.

    **Cause.** The port is that of the plain site (80, 8080), or the server block listens without `ssl`. Often TLS ends
    at a proxy, and the client was given the address behind it; or the proxy of the client itself speaks plain HTTP and
    is called by `https://`. SQL Server's port was mixed up with that of a web server.

    **Look.** `curl http://HOST:PORT/` answers. `openssl s_client -connect HOST:PORT` says "wrong version number" and
    "no peer certificate available".

    **Fix.** Use the port that speaks TLS, or let the server speak it at this one. Certificates, trust stores and the
    switch that turns verification off change nothing.
    """
    return healthy.with_server(speaks=Speaks.HTTP)


@plain_http.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: `listen 443 ssl;` with `ssl_certificate` and `ssl_certificate_key`, then reload.",
        "SQL Server: `mssql-conf get network tcpport`; move the web server that holds its port.",
    ],
    sources=[NGINX_CHAINS],
)
def speak_tls_at_the_port(broken: Situation) -> Situation:
    """Let the server speak its protocol at this port."""
    return broken.with_server(speaks=Speaks.ITS_PROTOCOL)


@scenario(
    form="other-service",
    title="Another service answers at the port",
    conditions=[OTHER_SERVICE],
    sources=[SSH_BANNER, WRONG_VERSION_NUMBER, WRONG_PORT],
)
def other_service(healthy: Situation) -> Situation:
    """The port belongs to another service, here SSH, which sends its banner before the client has said anything.

    **Symptom.** As where HTTP answers: "wrong version number", "An unexpected TLS packet was received"; Go says "first
    record does not look like a TLS handshake". The ODBC driver says "Protocol error in TDS stream".

    **Cause.** A wrong port, a port that is forwarded to another host, or a container whose published ports were mixed up.

    **Look.** Let the service speak first: `nc HOST PORT` shows `SSH-2.0-...`, the greeting of a mail server, or MySQL's.

    **Fix.** Connect to the right port, or give the port back to the server. Certificates and trust change nothing.
    """
    return healthy.with_server(speaks=Speaks.SSH)


@other_service.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "`ss -ltnp` on the server says which program has the port.",
        "Correct the forwarding, or the published port of the container, so that the server is behind it.",
    ],
    sources=[WRONG_PORT],
)
def forward_to_the_server(broken: Situation) -> Situation:
    """Put the server behind the port."""
    return broken.with_server(speaks=Speaks.ITS_PROTOCOL)


@scenario(
    form="not-ready",
    title="The connection is accepted and closed before TLS begins",
    conditions=[ENDS_EARLY],
    sources=[NOT_READY_NET, NOT_READY_COMPOSE],
)
def not_ready(healthy: Situation) -> Situation:
    """Something accepts the connection in the server's place, as Docker does at a published port, and closes it, because
    the server behind it does not listen yet.

    **Symptom.** The connection stands and ends at once: "SSL_ERROR_SYSCALL" (curl), "unexpected eof while reading"
    (OpenSSL), "Client network socket disconnected before secure TLS connection was established" (Node), "EOF" (Go).
    ODBC: "Client unable to establish connection because an error was encountered during handshakes before login";
    SqlClient: "(provider: TCP Provider, error: 0 - Success)". It goes away by itself, and comes back with the next start.

    **Cause.** Time. The client was started together with the server, and the port answers before the server does. A
    load balancer without a living server behind it does the same for as long as that lasts.

    **Look.** Try again a minute later. `docker logs` of the server shows when it was ready for connections.

    **Fix.** Wait for the server. Trusting every certificate, or asking for no encryption, changes nothing: no certificate
    was shown.
    """
    return healthy.with_server(speaks=Speaks.CLOSES)


@scenario(
    form="not-ready-reset",
    title="The connection is accepted and reset before TLS begins",
    conditions=[ENDS_EARLY],
    sources=[NOT_READY_COMPOSE, ERRNO],
)
def not_ready_reset(healthy: Situation) -> Situation:
    """As `not-ready`, but what accepts the connection ends it by RST: so does a proxy that has not read what the client
    sent, or a firewall.

    **Symptom.** "Connection reset by peer", `ECONNRESET`, errno 104. Of the ODBC driver the words are the same as where
    the connection is closed.

    **Cause.** Time, as long as the server behind it is starting; a firewall, if it does not pass.

    **Look.** Try again a minute later. A trace of the network shows who sent the RST: its time to live tells a firewall
    near by from a server far away.

    **Fix.** Wait for the server.
    """
    return healthy.with_server(speaks=Speaks.CLOSES, refusal=Refusal.RESET)


@scenario(
    form="after-prelogin",
    title="SQL Server answers the first packet and ends the connection",
    kinds={ServerKind.SQLSERVER},
    conditions=[ENDS_AFTER_PRELOGIN],
    sources=[PRELOGIN, NOT_READY_COMPOSE],
)
def after_prelogin(healthy: Situation) -> Situation:
    """The server has answered PRELOGIN, and the connection ends before TLS begins: it is being started or stopped, or it
    has no more connections to give.

    **Symptom.** What is said of a refused handshake: "Error code 0x2746" (ODBC), "socket hang up" (tedious), "Unexpected
    EOF from the server" (FreeTDS). No look at the client tells it from a server that refuses every version of TLS.

    **Cause.** The state of the server, not its certificate. The same words come from a server that cannot use its
    certificate, or has no version of TLS in common with the client.

    **Look.** On the server, in the errorlog: a certificate that was not loaded is told there when the server starts.
    A connection on which nothing is sent after PRELOGIN ends all the same.

    **Fix.** Wait for the server, and look at what it says of itself.
    """
    return healthy.with_server(speaks=Speaks.CLOSES_AFTER_PRELOGIN)


for _early in (not_ready, not_ready_reset, after_prelogin):

    @_early.fix(still_checks=EVERYTHING, side=Side.SERVER, steps=_READY, sources=[NOT_READY_NET])
    def wait_until_ready(broken: Situation) -> Situation:
        """Wait until the server is ready."""
        return broken.with_server(speaks=Speaks.ITS_PROTOCOL)
