"""axios and undici, with an Agent: one GET by `probes/node_https.js`, like Node's own https, whose options they take.

axios stands on Node's https and gives its errors a name of its own, AxiosError; undici shows Node's errors as they are.
"""

from collections.abc import Mapping

from tlslab.clients.base import AS_TYPED, Invocation, Machine
from tlslab.clients.https import OBSERVED, OPTIONS
from tlslab.clients.node_https import NodeHttps
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.model.conditions import SILENT
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Hangs, Says, Template, says
from tlslab.model.outcome import Completed
from tlslab.model.proxy import HOST
from tlslab.model.situation import ClientSide, Situation
from tlslab.setup.needs import NODE, NodePackage
from tlslab.setup.versions.registry import Registry, RegistryKind

AXIOS_ERROR = Source(
    "axios, lib/core/AxiosError.js (AxiosError.from: the message and the code of the error that it wraps)",
    "https://github.com/axios/axios/blob/v1.7.9/lib/core/AxiosError.js",
)
SETTLE = Source(
    "axios, lib/core/settle.js (a status that validateStatus does not take, by default any but 2xx, is an error)",
    "https://github.com/axios/axios/blob/v1.7.9/lib/core/settle.js",
)
CONNECT = Source(
    "undici, lib/core/connect.js (buildConnector: what tls.connect emits is handed on)",
    "https://github.com/nodejs/undici/blob/v6.21.0/lib/core/connect.js",
)


PROXY_AGENT = Source(
    "undici, lib/dispatcher/proxy-agent.js (ProxyAgent)",
    "https://github.com/nodejs/undici/blob/v6.21.0/lib/dispatcher/proxy-agent.js",
)


class OfNpm(NodeHttps):
    """What the two have in common."""

    supports = OPTIONS | {"proxy", "server_name", "crls", "certificate"}
    lacks: Mapping[str, str] = {}

    def environment(self, machine: Machine) -> dict[str, str]:
        return {"NODE_PATH": machine.node_modules}

    def version_probe(self, machine: Machine) -> Invocation:
        asked = (
            f"const v = process.versions; `{self.name} ${{require('{self.name}/package.json').version}} "
            "(Node ${v.node}, OpenSSL ${v.openssl})`"
        )
        return Invocation((machine.which["node"], "-p", asked), env=self.environment(machine))

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.stdout.startswith(f"{self.name} ") else ""


class Axios(OfNpm):
    """axios with `httpsAgent`."""

    name = "axios"
    title = "axios (Node)"
    needs = (NODE, NodePackage("axios"))
    registry = Registry(RegistryKind.NPM, "axios")
    templates = (
        Template("openssl", frozenset({Phase.VERIFY}), "AxiosError: {reason}", Basis.AUTHORITATIVE, AXIOS_ERROR),
        Template("node", frozenset(Phase), "AxiosError: {reason}", Basis.AUTHORITATIVE, AXIOS_ERROR),
        Template("node", frozenset(Phase), "AxiosError: {*}code: '{code}'", Basis.AUTHORITATIVE, AXIOS_ERROR),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            "AxiosError: write EPROTO {*}:error:{*}:SSL routines:{*}:{reason}:",
            Basis.AUTHORITATIVE,
            AXIOS_ERROR,
        ),
    )
    rows = (
        # It makes an error of the status.
        *(row for row in NodeHttps.rows if row not in tells_the_status()),
        *tells_the_status("AxiosError: Request failed with status code 400", source=SETTLE),
        *no_tunnel("AxiosError: Request failed with status code STATUS", SETTLE),
        *says_in_clear("AxiosError: write EPROTO {*}:error:{*}:SSL routines:{*}:wrong version number:", AXIOS_ERROR),
    )

    def proxy_words(self, side: ClientSide) -> tuple[str, ...]:
        if side.proxy is None:
            return ()
        login = f", auth: {{username: '{AS_TYPED.user}', password: '{AS_TYPED.password}'}}" if side.proxy.login else ""
        protocol = "https" if side.proxy.by_tls else "http"
        return (f"proxy: {{protocol: '{protocol}', host: '{HOST}', port: {AS_TYPED.port}{login}}}",)


class Undici(OfNpm):
    """undici.request with an Agent whose `connect` has the options of TLS."""

    name = "undici"
    title = "undici (Node)"

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.server_name == "":
            return "undici sends the name in the URL where `servername` is empty"
        return super().inexpressible(situation)

    def proxy_words(self, side: ClientSide) -> tuple[str, ...]:
        return (f"new ProxyAgent({{uri: '{url}', requestTls: options}})",) if (url := proxy_url(side)) else ()

    needs = (NODE, NodePackage("undici"))
    registry = Registry(RegistryKind.NPM, "undici")
    templates = (
        *(item for item in NodeHttps.templates if item.library == "node" or Phase.VERIFY in item.phases),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            "Error: {*}:error:{*}:SSL routines:{*}:{reason}:",
            Basis.AUTHORITATIVE,
            CONNECT,
        ),
    )
    rows = (
        *no_tunnel("Proxy response (STATUS) !== 200 when HTTP Tunneling", PROXY_AGENT),
        *says_in_clear("Error: {*}:error:{*}:SSL routines:{*}:wrong version number:", CONNECT),
        *(row for row in NodeHttps.rows if not (isinstance(row, Says) and isinstance(row.does, Hangs))),
        *says(
            [SILENT],
            Phase.NO_TLS,
            "Connect Timeout Error (attempted address: ",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
    )


CLIENTS = (Axios(), Undici())
