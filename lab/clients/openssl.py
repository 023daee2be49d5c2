"""openssl s_client, the tool that people look at a server with.

Its exit status proves nothing, and `Verify return code: 0 (ok)` is printed even when the
handshake failed. Connected means that the verification is reported as OK and an HTTP request was answered.
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
from tlslab.clients.https import HTTPS, NOBODY_LISTENS, OBSERVED, OPTIONS, WAITS, cipher_list, floor
from tlslab.clients.proxy import no_tunnel
from tlslab.clients.refused_clients import shows_the_page
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import DEFAULT_LOCATIONS, OPENSSL_ENV, beside, option_first, read
from tlslab.model.certificate import as_address
from tlslab.model.circumstances import DEFAULTS_ONLY, FETCHES_LIST, NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    CN_ALONE,
    NAME_MISMATCH,
    OTHER_STORE,
    REVOCATION_UNKNOWN,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.environment import OPENSSL_CONF, SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Hangs, Template, says, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END, UNICODE, in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.proxy import HOST
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, RevocationCheck, Situation
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import Packages, Program

CALLBACK = Source(
    "OpenSSL, apps/lib/s_cb.c (verify_callback)",
    "https://github.com/openssl/openssl/blob/0223dfcf1e4d4d6f0a9a671ce570c6a1c057fe93/apps/lib/s_cb.c",
)
TUNNEL = Source(
    "OpenSSL, crypto/http/http_client.c (OSSL_HTTP_proxy_connect)",
    "https://github.com/openssl/openssl/blob/472f61ca8283c065a1b0a85c539ebbce6569c394/crypto/http/http_client.c",
)
PRINTED_ERRORS = Source(
    "OpenSSL, ERR_print_errors(3)",
    "https://github.com/openssl/openssl/blob/1d379bdd5f243c740d641a158d1599660aa4cafd/doc/man3/ERR_print_errors.pod",
)
CHECK_HOST = Source(
    "OpenSSL, X509_check_host(3), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT and what is the default",
    "https://github.com/openssl/openssl/blob/2cfdc4641a7f8f3f72e3c51de6b5837cf3bbaf8f/doc/man3/X509_check_host.pod",
)
A_LABELS = Source("OpenSSL, X509_check_host(3): a name must be given in A-label form", CHECK_HOST.url)
TRAILING_DOT = Source(
    "openssl/openssl, issue 11560: a dot behind the name is compared with the certificate",
    "https://github.com/openssl/openssl/issues/11560",
)
MANUAL = Source(
    "OpenSSL, openssl-s_client(1), -verify and -verify_return_error",
    "https://github.com/openssl/openssl/blob/7fa8bcfe4342df41919f5564b315f9c85d0a02d6/doc/man1/openssl-s_client.pod.in",
)
NO_FILE = Source(
    "OpenSSL, crypto/bio/bss_file.c (BIO_new_file: BIO_R_NO_SUCH_FILE)",
    "https://github.com/openssl/openssl/blob/0223dfcf1e4d4d6f0a9a671ce570c6a1c057fe93/crypto/bio/bss_file.c",
)
NO_CERTIFICATE = Source(
    "OpenSSL, crypto/err/openssl.txt (X509_R_NO_CERTIFICATE_OR_CRL_FOUND)",
    "https://github.com/openssl/openssl/blob/008c92e11b68d688951dd122e4030d1d398a8b2f/crypto/err/openssl.txt",
)
CRL_DOWNLOAD = Source(
    "observed by the lab of OpenSSL 3.0.19: where nobody listens at the address of the list, -crl_download connects "
    "again and again, without an end",
    "",
)
VERIFY_LOCATIONS = Source(
    "OpenSSL, apps/lib/apps.c (ctx_set_verify_locations: the defaults without -CAfile, -CApath and -CAstore alone)",
    "https://github.com/openssl/openssl/blob/d1bc43b3918f5fab59e34698f29cdcdf085aec49/apps/lib/apps.c",
)
_ANSWERED = re.compile(r"HTTP/1\.[01] 200\b")
_STATUS = re.compile(r"HTTP/1\.[01] \d{3} ")
"""It may stand in the middle of a line of a session, which s_client prints through a buffer."""
_VERIFIED = re.compile(r"^Verification: OK$", re.MULTILINE)
_PROTOCOL = re.compile(r"^[ \t]*Protocol[ \t]*: (TLSv[\d.]+)$", re.MULTILINE)


class SClient(Client):
    """openssl s_client, told to stop at verification errors and to check the name."""

    name = "openssl"
    title = "openssl s_client"
    needs = (Program("openssl", Packages(apt="openssl", dnf="openssl", zypper="openssl")),)
    supports = OPTIONS | {
        *("server_name", "strict_x509", "crls", "revocation", "security_level", "name_check", "certificate", "proxy"),
    }
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE, OPENSSL_CONF})
    stores: Mapping[str, str] = {PEM_FILE: "-CAfile", HASHED_DIRECTORY: "-CApath"}
    program = "openssl"
    kinds = HTTPS
    tls_library = "OpenSSL of the system"
    default_trust = Trust(
        Roots.NONE,
        "without -verify_return_error it tells what is wrong and goes on: no certificate makes the connection fail",
        MANUAL,
    )

    templates = (
        Template(
            "openssl",
            frozenset({Phase.VERIFY, Phase.NAME}),
            "verify error:num={*}:{reason} {*}:SSL routines:{*}:certificate verify failed:",
            Basis.AUTHORITATIVE,
            CALLBACK,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            ":error:{*}:SSL routines:{*}:{reason}:",
            Basis.AUTHORITATIVE,
            PRINTED_ERRORS,
        ),
        # errno 104 is ECONNRESET on Linux; s_client prints the number alone.
        Template("posix", frozenset({Phase.CLOSED, Phase.NO_TLS}), "write:errno=104", Basis.OBSERVED, OBSERVED),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *shows_the_page(),
        *no_tunnel("s_client: HTTP CONNECT failed, reason= STATUS REASON", TUNNEL),
        *says(
            [REVOCATION_UNKNOWN],
            Phase.VERIFY,
            Hangs(),
            basis=Basis.OBSERVED,
            source=CRL_DOWNLOAD,
            when=[FETCHES_LIST],
        ),
        *stops({STORE_ABSENT: ":BIO routines:{*}:no such file:"}, basis=Basis.AUTHORITATIVE, source=NO_FILE),
        *stops(
            {STORE_UNREADABLE: ":x509 certificate routines:{*}:no certificate or crl found:"},
            basis=Basis.AUTHORITATIVE,
            source=NO_CERTIFICATE,
        ),
        says_like(
            NAME_MISMATCH,
            [DOT_AT_THE_END],
            "OpenSSL compares the name as it was given, with its dot",
            basis=Basis.REPORTED,
            source=TRAILING_DOT,
        ),
        says_like(
            NAME_MISMATCH,
            [UNICODE],
            "OpenSSL expects a name in A-labels and does not make them itself",
            basis=Basis.AUTHORITATIVE,
            source=A_LABELS,
        ),
        tolerates(
            "without -verify_hostname s_client does not look at the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=MANUAL,
        ),
        tolerates(
            "OpenSSL takes the common name where no DNS name stands in a SAN",
            of=[NAME_MISMATCH, CN_ALONE],
            basis=Basis.AUTHORITATIVE,
            source=CHECK_HOST,
        ),
        *(
            tolerates(
                "without -verify_return_error it says what is wrong and goes on",
                phases=[Phase.VERIFY, Phase.NAME],
                when=[when],
                basis=Basis.AUTHORITATIVE,
                source=MANUAL,
            )
            for when in (TRUST_EVERYTHING, DEFAULTS_ONLY)
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with -CAfile s_client reads neither the default file nor the default directory",
            basis=Basis.AUTHORITATIVE,
            source=VERIFY_LOCATIONS,
        ),
        *read("s_client", (SSL_CERT_DIR, SSL_CERT_FILE), OPENSSL_ENV),
        *option_first("s_client", (SSL_CERT_DIR, SSL_CERT_FILE), VERIFY_LOCATIONS),
        *beside(
            "the variable takes the place of OpenSSL's default file or of its default directory, and not of the other",
            (SSL_CERT_DIR, SSL_CERT_FILE),
            DEFAULT_LOCATIONS,
            when=[~GIVEN_A_STORE],
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.proxy is not None and situation.client.proxy.by_tls:
            return "s_client takes a proxy by its host and port, and begins there in clear"
        match situation.client.revocation:
            case RevocationCheck.STAPLE:
                return "s_client asks for an answer of OCSP (-status) and shows it; whatever it says, s_client goes on"
            case RevocationCheck.OCSP:
                return "s_client asks no responder; `openssl ocsp` is a program of its own"
        return None

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["openssl"], "version"))

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.stdout.startswith(("OpenSSL", "LibreSSL")) else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        return tuple(join(option) for option in (*trust, *_options(side)))

    def invoke(self, request: Request) -> Invocation:
        host = f"{in_url(request.side.connect_to)}:{request.endpoint.port}"
        laid = request.trust()
        trust = (self.stores[request.side.store.kind], laid.path)
        return Invocation(
            argv=(
                request.machine.which["openssl"],
                "s_client",
                "-connect",
                host,
                *(trust if request.side.has_store else ()),
                *(word for option in _options(request.side, request.proxy) for word in option),
                # Without it the end of standard input ends the session before the answer.
                "-ign_eof",
            ),
            files={**laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
            stdin=f"GET / HTTP/1.1\r\nHost: {request.side.host_header or host}\r\nConnection: close\r\n\r\n",
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        # With no option it goes on whatever it finds, so an answer is all that there is to see.
        verified = side.trust_everything or side.defaults_only or _VERIFIED.search(completed.stdout) is not None
        connected = verified and _ANSWERED.search(completed.stdout) is not None
        protocol = _PROTOCOL.search(completed.stdout)
        number = re.search(r"verify error:num=(\d+)", completed.stderr)
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            # After a good handshake standard output is pages of certificates and session secrets.
            text=completed.stderr if connected else completed.stderr + (_page(completed.stdout) or completed.stdout),
            code="" if connected else number[1] if number else str(completed.exit_status),
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
            tls_version=protocol[1] if connected and protocol else "",
        )


def _page(stdout: str) -> str:
    """The page that the server answered with, which stands somewhere among them; "" for none."""
    found = _STATUS.search(stdout)
    page, end, _ = stdout[found.start() :].partition("</html>") if found else ("", "", "")
    return page + end if end else ""


def _options(side: ClientSide, at: ProxyAddress = AS_TYPED) -> tuple[tuple[str, ...], ...]:
    options: list[tuple[str, ...]] = []
    if side.proxy is not None:
        options.append(("-proxy", f"{HOST}:{at.port}"))
        if side.proxy.login:
            options += [("-proxy_user", at.user), ("-proxy_pass", f"pass:{at.password}")]
    if not (side.trust_everything or side.defaults_only):
        options.append(("-verify_return_error",))
        name = side.reference_identifier
        if side.name_check:
            options.append(("-verify_ip" if as_address(name) else "-verify_hostname", name))
    if side.indication != ClientSide(side.connect_to).indication:
        options.append(("-servername", side.indication) if side.indication else ("-noservername",))
    if side.crls:
        options.append(("-crl_check", "-CRL", CRL))
    if side.certificate:
        # Of the first file it takes the first certificate alone.
        beside = len(side.certificate.presented) > 1
        options += [("-cert", CERTIFICATE), ("-key", KEY), *([("-cert_chain", CERTIFICATE)] if beside else [])]
    if side.revocation is RevocationCheck.CRL:
        options.append(("-crl_check", "-crl_download"))
    if side.strict_x509:
        options.append(("-x509_strict",))
    lowest = floor(side)
    if lowest is not None:
        options.append(("-min_protocol", lowest.label))
    if side.tls_max is not None:
        options.append(("-max_protocol", side.tls_max.label))
    if ciphers := cipher_list(side):
        options.append(("-cipher", ciphers))
    return tuple(options)


CLIENTS = (SClient(),)
