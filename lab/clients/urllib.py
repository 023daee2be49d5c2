"""urllib of Python's library: one GET by `probes/python_https.py`."""

from collections.abc import Mapping

from tlslab.clients.base import Roots, Trust
from tlslab.clients.https import NOBODY_LISTENS, WAITS
from tlslab.clients.proxy import no_tunnel, overlooks_tls, proxy_url
from tlslab.clients.python_https import (
    CONTEXT_UNCHECKED,
    DEFAULT_CERTS,
    ITS_FILES,
    OF_THE_STORE,
    OPENSSL_ROOTS,
    OWN_VERSIONS,
    PYTHON_OPTIONS,
    TAKES_COMMON_NAME,
    TUNNEL,
    PythonClient,
    header_words,
    keeps_the_dot,
    replaces,
    ssl_templates,
    unverified,
)
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.variables import DEFAULT_LOCATIONS, OPENSSL_ENV, beside, not_read, option_first, read
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template
from tlslab.model.situation import ClientSide
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import PythonPackage

URL_ERROR = Source(
    "CPython, Lib/urllib/error.py (URLError.__str__)",
    "https://github.com/python/cpython/blob/01bb63cfd45c49e9676f362322f1967c3cae9111/Lib/urllib/error.py",
)
HTTP_ERROR = Source(
    "CPython, Lib/urllib/error.py (HTTPError.__str__)",
    "https://github.com/python/cpython/blob/v3.11.2/Lib/urllib/error.py",
)
UNVERIFIED_CONTEXT = Source(
    "CPython, Lib/ssl.py (_create_unverified_context)",
    "https://github.com/python/cpython/blob/v3.11.2/Lib/ssl.py",
)
TRAILING_DOT = Source(
    "openssl/openssl, issue 12090, of Python's ssl module: the dot behind a name is compared with the certificate",
    "https://github.com/openssl/openssl/issues/12090",
)
PROXY_HANDLER = Source(
    "CPython 3.11, Lib/urllib/request.py (ProxyHandler.proxy_open, Request.set_proxy: of the URL of a proxy for https "
    "the host and the port are used)",
    "https://github.com/python/cpython/blob/v3.11.7/Lib/urllib/request.py",
)


class Urllib(PythonClient):
    """urllib.request with a context of the ssl module."""

    name = "urllib"
    title = "Python urllib"
    supports = PYTHON_OPTIONS - {"expected_name"}
    lacks: Mapping[str, str] = {
        "expected_name": "urllib verifies the name in the URL; it has no option to look for another one",
        "server_name": "urllib sends the name in the URL, and verifies the same",
    }
    needs = (PythonPackage(),)
    default_trust = Trust(
        Roots.SYSTEM, "the ssl module loads OpenSSL's default verify paths, the system's", DEFAULT_CERTS
    )

    templates = (
        *ssl_templates("urllib.error.URLError: <urlopen error ", URL_ERROR),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "urllib.error.URLError: <urlopen error [Errno {*}] {reason}>",
            Basis.AUTHORITATIVE,
            URL_ERROR,
        ),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *tells_the_status("urllib.error.HTTPError: HTTP Error 400: Bad Request", source=HTTP_ERROR),
        *no_tunnel("urllib.error.URLError: <urlopen error Tunnel connection failed: STATUS REASON>", TUNNEL),
        overlooks_tls("urllib begins in clear at every proxy, whatever its URL says", PROXY_HANDLER),
        *OF_THE_STORE,
        keeps_the_dot("urllib", TRAILING_DOT),
        TAKES_COMMON_NAME,
        unverified("with ssl._create_unverified_context() urllib", UNVERIFIED_CONTEXT),
        CONTEXT_UNCHECKED,
        replaces(
            "with cafile create_default_context() does not load the default certificates; load_verify_locations() on "
            "the context that it makes without would add to them",
            DEFAULT_CERTS,
        ),
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
        words = (*self.context_words(side), *header_words(side))
        return (*words, *((f'ProxyHandler({{"https": "{url}"}})',) if (url := proxy_url(side)) else ()))


CLIENTS = (Urllib(),)
