"""tiberius, the driver of programs in Rust, run by `probes/tiberius.rs`, which the lab builds from pinned crates: once
with rustls, whose words are its own, and once with native-tls, which asks the system's OpenSSL. One program cannot have
both.

It makes a handshake in every mode but `encrypt=DANGER_PLAINTEXT`, and verifies in all of them, also with
`encrypt=false`. TrustServerCertificate switches that off in TDS 8.0 as well, where Microsoft's drivers ignore it.
"""

import json
import re
from abc import abstractmethod
from collections.abc import Mapping

from tlslab.clients import native_tls
from tlslab.clients.answers import read_answer
from tlslab.clients.base import PROBES, Client, Invocation, Machine, Request, Roots, Trust
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.store_errors import stops
from tlslab.clients.tds import QUESTION, STRICT_ENDS_EARLY
from tlslab.model.circumstances import HOLDS_THE_CA, LOGIN_ONLY, STRICT, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    ROUTED,
    SELF_SIGNED,
    SERVER_REFUSES,
    STORE_ABSENT,
    STORE_NOT_HASHED,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Template, When, says, says_alike, says_like, tolerates
from tlslab.model.names import WILDCARD_EXPECTED
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, Encryption, ServerKind
from tlslab.setup import crates
from tlslab.setup.needs import CARGO, CC, OPENSSL_HEADERS, PKG_CONFIG, Built, System
from tlslab.setup.versions.registry import Registry, RegistryKind

CRATE = "tiberius"
RELEASE = crates.pinned(CRATE).version
_BLOB = "https://github.com/prisma/tiberius/blob"
_AT, _AT_0_12 = "7fd75bb7070fe6ea41374698abf78928bb983bda", "c34fab2e14c52ab74519d073d7a7b65bd023fc1a"


def _source(file: str, where: str) -> Source:
    return Source(f"tiberius 0.13.0, {file} ({where})", f"{_BLOB}/{_AT}/{file}")


ERRORS = _source("src/error.rs", "Error")
REJECTED = _source("src/client/tls_stream/rustls_tls_stream.rs", "map_handshake_error")
ROOTS = _source(
    "src/client/tls_stream/rustls_tls_stream.rs", "build_trust_store: the system's roots, and the extra CAs"
)
BYPASS = _source(
    "src/client/tls_stream/rustls_tls_stream.rs", "TlsStream::new: trust.bypass, whatever config.encryption is"
)
BYPASS_NATIVE = _source("src/client/tls_stream/native_tls_stream.rs", "create_tls_stream: config.trust.bypass")
ROOTS_NATIVE = _source(
    "src/client/tls_stream/native_tls_stream.rs", "create_tls_stream: the platform's trust store, and the extra CAs"
)
HANDSHAKE = _source("src/client/connection.rs", "tls_handshake: EncryptionLevel::Off makes one like the others")
NEGOTIATION = _source("src/tds/codec/pre_login.rs", "negotiated_encryption")
FILES = _source("src/client/tls_stream/certs.rs", "certs_from_file, trust_anchors")
TIMEOUT = _source("src/client/connection.rs", "with_optional_timeout; 15 seconds by default")
FRAMES = _source("src/tds/codec/decode.rs", "Decoder for PacketCodec: decode_eof")
SERVER_NAME = _source(
    "src/client/tls_stream/rustls_tls_stream.rs", "get_server_name: what is no name of DNS and no address"
)
ERRORS_0_12 = Source("tiberius 0.12.3, src/error.rs (Error)", f"{_BLOB}/{_AT_0_12}/src/error.rs")
NO_NAME_0_12 = Source(
    "tiberius 0.12.3, src/client/config.rs (ConfigString: no key HostNameInCertificate; others are passed over)",
    f"{_BLOB}/{_AT_0_12}/src/client/config.rs",
)
NATIVE_CERTS = Source(
    "rustls-native-certs 0.8, src/lib.rs (load_native_certs: SSL_CERT_FILE, SSL_CERT_DIR in the place of the system's)",
    "https://docs.rs/rustls-native-certs/0.8.5/src/rustls_native_certs/lib.rs.html",
)
DIRECTORY = Source(
    "rustls-native-certs 0.8, src/lib.rs (load_pem_certs_from_dir: every file is read)",
    "https://docs.rs/rustls-native-certs/0.8.5/src/rustls_native_certs/lib.rs.html",
)
ASKS_FOR_NONE = When("`encrypt=false`", lambda act: act.client.encryption is Encryption.OPTIONAL)
ENCRYPT = {Encryption.OPTIONAL: "false", Encryption.MANDATORY: "true", Encryption.STRICT: "strict"}
_ACCEPTS_ALL = (
    "with TrustServerCertificate=true the driver accepts every certificate and every name, in strict connections too"
)
_IO = "An error {*} during the attempt of performing I/O: "
"""0.13 says "occurred", older releases "occured"."""
_TLS = "Error forming TLS connection: "
_BESIDE = ("tokio[net,rt,time]", "tokio-util[compat]", "serde_json[std]")
"""What the program itself uses beside the driver."""


def _packages(tls: str, version: str) -> tuple[str, ...]:
    """The driver at a release, with what it is built with; TDS 8.0 came with 0.13."""
    tds = "tds73" if re.match(r"0\.(\d|1[0-2])\.", version) else "tds80"
    return (f"{CRATE}[{tds},{tls}]@{version}",)


def _built(name: str, tls: str, uses: tuple[System, ...]) -> Built:
    wanted = (_packages(tls, RELEASE)[0].partition("@")[0], *_BESIDE)
    source = PROBES / "tiberius.rs"
    return Built(
        name,
        (source,),
        CARGO,
        ("--version",),
        ("sh", "-c", crates.BUILD, "{compiler}", name, "{program}"),
        texts=crates.manifest(name, source.name, crates.used(wanted)),
        uses=uses,
        timeout=1800.0,
    )


_OF_BOTH: tuple[Own, ...] = (
    STRICT_ENDS_EARLY,
    # It leaves it to the program to connect there.
    *says(
        [ROUTED],
        Phase.LOGIN,
        "Server requested a connection to an alternative address: `{host}:",
        basis=Basis.AUTHORITATIVE,
        source=ERRORS,
    ),
    *says(
        [NO_ENCRYPTION],
        Phase.NEGOTIATION,
        "Protocol error: Server does not allow the requested encryption level.",
        basis=Basis.AUTHORITATIVE,
        source=NEGOTIATION,
    ),
    says_like(
        ENDS_AFTER_PRELOGIN,
        [NO_ENCRYPTION],
        "with encrypt=false the driver begins a handshake also where the server has answered that it cannot encrypt",
        basis=Basis.AUTHORITATIVE,
        source=NEGOTIATION,
        when=[ASKS_FOR_NONE],
    ),
    *says_alike(
        [PLAIN_HTTP, OTHER_SERVICE],
        Phase.NO_TLS,
        _IO + "bytes remaining on stream",
        basis=Basis.AUTHORITATIVE,
        source=FRAMES,
        when=[~STRICT],
    ),
    *says(
        [ENDS_EARLY],
        Phase.NO_TLS,
        _IO + "failed to fill whole buffer",
        _IO + "unexpected end of file",
        basis=Basis.AUTHORITATIVE,
        source=ERRORS,
    ),
    *stops(
        {
            STORE_ABSENT: _IO + "Could not read certificate ca.pem: No such file or directory",
            STORE_UNREADABLE: _IO + "the CA source `ca.pem` contained no usable certificates",
        },
        basis=Basis.AUTHORITATIVE,
        source=FILES,
    ),
    *(
        says_like(
            like,
            of,
            "with encrypt=false the driver makes the same handshake, and verifies all the same",
            basis=Basis.AUTHORITATIVE,
            source=HANDSHAKE,
            when=[LOGIN_ONLY],
        )
        for like, of in (
            (SELF_SIGNED, [SELF_SIGNED]),
            (UNTRUSTED, [UNTRUSTED]),
            (SELF_SIGNED, [SELF_SIGNED, NAME_MISMATCH]),
        )
    ),
)


class Tiberius(Client):
    """What the two have in common."""

    kinds = frozenset({ServerKind.SQLSERVER})
    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "intermediates",
            "trust_everything",
            "expected_name",
            "encryption",
            "defaults_only",
            "store",
        }
    )
    lacks: Mapping[str, str] = native_tls.NO_LIMITS
    stores: Mapping[str, str] = {PEM_FILE: "TrustServerCertificateCA", HASHED_DIRECTORY: STORES[HASHED_DIRECTORY]}
    built: Built

    @property
    @abstractmethod
    def tls(self) -> str:
        """The crate that makes TLS."""

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which[self.built.name], "version"))

    def read_version(self, completed: Completed) -> str:
        said = completed.stdout.strip()
        return said if completed.exit_status == 0 and said.startswith("tiberius ") else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        words = [f"{name}={value}" for name, value in _options(side).items()]
        # It takes a CA or TrustServerCertificate, and not both.
        trust = side.has_store and not side.trust_everything
        return (*words, "=".join(self.store_option(side))) if trust else tuple(words)

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        told = side.has_store and not side.defaults_only
        by_variable = told and side.store.kind == HASHED_DIRECTORY
        options = {} if side.defaults_only else _options(side)
        if told and not by_variable and not side.trust_everything:
            options["TrustServerCertificateCA"] = laid.path
        words = {
            "server": f"tcp:{side.connect_to},{request.endpoint.port}",
            "user": _quoted(request.login.user),
            "password": _quoted(request.login.password),
            **options,
        }
        question = {"connection": ";".join(f"{name}={value}" for name, value in words.items()), "question": QUESTION}
        return Invocation(
            argv=(request.machine.which[self.built.name],),
            stdin=json.dumps(question),
            env=variables(side.store, laid, request.workdir) if by_variable else {},
            files=laid.files if told else {},
            prepare=laid.prepare if told else (),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


class TiberiusRustls(Tiberius):
    """With rustls."""

    name = "tiberius-rustls"
    title = "tiberius (Rust) with rustls"
    tls = "rustls"
    tls_library = "rustls"
    built = _built(name, tls, (CC,))
    needs = (built,)
    registry = Registry(RegistryKind.CARGO, CRATE, _BESIDE, requirements=lambda version: _packages("rustls", version))
    release: Mapping[str, str] = {name: RELEASE}
    default_trust = Trust(Roots.SYSTEM, "without an option the driver takes the roots of the system", ROOTS)
    templates = (
        Template(
            "webpki",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _TLS + "the server's certificate was rejected during the TLS handshake: {reason}",
            Basis.AUTHORITATIVE,
            REJECTED,
        ),
        Template(
            "webpki",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _IO + "invalid peer certificate: {reason}",
            Basis.AUTHORITATIVE,
            ERRORS_0_12,
        ),
        Template(
            "webpki",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.NO_TLS}),
            _IO + "{reason}",
            Basis.AUTHORITATIVE,
            ERRORS,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.CONNECT, Phase.NO_TLS}),
            _IO + "{reason}",
            Basis.AUTHORITATIVE,
            ERRORS,
        ),
    )
    rows = (
        *_OF_BOTH,
        tolerates(
            _ACCEPTS_ALL,
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=BYPASS,
        ),
        *says(
            [WILDCARD_EXPECTED], Phase.NAME, _TLS + "invalid dns name", basis=Basis.AUTHORITATIVE, source=SERVER_NAME
        ),
        tolerates(
            "what stands in TrustServerCertificateCA is trusted beside the system's roots",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=ROOTS,
        ),
        tolerates(
            "every file of the directory is read, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=DIRECTORY,
        ),
    )


class TiberiusNativeTls(Tiberius):
    """With native-tls."""

    name = "tiberius-native-tls"
    title = "tiberius (Rust) with native-tls"
    tls = "native-tls"
    tls_library = "OpenSSL of the system, through native-tls"
    built = _built(name, tls, (CC, PKG_CONFIG, OPENSSL_HEADERS))
    needs = (built,)
    registry = Registry(
        RegistryKind.CARGO, CRATE, _BESIDE, requirements=lambda version: _packages("native-tls", version)
    )
    release: Mapping[str, str] = {name: RELEASE}
    offers = native_tls.OFFERS
    default_trust = Trust(Roots.SYSTEM, "native-tls builds on what the system's OpenSSL trusts", ROOTS_NATIVE)
    templates = (
        *native_tls.templates(_TLS, ERRORS),
        Template(
            "posix",
            frozenset({Phase.CONNECT, Phase.NO_TLS}),
            _IO + "{reason}",
            Basis.AUTHORITATIVE,
            ERRORS,
        ),
    )
    rows = (
        *native_tls.ROWS,
        *_OF_BOTH,
        *says_alike(
            (*SERVER_REFUSES, ENDS_AFTER_PRELOGIN),
            Phase.CLOSED,
            _TLS + "unexpected EOF",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        tolerates(
            _ACCEPTS_ALL,
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=BYPASS_NATIVE,
        ),
        tolerates(
            "what stands in TrustServerCertificateCA is trusted beside what OpenSSL trusts by itself",
            of=[OTHER_STORE],
            basis=Basis.AUTHORITATIVE,
            source=ROOTS_NATIVE,
        ),
    )


def _quoted(value: str) -> str:
    """A value of a connection string in which every character stands for itself."""
    return '"' + value.replace('"', '""') + '"'


def _options(side: ClientSide) -> dict[str, str]:
    """The words of the connection string that say how to encrypt and whom to trust, without the trust store."""
    found: dict[str, str] = {}
    if side.encryption is not None:
        found["encrypt"] = ENCRYPT[side.encryption]
    if side.trust_everything:
        found["TrustServerCertificate"] = "true"
    if side.expected_name is not None:
        found["HostNameInCertificate"] = side.expected_name
    return found


CLIENTS = (TiberiusRustls(), TiberiusNativeTls())
