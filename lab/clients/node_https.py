"""Node's HTTPS clients: the https module and the built-in fetch, each one GET by `probes/node_https.js`.

Node carries an OpenSSL of its own and gives its verification errors codes of its own
(https://nodejs.org/api/tls.html#x509-certificate-error-codes). https takes its options in the call, fetch
from Node's command line and environment.
"""

from collections.abc import Mapping

from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    CERTIFICATE,
    CRL,
    KEY,
    Client,
    Endpoint,
    Invocation,
    Machine,
    Request,
    Trust,
    crl_file,
    own_files,
)
from tlslab.clients.https import (
    HTTPS,
    OBSERVED,
    OPTIONS,
    SITE_IN_HOST_HEADER,
    WAITS,
    cipher_list,
    expects_other_name,
    floor,
    sends_other_name,
)
from tlslab.clients.node import attempt
from tlslab.clients.proxy import proxy_url
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.tedious import (
    BUNDLED,
    CA_REPLACES,
    EXTRA_ROOTS,
    EXTRA_ROOTS_DOC,
    FILLED_BY_THE_LAB,
    NO_NODE_VARIABLES,
    NODE_VARIABLES,
    READS_NO_FILE,
    SHORT_KEYS,
    SMALL_GROUPS,
    default_store,
    default_trust_words,
    node_trust,
    sets_extra_roots_twice,
)
from tlslab.clients.variables import read
from tlslab.model.circumstances import NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import OTHER_STORE, SILENT
from tlslab.model.environment import NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, says, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import PEM_FILE, ClientSide, Situation, TLSVersion
from tlslab.model.variables import is_set
from tlslab.setup.needs import NODE, Need

PROBE = "node_https.js"
TLS_DOC = Source(
    "Node.js, doc/api/tls.md (X509 certificate error codes)",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md#x509-certificate-error-codes",
)
CHECK_IDENTITY = Source(
    "Node.js, lib/tls.js (checkServerIdentity)",
    "https://github.com/nodejs/node/blob/c3bcce7123a2d773a841e35bd60a553af883812e/lib/tls.js",
)
EPROTO = Source("openssl/openssl issue 20360 (Node 18, EPROTO)", "https://github.com/openssl/openssl/issues/20360")
FETCH_FAILED = Source(
    "undici, lib/fetch/index.js (fetch: TypeError('fetch failed') with the cause)",
    "https://github.com/nodejs/undici/blob/00280163c081e7f0f49562d9f280d9fbf0ba8f01/lib/fetch/index.js",
)


CHECK_SERVER_IDENTITY = Source(
    "Node.js, doc/api/tls.md, tls.connect(), checkServerIdentity",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md",
)
REJECT_UNAUTHORIZED = Source(
    "Node.js, doc/api/tls.md, tls.connect(), rejectUnauthorized",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md",
)
REJECT_UNAUTHORIZED_VARIABLE = Source(
    "Node.js, doc/api/cli.md, NODE_TLS_REJECT_UNAUTHORIZED",
    "https://github.com/nodejs/node/blob/v18.20.4/doc/api/cli.md#node_tls_reject_unauthorizedvalue",
)
SERVER_NAME = Source(
    "Node.js 20.20.2, lib/_http_agent.js (calculateServerName: the Host header before the host)",
    "https://github.com/nodejs/node/blob/v20.20.2/lib/_http_agent.js",
)


OF_VARIABLES = (
    *read("Node", (NODE_EXTRA_CA_CERTS,), EXTRA_ROOTS_DOC),
    tolerates(
        "with NODE_TLS_REJECT_UNAUTHORIZED=0 Node refuses no certificate, unless an option says otherwise",
        phases=[Phase.VERIFY, Phase.NAME],
        when=[is_set(NODE_TLS_REJECT_UNAUTHORIZED, "0")],
        basis=Basis.AUTHORITATIVE,
        source=REJECT_UNAUTHORIZED_VARIABLE,
    ),
)
_OWN = {"cert": CERTIFICATE, "key": KEY}
"""The options of tls.createSecureContext() for the client's own certificate, with the names of their files."""
_FETCH_FAILED = "TypeError: fetch failed { [cause]: "


class NodeClient(Client):
    """What the two have in common."""

    kinds = HTTPS
    tls_library = "OpenSSL inside Node"
    needs: tuple[Need, ...] = (NODE,)
    program = "node"
    variables, no_variables = NODE_VARIABLES, NO_NODE_VARIABLES
    default_trust = BUNDLED

    def version_probe(self, machine: Machine) -> Invocation:
        asked = "const v = process.versions; `Node ${v.node} (OpenSSL ${v.openssl}, undici ${v.undici})`"
        return Invocation((machine.which["node"], "-p", asked))

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.stdout.startswith("Node ") else ""

    def default_trust_on(self, machine: Machine) -> Trust:
        return node_trust(machine)

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


class NodeHttps(NodeClient):
    """https.get with options."""

    name = "node-https"
    title = "Node https"
    supports = OPTIONS | {"server_name", "crls", "security_level", "name_check", "certificate"}
    lacks: Mapping[str, str] = {
        "proxy": "Node's https has no option for a proxy: an agent of another package makes the tunnel"
    }

    templates: tuple[Template, ...] = (
        Template("openssl", frozenset({Phase.VERIFY}), "Error: {reason}", Basis.AUTHORITATIVE, TLS_DOC),
        Template("node", frozenset(Phase), "Error: {reason}", Basis.AUTHORITATIVE, TLS_DOC),
        Template("node", frozenset(Phase), "code: '{code}'", Basis.AUTHORITATIVE, TLS_DOC),
        Template(
            "node",
            frozenset({Phase.NAME}),
            "Error [ERR_TLS_CERT_ALTNAME_INVALID]: {reason}",
            Basis.AUTHORITATIVE,
            CHECK_IDENTITY,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            "Error: write EPROTO {*}:error:{*}:SSL routines:{*}:{reason}:",
            Basis.REPORTED,
            EPROTO,
        ),
    )
    rows: tuple[Own, ...] = (
        *WAITS,
        *tells_the_status(),
        tolerates(
            "Node's https sends and verifies the name in the Host header: it is shown the certificate of that site",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[SITE_IN_HOST_HEADER],
            basis=Basis.AUTHORITATIVE,
            source=SERVER_NAME,
        ),
        *READS_NO_FILE,
        SHORT_KEYS,
        SMALL_GROUPS,
        tolerates(
            "with rejectUnauthorized: false Node refuses no certificate",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=REJECT_UNAUTHORIZED,
        ),
        CA_REPLACES,
        tolerates(
            "with a checkServerIdentity that finds nothing Node verifies the chain, and not the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=CHECK_SERVER_IDENTITY,
        ),
        *OF_VARIABLES,
    )

    def inexpressible(self, situation: Situation) -> str | None:
        return sets_extra_roots_twice(situation.client)

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return default_trust_words(side)
        trust = ("ca: fs.readFileSync('ca.pem')",) if side.has_store else ()
        trust = (*trust, f"crl: fs.readFileSync('{CRL}', 'utf8').split(/(?=-----BEGIN)/)") if side.crls else trust
        verified = f"tls.checkServerIdentity('{side.reference_identifier}', certificate)"
        check = f"checkServerIdentity: (_, certificate) => {verified}"
        if side.certificate:
            trust = (*trust, *(f"{name}: fs.readFileSync('{file}')" for name, file in _OWN.items()))
        words = (f"{name}: {_literal(value)}" for name, value in _options(side).items())
        checks = (check,) if sends_other_name(side) else ()
        if not side.name_check:
            checks = ("checkServerIdentity: () => undefined",)
        return (*trust, *words, *checks, *_header_words(side), *self.proxy_words(side))

    def proxy_words(self, side: ClientSide) -> tuple[str, ...]:
        """How people tell it of a proxy."""
        return ()

    def invoke(self, request: Request) -> Invocation:
        laid = request.trust()
        given = {
            "client": self.name,
            "url": _url(request.side, request.endpoint),
            "ca": laid.path if request.side.has_store else None,
            "options": {**_options(request.side), **_request(request.side)},
            **({"crl": CRL} if request.side.crls else {}),
            **({"own": _OWN} if request.side.certificate else {}),
            **({"verify": request.side.reference_identifier} if sends_other_name(request.side) else {}),
            **({} if request.side.name_check else {"unchecked": True}),
            **({"proxy": url} if (url := proxy_url(request.side, request.proxy)) else {}),
        }
        env, store = default_store(request)
        files = {**laid.files, **store, **crl_file(request), **own_files(request)}
        return attempt(request, PROBE, given, files, env={**self.environment(request.machine), **env})

    def environment(self, machine: Machine) -> dict[str, str]:
        """What it needs to find its packages."""
        return {}


class NodeFetch(NodeClient):
    """The built-in fetch. It takes no TLS options but those on Node's command line and in its environment."""

    name = "node-fetch"
    title = "Node fetch"
    supports = (OPTIONS | {"security_level"}) - {"expected_name", "host_header"}
    stores: Mapping[str, str] = {PEM_FILE: EXTRA_ROOTS}
    lacks: Mapping[str, str] = {
        "expected_name": "Node's built-in fetch has no option for the name to verify; undici's Agent has",
        "host_header": "Node's built-in fetch leaves a Host header of one's own out without a word: the Fetch Standard "
        "forbids it",
        "server_name": "Node's built-in fetch sends the name in the URL, and verifies the same",
        "certificate": "Node's built-in fetch has no option for a certificate of the client; undici's Agent has",
        "proxy": "Node's built-in fetch has no option for a proxy; undici's ProxyAgent makes the tunnel",
    }
    no_default_store = FILLED_BY_THE_LAB

    templates = (
        Template(
            "openssl", frozenset({Phase.VERIFY}), _FETCH_FAILED + "Error: {reason}", Basis.AUTHORITATIVE, FETCH_FAILED
        ),
        Template("node", frozenset(Phase), _FETCH_FAILED + "Error: {reason}", Basis.AUTHORITATIVE, FETCH_FAILED),
        Template("node", frozenset(Phase), _FETCH_FAILED + "{*}code: '{code}'", Basis.AUTHORITATIVE, FETCH_FAILED),
        Template(
            "node",
            frozenset({Phase.NAME}),
            _FETCH_FAILED + "Error [ERR_TLS_CERT_ALTNAME_INVALID]: {reason}",
            Basis.AUTHORITATIVE,
            FETCH_FAILED,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            _FETCH_FAILED + "Error: {*}:error:{*}:SSL routines:{*}:{reason}:",
            Basis.AUTHORITATIVE,
            FETCH_FAILED,
        ),
    )
    rows = (
        *tells_the_status(),
        *says(
            [SILENT],
            Phase.NO_TLS,
            _FETCH_FAILED + "ConnectTimeoutError: Connect Timeout Error (",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        SHORT_KEYS,
        SMALL_GROUPS,
        tolerates(
            "with NODE_TLS_REJECT_UNAUTHORIZED=0 Node refuses no certificate",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=REJECT_UNAUTHORIZED_VARIABLE,
        ),
        tolerates(
            "NODE_EXTRA_CA_CERTS adds to Node's own roots",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=EXTRA_ROOTS_DOC,
        ),
        *OF_VARIABLES,
    )

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.tls_max is not None and side.tls_max < TLSVersion.TLSv1_2:
            return "Node's built-in fetch takes its cap from the command line, which knows 1.2 and 1.3 alone"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return default_trust_words(side)
        trust = ("=".join(self.store_option(side)),) if side.has_store else ()
        unverified = (f"{NODE_TLS_REJECT_UNAUTHORIZED}=0",) if side.trust_everything else ()
        return (*trust, *unverified, *_flags(side))

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        env, files = default_store(request)
        if side.has_store:
            env = {EXTRA_ROOTS: str(request.workdir / laid.path)}
        if side.trust_everything and not side.defaults_only:
            env[NODE_TLS_REJECT_UNAUTHORIZED] = "0"
        flags = () if side.defaults_only else _flags(side)
        given = {"client": self.name, "url": _url(side, request.endpoint)}
        # What fetch has connected to once it may connect to again, whatever has become of that.
        return attempt(request, PROBE, given, {**laid.files, **files}, env=env, flags=flags).alone


def _url(side: ClientSide, endpoint: Endpoint) -> str:
    return f"https://{in_url(side.connect_to)}:{endpoint.port}/"


def _options(side: ClientSide) -> dict[str, str | bool]:
    """The options of tls.connect() and tls.createSecureContext() (https://nodejs.org/api/tls.html)."""
    options: dict[str, str | bool] = {}
    if side.trust_everything:
        options["rejectUnauthorized"] = False
    if sends_other_name(side):
        options["servername"] = side.indication
    elif expects_other_name(side):
        options["servername"] = side.reference_identifier
    lowest = floor(side)
    if lowest is not None:
        options["minVersion"] = lowest.label
    if side.tls_max is not None:
        options["maxVersion"] = side.tls_max.label
    if ciphers := cipher_list(side):
        options["ciphers"] = ciphers
    return options


def _request(side: ClientSide) -> dict[str, dict[str, str]]:
    """What the request itself says otherwise."""
    return {"headers": {"Host": side.host_header}} if side.host_header is not None else {}


def _header_words(side: ClientSide) -> tuple[str, ...]:
    return (f"headers: {{Host: '{side.host_header}'}}",) if side.host_header is not None else ()


def _flags(side: ClientSide) -> tuple[str, ...]:
    lowest = floor(side)
    flags = [f"--tls-min-v{lowest.number}"] if lowest is not None else []
    if side.tls_max is not None:
        flags.append(f"--tls-max-v{side.tls_max.number}")
    if ciphers := cipher_list(side):
        flags.append(f"--tls-cipher-list={ciphers}")
    return tuple(flags)


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


CLIENTS = (NodeHttps(), NodeFetch())
