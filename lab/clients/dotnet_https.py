""".NET's HTTPS client: one GET by HttpClient, in `probes/DotnetHttps.cs`, in a process that serves many attempts.

SslStream names what is wrong with a certificate, and HttpClient shows it as the inner exception. Options are those of
HttpClientHandler; trust and OpenSSL's security level are those of a process (`tlslab.clients.dotnet`). The name that
is sent and verified is that of the Host header.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from tlslab.clients import dotnet
from tlslab.clients.answers import read_answer
from tlslab.clients.base import CERTIFICATE, KEY, PROBES, Client, Invocation, Machine, Request, own_files
from tlslab.clients.https import (
    HTTPS,
    NOBODY_LISTENS,
    OBSERVED,
    OPTIONS,
    SITE_IN_HOST_HEADER,
    WAITS,
    expects_other_name,
    floor,
    security_level,
)
from tlslab.clients.openssl_variables import STORES
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.sqlclient import MCS
from tlslab.clients.tds import openssl_conf, openssl_words, read_versions
from tlslab.libraries.dotnet import CIPHER_SUITES, HANDSHAKE_REPORTED, MEASURED
from tlslab.model.circumstances import (
    LOW_SECURITY_LEVEL,
    NAME_UNCHECKED,
    RESETS,
    TRUST_EVERYTHING,
)
from tlslab.model.conditions import (
    BELOW_THE_ROOT,
    ENDS_EARLY,
    LEAF_TRUSTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_LOADED,
    RSA_KEY_EXCHANGE,
    SMALL_DH,
    UNTRUSTED,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, says, says_alike, says_like, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, RevocationCheck, Situation, TLSVersion
from tlslab.setup.needs import Built, Library, Packages, PythonPackage

MONO_HTTP = Library(
    "mono-http",
    ("mono/4.5/System.Net.Http.dll",),
    Packages(apt="libmono-system-net-http4.0-cil"),
    "mono's System.Net.Http, against which the probe is built",
)
SOURCES = (PROBES / "DotnetHttps.cs", PROBES / "Probe.cs")
PROBE = Built(
    "DotnetHttps.exe",
    SOURCES,
    MCS,
    ("--version",),
    ("{compiler}", "-r:System.Net.Http.dll", "-out:{program}", *(source.name for source in SOURCES)),
    executable=False,
)
SSL_PROTOCOLS = {
    TLSVersion.TLSv1_0: ("Tls", 192),
    TLSVersion.TLSv1_1: ("Tls11", 768),
    TLSVersion.TLSv1_2: ("Tls12", 3072),
    TLSVersion.TLSv1_3: ("Tls13", 12288),
}
"""System.Security.Authentication.SslProtocols."""
STRINGS = Source(
    ".NET, System.Net.Http, Strings.resx (net_http_ssl_connection_failed)",
    "https://github.com/dotnet/runtime/blob/0074b9298ffdf737a43cd2b348bd498574a3a20d/src/libraries/System.Net.Http/src"
    "/Resources/Strings.resx",
)
NAME_OF_THE_HEADER = Source(
    ".NET documentation, docs/core/extensions/httpclient-sni.md (the Host header decides the name that is sent)",
    "https://github.com/dotnet/docs/blob/67275d45641a9b2c9e38f1b25b23ded18dfaeac3/docs/core/extensions/httpclient-sni.md",
)
CALLBACK = Source(
    ".NET API documentation, HttpClientHandler.ServerCertificateCustomValidationCallback",
    "https://learn.microsoft.com/dotnet/api/system.net.http.httpclienthandler.servercertificatecustomvalidationcallback",
)
CALLBACK_OF_REQUESTS = Source(
    ".NET API documentation, HttpWebRequest.ServerCertificateValidationCallback",
    "https://learn.microsoft.com/dotnet/api/system.net.httpwebrequest.servercertificatevalidationcallback",
)
STATUS_AS_AN_ERROR = "System.Net.WebException: The remote server returned an error: (400) Bad Request."
_FAILED = (
    "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception. ---> "
)
_OF_REQUESTS = (
    "System.Net.WebException: The SSL connection could not be established, see inner exception. ---> " + _FAILED
)
_REFUSED = "System.Security.Authentication.AuthenticationException: "


_HANDSHAKE_FAILED = (
    f"{_REFUSED}Authentication failed, see inner exception. ---> Interop+OpenSsl+SslException: SSL Handshake failed "
    "with OpenSSL error - SSL_ERROR_SSL. ---> Interop+Crypto+OpenSslCryptographicException: error:{*}:SSL routines:{*}:"
)
_RESET = "System.IO.IOException: Unable to read data from the transport connection: Connection reset by peer."
_BY_CALLBACK = f"{_REFUSED}The remote certificate was rejected by the provided RemoteCertificateValidationCallback."


_KEY_EXCHANGE = ".NET offers ECDHE alone by itself up to TLS 1.2"
OF_THE_CERTIFICATE: tuple[Own, ...] = (
    *(
        says_like(
            UNTRUSTED, [condition], "to .NET a trust anchor is self-signed", basis=Basis.OBSERVED, source=MEASURED
        )
        for condition in (BELOW_THE_ROOT, LEAF_TRUSTED)
    ),
    *(
        says_like(
            NO_COMMON_CIPHER,
            [condition],
            _KEY_EXCHANGE,
            when=[~LOW_SECURITY_LEVEL],
            basis=Basis.AUTHORITATIVE,
            source=CIPHER_SUITES,
        )
        for condition in (RSA_KEY_EXCHANGE, SMALL_DH)
    ),
    tolerates(
        ".NET does not look at the hash of a signature on Linux",
        of=[WEAK_SIGNATURE],
        basis=Basis.OBSERVED,
        source=MEASURED,
    ),
    tolerates(
        ".NET sends and verifies the name in the Host header: it is shown the certificate of that site",
        phases=[Phase.VERIFY, Phase.NAME],
        when=[SITE_IN_HOST_HEADER],
        basis=Basis.AUTHORITATIVE,
        source=NAME_OF_THE_HEADER,
    ),
)


def protocols(side: ClientSide) -> tuple[TLSVersion, ...]:
    """The versions to ask for; none: .NET's own."""
    lowest = floor(side)
    if lowest is None and side.tls_max is None:
        return ()
    low, high = lowest or TLSVersion.TLSv1_2, side.tls_max or TLSVersion.TLSv1_3
    return tuple(version for version in TLSVersion if low <= version <= high)


def _without_tls(failed: str) -> tuple[Template, ...]:
    """How a client presents in these words that there was no TLS."""
    return (
        Template(
            "dotnet",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            f"{failed}{{*}}: {{reason}}",
            Basis.AUTHORITATIVE,
            STRINGS,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE}),
            f"{failed}{_HANDSHAKE_FAILED}{{reason}}",
            Basis.REPORTED,
            HANDSHAKE_REPORTED,
        ),
    )


def _rows(failed: str, callback: Source) -> tuple[Own, ...]:
    """The rows of a client that begins with these words where there is no TLS."""
    return (
        *WAITS,
        *NOBODY_LISTENS,
        *dotnet.OF_THE_STORE,
        *dotnet.OF_VARIABLES,
        *OF_THE_CERTIFICATE,
        # It offers no cipher suite for versions before TLS 1.2.
        *(
            row
            for condition, when in ((NO_COMMON_VERSION, []), (WEAK_HANDSHAKE_SIGNATURE, [~LOW_SECURITY_LEVEL]))
            for row in says(
                [condition],
                Phase.HANDSHAKE,
                f"{failed}{_HANDSHAKE_FAILED}sslv3 alert handshake failure",
                basis=Basis.OBSERVED,
                source=MEASURED,
                when=when,
            )
        ),
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED),
            Phase.CLOSED,
            f"{failed}{_RESET}",
            basis=Basis.OBSERVED,
            source=MEASURED,
            when=[RESETS],
        ),
        *says([ENDS_EARLY], Phase.NO_TLS, f"{failed}{_RESET}", basis=Basis.OBSERVED, source=MEASURED, when=[RESETS]),
        tolerates(
            "with a callback that accepts whatever it is shown .NET looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=callback,
        ),
        tolerates(
            "the callback leaves out what is wrong with the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=callback,
        ),
    )


class DotnetHttp(Client):
    """What the clients of .NET and mono have in common."""

    kinds = HTTPS
    by: str
    """The class by which the probe asks."""

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)

    def request(self, request: Request) -> str:
        """What the probe is asked."""
        side = request.side
        asked = {"by": self.by, "url": f"https://{in_url(side.connect_to)}:{request.endpoint.port}/"}
        own = {"certificate": CERTIFICATE, "key": KEY} if side.certificate else {}
        files = {name: str(request.workdir / file) for name, file in own.items()}
        return json.dumps({**asked, **({} if side.defaults_only else {**_options(side), **files})})


class DotnetHttpClient(DotnetHttp):
    """HttpClient with an HttpClientHandler."""

    name = "dotnet-httpclient"
    title = ".NET HttpClient"
    by = "HttpClient"
    tls_library = "OpenSSL of the system, and .NET's own check of the chain"
    needs = (PythonPackage(), dotnet.RUNTIME, MONO_HTTP, PROBE)
    default_trust = dotnet.SYSTEMS_ROOTS
    supports = OPTIONS | {"security_level", "name_check", "revocation", "certificate"}
    lacks: Mapping[str, str] = {
        "server_name": "HttpClient verifies the name that it sends, that of the Host header",
        "crls": ".NET fetches lists of revoked certificates itself, and takes none",
        "fetches_issuers": ".NET fetches missing issuers without being told",
    }
    stores = STORES

    variables = dotnet.VARIABLES

    templates: tuple[Template, ...] = (
        Template(
            "dotnet",
            frozenset({Phase.VERIFY}),
            f"{_FAILED}{_REFUSED}{{reason}}",
            Basis.AUTHORITATIVE,
            STRINGS,
            when=(~NAME_UNCHECKED,),
        ),
        Template("dotnet", frozenset({Phase.NAME}), f"{_FAILED}{_REFUSED}{{reason}}", Basis.AUTHORITATIVE, STRINGS),
        Template(
            "dotnet",
            frozenset({Phase.VERIFY}),
            f"{_FAILED}{_BY_CALLBACK}",
            Basis.AUTHORITATIVE,
            STRINGS,
            when=(NAME_UNCHECKED,),
        ),
        *_without_tls(_FAILED),
    )
    rows: tuple[Own, ...] = (*_rows(_FAILED, CALLBACK), *tells_the_status())

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(dotnet.argv(machine, PROBE.name), files=dotnet.files(), stdin='{"version": ""}\n')

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f".NET {found['runtime']}" if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.revocation is RevocationCheck.STAPLE:
            return "HttpClient cannot demand an answer of OCSP with the handshake"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        return (*_words(side), *dotnet.trust_words(side), *openssl_words(_level(side)))

    def invoke(self, request: Request) -> Invocation:
        argv = dotnet.argv(request.machine, PROBE.name)
        asked = Invocation(argv, files=own_files(request), stdin=self.request(request))
        return dotnet.attempt(
            request, asked, dotnet.files(), "" if request.side.defaults_only else openssl_conf(_level(request.side))
        )


class DotnetHttpWebRequest(DotnetHttpClient):
    """HttpWebRequest, which HttpClient does the work for since .NET Core; it names no fault of a certificate."""

    name = "dotnet-httpclient.httpwebrequest"
    title = ".NET HttpClient, by HttpWebRequest"
    door = "by the older class HttpWebRequest"
    by = "HttpWebRequest"
    supports = DotnetHttpClient.supports - {"clock"}
    lacks: Mapping[str, str] = {
        **DotnetHttpClient.lacks,
        "clock": "with the clock that the lab gives (libfaketime) its reads end at once: `Connection timed out`",
    }
    templates = (
        Template(
            "dotnet",
            frozenset({Phase.VERIFY, Phase.NAME}),
            f"{_OF_REQUESTS}{_BY_CALLBACK}",
            Basis.OBSERVED,
            OBSERVED,
        ),
        *_without_tls(_OF_REQUESTS),
    )
    rows = (*_rows(_OF_REQUESTS, CALLBACK_OF_REQUESTS), *tells_the_status(STATUS_AS_AN_ERROR))

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        return (*web_request_words(side), *dotnet.trust_words(side), *openssl_words(_level(side)))


def _level(side: ClientSide) -> ClientSide:
    """The same side with a security level alone: versions are said in code."""
    return replace(side, tls_min=None, tls_max=None, security_level=security_level(side))


def _host(side: ClientSide) -> str | None:
    if side.host_header is not None:
        return side.host_header
    return in_url(side.reference_identifier) if expects_other_name(side) else None


def _options(side: ClientSide) -> dict[str, str]:
    options: dict[str, str] = {}
    if (host := _host(side)) is not None:
        options["host"] = host
    if asked := protocols(side):
        options["protocols"] = str(sum(SSL_PROTOCOLS[version][1] for version in asked))
    if side.revocation is not None:
        options["revocation"] = "online"
    if side.trust_everything:
        options["callback"] = "anything"
    elif not side.name_check:
        options["callback"] = "names"
    return options


_OWN = f'X509Certificate2.CreateFromPemFile("{CERTIFICATE}", "{KEY}")'
_GOOD_BUT_FOR_THE_NAME = "(errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None"


def _words(side: ClientSide) -> tuple[str, ...]:
    callback = "handler.ServerCertificateCustomValidationCallback = "
    words: list[str] = []
    if side.trust_everything:
        words.append(f"{callback}HttpClientHandler.DangerousAcceptAnyServerCertificateValidator")
    elif not side.name_check:
        words.append(f"{callback}(message, certificate, chain, errors) => {_GOOD_BUT_FOR_THE_NAME}")
    if asked := protocols(side):
        words.append("handler.SslProtocols = " + " | ".join(f"SslProtocols.{SSL_PROTOCOLS[each][0]}" for each in asked))
    if side.revocation is not None:
        words.append("handler.CheckCertificateRevocationList = true")
    if side.certificate is not None:
        words.append(f"handler.ClientCertificates.Add({_OWN})")
    if (host := _host(side)) is not None:
        words.append(f'request.Headers.Host = "{host}"')
    return tuple(words)


def web_request_words(side: ClientSide) -> tuple[str, ...]:
    """What people set for an HttpWebRequest, `request`."""
    callback = "request.ServerCertificateValidationCallback = (sender, certificate, chain, errors) => "
    words: list[str] = []
    if side.trust_everything:
        words.append(f"{callback}true")
    elif not side.name_check:
        words.append(f"{callback}{_GOOD_BUT_FOR_THE_NAME}")
    if asked := protocols(side):
        names = " | ".join(f"SecurityProtocolType.{SSL_PROTOCOLS[each][0]}" for each in asked)
        words.append(f"ServicePointManager.SecurityProtocol = {names}")
    if side.revocation is not None:
        words.append("ServicePointManager.CheckCertificateRevocationList = true")
    if side.certificate is not None:
        words.append(f"request.ClientCertificates.Add({_OWN})")
    if (host := _host(side)) is not None:
        words.append(f'request.Host = "{host}"')
    return tuple(words)


CLIENTS = (DotnetHttpClient(), DotnetHttpWebRequest())
