"""aiohttp: one GET by `probes/python_https.py`, like the other HTTPS clients of Python.

It shows what the ssl module says behind "Cannot connect to host", with the argument `ssl` that it was given.
"""

from collections.abc import Mapping

from tlslab.clients.base import Roots, Trust
from tlslab.clients.https import OBSERVED, WAITS, expects_other_name
from tlslab.clients.proxy import no_tunnel, says_in_clear
from tlslab.clients.python_https import (
    DEFAULT_CERTS,
    ITS_FILES,
    OF_THE_STORE,
    OPENSSL_ROOTS,
    OWN_VERSIONS,
    PYTHON_OPTIONS,
    TAKES_COMMON_NAME,
    PythonClient,
    header_words,
    proxy_words,
    replaces,
    ssl_templates,
    unverified,
)
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.variables import DEFAULT_LOCATIONS, OPENSSL_ENV, beside, not_read, option_first, read
from tlslab.model.conditions import ENDS_EARLY, NOT_SERVING
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says
from tlslab.model.proxy import HOST
from tlslab.model.situation import ClientSide
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

_AIOHTTP = "https://github.com/aio-libs/aiohttp/blob/v3.13.3"
CONNECTOR_ERROR = Source(
    "aiohttp, aiohttp/client_exceptions.py (ClientConnectorError, ClientConnectorCertificateError)",
    f"{_AIOHTTP}/aiohttp/client_exceptions.py",
)
SSL_ARGUMENT = Source(
    "aiohttp, docs/client_advanced.rst, SSL control for TCP sockets", f"{_AIOHTTP}/docs/client_advanced.rst"
)
CONTEXT = Source("aiohttp, aiohttp/connector.py (_make_ssl_context)", f"{_AIOHTTP}/aiohttp/connector.py")
PROXY_ERROR = Source(
    "aiohttp, aiohttp/connector.py (TCPConnector._create_proxy_connection: ClientHttpProxyError)",
    f"{_AIOHTTP}/aiohttp/connector.py",
)
_CANNOT_PROXY = f"aiohttp.client_exceptions.{{*}}: Cannot connect to host {HOST}:{{*}} ssl:{{*}} ["
CONNECT_CALL = Source(
    "CPython, Lib/asyncio/selector_events.py (_sock_connect_cb)",
    "https://github.com/python/cpython/blob/v3.11.7/Lib/asyncio/selector_events.py",
)
_CANNOT = "aiohttp.client_exceptions.{*}: Cannot connect to host {host}:{*} ssl:{*} ["


class Aiohttp(PythonClient):
    """ClientSession.get with `ssl`, a context of the ssl module."""

    name = "aiohttp"
    title = "Python aiohttp"
    supports = PYTHON_OPTIONS
    lacks: Mapping[str, str] = {
        "server_name": "aiohttp verifies the name that it sends; `server_hostname` is one option for both"
    }
    needs = (PythonPackage("aiohttp"),)
    default_trust = Trust(
        Roots.SYSTEM, "it makes a default context of the ssl module, which reads the system's store", CONTEXT
    )
    registry = Registry(RegistryKind.PYPI, "aiohttp")

    templates = (
        *ssl_templates(_CANNOT + "{*}", CONNECTOR_ERROR),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            _CANNOT + "{reason}]",
            Basis.AUTHORITATIVE,
            CONNECTOR_ERROR,
        ),
    )
    rows = (
        *WAITS,
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            _CANNOT + "Connect call failed (",
            basis=Basis.AUTHORITATIVE,
            source=CONNECT_CALL,
        ),
        *tells_the_status(),
        *no_tunnel("aiohttp.client_exceptions.ClientHttpProxyError: STATUS, message='REASON', url=", PROXY_ERROR),
        *says_in_clear(_CANNOT_PROXY + "[SSL: {*}] wrong version number (_ssl.c:", CONNECTOR_ERROR),
        *says([ENDS_EARLY], Phase.NO_TLS, _CANNOT + "None]", basis=Basis.OBSERVED, source=OBSERVED),
        *OF_THE_STORE,
        TAKES_COMMON_NAME,
        unverified("with an unverified context aiohttp", SSL_ARGUMENT),
        replaces("a context that was made with cafile takes the place of aiohttp's own", SSL_ARGUMENT),
        *read("the ssl module", OPENSSL_ROOTS, OPENSSL_ENV),
        *not_read("the ssl module", ITS_FILES, DEFAULT_CERTS),
        *option_first("create_default_context()", OPENSSL_ROOTS, DEFAULT_CERTS),
        *beside(
            "the variable takes the place of OpenSSL's default file or of its default directory, and not of the other",
            OPENSSL_ROOTS,
            DEFAULT_LOCATIONS,
            when=[~GIVEN_A_STORE],
        ),
        *beside("the ssl module does not read the variable", ITS_FILES, DEFAULT_CERTS),
        OWN_VERSIONS,
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return self.default_trust_words(side)
        words = list(self.context_words(side))
        if expects_other_name(side):
            words.append(f'server_hostname="{side.reference_identifier}"')
        return (*words, *proxy_words(side), *header_words(side))


CLIENTS = (Aiohttp(),)
