"""Python's HTTPS clients: urllib, requests and httpx, each one GET by `probes/python_https.py`.

All three speak through Python's `ssl` module, which words what OpenSSL says as `[SSL: REASON] reason
(_ssl.c:line)`. They differ in the exception around it and in how options are given.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    CERTIFICATE,
    CRL,
    KEY,
    Client,
    Invocation,
    Machine,
    Request,
    Roots,
    Trust,
    crl_file,
    own_files,
    probe,
)
from tlslab.clients.https import (
    HTTPS,
    OBSERVED,
    OPTIONS,
    WAITS,
    cipher_list,
    expects_other_name,
    floor,
)
from tlslab.clients.proxy import no_tunnel, overlooks_tls, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import (
    DEFAULT_LOCATIONS,
    OPENSSL_ENV,
    beside,
    instead,
    not_read,
    option_first,
    own_versions,
    read,
)
from tlslab.model.circumstances import NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    CN_ALONE,
    EXPIRED,
    FORGED,
    NAME_MISMATCH,
    NOT_YET_VALID,
    OTHER_STORE,
    SELF_SIGNED,
    SILENT,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
    WEAK_KEY,
)
from tlslab.model.environment import CURL_CA_BUNDLE, OPENSSL_CONF, REQUESTS_CA_BUNDLE, SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import SaysLike, Template, Tolerates, When, says, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END, in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, Situation, TLSVersion
from tlslab.model.variables import GIVEN_A_STORE, is_set
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

PROBE = "python_https.py"
PYTHON_OPTIONS = OPTIONS | {"strict_x509", "crls", "security_level", "name_check", "certificate", "proxy"}
URL_ERROR = Source(
    "CPython, Lib/urllib/error.py (URLError.__str__)",
    "https://github.com/python/cpython/blob/01bb63cfd45c49e9676f362322f1967c3cae9111/Lib/urllib/error.py",
)
MAX_RETRY_ERROR = Source(
    "urllib3, src/urllib3/exceptions.py (MaxRetryError)",
    "https://github.com/urllib3/urllib3/blob/030d3f7d90a4679e89b6d7bf2f8f1307e4098db0/src/urllib3/exceptions.py",
)
DEFAULT_CERTS = Source(
    "CPython, Lib/ssl.py (create_default_context, load_default_certs)",
    "https://github.com/python/cpython/blob/v3.11.2/Lib/ssl.py",
)
REQUESTS_CERTS = Source(
    "requests, src/requests/certs.py", "https://github.com/psf/requests/blob/v2.34.2/src/requests/certs.py"
)
HTTPX_CONFIG = Source(
    "HTTPX, httpx/_config.py (create_ssl_context)", "https://github.com/encode/httpx/blob/0.28.1/httpx/_config.py"
)
HTTPX_SSL = Source(
    "HTTPX, docs/advanced/ssl.md (Enabling and disabling verification)",
    "https://github.com/encode/httpx/blob/0f9cd3fdf3c73e217b9f78c304aa266163245da8/docs/advanced/ssl.md",
)


HTTP_ERROR = Source(
    "CPython, Lib/urllib/error.py (HTTPError.__str__)",
    "https://github.com/python/cpython/blob/v3.11.2/Lib/urllib/error.py",
)
UNVERIFIED_CONTEXT = Source(
    "CPython, Lib/ssl.py (_create_unverified_context)",
    "https://github.com/python/cpython/blob/v3.11.2/Lib/ssl.py",
)
REQUESTS_VERIFY = Source(
    'requests, docs/user/advanced.rst, section "SSL Cert Verification"',
    "https://github.com/psf/requests/blob/v2.34.2/docs/user/advanced.rst",
)
TRAILING_DOT = Source(
    "openssl/openssl, issue 12090, of Python's ssl module: the dot behind a name is compared with the certificate",
    "https://github.com/openssl/openssl/issues/12090",
)
HTTPCORE_DOT = Source(
    "encode/httpcore, issue 1063: a host name with a dot at the end does not match",
    "https://github.com/encode/httpcore/issues/1063",
)
COMMON_NAMES = Source(
    "Python, ssl, SSLContext.hostname_checks_common_name (default: true)",
    "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.hostname_checks_common_name",
)
REQUESTS_ADAPTER = Source(
    "requests, src/requests/adapters.py (HTTPAdapter.cert_verify)",
    "https://github.com/psf/requests/blob/v2.34.2/src/requests/adapters.py",
)
URLLIB3_NAMES = Source(
    "urllib3, src/urllib3/util/ssl_match_hostname.py (match_hostname); before 2.0 it compared every name itself",
    "https://github.com/urllib3/urllib3/blob/4ab6533793de4570c22f4a351d23ced973143dfb/src/urllib3/util/ssl_match_hostname.py",
)
LOAD = Source(
    "CPython, Modules/_ssl.c, load_verify_locations: the system's error where there is one, else OpenSSL's",
    "https://github.com/python/cpython/blob/00236fed5d810d37397378510a3413c4541a822d/Modules/_ssl.c",
)
CERT_VERIFY = Source(
    "requests 2.34.2, src/requests/adapters.py (HTTPAdapter.cert_verify)",
    "https://github.com/psf/requests/blob/v2.34.2/src/requests/adapters.py",
)
SESSION = Source(
    "requests 2.34.2, src/requests/sessions.py (Session.merge_environment_settings: the variables count as what the "
    "call is given, and the session's verify comes after that)",
    "https://github.com/psf/requests/blob/v2.34.2/src/requests/sessions.py",
)
CHECK_HOSTNAME = Source(
    "Python, ssl, SSLContext.check_hostname", "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.check_hostname"
)
ASSERT_HOSTNAME = Source(
    "urllib3 2.2.2, src/urllib3/connection.py (_ssl_wrap_socket_and_match_hostname: assert_hostname is False)",
    "https://github.com/urllib3/urllib3/blob/2.2.2/src/urllib3/connection.py",
)
CONTEXT_IGNORED = Source(
    "psf/requests, issue 6717: an adapter's ssl_context has no effect in 2.32.0 to 2.32.2",
    "https://github.com/psf/requests/issues/6717",
)
CONTEXT_ALONE = Source(
    "psf/requests, issue 6730: from 2.32.3 on the default certificates are not loaded into an adapter's ssl_context, "
    "as they were before (2.32.5 takes that back: HISTORY.md)",
    "https://github.com/psf/requests/issues/6730",
)
VERIFY_MODE_IGNORED = Source(
    "psf/requests, issue 6254: the verify_mode of an adapter's ssl_context is ignored",
    "https://github.com/psf/requests/issues/6254",
)
OVERRULED = Source(
    "psf/requests, issue 3829: REQUESTS_CA_BUNDLE overrules session.verify",
    "https://github.com/psf/requests/issues/3829",
)
OWN_MINIMUM = Source(
    "CPython 3.11, Modules/_ssl.c (_ssl__SSLContext_impl: TLS 1.2 at least, whatever the system's configuration says)",
    "https://github.com/python/cpython/blob/v3.11.2/Modules/_ssl.c",
)
TUNNEL = Source(
    "CPython 3.11, Lib/http/client.py (HTTPConnection._tunnel)",
    "https://github.com/python/cpython/blob/v3.11.7/Lib/http/client.py",
)
PROXY_HANDLER = Source(
    "CPython 3.11, Lib/urllib/request.py (ProxyHandler.proxy_open, Request.set_proxy: of the URL of a proxy for https "
    "the host and the port are used)",
    "https://github.com/python/cpython/blob/v3.11.7/Lib/urllib/request.py",
)
PROXY_ERROR = Source(
    "urllib3, src/urllib3/connection.py (_wrap_proxy_error)",
    "https://github.com/urllib3/urllib3/blob/2.8.0/src/urllib3/connection.py",
)
HTTPCORE_TUNNEL = Source(
    "encode/httpcore, httpcore/_sync/http_proxy.py (TunnelHTTPConnection.handle_request)",
    "https://github.com/encode/httpcore/blob/1.0.9/httpcore/_sync/http_proxy.py",
)
ITS_FILES = (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE)
OPENSSL_ROOTS = (SSL_CERT_DIR, SSL_CERT_FILE)
_NO_CERTIFICATE = "[X509{*}] no certificate or crl found (_ssl.c:"
OF_THE_STORE = stops(
    {
        STORE_ABSENT: "FileNotFoundError: [Errno 2] No such file or directory",
        STORE_UNREADABLE: f"ssl.SSLError: {_NO_CERTIFICATE}",
    },
    basis=Basis.AUTHORITATIVE,
    source=LOAD,
)
_MAX_RETRIES = (
    "requests.exceptions.SSLError: HTTPSConnectionPool(host='{host}', port={*}): "
    "Max retries exceeded with url: / (Caused by SSLError({*}"
)


_PROXY_ERROR = (
    "requests.exceptions.ProxyError: HTTPSConnectionPool(host='{host}', port={*}): "
    "Max retries exceeded with url: / (Caused by ProxyError('"
)


class PythonClient(Client):
    """What the three have in common."""

    kinds = HTTPS
    tls_library = "OpenSSL of the Python interpreter"
    stores: Mapping[str, str] = {PEM_FILE: "cafile", HASHED_DIRECTORY: "capath"}
    """By the parameters of `ssl.create_default_context`."""
    variables = frozenset({*ITS_FILES, *OPENSSL_ROOTS, OPENSSL_CONF})
    roots_variable = ""
    """The variable that names its roots, where it has a list of its own (certifi) and reads no system store."""

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.python, "-I", PROBE, "--version", self.name), files={PROBE: probe(PROBE)})

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.exit_status == 0 else ""

    def invoke(self, request: Request) -> Invocation:
        lowest = floor(request.side)
        laid = request.trust()
        given = {
            "client": self.family,
            "name_check": request.side.name_check,
            **({"door": self.name.rpartition(".")[2]} if self.door else {}),
            "url": f"https://{in_url(request.side.connect_to)}:{request.endpoint.port}/",
            "ca": {self.stores[request.side.store.kind]: laid.path} if request.side.has_store else {},
            "trust_everything": request.side.trust_everything,
            "expected_name": request.side.reference_identifier if expects_other_name(request.side) else None,
            "tls_min": _constant(lowest) if lowest else None,
            "tls_max": _constant(request.side.tls_max) if request.side.tls_max else None,
            "ciphers": cipher_list(request.side) or None,
            **({"headers": {"Host": request.side.host_header}} if request.side.host_header is not None else {}),
            "strict": request.side.strict_x509,
            "crl": CRL if request.side.crls else None,
            "certificate": [CERTIFICATE, KEY] if request.side.certificate else None,
            **({"proxy": url} if (url := proxy_url(request.side, request.proxy)) else {}),
        }
        return Invocation(
            argv=(request.machine.python, "-I", PROBE, json.dumps(given)),
            env={self.roots_variable: str(request.workdir / "ca.pem")}
            if request.side.defaults_only and self.default_trust_words(request.side)
            else {},
            files={PROBE: probe(PROBE), **laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def context_words(self, side: ClientSide) -> tuple[str, ...]:
        """How people make the context of the ssl module."""
        limits = _limit_words(side)
        if side.trust_everything:
            return ("context = ssl._create_unverified_context()", *limits)
        if side.has_store:
            parameter, path = self.store_option(side)
            return (f'context = ssl.create_default_context({parameter}="{path}")', *limits)
        return ("context = ssl.create_default_context()", *limits) if limits else ()

    def default_trust_words(self, side: ClientSide) -> tuple[str, ...]:
        """How people make the client trust a root without an option."""
        return (f"{self.roots_variable}=ca.pem",) if side.trust_anchors and self.roots_variable else ()


def ssl_templates(before: str, source: Source) -> tuple[Template, ...]:
    """How a client shows the whole message of the ssl module behind these words.

    Its format around the reasons of OpenSSL: Modules/_ssl.c, fill_and_set_sslerror. What the library `python-ssl` says
    are whole messages.
    """
    verify = before + "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason} (_ssl.c:"
    other = before + "[SSL: {*}] {reason} (_ssl.c:"
    return (
        Template("openssl", frozenset({Phase.VERIFY}), verify, Basis.AUTHORITATIVE, source),
        Template("openssl", frozenset({Phase.HANDSHAKE, Phase.NO_TLS}), other, Basis.AUTHORITATIVE, source),
        Template("python-ssl", frozenset(Phase), before + "{reason}", Basis.AUTHORITATIVE, source),
    )


def _unchecked(how: str, source: Source) -> Tolerates:
    return tolerates(
        f"with {how} the chain is verified, and the name is not",
        phases=[Phase.NAME],
        when=[NAME_UNCHECKED],
        basis=Basis.AUTHORITATIVE,
        source=source,
    )


_CONTEXT_UNCHECKED = _unchecked("check_hostname = False", CHECK_HOSTNAME)


def unverified(what: str, source: Source, *unless: When) -> Tolerates:
    return tolerates(
        f"{what} looks neither at the chain nor at the name",
        phases=[Phase.VERIFY, Phase.NAME],
        when=[TRUST_EVERYTHING, *(~when for when in unless)],
        basis=Basis.AUTHORITATIVE,
        source=source,
    )


TAKES_COMMON_NAME = tolerates(
    "the ssl module takes the common name where there is no SAN (`hostname_checks_common_name`)",
    of=[NAME_MISMATCH, CN_ALONE],
    basis=Basis.AUTHORITATIVE,
    source=COMMON_NAMES,
)


OWN_VERSIONS = own_versions("the ssl module sets TLS 1.2 as the oldest version itself", OWN_MINIMUM)


def keeps_the_dot(what: str, source: Source) -> SaysLike:
    return says_like(
        NAME_MISMATCH,
        [DOT_AT_THE_END],
        f"{what} has the ssl module compare the name in the URL with its dot",
        basis=Basis.REPORTED,
        source=source,
    )


def replaces(why: str, source: Source, *unless: When) -> SaysLike:
    when = [~circumstance for circumstance in unless]
    return says_like(UNTRUSTED, [OTHER_STORE], why, when=when, basis=Basis.AUTHORITATIVE, source=source)


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
        *tells_the_status("urllib.error.HTTPError: HTTP Error 400: Bad Request", source=HTTP_ERROR),
        *no_tunnel("urllib.error.URLError: <urlopen error Tunnel connection failed: STATUS REASON>", TUNNEL),
        overlooks_tls("urllib begins in clear at every proxy, whatever its URL says", PROXY_HANDLER),
        *OF_THE_STORE,
        keeps_the_dot("urllib", TRAILING_DOT),
        TAKES_COMMON_NAME,
        unverified("with ssl._create_unverified_context() urllib", UNVERIFIED_CONTEXT),
        _CONTEXT_UNCHECKED,
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


_BY_URLLIB3 = says(
    [NAME_MISMATCH],
    Phase.NAME,
    _MAX_RETRIES + "CertificateError(\"hostname '{name}' doesn't match ",
    basis=Basis.AUTHORITATIVE,
    source=URLLIB3_NAMES,
)
"""urllib3 before 2.0 compared names itself, and in words of its own; later ones do where the context does not."""


class Requests(PythonClient):
    """requests with `verify`; what has no option goes by an adapter to urllib3's PoolManager."""

    name = "requests"
    title = "Python requests"
    supports = PYTHON_OPTIONS
    lacks: Mapping[str, str] = {"server_name": "requests verifies the name that it sends; it has one option for both"}
    needs = (PythonPackage("requests"),)
    roots_variable = "REQUESTS_CA_BUNDLE"
    roots_file = "certifi"
    default_trust = Trust(
        Roots.OWN, "it brings the roots of the package certifi and reads no system store", REQUESTS_CERTS
    )
    registry = Registry(RegistryKind.PYPI, "requests")

    templates = (
        *ssl_templates(_MAX_RETRIES, MAX_RETRY_ERROR),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "requests.exceptions.ConnectionError: ('Connection aborted.', ConnectionResetError({*}, '{reason}'))",
            Basis.OBSERVED,
            OBSERVED,
        ),
    )
    rows = (
        *WAITS,
        *tells_the_status(),
        *no_tunnel(_PROXY_ERROR + "{*}', OSError('Tunnel connection failed: STATUS REASON'", TUNNEL),
        *says_in_clear(
            _PROXY_ERROR
            + "{*}Your proxy appears to only use HTTP and not HTTPS, try changing your proxy URL to be HTTP.",
            PROXY_ERROR,
        ),
        *_BY_URLLIB3,
        *stops(
            {STORE_ABSENT: "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: "},
            basis=Basis.AUTHORITATIVE,
            source=CERT_VERIFY,
        ),
        *stops({STORE_UNREADABLE: _MAX_RETRIES + _NO_CERTIFICATE}, basis=Basis.AUTHORITATIVE, source=LOAD),
        _unchecked("assert_hostname=False", ASSERT_HOSTNAME),
        unverified("with session.verify = False requests", REQUESTS_VERIFY, *map(is_set, ITS_FILES)),
        replaces("the file of `verify` takes the place of certifi's", REQUESTS_ADAPTER, *map(is_set, ITS_FILES)),
        *read("requests", ITS_FILES, SESSION),
        *not_read("requests", OPENSSL_ROOTS, REQUESTS_CERTS),
        *instead(
            "what the variable names overrules session.verify, be that a file or False; a call's own `verify` would "
            "win",
            ITS_FILES,
            OVERRULED,
            when=[GIVEN_A_STORE],
            basis=Basis.REPORTED,
        ),
        *instead("what the variable names takes the place of certifi's", ITS_FILES, SESSION, when=[~GIVEN_A_STORE]),
        *beside("requests does not read the variable", OPENSSL_ROOTS, REQUESTS_CERTS),
        OWN_VERSIONS,
    )

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.proxy is not None and (
            expects_other_name(side) or not side.name_check or _limit_words(replace(side, certificate=None))
        ):
            return "what an adapter gives urllib3's PoolManager has no part in a connection through a proxy"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return self.default_trust_words(side)
        words = []
        if url := proxy_url(side):
            words.append(f'session.proxies = {{"https": "{url}"}}')
        if side.trust_everything:
            words.append("session.verify = False")
        elif side.has_store:
            words.append(f'session.verify = "{self.store_option(side)[1]}"')
        if expects_other_name(side):
            words.append(_adapter_words(f'server_hostname="{side.reference_identifier}"'))
        if not side.name_check:
            words.append(_adapter_words("assert_hostname=False"))
        if side.certificate:
            words.append(f'session.cert = ("{CERTIFICATE}", "{KEY}")')
        limits = _limit_words(replace(side, name_check=True, certificate=None))
        if limits:
            words += ["context = urllib3.util.create_urllib3_context()", *limits]
            words += ["context.check_hostname = False"] if side.trust_everything else []
            words.append(_adapter_words("ssl_context=context"))
        return (*words, *header_words(side))


class RequestsContext(Requests):
    """requests with a context of the ssl module, which an adapter hands to urllib3's PoolManager."""

    name = "requests.ssl-context"
    title = "Python requests, with an ssl_context of one's own"
    door = "an ssl_context of one's own, by an HTTPAdapter"
    supports = PYTHON_OPTIONS - {"proxy"}
    lacks: Mapping[str, str] = {
        **Requests.lacks,
        "proxy": "what an adapter gives urllib3's PoolManager has no part in a connection through a proxy",
    }
    variables = frozenset[str]()
    # That of the lock is newer than any release that a row is about.
    release: Mapping[str, str] = {"requests": ""}

    rows = (
        *WAITS,
        *tells_the_status(),
        *OF_THE_STORE,
        TAKES_COMMON_NAME,
        *_BY_URLLIB3,
        says_like(
            NAME_MISMATCH,
            [NAME_MISMATCH],
            "urllib3 compares the name itself where the context does not (assert_hostname would be the switch)",
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=ASSERT_HOSTNAME,
        ),
        says_like(
            UNTRUSTED,
            [],
            "requests 2.32.0 to 2.32.2 put a context of their own in the place of the adapter's",
            when=[GIVEN_A_STORE],
            basis=Basis.REPORTED,
            source=CONTEXT_IGNORED,
            versions={"requests": ">=2.32, <2.32.3"},
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "requests 2.32.3 and 2.32.4 do not load certifi's roots into the adapter's context",
            basis=Basis.REPORTED,
            source=CONTEXT_ALONE,
            versions={"requests": ">=2.32.3, <2.32.5"},
        ),
        *(
            tolerates(
                "requests loads certifi's roots into the adapter's context, too",
                of=[OTHER_STORE],
                basis=Basis.REPORTED,
                source=CONTEXT_ALONE,
                versions={"requests": releases},
            )
            for releases in ("<2.32", ">=2.32.5")
        ),
        *(
            says_like(
                wrong,
                [wrong],
                "requests asks urllib3 for verified certificates (cert_reqs) unless `verify` is False, whatever the "
                "context says",
                when=[TRUST_EVERYTHING],
                basis=Basis.REPORTED,
                source=VERIFY_MODE_IGNORED,
            )
            for wrong in (UNTRUSTED, SELF_SIGNED, EXPIRED, NOT_YET_VALID, FORGED, WEAK_KEY)
        ),
        says_like(
            UNTRUSTED,
            [],
            "a context that verifies nothing has no CA, and requests has it verify all the same",
            when=[TRUST_EVERYTHING],
            basis=Basis.REPORTED,
            source=VERIFY_MODE_IGNORED,
        ),
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return self.default_trust_words(side)
        context = self.context_words(side)
        words = [*context, _adapter_words("ssl_context=context")] if context else []
        if expects_other_name(side):
            words.append(_adapter_words(f'server_hostname="{side.reference_identifier}"'))
        return (*words, *header_words(side))


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
        _CONTEXT_UNCHECKED,
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


def _adapter_words(option: str) -> str:
    """How requests is given an option of urllib3 that it has no word for (requests documentation, "Transport
    Adapters").
    """
    return (
        "class Adapter(requests.adapters.HTTPAdapter):\n"
        "    def init_poolmanager(self, *args, **options):\n"
        f"        super().init_poolmanager(*args, **options, {option})\n"
        'session.mount("https://", Adapter())'
    )


def proxy_words(side: ClientSide) -> tuple[str, ...]:
    return (f'proxy="{url}"',) if (url := proxy_url(side)) else ()


def header_words(side: ClientSide) -> tuple[str, ...]:
    return (f'headers={{"Host": "{side.host_header}"}}',) if side.host_header is not None else ()


def _limit_words(side: ClientSide) -> tuple[str, ...]:
    words = []
    lowest = floor(side)
    if lowest is not None:
        words.append(f"context.minimum_version = ssl.TLSVersion.{_constant(lowest)}")
    if side.tls_max is not None:
        words.append(f"context.maximum_version = ssl.TLSVersion.{_constant(side.tls_max)}")
    if ciphers := cipher_list(side):
        words.append(f'context.set_ciphers("{ciphers}")')
    if not side.name_check:
        words.append("context.check_hostname = False")
    if side.strict_x509 is not None:
        words.append(f"context.verify_flags {'|= ' if side.strict_x509 else '&= ~'}ssl.VERIFY_X509_STRICT")
    if side.crls:
        words.append(f'context.load_verify_locations("{CRL}")')
        words.append("context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF")
    if side.certificate:
        words.append(f'context.load_cert_chain("{CERTIFICATE}", "{KEY}")')
    return tuple(words)


def _constant(version: TLSVersion) -> str:
    """The member of ssl.TLSVersion: `TLSv1`, `TLSv1_1` ..."""
    return version.label.replace(".", "_")


CLIENTS = (Urllib(), Requests(), RequestsContext(), Httpx())
