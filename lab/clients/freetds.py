"""The clients that use FreeTDS: pymssql (its wheel bundles FreeTDS with OpenSSL), tsql and tdsodbc.

What they share, how FreeTDS is configured and what its log says, is in `freetds_library`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from tlslab.clients.base import Client, Invocation, Machine, Request, Roots, Trust
from tlslab.clients.freetds_library import (  # fmt: skip
    CA_FILE_FAILS,
    CONNECTING,
    DUMP,
    ENCRYPTION,
    GNUTLS_CONF,
    LEVEL_1,
    LEVEL_1_KEYS,
    NET_SOURCE,
    OVERLOOKS_USES,
    PULLED,
    PYMSSQL_ERRORS,
    PYMSSQL_ISSUE,
    RENAMED,
    SERVER_NAME,
    TLS_SOURCE,
    TSQL_ERRORS,
    USER_GUIDE,
    freetds_settings,
    gnutls_conf,
    gnutls_templates,
    limit_gnutls,
    no_server_rows,
    openssl_templates,
    settings,
    unavailable_templates,
    verifies,
    with_trace,
)
from tlslab.clients.odbc import braced
from tlslab.clients.tds import (
    DRIVER_MANAGER,
    QUESTION,
    STRICT_ENDS_EARLY,
    PythonSqlClient,
    openssl_conf,
    openssl_words,
    read_versions,
    run_probe,
)
from tlslab.libraries.freetds import LOGIN
from tlslab.model.circumstances import NAME_UNCHECKED, OTHER_NAME_EXPECTED, STRICT, WITH_MD5
from tlslab.model.conditions import (
    CN_ALONE,
    CN_BESIDE_SAN,
    DIALLED_NAME,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_ENCRYPTION,
    ROUTED,
    SMALL_DH,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Own, Prints, When, says, says_like, tolerates
from tlslab.model.names import (
    ADDRESS_AS_CN_ALONE,
    ADDRESS_AS_CN_BESIDE_SAN,
    DOT_AT_THE_END,
    EXPECTED_NAME_ALONE,
    OTHER_COMMON_NAME,
    WILDCARD,
    WILDCARD_EXPECTED,
    in_url,
)
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import (
    ClientSide,
    Encryption,
    ServerEncryption,
    ServerKind,
    Situation,
)
from tlslab.setup.needs import Library, Packages, Program, PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

OLDER_THAN_1_5 = frozenset(
    {
        "clock",
        "trust_anchors",
        "intermediates",
        "trust_everything",
        "encryption",
        "tls_min",
        "tls_max",
        "defaults_only",
        "store",
        "name_check",
        "crls",
    }
)
"""The options of a client side that every FreeTDS can be told of."""
NO_HOSTNAME = {
    "expected_name": "the FreeTDS of most distributions is older than 1.5 and looks for the name that it connects to "
    "(no `certificate hostname`); the lab does not ask a newer one"
}
OBSERVED_DOT = Source("observed by the lab of FreeTDS 1.3.17 (GnuTLS) and 1.5.19 (OpenSSL)", "")
WILDCARDS = Source(
    "FreeTDS, src/tds/tls.c, check_name_match (built with OpenSSL): it gives check_wildcard the certificate's name as "
    "the host and the host as the pattern",
    TLS_SOURCE.url,
)
SAN_OVERLOOKED = Source(
    "pymssql/pymssql issue 847: a name that stands in the SAN alone is refused; fixed in 2.2.9, with FreeTDS 1.4.2",
    "https://github.com/pymssql/pymssql/issues/847",
)
REROUTES = Source(
    "FreeTDS, src/tds/login.c, tds_connect (rerouted: a new server_name; what tls.c compares, server_host_name, stays)",
    LOGIN.url,
)
OLD_ENCRYPTION = Source(
    "FreeTDS, commit ad20004, Fix redirect with Azure (1.3.18; the next connection still used the old encryption)",
    "https://github.com/FreeTDS/freetds/commit/ad2000441f2d4dfd1c08ef07386c6bb1e8b1cd3e",
)
OLDER_FREETDS = Source("observed by the lab of pymssql 2.2.7 to 2.3.13, whose FreeTDS is older than 1.5", "")
BEFORE_1_5 = {"pymssql": "<2.4"}
"""The releases of pymssql with a FreeTDS before 1.5."""
NO_KEYWORD = Source(
    "pymssql/pymssql, issue 878 (unexpected keyword argument 'encryption'); issue 797: 2.2.8 has it not yet",
    "https://github.com/pymssql/pymssql/issues/878",
)
COMMON_NAMES = Source("FreeTDS, src/tds/tls.c, check_hostname (built with OpenSSL)", TLS_SOURCE.url)
REQUESTS = When("`encryption = request`", lambda act: act.client.encryption in (None, Encryption.OPTIONAL))
NO_CA_FILE = When("it was given no `ca file`", lambda act: not verifies(act.client))


def _vouches_for_itself_alone(act: Situation) -> bool:
    leaf = act.server.chain.leaf if act.server.chain else None
    return leaf is not None and leaf.issuer is None and not leaf.is_ca


NO_CA_OF_ITS_OWN = When("the certificate is self-signed, and is no CA's", _vouches_for_itself_alone)


class FreeTds(Client):
    """What the three have in common."""

    kinds = frozenset({ServerKind.SQLSERVER})
    default_trust = Trust(Roots.NONE, "without `ca file`, which is the default, it accepts any certificate", USER_GUIDE)
    no_default_store = "FreeTDS has no default trust: without `ca file` it accepts any certificate"
    knows_no_strict = True
    """Whether its FreeTDS is older than 1.5."""

    rows: tuple[Own, ...] = (
        *CA_FILE_FAILS,
        STRICT_ENDS_EARLY,
        says_like(
            NAME_MISMATCH,
            [DOT_AT_THE_END],
            "FreeTDS compares the name as it was typed, with its dot",
            basis=Basis.OBSERVED,
            source=OBSERVED_DOT,
        ),
        tolerates(
            "without `ca file`, which is the default, FreeTDS accepts any certificate and any name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[NO_CA_FILE, ~STRICT],
            basis=Basis.AUTHORITATIVE,
            source=USER_GUIDE,
        ),
        tolerates(
            "with `check certificate hostname = no` FreeTDS does not look at the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=USER_GUIDE,
        ),
        tolerates(
            "with `encryption = request` FreeTDS goes on in clear where the server does not encrypt, and sends the "
            "password in clear",
            of=[NO_ENCRYPTION],
            when=[REQUESTS],
            basis=Basis.AUTHORITATIVE,
            source=LOGIN,
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if (
            side.encryption is Encryption.OPTIONAL
            and situation.server.encryption is ServerEncryption.OFF
            and verifies(side)
        ):
            return (
                "FreeTDS with a `ca file` verifies the server even when it encrypts the login alone "
                "(`encryption = request`); asking for less does not switch that off, leaving out `ca file` does"
            )
        if self.knows_no_strict and side.encryption is Encryption.STRICT:
            return (
                "the FreeTDS of most distributions is older than 1.5 and speaks no TDS 8.0 (`encryption = strict`); "
                "the lab does not ask a newer one"
            )
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return (*settings(side), *self.limit_words(side))

    def limit_words(self, side: ClientSide) -> tuple[str, ...]:
        """How people give TLS limits, for which freetds.conf has no setting."""
        text = gnutls_conf(side)
        return (f"GNUTLS_SYSTEM_PRIORITY_FILE={GNUTLS_CONF}", *text.splitlines()) if text else ()


def _server(request: Request) -> str:
    """The host, as programs are given it that take what stands behind the last colon for the port: an IPv6 address in
    brackets and with the port (FreeTDS, src/tds/config.c, parse_server_name_for_port).
    """
    host = request.side.connect_to
    return f"{in_url(host)}:{request.endpoint.port}" if in_url(host) != host else host


class Pymssql(FreeTds, PythonSqlClient):
    """pymssql with the FreeTDS and the OpenSSL of its wheel."""

    name = "pymssql"
    title = "pymssql (FreeTDS with OpenSSL 1.1.1, from its wheel)"
    tls_library = "OpenSSL 1.1.1, bundled in the wheel"
    driver = "pymssql"
    needs = (PythonPackage("pymssql"),)
    supports = OLDER_THAN_1_5 | {"expected_name"}
    registry = Registry(RegistryKind.PYPI, "pymssql")
    knows_no_strict = False
    # That of the lock is newer than any release that a row is about.
    release: Mapping[str, str] = {"pymssql": ""}

    templates = (
        # FreeTDS 1.5 says `TDS server`, older ones `Adaptive Server`.
        *openssl_templates("severity 9:\\nTDS server connection failed ({host})", Basis.AUTHORITATIVE, RENAMED),
        *openssl_templates("severity 9:\\nAdaptive Server connection failed ({host})", Basis.REPORTED, PYMSSQL_ISSUE),
        # Of a server to which the login was sent on.
        *openssl_templates("severity 9:\\nTDS server connection failed ({host},{*})", Basis.AUTHORITATIVE, REROUTES),
        *unavailable_templates(
            "severity 9:\\n",
            " ({host})\\nNet-Lib error during {reason} ({*})",
            Basis.AUTHORITATIVE,
            PYMSSQL_ERRORS,
        ),
    )
    rows = (
        *FreeTds.rows,
        *(
            tolerates(
                "FreeTDS with OpenSSL takes the common name where it finds the name in no SAN, also beside a SAN",
                of=[NAME_MISMATCH, condition],
                basis=Basis.AUTHORITATIVE,
                source=COMMON_NAMES,
            )
            for condition in (CN_ALONE, CN_BESIDE_SAN, ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN)
        ),
        says_like(
            NAME_MISMATCH,
            [OTHER_COMMON_NAME],
            "FreeTDS with OpenSSL looks up to 1.4.1 into the SAN for addresses alone",
            basis=Basis.REPORTED,
            source=SAN_OVERLOOKED,
            versions={"pymssql": "<2.2.9"},
        ),
        says_like(
            NAME_MISMATCH,
            [WILDCARD],
            "FreeTDS with OpenSSL takes the certificate's name for the host and the host for the pattern",
            basis=Basis.AUTHORITATIVE,
            source=WILDCARDS,
        ),
        tolerates(
            "FreeTDS with OpenSSL takes an expected wildcard for a pattern, and any name that fits for the right one",
            of=[NAME_MISMATCH, WILDCARD_EXPECTED],
            basis=Basis.AUTHORITATIVE,
            source=WILDCARDS,
            versions={"pymssql": ">=2.4"},
        ),
        says_like(
            NAME_MISMATCH,
            [EXPECTED_NAME_ALONE],
            "FreeTDS before 1.5 does not know `certificate hostname`, and looks for the name that was dialled",
            basis=Basis.OBSERVED,
            source=OLDER_FREETDS,
            versions=BEFORE_1_5,
        ),
        tolerates(
            "FreeTDS before 1.5 does not know `certificate hostname`, and looks for the name that was dialled",
            of=[NAME_MISMATCH, DIALLED_NAME],
            basis=Basis.OBSERVED,
            source=OLDER_FREETDS,
            versions=BEFORE_1_5,
        ),
        *says(
            # It is said of every server: the setting cannot be read.
            [],
            Phase.NEGOTIATION,
            Prints("Bad numbytes parameter passed to dbstrcpy", "20214"),
            basis=Basis.OBSERVED,
            source=OLDER_FREETDS,
            when=[STRICT],
            versions=BEFORE_1_5,
        ),
        *says(
            [],
            Phase.VERIFY,
            Prints("severity 9:\\nAdaptive Server connection failed ({host})", "20002"),
            basis=Basis.OBSERVED,
            source=Source("observed by the lab of pymssql 2.2.7, with OpenSSL 1.1.0l", ""),
            when=[NO_CA_OF_ITS_OWN, ~NO_CA_FILE],
            versions={"pymssql": "<2.2.8"},
        ),
        *says(
            [ROUTED],
            Phase.NAME,
            Prints("severity 9:\\nTDS server connection failed ({host},{*})", trace="checking hostname failed"),
            when=[~OTHER_NAME_EXPECTED],
            basis=Basis.AUTHORITATIVE,
            source=REROUTES,
        ),
        *(
            tolerates(
                "FreeTDS looks for the name that it has dialled, also in the certificate of a server to which it was "
                "sent on",
                of=[DIALLED_NAME, *of],
                when=[~OTHER_NAME_EXPECTED],
                basis=Basis.AUTHORITATIVE,
                source=REROUTES,
            )
            for of in ((ROUTED,), (ROUTED, NAME_MISMATCH))
        ),
        *no_server_rows(
            "20002",
            "severity 9:\\nTDS server connection failed ({host})",
            "severity 9:\\nUnexpected EOF from the server ({host})",
            source=NET_SOURCE,
            trace="handshake failed with -1 12 5 handshake failed",
        ),
        *(
            tolerates(
                "the OpenSSL 1.1.1 of pymssql's wheel runs at security level 1, which allows SHA-1 signatures before "
                "OpenSSL 3.0",
                of=[condition],
                when=when,
                basis=Basis.AUTHORITATIVE,
                source=LEVEL_1,
            )
            for condition, when in ((WEAK_SIGNATURE, ()), (WEAK_ISSUER_SIGNATURE, (~WITH_MD5,)))
        ),
        says_like(
            NO_COMMON_CIPHER,
            [SMALL_DH],
            "FreeTDS with OpenSSL offers no Diffie-Hellman but with elliptic curves (HIGH:!SSLv2:!aNULL:-DH)",
            basis=Basis.AUTHORITATIVE,
            source=TLS_SOURCE,
        ),
        tolerates(
            "the OpenSSL 1.1.1 of pymssql's wheel runs at security level 1, which allowed SHA-1 before OpenSSL 3.0",
            of=[WEAK_HANDSHAKE_SIGNATURE],
            basis=Basis.AUTHORITATIVE,
            source=LEVEL_1,
        ),
        tolerates(
            "the OpenSSL 1.1.1 of pymssql's wheel runs at security level 1, which allows RSA keys from 1024 bits on",
            of=[WEAK_KEY],
            basis=Basis.AUTHORITATIVE,
            source=LEVEL_1_KEYS,
        ),
    )

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "pymssql {pymssql} ({freetds}, {openssl})".format(**found) if found else ""

    def limit_words(self, side: ClientSide) -> tuple[str, ...]:
        return openssl_words(side)

    def keywords(self, side: ClientSide) -> dict[str, str]:
        """The keywords of connect() beside the server and the login."""
        return {}

    def in_file(self, side: ClientSide) -> ClientSide:
        """What of a side freetds.conf says."""
        return side

    def invoke(self, request: Request) -> Invocation:
        env, files, prepare = freetds_settings(replace(request, side=self.in_file(request.side)))
        if text := openssl_conf(request.side):
            files["openssl.cnf"] = text
            env["OPENSSL_CONF"] = str(request.workdir / "openssl.cnf")
        connection = {
            "server": _server(request),
            "port": str(request.endpoint.port),
            "user": request.login.user,
            "password": request.login.password,
            **self.keywords(request.side),
        }
        question = {"driver": self.driver, "connection": connection}
        return run_probe(request.machine, question, env=env, files=files, prepare=prepare, collect=(DUMP,))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return with_trace(super().read(completed, side), completed)


class PymssqlKeyword(Pymssql):
    """pymssql, told how to encrypt by the keyword of its connect() instead of by freetds.conf."""

    name = "pymssql.keyword"
    title = "pymssql, with `encryption` as a keyword"
    door = "the keyword `encryption` of pymssql.connect()"

    rows = (
        *Pymssql.rows,
        *says(
            # It is said of every server: the keyword has no word for TDS 8.0, freetds.conf has.
            [],
            Phase.NEGOTIATION,
            "ValueError: 'encryption' option should be ",
            basis=Basis.OBSERVED,
            source=Source("observed by the lab of pymssql 2.4.0 and 2.4.6", ""),
            when=[STRICT],
        ),
        *says(
            [],
            Phase.NEGOTIATION,
            "TypeError: connect() got an unexpected keyword argument 'encryption'",
            basis=Basis.REPORTED,
            source=NO_KEYWORD,
            when=[When("the keyword is given", lambda act: act.client.encryption is not None)],
            versions={"pymssql": "<2.2.9"},
        ),
    )

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        keyword = tuple(f'{name}="{value}"' for name, value in self.keywords(side).items())
        return (*keyword, *super().options_as_typed(self.in_file(side)))

    def keywords(self, side: ClientSide) -> dict[str, str]:
        return {} if side.encryption is None else {"encryption": ENCRYPTION[side.encryption]}

    def in_file(self, side: ClientSide) -> ClientSide:
        return replace(side, encryption=None)


class Tdsodbc(FreeTds, PythonSqlClient):
    """FreeTDS' ODBC driver through pyodbc."""

    name = "tdsodbc"
    title = "FreeTDS ODBC driver (tdsodbc) through pyodbc"
    supports, lacks = OLDER_THAN_1_5, NO_HOSTNAME
    library = "tdsodbc"
    tls_library = "GnuTLS of the system"
    driver = "pyodbc"
    needs = (
        PythonPackage("pyodbc"),
        DRIVER_MANAGER,
        Library(
            "tdsodbc",
            ("libtdsodbc.so", "libtdsodbc.so.0"),
            Packages(apt="tdsodbc", dnf="freetds-libs"),
            "FreeTDS' ODBC driver libtdsodbc.so",
            gnutls=True,
        ),
    )

    templates = (
        *gnutls_templates(
            "[08001] [FreeTDS][SQL Server]Unable to connect to data source", Basis.AUTHORITATIVE, TLS_SOURCE
        ),
        *unavailable_templates(
            "[08S01] [FreeTDS][SQL Server]",
            "",
            Basis.AUTHORITATIVE,
            NET_SOURCE,
            trace="getsockopt(2) reported: {reason}",
        ),
    )
    rows = (
        *FreeTds.rows,
        *OVERLOOKS_USES,
        *no_server_rows(
            "08001",
            "[08001] [FreeTDS][SQL Server]Unable to connect to data source",
            source=TLS_SOURCE,
            trace=PULLED,
        ),
        *says([ROUTED], Phase.NO_TLS, Prints(code="08001"), basis=Basis.AUTHORITATIVE, source=OLD_ENCRYPTION),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        request = {"driver": self.driver, "version": True, "files": {"odbc_driver": machine.files["tdsodbc"]}}
        return run_probe(machine, request)

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "tdsodbc {odbc_driver} (pyodbc {pyodbc}, GnuTLS {gnutls})".format(**found) if found else ""

    def invoke(self, request: Request) -> Invocation:
        where = (f"host = {request.side.connect_to}", f"port = {request.endpoint.port}", "tds version = auto")
        env, files, prepare = freetds_settings(request, SERVER_NAME, where)
        # unixODBC reads no data sources and no drivers of the machine.
        env["ODBCSYSINI"] = str(request.workdir)
        limit_gnutls(request.side, request.workdir, env, files)
        words = (
            f"DRIVER={braced(request.machine.files['tdsodbc'])}",
            f"UID={braced(request.login.user)}",
            f"PWD={braced(request.login.password)}",
            # Not the password last: FreeTDS 1.3 takes the closing brace of the last value for a part of it.
            f"SERVERNAME={SERVER_NAME}",
        )
        question = {"driver": self.driver, "connection": {"connection_string": ";".join(words)}}
        return run_probe(request.machine, question, env=env, files=files, prepare=prepare, collect=(DUMP,))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return with_trace(super().read(completed, side), completed)


class Tsql(FreeTds):
    """FreeTDS' command line client."""

    name = "tsql"
    title = "FreeTDS tsql"
    supports, lacks = OLDER_THAN_1_5, NO_HOSTNAME
    needs = (Program("tsql", Packages(apt="freetds-bin", dnf="freetds"), gnutls=True),)
    program = "tsql"
    tls_library = "GnuTLS of the system"

    templates = (
        *gnutls_templates(
            "Error 20002 (severity 9): Adaptive Server connection failed", Basis.AUTHORITATIVE, CONNECTING
        ),
        # FreeTDS 1.5.
        *gnutls_templates("Error 20002 (severity 9): TDS server connection failed", Basis.AUTHORITATIVE, RENAMED),
        *unavailable_templates(
            "Error 20009 (severity 9): ", ' OS error {*}, "{reason}"', Basis.AUTHORITATIVE, TSQL_ERRORS
        ),
    )
    rows = (
        *FreeTds.rows,
        *OVERLOOKS_USES,
        *no_server_rows(
            "20002",
            "Error 20002 (severity 9): Adaptive Server connection failed",
            "Error 20017 (severity 9): Unexpected EOF from the server",
            source=NET_SOURCE,
            trace=PULLED,
        ),
        *says(
            [ROUTED],
            Phase.NO_TLS,
            "Error 20017 (severity 9): Unexpected EOF from the server",
            basis=Basis.AUTHORITATIVE,
            source=OLD_ENCRYPTION,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["tsql"], "-C"))

    def read_version(self, completed: Completed) -> str:
        version = re.search(r"Version: freetds v(\S+)", completed.stdout)
        tls = [name for name in ("GnuTLS", "OpenSSL") if re.search(rf"{name}: yes", completed.stdout)]
        return f"tsql {version[1]} ({', '.join(tls) or 'no TLS'})" if version else ""

    def invoke(self, request: Request) -> Invocation:
        env, files, prepare = freetds_settings(request)
        limit_gnutls(request.side, request.workdir, env, files)
        where = ("-H", _server(request), "-p", str(request.endpoint.port))
        return Invocation(
            # `-P -`: the password is the first line of standard input, so that none stands in argv.
            argv=(request.machine.which["tsql"], *where, *("-U", request.login.user, "-P", "-", "-o", "fhq")),
            env=env,
            files=files,
            prepare=prepare,
            stdin=f"{request.login.password}\n{QUESTION}\nGO\nQUIT\n",
            collect=(DUMP,),
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        answer = next((line for line in completed.stdout.splitlines() if line.strip() in ("TRUE", "FALSE")), None)
        if answer is not None:
            result, text = Result.CONNECTED, ""
        else:
            result = Result.CRASHED if (completed.exit_status or 0) < 0 else Result.REFUSED
            text = (completed.stderr + completed.stdout).strip()
        code = re.search(r"^(?:Error|Msg) (\d+) \(severity", completed.stderr, re.MULTILINE)
        outcome = Outcome(
            result,
            text,
            code=code[1] if code and answer is None else "",
            exit_status=completed.exit_status,
            seconds=completed.seconds,
            encrypted=answer.strip() == "TRUE" if answer is not None else None,
        )
        return with_trace(outcome, completed)


CLIENTS = (Pymssql(), PymssqlKeyword(), Tdsodbc(), Tsql())
