"""GNU Wget built with GnuTLS, as Debian builds it.

wget words certificate faults itself, one line a fault, and hands on what GnuTLS says of the handshake. It
leaves TLS 1.0 and 1.1 on unless told otherwise.
"""

import re
from collections.abc import Mapping
from shlex import join

from tlslab.clients.base import (
    AS_TYPED,
    CERTIFICATE,
    CRL,
    KEY,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Roots,
    Trust,
    crl_file,
    own_files,
)
from tlslab.clients.https import HTTPS, NOBODY_LISTENS, OPTIONS, WAITS
from tlslab.clients.proxy import no_tunnel, overlooks_tls, proxy_url
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import beside, not_read
from tlslab.model.circumstances import HOLDS_THE_CA, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ISSUER_NOT_FOR_SERVERS,
    KEY_USAGE,
    NO_SIGNING,
    NOT_FOR_SERVERS,
    OTHER_STORE,
    STORE_ABSENT,
    STORE_NOT_HASHED,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.environment import SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Template, says, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, TLSVersion
from tlslab.setup.needs import Packages, Program

GNUTLS_C = Source(
    "GNU Wget, src/gnutls.c (ssl_init, ssl_connect_wget, _CHECK_CERT, ssl_check_certificate)",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/gnutls.c",
)
NO_PURPOSE = Source(
    "GNU Wget, src/gnutls.c (ssl_check_certificate: gnutls_certificate_verify_peers2, which gives GnuTLS no purpose)",
    GNUTLS_C.url,
)
PRIORITIES = Source(
    "GNU Wget, src/gnutls.c (set_prio_default, secure_protocol_auto: gnutls_session_enable_compatibility_mode)",
    GNUTLS_C.url,
)
LOADS = Source(
    "GNU Wget, src/gnutls.c (ssl_init: it tells of a file of --ca-certificate that it cannot load, and goes on; of the "
    "directory it loads every file)",
    GNUTLS_C.url,
)
BOTH_STORES = Source(
    "GNU Wget, src/gnutls.c (ssl_init: the system's trust unless there is a --ca-directory, then the file)",
    GNUTLS_C.url,
)
FAULTS = Source(
    "GNU Wget, src/gnutls.c (ssl_check_certificate: what it has words for; a signature is not among that)",
    GNUTLS_C.url,
)
ANSWERS = Source(
    "GNU Wget, src/http.c (http_loop: the time, the status and its words)",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/http.c",
)
TUNNEL = Source(
    "GNU Wget, src/http.c (gethttp: the reason of the proxy's answer to CONNECT)",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/http.c",
)
PROXY_URL = Source(
    "GNU Wget, src/retr.c (retrieve_url: the URL of a proxy may have the scheme of what is asked for), and src/http.c "
    "(gethttp: CONNECT is sent in clear)",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/retr.c",
)
# The quotation marks of wget in a UTF-8 locale, which is every attempt's.
NOT_TRUSTED = (
    "ERROR: The certificate of \N{LEFT SINGLE QUOTATION MARK}{host}\N{RIGHT SINGLE QUOTATION MARK} is not trusted.{*}"
)
_FLOORS = {
    TLSVersion.TLSv1_0: "TLSv1",
    TLSVersion.TLSv1_1: "TLSv1_1",
    TLSVersion.TLSv1_2: "TLSv1_2",
    TLSVersion.TLSv1_3: "TLSv1_3",
}


class Wget(Client):
    """wget with `--ca-certificate`, beside which it loads the system's trust store."""

    name = "wget"
    title = "GNU Wget"
    needs = (Program("wget", Packages(apt="wget", dnf="wget", zypper="wget"), gnutls=True),)
    supports = (OPTIONS | {"proxy", "crls", "certificate"}) - {"expected_name"}
    lacks: Mapping[str, str] = {
        "expected_name": "wget verifies the name in the URL; it has no option to look for another one",
        "server_name": "wget sends the name in the URL, and verifies the same",
    }
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE})
    stores: Mapping[str, str] = {PEM_FILE: "--ca-certificate", HASHED_DIRECTORY: "--ca-directory"}
    program = "wget"
    kinds = HTTPS
    tls_library = "GnuTLS of the system"
    default_trust = Trust(Roots.SYSTEM, "without --ca-directory it loads GnuTLS' system trust", GNUTLS_C)

    templates = (
        Template("wget", frozenset({Phase.VERIFY}), NOT_TRUSTED + "{reason}", Basis.AUTHORITATIVE, GNUTLS_C),
        Template("wget", frozenset({Phase.NAME}), "{reason}", Basis.AUTHORITATIVE, GNUTLS_C),
        Template(
            "gnutls",
            frozenset({Phase.HANDSHAKE}),
            "GnuTLS: received alert [{*}]: {reason} Unable to establish SSL connection.",
            Basis.AUTHORITATIVE,
            GNUTLS_C,
        ),
        Template(
            "gnutls",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "GnuTLS: {reason} Unable to establish SSL connection.",
            Basis.AUTHORITATIVE,
            GNUTLS_C,
        ),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *tells_the_status(" ERROR 400: Bad Request.", source=ANSWERS),
        *no_tunnel("Proxy tunneling failed: REASONUnable to establish SSL connection.", TUNNEL),
        overlooks_tls("wget begins in clear at every proxy, whatever its URL says", PROXY_URL),
        *stops(
            dict.fromkeys((STORE_ABSENT, STORE_UNREADABLE), "ERROR: Failed to open cert {*}: ({*}" + NOT_TRUSTED),
            basis=Basis.AUTHORITATIVE,
            source=LOADS,
        ),
        # What it has no words for, as a signature that does not verify, is "not trusted" and no more.
        *says(ANY, Phase.VERIFY, NOT_TRUSTED, basis=Basis.AUTHORITATIVE, source=FAULTS),
        tolerates(
            "wget loads every file of the directory, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=LOADS,
        ),
        tolerates(
            "with --no-check-certificate wget says what is wrong and goes on",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=GNUTLS_C,
        ),
        *(
            tolerates(
                "wget does not ask GnuTLS what a certificate is for, and GnuTLS looks at that only when it is asked",
                of=[condition],
                basis=Basis.AUTHORITATIVE,
                source=NO_PURPOSE,
            )
            for condition in (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)
        ),
        *(
            tolerates(
                "wget asks GnuTLS to be compatible, with which it overlooks the key usage",
                of=[condition],
                basis=Basis.AUTHORITATIVE,
                source=PRIORITIES,
            )
            for condition in (KEY_USAGE, NO_SIGNING)
        ),
        tolerates(
            "wget loads the file of --ca-certificate beside the system's trust store",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=BOTH_STORES,
        ),
        *not_read("wget with GnuTLS", (SSL_CERT_DIR, SSL_CERT_FILE), BOTH_STORES),
        *beside("wget with GnuTLS does not read the variable", (SSL_CERT_DIR, SSL_CERT_FILE), BOTH_STORES),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["wget"], "--version"))

    def read_version(self, completed: Completed) -> str:
        version = re.match(r"GNU Wget (\S+)", completed.stdout)
        library = re.search(r"[+-]ssl/(\w+)", completed.stdout)
        return f"GNU Wget {version[1]} ({library[1]})" if version and library else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = ("=".join(self.store_option(side)),) if side.has_store else ()
        return (*(join((option,)) for option in (*trust, *_options(side))), *_proxy(side))

    def invoke(self, request: Request) -> Invocation:
        laid = request.trust()
        trust = (f"{self.stores[request.side.store.kind]}={laid.path}",)
        return Invocation(
            argv=(
                request.machine.which["wget"],
                "--no-config",
                "--tries=1",
                *(trust if request.side.has_store else ()),
                *_options(request.side),
                *_proxy(request.side, request.proxy),
                "--output-document=body",
                f"https://{in_url(request.side.connect_to)}:{request.endpoint.port}/",
            ),
            files={**laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        connected = completed.exit_status == 0 and "awaiting response... 200" in completed.stderr
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=completed.stderr,
            code="" if connected else str(completed.exit_status),
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
        )


def _proxy(side: ClientSide, at: ProxyAddress = AS_TYPED) -> tuple[str, ...]:
    """A line of ~/.wgetrc, in which alone a proxy has a place; else a variable of the environment."""
    url = proxy_url(side, at)
    return (f"--execute=https_proxy={url}",) if url else ()


def _options(side: ClientSide) -> tuple[str, ...]:
    options: list[str] = []
    if side.trust_everything:
        options.append("--no-check-certificate")
    if side.crls:
        options.append(f"--crl-file={CRL}")
    if side.certificate:
        options += [f"--certificate={CERTIFICATE}", f"--private-key={KEY}"]
    if side.host_header is not None:
        options.append(f"--header=Host: {side.host_header}")
    if side.tls_max is not None and side.tls_max < TLSVersion.TLSv1_3:
        # --secure-protocol is a floor only; a cap is a GnuTLS priority string, which replaces it.
        off = [
            version
            for version in TLSVersion
            if version > side.tls_max or version < (side.tls_min or TLSVersion.TLSv1_0)
        ]
        options.append("--ciphers=" + ":".join(["NORMAL", *(f"-VERS-TLS{version.number}" for version in off)]))
    elif side.tls_min is not None:
        options.append(f"--secure-protocol={_FLOORS[side.tls_min]}")
    return tuple(options)


CLIENTS = (Wget(),)
