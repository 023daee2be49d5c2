"""What Python's HTTPS clients have in common: each makes one GET by `probes/python_https.py`.

All speak through Python's `ssl` module, which words what OpenSSL says as `[SSL: REASON] reason
(_ssl.c:line)`. They differ in the exception around it and in how options are given.
"""

import json
from collections.abc import Mapping

from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    CERTIFICATE,
    CRL,
    KEY,
    Client,
    Invocation,
    Machine,
    Request,
    Worker,
    crl_file,
    own_files,
    probe,
    shared,
)
from tlslab.clients.https import HTTPS, OPTIONS, cipher_list, expects_other_name, floor
from tlslab.clients.proxy import proxy_url
from tlslab.clients.store_errors import stops
from tlslab.clients.variables import own_versions
from tlslab.model.circumstances import NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import CN_ALONE, NAME_MISMATCH, OTHER_STORE, STORE_ABSENT, STORE_UNREADABLE, UNTRUSTED
from tlslab.model.environment import CURL_CA_BUNDLE, OPENSSL_CONF, REQUESTS_CA_BUNDLE, SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import SaysLike, Template, Tolerates, When, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END, in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, TLSVersion

PROBE = "python_https.py"
PYTHON_OPTIONS = OPTIONS | {"strict_x509", "crls", "security_level", "name_check", "certificate", "proxy"}
DEFAULT_CERTS = Source(
    "CPython, Lib/ssl.py (create_default_context, load_default_certs)",
    "https://github.com/python/cpython/blob/v3.11.2/Lib/ssl.py",
)
COMMON_NAMES = Source(
    "Python, ssl, SSLContext.hostname_checks_common_name (default: true)",
    "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.hostname_checks_common_name",
)
LOAD = Source(
    "CPython, Modules/_ssl.c, load_verify_locations: the system's error where there is one, else OpenSSL's",
    "https://github.com/python/cpython/blob/00236fed5d810d37397378510a3413c4541a822d/Modules/_ssl.c",
)
CHECK_HOSTNAME = Source(
    "Python, ssl, SSLContext.check_hostname", "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.check_hostname"
)
OWN_MINIMUM = Source(
    "CPython 3.11, Modules/_ssl.c (_ssl__SSLContext_impl: TLS 1.2 at least, whatever the system's configuration says)",
    "https://github.com/python/cpython/blob/v3.11.2/Modules/_ssl.c",
)
TUNNEL = Source(
    "CPython 3.11, Lib/http/client.py (HTTPConnection._tunnel)",
    "https://github.com/python/cpython/blob/v3.11.7/Lib/http/client.py",
)
ITS_FILES = (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE)
OPENSSL_ROOTS = (SSL_CERT_DIR, SSL_CERT_FILE)
NO_CERTIFICATE = "[X509{*}] no certificate or crl found (_ssl.c:"
OF_THE_STORE = stops(
    {
        STORE_ABSENT: "FileNotFoundError: [Errno 2] No such file or directory",
        STORE_UNREADABLE: f"ssl.SSLError: {NO_CERTIFICATE}",
    },
    basis=Basis.AUTHORITATIVE,
    source=LOAD,
)


class PythonClient(Client):
    """What they have in common."""

    kinds = HTTPS
    tls_library = "OpenSSL of the Python interpreter"
    stores: Mapping[str, str] = {PEM_FILE: "cafile", HASHED_DIRECTORY: "capath"}
    """By the parameters of `ssl.create_default_context`."""
    variables = frozenset({*ITS_FILES, *OPENSSL_ROOTS, OPENSSL_CONF})
    roots_variable = ""
    """The variable that names its roots, where it has a list of its own (certifi) and reads no system store."""

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.python, "-I", PROBE, "--version", self.name), files={PROBE: probe(PROBE)})

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.exit_status == 0 else ""

    def invoke(self, request: Request) -> Invocation:
        lowest = floor(request.side)
        laid = request.trust()
        given = {
            "client": self.family,
            "name_check": request.side.name_check,
            **({"door": self.name.rpartition(".")[2]} if self.door else {}),
            "url": f"https://{in_url(request.side.connect_to)}:{request.endpoint.port}/",
            "ca": {self.stores[request.side.store.kind]: laid.path} if request.side.has_store else {},
            "trust_everything": request.side.trust_everything,
            "expected_name": request.side.reference_identifier if expects_other_name(request.side) else None,
            "tls_min": _constant(lowest) if lowest else None,
            "tls_max": _constant(request.side.tls_max) if request.side.tls_max else None,
            "ciphers": cipher_list(request.side) or None,
            **({"headers": {"Host": request.side.host_header}} if request.side.host_header is not None else {}),
            "strict": request.side.strict_x509,
            "crl": CRL if request.side.crls else None,
            "certificate": [CERTIFICATE, KEY] if request.side.certificate else None,
            **({"proxy": url} if (url := proxy_url(request.side, request.proxy)) else {}),
        }
        told = Invocation(
            argv=(request.machine.python, "-I", PROBE, self.family),
            env={self.roots_variable: str(request.workdir / "ca.pem")}
            if request.side.defaults_only and self.default_trust_words(request.side)
            else {},
            files={**laid.files, **crl_file(request), **own_files(request)},
            prepare=laid.prepare,
            stdin=json.dumps({"directory": str(request.workdir), **given}),
            worker=Worker({PROBE: probe(PROBE)}),
        )
        return shared(told, request)

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def context_words(self, side: ClientSide) -> tuple[str, ...]:
        """How people make the context of the ssl module."""
        limits = limit_words(side)
        if side.trust_everything:
            return ("context = ssl._create_unverified_context()", *limits)
        if side.has_store:
            parameter, path = self.store_option(side)
            return (f'context = ssl.create_default_context({parameter}="{path}")', *limits)
        return ("context = ssl.create_default_context()", *limits) if limits else ()

    def default_trust_words(self, side: ClientSide) -> tuple[str, ...]:
        """How people make the client trust a root without an option."""
        return (f"{self.roots_variable}=ca.pem",) if side.trust_anchors and self.roots_variable else ()


def ssl_templates(before: str, source: Source) -> tuple[Template, ...]:
    """How a client shows the whole message of the ssl module behind these words.

    Its format around the reasons of OpenSSL: Modules/_ssl.c, fill_and_set_sslerror. What the library `python-ssl` says
    are whole messages.
    """
    verify = before + "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason} (_ssl.c:"
    other = before + "[SSL: {*}] {reason} (_ssl.c:"
    return (
        Template("openssl", frozenset({Phase.VERIFY}), verify, Basis.AUTHORITATIVE, source),
        Template("openssl", frozenset({Phase.HANDSHAKE, Phase.NO_TLS}), other, Basis.AUTHORITATIVE, source),
        Template("python-ssl", frozenset(Phase), before + "{reason}", Basis.AUTHORITATIVE, source),
    )


def unchecked(how: str, source: Source) -> Tolerates:
    return tolerates(
        f"with {how} the chain is verified, and the name is not",
        phases=[Phase.NAME],
        when=[NAME_UNCHECKED],
        basis=Basis.AUTHORITATIVE,
        source=source,
    )


CONTEXT_UNCHECKED = unchecked("check_hostname = False", CHECK_HOSTNAME)


def unverified(what: str, source: Source, *unless: When) -> Tolerates:
    return tolerates(
        f"{what} looks neither at the chain nor at the name",
        phases=[Phase.VERIFY, Phase.NAME],
        when=[TRUST_EVERYTHING, *(~when for when in unless)],
        basis=Basis.AUTHORITATIVE,
        source=source,
    )


TAKES_COMMON_NAME = tolerates(
    "the ssl module takes the common name where there is no SAN (`hostname_checks_common_name`)",
    of=[NAME_MISMATCH, CN_ALONE],
    basis=Basis.AUTHORITATIVE,
    source=COMMON_NAMES,
)


OWN_VERSIONS = own_versions("the ssl module sets TLS 1.2 as the oldest version itself", OWN_MINIMUM)


def keeps_the_dot(what: str, source: Source) -> SaysLike:
    return says_like(
        NAME_MISMATCH,
        [DOT_AT_THE_END],
        f"{what} has the ssl module compare the name in the URL with its dot",
        basis=Basis.REPORTED,
        source=source,
    )


def replaces(why: str, source: Source, *unless: When) -> SaysLike:
    when = [~circumstance for circumstance in unless]
    return says_like(UNTRUSTED, [OTHER_STORE], why, when=when, basis=Basis.AUTHORITATIVE, source=source)


def proxy_words(side: ClientSide) -> tuple[str, ...]:
    return (f'proxy="{url}"',) if (url := proxy_url(side)) else ()


def header_words(side: ClientSide) -> tuple[str, ...]:
    return (f'headers={{"Host": "{side.host_header}"}}',) if side.host_header is not None else ()


def limit_words(side: ClientSide) -> tuple[str, ...]:
    words = []
    lowest = floor(side)
    if lowest is not None:
        words.append(f"context.minimum_version = ssl.TLSVersion.{_constant(lowest)}")
    if side.tls_max is not None:
        words.append(f"context.maximum_version = ssl.TLSVersion.{_constant(side.tls_max)}")
    if ciphers := cipher_list(side):
        words.append(f'context.set_ciphers("{ciphers}")')
    if not side.name_check:
        words.append("context.check_hostname = False")
    if side.strict_x509 is not None:
        words.append(f"context.verify_flags {'|= ' if side.strict_x509 else '&= ~'}ssl.VERIFY_X509_STRICT")
    if side.crls:
        words.append(f'context.load_verify_locations("{CRL}")')
        words.append("context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF")
    if side.certificate:
        words.append(f'context.load_cert_chain("{CERTIFICATE}", "{KEY}")')
    return tuple(words)


def _constant(version: TLSVersion) -> str:
    """The member of ssl.TLSVersion: `TLSv1`, `TLSv1_1` ..."""
    return version.label.replace(".", "_")
