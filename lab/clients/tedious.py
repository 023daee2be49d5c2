"""tedious: Microsoft's TDS driver for Node, with Node's TLS
(https://tediousjs.github.io/tedious/api-connection.html).

It knows two ways beside strict: `encrypt: true` encrypts and verifies, `encrypt: false` declares encryption
unsupported (NOT_SUP). Trust and limits go into `cryptoCredentialsDetails`, Node's options of
tls.createSecureContext.
"""

import json
from collections.abc import Mapping
from typing import Any

from tlslab.clients.answers import read_answer
from tlslab.clients.base import CRL, Client, Invocation, Machine, Request, Roots, Trust, crl_file
from tlslab.clients.node import attempt
from tlslab.clients.store_errors import stops
from tlslab.clients.tds import STRICT_ENDS_EARLY, allows_old_versions, cipher_list
from tlslab.clients.variables import read
from tlslab.model.circumstances import RESETS, STRICT, TRUST_EVERYTHING
from tlslab.model.conditions import (
    DEMANDS_ENCRYPTION,
    ENDS_EARLY,
    NO_ENCRYPTION,
    NOT_SERVING,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    ROUTED,
    SILENT,
    SMALL_DH,
    STORE_ABSENT,
    UNTRUSTED,
    WEAK_KEY,
)
from tlslab.model.environment import NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED, SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import SaysLike, Template, When, says, says_each, says_like, tolerates
from tlslab.model.names import EXPECTED_NAME_ALONE
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, Encryption, ServerKind, Situation, TLSVersion
from tlslab.model.variables import is_set
from tlslab.setup.needs import NODE, NodePackage
from tlslab.setup.versions.registry import Registry, RegistryKind

PROBE = "node_tds.js"
CONNECTION = Source(
    "tedious, src/connection.ts (wrapSocketError, performTlsNegotiation)",
    "https://github.com/tediousjs/tedious/blob/012884b23dd49504c48081679cd1c2853379bd3d/src/connection.ts",
)
CONNECTOR = Source(
    "tedious, src/connector.ts, connectInSequence",
    "https://github.com/tediousjs/tedious/blob/v19.2.2/src/connector.ts",
)
START_TLS = Source(
    "tedious 19.2.2, src/message-io.ts (startTls: rejectUnauthorized)",
    "https://github.com/tediousjs/tedious/blob/v19.2.2/src/message-io.ts",
)
LOST = Source(
    "tedious 19.2.2, src/connection.ts (wrapSocketError, connectTimeout)",
    "https://github.com/tediousjs/tedious/blob/v19.2.2/src/connection.ts",
)
NO_FILE = Source(
    "Node.js, doc/api/errors.md, Common system errors, ENOENT",
    "https://github.com/nodejs/node/blob/002872cbb5008b7216097129ef20c54f0f6e3bcc/doc/api/errors.md#common-system-errors",
)
ROUTED_NAME = Source(
    "tediousjs/tedious, issue 1081: a server behind a redirection is held to the name that was dialled (until 8.3.1)",
    "https://github.com/tediousjs/tedious/issues/1081",
)
READS_NO_FILE = stops(
    {STORE_ABSENT: "Error: ENOENT: no such file or directory, open '"}, basis=Basis.AUTHORITATIVE, source=NO_FILE
)
"""The program reads the file for `ca` itself. Of one that holds no certificate in PEM Node says nothing."""
LEVEL = Source(
    "Node.js, commit 583b1b2: the default security level changed from 1 to 2 in OpenSSL 3.2, which Node 24.5 includes",
    "https://github.com/nodejs/node/commit/583b1b255d",
)
SHORT_KEYS = tolerates(
    "the OpenSSL that Node brings before 24.5 runs at security level 1, which allows RSA keys from 1024 bits on",
    of=[WEAK_KEY],
    basis=Basis.AUTHORITATIVE,
    source=LEVEL,
)
SMALL_GROUPS = tolerates(
    "the OpenSSL that Node brings before 24.5 runs at security level 1, which allows Diffie-Hellman from 1024 bits on",
    of=[SMALL_DH],
    basis=Basis.AUTHORITATIVE,
    source=LEVEL,
)
ENCRYPT: dict[Encryption, bool | str] = {
    Encryption.OPTIONAL: False,
    Encryption.MANDATORY: True,
    Encryption.STRICT: "strict",
}
EXTRA_ROOTS = NODE_EXTRA_CA_CERTS
NODE_VARIABLES = frozenset({NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED})
NO_NODE_VARIABLES = {
    name: f"Node reads {name} with --use-openssl-ca, or where it was built to, as Debian's is: the lab does not ask it"
    for name in (SSL_CERT_DIR, SSL_CERT_FILE)
}
FILLED_BY_THE_LAB = (
    "Node's own roots are compiled in, and the variable that adds to them, with which the lab would add the other "
    "host's, is the one that the fix sets"
)
STORES = Source(
    "Node.js, doc/api/cli.md, --use-bundled-ca and --use-openssl-ca",
    "https://github.com/nodejs/node/blob/v18.20.4/doc/api/cli.md#--use-bundled-ca---use-openssl-ca",
)
EXTRA_ROOTS_DOC = Source(
    "Node.js, doc/api/cli.md, NODE_EXTRA_CA_CERTS",
    "https://github.com/nodejs/node/blob/004238d77c5ef7d23098b600f76f94d2bf4e2db5/doc/api/cli.md",
)
CA_OPTION = Source(
    "Node.js, doc/api/tls.md, tls.createSecureContext(), ca",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md",
)
BUNDLED = Trust(Roots.OWN, "Node brings Mozilla's roots and reads no system store, as nodejs.org builds it", STORES)
SYSTEMS = Trust(
    Roots.SYSTEM,
    "Node's store is chosen when it is built, and this distribution chose OpenSSL's (--openssl-use-def-ca-store)",
    STORES,
)
TRUSTS_BY_DEFAULT = Source(
    "tediousjs/tedious, issue 1361: trustServerCertificate still defaults to true",
    "https://github.com/tediousjs/tedious/issues/1361",
)
NO_STRICT = NO_SERVER_NAME = Source("observed by the lab of tedious 15.1.3 and 16.2.0; 16.4.0 knows it", "")
ENCRYPTS_NOTHING = When("`encrypt: false`", lambda act: act.client.encryption is Encryption.OPTIONAL)
CA_REPLACES: SaysLike = says_like(
    UNTRUSTED,
    [OTHER_STORE],
    "Node's option `ca` takes the place of its own roots, and of what NODE_EXTRA_CA_CERTS adds to them",
    basis=Basis.AUTHORITATIVE,
    source=CA_OPTION,
)
"""What every client says that passes `ca` on to Node."""
_FAILED = "ConnectionError: Failed to connect to {host}:{*} - "


class Tedious(Client):
    """tedious."""

    name = "tedious"
    title = "tedious (Node)"
    kinds = frozenset({ServerKind.SQLSERVER})
    tls_library = "OpenSSL inside Node"
    default_trust = BUNDLED
    needs = (NODE, NodePackage("tedious"))
    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "intermediates",
            "trust_everything",
            "expected_name",
            "encryption",
            "tls_min",
            "tls_max",
            "security_level",
            "defaults_only",
            "store",
            "crls",
        }
    )
    variables, no_variables = NODE_VARIABLES, NO_NODE_VARIABLES
    registry = Registry(RegistryKind.NPM, "tedious")
    # That of the lock is newer than any release that a row is about.
    release: Mapping[str, str] = {"tedious": ""}

    templates = (
        Template("openssl", frozenset({Phase.VERIFY}), _FAILED + "{reason}", Basis.AUTHORITATIVE, CONNECTION),
        Template("node", frozenset(Phase), _FAILED + "{reason}", Basis.AUTHORITATIVE, CONNECTION),
        Template("node", frozenset(Phase), _FAILED + "{*}code: '{code}'", Basis.AUTHORITATIVE, CONNECTION),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE}),
            _FAILED + "{*}:SSL routines:{*}:{reason}:",
            Basis.AUTHORITATIVE,
            CONNECTION,
        ),
    )
    rows = (
        STRICT_ENDS_EARLY,
        *READS_NO_FILE,
        SHORT_KEYS,
        SMALL_GROUPS,
        *says(
            [DEMANDS_ENCRYPTION],
            Phase.NEGOTIATION,
            "ConnectionError: Server requires encryption, set 'encrypt' config option to true.",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            _FAILED + "Could not connect (sequence)",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTOR,
        ),
        *says_each(
            dict.fromkeys((ENDS_EARLY, PLAIN_HTTP, OTHER_SERVICE), "ConnectionError: Connection lost - socket hang up"),
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=LOST,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "ConnectionError: Connection lost - read ECONNRESET",
            basis=Basis.AUTHORITATIVE,
            source=LOST,
            when=[RESETS],
        ),
        *says(
            [SILENT],
            Phase.NO_TLS,
            "ConnectionError: Failed to connect to {host}:{*} in {*}ms",
            basis=Basis.AUTHORITATIVE,
            source=LOST,
        ),
        tolerates(
            "tedious begins TLS only where the server answers that it encrypts; else it goes on in clear, also with "
            "`encrypt: true`, and sends the password in clear",
            of=[NO_ENCRYPTION],
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        tolerates(
            "with `encrypt: false` tedious declares encryption unsupported: no TLS, and the login goes in clear",
            phases=[Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE, Phase.CLOSED],
            when=[ENCRYPTS_NOTHING],
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        tolerates(
            "with trustServerCertificate tedious looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING, ~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=CONNECTION,
        ),
        *says(
            [ROUTED],
            Phase.NAME,
            "ConnectionError: Failed to connect to {*}Hostname/IP does not match certificate's altnames: Host: ",
            versions={"tedious": "<8.3.1"},
            basis=Basis.REPORTED,
            source=ROUTED_NAME,
        ),
        tolerates(
            "up to 14.7 trustServerCertificate is true where it is not given, also beside `ca`",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[~STRICT],
            basis=Basis.REPORTED,
            source=TRUSTS_BY_DEFAULT,
            versions={"tedious": "<15"},
        ),
        *says(
            [],
            Phase.NEGOTIATION,
            'TypeError: The "config.options.encrypt" property must be of type boolean.',
            basis=Basis.OBSERVED,
            source=NO_STRICT,
            when=[STRICT],
            versions={"tedious": "<16.4"},
        ),
        *says(
            # It does not know `serverName`, ignores it, and looks for the name that was dialled.
            [EXPECTED_NAME_ALONE],
            Phase.NAME,
            _FAILED + "Hostname/IP does not match certificate's altnames: Host: ",
            basis=Basis.OBSERVED,
            source=NO_SERVER_NAME,
            versions={"tedious": ">=15, <16.4"},
        ),
        CA_REPLACES,
        *read("Node", (NODE_EXTRA_CA_CERTS,), EXTRA_ROOTS_DOC),
        says_like(
            UNTRUSTED,
            [UNTRUSTED],
            "tedious tells Node by an option whether to refuse certificates, and Node's variable is for who does not",
            when=[is_set(NODE_TLS_REJECT_UNAUTHORIZED, "0")],
            basis=Basis.AUTHORITATIVE,
            source=START_TLS,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        asked = (
            "`tedious ${require('tedious/package.json').version} (Node ${process.versions.node}, "
            "OpenSSL ${process.versions.openssl})`"
        )
        return Invocation((machine.which["node"], "-p", asked), env={"NODE_PATH": machine.node_modules})

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.stdout.startswith("tedious ") else ""

    def inexpressible(self, situation: Situation) -> str | None:
        side, server = situation.client, situation.server
        if why := sets_extra_roots_twice(side):
            return why
        asks_for_trust = bool(side.trust_anchors) or side.trust_everything
        if side.encryption is Encryption.OPTIONAL and server.encryption.demanded and asks_for_trust:
            return (
                "tedious cannot leave encryption to the server: with `encrypt: false` it never encrypts and "
                "gives up when the server forces it, before any certificate is shown, "
                "so nothing that it trusts matters"
            )
        return None

    def default_trust_on(self, machine: Machine) -> Trust:
        return node_trust(machine)

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return default_trust_words(side)
        details = credentials(side)
        words = [f"{key}: {_literal(value)}" for key, value in options(side).items()]
        inner = [f"{key}: {_literal(value)}" for key, value in details.items()]
        if side.has_store:
            inner.insert(0, "ca: fs.readFileSync('ca.pem')")
        if side.crls:
            inner.append(f"crl: fs.readFileSync('{CRL}', 'utf8').split(/(?=-----BEGIN)/)")
        return (*words, *((f"cryptoCredentialsDetails: {{{', '.join(inner)}}}",) if inner else ()))

    def invoke(self, request: Request) -> Invocation:
        laid = request.trust()
        config = {
            "server": request.side.connect_to,
            "authentication": {
                "type": "default",
                "options": {"userName": request.login.user, "password": request.login.password},
            },
            "options": {
                "port": request.endpoint.port,
                **options(request.side),
                "cryptoCredentialsDetails": credentials(request.side),
            },
            "ca_file": laid.path if request.side.has_store else "",
            **({"crl_file": CRL} if request.side.crls else {}),
        }
        env, store = default_store(request)
        files = {**laid.files, **store, **crl_file(request)}
        return attempt(request, PROBE, config, files, env={"NODE_PATH": request.machine.node_modules, **env})

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


def node_trust(machine: Machine) -> Trust:
    """What this machine's Node trusts when it is told nothing."""
    return SYSTEMS if "node" in machine.system_roots else BUNDLED


def default_trust_words(side: ClientSide) -> tuple[str, ...]:
    """How people make Node trust a root without an option: its own roots are compiled in."""
    return (f"{EXTRA_ROOTS}=ca.pem",) if side.trust_anchors else ()


def default_store(request: Request) -> tuple[dict[str, str], dict[str, str]]:
    """The environment and the files that fill Node's list of roots, which is compiled in: with what a client is to
    trust that is left to its defaults, or with what else stands there. Node's option `ca` takes the place of both, the
    list and what the variable adds to it (EXTRA_ROOTS_DOC).
    """
    if request.side.default_trust_anchors:
        name = "default-store.pem"
        return {EXTRA_ROOTS: str(request.workdir / name)}, {name: request.material.default_store}
    given = request.side.defaults_only and request.side.trust_anchors
    return ({EXTRA_ROOTS: str(request.workdir / "ca.pem")} if given else {}), {}


def sets_extra_roots_twice(side: ClientSide) -> str | None:
    """Why a side has no place for another host's root, in a sentence."""
    named = any(variable.name == EXTRA_ROOTS for variable in side.environment)
    return FILLED_BY_THE_LAB if named and (side.default_trust_anchors or side.defaults_only) else None


def options(side: ClientSide) -> dict[str, Any]:
    """The options of a tedious connection for this side, without `cryptoCredentialsDetails`."""
    found: dict[str, Any] = {}
    if side.encryption is not None:
        found["encrypt"] = ENCRYPT[side.encryption]
    if side.trust_everything:
        found["trustServerCertificate"] = True
    if side.expected_name is not None:
        found["serverName"] = side.expected_name
    return found


def credentials(side: ClientSide) -> dict[str, Any]:
    """The TLS limits of this side as `cryptoCredentialsDetails`, without the CA file."""
    found: dict[str, Any] = {}
    if side.tls_max is not None:
        found["maxVersion"] = side.tls_max.label
    if side.tls_min is not None or allows_old_versions(side):
        # Node's own minimum is TLS 1.2, which a lower maximum would contradict.
        found["minVersion"] = (side.tls_min or TLSVersion.TLSv1_0).label
    if ciphers := cipher_list(side):
        found["ciphers"] = ciphers
    return found


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


CLIENTS = (Tedious(),)
