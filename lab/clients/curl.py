"""curl, the command line tool, built with OpenSSL.

curl says what OpenSSL says behind `curl: (60) SSL certificate problem:`, and has words of its own for names
and resets. The number in brackets is its exit status (https://curl.se/libcurl/c/libcurl-errors.html).
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
from tlslab.clients.https import (
    HTTPS,
    OBSERVED,
    OPTIONS,
    WAITS,
    cipher_list,
    expects_other_name,
    floor,
)
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import shows_the_page
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import beside, option_first, read
from tlslab.libraries.curl import NUMBERS
from tlslab.libraries.openssl import NO_SIGNATURE_OF_THIS_KEY
from tlslab.model.circumstances import DEMANDS_STAPLE, TRUST_EVERYTHING
from tlslab.model.conditions import (
    BELOW_THE_ROOT,
    CN_ALONE,
    ENDS_EARLY,
    FORGED,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    NOT_SERVING,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOKED,
    STAPLE_MISSING,
    STORE_ABSENT,
    STORE_UNREADABLE,
)
from tlslab.model.environment import CURL_CA_BUNDLE, OPENSSL_CONF, SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Says, Template, says, says_alike, tolerates, where
from tlslab.model.names import ADDRESS_AS_CN_ALONE, NO_DNS_NAME, in_url
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, RevocationCheck, Situation
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup.needs import Packages, Program

LIBRARY_SOURCE = Source(
    "curl, lib/vtls/openssl.c (ossl_connect_step2)",
    "https://github.com/curl/curl/blob/00b6fc04075de493ec050a8c4dffa18109f85cfa/lib/vtls/openssl.c",
)
NEWER_LIBRARY_SOURCE = Source(
    "curl 8.22.0, lib/vtls/openssl.c (Curl_ossl_check_peer_cert)",
    "https://github.com/curl/curl/blob/curl-8_22_0/lib/vtls/openssl.c",
)
NAME_SOURCE = Source(
    "curl, lib/vtls/openssl.c (verifyhost)",
    "https://github.com/curl/curl/blob/00b6fc04075de493ec050a8c4dffa18109f85cfa/lib/vtls/openssl.c",
)
EARLIEST_ERROR = Source(
    "curl, lib/vtls/openssl.c (ossl_connect_step2: it tells the earliest error of OpenSSL's queue, which is what RSA "
    "says where a signature does not verify)",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/lib/vtls/openssl.c",
)
PARTIAL_CHAIN = Source(
    "curl, lib/vtls/openssl.c (X509_V_FLAG_PARTIAL_CHAIN, unless a CRL is given)",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/lib/vtls/openssl.c",
)
STATUS = Source(
    "curl 7.88.1, lib/vtls/openssl.c (verifystatus)",
    "https://github.com/curl/curl/blob/curl-7_88_1/lib/vtls/openssl.c",
)
SKIP_VERIFICATION = Source(
    'curl, docs/SSLCERTS.md, section "Skip verification"',
    "https://github.com/curl/curl/blob/0060f16a924d7657b7f691df5c301bc0be075588/docs/SSLCERTS.md",
)
STORE = Source(
    'curl, docs/SSLCERTS.md, section "Change curl\'s default CA store"',
    "https://github.com/curl/curl/blob/0060f16a924d7657b7f691df5c301bc0be075588/docs/SSLCERTS.md",
)
CA_FILE = Source(
    "curl 7.88.1, lib/vtls/openssl.c (set_up_x509_store): the first with OpenSSL 3, the second before it",
    "https://github.com/curl/curl/blob/curl-7_88_1/lib/vtls/openssl.c",
)
CANNOT_LOAD = {
    "error setting certificate file: ": CA_FILE,
    "error setting certificate verify locations:": CA_FILE,
    "error adding trust anchors from file: ": NEWER_LIBRARY_SOURCE,
    "error adding trust anchors from locations:": NEWER_LIBRARY_SOURCE,
}
"""What libcurl says of a file of CAs that it cannot load, the last two from 8.17 on."""
BOTH_LOCATIONS = Source(
    "curl, lib/vtls/openssl.c (ossl_load_trust_anchors: CAfile and CApath are both loaded)",
    "https://github.com/curl/curl/blob/00b6fc04075de493ec050a8c4dffa18109f85cfa/lib/vtls/openssl.c",
)
VARIABLES = Source(
    "curl 7.88.1, src/tool_operate.c (single_transfer: CURL_CA_BUNDLE, else SSL_CERT_DIR and SSL_CERT_FILE, where "
    "neither --cacert nor --capath is given)",
    "https://github.com/curl/curl/blob/curl-7_88_1/src/tool_operate.c",
)
TUNNEL = Source(
    "curl, lib/cf-h1-proxy.c (H1_CONNECT)",
    "https://github.com/curl/curl/blob/c074ba64a86c36bbb697b89e1b3509fd14d12af3/lib/cf-h1-proxy.c",
)
NEWER_TUNNEL = Source(
    "curl 8.20.0, lib/cf-h1-proxy.c (CURLE_COULDNT_CONNECT, which was CURLE_RECV_ERROR before)",
    "https://github.com/curl/curl/blob/curl-8_20_0/lib/cf-h1-proxy.c",
)
OLDER_TUNNEL = Source(
    "curl, lib/http_proxy.c (CONNECT)",
    "https://github.com/curl/curl/blob/757d8eeb3728553e6068b4ab7d119bc3271c32a4/lib/http_proxy.c",
)
COULD_NOT_OF_OLD = Source(
    "curl 7.88.1, lib/strerror.c, curl_easy_strerror (CURLE_COULDNT_CONNECT)",
    "https://github.com/curl/curl/blob/curl-7_88_1/lib/strerror.c",
)
COULD_NOT = Source("curl, lib/strerror.c, curl_easy_strerror (CURLE_COULDNT_CONNECT)", NUMBERS.url)
OF_LIBCURL = (
    *(
        tolerates(
            "libcurl takes any certificate of its store for a trust anchor (X509_V_FLAG_PARTIAL_CHAIN, from 7.68 on)",
            of=[condition],
            basis=Basis.AUTHORITATIVE,
            source=PARTIAL_CHAIN,
        )
        for condition in (BELOW_THE_ROOT, LEAF_TRUSTED)
    ),
    *(
        tolerates(
            "libcurl takes the common name, an address as well, where the SAN has neither names nor addresses",
            of=[NAME_MISMATCH, condition],
            when=[~where(NO_DNS_NAME)],
            basis=Basis.AUTHORITATIVE,
            source=NAME_SOURCE,
        )
        for condition in (CN_ALONE, ADDRESS_AS_CN_ALONE)
    ),
)
"""What libcurl takes, whichever program it is in."""


def could_not_connect(before: str = "") -> tuple[Says, ...]:
    """What libcurl says of a port where nobody listens: its word for that stands behind host and port."""
    words = {"Couldn't connect to server": COULD_NOT_OF_OLD, "Could not connect to server": COULD_NOT}
    return tuple(
        row
        for text, source in words.items()
        for row in says(
            [NOT_SERVING],
            Phase.CONNECT,
            f"{before}Failed to connect to {{host}} port {{*}}: {text}",
            basis=Basis.AUTHORITATIVE,
            source=source,
        )
    )


_ROOTS = (CURL_CA_BUNDLE, SSL_CERT_DIR, SSL_CERT_FILE)
TRACE, BODY = "curl.trace", "body"
_TLS_IN_TRACE = re.compile(r"SSL connection using (TLSv[\d.]+)")


class Curl(Client):
    """curl with `--cacert`. Its trace goes to a file, so that standard error is what a user sees."""

    name = "curl"
    title = "curl"
    needs = (Program("curl", Packages(apt="curl", dnf="curl-minimal", zypper="curl")),)
    supports = OPTIONS | {"proxy", "crls", "revocation", "security_level", "certificate"}
    lacks: Mapping[str, str] = {"server_name": "curl sends the name in the URL, and verifies the same"}
    variables = frozenset({*_ROOTS, OPENSSL_CONF})
    stores: Mapping[str, str] = {PEM_FILE: "--cacert", HASHED_DIRECTORY: "--capath"}
    program = "curl"
    kinds = HTTPS
    tls_library = "OpenSSL of the system"
    default_trust = Trust(Roots.SYSTEM, "its store is set at build time, and distributions set the system's", STORE)

    templates = (
        Template(
            "openssl",
            frozenset({Phase.VERIFY}),
            "curl: (60) SSL certificate problem: {reason}",
            Basis.AUTHORITATIVE,
            LIBRARY_SOURCE,
        ),
        # The words of curl 8.22, with the number of OpenSSL's error behind the reason.
        Template(
            "openssl",
            frozenset({Phase.VERIFY}),
            "curl: (60) SSL certificate OpenSSL verify result: {reason} (",
            Basis.AUTHORITATIVE,
            NEWER_LIBRARY_SOURCE,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            "curl: (35) {*}SSL routines:{*}:{reason}",
            Basis.AUTHORITATIVE,
            LIBRARY_SOURCE,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "curl: (35) OpenSSL SSL_connect: {reason} in connection to {name}:",
            Basis.AUTHORITATIVE,
            LIBRARY_SOURCE,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "curl: (35) Recv failure: {reason}",
            Basis.OBSERVED,
            OBSERVED,
        ),
    )
    rows = (
        *no_tunnel("curl: (56) CONNECT tunnel failed, response STATUS", TUNNEL),
        *no_tunnel("curl: (7) CONNECT tunnel failed, response STATUS", NEWER_TUNNEL),
        *no_tunnel("curl: (56) Received HTTP code STATUS from proxy after CONNECT", OLDER_TUNNEL),
        *says_in_clear("curl: (35) {*}:SSL routines:{*}:wrong version number", LIBRARY_SOURCE),
        *says_alike(
            [PLAIN_HTTP, OTHER_SERVICE],
            Phase.NO_TLS,
            "curl: (35) {*}:SSL routines:{*}:wrong version number",
            basis=Basis.AUTHORITATIVE,
            source=LIBRARY_SOURCE,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "curl: (60) SSL: no alternative certificate subject name matches target host",
            basis=Basis.AUTHORITATIVE,
            source=NAME_SOURCE,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to {name}:",
            basis=Basis.AUTHORITATIVE,
            source=LIBRARY_SOURCE,
        ),
        *WAITS,
        *could_not_connect("curl: (7) "),
        *shows_the_page(),
        *(
            row
            for condition, text in (
                (REVOKED, "SSL certificate revocation reason: "),
                (STAPLE_MISSING, "No OCSP response received"),
                (REVOCATION_STALE, "OCSP response has expired"),
            )
            for row in says(
                [condition],
                Phase.VERIFY,
                f"curl: (91) {text}",
                basis=Basis.AUTHORITATIVE,
                source=STATUS,
                when=[DEMANDS_STAPLE],
            )
        ),
        *(
            row
            for words, source in CANNOT_LOAD.items()
            for row in stops(
                dict.fromkeys((STORE_ABSENT, STORE_UNREADABLE), f"curl: (77) {words}"),
                basis=Basis.AUTHORITATIVE,
                source=source,
            )
        ),
        *says(
            [FORGED],
            Phase.VERIFY,
            *(f"curl: (35) {{*}}:rsa routines:{{*}}:{reason}" for reason in NO_SIGNATURE_OF_THIS_KEY),
            basis=Basis.AUTHORITATIVE,
            source=EARLIEST_ERROR,
        ),
        *OF_LIBCURL,
        tolerates(
            "with --insecure curl looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=SKIP_VERIFICATION,
        ),
        tolerates(
            "--cacert takes the place of the file that curl was built with, not of the directory, if it was built with "
            "one, as Debian's and Ubuntu's are",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=BOTH_LOCATIONS,
        ),
        *read("curl", _ROOTS, VARIABLES),
        *option_first("curl", _ROOTS, VARIABLES),
        *beside(
            "the variable takes the place of the file or the directory that curl was built with, and not of the other, "
            "if it was built with both, as Debian's and Ubuntu's are",
            _ROOTS,
            BOTH_LOCATIONS,
            when=[~GIVEN_A_STORE],
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.revocation in (RevocationCheck.OCSP, RevocationCheck.CRL):
            return "curl with OpenSSL asks no responder and fetches no list: it takes a file, or a staple"
        return None

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["curl"], "--version"))

    def read_version(self, completed: Completed) -> str:
        found = re.match(r"curl (\S++).*?((?:OpenSSL|LibreSSL|GnuTLS|BoringSSL|wolfSSL)/\S+)", completed.stdout)
        return f"curl {found[1]} ({found[2]})" if found else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        url = (f"https://{in_url(side.reference_identifier)}/",) if expects_other_name(side) else ()
        return (*(join(option) for option in (*trust, *_options(side))), *url)

    def invoke(self, request: Request) -> Invocation:
        options = [word for option in _options(request.side, request.proxy) for word in option]
        laid = request.trust()
        trust = (self.stores[request.side.store.kind], laid.path)
        return Invocation(
            argv=(
                request.machine.which["curl"],
                "--disable",  # no ~/.curlrc
                "--silent",
                "--show-error",
                *(trust if request.side.has_store else ()),
                *options,
                "--trace-ascii",
                TRACE,
                "--output",
                BODY,
                "--write-out",
                "%{http_code}",
                f"https://{in_url(request.side.reference_identifier)}:{request.endpoint.port}/",
            ),
            files={**laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
            collect=(TRACE, BODY),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        said = completed.file(TRACE)
        trace = "".join(line for line in said.splitlines(keepends=True) if line.startswith("== Info:"))
        version = _TLS_IN_TRACE.search(trace)
        connected = completed.exit_status == 0 and completed.stdout.strip() == "200"
        return Outcome(
            result=Result.CONNECTED if connected else Result.REFUSED,
            text=completed.stderr or f"HTTP {completed.stdout}" + ("" if connected else f"\n{completed.file(BODY)}"),
            code="" if connected else str(completed.exit_status),
            trace=trace,
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=True if connected else None,
            tls_version=version[1] if version else "",
        )


def _options(side: ClientSide, at: ProxyAddress = AS_TYPED) -> tuple[tuple[str, ...], ...]:
    options: list[tuple[str, ...]] = []
    if url := proxy_url(side, at):
        options.append(("--proxy", url))
    if side.trust_everything:
        options.append(("--insecure",))
    if expects_other_name(side):
        # curl verifies the name in the URL; where to connect can be given beside it, without a port for that of the URL
        # (curl(1), --connect-to).
        options.append(("--connect-to", f"{in_url(side.reference_identifier)}::{in_url(side.connect_to)}:"))
    lowest = floor(side)
    if lowest is not None:
        options.append((f"--tlsv{lowest.number}",))
    if side.crls:
        options.append(("--crlfile", CRL))
    if side.certificate:
        options += [("--cert", CERTIFICATE), ("--key", KEY)]
    if side.revocation is RevocationCheck.STAPLE:
        options.append(("--cert-status",))
    if side.host_header is not None:
        options.append(("--header", f"Host: {side.host_header}"))
    if side.tls_max is not None:
        options.append(("--tls-max", side.tls_max.number))
    if ciphers := cipher_list(side):
        options.append(("--ciphers", ciphers))
    return tuple(options)


CLIENTS = (Curl(),)
