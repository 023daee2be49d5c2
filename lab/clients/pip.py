"""pip, as what it is to most people: the first program that fails behind a company's proxy.

It looks a package up in an index, `pip download x`, and what it finds at the lab's server is no index. It says so after
the answer. What it shows of a failed connection is its own sentence round what Python's ssl module says; of some it
shows no more than "No matching distribution found", and the reason stands in its log (`--log`).
"""

import re
from collections.abc import Mapping
from itertools import chain
from os import devnull
from shlex import join

from tlslab.clients.base import (
    AS_TYPED,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Roots,
    Trust,
)
from tlslab.clients.https import HTTPS, OPTIONS
from tlslab.clients.proxy import no_tunnel, proxy_url
from tlslab.clients.python_https import (
    ITS_FILES,
    LOAD,
    NO_CERTIFICATE,
    OPENSSL_ROOTS,
    OWN_VERSIONS,
    TAKES_COMMON_NAME,
    TUNNEL,
    ssl_templates,
    unverified,
)
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.requests import CERT_VERIFY, OVERRULED, PROXY_ERROR, URLLIB3_NAMES
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import DEFAULT_LOCATIONS, beside, instead, read
from tlslab.libraries.posix import REFUSED
from tlslab.model.conditions import NAME_MISMATCH, NOT_SERVING, OTHER_STORE, STORE_ABSENT, STORE_UNREADABLE
from tlslab.model.environment import OPENSSL_CONF
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Prints, Template, says, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.proxied import PROXY_IN_CLEAR
from tlslab.model.situation import PEM_FILE, ClientSide
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

_PIP = "https://github.com/pypa/pip/blob/26.3/src/pip/_internal"
COLLECTOR = Source("pip 26.3, src/pip/_internal/index/collector.py (_get_index_content)", f"{_PIP}/index/collector.py")
HTTPS_CERTIFICATES = Source(
    'pip, documentation, topic "HTTPS Certificates"', "https://pip.pypa.io/en/stable/topics/https-certificates/"
)
TRUSTED_HOST = Source(
    "pip 26.3, src/pip/_internal/network/session.py (InsecureHTTPAdapter, for --trusted-host)",
    f"{_PIP}/network/session.py",
)
CONTEXT = Source(
    "pip 26.3, src/pip/_internal/cli/index_command.py (_create_truststore_ssl_context, _build_session)",
    f"{_PIP}/cli/index_command.py",
)
FAILED = Source(
    "pip 26.3, src/pip/_internal/exceptions/network.py (ConnectionFailedError, ConnectionTimeoutError)",
    f"{_PIP}/exceptions/network.py",
)
TRUSTSTORE = Source(
    "truststore, src/truststore/_openssl.py (_configure_context: SSLContext.set_default_verify_paths)",
    "https://github.com/sethmlarson/truststore/blob/v0.10.4/src/truststore/_openssl.py",
)
LOG, OWN = "pip.log", "client-both.pem"
_FETCH = "Could not fetch URL https://{urlhost}{*}: "
_PROBLEM = _FETCH + "There was a problem confirming the ssl certificate: {*}"
_NOT_FOUND = "ERROR: No matching distribution found for "
_RESET = _FETCH + "connection error: the connection was closed without a reply from the server."
_RESET_OF_OLD = _FETCH + "connection error: {*}('Connection aborted.', ConnectionResetError({*}, '{reason}'))"
_PROXY_IN_CLEAR = (
    _FETCH + "{*}Your proxy appears to only use HTTP and not HTTPS, try changing your proxy URL to be HTTP."
)
_ANSWERED = " request got Content-Type: text/plain"
"""What it says of a page that is no index."""
_TOLD = re.compile(r"^\S+ (?:WARNING: |ERROR: )?((?:Could not fetch URL|Skipping page|ERROR|OSError).*)$", re.MULTILINE)


def in_log(text: str) -> Prints:
    """What it says in its log alone."""
    return Prints(_NOT_FOUND, trace=text)


class Pip(Client):
    """pip with `--cert`, or PIP_CERT, or `pip config set global.cert`."""

    name = "pip"
    title = "pip"
    needs = (PythonPackage("pip"),)
    supports = (OPTIONS | {"proxy", "certificate"}) - {"expected_name", "tls_min", "tls_max", "host_header"}
    lacks: Mapping[str, str] = {
        "expected_name": "pip verifies the name in the URL; it has no option to look for another one",
        "server_name": "pip sends the name in the URL, and verifies the same",
        "tls_min": "pip has no option for the versions of TLS; it offers what the ssl module does",
        "tls_max": "pip has no option for the versions of TLS; it offers what the ssl module does",
        "host_header": "pip has no option for a header",
    }
    stores: Mapping[str, str] = {PEM_FILE: "--cert"}
    variables = frozenset({*ITS_FILES, *OPENSSL_ROOTS, OPENSSL_CONF})
    kinds = HTTPS
    tls_library = "OpenSSL of the Python interpreter"
    default_trust = Trust(
        Roots.SYSTEM,
        "since 24.2 it trusts the system's store (truststore) beside the list of certifi",
        HTTPS_CERTIFICATES,
    )
    registry = Registry(RegistryKind.PYPI, "pip")
    release: Mapping[str, str] = {"pip": ""}

    templates = (
        *ssl_templates(_PROBLEM, COLLECTOR),
        # Of a reset it tells its log alone; newer releases without the system's words.
        *(
            Template(
                "posix", frozenset({Phase.CLOSED, Phase.NO_TLS}), _NOT_FOUND, Basis.AUTHORITATIVE, FAILED, trace=trace
            )
            for trace in (_RESET, _RESET_OF_OLD)
        ),
    )
    rows = (
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            in_log("{*}Connection refused"),
            basis=Basis.AUTHORITATIVE,
            source=REFUSED,
        ),
        *no_tunnel(_FETCH + "{*}OSError('Tunnel connection failed: STATUS REASON'", TUNNEL, shown=in_log),
        *says(
            [PROXY_IN_CLEAR],
            Phase.NO_TLS,
            in_log(_PROXY_IN_CLEAR),
            basis=Basis.AUTHORITATIVE,
            source=PROXY_ERROR,
        ),
        *stops(
            {STORE_UNREADABLE: _PROBLEM + NO_CERTIFICATE},
            basis=Basis.AUTHORITATIVE,
            source=LOAD,
        ),
        *stops(
            {STORE_ABSENT: "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: "},
            basis=Basis.AUTHORITATIVE,
            source=CERT_VERIFY,
        ),
        tolerates(
            "pip loads the file of --cert into the context that has the system's store and certifi's list",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=CONTEXT,
            versions={"pip": ">=24.2"},
        ),
        *read("pip", ITS_FILES, HTTPS_CERTIFICATES),
        *read("truststore, which pip asks for the system's store,", OPENSSL_ROOTS, TRUSTSTORE),
        *beside(
            "what the variable names stands beside the system's store and certifi's list",
            ITS_FILES,
            CONTEXT,
            when=[~GIVEN_A_STORE],
        ),
        *instead(
            "in requests, which pip brings, what the variable names overrules the file of --cert",
            ITS_FILES,
            OVERRULED,
            when=[GIVEN_A_STORE],
            basis=Basis.REPORTED,
        ),
        *beside(
            "the variable takes the place of OpenSSL's default file or of its default directory, and not of the other",
            OPENSSL_ROOTS,
            DEFAULT_LOCATIONS,
        ),
        *tells_the_status(in_log(_FETCH + "400 Client Error: Bad Request for url: "), source=COLLECTOR),
        TAKES_COMMON_NAME,
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            _PROBLEM + "CertificateError(\"hostname '{name}' doesn't match ",
            basis=Basis.AUTHORITATIVE,
            source=URLLIB3_NAMES,
        ),
        unverified("with --trusted-host pip", TRUSTED_HOST),
        OWN_VERSIONS,
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.python, "-I", "-m", "pip", "--version"), env={"PIP_CONFIG_FILE": devnull})

    def read_version(self, completed: Completed) -> str:
        found = re.match(r"pip (\S+) from .*\((python \S+)\)", completed.stdout)
        return f"pip {found[1]} ({found[2]})" if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        return tuple(join(option) for option in (*trust, *_options(side)))

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        material = request.material
        trust = ((self.stores[side.store.kind], laid.path),) if side.has_store else ()
        return Invocation(
            argv=(
                *(request.machine.python, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"),
                *("download", "--no-deps", "--no-cache-dir", "--retries=0", f"--log={LOG}", "--dest=."),
                *chain.from_iterable((*trust, *_options(side, request.proxy))),
                f"--index-url=https://{in_url(side.connect_to)}:{request.endpoint.port}",
                "x",
            ),
            env={"PIP_CONFIG_FILE": devnull},
            files={**laid.files, **({OWN: material.key + material.certificate} if material.certificate else {})},
            prepare=laid.prepare,
            collect=(LOG,),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        said = f"{completed.stdout}{completed.stderr}"
        connected = _ANSWERED in said
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=said,
            code="" if connected else str(completed.exit_status),
            trace="\n".join(_TOLD.findall(completed.file(LOG))),
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
        )


def _options(side: ClientSide, at: ProxyAddress = AS_TYPED) -> tuple[tuple[str, str], ...]:
    options: list[tuple[str, str]] = []
    if url := proxy_url(side, at):
        options.append(("--proxy", url))
    if side.trust_everything:
        options.append(("--trusted-host", in_url(side.connect_to)))
    if side.certificate:
        options.append(("--client-cert", OWN))
    return tuple(options)


CLIENTS = (Pip(),)
