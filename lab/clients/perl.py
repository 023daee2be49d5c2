"""Perl's HTTPS clients: LWP, and IO::Socket::SSL, which it stands on; each one GET by `probes/perl_https.pl`.

IO::Socket::SSL says that OpenSSL refused the certificate, and never why: "certificate verify failed" is all. It
compares names itself. LWP shows the same behind "Can't connect to".
"""

import json
from collections.abc import Mapping
from typing import Any

from tlslab.clients.answers import read_answer
from tlslab.clients.base import CERTIFICATE, KEY, Client, Invocation, Machine, Request, Roots, Trust, own_files, probe
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
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.libraries.perl import SSL
from tlslab.model.circumstances import STAPLED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    BELOW_THE_ROOT,
    CN_ALONE,
    CN_BESIDE_SAN,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    OTHER_STORE,
    REVOKED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Own, Template, says, says_like, tolerates
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN, UNICODE, in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.proxy import HOST
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, TLSVersion
from tlslab.setup.needs import Library, Packages, Program

PROBE = "perl_https.pl"
PERL = Program("perl", Packages(apt="perl", dnf="perl", zypper="perl"))
LWP_HTTP = Source(
    "libwww-perl, lib/LWP/Protocol/http.pm (_new_socket)",
    "https://github.com/libwww-perl/libwww-perl/blob/v6.68/lib/LWP/Protocol/http.pm",
)
TUNNEL = Source("libwww-perl, lib/LWP/Protocol/http.pm (request: the tunnel, and TLS inside it)", LWP_HTTP.url)
LWP_HTTPS = Source(
    "LWP::Protocol::https, lib/LWP/Protocol/https.pm (_extra_sock_opts)",
    "https://github.com/libwww-perl/LWP-Protocol-https/blob/v6.10/lib/LWP/Protocol/https.pm",
)
DEFAULT_CA = Source("IO::Socket::SSL, lib/IO/Socket/SSL.pm (default_ca, SSL_ca_file, SSL_ca_path)", SSL.url)
IDENTITY = Source("IO::Socket::SSL, lib/IO/Socket/SSL.pm (verify_hostname_of_cert, the schemes)", SSL.url)
PARTIAL = Source(
    "IO::Socket::SSL, lib/IO/Socket/SSL.pm (X509_V_FLAG_PARTIAL_CHAIN, where it is given a store)", SSL.url
)
MODE = Source("IO::Socket::SSL, lib/IO/Socket/SSL.pm (SSL_verify_mode: SSL_VERIFY_NONE)", SSL.url)
STAPLES = Source(
    "IO::Socket::SSL, lib/IO/Socket/SSL.pm (SSL_ocsp_mode: by default it looks at an answer of OCSP in the handshake)",
    SSL.url,
)
_CANNOT = "500 Can't connect to {urlhost}:{*}"
_ERROR = "error={*}, ssl_error={*}"
"""As its documentation has people print both of its errors."""
_NO_FILE = "SSL_ca_file {*} can't be used: No such file or directory"
_FAILED = "SSL connect attempt failed error:{*}:SSL routines:{*}:"
_OLD = {version: f"!{version.label.replace('.', '_')}" for version in TLSVersion}


def _templates(before: str, source: Source) -> tuple[Template, ...]:
    return (
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            before + _FAILED + "{reason}",
            Basis.AUTHORITATIVE,
            source,
        ),
        Template(
            "posix",
            frozenset({Phase.CONNECT, Phase.CLOSED, Phase.NO_TLS}),
            before.replace("{*}", "{reason}", 1) if before == _ERROR else before + "({reason})",
            Basis.AUTHORITATIVE,
            source,
        ),
    )


def _says(before: str, source: Source) -> tuple[Own, ...]:
    failed = before + _FAILED + "certificate verify failed"
    return (
        *says(
            [REVOKED],
            Phase.VERIFY,
            before + "certificate status is revoked",
            basis=Basis.AUTHORITATIVE,
            source=STAPLES,
            when=[STAPLED],
        ),
        *says(ANY, Phase.VERIFY, failed, basis=Basis.AUTHORITATIVE, source=source),
        *says([UNTRUSTED], Phase.VERIFY, failed, basis=Basis.AUTHORITATIVE, source=source),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            before + "hostname verification failed",
            basis=Basis.AUTHORITATIVE,
            source=source,
        ),
    )


def _rows(before: str, source: Source) -> tuple[Own, ...]:
    return (
        *WAITS,
        # Of LWP it is the status line, of a socket what the program reads from it.
        *tells_the_status("400 Bad Request"),
        *_says(before, source),
        *(
            tolerates(
                "IO::Socket::SSL takes any certificate of its store for a trust anchor (X509_V_FLAG_PARTIAL_CHAIN)",
                of=[condition],
                basis=Basis.AUTHORITATIVE,
                source=PARTIAL,
            )
            for condition in (BELOW_THE_ROOT, LEAF_TRUSTED)
        ),
        *(
            tolerates(
                "IO::Socket::SSL takes the common name where no DNS name stands in a SAN; an address always",
                of=[NAME_MISMATCH, condition],
                basis=Basis.AUTHORITATIVE,
                source=IDENTITY,
            )
            for condition in (CN_ALONE, ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN)
        ),
        tolerates(
            "with SSL_VERIFY_NONE it looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=MODE,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with SSL_ca_file it does not load the default store",
            basis=Basis.AUTHORITATIVE,
            source=DEFAULT_CA,
        ),
    )


class PerlSocket(Client):
    """IO::Socket::SSL with `SSL_ca_file`."""

    name = "perl-ssl"
    title = "Perl IO::Socket::SSL"
    needs = (
        PERL,
        Library(
            "io-socket-ssl",
            ("../share/perl5/IO/Socket/SSL.pm",),
            Packages(apt="libio-socket-ssl-perl", dnf="perl-IO-Socket-SSL", zypper="perl-IO-Socket-SSL"),
            "the Perl module IO::Socket::SSL",
        ),
    )
    templates = _templates(_ERROR, SSL)
    rows = (
        *_rows(_ERROR, SSL),
        tolerates(
            "without a scheme IO::Socket::SSL takes the common name beside a SAN as well (check_cn always)",
            of=[NAME_MISMATCH, CN_BESIDE_SAN],
            basis=Basis.AUTHORITATIVE,
            source=IDENTITY,
        ),
        *stops({STORE_ABSENT: _NO_FILE}, basis=Basis.AUTHORITATIVE, source=DEFAULT_CA),
        *stops(
            {STORE_UNREADABLE: _ERROR + "Invalid certificate authority locations"},
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        says_like(
            NAME_MISMATCH,
            [UNICODE],
            "IO::Socket::SSL compares the name as it was given; LWP's URI turns it into A-labels",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
    )
    kinds = HTTPS
    program = "perl"
    tls_library = "OpenSSL of the system"
    supports = OPTIONS | {"server_name", "security_level", "certificate"}
    stores: Mapping[str, str] = {PEM_FILE: "SSL_ca_file", HASHED_DIRECTORY: "SSL_ca_path"}
    default_trust = Trust(
        Roots.SYSTEM, "without SSL_ca_file it reads OpenSSL's default paths, the system's", DEFAULT_CA
    )
    module = "IO::Socket::SSL"

    def version_probe(self, machine: Machine) -> Invocation:
        modules = dict.fromkeys((self.module, "IO::Socket::SSL"))
        said = " . ', ' . ".join(f"'{module} ' . ${module}::VERSION" for module in modules)
        library = "Net::SSLeay::SSLeay_version(0)"
        return Invocation(
            (
                machine.which["perl"],
                *(f"-M{module}" for module in modules),
                "-e",
                f"printf('%s (Perl %vd, %s)', {said}, $^V, {library})",
            )
        )

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.exit_status == 0 else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        words = tuple(f"{name} => {_literal(value)}" for name, value in (*trust, *_ssl(side).items()))
        words += (f"Host => '{side.host_header}'",) if side.host_header is not None else ()
        return (*words, *((f"$agent->proxy('https', '{url}');",) if (url := proxy_url(side)) else ()))

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        trust = {self.stores[side.store.kind]: laid.path} if side.has_store else {}
        host = f"{in_url(side.connect_to)}:{request.endpoint.port}"
        given = {
            "client": self.name,
            "url": f"https://{host}/",
            "host": side.connect_to,
            "port": request.endpoint.port,
            "asked": side.host_header or host,
            "headers": {"Host": side.host_header} if side.host_header is not None else {},
            "ssl": {**trust, **_ssl(side)},
            "proxy": proxy_url(side, request.proxy),
        }
        return Invocation(
            argv=(request.machine.which["perl"], PROBE, json.dumps(given)),
            files={PROBE: probe(PROBE), **laid.files, **own_files(request)},
            prepare=laid.prepare,
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


class PerlLwp(PerlSocket):
    """LWP::UserAgent with `ssl_opts`."""

    name = "perl-lwp"
    title = "Perl LWP"
    module = "LWP::UserAgent"
    needs = (
        PERL,
        Library(
            "lwp-https",
            ("../share/perl5/LWP/Protocol/https.pm",),
            Packages(
                apt="libwww-perl liblwp-protocol-https-perl",
                dnf="perl-LWP-Protocol-https",
                zypper="perl-LWP-Protocol-https",
            ),
            "the Perl module LWP::Protocol::https",
        ),
    )
    supports = PerlSocket.supports | {"proxy"}
    templates = _templates(_CANNOT, LWP_HTTP)
    rows = (
        *_rows(_CANNOT, LWP_HTTP),
        *_says("500 SSL upgrade failed: ", TUNNEL),
        *no_tunnel("500 establishing SSL tunnel failed: STATUS REASON", TUNNEL),
        *says_in_clear(f"500 Can't connect to {HOST}:{{*}} ({_FAILED}wrong version number", LWP_HTTP),
        *stops({STORE_ABSENT: "500 " + _NO_FILE}, basis=Basis.AUTHORITATIVE, source=DEFAULT_CA),
        *stops({STORE_UNREADABLE: "500 Can't connect to {host}:"}, basis=Basis.OBSERVED, source=OBSERVED),
    )


def _ssl(side: ClientSide) -> dict[str, Any]:
    """The options of IO::Socket::SSL beside the trust store."""
    options: dict[str, Any] = {}
    if side.trust_everything:
        options |= {"verify_hostname": 0, "SSL_verify_mode": 0}
    if side.indication != ClientSide(side.connect_to).indication:
        options["SSL_hostname"] = side.indication
    # Without it the name to verify is the one that is sent.
    if expects_other_name(side) or "SSL_hostname" in options:
        options["SSL_verifycn_name"] = side.reference_identifier
    lowest = floor(side)
    if lowest is not None or side.tls_max is not None:
        low, high = lowest or TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_3
        off = [_OLD[version] for version in TLSVersion if not low <= version <= high]
        options["SSL_version"] = ":".join(["SSLv23", *off])
    if ciphers := cipher_list(side):
        options["SSL_cipher_list"] = ciphers
    if side.certificate:
        options |= {"SSL_cert_file": CERTIFICATE, "SSL_key_file": KEY}
    return options


def _literal(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


CLIENTS = (PerlLwp(), PerlSocket())
