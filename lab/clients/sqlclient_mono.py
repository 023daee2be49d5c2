"""System.Data.SqlClient of mono, which old programs for .NET Framework run on under Linux: `probes/SqlClient.cs`.

mono has a TLS library of its own (BoringSSL, "btls") and a store of its own, in the home of the user:
`.mono/new-certs/Trust`, certificates by the hash of their subject. No switch limits its TLS versions. Each attempt has
a process of its own, because the store is the process's.
"""

from collections.abc import Mapping

from tlslab.clients.base import Invocation, Machine, Request, Roots, Trust
from tlslab.clients.sqlclient import PROBE, TIMEOUT, DotnetDriver, words
from tlslab.clients.tds import read_versions
from tlslab.libraries.mono import OBSERVED
from tlslab.model.circumstances import LOGIN_ONLY, RESETS, TRUST_EVERYTHING
from tlslab.model.conditions import (
    CN_BESIDE_SAN,
    DEMANDS_ENCRYPTION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NOT_LOADED,
    NOT_SERVING,
    OTHER_SERVICE,
    PLAIN_HTTP,
    REVOKED,
    STRICT_ONLY,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Hangs, Prints, Template, When, says, says_alike, says_each, tolerates
from tlslab.model.names import ADDRESS_AS_CN_BESIDE_SAN, SUBJECT_IS_THE_NAME
from tlslab.model.outcome import Completed
from tlslab.model.situation import HASHED_DIRECTORY, ClientSide, Encryption, Situation
from tlslab.setup.needs import Packages, Program
from tlslab.truststores import all_kinds

STORE = Source(
    "mono, MonoBtlsX509LookupMono.cs (its own directory of certificates, by the hash of their subject)",
    "https://github.com/mono/mono/blob/01f7f0e05ca43a8651b2411bea3adba4815b2a1b/mcs/class/System/Mono.Btls/"
    "MonoBtlsX509LookupMono.cs",
)
MONO = Program("mono", Packages(apt="mono-runtime libmono-system-data4.0-cil libmono-i18n-west4.0-cil"))
TRUST = ".config/.mono/new-certs/Trust"
_FRAME = "System.Data.SqlClient.SqlException: "
_FAILED = _FRAME + "Snix_PreLogin (provider: SNI_PN7, error: 35 - SNI_ERROR_35)"
_ENDED = _FRAME + "Snix_PreLogin (provider: SNI_PN6, error: 31 - SNI_ERROR_31)"
_NOTHING = "provider: SNI_PN7, error: 0 - Cannot find the specified file"
VERIFIED = frozenset({Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE})
ASKS_FOR_NONE = When("`Encrypt=False`", lambda act: act.client.encryption is Encryption.OPTIONAL)


class SqlClientMono(DotnetDriver):
    """System.Data.SqlClient of mono."""

    name = "sqlclient-mono"
    title = "System.Data.SqlClient (mono)"
    tls_library = "BoringSSL inside mono"
    default_trust = Trust(
        Roots.OWN, "mono reads its own store, which is empty unless the package ca-certificates-mono fills it", STORE
    )
    no_default_store = "mono's own store is empty until a program, cert-sync, fills it"
    needs = (MONO, PROBE, *all_kinds()[HASHED_DIRECTORY].needs)
    supports = frozenset({"clock", "trust_anchors", "trust_everything", "encryption", "defaults_only", "store"})
    lacks: Mapping[str, str] = {
        "expected_name": "mono's SqlClient has no keyword for another name (HostNameInCertificate)",
        "tls_min": "mono has no switch for TLS versions",
        "tls_max": "mono has no switch for TLS versions",
        "intermediates": "mono keeps intermediates in a store of its own, which SqlClient does not ask",
    }
    templates = (
        Template("mono", VERIFIED, f"{_FAILED}{{*}}{{reason}}", Basis.OBSERVED, OBSERVED),
        Template("mono", frozenset({Phase.CLOSED}), f"{_ENDED}{{*}}{{reason}}", Basis.OBSERVED, OBSERVED),
    )
    rows = (
        *says([ENDS_AFTER_PRELOGIN], Phase.NO_TLS, Hangs(), basis=Basis.OBSERVED, source=OBSERVED),
        *says_each(
            dict.fromkeys(
                (ENDS_EARLY, PLAIN_HTTP, OTHER_SERVICE, STRICT_ONLY), Prints(f"{_FRAME}Snix_PreLogin ({_NOTHING})", "2")
            ),
            Phase.NO_TLS,
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *says_alike(
            [NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED],
            Phase.CLOSED,
            Hangs(),
            basis=Basis.OBSERVED,
            source=OBSERVED,
            when=[~RESETS],
        ),
        *(
            tolerates(
                "the driver looks for the name in the common name first, or for one that begins with it",
                of=[condition],
                phases=[Phase.NAME],
                basis=Basis.OBSERVED,
                source=OBSERVED,
            )
            for condition in (CN_BESIDE_SAN, ADDRESS_AS_CN_BESIDE_SAN, SUBJECT_IS_THE_NAME)
        ),
        tolerates("mono looks at no list of revoked certificates", of=[REVOKED], basis=Basis.OBSERVED, source=OBSERVED),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            f"{_FAILED}{{*}}Connection reset by peer",
            basis=Basis.OBSERVED,
            source=OBSERVED,
            when=[RESETS],
        ),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            f"{_FRAME}Snix_Connect (provider: SNI_PN7, error: 40 - SNI_ERROR_40)",
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            Prints(
                f"{_FRAME}The instance of SQL Server you attempted to connect to does not support encryption.", "20"
            ),
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "with Encrypt=False the driver goes on in clear",
            of=[NO_ENCRYPTION],
            when=[ASKS_FOR_NONE],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "with TrustServerCertificate=True the driver looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "only the login is encrypted, and nothing is verified",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[LOGIN_ONLY],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        tolerates(
            "the client asked for no encryption: the driver verifies nothing, although the server demands it",
            of=[DEMANDS_ENCRYPTION],
            phases=[Phase.VERIFY, Phase.NAME],
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which[MONO.name], machine.which[PROBE.name]), stdin='{"version": ""}\n')

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"mono {found['runtime'].split()[0]} (System.Data.SqlClient {found['driver']})" if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.encryption is Encryption.STRICT:
            return "System.Data.SqlClient knows no TDS 8.0 (`Encrypt=Strict`)"
        if side.store.flaw is not None:
            return "mono's store is a directory that its own program fills, from a good PEM file"
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        if side.defaults_only:
            return ()
        return (*words(side), *(("cert-sync --user ca.pem",) if side.has_store else ()))

    def invoke(self, request: Request) -> Invocation:
        side = request.side
        invocation = Invocation(
            (request.machine.which[MONO.name], request.machine.which[PROBE.name]),
            stdin=self.request(request) + "\n",
            timeout=TIMEOUT,
        )
        if not side.has_store:
            return invocation
        laid = all_kinds()[HASHED_DIRECTORY].lay(request.material.anchors, None, TRUST)
        return Invocation(
            invocation.argv, files=laid.files, stdin=invocation.stdin, timeout=TIMEOUT, prepare=laid.prepare
        )


CLIENTS = (SqlClientMono(),)
