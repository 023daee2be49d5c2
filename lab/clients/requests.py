"""requests: one GET by `probes/python_https.py`, with an ssl_context of one's own as a door."""

from collections.abc import Mapping
from dataclasses import replace

from tlslab.clients.base import CERTIFICATE, KEY, Roots, Trust
from tlslab.clients.https import NOBODY_LISTENS, OBSERVED, WAITS, expects_other_name
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.python_https import (
    ITS_FILES,
    LOAD,
    NO_CERTIFICATE,
    OF_THE_STORE,
    OPENSSL_ROOTS,
    OWN_VERSIONS,
    PYTHON_OPTIONS,
    TAKES_COMMON_NAME,
    TUNNEL,
    PythonClient,
    header_words,
    limit_words,
    replaces,
    ssl_templates,
    unchecked,
    unverified,
)
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import beside, instead, not_read, read
from tlslab.model.circumstances import NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    EXPIRED,
    FORGED,
    NAME_MISMATCH,
    NOT_YET_VALID,
    OTHER_STORE,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
    WEAK_KEY,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says, says_like, tolerates
from tlslab.model.situation import ClientSide, Situation
from tlslab.model.variables import GIVEN_A_STORE, is_set
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

MAX_RETRY_ERROR = Source(
    "urllib3, src/urllib3/exceptions.py (MaxRetryError)",
    "https://github.com/urllib3/urllib3/blob/030d3f7d90a4679e89b6d7bf2f8f1307e4098db0/src/urllib3/exceptions.py",
)
REQUESTS_CERTS = Source(
    "requests, src/requests/certs.py", "https://github.com/psf/requests/blob/v2.34.2/src/requests/certs.py"
)
REQUESTS_VERIFY = Source(
    'requests, docs/user/advanced.rst, section "SSL Cert Verification"',
    "https://github.com/psf/requests/blob/v2.34.2/docs/user/advanced.rst",
)
REQUESTS_ADAPTER = Source(
    "requests, src/requests/adapters.py (HTTPAdapter.cert_verify)",
    "https://github.com/psf/requests/blob/v2.34.2/src/requests/adapters.py",
)
URLLIB3_NAMES = Source(
    "urllib3, src/urllib3/util/ssl_match_hostname.py (match_hostname); before 2.0 it compared every name itself",
    "https://github.com/urllib3/urllib3/blob/4ab6533793de4570c22f4a351d23ced973143dfb/src/urllib3/util/ssl_match_hostname.py",
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
PROXY_ERROR = Source(
    "urllib3, src/urllib3/connection.py (_wrap_proxy_error)",
    "https://github.com/urllib3/urllib3/blob/2.8.0/src/urllib3/connection.py",
)
_MAX_RETRIES = (
    "requests.exceptions.SSLError: HTTPSConnectionPool(host='{host}', port={*}): "
    "Max retries exceeded with url: / (Caused by SSLError({*}"
)
_PROXY_ERROR = (
    "requests.exceptions.ProxyError: HTTPSConnectionPool(host='{host}', port={*}): "
    "Max retries exceeded with url: / (Caused by ProxyError('"
)


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
        *NOBODY_LISTENS,
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
        *stops({STORE_UNREADABLE: _MAX_RETRIES + NO_CERTIFICATE}, basis=Basis.AUTHORITATIVE, source=LOAD),
        unchecked("assert_hostname=False", ASSERT_HOSTNAME),
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
            expects_other_name(side) or not side.name_check or limit_words(replace(side, certificate=None))
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
        limits = limit_words(replace(side, name_check=True, certificate=None))
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
        *NOBODY_LISTENS,
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


CLIENTS = (Requests(), RequestsContext())
