"""mono's HTTPS client, which old programs for .NET Framework run on under Linux: one GET by HttpWebRequest, in
`probes/DotnetHttps.cs`.

Its WebExceptionStatus is the one behind the sentences of .NET Framework (`tlslab.libraries.dotnet_framework`); the
sentence is its own. What is settings of a whole process there is so here (ServicePointManager); each attempt has a
process of its own.
"""

from collections.abc import Iterable, Mapping

from tlslab.clients.base import Invocation, Machine, Request, Roots, Trust
from tlslab.clients.dotnet_https import (
    CALLBACK_OF_REQUESTS,
    MONO_HTTP,
    PROBE,
    STATUS_AS_AN_ERROR,
    DotnetHttp,
    web_request_words,
)
from tlslab.clients.https import NOBODY_LISTENS, OPTIONS, SITE_IN_HOST_HEADER, WAITS
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.sqlclient_mono import MONO, STORE, TRUST
from tlslab.clients.tds import read_versions
from tlslab.libraries.mono import OBSERVED
from tlslab.model.certificate import as_address
from tlslab.model.circumstances import NAME_UNCHECKED, RESETS, TRUST_EVERYTHING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    IP_ADDRESS,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_LOADED,
    OF_REVOCATION,
    OTHER_SERVICE,
    PLAIN_HTTP,
    leaf_of,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Prints, Says, Template, When, says_alike, says_like, tolerates
from tlslab.model.names import UNICODE
from tlslab.model.outcome import Completed
from tlslab.model.situation import HASHED_DIRECTORY, ClientSide, RevocationCheck, Situation, TLSVersion
from tlslab.truststores import all_kinds

TLS_STREAM = Source(
    "mono, MonoTlsStream.cs (CreateStream: request.Host is the name; TrustFailure, SecureChannelFailure)",
    "https://github.com/mono/mono/blob/0b9f9615250aedf29a709d1dc5cdf70616b72ad3/mcs/class/System/Mono.Net.Security/"
    "MonoTlsStream.cs",
)
_FRAME = "System.Net.WebException: Error: "
_BTLS = "{*}MonoBtlsException: Ssl error:{*}:SSL routines:OPENSSL_internal:"
_ENDED = "Authentication failed because the remote party has closed the transport stream."
_RESET = "Unable to read data from the transport connection: Connection reset by peer."


def _stands_among_the_names(act: Situation) -> bool:
    return any(as_address(name) == as_address(act.client.reference_identifier) for name in leaf_of(act).names)


AMONG_THE_NAMES = When("the address stands among the DNS names as well", _stands_among_the_names)


def _no_secure_channel(
    of: Iterable[Condition], phase: Phase, text: str, *, when: Iterable[When] = ()
) -> tuple[Says, ...]:
    """What it says where there is no TLS: a status of its own."""
    said = Prints(f"{_FRAME}SecureChannelFailure ({text}", "SecureChannelFailure")
    return says_alike(of, phase, said, basis=Basis.OBSERVED, source=OBSERVED, when=when)


class MonoHttpWebRequest(DotnetHttp):
    """HttpWebRequest of mono."""

    name = "mono-httpwebrequest"
    title = "mono HttpWebRequest"
    by = "HttpWebRequest"
    tls_library = "BoringSSL inside mono"
    default_trust = Trust(
        Roots.OWN, "mono reads its own store, which is empty unless the package ca-certificates-mono fills it", STORE
    )
    no_default_store = "mono's own store is empty until a program, cert-sync, fills it"
    needs = (MONO, MONO_HTTP, PROBE, *all_kinds()[HASHED_DIRECTORY].needs)
    supports = (OPTIONS | {"name_check", "revocation"}) - {"intermediates"}
    lacks: Mapping[str, str] = {
        "intermediates": "mono keeps intermediates in a store of its own, which the client does not ask",
        "certificate": "mono reads no certificate with its key from PEM, the form in which the lab gives one",
        "server_name": "HttpWebRequest verifies the name that it sends, that of its Host",
    }
    templates = (
        Template(
            "mono",
            frozenset({Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE}),
            f"{_FRAME}TrustFailure ({{*}}{{reason}}",
            Basis.OBSERVED,
            OBSERVED,
        ),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *tells_the_status(STATUS_AS_AN_ERROR),
        *_no_secure_channel([NO_COMMON_VERSION], Phase.HANDSHAKE, f"{_BTLS}TLSV1_ALERT_PROTOCOL_VERSION"),
        *_no_secure_channel([NO_COMMON_VERSION], Phase.HANDSHAKE, f"{_BTLS}UNSUPPORTED_PROTOCOL"),
        *_no_secure_channel([NO_COMMON_CIPHER], Phase.HANDSHAKE, f"{_BTLS}SSLV3_ALERT_HANDSHAKE_FAILURE"),
        *_no_secure_channel([NOT_LOADED], Phase.CLOSED, _ENDED),
        *_no_secure_channel([ENDS_EARLY], Phase.NO_TLS, _ENDED),
        *_no_secure_channel([ENDS_EARLY], Phase.NO_TLS, _RESET, when=[RESETS]),
        *_no_secure_channel([NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED], Phase.CLOSED, _RESET, when=[RESETS]),
        *_no_secure_channel([PLAIN_HTTP, OTHER_SERVICE], Phase.NO_TLS, f"{_BTLS}WRONG_VERSION_NUMBER"),
        *(
            tolerates(
                "mono looks at no list of revoked certificates and at no answer of OCSP, whatever it is told",
                of=[condition],
                basis=Basis.OBSERVED,
                source=OBSERVED,
            )
            for condition in OF_REVOCATION
        ),
        tolerates(
            "mono looks for an address among the DNS names",
            of=[IP_ADDRESS],
            when=[AMONG_THE_NAMES],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "of a certificate that has expired mono tells the callback nothing",
            of=[EXPIRED],
            when=[NAME_UNCHECKED],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        says_like(
            NAME_MISMATCH,
            [UNICODE],
            "mono compares the name as it was typed",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "mono sends and verifies the name in the Host header: it is shown the certificate of that site",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[SITE_IN_HOST_HEADER],
            basis=Basis.AUTHORITATIVE,
            source=TLS_STREAM,
        ),
        tolerates(
            "with a callback that accepts whatever it is shown mono looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=CALLBACK_OF_REQUESTS,
        ),
        tolerates(
            "the callback leaves out what is wrong with the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=CALLBACK_OF_REQUESTS,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which[MONO.name], machine.which[PROBE.name]), stdin='{"version": ""}\n')

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"mono {found['runtime'].split()[0]}" if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.revocation is RevocationCheck.STAPLE:
            return "HttpWebRequest cannot demand an answer of OCSP with the handshake"
        if situation.client.tls_min is TLSVersion.TLSv1_3:
            return "mono's TLS library ends at TLS 1.2"
        if situation.server.tls_min is TLSVersion.TLSv1_3 and situation.client.tls_max is None:
            return "mono's TLS library ends at TLS 1.2: it cannot be allowed a newer version"
        if situation.client.store.flaw is not None:
            return "mono's store is a directory that its own program fills, from a good PEM file"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        return (*web_request_words(side), *(("cert-sync --user ca.pem",) if side.has_store else ()))

    def invoke(self, request: Request) -> Invocation:
        argv = (request.machine.which[MONO.name], request.machine.which[PROBE.name])
        said = self.request(request) + "\n"
        if not request.side.has_store:
            return Invocation(argv, stdin=said)
        laid = all_kinds()[HASHED_DIRECTORY].lay(request.material.anchors, None, TRUST)
        return Invocation(argv, files=laid.files, stdin=said, prepare=laid.prepare)


CLIENTS = (MonoHttpWebRequest(),)
