"""apt (apt-helper), with the TLS of its https method: GnuTLS, up to Debian 12 and Ubuntu 24.04.

apt says what GnuTLS finds wrong with a chain or a name in GnuTLS' own words, after which comes "Could not handshake".
`apt-helper download-file` fetches one file as `apt-get update` fetches a list, by the same method and settings.
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
from tlslab.clients.https import HTTPS, NOBODY_LISTENS, OBSERVED, OPTIONS, WAITS
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import beside, not_read
from tlslab.libraries.apt import CONNECT
from tlslab.model.circumstances import NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ISSUER_NOT_FOR_SERVERS,
    NAME_MISMATCH,
    NOT_FOR_SERVERS,
    OTHER_STORE,
    STORE_ABSENT,
    UNTRUSTED,
)
from tlslab.model.environment import SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END, in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import PEM_FILE, ClientSide
from tlslab.setup.needs import Library, Packages, Program

HTTP = Source(
    "apt 2.6.1, methods/http.cc (UnwrapHTTPConnect: the proxy's answer to CONNECT)",
    "https://github.com/Debian/apt/blob/2.6.1/methods/http.cc",
)
STATUS = Source(
    "apt 2.6.1, methods/basehttp.cc (the status and its words)",
    "https://github.com/Debian/apt/blob/2.6.1/methods/basehttp.cc",
)
_HELPER, _METHOD = "apt-helper", "apt-https"
CONF = "apt.conf"
_FAILED = "E: Failed to fetch https://{urlhost}{*}  "
_NO_STORE = _FAILED + "Could not load certificates from {*} (CaInfo option): "
_LIBRARY_WORDS = "the program of apt with which it fetches, apt-helper"


class Apt(Client):
    """apt with `Acquire::https::CaInfo`."""

    name = "apt"
    title = "apt"
    needs = (
        Program("apt-get", Packages(apt="apt")),
        Library(_HELPER, ("apt/apt-helper",), Packages(apt="apt"), _LIBRARY_WORDS),
        Library(_METHOD, ("apt/methods/http",), Packages(apt="apt"), "apt's method for https", gnutls=True),
    )
    supports = (OPTIONS | {"proxy", "certificate", "crls", "name_check"}) - {
        "expected_name",
        "tls_min",
        "tls_max",
        "host_header",
    }
    lacks: Mapping[str, str] = {
        "expected_name": "apt verifies the name in the URL; it has no option to look for another one",
        "server_name": "apt sends the name in the URL, and verifies the same",
        "tls_min": "apt has no option for the versions of TLS any more (SslForceVersion); it offers what GnuTLS does",
        "tls_max": "apt has no option for the versions of TLS any more (SslForceVersion); it offers what GnuTLS does",
        "host_header": "apt has no option for a header",
    }
    stores: Mapping[str, str] = {PEM_FILE: "Acquire::https::CaInfo"}
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE})
    kinds = HTTPS
    tls_library = "GnuTLS of the system"
    default_trust = Trust(Roots.SYSTEM, "without CaInfo it loads GnuTLS' system trust", CONNECT)

    templates = (
        Template(
            "gnutls",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _FAILED + "Certificate verification failed: The certificate is NOT trusted. {*}{reason}",
            Basis.AUTHORITATIVE,
            CONNECT,
        ),
        Template(
            "gnutls",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.NO_TLS}),
            _FAILED + "Could not handshake: {reason}",
            Basis.AUTHORITATIVE,
            CONNECT,
        ),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *tells_the_status(_FAILED + "400  Bad Request", source=STATUS),
        *no_tunnel(_FAILED + "Invalid response from proxy: HTTP/1.1 STATUS REASON", HTTP),
        *says_in_clear(_FAILED + "Could not handshake: An unexpected TLS packet was received.", CONNECT),
        # Of a file that holds no certificate in PEM it says nothing.
        *stops({STORE_ABSENT: _NO_STORE}, basis=Basis.AUTHORITATIVE, source=CONNECT),
        tolerates(
            "with Verify-Peer false apt has GnuTLS look at nothing",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        tolerates(
            "with Verify-Host false the chain is verified, and the name is not",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        *(
            tolerates(
                "apt does not ask GnuTLS what a certificate is for, and GnuTLS looks at that only when it is asked",
                of=[condition],
                basis=Basis.AUTHORITATIVE,
                source=CONNECT,
            )
            for condition in (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)
        ),
        says_like(
            NAME_MISMATCH,
            [DOT_AT_THE_END],
            "apt has GnuTLS compare the name in the URL with its dot",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "the file of CaInfo takes the place of the system's trust store",
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        *not_read("apt", (SSL_CERT_DIR, SSL_CERT_FILE), CONNECT),
        *beside("apt does not read the variable", (SSL_CERT_DIR, SSL_CERT_FILE), CONNECT),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["apt-get"], "--version"))

    def read_version(self, completed: Completed) -> str:
        found = re.match(r"apt (\d\S*)", completed.stdout)
        return f"apt {found[1]}" if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        return tuple(join(("-o", "=".join(setting))) for setting in (*trust, *_settings(side)))

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        trust = ((self.stores[side.store.kind], str(request.workdir / laid.path)),) if side.has_store else ()
        settings = {**_ALONE, **dict(trust), **dict(_settings(side, request.proxy, f"{request.workdir}/"))}
        lines = [f'{name} "{value}";\n' for name, value in settings.items()]
        return Invocation(
            argv=(
                *(request.machine.files[_HELPER], "download-file"),
                *(f"https://{in_url(side.connect_to)}:{request.endpoint.port}/", "body"),
            ),
            env={"APT_CONFIG": str(request.workdir / CONF)},
            files={CONF: "".join(lines), **laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        connected = completed.exit_status == 0 and "Fetched " in completed.stdout
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=completed.stderr or completed.stdout,
            code="" if connected else str(completed.exit_status),
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
        )


_ALONE = {
    "Dir::Etc": "no-such-directory",
    "Dir::Etc::parts": "/dev/null",
    "Dir::State": ".",
    "Dir::Cache": ".",
    "APT::Sandbox::User": "",
    "Acquire::Retries": "0",
}
"""Nothing of the machine's configuration and lists is read, and nothing is asked twice."""


def _settings(side: ClientSide, at: ProxyAddress = AS_TYPED, directory: str = "") -> tuple[tuple[str, str], ...]:
    """The settings of a line of /etc/apt/apt.conf.d, or of the option `-o`, beside the trust store."""
    settings: list[tuple[str, str]] = []
    if url := proxy_url(side, at):
        settings.append(("Acquire::https::Proxy", url))
    if side.trust_everything:
        settings.append(("Acquire::https::Verify-Peer", "false"))
    if not side.name_check:
        settings.append(("Acquire::https::Verify-Host", "false"))
    if side.crls:
        settings.append(("Acquire::https::CrlFile", f"{directory}{CRL}"))
    if side.certificate:
        settings += [
            ("Acquire::https::SslCert", f"{directory}{CERTIFICATE}"),
            ("Acquire::https::SslKey", f"{directory}{KEY}"),
        ]
    return tuple(settings)


CLIENTS = (Apt(),)
