"""The FreeTDS family: pymssql (its wheel bundles FreeTDS with OpenSSL), tsql and tdsodbc (the distribution's FreeTDS with GnuTLS).

All read freetds.conf (FreeTDS User Guide, table "freetds.conf settings"). Without `ca file` they verify nothing; with it chain and host
name. To the user every failure is the same error 20002; what TLS said stands in the log that TDSDUMP names, and that is this family's trace.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

from lab.clients.base import Acceptance, Client, Endpoint, Invocation, Login, Machine, Material, Missing
from lab.clients.odbc import braced
from lab.clients.sqlserver import (
    QUESTION,
    SETUP,
    PythonSqlClient,
    openssl_conf,
    missing_driver_manager,
    openssl_words,
    presents_certificate,
    read_versions,
    run_probe,
)
from lab.documented import Level, Phase, Source, Wrapper
from lab.outcome import Completed, Outcome, Result
from lab.situation import ClientSide, Encryption, ServerEncryption, ServerKind, SignatureHash, Situation, TLSVersion

USER_GUIDE = Source(
    'FreeTDS User Guide, table "freetds.conf settings"',
    "https://github.com/FreeTDS/freetds/blob/23364d06421854c90088d23d8d4ea28166727b7e/doc/userguide.xml",
)
TLS_SOURCE = Source(
    "FreeTDS, src/tds/tls.c",
    "https://github.com/FreeTDS/freetds/blob/03635b2b303ccd23c6baccca1f97b36f8ea63986/src/tds/tls.c",
)
OPENSSL_STATES = Source(
    "FreeTDS, src/tds/tls.c: `handshake failed with <return> <OSSL_HANDSHAKE_STATE> <SSL_get_error>`; the numbers are those of "
    "OpenSSL 1.1.1's include/openssl/ssl.h (3 and 12: ServerHello not done, 4: server certificate; 1: SSL_ERROR_SSL, 5: SSL_ERROR_SYSCALL)",
    TLS_SOURCE.url,
)
CONNECTING = Source('FreeTDS User Guide, "Connecting to the Server"', USER_GUIDE.url)
PYMSSQL_ISSUE = Source("pymssql/pymssql, issue 860", "https://github.com/pymssql/pymssql/issues/860")
STATUS_BITS = Source(
    "GnuTLS, gnutls.h, gnutls_certificate_status_t (2 invalid, 64 signer not found, 256 insecure algorithm, 1024 expired)",
    "https://www.gnutls.org/manual/gnutls.html#Certificate-verification-status",
)
LEVEL_1 = Source(
    "openssl/openssl, commit aba03ae: SHA1 and MD5+SHA1 are no longer supported at security level 1 (from OpenSSL 3.0 on)",
    "https://github.com/openssl/openssl/commit/aba03ae",
)

ENCRYPTION = {Encryption.OPTIONAL: "request", Encryption.MANDATORY: "require", Encryption.STRICT: "strict"}
CONF, DUMP, GNUTLS_CONF = "freetds.conf", "tdsdump.log", "gnutls.cfg"
_TLS_LINE = re.compile(r"^tls\.c:\d+:(?!GNUTLS: |in tds_|setting )(.+)$", re.MULTILINE)


def verifies(side: ClientSide) -> bool:
    """Whether this side gives FreeTDS a CA file, without which it accepts any certificate."""
    return bool(side.trusts or side.intermediates) and not side.trust_everything


SERVER_NAME = "lab"
"""The section of freetds.conf that tdsodbc is pointed at: with SERVER= instead of SERVERNAME= it reads no freetds.conf at all."""


def settings(side: ClientSide, ca_file: str = "ca.pem") -> tuple[str, ...]:
    """The lines of freetds.conf for this side."""
    lines = []
    if side.encryption is not None:
        lines.append(f"encryption = {ENCRYPTION[side.encryption]}")
    if verifies(side):
        lines.append(f"ca file = {ca_file}")
    if side.expected_name is not None:
        lines.append(f"certificate hostname = {side.expected_name}")
    if side.tls_min is not None and side.tls_min < TLSVersion.TLSv1_2:
        lines.append("enable tls v1 = yes")
    return tuple(lines)


def tls_lines(dump: str) -> str:
    """What FreeTDS itself says of TLS in its log: the messages of src/tds/tls.c, without the library's own debugging."""
    return "\n".join(_TLS_LINE.findall(dump))


def freetds_room(
    side: ClientSide, material: Material, room: PurePosixPath, section: str = "global", more: Iterable[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """Environment and files of a program that uses FreeTDS; the settings stand in this section of freetds.conf."""
    lines = (*more, *settings(side, str(room / "ca.pem")))
    conf = f"[{section}]\n" + "".join(f"\t{line}\n" for line in lines)
    env = {"FREETDSCONF": str(room / CONF), "TDSDUMP": str(room / DUMP)}
    files = {CONF: conf}
    if verifies(side):
        files["ca.pem"] = material.bundle
    return env, files


def gnutls_wrappers(text: str, level: Level, source: Source) -> tuple[Wrapper, ...]:
    """The wrappers of a client that shows this text for every failure and whose FreeTDS logs what GnuTLS says.

    Dialects: `gnutls-status` (the number of the certificate's status, a bit mask), `gnutls` (gnutls_strerror) and `freetds` (its own words).
    """
    certificate = " handshake failed: Error in the certificate."
    alert = frozenset({Phase.HANDSHAKE, Phase.CLOSED})
    return (
        Wrapper(
            "gnutls-status",
            frozenset({Phase.VERIFY}),
            text,
            level,
            source,
            trace="Certificate status: {reason}" + certificate,
        ),
        Wrapper("freetds", frozenset({Phase.NAME}), text, level, source, trace="{reason}" + certificate),
        Wrapper("gnutls", alert, text, level, source, trace="handshake failed: {reason}"),
    )


def openssl_wrappers(text: str, level: Level, source: Source) -> tuple[Wrapper, ...]:
    """The same where FreeTDS is built with OpenSSL, whose reasons it keeps to itself: it logs in which state the handshake failed."""

    def failed(*phases: Phase, dialects: tuple[str, ...], trace: str) -> tuple[Wrapper, ...]:
        return tuple(Wrapper(dialect, frozenset(phases), text, level, source, trace) for dialect in dialects)

    return (
        *failed(Phase.VERIFY, dialects=("openssl",), trace="handshake failed with -1 4 1 handshake failed"),
        *failed(Phase.HANDSHAKE, dialects=("openssl",), trace="handshake failed with -1 12 1 handshake failed"),
        *failed(Phase.HANDSHAKE, dialects=("openssl",), trace="handshake failed with -1 3 1 handshake failed"),
        *failed(Phase.CLOSED, dialects=("openssl", "posix"), trace="handshake failed with -1 12 5 handshake failed"),
        *failed(Phase.NAME, dialects=("freetds",), trace="{reason}"),
    )


def gnutls_conf(side: ClientSide) -> str:
    """GnuTLS' system configuration with the versions outside this side's limits switched off; "" when it has no limits.

    Source: GnuTLS manual, "Disabling algorithms and protocols" (`[overrides]`, `disabled-version`).
    """
    low, high = side.tls_min or TLSVersion.TLSv1_0, side.tls_max or TLSVersion.TLSv1_3
    off = [f"disabled-version = tls{version.number}" for version in TLSVersion if not low <= version <= high]
    return "\n".join(["[overrides]", *off]) + "\n" if off else ""


class FreeTds(Client):
    """What the three have in common."""

    kinds = frozenset({ServerKind.SQLSERVER})
    oldest: TLSVersion
    """The oldest TLS version that it allows by default."""
    knows_no_strict = True
    """Whether its FreeTDS is older than 1.5."""

    def cannot(self, situation: Situation) -> str | None:
        side = situation.client
        if (
            side.encryption is Encryption.OPTIONAL
            and situation.server.encryption is ServerEncryption.OFF
            and verifies(side)
        ):
            return (
                "FreeTDS with a `ca file` verifies the server even when it encrypts the login alone (`encryption = request`); "
                "asking for less does not silence it, leaving out the `ca file` does"
            )
        if self.knows_no_strict and side.encryption is Encryption.STRICT:
            return "the FreeTDS 1.3 of the distributions speaks no TDS 8.0; `encryption = strict` came with FreeTDS 1.5"
        if self.knows_no_strict and side.expected_name not in (None, side.connect_to):
            return "the FreeTDS 1.3 of the distributions verifies the name that it connects to; `certificate hostname` came later"
        return None

    def accepts(self, situation: Situation) -> Acceptance | None:
        if verifies(situation.client) or situation.client.encryption is Encryption.STRICT:
            return None
        if not presents_certificate(situation, self.oldest):
            return None
        return Acceptance(
            "without `ca file`, which is the default, FreeTDS accepts any certificate and any name",
            Level.VENDOR,
            USER_GUIDE,
        )

    def spell(self, side: ClientSide) -> tuple[str, ...]:
        return (*settings(side), *self.limit_words(side))

    def limit_words(self, side: ClientSide) -> tuple[str, ...]:
        """How TLS limits are given that freetds.conf has no word for."""
        text = gnutls_conf(side)
        return (f"GNUTLS_SYSTEM_PRIORITY_FILE={GNUTLS_CONF}", *text.splitlines()) if text else ()


class Pymssql(FreeTds, PythonSqlClient):
    """pymssql with the FreeTDS and the OpenSSL of its wheel."""

    name = "pymssql"
    title = "pymssql (FreeTDS with OpenSSL 1.1.1, from its wheel)"
    tls_library = "OpenSSL 1.1.1, bundled in the wheel"
    driver = "pymssql"
    distributions = ("pymssql",)
    oldest = TLSVersion.TLSv1_1
    knows_no_strict = False
    wrappers = (
        # FreeTDS 1.5 says `TDS server`, older ones `Adaptive Server`.
        *openssl_wrappers("severity 9:\\nTDS server connection failed ({host})", Level.VENDOR, OPENSSL_STATES),
        *openssl_wrappers("severity 9:\\nAdaptive Server connection failed ({host})", Level.PUBLIC, PYMSSQL_ISSUE),
    )

    def cannot(self, situation: Situation) -> str | None:
        if situation.client.encryption is Encryption.STRICT and not verifies(situation.client):
            return "with `encryption = strict` FreeTDS always verifies: it takes `ca file = system` when none is given"
        return super().cannot(situation)

    def accepts(self, situation: Situation) -> Acceptance | None:
        if verifies(situation.client) and _weak_signature_alone(situation):
            return Acceptance(
                "the OpenSSL 1.1.1 of pymssql's wheel runs at security level 1, which allows SHA-1 signatures before OpenSSL 3.0",
                Level.VENDOR,
                LEVEL_1,
            )
        return super().accepts(situation)

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "pymssql {pymssql} ({freetds}, {openssl})".format(**found) if found else ""

    def limit_words(self, side: ClientSide) -> tuple[str, ...]:
        return openssl_words(side)

    def invoke(
        self,
        machine: Machine,
        side: ClientSide,
        endpoint: Endpoint,
        material: Material,
        login: Login,
        room: PurePosixPath,
    ) -> Invocation:
        env, files = freetds_room(side, material, room)
        if text := openssl_conf(side):
            files["openssl.cnf"] = text
            env["OPENSSL_CONF"] = str(room / "openssl.cnf")
        connection = {
            "server": side.connect_to,
            "port": str(endpoint.port),
            "user": login.user,
            "password": login.password,
        }
        request = {"driver": self.driver, "connection": connection}
        return run_probe(machine, request, env=env, files=files, collect=(DUMP,))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return _with_trace(super().read(completed, side), completed)


class Tdsodbc(FreeTds, PythonSqlClient):
    """FreeTDS' ODBC driver through pyodbc."""

    name = "tdsodbc"
    title = "FreeTDS ODBC driver (tdsodbc) through pyodbc"
    tls_library = "GnuTLS of the system"
    driver = "pyodbc"
    distributions = ("pyodbc",)
    oldest = TLSVersion.TLSv1_0
    wrappers = gnutls_wrappers("[08001] [FreeTDS][SQL Server]Unable to connect to data source", Level.VENDOR, TLS_SOURCE)

    def missing(self, machine: Machine) -> Missing | None:
        lacking = super().missing(machine) or missing_driver_manager(machine)
        if lacking is None and "tdsodbc" not in machine.files:
            return Missing("FreeTDS' ODBC driver libtdsodbc.so", SETUP)
        return lacking

    def version_probe(self, machine: Machine) -> Invocation:
        request = {"driver": self.driver, "version": True, "files": {"odbc_driver": machine.files["tdsodbc"]}}
        return run_probe(machine, request)

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "tdsodbc {odbc_driver} (pyodbc {pyodbc}, GnuTLS {gnutls})".format(**found) if found else ""

    def invoke(
        self,
        machine: Machine,
        side: ClientSide,
        endpoint: Endpoint,
        material: Material,
        login: Login,
        room: PurePosixPath,
    ) -> Invocation:
        where = (f"host = {side.connect_to}", f"port = {endpoint.port}", "tds version = auto")
        env, files = freetds_room(side, material, room, SERVER_NAME, where)
        # unixODBC reads no data sources and no drivers of the machine.
        env["ODBCSYSINI"] = str(room)
        _limit_gnutls(side, room, env, files)
        words = (
            f"DRIVER={braced(machine.files['tdsodbc'])}",
            f"UID={braced(login.user)}",
            f"PWD={braced(login.password)}",
            # Not the password last: FreeTDS 1.3 takes the closing brace of the last value for a part of it.
            f"SERVERNAME={SERVER_NAME}",
        )
        request = {"driver": self.driver, "connection": {"connection_string": ";".join(words)}}
        return run_probe(machine, request, env=env, files=files, collect=(DUMP,))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return _with_trace(super().read(completed, side), completed)


class Tsql(FreeTds):
    """FreeTDS' command line client."""

    name = "tsql"
    title = "FreeTDS tsql"
    tls_library = "GnuTLS of the system"
    oldest = TLSVersion.TLSv1_0
    wrappers = gnutls_wrappers("Error 20002 (severity 9): Adaptive Server connection failed", Level.VENDOR, CONNECTING)

    def missing(self, machine: Machine) -> Missing | None:
        return None if "tsql" in machine.which else Missing("the program tsql", SETUP)

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.which["tsql"], "-C"))

    def read_version(self, completed: Completed) -> str:
        version = re.search(r"Version: freetds v(\S+)", completed.stdout)
        tls = [name for name in ("GnuTLS", "OpenSSL") if re.search(rf"{name}: yes", completed.stdout)]
        return f"tsql {version[1]} ({', '.join(tls) or 'no TLS'})" if version else ""

    def invoke(
        self,
        machine: Machine,
        side: ClientSide,
        endpoint: Endpoint,
        material: Material,
        login: Login,
        room: PurePosixPath,
    ) -> Invocation:
        env, files = freetds_room(side, material, room)
        _limit_gnutls(side, room, env, files)
        return Invocation(
            argv=(machine.which["tsql"], "-H", side.connect_to, "-p", str(endpoint.port))
            + ("-U", login.user, "-P", login.password, "-o", "fhq"),
            env=env,
            files=files,
            stdin=f"{QUESTION}\nGO\nQUIT\n",
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
        return _with_trace(outcome, completed)


def _weak_signature_alone(situation: Situation) -> bool:
    """Whether the leaf is signed with SHA-1 and everything else is as it should be."""
    chain, client = situation.server.chain, situation.client
    if chain is None or chain.leaf.issuer is None or chain.leaf.signature is not SignatureHash.SHA1:
        return False
    now = timedelta(0)
    return (
        chain.leaf.issuer.root in client.trusts
        and (chain.with_intermediates or set(chain.intermediates) <= {*client.intermediates, *client.trusts})
        and chain.leaf.validity.starts <= now < chain.leaf.validity.ends
        and client.name_to_verify in chain.leaf.names
        and presents_certificate(situation, TLSVersion.TLSv1_1)
    )


def _limit_gnutls(side: ClientSide, room: PurePosixPath, env: dict[str, str], files: dict[str, str]) -> None:
    if text := gnutls_conf(side):
        files[GNUTLS_CONF] = text
        env["GNUTLS_SYSTEM_PRIORITY_FILE"] = str(room / GNUTLS_CONF)


def _with_trace(outcome: Outcome, completed: Completed) -> Outcome:
    return replace(outcome, trace=tls_lines(completed.file(DUMP)))


CLIENTS = (Pymssql(), Tdsodbc(), Tsql())
