"""Microsoft's driver for Go, go-mssqldb, run by `probes/go_mssql.go`, which the lab builds with the Go that it pins.

The TLS library is Go's own. Whether it verifies hangs on whether `encrypt` is given at all: without it the driver
encrypts the login alone and trusts every certificate; with it, also with `encrypt=false`, it verifies.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote, urlencode

from tlslab.clients.answers import read_answer
from tlslab.clients.base import PIN, PROBES, Client, Invocation, Machine, Request, Roots, Trust
from tlslab.clients.go_https import DIRECTORY, NO_FILE, ROOT_CAS
from tlslab.clients.https import floor
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.store_errors import stops
from tlslab.clients.tds import QUESTION, STRICT_ENDS_EARLY
from tlslab.libraries.go import END, ERRORS
from tlslab.model.circumstances import DEFAULTS_ONLY, HOLDS_THE_CA, LOGIN_ONLY, PINNED, RESETS, STRICT, TRUST_EVERYTHING
from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    OTHER_PIN,
    OTHER_SERVICE,
    OTHER_STORE,
    PLAIN_HTTP,
    SELF_SIGNED,
    STORE_ABSENT,
    STORE_NOT_HASHED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, When, says, says_each, says_like, tolerates
from tlslab.model.names import IPV6_ADDRESS, in_url
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import (
    HASHED_DIRECTORY,
    PEM_FILE,
    ClientSide,
    Encryption,
    ServerKind,
)
from tlslab.setup import go_modules
from tlslab.setup.needs import GO, Built
from tlslab.setup.versions.registry import Registry, RegistryKind

MODULE = "github.com/microsoft/go-mssqldb"
RELEASE = go_modules.pinned(MODULE).version.removeprefix("v")


def _source(file: str, where: str) -> Source:
    return Source(
        f"go-mssqldb {RELEASE}, {file} ({where})", f"https://github.com/microsoft/go-mssqldb/blob/v{RELEASE}/{file}"
    )


HANDSHAKE = _source("tds.go", "connect, getTLSConn")
NO_SUPPORT = _source("tds.go", "interpretPreloginResponse")
GOES_ON = _source("tds.go", "connect: no handshake where the server answers ENCRYPT_NOT_SUP")
DIALS = _source("protocol_go113.go", "wrapConnErr")
OPTIONS = _source("msdsn/conn_str.go", "parseTLS, SetupTLS")
PIN_ALONE = _source("msdsn/conn_str.go", "setupTLSServerCertificateOnly")
COLONS = _source(
    "msdsn/conn_str_go115.go",
    "setupTLSCommonName: where a colon stands in the host, the CN must equal the name that was sent, and of an "
    "address none is sent",
)
PACKETS = _source("buf.go", "readNextPacket")
PROGRAM = Built(
    "go-mssqldb",
    (PROBES / "go_mssql.go",),
    GO,
    ("version",),
    ("{compiler}", "build", "-trimpath", "-ldflags=-s -w", "-o", "{program}", "."),
    texts=go_modules.manifest(),
    static=True,
    by_pinned_go=True,
)
ENCRYPT = {Encryption.OPTIONAL: "false", Encryption.MANDATORY: "true", Encryption.STRICT: "strict"}
CONNECTION_TIMEOUT = 10
"""Seconds. Without it the driver has no limit for a server that says nothing."""
ASKS_FOR_NONE = When("`encrypt=false`", lambda act: act.client.encryption is Encryption.OPTIONAL)
_FAILED = "TLS Handshake failed: "
_NO_PACKET = f"{_FAILED}cannot read handshake packet: "


class GoMssqldb(Client):
    """The driver through database/sql."""

    name = "go-mssqldb"
    title = "go-mssqldb (Microsoft's driver for Go)"
    kinds = frozenset({ServerKind.SQLSERVER})
    tls_library = "Go's crypto/tls"
    default_trust = Trust(
        Roots.NONE, "where `encrypt` is not given, TrustServerCertificate is true: it accepts any certificate", OPTIONS
    )
    needs = (PROGRAM,)
    registry = Registry(RegistryKind.GO, MODULE)
    release: Mapping[str, str] = {
        "go-mssqldb": RELEASE,
        "go": go_modules.release(),
    }
    supports = frozenset(
        {
            "clock",
            "trust_anchors",
            "trust_everything",
            "expected_name",
            "encryption",
            "tls_min",
            "defaults_only",
            "pin",
            "store",
        }
    )
    lacks: Mapping[str, str] = {
        "intermediates": "the driver has no option for intermediates: a certificate in `certificate` is trusted like a "
        "root",
        "tls_max": "the driver has `tlsmin` and no option for the newest version",
    }
    stores: Mapping[str, str] = {PEM_FILE: "certificate", HASHED_DIRECTORY: STORES[HASHED_DIRECTORY]}
    templates = (
        Template(
            "go",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _FAILED + "tls: failed to verify certificate: {reason}",
            Basis.AUTHORITATIVE,
            HANDSHAKE,
        ),
        Template(
            "go", frozenset({Phase.HANDSHAKE, Phase.CLOSED}), _FAILED + "{reason}", Basis.AUTHORITATIVE, HANDSHAKE
        ),
        Template(
            "go",
            frozenset({Phase.CLOSED}),
            _NO_PACKET + "{reason}",
            Basis.AUTHORITATIVE,
            HANDSHAKE,
            when=(~STRICT,),
        ),
        Template(
            "go",
            frozenset({Phase.CONNECT}),
            "unable to open tcp connection with host '{host}:{*}': {reason}",
            Basis.AUTHORITATIVE,
            DIALS,
        ),
    )
    rows = (
        STRICT_ENDS_EARLY,
        *stops(
            {STORE_ABSENT: "cannot read certificate {*}: open {*}: no such file or directory"},
            basis=Basis.AUTHORITATIVE,
            source=NO_FILE,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "server does not support encryption",
            basis=Basis.AUTHORITATIVE,
            source=NO_SUPPORT,
        ),
        tolerates(
            "with encrypt=false the driver goes on in clear where the server does not encrypt, the login too",
            of=[NO_ENCRYPTION],
            when=[ASKS_FOR_NONE],
            basis=Basis.AUTHORITATIVE,
            source=GOES_ON,
        ),
        *says_each(
            dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), "invalid packet size, it is longer than buffer size"),
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=PACKETS,
        ),
        *says([ENDS_EARLY], Phase.NO_TLS, "EOF", basis=Basis.AUTHORITATIVE, source=END),
        *says([ENDS_AFTER_PRELOGIN], Phase.NO_TLS, f"{_NO_PACKET}EOF", basis=Basis.AUTHORITATIVE, source=HANDSHAKE),
        *(
            row
            for condition, before in ((ENDS_EARLY, ""), (ENDS_AFTER_PRELOGIN, _NO_PACKET))
            for row in says(
                [condition],
                Phase.NO_TLS,
                f"{before}read tcp {{*}}: read: connection reset by peer",
                basis=Basis.AUTHORITATIVE,
                source=ERRORS,
                when=[RESETS],
            )
        ),
        *(
            says_like(
                like,
                of,
                "with encrypt=false the driver verifies all the same; it does not where `encrypt` is not given at all",
                basis=Basis.AUTHORITATIVE,
                source=OPTIONS,
                when=[LOGIN_ONLY],
            )
            for like, of in (
                (SELF_SIGNED, [SELF_SIGNED]),
                (UNTRUSTED, [UNTRUSTED]),
                (NAME_MISMATCH, [NAME_MISMATCH, SELF_SIGNED]),
            )
        ),
        *says(
            [IPV6_ADDRESS],
            Phase.NAME,
            f'{_FAILED}invalid certificate name "{{*}}", expected ""',
            basis=Basis.AUTHORITATIVE,
            source=COLONS,
        ),
        tolerates(
            "Go reads every file of the directory, whatever it is called",
            of=[STORE_NOT_HASHED, UNTRUSTED],
            when=[HOLDS_THE_CA],
            basis=Basis.AUTHORITATIVE,
            source=DIRECTORY,
        ),
        tolerates(
            "with TrustServerCertificate=true Go accepts every certificate that it can read, and every name in it",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING, ~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=OPTIONS,
        ),
        tolerates(
            "with `serverCertificate` the driver compares the certificate byte for byte, and looks at nothing else",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[PINNED],
            basis=Basis.AUTHORITATIVE,
            source=PIN_ALONE,
            versions={"go-mssqldb": ">=1.9.6"},
        ),
        *(
            says_like(
                defect,
                [defect],
                "the driver does not know `serverCertificate` before 1.9.6, and ignores it",
                basis=Basis.OBSERVED,
                source=Source("observed by the lab of go-mssqldb 1.8.2", ""),
                when=[PINNED],
                versions={"go-mssqldb": "<1.9.6"},
            )
            for defect in (SELF_SIGNED, UNTRUSTED, NAME_MISMATCH)
        ),
        *says(
            [OTHER_PIN],
            Phase.PIN,
            f"{_FAILED}server certificate doesn't match the provided certificate",
            basis=Basis.AUTHORITATIVE,
            source=PIN_ALONE,
        ),
        tolerates(
            "where `encrypt` is not given, TrustServerCertificate is true: every certificate is accepted",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[DEFAULTS_ONLY],
            basis=Basis.AUTHORITATIVE,
            source=OPTIONS,
        ),
        *says(
            # It is said of every server: the value is unknown.
            [],
            Phase.NEGOTIATION,
            "invalid encrypt 'strict'",
            basis=Basis.OBSERVED,
            source=Source("observed by the lab of go-mssqldb 1.1.0; 1.6.0 knows it", ""),
            when=[STRICT],
            versions={"go-mssqldb": "<1.6"},
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with `certificate` the driver reads that file alone, in the place of the system's (Config.RootCAs)",
            basis=Basis.AUTHORITATIVE,
            source=ROOT_CAS,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which[PROGRAM.name], "version"))

    def read_version(self, completed: Completed) -> str:
        said = completed.stdout.strip()
        return said if completed.exit_status == 0 and said.startswith("go-mssqldb ") else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        words = [f"{name}={value}" for name, value in _options(side).items()]
        # The driver takes `certificate` or `serverCertificate`, and not both.
        trust = side.has_store and side.pin is None
        return (*words, "=".join(self.store_option(side))) if trust else tuple(words)

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust(request.material.anchors)
        by_variable = side.has_store and side.store.kind == HASHED_DIRECTORY
        options = {} if side.defaults_only else _options(side)
        if side.has_store and not by_variable and side.pin is None:
            options |= {self.stores[PEM_FILE]: laid.path}
        user, password = (quote(word, safe="") for word in (request.login.user, request.login.password))
        query = urlencode({**options, "connection timeout": CONNECTION_TIMEOUT})
        question = {
            "url": f"sqlserver://{user}:{password}@{in_url(side.connect_to)}:{request.endpoint.port}?{query}",
            "question": QUESTION,
            # No library can give a program another clock that is linked statically; tls.Config.Time can.
            "clock": side.clock // timedelta(seconds=1),
        }
        return Invocation(
            argv=(request.machine.which[PROGRAM.name],),
            stdin=json.dumps(question),
            env=variables(side.store, laid, request.workdir) if by_variable else {},
            files={
                **(laid.files if side.has_store else {}),
                **({PIN: request.material.pin} if side.pin is not None else {}),
            },
            prepare=laid.prepare if side.has_store else (),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


def _options(side: ClientSide) -> dict[str, str]:
    """The parameters of the URL that say how to encrypt and whom to trust, without the trust store."""
    found: dict[str, str] = {}
    if side.encryption is not None:
        found["encrypt"] = ENCRYPT[side.encryption]
    if side.trust_everything:
        found["TrustServerCertificate"] = "true"
    if side.expected_name is not None:
        found["hostNameInCertificate"] = side.expected_name
    if side.pin is not None:
        found["serverCertificate"] = PIN
    lowest = floor(side)
    if lowest is not None:
        found["tlsmin"] = lowest.number
    return found


CLIENTS = (GoMssqldb(),)
