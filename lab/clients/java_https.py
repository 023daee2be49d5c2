"""Java's HTTPS clients: HttpsURLConnection and java.net.http.HttpClient (since JDK 11), one GET each, in a JVM that
serves many attempts (`tlslab.clients.jvm`).

Each is given trust as its users are told: HttpsURLConnection by the properties of the JVM, HttpClient by an SSLContext
of its own. Both leave names to JSSE, which compares them after it has looked at the chain. Everything is trusted by a
trust manager of one's own: JSSE still looks at the name for a plain one, for an X509ExtendedTrustManager at nothing.
"""

from collections.abc import Mapping

from tlslab.clients.base import CERTIFICATE, KEY, Invocation, Machine, Request, own_files
from tlslab.clients.https import HTTPS, NOBODY_LISTENS, OBSERVED, OPTIONS, WAITS
from tlslab.clients.jvm import (
    IMPORT,
    JRE,
    NO_FLAW,
    NO_INTERMEDIATES,
    PROBE,
    STORES,
    JvmClient,
    jvm_store,
    jvm_store_words,
    limits,
    limits_words,
    protocols,
)
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.tds import read_versions
from tlslab.clients.variables import beside, not_read
from tlslab.libraries.jdk import ANCHORS, HOSTNAME, RECORDS, SOCKET
from tlslab.model.circumstances import NAME_UNCHECKED, RESETS, TRUST_EVERYTHING
from tlslab.model.conditions import (
    CN_ALONE,
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_SERVING,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    STORE_ABSENT,
    UNTRUSTED,
)
from tlslab.model.environment import OF_ROOTS
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, says, says_each, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END, UNICODE, in_url
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, RevocationCheck, Situation, StoreFlaw
from tlslab.truststores.pkcs12 import PASSWORD

_JDK = "https://github.com/openjdk/jdk/blob"
_BASE, _HTTP = "src/java.base/share/classes", "src/java.net.http/share/classes/jdk/internal/net/http"


def _jdk(title: str, commit: str, path: str) -> Source:
    return Source(f"OpenJDK, {path.rpartition('/')[2]} ({title})", f"{_JDK}/{commit}/{path}")


ALERT = _jdk(
    "createSSLException: the alert's name in brackets before the reason",
    "0195e41f627e6ab00af1fa039956072262680563",
    f"{_BASE}/sun/security/ssl/Alert.java",
)
VERIFIER = _jdk(
    "afterConnect: with a HostnameVerifier of one's own the handshake looks at no name, and the verifier decides where "
    "it does not match",
    "131807a386ba8d4dfb41da2cbbaefc4f1a2ab4e8",
    f"{_BASE}/sun/net/www/protocol/https/HttpsClient.java",
)
TRUST_MANAGERS = _jdk(
    "chooseTrustManager; AbstractTrustManagerWrapper: what is added to an X509TrustManager that is no "
    "X509ExtendedTrustManager",
    "d6384f50600ef86b896577dd38e7db69072eece7",
    f"{_BASE}/sun/security/ssl/SSLContextImpl.java",
)
ENGINE_RECORDS = _jdk(
    "bytesInCompletePacket",
    "60c57a77e8cf8cab2376932cd44691a0627c6a5b",
    f"{_BASE}/sun/security/ssl/SSLEngineInputRecord.java",
)
SNI = _jdk("checkHostName", "218dd8b5803b0dab2cf623336af28965fe9bc181", f"{_BASE}/javax/net/ssl/SNIHostName.java")
NO_FILE = Source(
    "OpenJDK 17, java/io/FileNotFoundException.java (the path, and the reason in brackets)",
    f"{_JDK}/jdk-17%2B35/{_BASE}/java/io/FileNotFoundException.java",
)
CONTEXT = Source(
    "OpenJDK 17, HttpClientImpl.java (an SSLContext that was given, else the default one)",
    f"https://github.com/openjdk/jdk17u-dev/blob/8c7152d0184fa17021955cc8816b176e7dabb90d/{_HTTP}/HttpClientImpl.java",
)
PARAMETERS = _jdk(
    "createSSLParameters: the check of names, unless a property disables it, and the name to send",
    "ec71757e1393e45dccafa78d7237639daae2e3c9",
    f"{_HTTP}/AbstractAsyncSSLConnection.java",
)
TUBE = _jdk("checkForHandshake", "336c8d0a29fc90576bc6165cd5a08935b8e695f0", f"{_HTTP}/common/SSLTube.java")
RESET = Source("observed by the lab with JDK 17: what java.net.SocketException says of a reset", "")
REQUEST = _jdk("checkURI", "a51fe99bfd0cfa47ccbbf5d519d63642c5130282", f"{_HTTP}/HttpRequestBuilderImpl.java")
_ALL = frozenset({Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE, Phase.CLOSED})
_HANDSHAKE = "javax.net.ssl.SSLHandshakeException: "
_TERMINATED = f"{_HANDSHAKE}Remote host terminated the handshake"
_REFUSES = (NO_COMMON_VERSION, NO_COMMON_CIPHER)

OF_BOTH: tuple[Own, ...] = (
    *WAITS,
    *NOBODY_LISTENS,
    *tells_the_status(),
    *not_read("Java", sorted(OF_ROOTS), STORES),
    *beside("Java does not read the variable", sorted(OF_ROOTS), STORES),
    *says(
        [NAME_MISMATCH],
        Phase.NAME,
        *(
            f"{_HANDSHAKE}{before}{text}"
            for before in ("", "({*}) ")
            for text in (
                "No subject alternative DNS name matching {name} found.",
                "No name matching {name} found",
                "No subject alternative names present",
                "No subject alternative names matching IP address {name} found",
            )
        ),
        basis=Basis.AUTHORITATIVE,
        source=HOSTNAME,
    ),
    tolerates(
        "Java takes the common name where there is no DNS name in a SAN",
        of=[NAME_MISMATCH, CN_ALONE],
        basis=Basis.AUTHORITATIVE,
        source=HOSTNAME,
    ),
)


class JavaHttps(JvmClient):
    """What the two have in common."""

    kinds = HTTPS
    main = "Https"
    needs = (JRE, PROBE)
    variables = OF_ROOTS
    supports = (OPTIONS | {"revocation", "fetches_issuers", "name_check", "certificate"}) - {
        "intermediates",
        "expected_name",
    }
    lacks: Mapping[str, str] = {
        "intermediates": NO_INTERMEDIATES,
        "server_name": "Java's HTTPS clients send the name in the URL, and verify the same",
        "crls": "Java is given lists of revoked certificates by code of one's own alone (a CertStore of "
        "PKIXBuilderParameters)",
        "proxy": "Java's HTTPS clients know proxies (https.proxyHost, ProxySelector), and the lab has not tried them",
    }
    templates: tuple[Template, ...] = (
        Template("jsse", _ALL, "javax.net.ssl.SSLHandshakeException: {reason}", Basis.AUTHORITATIVE, ALERT),
        Template("jsse", _ALL, "javax.net.ssl.SSLHandshakeException: ({*}) {reason}", Basis.AUTHORITATIVE, ALERT),
    )
    header_property: str
    """The property of the JVM that lets a program set the Host header."""

    def version_probe(self, machine: Machine) -> Invocation:
        return self.run(machine, (), {}, {"version": ""}, {})

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"Java {found['java']}" if "java" in found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.store.flaw not in (None, StoreFlaw.MISSING, StoreFlaw.DANGLING):
            return NO_FLAW
        if side.revocation is RevocationCheck.STAPLE:
            return "Java demands no answer of OCSP in the handshake: where none comes, it asks the responder"
        return None

    def header(self, side: ClientSide) -> tuple[str, ...]:
        """The option of a JVM whose programs may set the Host header."""
        return () if side.host_header is None else (f"-D{self.header_property}",)


class UrlConnection(JavaHttps):
    """HttpsURLConnection with the trust store of its JVM."""

    name = "java-urlconnection"
    title = "Java HttpsURLConnection"
    lacks: Mapping[str, str] = {
        **JavaHttps.lacks,
        "expected_name": "HttpsURLConnection verifies the name in the URL; a HostnameVerifier is code of one's own",
    }
    templates = (
        *JavaHttps.templates,
        Template("jsse", frozenset({Phase.CLOSED}), "java.net.SocketException: {reason}", Basis.OBSERVED, RESET),
    )
    rows = (
        *OF_BOTH,
        *says_each(dict.fromkeys(_REFUSES, _TERMINATED), Phase.CLOSED, basis=Basis.AUTHORITATIVE, source=SOCKET),
        *says([ENDS_EARLY], Phase.NO_TLS, _TERMINATED, basis=Basis.AUTHORITATIVE, source=SOCKET),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "java.net.SocketException: Connection reset",
            basis=Basis.OBSERVED,
            source=RESET,
            when=[RESETS],
        ),
        *says_each(
            dict.fromkeys(
                (PLAIN_HTTP, OTHER_SERVICE), "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message"
            ),
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=RECORDS,
        ),
        *stops(
            {STORE_ABSENT: "javax.net.ssl.SSLException: {*}the trustAnchors parameter must be non-empty"},
            basis=Basis.AUTHORITATIVE,
            source=ANCHORS,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "a JVM that is given a trust store reads that one alone, in the place of its own",
            basis=Basis.AUTHORITATIVE,
            source=STORES,
        ),
        tolerates(
            "with a trust manager and a HostnameVerifier that accept everything nothing of a certificate is looked at",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=VERIFIER,
        ),
        tolerates(
            "with a HostnameVerifier that accepts everything the chain is verified, and the name is not",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=VERIFIER,
        ),
    )
    header_property = "sun.net.http.allowRestrictedHeaders=true"

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return jvm_store_words() if side.trust_anchors else ()
        words = (IMPORT, *jvm_store_words()) if side.has_store else ()
        if side.trust_everything or side.certificate:
            words = (*words, *_key_words(side), _context_words(side, "new TrustManager[] {trustsAll}", "null"))
            words = (*words, "connection.setSSLSocketFactory(context.getSocketFactory())")
        if side.trust_everything or not side.name_check:
            words = (*words, "connection.setHostnameVerifier((name, session) -> true)")
        if side.host_header is not None:
            words = (*words, *self.header(side), f'connection.setRequestProperty("Host", "{side.host_header}")')
        return (*words, *limits_words(side))

    def invoke(self, request: Request) -> Invocation:
        side = request.side
        question = {"client": "urlconnection", "url": _url(request)}
        if side.defaults_only and not side.in_default_store:
            return self.run(request.machine, (), {}, question, {})
        store, fixed = jvm_store(request.material.anchors if side.has_store else request.material.default_store)
        if side.store.flaw is not None and side.has_store:
            store, fixed = jvm_store_words("absent.p12"), {}
        if side.defaults_only:
            return self.run(request.machine, store, fixed, question, {})
        question |= _own(request)
        question |= {"trust": "X509TrustManager"} if side.trust_everything else {}
        question |= {"verifier": ""} if side.trust_everything or not side.name_check else {}
        question |= {"host": side.host_header} if side.host_header is not None else {}
        settings, old = limits(side)
        return _alone_where_needed(
            side,
            self.run(
                request.machine,
                (*store, *settings, *self.header(side)),
                {**fixed, **old},
                question,
                own_files(request),
            ),
        )


OF_HTTP_CLIENT: tuple[Own, ...] = (
    *OF_BOTH,
    *says(
        [NOT_SERVING],
        Phase.CONNECT,
        "java.net.ConnectException Caused by: {*}Caused by: java.nio.channels.ClosedChannelException",
        basis=Basis.OBSERVED,
        source=OBSERVED,
    ),
    # A reset, too, is no more than the end of its stream.
    *says_each(dict.fromkeys(_REFUSES, _TERMINATED), Phase.CLOSED, basis=Basis.AUTHORITATIVE, source=TUBE),
    *says(
        [ENDS_EARLY],
        Phase.NO_TLS,
        _TERMINATED,
        f"{_HANDSHAKE}Remote host closed the channel",  # where the end comes before it has begun
        basis=Basis.AUTHORITATIVE,
        source=TUBE,
    ),
    *says_each(
        dict.fromkeys(
            (PLAIN_HTTP, OTHER_SERVICE), "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?"
        ),
        Phase.NO_TLS,
        basis=Basis.AUTHORITATIVE,
        source=ENGINE_RECORDS,
    ),
    *stops(
        {STORE_ABSENT: "java.io.FileNotFoundException: {*} (No such file or directory)"},
        basis=Basis.AUTHORITATIVE,
        source=NO_FILE,
    ),
    *says(
        [DOT_AT_THE_END],
        Phase.NEGOTIATION,
        "java.lang.IllegalArgumentException: Server name value of host_name cannot have the trailing dot",
        basis=Basis.AUTHORITATIVE,
        source=SNI,
    ),
    *says(
        [UNICODE],
        Phase.NEGOTIATION,
        "java.lang.IllegalArgumentException: unsupported URI https://",
        basis=Basis.AUTHORITATIVE,
        source=REQUEST,
    ),
    says_like(
        UNTRUSTED,
        [OTHER_STORE],
        "an SSLContext of a store of one's own knows that store alone, in the place of the JVM's",
        basis=Basis.AUTHORITATIVE,
        source=CONTEXT,
    ),
    tolerates(
        "with jdk.internal.httpclient.disableHostnameVerification HttpClient verifies the chain, and not the name",
        phases=[Phase.NAME],
        when=[NAME_UNCHECKED],
        basis=Basis.AUTHORITATIVE,
        source=PARAMETERS,
    ),
)


class HttpClient(JavaHttps):
    """java.net.http.HttpClient with an SSLContext."""

    name = "java-httpclient"
    title = "Java HttpClient (java.net.http)"
    lacks: Mapping[str, str] = {
        **JavaHttps.lacks,
        "expected_name": "HttpClient verifies the name in the URL, and has no option for another one",
    }
    rows: tuple[Own, ...] = (
        *OF_HTTP_CLIENT,
        tolerates(
            "with an X509TrustManager that accepts everything the chain is not looked at; the name is, by what JSSE "
            "adds to one that is no X509ExtendedTrustManager",
            phases=[Phase.VERIFY],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=TRUST_MANAGERS,
        ),
    )
    header_property = "jdk.httpclient.allowRestrictedHeaders=host"
    trust_manager = "X509TrustManager"
    """The class of what trusts everything."""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return jvm_store_words() if side.trust_anchors else ()
        words = _key_words(side)
        if side.has_store and not side.trust_everything:
            words = (
                *words,
                IMPORT,
                f'store.load(new FileInputStream("ca.p12"), "{PASSWORD}".toCharArray())',
                "factory.init(store)",
            )
        if side.trust_everything or side.has_store or side.certificate:
            trusted = "factory.getTrustManagers()" if side.has_store else "null"
            all_of_it = f"new TrustManager[] {{trustsAll}} /* {self.trust_manager} */"
            words = (*words, _context_words(side, all_of_it, trusted), "builder.sslContext(context)")
        if not side.name_check:
            words = (*words, *_unchecked(side))
        if side.host_header is not None:
            words = (*words, *self.header(side), f'request.header("Host", "{side.host_header}")')
        if versions := protocols(side):
            named = ", ".join(f'"{version}"' for version in versions)
            words = (*words, f"builder.sslParameters(new SSLParameters(null, new String[] {{{named}}}))")
        return (*words, *limits_words(side, by_property=False))

    def invoke(self, request: Request) -> Invocation:
        side, workdir = request.side, request.workdir
        question = {"client": "httpclient", "url": _url(request)}
        if side.defaults_only and not side.in_default_store:
            return self.run(request.machine, (), {}, question, {})
        # What the runtime brings cannot be seen in the sandbox: the whole JVM is given a store in its place.
        default, fixed = jvm_store(request.material.default_store)
        if side.defaults_only:
            return self.run(request.machine, default, fixed, question, {})
        question |= _own(request)
        files = own_files(request)
        if side.trust_everything:
            question |= {"trust": self.trust_manager}
        elif side.has_store:
            question |= {"store": str(workdir / "ca.p12"), "password": PASSWORD}
            if side.store.flaw is None:
                question |= {"anchors": str(workdir / "ca.pem")}
                files["ca.pem"] = request.material.anchors
        question |= {"host": side.host_header} if side.host_header is not None else {}
        question |= {"protocols": ",".join(protocols(side))} if protocols(side) else {}
        settings, old = limits(side, by_property=False)
        settings = (*default, *settings, *self.header(side), *_unchecked(side))
        return _alone_where_needed(side, self.run(request.machine, settings, {**fixed, **old}, question, files))


class HttpClientExtended(HttpClient):
    """HttpClient, where everything is trusted by an X509ExtendedTrustManager."""

    name = "java-httpclient.extended-trust-manager"
    title = "Java HttpClient, with an X509ExtendedTrustManager"
    door = "an X509ExtendedTrustManager, where everything is trusted"
    trust_manager = "X509ExtendedTrustManager"
    rows = (
        *OF_HTTP_CLIENT,
        tolerates(
            "with an X509ExtendedTrustManager that accepts everything neither the chain nor the name is looked at",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=TRUST_MANAGERS,
        ),
    )


def _key_words(side: ClientSide) -> tuple[str, ...]:
    """How people make a key manager of the client's own certificate."""
    if side.certificate is None:
        return ()
    return (
        f"openssl pkcs12 -export -in {CERTIFICATE} -inkey {KEY} -out client.p12 -passout pass:{PASSWORD}",
        f'keys.load(new FileInputStream("client.p12"), "{PASSWORD}".toCharArray())',
        f'keyFactory.init(keys, "{PASSWORD}".toCharArray())',
    )


def _context_words(side: ClientSide, everything: str, trusted: str) -> str:
    """How people make an SSLContext."""
    own = "keyFactory.getKeyManagers()" if side.certificate else "null"
    return f"context.init({own}, {everything if side.trust_everything else trusted}, null)"


def _own(request: Request) -> dict[str, str]:
    """What the probe is told of the client's own certificate."""
    if request.side.certificate is None:
        return {}
    return {
        "certificate": str(request.workdir / CERTIFICATE),
        "key": str(request.workdir / KEY),
        "password": PASSWORD,
    }


def _url(request: Request) -> str:
    return f"https://{in_url(request.side.connect_to)}:{request.endpoint.port}/"


def _unchecked(side: ClientSide) -> tuple[str, ...]:
    """The option of a JVM whose HttpClient compares no names."""
    return () if side.name_check else ("-Djdk.internal.httpclient.disableHostnameVerification=true",)


def _alone_where_needed(side: ClientSide, made: Invocation) -> Invocation:
    """A JVM keeps what it has fetched; and one with variables that name an attempt's files serves no other."""
    return made.alone if side.revocation is not None or side.fetches_issuers or side.environment else made


CLIENTS = (HttpClient(), HttpClientExtended(), UrlConnection())
