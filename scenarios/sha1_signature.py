"""SHA-1 signature: the certificate is signed with a hash that today's libraries no longer accept."""

from tlslab.model.certificate import SignatureHash
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import NOT_LOADED, WEAK_SIGNATURE
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    MSPHPSQL_FAQ,
    OPENSSL_LEVELS,
    SQL_LINUX,
    section,
)

UBUNTU = "Ubuntu 20.04 and other recent Linux distribution releases"


@scenario(
    form="client",
    title="The client refuses a certificate signed with SHA-1",
    conditions=[WEAK_SIGNATURE],
    sources=[section(SQL_LINUX, UBUNTU), OPENSSL_LEVELS],
)
def sha1_client(healthy: Situation) -> Situation:
    """The server presents a certificate whose signature uses SHA-1; the client's TLS library does not accept it.

    **Symptom.** "CA signature digest algorithm too weak" (OpenSSL error 68; the words say CA although the leaf's
    signature is meant), Node code `UNSPECIFIED`, wget "was signed using an insecure algorithm".

    **Cause.** An old CA or an old template. OpenSSL 3 refuses SHA-1 signatures from security level 1 on; Debian and Ubuntu
    run it at level 2, and since 3.2 it does so by itself. The server here runs at level 0, or it could not even load the certificate.

    **Look.** `openssl x509 -in FILE -noout -text | grep "Signature Algorithm"`.

    **Fix.** Reissue with SHA-256. Lowering the client's security level would accept every other weak thing as well.
    """
    return healthy.with_leaf(signature=SignatureHash.SHA1).with_server(security_level=0)


@scenario(
    form="server",
    title="SQL Server's own OpenSSL refuses its SHA-1 certificate and drops connections",
    kinds={ServerKind.SQLSERVER},
    conditions=[NOT_LOADED],
    sources=[
        section(SQL_LINUX, UBUNTU),
        section(MSPHPSQL_FAQ, "Unable to connect to SQL Server with Debian 10, Ubuntu 20.04 or above"),
    ],
)
def sha1_server(healthy: Situation) -> Situation:
    """SQL Server on Linux was given a certificate signed with SHA-1, on a system whose OpenSSL runs at security level 2.

    **Symptom.** "An existing connection was forcibly closed by the remote host" (error 10054; on Linux ODBC says
    "TCP Provider: Error code 0x2746 (10054)", tedious "socket hang up", FreeTDS "Unexpected EOF from the server"),
    during the login, on every client. It looks like a network fault.

    **Cause.** Level 2 demands 112 bits of security. The server's TLS library will not use the certificate, so the
    server has nothing to present and drops the connection.

    **Look.** The client's message says nothing about certificates: look at the server, with `openssl x509 -noout
    -text` at the file of `network.tlscert`.

    **Fix.** Reissue with SHA-256.
    """
    return healthy.with_leaf(signature=SignatureHash.SHA1)


def reissue_with_sha256(broken: Situation) -> Situation:
    """Reissue the certificate with a SHA-256 signature."""
    return broken.with_leaf(signature=SignatureHash.SHA256)


def _declare(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "Have the CA sign the same request with SHA-256 (`openssl x509 -req -sha256`, or the CA's template).",
            "Install the new certificate and restart the server.",
        ],
        sources=[section(SQL_LINUX, UBUNTU)],
    )(reissue_with_sha256)


_declare(sha1_client)
_declare(sha1_server)
