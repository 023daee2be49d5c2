"""Go's HTTPS client: one GET by net/http, in `probes/go_https.go`, which the lab builds with the Go that it
pins.

The TLS library is Go's own (crypto/tls, crypto/x509). What is wrong with a
certificate is said behind `tls: failed to verify certificate:`, before Go 1.20 without these words.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    AS_TYPED,
    CERTIFICATE,
    KEY,
    PROBES,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Roots,
    Trust,
    own_files,
)
from tlslab.clients.https import HTTPS, OPTIONS, expects_other_name, floor
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import beside, option_first, read
from tlslab.model.circumstances import HOLDS_THE_CA, TRUST_EVERYTHING
from tlslab.model.conditions import OTHER_STORE, STORE_ABSENT, STORE_NOT_HASHED, UNTRUSTED
from tlslab.model.environment import SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says_like, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, TLSVersion
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import GO, Built

_GO = "https://github.com/golang/go/blob"
URL_ERROR = Source(
    "Go 1.24, src/net/url/url.go (Error.Error), which net/http's Client.do returns",
    f"{_GO}/go1.24.13/src/net/url/url.go",
)
VERIFICATION_ERROR = Source(
    "Go 1.24, src/crypto/tls/common.go (CertificateVerificationError)", f"{_GO}/go1.24.13/src/crypto/tls/common.go"
)
BARE_ERROR = Source(
    "Go 1.19, src/crypto/tls/handshake_client.go (verifyServerCertificate: the error of Certificate.Verify as it is)",
    f"{_GO}/go1.19.8/src/crypto/tls/handshake_client.go",
)
SKIP_VERIFY = Source(
    "Go 1.24, src/crypto/tls/common.go (Config.InsecureSkipVerify)", f"{_GO}/go1.24.13/src/crypto/tls/common.go"
)
ROOT_CAS = Source("Go 1.24, src/crypto/tls/common.go (Config.RootCAs)", SKIP_VERIFY.url)
ROOTS = Source(
    "Go 1.24, src/crypto/x509/root_linux.go (certFiles, certDirectories), read by root_unix.go (loadSystemRoots)",
    f"{_GO}/go1.24.13/src/crypto/x509/root_linux.go",
)

NO_FILE = Source(
    "Go, src/io/fs/fs.go (PathError.Error), which os.ReadFile returns",
    f"{_GO}/17e873cd5f9be24c528ee374a962b447659a7c90/src/io/fs/fs.go",
)
VARIABLES = Source(
    "Go 1.24, src/crypto/x509/root_unix.go (loadSystemRoots: SSL_CERT_FILE in place of the files, SSL_CERT_DIR of the "
    "directories)",
    f"{_GO}/go1.24.13/src/crypto/x509/root_unix.go",
)
DIRECTORY = Source(
    "Go, src/crypto/x509/root_unix.go (loadSystemRoots: every file of SSL_CERT_DIR is read)",
    f"{_GO}/7926af0ddbd70675dce43aeedfff21353d5d54c2/src/crypto/x509/root_unix.go",
)

TRANSPORT = Source(
    "Go 1.24, src/net/http/transport.go (dialConn: what the proxy answers to CONNECT, and what goes wrong before)",
    f"{_GO}/go1.24.13/src/net/http/transport.go",
)

PROGRAM = Built(
    "go-https",
    (PROBES / "go_https.go",),
    GO,
    ("version",),
    # Without the paths of the machine, so that one compiler makes the same program everywhere.
    ("{compiler}", "build", "-trimpath", "-ldflags=-s -w", "-o", "{program}", "go_https.go"),
    static=True,
    by_pinned_go=True,
)
_MESSAGE = 'Get "https://{urlhost}:{*}/": '
"""net/http's words around every error: the method and the URL."""
_FIELD = "TLSClientConfig."
"""A field of the tls.Config of an http.Transport, as people set it."""
_POOL = (
    'pem, err := os.ReadFile("ca.pem")',
    "pool := x509.NewCertPool()",
    "pool.AppendCertsFromPEM(pem)",
    f"{_FIELD}RootCAs = pool",
)

_KEY_PAIR = (
    f'pair, err := tls.LoadX509KeyPair("{CERTIFICATE}", "{KEY}")',
    f"{_FIELD}Certificates = []tls.Certificate{{pair}}",
)


class GoHttps(Client):
    """net/http with a tls.Config, or with none at all."""

    name = "go-https"
    title = "Go net/http"
    needs = (PROGRAM,)
    supports = (OPTIONS | {"proxy", "certificate"}) - {"intermediates"}
    lacks: Mapping[str, str] = {
        "intermediates": "net/http has no option for intermediates: a certificate in RootCAs is trusted like a root",
        "server_name": "net/http verifies the name that it sends (tls.Config.ServerName)",
    }
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE})
    stores: Mapping[str, str] = {PEM_FILE: "RootCAs", HASHED_DIRECTORY: STORES[HASHED_DIRECTORY]}
    kinds = HTTPS
    tls_library = "Go's crypto/tls"
    default_trust = Trust(
        Roots.SYSTEM, "without RootCAs crypto/x509 reads the system's bundle and its directories of certificates", ROOTS
    )

    # The second is Go's before 1.20, which `explain` is asked about.
    templates = (
        Template(
            "go",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _MESSAGE + "tls: failed to verify certificate: {reason}",
            Basis.AUTHORITATIVE,
            VERIFICATION_ERROR,
        ),
        Template("go", frozenset({Phase.VERIFY, Phase.NAME}), _MESSAGE + "{reason}", Basis.AUTHORITATIVE, BARE_ERROR),
        Template(
            "go",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.CONNECT, Phase.NO_TLS}),
            _MESSAGE + "{reason}",
            Basis.AUTHORITATIVE,
            URL_ERROR,
        ),
    )
    rows = (
        *tells_the_status("HTTP 400 Bad Request"),
        *no_tunnel(_MESSAGE + "REASON", TRANSPORT),
        *says_in_clear(_MESSAGE + "proxyconnect tcp: tls: first record does not look like a TLS handshake", TRANSPORT),
        *stops({STORE_ABSENT: "open {*}: no such file or directory"}, basis=Basis.AUTHORITATIVE, source=NO_FILE),
        tolerates(
            "Go reads every file of the directory, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=DIRECTORY,
        ),
        tolerates(
            "with InsecureSkipVerify Go accepts every certificate and every name in it",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=SKIP_VERIFY,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "Go uses the system's roots only where RootCAs is nil; x509.SystemCertPool() would be a pool to add to",
            basis=Basis.AUTHORITATIVE,
            source=ROOT_CAS,
        ),
        *read("Go", (SSL_CERT_DIR, SSL_CERT_FILE), VARIABLES),
        *option_first("Go", (SSL_CERT_DIR, SSL_CERT_FILE), ROOT_CAS),
        *beside(
            "the variable takes the place of the system's files or of its directories, and not of the others",
            (SSL_CERT_DIR, SSL_CERT_FILE),
            VARIABLES,
            when=[~GIVEN_A_STORE],
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which[PROGRAM.name], "version"))

    def read_version(self, completed: Completed) -> str:
        said = completed.stdout.strip()
        return f"Go {said.removeprefix('go')}" if completed.exit_status == 0 and said else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        words = [f"{name}={value}" for name, value in _proxy(side).items()]
        words += [f"{_FIELD}{name} = {_literal(value)}" for name, value in _options(side).items()]
        words += _KEY_PAIR if side.certificate else ()
        words += [f"request.Host = {_literal(side.host_header)}"] if side.host_header is not None else []
        told = ("=".join(self.store_option(side)),) if side.store.kind == HASHED_DIRECTORY else _POOL
        return (*told, *words) if side.has_store else tuple(words)

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust(request.material.anchors)
        # Without RootCAs the variables name the system's roots; no field of tls.Config names a directory.
        by_variable = side.has_store and side.store.kind == HASHED_DIRECTORY
        # A pool of one's own takes the place of the system's roots (Config.RootCAs).
        pool = {"RootCAs": laid.path} if side.has_store and not by_variable else {}
        own = {"Certificate": CERTIFICATE, "Key": KEY} if side.certificate else {}
        config = {} if side.defaults_only else {**pool, **own, **_options(side)}
        given = {
            "url": f"https://{in_url(side.connect_to)}:{request.endpoint.port}/",
            "config": config or None,
            # No library can give a program another clock that is linked statically; Config.Time can.
            "clock": side.clock // timedelta(seconds=1),
            **({"host": side.host_header} if side.host_header is not None else {}),
        }
        return Invocation(
            argv=(request.machine.which[PROGRAM.name], json.dumps(given)),
            env={
                **(variables(side.store, laid, request.workdir) if by_variable else {}),
                **_proxy(side, request.proxy),
            },
            files={**(laid.files if side.has_store else {}), **own_files(request)},
            prepare=laid.prepare if side.has_store else (),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


def _proxy(side: ClientSide, at: ProxyAddress = AS_TYPED) -> dict[str, str]:
    """The variable that the transport reads by itself (http.ProxyFromEnvironment)."""
    url = proxy_url(side, at)
    return {"HTTPS_PROXY": url} if url else {}


def _options(side: ClientSide) -> dict[str, Any]:
    """The fields of tls.Config beside RootCAs."""
    options: dict[str, Any] = {}
    if side.trust_everything:
        options["InsecureSkipVerify"] = True
    if expects_other_name(side):
        options["ServerName"] = side.reference_identifier
    lowest = floor(side)
    if lowest is not None:
        options["MinVersion"] = lowest
    if side.tls_max is not None:
        options["MaxVersion"] = side.tls_max
    return options


def _literal(value: bool | str | TLSVersion) -> str:
    """A value in Go: `true`, `"shop.lab.test"`, `tls.VersionTLS12`."""
    if isinstance(value, TLSVersion):
        return f"tls.VersionTLS{value.number.replace('.', '')}"
    return json.dumps(value)


CLIENTS = (GoHttps(),)
