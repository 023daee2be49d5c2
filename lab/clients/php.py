"""PHP's HTTPS clients: its streams (file_get_contents, fopen) and its curl extension, each one GET by
`probes/php_https.php`.

The streams say that a handshake failed, and never why a certificate was refused: "certificate verify failed" is all.
They compare names themselves. The extension says what libcurl says, without the words `curl: (60)`.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from tlslab.clients.answers import read_answer
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
    probe,
)
from tlslab.clients.curl import (
    BOTH_LOCATIONS,
    CA_FILE,
    CANNOT_LOAD,
    EARLIEST_ERROR,
    LIBRARY_SOURCE,
    NAME_SOURCE,
    NEWER_LIBRARY_SOURCE,
    OF_LIBCURL,
    OLDER_TUNNEL,
    TUNNEL,
    could_not_connect,
)
from tlslab.clients.https import (
    HTTPS,
    NOBODY_LISTENS,
    OBSERVED,
    OPTIONS,
    WAITS,
    cipher_list,
    expects_other_name,
    floor,
    security_level,
)
from tlslab.clients.proxy import no_tunnel, proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.libraries.openssl import NO_SIGNATURE_OF_THIS_KEY
from tlslab.libraries.php import CAFILE, NAMES, STREAMS
from tlslab.model.circumstances import CHAIN_UNCHECKED, NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    BELOW_THE_ROOT,
    CN_ALONE,
    ENDS_EARLY,
    FORGED,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    OTHER_STORE,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Template, says, says_alike, says_like, tolerates
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_DNS_NAME, IPV6_ADDRESS, UNICODE, in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.proxy import HOST
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, TLSVersion
from tlslab.setup.needs import Library, Packages, Program

PROBE = "php_https.php"
PHP = Program("php", Packages(apt="php-cli", dnf="php-cli", zypper="php8-cli php8-openssl"))
CONTEXT = Source("PHP manual, SSL context options", "https://www.php.net/manual/en/context.ssl.php")
NAMES_OF_SAN = Source(
    "PHP, ext/openssl/tests/san_no_cn_fallback.phpt (the common name is not looked at beside a SAN)",
    "https://github.com/php/php-src/blob/f9e04180aef042366d2d58df277c93ee434d016f/ext/openssl/tests/san_no_cn_fallback.phpt",
)
COMMON_NAME = Source(
    "PHP, ext/openssl/xp_ssl.c (php_openssl_apply_peer_verification_policy: where the SAN has no such name, the common "
    "name)",
    STREAMS.url,
)
HTTP_WRAPPER = Source(
    "PHP, ext/standard/http_fopen_wrapper.c (php_stream_url_wrap_http_ex: HTTP request failed!)",
    "https://github.com/php/php-src/blob/0008c005b9717783dbab73fb96686b4f350617d6/ext/standard/http_fopen_wrapper.c",
)
THROUGH_A_PROXY = Source(
    "PHP, ext/standard/http_fopen_wrapper.c (php_stream_url_wrap_http_ex: a tunnel that does not come about)",
    HTTP_WRAPPER.url,
)
VERIFY_PEER = Source(
    "curl, docs/libcurl/opts/CURLOPT_SSL_VERIFYPEER.3 and CURLOPT_SSL_VERIFYHOST.3",
    "https://github.com/curl/curl/blob/curl-7_88_1/docs/libcurl/opts/CURLOPT_SSL_VERIFYPEER.3",
)
_SSL_FAILED = "fopen(): SSL operation failed with code 1. OpenSSL Error messages: error:{*}:SSL routines:{*}:"


class PhpClient(Client):
    """What the two have in common."""

    kinds = HTTPS
    program = "php"

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["php"], "-r", f"echo {self.asks_version};"))

    asks_version = "'PHP ', PHP_VERSION, ' (', OPENSSL_VERSION_TEXT, ')'"
    """An expression of PHP."""

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.stdout.startswith("PHP ") else ""

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def _invocation(self, request: Request, given: Mapping[str, Any]) -> Invocation:
        laid = request.trust()
        url = f"https://{in_url(self.host_in_url(request.side))}:{request.endpoint.port}/"
        said = json.dumps({"client": self.name, "url": url, **given})
        return Invocation(
            argv=(request.machine.which["php"], PROBE, said),
            files={PROBE: probe(PROBE), **laid.files, **own_files(request)},
            prepare=laid.prepare,
        )

    def host_in_url(self, side: ClientSide) -> str:
        """The host of the URL that it is given."""
        return side.connect_to


class Php(PhpClient):
    """fopen with an `ssl` stream context."""

    name = "php"
    title = "PHP streams"
    tls_library = "OpenSSL of the system"
    needs = (PHP,)
    supports = OPTIONS | {"security_level", "certificate", "name_check", "chain_check", "proxy"}
    lacks: Mapping[str, str] = {"server_name": "PHP's streams send the name that they verify, `peer_name`"}
    stores: Mapping[str, str] = {PEM_FILE: "cafile", HASHED_DIRECTORY: "capath"}
    default_trust = Trust(
        Roots.SYSTEM, "without `cafile` and `capath` OpenSSL's default verify paths are read", STREAMS
    )

    templates = (
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            _SSL_FAILED + "{reason}",
            Basis.AUTHORITATIVE,
            STREAMS,
        ),
        Template(
            "posix", frozenset({Phase.CLOSED, Phase.NO_TLS}), "fopen(): SSL: {reason}", Basis.AUTHORITATIVE, STREAMS
        ),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *tells_the_status("Failed to open stream: HTTP request failed! HTTP/1.1 400 Bad Request", source=HTTP_WRAPPER),
        *no_tunnel("Failed to open stream: Cannot connect to HTTPS server through proxy", THROUGH_A_PROXY),
        *says_in_clear(_SSL_FAILED + "wrong version number", STREAMS),
        *says(ANY, Phase.VERIFY, _SSL_FAILED + "certificate verify failed", basis=Basis.AUTHORITATIVE, source=STREAMS),
        # What is no defect by itself, and refused with the same words.
        *says_alike(
            (UNTRUSTED, LEAF_TRUSTED, BELOW_THE_ROOT),
            Phase.VERIFY,
            _SSL_FAILED + "certificate verify failed",
            basis=Basis.AUTHORITATIVE,
            source=STREAMS,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "fopen(): Peer certificate CN=`{*}' did not match expected CN=`{name}'",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "fopen(): Peer certificate subjectAltName did not match expected name `{name}'",
            basis=Basis.AUTHORITATIVE,
            source=NAMES_OF_SAN,
        ),
        *says(
            [ENDS_EARLY], Phase.NO_TLS, "fopen(): Failed to enable crypto", basis=Basis.AUTHORITATIVE, source=STREAMS
        ),
        *stops(
            {
                STORE_ABSENT: "failed loading cafile stream: `{*}' Warning: fopen(): Failed to enable crypto",
                STORE_UNREADABLE: "no valid certs found cafile stream: `{*}' Warning: fopen(): Failed to enable crypto",
            },
            basis=Basis.AUTHORITATIVE,
            source=CAFILE,
        ),
        *(
            tolerates(
                "PHP's streams take the common name, an address as well, where no DNS name stands in a SAN",
                of=[NAME_MISMATCH, condition],
                basis=Basis.AUTHORITATIVE,
                source=COMMON_NAME,
            )
            for condition in (CN_ALONE, ADDRESS_AS_CN_ALONE)
        ),
        tolerates(
            "PHP's streams compare the DNS names of the SAN with whatever they connect to, an address as well",
            of=[NAME_MISMATCH, ADDRESS_AS_DNS_NAME],
            basis=Basis.AUTHORITATIVE,
            source=STREAMS,
        ),
        *says(
            [IPV6_ADDRESS],
            Phase.NAME,
            "fopen(): Failed to enable crypto",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        says_like(
            NAME_MISMATCH,
            [UNICODE],
            "PHP's streams compare the name as it was typed",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "with `verify_peer` and `verify_peer_name` false PHP looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=CONTEXT,
        ),
        tolerates(
            "with `verify_peer` false PHP does not look at the chain, and compares the name all the same",
            phases=[Phase.VERIFY],
            when=[CHAIN_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=CONTEXT,
        ),
        tolerates(
            "with `verify_peer_name` false PHP does not look at the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=CONTEXT,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with `cafile` PHP does not load OpenSSL's default verify paths",
            basis=Basis.AUTHORITATIVE,
            source=STREAMS,
        ),
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        words = tuple(f"'{name}' => {_literal(value)}" for name, value in (*trust, *_ssl(side).items()))
        return (*words, *(f"'{name}' => {_literal(value)}" for name, value in _http(side).items()))

    def invoke(self, request: Request) -> Invocation:
        side = request.side
        trust = {self.stores[side.store.kind]: request.trust().path} if side.has_store else {}
        return self._invocation(request, {"ssl": {**trust, **_ssl(side)}, "http": _http(side, request.proxy)})


class PhpCurl(PhpClient):
    """The curl extension with CURLOPT_CAINFO."""

    name = "php-curl"
    title = "PHP curl extension"
    tls_library = "OpenSSL of the system, by libcurl"
    needs = (
        PHP,
        Library(
            "php-curl",
            ("php/*/curl.so", "php/modules/curl.so"),
            Packages(apt="php-curl", dnf="php-common", zypper="php8-curl"),
            "PHP's curl extension",
        ),
    )
    supports = OPTIONS | {"security_level", "certificate", "name_check", "chain_check", "proxy"}
    lacks: Mapping[str, str] = {"server_name": "libcurl sends the name in the URL, and verifies the same"}
    stores: Mapping[str, str] = {PEM_FILE: "CURLOPT_CAINFO", HASHED_DIRECTORY: "CURLOPT_CAPATH"}
    default_trust = Trust(Roots.SYSTEM, "its libcurl is built with the system's bundle and directory", CA_FILE)
    asks_version = (
        "'PHP ', PHP_VERSION, ' (libcurl ', curl_version()['version'], ', ', curl_version()['ssl_version'], ')'"
    )

    templates = (
        Template(
            "openssl",
            frozenset({Phase.VERIFY}),
            "SSL certificate problem: {reason}",
            Basis.AUTHORITATIVE,
            LIBRARY_SOURCE,
        ),
        Template(
            "openssl",
            frozenset({Phase.VERIFY}),
            "SSL certificate OpenSSL verify result: {reason} (",
            Basis.AUTHORITATIVE,
            NEWER_LIBRARY_SOURCE,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            "error:{*}:SSL routines:{*}:{reason}",
            Basis.AUTHORITATIVE,
            LIBRARY_SOURCE,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "OpenSSL SSL_connect: {reason} in connection to {name}:",
            Basis.AUTHORITATIVE,
            LIBRARY_SOURCE,
        ),
        Template("posix", frozenset({Phase.CLOSED, Phase.NO_TLS}), "Recv failure: {reason}", Basis.OBSERVED, OBSERVED),
    )
    rows = (
        *WAITS,
        *could_not_connect(),
        *tells_the_status(),
        *no_tunnel("CONNECT tunnel failed, response STATUS", TUNNEL),
        *no_tunnel("Received HTTP code STATUS from proxy after CONNECT", OLDER_TUNNEL),
        *says_in_clear("error:{*}:SSL routines:{*}:wrong version number", LIBRARY_SOURCE),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "SSL: no alternative certificate subject name matches target host",
            basis=Basis.AUTHORITATIVE,
            source=NAME_SOURCE,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to {name}:",
            basis=Basis.AUTHORITATIVE,
            source=LIBRARY_SOURCE,
        ),
        *(
            row
            for words, source in CANNOT_LOAD.items()
            for row in stops(
                dict.fromkeys((STORE_ABSENT, STORE_UNREADABLE), words), basis=Basis.AUTHORITATIVE, source=source
            )
        ),
        *says(
            [FORGED],
            Phase.VERIFY,
            *(f"error:{{*}}:rsa routines:{{*}}:{reason}" for reason in NO_SIGNATURE_OF_THIS_KEY),
            basis=Basis.AUTHORITATIVE,
            source=EARLIEST_ERROR,
        ),
        *OF_LIBCURL,
        tolerates(
            "with CURLOPT_SSL_VERIFYPEER and _VERIFYHOST off libcurl looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=VERIFY_PEER,
        ),
        tolerates(
            "with CURLOPT_SSL_VERIFYPEER off libcurl does not look at the chain, and compares the name all the same",
            phases=[Phase.VERIFY],
            when=[CHAIN_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=VERIFY_PEER,
        ),
        tolerates(
            "with CURLOPT_SSL_VERIFYHOST off libcurl does not look at the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=VERIFY_PEER,
        ),
        tolerates(
            "CURLOPT_CAINFO takes the place of the file that libcurl was built with, not of the directory",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=BOTH_LOCATIONS,
        ),
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        return tuple(
            f"curl_setopt($handle, {name}, {_literal(value)});" for name, value in (*trust, *_curl(side).items())
        )

    def host_in_url(self, side: ClientSide) -> str:
        return side.reference_identifier

    def invoke(self, request: Request) -> Invocation:
        side = request.side
        trust = {self.stores[side.store.kind]: request.trust().path} if side.has_store else {}
        return self._invocation(request, {"options": {**trust, **_curl(side, request.proxy)}})


def _ssl(side: ClientSide) -> dict[str, Any]:
    """The options of the context beside the trust store."""
    options: dict[str, Any] = {}
    if side.trust_everything or not side.chain_check:
        options["verify_peer"] = False
    if side.trust_everything or not side.name_check:
        options["verify_peer_name"] = False
    if expects_other_name(side):
        options["peer_name"] = side.reference_identifier
    lowest = floor(side)
    if lowest is not None or side.tls_max is not None:
        low, high = lowest or TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_3
        # STREAM_CRYPTO_METHOD_TLSv1_x_CLIENT: a bit for each version, and one for a client.
        options["crypto_method"] = 1 + sum(8 << number for number, each in enumerate(TLSVersion) if low <= each <= high)
    if (level := security_level(side)) is not None:
        options["security_level"] = level
    if side.certificate:
        options |= {"local_cert": CERTIFICATE, "local_pk": KEY}
    return options


def _http(side: ClientSide, at: ProxyAddress = AS_TYPED) -> dict[str, str]:
    """The options of the context about HTTP."""
    headers = [f"Host: {side.host_header}"] if side.host_header is not None else []
    options: dict[str, str] = {}
    if side.proxy is not None:
        options["proxy"] = f"{'ssl' if side.proxy.by_tls else 'tcp'}://{HOST}:{at.port}"
        if side.proxy.login:
            login = base64.b64encode(f"{at.user}:{at.password}".encode()).decode("ascii")
            headers.append(f"Proxy-Authorization: Basic {login}")
    return {**options, "header": "\r\n".join(headers)} if headers else options


def _curl(side: ClientSide, at: ProxyAddress = AS_TYPED) -> dict[str, Any]:
    """The options of the handle beside the trust store."""
    options: dict[str, Any] = {}
    if url := proxy_url(side, at):
        options["CURLOPT_PROXY"] = url
    if side.trust_everything or not side.chain_check:
        options["CURLOPT_SSL_VERIFYPEER"] = False
    if side.trust_everything or not side.name_check:
        options["CURLOPT_SSL_VERIFYHOST"] = 0
    if expects_other_name(side):
        options["CURLOPT_CONNECT_TO"] = [f"{in_url(side.reference_identifier)}::{in_url(side.connect_to)}:"]
    lowest = floor(side)
    if lowest is not None or side.tls_max is not None:
        # CURL_SSLVERSION_TLSv1_0 is 4, CURL_SSLVERSION_MAX_TLSv1_0 is that in the upper half.
        least = 4 + list(TLSVersion).index(lowest) if lowest is not None else 0
        most = 4 + list(TLSVersion).index(side.tls_max) if side.tls_max is not None else 0
        options["CURLOPT_SSLVERSION"] = least | most << 16
    if ciphers := cipher_list(side):
        options["CURLOPT_SSL_CIPHER_LIST"] = ciphers
    if side.certificate:
        options |= {"CURLOPT_SSLCERT": CERTIFICATE, "CURLOPT_SSLKEY": KEY}
    if side.host_header is not None:
        options["CURLOPT_HTTPHEADER"] = [f"Host: {side.host_header}"]
    return options


def _literal(value: Any) -> str:
    """A value in PHP."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


CLIENTS = (Php(), PhpCurl())
