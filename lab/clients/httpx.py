"""httpx: one GET by `probes/python_https.py`."""

from collections.abc import Mapping

from tlslab.clients.base import Roots, Trust
from tlslab.clients.https import NOBODY_LISTENS, OBSERVED, expects_other_name
from tlslab.clients.proxy import no_tunnel, says_in_clear
from tlslab.clients.python_https import (
    CONTEXT_UNCHECKED,
    ITS_FILES,
    OF_THE_STORE,
    OPENSSL_ROOTS,
    OWN_VERSIONS,
    PYTHON_OPTIONS,
    TAKES_COMMON_NAME,
    PythonClient,
    header_words,
    keeps_the_dot,
    proxy_words,
    replaces,
    ssl_templates,
    unverified,
)
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.variables import beside, instead, not_read, option_first, read
from tlslab.model.conditions import SILENT
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says
from tlslab.model.situation import ClientSide
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

HTTPX_CONFIG = Source(
    "HTTPX, httpx/_config.py (create_ssl_context)", "https://github.com/encode/httpx/blob/0.28.1/httpx/_config.py"
)
HTTPX_SSL = Source(
    "HTTPX, docs/advanced/ssl.md (Enabling and disabling verification)",
    "https://github.com/encode/httpx/blob/0f9cd3fdf3c73e217b9f78c304aa266163245da8/docs/advanced/ssl.md",
)
HTTPCORE_DOT = Source(
    "encode/httpcore, issue 1063: a host name with a dot at the end does not match",
    "https://github.com/encode/httpcore/issues/1063",
)
HTTPCORE_TUNNEL = Source(
    "encode/httpcore, httpcore/_sync/http_proxy.py (TunnelHTTPConnection.handle_request)",
    "https://github.com/encode/httpcore/blob/1.0.9/httpcore/_sync/http_proxy.py",
)


class Httpx(PythonClient):
    """httpx with a context of the ssl module."""

    name = "httpx"
    title = "Python httpx"
    supports = PYTHON_OPTIONS
    lacks: Mapping[str, str] = {"server_name": "httpx verifies the name that it sends; it has one option for both"}
    needs = (PythonPackage("httpx"),)
    roots_variable = "SSL_CERT_FILE"
    roots_file = "certifi"
    default_trust = Trust(
        Roots.OWN, "it brings the roots of the package certifi and reads no system store", HTTPX_CONFIG
    )
    registry = Registry(RegistryKind.PYPI, "httpx")

    templates = (
        *ssl_templates("httpx.ConnectError: ", HTTPX_SSL),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "httpx.ConnectError: [Errno {*}] {reason}",
            Basis.OBSERVED,
            OBSERVED,
        ),
    )
    rows = (
        *NOBODY_LISTENS,
        *tells_the_status(),
        *says(
            [SILENT],
            Phase.NO_TLS,
            "httpx.ConnectTimeout: _ssl.c:{*}: The handshake operation timed out",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *no_tunnel("httpx.ProxyError: STATUS REASON", HTTPCORE_TUNNEL),
        *says_in_clear("httpx.ConnectError: [SSL: {*}] wrong version number (_ssl.c:", HTTPCORE_TUNNEL),
        *OF_THE_STORE,
        keeps_the_dot("httpx", HTTPCORE_DOT),
        TAKES_COMMON_NAME,
        unverified("with an unverified context httpx", HTTPX_SSL),
        CONTEXT_UNCHECKED,
        replaces(
            "a context that was made with cafile takes the place of httpx's own, which has certifi's", HTTPX_CONFIG
        ),
        *read("httpx", OPENSSL_ROOTS, HTTPX_CONFIG),
        *not_read("httpx", ITS_FILES, HTTPX_CONFIG),
        *option_first("a context of one's own", OPENSSL_ROOTS, HTTPX_CONFIG),
        *instead(
            "what the variable names takes the place of certifi's", OPENSSL_ROOTS, HTTPX_CONFIG, when=[~GIVEN_A_STORE]
        ),
        *beside("httpx does not read the variable", ITS_FILES, HTTPX_CONFIG),
        OWN_VERSIONS,
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return self.default_trust_words(side)
        words = list(self.context_words(side))
        if expects_other_name(side):
            words.append(f'extensions={{"sni_hostname": "{side.reference_identifier}"}}')
        return (*words, *proxy_words(side), *header_words(side))


CLIENTS = (Httpx(),)
