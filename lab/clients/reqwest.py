"""reqwest, the HTTPS client of programs in Rust, run by `probes/reqwest.rs`, which the lab builds from pinned crates:
with rustls, its default since 0.13, and with native-tls, which asks the system's OpenSSL.

An error is shown with all that is behind it, as anyhow prints it: reqwest's own first words name the URL alone.
"""

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from tlslab.clients import native_tls
from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    AS_TYPED,
    CERTIFICATE,
    KEY,
    PROBES,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Roots,
    Trust,
    own_files,
)
from tlslab.clients.https import HTTPS, OPTIONS, WAITS
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.proxy import proxy_url, says_in_clear
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.clients.tiberius import DIRECTORY as READS_DIRECTORIES
from tlslab.clients.tiberius import NATIVE_CERTS
from tlslab.clients.variables import DEFAULT_LOCATIONS, OPENSSL_ENV, beside, instead, read
from tlslab.model.circumstances import HOLDS_THE_CA, NAME_UNCHECKED, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ENDS_EARLY,
    ISSUER_NOT_FOR_SERVERS,
    NOT_FOR_SERVERS,
    OTHER_STORE,
    SERVER_REFUSES,
    STORE_ABSENT,
    STORE_NOT_HASHED,
    UNTRUSTED,
)
from tlslab.model.environment import SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, says, says_alike, says_like, tolerates
from tlslab.model.names import in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.proxied import PROXY_FORBIDS, PROXY_WANTS_LOGIN
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, Situation, TLSVersion
from tlslab.model.variables import GIVEN_A_STORE
from tlslab.setup import crates
from tlslab.setup.needs import CARGO, CC, OPENSSL_HEADERS, PKG_CONFIG, Built, System
from tlslab.setup.versions.registry import Registry, RegistryKind

CRATE = "reqwest"
RELEASE = crates.pinned(CRATE).version
_BLOB = "https://github.com/seanmonstar/reqwest/blob/de55373434f07f42926599dbb5a88550d8e55112/src"


def _source(file: str, where: str) -> Source:
    return Source(f"reqwest 0.13.5, src/{file} ({where})", f"{_BLOB}/{file}")


DISPLAY = _source("error.rs", "Display of Error, and its source()")
BUILDER = _source("async_impl/client.rs", "ClientBuilder::build")
CERTS = _source("async_impl/client.rs", "ClientBuilder::tls_certs_merge, tls_certs_only")
ANY_CERTIFICATE = _source("async_impl/client.rs", "ClientBuilder::tls_danger_accept_invalid_certs")
PURPOSE = Source(
    "rustls-platform-verifier 0.7.1, src/verification/others.rs (map_webpki_errors)",
    "https://docs.rs/rustls-platform-verifier/0.7.1/src/rustls_platform_verifier/verification/others.rs.html",
)
TUNNEL = Source(
    "hyper-util 0.1, src/client/legacy/connect/proxy/tunnel.rs (Display of TunnelError)",
    "https://docs.rs/hyper-util/latest/src/hyper_util/client/legacy/connect/proxy/tunnel.rs.html",
)
_MESSAGE = "error sending request for url (https://{urlhost}:{*}/): client error (Connect): "
_TO_THE_PROXY = _MESSAGE + "tunnel error: failed to create underlying connection: "
_NO_FILE = "No such file or directory (os error 2)"
_BESIDE = ("tokio[net,rt,time]", "serde_json[std]")
_LIMITS = {TLSVersion.TLSv1_2: "1.2", TLSVersion.TLSv1_3: "1.3"}


def _packages(tls: str, version: str) -> tuple[str, ...]:
    return (f"{CRATE}[{tls}]@{version}",)


def _built(name: str, tls: str, uses: tuple[System, ...]) -> Built:
    source = PROBES / "reqwest.rs"
    return Built(
        name,
        (source,),
        CARGO,
        ("--version",),
        ("sh", "-c", crates.BUILD, "{compiler}", name, "{program}"),
        texts=crates.manifest(name, source.name, crates.used((f"{CRATE}[{tls}]", *_BESIDE))),
        uses=uses,
        timeout=1800.0,
    )


_OF_BOTH: tuple[Own, ...] = (
    *tells_the_status("HTTP 400 Bad Request"),
    WAITS[0],
    *(
        row
        for condition, words in (
            (PROXY_WANTS_LOGIN, "tunnel error: proxy authorization required"),
            (PROXY_FORBIDS, "tunnel error: unsuccessful"),
        )
        for row in says([condition], Phase.NO_TLS, _MESSAGE + words, basis=Basis.AUTHORITATIVE, source=TUNNEL)
    ),
    *stops({STORE_ABSENT: _NO_FILE}, basis=Basis.OBSERVED, source=Source("observed by the lab", "")),
    tolerates(
        "with tls_danger_accept_invalid_certs(true) every certificate is accepted, and every name",
        phases=[Phase.VERIFY, Phase.NAME],
        when=[TRUST_EVERYTHING],
        basis=Basis.AUTHORITATIVE,
        source=ANY_CERTIFICATE,
    ),
    tolerates(
        "with tls_danger_accept_invalid_hostnames(true) no name is looked at",
        phases=[Phase.NAME],
        when=[NAME_UNCHECKED],
        basis=Basis.AUTHORITATIVE,
        source=BUILDER,
    ),
)


class Reqwest(Client):
    """What the two have in common."""

    kinds = HTTPS
    supports = (OPTIONS | {"proxy", "certificate", "name_check"}) - {"expected_name"}
    lacks: Mapping[str, str] = {"expected_name": "reqwest verifies the name that stands in the URL"}
    variables = frozenset({SSL_CERT_DIR, SSL_CERT_FILE})
    stores: Mapping[str, str] = {PEM_FILE: "tls_certs_merge", HASHED_DIRECTORY: STORES[HASHED_DIRECTORY]}
    built: Built

    @property
    @abstractmethod
    def tls(self) -> str:
        """The crate that makes TLS."""

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which[self.built.name], "version"))

    def read_version(self, completed: Completed) -> str:
        said = completed.stdout.strip()
        return said if completed.exit_status == 0 and said.startswith("reqwest ") else ""

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if any(limit is not None and limit < TLSVersion.TLSv1_2 for limit in (side.tls_min, side.tls_max)):
            return "rustls has TLS 1.2 and 1.3 alone, and native-tls cannot be told the security level of older ones"
        if not side.name_check and not (side.has_store and side.store.kind == PEM_FILE):
            return "the check of the name is switched off beside tls_certs_only(...) alone"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        words: list[str] = []
        if side.has_store and side.store.kind == HASHED_DIRECTORY:
            words.append("=".join(self.store_option(side)))
        elif side.has_store:
            words.append(f'.{_certs(side)}(Certificate::from_pem_bundle(&fs::read("ca.pem")?)?)')
        if side.trust_everything:
            words.append(".tls_danger_accept_invalid_certs(true)")
        if not side.name_check:
            words.append(".tls_danger_accept_invalid_hostnames(true)")
        for name, limit in (("min", side.tls_min), ("max", side.tls_max)):
            if limit is not None:
                words.append(f".tls_version_{name}(Version::TLS_{limit.number.replace('.', '_')})")
        if side.certificate:
            words.append(f".identity({self.identity})")
        if url := proxy_url(side):
            words.append(f'.proxy(Proxy::all("{url}")?)')
        if side.host_header is not None:
            words.append(f'.header("Host", "{side.host_header}")')
        return tuple(words)

    @property
    @abstractmethod
    def identity(self) -> str:
        """The expression that makes the client's own certificate."""

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        told = side.has_store and not side.defaults_only
        by_variable = told and side.store.kind == HASHED_DIRECTORY
        given = {"url": f"https://{in_url(side.connect_to)}:{request.endpoint.port}/"}
        if not side.defaults_only:
            given |= _options(side, request.proxy)
        if told and not by_variable:
            given |= {"roots": laid.path}
        return Invocation(
            argv=(request.machine.which[self.built.name],),
            stdin=json.dumps(given),
            env=variables(side.store, laid, request.workdir) if by_variable else {},
            files={**(laid.files if told else {}), **own_files(request)},
            prepare=laid.prepare if told else (),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


class ReqwestRustls(Reqwest):
    """With rustls."""

    name = "reqwest-rustls"
    title = "reqwest (Rust) with rustls"
    tls = "rustls"
    identity = "Identity::from_pem(&[certificate, key].concat())?"
    tls_library = "rustls"
    built = _built(name, tls, (CC,))
    needs = (built,)
    registry = Registry(RegistryKind.CARGO, CRATE, _BESIDE, requirements=lambda version: _packages("rustls", version))
    release: Mapping[str, str] = {name: RELEASE}
    default_trust = Trust(
        Roots.SYSTEM, "rustls-platform-verifier takes the roots of the system (rustls-native-certs)", BUILDER
    )
    templates = (
        Template(
            "webpki",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _MESSAGE + "invalid peer certificate: {reason}",
            Basis.AUTHORITATIVE,
            DISPLAY,
        ),
        Template(
            "webpki",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.NO_TLS}),
            _MESSAGE + "{reason}",
            Basis.AUTHORITATIVE,
            DISPLAY,
        ),
        Template("posix", frozenset({Phase.CLOSED, Phase.NO_TLS}), _MESSAGE + "{reason}", Basis.AUTHORITATIVE, DISPLAY),
        Template(
            "posix", frozenset({Phase.CONNECT}), _MESSAGE + "tcp connect error: {reason}", Basis.AUTHORITATIVE, DISPLAY
        ),
    )
    rows = (
        *_OF_BOTH,
        *says_in_clear(_TO_THE_PROXY + "received corrupt message of type InvalidContentType", TUNNEL),
        *says_alike(
            [NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS],
            Phase.VERIFY,
            _MESSAGE + "invalid peer certificate: Other(OtherError(EkuError))",
            basis=Basis.AUTHORITATIVE,
            source=PURPOSE,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with tls_certs_only, without which the name's check is not switched off, the system's roots are left out",
            basis=Basis.AUTHORITATIVE,
            source=CERTS,
            when=[NAME_UNCHECKED],
        ),
        tolerates(
            "tls_certs_merge adds to the roots of the system",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=CERTS,
            when=[~NAME_UNCHECKED],
        ),
        tolerates(
            "every file of the directory is read, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=READS_DIRECTORIES,
        ),
        *read("reqwest with rustls", (SSL_CERT_DIR, SSL_CERT_FILE), NATIVE_CERTS),
        *beside(
            "what the option adds is trusted beside it", (SSL_CERT_DIR, SSL_CERT_FILE), CERTS, when=[GIVEN_A_STORE]
        ),
        *instead(
            "one variable takes the place of all of the system's files and directories",
            (SSL_CERT_DIR, SSL_CERT_FILE),
            NATIVE_CERTS,
            when=[~GIVEN_A_STORE],
        ),
    )


class ReqwestNativeTls(Reqwest):
    """With native-tls."""

    name = "reqwest-native-tls"
    title = "reqwest (Rust) with native-tls"
    tls = "native-tls"
    identity = "Identity::from_pkcs8_pem(&certificate, &key)?"
    tls_library = "OpenSSL of the system, through native-tls"
    built = _built(name, tls, (CC, PKG_CONFIG, OPENSSL_HEADERS))
    needs = (built,)
    registry = Registry(
        RegistryKind.CARGO, CRATE, _BESIDE, requirements=lambda version: _packages("native-tls", version)
    )
    release: Mapping[str, str] = {name: RELEASE}
    offers = native_tls.OFFERS
    default_trust = Trust(Roots.SYSTEM, "native-tls builds on what the system's OpenSSL trusts", BUILDER)
    templates = (
        *native_tls.templates(_MESSAGE, DISPLAY),
        Template("openssl", frozenset({Phase.NO_TLS}), _MESSAGE + "error:{*}:{reason}:", Basis.AUTHORITATIVE, DISPLAY),
        Template("posix", frozenset({Phase.NO_TLS}), _MESSAGE + "{reason}", Basis.AUTHORITATIVE, DISPLAY),
        Template(
            "posix", frozenset({Phase.CONNECT}), _MESSAGE + "tcp connect error: {reason}", Basis.AUTHORITATIVE, DISPLAY
        ),
    )
    rows = (
        *native_tls.ROWS,
        *_OF_BOTH,
        *says_in_clear(_TO_THE_PROXY + "error:{*}:wrong version number:", TUNNEL),
        *says_alike(
            (*SERVER_REFUSES, ENDS_EARLY),
            Phase.CLOSED,
            _MESSAGE + "unexpected EOF",
            basis=Basis.AUTHORITATIVE,
            source=DISPLAY,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with tls_certs_only, without which the name's check is not switched off, the system's roots are left out",
            basis=Basis.AUTHORITATIVE,
            source=CERTS,
            when=[NAME_UNCHECKED],
        ),
        tolerates(
            "tls_certs_merge adds to what OpenSSL trusts by itself",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=CERTS,
            when=[~NAME_UNCHECKED],
        ),
        *read("OpenSSL", (SSL_CERT_DIR, SSL_CERT_FILE), OPENSSL_ENV),
        *beside(
            "what the option adds is trusted beside it", (SSL_CERT_DIR, SSL_CERT_FILE), CERTS, when=[GIVEN_A_STORE]
        ),
        *beside(
            "the variable takes the place of OpenSSL's default file or of its directory, and not of the other",
            (SSL_CERT_DIR, SSL_CERT_FILE),
            DEFAULT_LOCATIONS,
            when=[~GIVEN_A_STORE],
        ),
    )


def _certs(side: ClientSide) -> str:
    """The option for roots. rustls takes no name for any beside the roots of the system."""
    return "tls_certs_merge" if side.name_check else "tls_certs_only"


def _options(side: ClientSide, at: ProxyAddress = AS_TYPED) -> dict[str, Any]:
    """What the probe is told beside the URL and the roots."""
    found: dict[str, Any] = {
        "roots_only": _certs(side) == "tls_certs_only",
        "invalid_certs": side.trust_everything,
        "invalid_hostnames": not side.name_check,
    }
    found |= {name: _LIMITS[limit] for name, limit in (("min", side.tls_min), ("max", side.tls_max)) if limit}
    if side.certificate:
        found["identity"] = [CERTIFICATE, KEY]
    if url := proxy_url(side, at):
        found["proxy"] = url
    if side.host_header is not None:
        found["host"] = side.host_header
    return found


CLIENTS = (ReqwestRustls(), ReqwestNativeTls())
