"""npm, as what it is to many people: with pip the first program that fails behind a company's proxy.

`npm ping` asks a registry whether it is there. npm passes on what Node's TLS says, behind the address that it asked
for. It is told of everything in ~/.npmrc, where `npm config set` writes.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from shlex import quote

from tlslab.clients.base import (
    AS_TYPED,
    CERTIFICATE,
    KEY,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Trust,
    own_files,
)
from tlslab.clients.https import HTTPS, OPTIONS
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.tedious import (
    BUNDLED,
    CA_REPLACES,
    EXTRA_ROOTS_DOC,
    NO_NODE_VARIABLES,
    NODE_VARIABLES,
    SHORT_KEYS,
    SMALL_GROUPS,
    default_store,
    default_trust_words,
    node_trust,
    sets_extra_roots_twice,
)
from tlslab.clients.variables import read
from tlslab.model.circumstances import TRUST_EVERYTHING
from tlslab.model.conditions import UNTRUSTED
from tlslab.model.environment import NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says, says_like, tolerates
from tlslab.model.names import IPV6_ADDRESS, in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import PEM_FILE, ClientSide, Situation
from tlslab.model.variables import is_set
from tlslab.setup.needs import NODE, NPM

FETCH_ERROR = Source(
    "minipass-fetch 5.0.2, lib/index.js (FetchError: `request to URL failed, reason: ` and what Node says)",
    "https://github.com/npm/minipass-fetch/blob/v5.0.2/lib/index.js",
)
STATUS_ERROR = Source(
    "npm-registry-fetch 19.1.1, lib/errors.js (HttpErrorGeneral: the status and its words)",
    "https://github.com/npm/npm-registry-fetch/blob/v19.1.1/lib/errors.js",
)
CONFIG = Source(
    "npm, documentation, config: cafile, strict-ssl, https-proxy", "https://docs.npmjs.com/cli/v11/using-npm/config"
)
STRICT_SSL = Source(
    "make-fetch-happen 15.0.6, lib/options.js (rejectUnauthorized of strictSSL; NODE_TLS_REJECT_UNAUTHORIZED counts "
    "where that is not set, and npm's default sets it)",
    "https://github.com/npm/make-fetch-happen/blob/v15.0.6/lib/options.js",
)
LOOKS_ADDRESSES_UP = Source(
    "observed by the lab of npm 11: it asks the resolver for an IPv6 address of a URL with its brackets", ""
)
RC = ".npmrc"
_HERE = PurePosixPath()
_REASON = "request to https://{urlhost}{*} failed, reason: "


class Npm(Client):
    """npm with `npm config set cafile`."""

    name = "npm"
    title = "npm"
    needs = (NODE, NPM)
    supports = (OPTIONS | {"proxy", "certificate"}) - {"expected_name", "tls_min", "tls_max", "host_header"}
    lacks: Mapping[str, str] = {
        "expected_name": "npm verifies the name in the URL; it has no option to look for another one",
        "server_name": "npm sends the name in the URL, and verifies the same",
        "tls_min": "npm has no option for the versions of TLS; it offers what Node does",
        "tls_max": "npm has no option for the versions of TLS; it offers what Node does",
        "host_header": "npm has no option for a header",
    }
    stores: Mapping[str, str] = {PEM_FILE: "cafile"}
    program = "npm"
    variables, no_variables = NODE_VARIABLES, NO_NODE_VARIABLES
    kinds = HTTPS
    tls_library = "OpenSSL inside Node"
    default_trust = BUNDLED

    templates = (
        Template("openssl", frozenset({Phase.VERIFY}), _REASON + "{reason}", Basis.AUTHORITATIVE, FETCH_ERROR),
        Template("node", frozenset(Phase), _REASON + "{reason}", Basis.AUTHORITATIVE, FETCH_ERROR),
        Template("node", frozenset(Phase), "code {code}", Basis.AUTHORITATIVE, FETCH_ERROR),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            _REASON + "{*}:error:{*}:SSL routines:{*}:{reason}:",
            Basis.AUTHORITATIVE,
            FETCH_ERROR,
        ),
    )
    rows = (
        *tells_the_status("400 Bad Request - GET https://", source=STATUS_ERROR),
        *no_tunnel("STATUS REASON - GET https://{urlhost}", STATUS_ERROR),
        *says_in_clear(_REASON + "write EPROTO {*}:error:{*}:SSL routines:{*}:wrong version number:", FETCH_ERROR),
        *says(
            [IPV6_ADDRESS],
            Phase.CONNECT,
            "request to https://{urlhost}{*} failed, reason: getaddrinfo ENOTFOUND {urlhost}",
            basis=Basis.OBSERVED,
            source=LOOKS_ADDRESSES_UP,
        ),
        SHORT_KEYS,
        SMALL_GROUPS,
        tolerates(
            "with strict-ssl=false npm has Node refuse no certificate",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=CONFIG,
        ),
        CA_REPLACES,
        *read("Node", (NODE_EXTRA_CA_CERTS,), EXTRA_ROOTS_DOC),
        says_like(
            UNTRUSTED,
            [UNTRUSTED],
            "npm tells Node by an option whether to refuse certificates (strict-ssl), and Node's variable is for who "
            "does not",
            when=[is_set(NODE_TLS_REJECT_UNAUTHORIZED, "0")],
            basis=Basis.AUTHORITATIVE,
            source=STRICT_SSL,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["npm"], "version", "--json"), env=_ENVIRONMENT)

    def read_version(self, completed: Completed) -> str:
        found = dict(re.findall(r'"(npm|node|openssl)": "([^"]+)"', completed.stdout))
        if not {"npm", "node", "openssl"} <= found.keys():
            return ""
        return f"npm {found['npm']} (Node {found['node']}, OpenSSL {found['openssl']})"

    def default_trust_on(self, machine: Machine) -> Trust:
        return node_trust(machine)

    def inexpressible(self, situation: Situation) -> str | None:
        return sets_extra_roots_twice(situation.client)

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return default_trust_words(side)
        trust = {"cafile": self.store_option(side)[1]} if side.has_store else {}
        settings = {**trust, **_settings(side, "HOST:PORT")}
        return tuple(f"npm config set {name} {quote(value)}" for name, value in settings.items())

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        where = f"{in_url(side.connect_to)}:{request.endpoint.port}"
        trust = {"cafile": str(request.workdir / laid.path)} if side.has_store else {}
        env, files = default_store(request)
        settings = {
            "registry": f"https://{where}/",
            **trust,
            **_settings(side, where, request.proxy, request.workdir),
        }
        return Invocation(
            argv=(request.machine.which["npm"], "ping"),
            env={**_ENVIRONMENT, **env},
            files={
                RC: "".join(f"{name}={value}\n" for name, value in settings.items()),
                **laid.files,
                **files,
                **own_files(request),
            },
            prepare=laid.prepare,
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        connected = completed.exit_status == 0 and "npm notice PONG" in completed.stderr
        code = re.search(r"^npm error code (\S+)", completed.stderr, re.MULTILINE)
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=completed.stderr or completed.stdout,
            code="" if connected else code[1] if code else str(completed.exit_status),
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
        )


_ENVIRONMENT = {
    "npm_config_globalconfig": "no-such-npmrc",
    "npm_config_fetch_retries": "0",
    "npm_config_update_notifier": "false",
    "npm_config_logs_max": "0",
}
"""No configuration of the machine is read, nothing is asked twice, and nothing is kept."""


def _settings(
    side: ClientSide, where: str, at: ProxyAddress = AS_TYPED, workdir: PurePosixPath = _HERE
) -> dict[str, str]:
    """What stands in ~/.npmrc beside the registry, which is `where`."""
    settings: dict[str, str] = {}
    if url := proxy_url(side, at):
        settings["https-proxy"] = url
    if side.trust_everything:
        settings["strict-ssl"] = "false"
    if side.certificate:
        settings[f"//{where}/:certfile"] = str(workdir / CERTIFICATE)
        settings[f"//{where}/:keyfile"] = str(workdir / KEY)
    return settings


CLIENTS = (Npm(),)
