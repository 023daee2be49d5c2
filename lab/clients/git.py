"""git over HTTPS (`git ls-remote`), with the libcurl that Debian gives it: the one built with GnuTLS.

git says `fatal: unable to access 'URL':` and what libcurl says. libcurl has one text for whatever GnuTLS finds wrong
with a chain, and compares the name behind that. What git finds at the lab's server is no repository, which it says
after the answer: whether there was one stands in its trace.
"""

import re
from collections.abc import Mapping
from shlex import join

from tlslab.clients.base import (
    AS_TYPED,
    CERTIFICATE,
    KEY,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Roots,
    Trust,
    own_files,
)
from tlslab.clients.curl import OLDER_TUNNEL, TUNNEL, could_not_connect
from tlslab.clients.https import HTTPS, OBSERVED, OPTIONS, WAITS, floor
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.model.circumstances import HOLDS_THE_CA, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ISSUER_NOT_FOR_SERVERS,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    NOT_FOR_SERVERS,
    OTHER_STORE,
    STORE_ABSENT,
    STORE_NOT_HASHED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Template, says, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END, in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, TLSVersion
from tlslab.setup.needs import Library, Packages, Program

_GTLS_URL = "https://github.com/curl/curl/blob/curl-7_88_1/lib/vtls/gtls.c"
VERIFIES = Source("curl 7.88.1, lib/vtls/gtls.c (Curl_gtls_verifyserver)", _GTLS_URL)
HANDSHAKE = Source("curl 7.88.1, lib/vtls/gtls.c (handshake: the alert, or gnutls_strerror)", _GTLS_URL)
CREDENTIALS = Source("curl 7.88.1, lib/vtls/gtls.c (gtls_client_init: the file, then the directory)", _GTLS_URL)
NUMBERS = Source(
    "curl 7.88.1, lib/strerror.c (curl_easy_strerror: CURLE_SSL_CACERT_BADFILE, for which gtls.c sets no text",
    "https://github.com/curl/curl/blob/curl-7_88_1/lib/strerror.c",
)
DIRECTORY = Source(
    "GnuTLS 3.7.9, lib/cert-cred-x509.c (gnutls_certificate_set_x509_trust_dir loads all certificates in a directory)",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/lib/cert-cred-x509.c",
)
CONFIG = Source(
    "git, Documentation/config/http.txt (http.sslVerify, http.sslCAInfo, http.sslCAPath, http.sslVersion)",
    "https://github.com/git/git/blob/v2.39.5/Documentation/config/http.txt",
)
UNABLE = Source("git, remote-curl.c (discover_refs)", "https://github.com/git/git/blob/v2.39.5/remote-curl.c")
ANSWERS = Source(
    "curl 7.88.1, lib/http.c (http_should_fail, with CURLOPT_FAILONERROR: The requested URL returned error)",
    "https://github.com/curl/curl/blob/curl-7_88_1/lib/http.c",
)
TRACE = "curl.trace"
_ANSWERED = re.compile(r"Recv header: HTTP/(?:1\.[01]|2) 200\b")
_TLS = re.compile(r"SSL connection using (TLS[\d.]+)")
_FATAL = "fatal: unable to access 'https://{urlhost}:{*}/': "
_VERSIONS = {
    TLSVersion.TLSv1_0: "tlsv1.0",
    TLSVersion.TLSv1_1: "tlsv1.1",
    TLSVersion.TLSv1_2: "tlsv1.2",
    TLSVersion.TLSv1_3: "tlsv1.3",
}


class Git(Client):
    """git with `http.sslCAInfo`."""

    name = "git"
    title = "git"
    needs = (
        Program("git", Packages(apt="git")),
        Library(
            "git-remote-http",
            ("git-core/git-remote-http",),
            Packages(apt="git"),
            "git's program for https, git-remote-http",
        ),
    )
    supports = (OPTIONS | {"proxy", "certificate"}) - {"expected_name", "tls_max"}
    lacks: Mapping[str, str] = {
        "expected_name": "git verifies the name in the URL; http.curloptResolve names an address for it, no other name",
        "server_name": "git sends the name in the URL, and verifies the same",
        "tls_max": "git's http.sslVersion is the oldest version that it takes; it has no option for the newest",
    }
    stores: Mapping[str, str] = {PEM_FILE: "http.sslCAInfo", HASHED_DIRECTORY: "http.sslCAPath"}
    program = "git"
    kinds = HTTPS
    tls_library = "GnuTLS of the system, by libcurl"
    default_trust = Trust(Roots.SYSTEM, "its libcurl is built with the system's bundle and directory", CREDENTIALS)

    templates = (
        Template(
            "gnutls",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.NO_TLS}),
            _FATAL + "gnutls_handshake() failed: {reason}",
            Basis.AUTHORITATIVE,
            HANDSHAKE,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            _FATAL + "Recv failure: {reason}",
            Basis.OBSERVED,
            OBSERVED,
        ),
    )
    rows = (
        *WAITS,
        *could_not_connect(_FATAL),
        *tells_the_status(_FATAL + "The requested URL returned error: 400", source=ANSWERS),
        *no_tunnel(_FATAL + "CONNECT tunnel failed, response STATUS", TUNNEL),
        *no_tunnel(_FATAL + "Received HTTP code STATUS from proxy after CONNECT", OLDER_TUNNEL),
        *says_in_clear(_FATAL + "gnutls_handshake() failed: An unexpected TLS packet was received.", HANDSHAKE),
        *says(
            ANY,
            Phase.VERIFY,
            _FATAL + "server certificate verification failed. CAfile: ",
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            _FATAL + "SSL: certificate subject name ({*}) does not match target host name '{name}'",
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES,
        ),
        *says(
            [LEAF_TRUSTED],
            Phase.VERIFY,
            _FATAL + "server certificate verification failed. CAfile: ",
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES,
        ),
        *stops(
            {STORE_ABSENT: _FATAL + "Problem with the SSL CA cert (path? access rights?)"},
            basis=Basis.AUTHORITATIVE,
            source=NUMBERS,
        ),
        tolerates(
            "GnuTLS loads every file of the directory, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=DIRECTORY,
        ),
        says_like(
            NAME_MISMATCH,
            [DOT_AT_THE_END],
            "git has the name in the URL compared with its dot",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *(
            tolerates(
                "libcurl does not ask GnuTLS what a certificate is for, and GnuTLS looks at that only when it is asked",
                of=[condition],
                basis=Basis.AUTHORITATIVE,
                source=VERIFIES,
            )
            for condition in (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)
        ),
        tolerates(
            "http.sslCAInfo takes the place of the file that libcurl was built with, not of the directory; Debian's is "
            "built with both",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=CREDENTIALS,
        ),
        tolerates(
            "with http.sslVerify=false git looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=CONFIG,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["git"], "--version"))

    def read_version(self, completed: Completed) -> str:
        found = re.match(r"git version (\S+)", completed.stdout)
        return f"git {found[1]}" if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        return tuple(join(("-c", "=".join(setting))) for setting in (*trust, *_settings(side)))

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        trust = ((self.stores[side.store.kind], laid.path),) if side.has_store else ()
        settings = [
            word for name, value in (*trust, *_settings(side, request.proxy)) for word in ("-c", f"{name}={value}")
        ]
        return Invocation(
            argv=(
                request.machine.which["git"],
                *settings,
                "ls-remote",
                f"https://{in_url(side.connect_to)}:{request.endpoint.port}/",
            ),
            env={
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_TRACE_CURL": str(request.workdir / TRACE),
                "GIT_TRACE_CURL_NO_DATA": "1",
            },
            files={**laid.files, **own_files(request)},
            prepare=laid.prepare,
            collect=(TRACE,),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        trace = completed.file(TRACE)
        version = _TLS.search(trace)
        # Before TLS it is a proxy that answers.
        connected = version is not None and _ANSWERED.search(trace, version.end()) is not None
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=completed.stderr or completed.stdout,
            code="" if connected else str(completed.exit_status),
            trace=trace,
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
            tls_version=version[1].replace("TLS", "TLSv") if version else "",
        )


def _settings(side: ClientSide, at: ProxyAddress = AS_TYPED) -> tuple[tuple[str, str], ...]:
    settings: list[tuple[str, str]] = []
    if url := proxy_url(side, at):
        settings.append(("http.proxy", url))
    if side.trust_everything:
        settings.append(("http.sslVerify", "false"))
    lowest = floor(side)
    if lowest is not None:
        settings.append(("http.sslVersion", _VERSIONS[lowest]))
    if side.certificate:
        settings += [("http.sslCert", CERTIFICATE), ("http.sslKey", KEY)]
    if side.host_header is not None:
        settings.append(("http.extraHeader", f"Host: {side.host_header}"))
    return tuple(settings)


CLIENTS = (Git(),)
