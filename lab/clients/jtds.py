"""jTDS, the open JDBC driver for SQL Server that programs of the years before 2017 brought, in a JVM that serves many
attempts (`tlslab.clients.jvm`).

`ssl=authenticate` verifies the chain, and never the name; `ssl=require` encrypts and verifies nothing; both want the
server to encrypt everything. `ssl=request` leaves that to the server, and nothing given (`ssl=off`) means no TLS at
all. Trust is the JVM's: no option of a connection names a store. Options: jTDS, html/faq.html, "URL format".
"""

from collections.abc import Mapping

from tlslab.clients.base import Invocation, Request
from tlslab.clients.jdbc import LOGIN_TIMEOUT, JdbcDriver
from tlslab.clients.jvm import (
    IMPORT,
    JRE,
    NO_FLAW,
    PROBE,
    jvm_store,
    jvm_store_words,
    limits,
    limits_words,
)
from tlslab.clients.tds import QUESTION, STRICT_ENDS_EARLY
from tlslab.model.circumstances import RESETS, TRUST_EVERYTHING
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    NOT_SERVING,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    SERVER_REFUSES,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, When, says, says_alike, says_each, says_like, tolerates
from tlslab.model.names import in_url
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, Situation
from tlslab.setup import jars
from tlslab.setup.needs import Jar
from tlslab.setup.versions.registry import Registry, RegistryKind

ARTIFACT = "net.sourceforge.jtds:jtds"
_CODE = "https://github.com/milesibastos/jTDS/blob/41fb9b92d147bbf108a154514f176fa3ad112380"
_COPY = "a copy of what jtds.sourceforge.net has"


def _source(name: str, where: str) -> Source:
    return Source(f"jTDS 1.3.1, {name} ({where}); {_COPY}", f"{_CODE}/src/main/net/sourceforge/jtds/{name}")


URL_FORMAT = Source(f'jTDS 1.3.1, html/faq.html, "URL format" (ssl); {_COPY}', f"{_CODE}/html/faq.html")
CONNECTING = _source("jdbc/JtdsConnection.java", "what an IOException becomes, lines 430-438")
MESSAGES = _source("jdbc/Messages.properties", "error.ssl.encryptionoff, of TdsCore.negotiateSSL")
NEGOTIATION = _source("jdbc/TdsCore.java", "negotiateSSL")
VERIFICATION = _source("ssl/SocketFactories.java", "getFactory: the JVM's own socket factory, or one that trusts all")
PACKETS = _source("jdbc/SharedSocket.java", "readPacket: the end of the stream, and packets of no known type")
OBSERVED = Source("observed by the lab of jTDS 1.3.1 at a port that resets each connection", "")

_EXCEPTION = "java.sql.SQLException: "
_NETWORK = f"{_EXCEPTION}Network error IOException: "
_NO_MESSAGE = "java.lang.NullPointerException"
_NO_MESSAGE_TOLD = (
    f'{_NO_MESSAGE}: Cannot invoke "String.indexOf(String)" because the return value of '
    '"java.io.IOException.getMessage()" is null'
)
"""What JDK 15 and later add."""
_PHASES = frozenset({Phase.VERIFY, Phase.HANDSHAKE, Phase.CLOSED})
LEAVES_IT = When("`ssl=request`", lambda act: act.client.encryption is Encryption.OPTIONAL)


class Jtds(JdbcDriver):
    """The driver in a JVM."""

    name = "jtds"
    title = "jTDS (JDBC)"
    version_class = "net.sourceforge.jtds.jdbc.Driver"
    needs = (JRE, PROBE, Jar("jtds", ARTIFACT))
    library = "jtds"
    registry = Registry(RegistryKind.MAVEN, ARTIFACT)
    release: Mapping[str, str] = {"jtds": jars.pinned(ARTIFACT).version}
    supports = frozenset(
        {"clock", "trust_anchors", "trust_everything", "encryption", "tls_min", "tls_max", "defaults_only", "store"}
    )
    lacks: Mapping[str, str] = {
        **JdbcDriver.lacks,
        "expected_name": "jTDS never looks at the name in a certificate, and has no option for another one",
    }
    templates = (
        Template("jsse", _PHASES, _NETWORK + "{reason}", Basis.AUTHORITATIVE, CONNECTING),
        Template("jsse", _PHASES, _NETWORK + "({*}) {reason}", Basis.AUTHORITATIVE, CONNECTING),
    )
    rows = (
        STRICT_ENDS_EARLY,
        tolerates(
            "jTDS never compares the name: the factory of sockets that it takes is told nothing of it",
            of=[NAME_MISMATCH],
            basis=Basis.AUTHORITATIVE,
            source=VERIFICATION,
        ),
        tolerates(
            "with `ssl=require` jTDS looks at nothing of the certificate",
            phases=[Phase.VERIFY],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=VERIFICATION,
        ),
        tolerates(
            "with `ssl=request` jTDS looks at nothing of the certificate, although the server demands encryption",
            of=[DEMANDS_ENCRYPTION],
            phases=[Phase.VERIFY],
            basis=Basis.AUTHORITATIVE,
            source=VERIFICATION,
        ),
        # With a login timeout it looks into the message of the exception, and an end of the stream has none.
        *says_alike(
            SERVER_REFUSES,
            Phase.CLOSED,
            _NO_MESSAGE_TOLD,
            _NO_MESSAGE,
            basis=Basis.AUTHORITATIVE,
            source=CONNECTING,
        ),
        *says(
            [ENDS_AFTER_PRELOGIN],
            Phase.NO_TLS,
            _NO_MESSAGE_TOLD,
            _NO_MESSAGE,
            basis=Basis.AUTHORITATIVE,
            source=CONNECTING,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            f"{_NETWORK}DB server closed connection.",
            basis=Basis.AUTHORITATIVE,
            source=PACKETS,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            f"{_NETWORK}Connection reset",
            basis=Basis.OBSERVED,
            source=OBSERVED,
            when=[RESETS],
        ),
        *says_each(
            dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), f"{_NETWORK}Unknown packet type 0x"),
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=PACKETS,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            f"{_EXCEPTION}Encryption is not enabled at the server.",
            basis=Basis.AUTHORITATIVE,
            source=MESSAGES,
        ),
        tolerates(
            "with `ssl=request` jTDS goes on in clear where the server does not encrypt",
            of=[NO_ENCRYPTION],
            when=[LEAVES_IT],
            basis=Basis.AUTHORITATIVE,
            source=URL_FORMAT,
        ),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            f"{_NETWORK}Connection refused",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTING,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "a JVM that is given a trust store reads that one alone, in the place of its own",
            basis=Basis.AUTHORITATIVE,
            source=VERIFICATION,
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        side, server = situation.client, situation.server
        if server.route is not None:
            return "jTDS speaks TDS 7.1, in which no server sends a client on (ENVCHANGE of type 20 came with TDS 7.4)"
        if side.store.flaw is not None:
            return NO_FLAW
        if side.encryption is Encryption.STRICT:
            return "jTDS knows no TDS 8.0 (`Encrypt=strict`)"
        if side.encryption is Encryption.OPTIONAL and server.encryption is ServerEncryption.OFF:
            return (
                "with `ssl=request`, where the login alone is encrypted, one of ten attempts of jTDS hangs with a "
                "current Java: what was read ahead is lost when it takes TLS off again"
            )
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return jvm_store_words() if side.trust_anchors else ()
        store = (IMPORT, *jvm_store_words()) if side.has_store else ()
        return (*(f"{name}={value}" for name, value in _options(side).items()), *store, *limits_words(side))

    def invoke(self, request: Request) -> Invocation:
        side = request.side
        question = {
            "url": f"jdbc:jtds:sqlserver://{in_url(side.connect_to)}:{request.endpoint.port}",
            "question": QUESTION,
            "user": request.login.user,
            "password": request.login.password,
            "loginTimeout": str(LOGIN_TIMEOUT),
            **({} if side.defaults_only else _options(side)),
        }
        if side.defaults_only and not side.in_default_store:
            return self.run(request.machine, (), {}, question, {})
        given = side.has_store and not side.defaults_only
        store, fixed = jvm_store(request.material.anchors if given else request.material.default_store)
        settings, old = ((), {}) if side.defaults_only else limits(side)
        return self.run(request.machine, (*store, *settings), {**fixed, **old}, question, {})


def _options(side: ClientSide) -> dict[str, str]:
    """The properties of a connection."""
    if side.encryption is None and not side.trust_everything:
        return {}
    if side.encryption is Encryption.OPTIONAL:
        return {"ssl": "request"}
    return {"ssl": "require" if side.trust_everything else "authenticate"}


CLIENTS = (Jtds(),)
