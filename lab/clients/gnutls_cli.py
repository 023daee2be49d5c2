"""gnutls-cli, GnuTLS' own tool to look at a server with.

What GnuTLS finds wrong with the certificates stands on standard output, in the words of
gnutls_certificate_verification_status_print behind `- Status:`; what became of the handshake stands on standard error.
After the end of standard input it shuts down its own side and reads on, so its exit status says that the connection
ended well, not that there was an answer.
"""

import re
from collections.abc import Mapping
from shlex import join

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
)
from tlslab.clients.https import HTTPS, OPTIONS, WAITS, expects_other_name
from tlslab.clients.refused_clients import shows_the_page
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import beside, not_read
from tlslab.model.circumstances import ASKS_OCSP, FETCHES_ISSUERS, MEETS_NOBODY, MEETS_SILENCE, TRUST_EVERYTHING
from tlslab.model.conditions import (
    INCOMPLETE,
    NOT_SERVING,
    OTHER_STORE,
    REVOCATION_UNKNOWN,
    REVOKED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.environment import SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Crashes, Hangs, Template, When, says, says_like, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import PEM_FILE, ClientSide, RevocationCheck, Situation, TLSVersion
from tlslab.setup.needs import Packages, Program

_GNUTLS = "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d"
STATUS = Source("GnuTLS 3.7.9, src/common.c (cert_verify)", f"{_GNUTLS}/src/common.c")
CLI = Source(
    "GnuTLS 3.7.9, src/cli.c (cert_verify_callback, handle_error, init_global_tls_stuff)", f"{_GNUTLS}/src/cli.c"
)
TRUST_FILE = Source(
    "GnuTLS 3.7.9, src/cli.c (init_global_tls_stuff), with the texts of lib/errors.c (GNUTLS_E_FILE_ERROR, "
    "GNUTLS_E_NO_CERTIFICATE_FOUND)",
    f"{_GNUTLS}/src/cli.c",
)
VERIFIES_LISTS = Source(
    "GnuTLS 3.7.9, src/cli.c (GNUTLS_CERTIFICATE_VERIFY_CRLS: a list is held against the CAs of --x509cafile)",
    f"{_GNUTLS}/src/cli.c",
)
OCSP = Source(
    "GnuTLS 3.7.9, src/ocsptool-common.c (check_ocsp_response), src/cli.c (cert_verify_callback)",
    f"{_GNUTLS}/src/ocsptool-common.c",
)
CONNECTS = Source(
    "GnuTLS 3.7.9, src/socket.c (socket_open: it ends with the program where nobody listens, and has no time limit)",
    f"{_GNUTLS}/src/socket.c",
)
AUTO_RETRIEVE = Source(
    "observed by the lab of gnutls-cli 3.7.9: with --ca-auto-retrieve it looks for the issuer of an unknown root, too, "
    "finds no address there, and crashes",
    "",
)
_ANSWERED = re.compile(r"^HTTP/1\.[01] 200\b", re.MULTILINE)
_PROTOCOL = re.compile(r"^- Description: \(TLS(1\.\d)", re.MULTILINE)


def _has_a_list_of_another(act: Situation) -> bool:
    side = act.client
    return any(item.issuer not in (*side.trust_anchors, *side.intermediates) for item in side.crls)


LIST_OF_ANOTHER = When("given a list of a CA that does not stand in --x509cafile", _has_a_list_of_another)


class GnuTLSCli(Client):
    """gnutls-cli with `--x509cafile`, in place of which it would read the system's trust store."""

    name = "gnutls-cli"
    title = "gnutls-cli"
    needs = (Program("gnutls-cli", Packages(apt="gnutls-bin", dnf="gnutls-utils", zypper="gnutls")),)
    supports = OPTIONS | {"server_name", "crls", "revocation", "fetches_issuers", "certificate"}
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE})
    stores: Mapping[str, str] = {PEM_FILE: "--x509cafile"}
    program = "gnutls-cli"
    kinds = HTTPS
    tls_library = "GnuTLS of the system"
    default_trust = Trust(Roots.SYSTEM, "without --x509cafile it loads GnuTLS' system trust", CLI)

    templates = (
        Template(
            "gnutls",
            frozenset({Phase.VERIFY, Phase.NAME}),
            "- Status: The certificate is NOT trusted. {*}{reason}",
            Basis.AUTHORITATIVE,
            STATUS,
        ),
        Template(
            "gnutls", frozenset({Phase.HANDSHAKE}), "*** Received alert [{*}]: {reason}", Basis.AUTHORITATIVE, CLI
        ),
        Template(
            "gnutls",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.NO_TLS}),
            "*** Fatal error: {reason}",
            Basis.AUTHORITATIVE,
            CLI,
        ),
    )
    rows = (
        *WAITS,
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            "Could not connect to {*}: Connection refused",
            basis=Basis.AUTHORITATIVE,
            source=CONNECTS,
        ),
        *shows_the_page(),
        *says(
            (),
            Phase.VERIFY,
            "Error setting the x509 CRL file: Error in the CRL verification.",
            basis=Basis.AUTHORITATIVE,
            source=VERIFIES_LISTS,
            when=[LIST_OF_ANOTHER],
        ),
        *says(
            [UNTRUSTED],
            Phase.VERIFY,
            Crashes("*** Cannot find caIssuer URI in certificate"),
            basis=Basis.OBSERVED,
            source=AUTO_RETRIEVE,
            when=[FETCHES_ISSUERS],
        ),
        *says(
            [REVOKED],
            Phase.VERIFY,
            "*** Certificate was revoked at {*} *** Verifying (with OCSP) server certificate chain failed...",
            basis=Basis.AUTHORITATIVE,
            source=OCSP,
            when=[ASKS_OCSP],
        ),
        *(
            row
            for condition, when in ((REVOCATION_UNKNOWN, ASKS_OCSP), (INCOMPLETE, FETCHES_ISSUERS))
            for does, met in (("Could not connect to {*}: Connection refused", MEETS_NOBODY), (Hangs(), MEETS_SILENCE))
            for row in says(
                [condition], Phase.VERIFY, does, basis=Basis.AUTHORITATIVE, source=CONNECTS, when=[when, met]
            )
        ),
        *stops(
            {
                STORE_ABSENT: "Error setting the x509 trust file: Error while reading file.",
                STORE_UNREADABLE: "Error setting the x509 trust file: No certificate was found.",
            },
            basis=Basis.AUTHORITATIVE,
            source=TRUST_FILE,
        ),
        tolerates(
            "with --insecure gnutls-cli says what is wrong and goes on",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=CLI,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with --x509cafile gnutls-cli does not load the system's trust store",
            basis=Basis.AUTHORITATIVE,
            source=CLI,
        ),
        *not_read("gnutls-cli", (SSL_CERT_DIR, SSL_CERT_FILE), CLI),
        *beside("gnutls-cli does not read the variable", (SSL_CERT_DIR, SSL_CERT_FILE), CLI),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        match situation.client.revocation:
            case RevocationCheck.STAPLE:
                return "gnutls-cli looks at an answer of OCSP in the handshake, and cannot be told to demand one"
            case RevocationCheck.CRL:
                return "gnutls-cli takes a file of lists, and fetches none"
        return None

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["gnutls-cli"], "--version"))

    def read_version(self, completed: Completed) -> str:
        found = re.match(r"gnutls-cli (\d\S*)", completed.stdout)
        return f"gnutls-cli {found[1]}" if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = ("=".join(self.store_option(side)),) if side.has_store else ()
        return tuple(join((option,)) for option in (*trust, *_options(side)))

    def invoke(self, request: Request) -> Invocation:
        host = request.side.connect_to
        asked = request.side.host_header or f"{in_url(host)}:{request.endpoint.port}"
        laid = request.trust()
        return Invocation(
            argv=(
                request.machine.which["gnutls-cli"],
                *((f"{self.stores[request.side.store.kind]}={laid.path}",) if request.side.has_store else ()),
                *_options(request.side),
                f"--port={request.endpoint.port}",
                host,
            ),
            files={**laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
            stdin=f"GET / HTTP/1.1\r\nHost: {asked}\r\nConnection: close\r\n\r\n",
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        connected = completed.exit_status == 0 and _ANSWERED.search(completed.stdout) is not None
        protocol = _PROTOCOL.search(completed.stdout)
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=completed.stderr + completed.stdout,
            code="" if connected else str(completed.exit_status),
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
            tls_version=f"TLSv{protocol[1]}" if connected and protocol else "",
        )


def _options(side: ClientSide) -> tuple[str, ...]:
    options: list[str] = []
    if side.trust_everything:
        options.append("--insecure")
    if expects_other_name(side):
        options.append(f"--verify-hostname={side.reference_identifier}")
    if side.indication != ClientSide(side.connect_to).indication:
        options.append(f"--sni-hostname={side.indication}" if side.indication else "--disable-sni")
    if side.crls:
        options.append(f"--x509crlfile={CRL}")
    if side.certificate:
        options += [f"--x509certfile={CERTIFICATE}", f"--x509keyfile={KEY}"]
    if side.revocation is RevocationCheck.OCSP:
        options.append("--ocsp")
    if side.fetches_issuers:
        options.append("--ca-auto-retrieve")
    if side.tls_min is not None or side.tls_max is not None:
        low, high = side.tls_min or TLSVersion.TLSv1_0, side.tls_max or TLSVersion.TLSv1_3
        off = [version for version in TLSVersion if not low <= version <= high]
        if off:
            options.append("--priority=" + ":".join(["NORMAL", *(f"-VERS-TLS{version.number}" for version in off)]))
    return tuple(options)


CLIENTS = (GnuTLSCli(),)
