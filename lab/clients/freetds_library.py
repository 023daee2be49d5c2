"""FreeTDS itself: how it is configured, and what its log says of TLS.

FreeTDS User Guide, table "freetds.conf settings". Without `ca file` it verifies nothing; with it, chain and
host name. To the user every failure is the same error 20002; what TLS said stands in the log that TDSDUMP
names, and that is this family's trace.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from tlslab.clients.base import CRL, Request, crl_file
from tlslab.clients.store_errors import stops
from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    ISSUER_NOT_FOR_SERVERS,
    KEY_USAGE,
    NO_SIGNING,
    NOT_FOR_SERVERS,
    OTHER_SERVICE,
    PLAIN_HTTP,
    SERVER_REFUSES,
    SILENT,
    STORE_ABSENT,
    STORE_UNREADABLE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Hangs, Prints, Says, Template, says, tolerates
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import ClientSide, Encryption, TLSVersion

USER_GUIDE = Source(
    'FreeTDS User Guide, table "freetds.conf settings"',
    "https://github.com/FreeTDS/freetds/blob/23364d06421854c90088d23d8d4ea28166727b7e/doc/userguide.xml",
)
TLS_SOURCE = Source(
    "FreeTDS, src/tds/tls.c",
    "https://github.com/FreeTDS/freetds/blob/03635b2b303ccd23c6baccca1f97b36f8ea63986/src/tds/tls.c",
)
NO_PURPOSE = Source(
    "FreeTDS, src/tds/tls.c (tds_verify_certificate: gnutls_certificate_verify_peers2, which gives GnuTLS no purpose)",
    TLS_SOURCE.url,
)
COMPATIBLE = Source(
    "FreeTDS, src/tds/tls.c (tds_ssl_init: gnutls_priority_set_direct with NORMAL:%COMPAT)",
    "https://github.com/FreeTDS/freetds/blob/7cce67e1ffd112c9daa2abd44672d37db660820d/src/tds/tls.c",
)
RENAMED = Source(
    # The trace: 12 ClientHello sent, 3 ServerHello, 4 the server's certificate; 1 SSL_ERROR_SSL, 5 SSL_ERROR_SYSCALL
    # (OpenSSL, include/openssl/ssl.h).
    'FreeTDS pull request 617, Use "TDS server" instead of "Adaptive Server" in error messages; for the trace '
    "src/tds/tls.c, `handshake failed with` result, OSSL_HANDSHAKE_STATE, SSL_get_error",
    "https://github.com/FreeTDS/freetds/pull/617",
)
NET_SOURCE = Source(
    "FreeTDS, src/tds/net.c, tds_open_socket; its texts are in src/tds/util.c, tds_error_messages",
    "https://github.com/FreeTDS/freetds/blob/004d93b2a54b561350acf4d8c945926e5fbd2617/src/tds/net.c",
)
PYMSSQL_ERRORS = Source(
    "pymssql, src/pymssql/_mssql.pyx, err_handler",
    "https://github.com/pymssql/pymssql/blob/97206b6f36506c5262e3b1fb1130d9170bb72cd5/src/pymssql/_mssql.pyx",
)
TSQL_ERRORS = Source(
    "FreeTDS, src/apps/tsql.c, tsql_handle_error",
    "https://github.com/FreeTDS/freetds/blob/00b916bcfbc5cfdf8785261abaae6ab4ad4eb47a/src/apps/tsql.c",
)
CONNECTING = Source('FreeTDS User Guide, "Connecting to the Server"', USER_GUIDE.url)
PYMSSQL_ISSUE = Source("pymssql/pymssql, issue 860", "https://github.com/pymssql/pymssql/issues/860")
LEVEL_1 = Source(
    "openssl/openssl, commit aba03ae (OpenSSL 3.0): SHA1 is no longer supported at security level 1",
    "https://github.com/openssl/openssl/commit/aba03ae",
)
LEVEL_1_KEYS = Source(
    "OpenSSL, SSL_CTX_set_security_level(3), DEFAULT CALLBACK BEHAVIOUR, Level 1: RSA from 1024 bits on",
    "https://github.com/openssl/openssl/blob/02e14a65fd6cc63204b43a79d510e95a63bdd901/doc/man3/"
    "SSL_CTX_set_security_level.pod",
)

ENCRYPTION = {Encryption.OPTIONAL: "request", Encryption.MANDATORY: "require", Encryption.STRICT: "strict"}
SERVER_NAME = "lab"
"""The section of freetds.conf for tdsodbc, which reads none with SERVER= in place of SERVERNAME=."""
CONF, DUMP, GNUTLS_CONF = "freetds.conf", "tdsdump.log", "gnutls.cfg"
_TRACE_LINE = re.compile(
    r"^(?:tls\.c:\d+:(?!GNUTLS: |in tds_|setting )|net\.c:\d+:(?=getsockopt\(2\) reported: )"
    r"|login\.c:\d+:(?=detected crypt flag 2$))(.+)$",
    re.MULTILINE,
)


OVERLOOKS_USES = (
    *(
        tolerates(
            "FreeTDS does not ask GnuTLS what a certificate is for, and GnuTLS looks at that only when it is asked",
            of=[condition],
            basis=Basis.AUTHORITATIVE,
            source=NO_PURPOSE,
        )
        for condition in (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)
    ),
    *(
        tolerates(
            "FreeTDS gives GnuTLS the priority %COMPAT, with which it overlooks the key usage",
            of=[condition],
            basis=Basis.AUTHORITATIVE,
            source=COMPATIBLE,
        )
        for condition in (KEY_USAGE, NO_SIGNING)
    ),
)
"""What every client accepts whose FreeTDS is built with GnuTLS."""


PULLED = "handshake failed: Error in the pull function."
"""What FreeTDS logs when GnuTLS meets the end of a connection."""
CA_FILE_FAILS = stops(
    dict.fromkeys((STORE_ABSENT, STORE_UNREADABLE), Prints(trace="loading CA file failed")),
    basis=Basis.AUTHORITATIVE,
    source=Source("FreeTDS, src/tds/tls.c (tds_ssl_init, of GnuTLS and of OpenSSL)", TLS_SOURCE.url),
)
"""What every FreeTDS logs of a `ca file` that it cannot use; the user is told no more than of any other failure."""


def verifies(side: ClientSide) -> bool:
    """Whether this side gives FreeTDS a CA file, without which it accepts any certificate."""
    return side.has_store and not side.trust_everything


def settings(side: ClientSide, ca_file: str = "ca.pem", crl_file: str = CRL) -> tuple[str, ...]:
    """The lines of freetds.conf for this side."""
    lines = []
    if side.encryption is not None:
        lines.append(f"encryption = {ENCRYPTION[side.encryption]}")
    if verifies(side):
        lines.append(f"ca file = {ca_file}")
    if verifies(side) and not side.name_check:
        lines.append("check certificate hostname = no")
    if side.crls:
        lines.append(f"crl file = {crl_file}")
    if side.expected_name is not None:
        lines.append(f"certificate hostname = {side.expected_name}")
    if side.tls_min is not None and side.tls_min < TLSVersion.TLSv1_2:
        lines.append("enable tls v1 = yes")
    return tuple(lines)


def trace_lines(dump: str) -> str:
    """The messages of src/tds/tls.c in FreeTDS' log, without the TLS library's own debugging, what the system says of a
    connection that did not come about (src/tds/net.c), and that the server does not encrypt (src/tds/login.c).
    """
    return "\n".join(_TRACE_LINE.findall(dump))


def freetds_settings(
    request: Request, section: str = "global", more: Iterable[str] = ()
) -> tuple[dict[str, str], dict[str, bytes | str], tuple[tuple[str, ...], ...]]:
    """Environment, files and preparing commands of a program that uses FreeTDS; `section`: where the settings go in
    the file.
    """
    laid, workdir = request.trust(), request.workdir
    lines = (*more, *settings(request.side, str(workdir / laid.path), str(workdir / CRL)))
    conf = f"[{section}]\n" + "".join(f"\t{line}\n" for line in lines)
    env = {"FREETDSCONF": str(workdir / CONF), "TDSDUMP": str(workdir / DUMP)}
    if not verifies(request.side):
        return env, {CONF: conf}, ()
    return env, {CONF: conf, **laid.files, **crl_file(request)}, laid.prepare


def gnutls_templates(text: str, basis: Basis, source: Source) -> tuple[Template, ...]:
    """The templates of a client that shows one text for every failure and whose FreeTDS logs what GnuTLS says."""
    certificate = " handshake failed: Error in the certificate."
    return (
        Template(
            "gnutls",
            frozenset({Phase.VERIFY}),
            text,
            basis,
            source,
            trace="Certificate status: {code}" + certificate,
        ),
        Template("freetds", frozenset({Phase.NAME}), text, basis, source, trace="{reason}" + certificate),
        Template("freetds", frozenset({Phase.NEGOTIATION}), text, basis, source, trace="{reason}"),
        Template(
            "gnutls",
            frozenset({Phase.HANDSHAKE, Phase.CLOSED, Phase.NO_TLS}),
            text,
            basis,
            source,
            trace="handshake failed: {reason}",
        ),
    )


def openssl_templates(text: str, basis: Basis, source: Source) -> tuple[Template, ...]:
    """The same where FreeTDS is built with OpenSSL.

    It keeps OpenSSL's reasons to itself and logs the state in which the handshake failed.
    """

    def failed(library: str, phase: Phase, state: str) -> Template:
        trace = f"handshake failed with {state} handshake failed"
        return Template(library, frozenset({phase}), text, basis, source, trace=trace)

    return (
        failed("openssl", Phase.VERIFY, "-1 4 1"),
        failed("openssl", Phase.HANDSHAKE, "-1 12 1"),
        failed("openssl", Phase.HANDSHAKE, "-1 3 1"),
        failed("posix", Phase.CLOSED, "-1 12 5"),
        Template("freetds", frozenset({Phase.NAME, Phase.NEGOTIATION}), text, basis, source, trace="{reason}"),
    )


def unavailable_templates(
    before: str, after: str, basis: Basis, source: Source, *, trace: str = ""
) -> tuple[Template, ...]:
    """How a client says that there was no TCP connection (error 20009); what the system says of it is the reason, in
    `after` or in the trace. FreeTDS 1.5 says `TDS server`, older ones `Adaptive Server`.
    """
    return tuple(
        Template(
            "posix",
            frozenset({Phase.CONNECT}),
            f"{before}Unable to connect: {server} is unavailable or does not exist{after}",
            basis,
            source,
            trace,
        )
        for server in ("Adaptive Server", "TDS server")
    )


def no_server_rows(code: str, failed: str, *ended: str, source: Source, trace: str) -> tuple[Says, ...]:
    """What a client says where another service answers, or the connection ends before TLS. `failed`: its words for
    every failure; of a reset, or of bytes that are no TDS, it says no more, so that its `code` is all that tells.
    `ended`: its words for an end of the connection. `trace`: what its log has when PRELOGIN was answered before, as of
    a handshake that is refused.
    """
    return (
        *(
            row
            for condition in (ENDS_EARLY, PLAIN_HTTP, OTHER_SERVICE)
            for row in says(
                [condition], Phase.NO_TLS, Prints(code=code), *ended, basis=Basis.AUTHORITATIVE, source=source
            )
        ),
        # A handshake that is refused with FIN ends in the same words.
        *(
            row
            for condition in SERVER_REFUSES
            for row in says(
                [condition],
                Phase.CLOSED,
                *(Prints(text, trace=trace) for text in ended),
                basis=Basis.AUTHORITATIVE,
                source=source,
            )
        ),
        *says(
            [ENDS_AFTER_PRELOGIN],
            Phase.NO_TLS,
            *(Prints(text, trace=trace) for text in (failed, *ended)),
            basis=Basis.AUTHORITATIVE,
            source=source,
        ),
        *says(
            [SILENT],
            Phase.NO_TLS,
            Hangs(),
            basis=Basis.OBSERVED,
            source=Source("observed by the lab of FreeTDS 1.3 and 1.5: no answer within 20 seconds", ""),
        ),
    )


def gnutls_conf(side: ClientSide) -> str:
    """GnuTLS' system configuration with the versions outside this side's limits off; "" without limits.

    Source: GnuTLS manual, "Disabling algorithms and protocols" (`[overrides]`, `disabled-version`).
    """
    low, high = side.tls_min or TLSVersion.TLSv1_0, side.tls_max or TLSVersion.TLSv1_3
    off = [f"disabled-version = tls{version.number}" for version in TLSVersion if not low <= version <= high]
    return "\n".join(["[overrides]", *off]) + "\n" if off else ""


def limit_gnutls(side: ClientSide, workdir: PurePosixPath, env: dict[str, str], files: dict[str, bytes | str]) -> None:
    """Add this side's TLS limits, as GnuTLS' system configuration, to an environment and its files."""
    if text := gnutls_conf(side):
        files[GNUTLS_CONF] = text
        env["GNUTLS_SYSTEM_PRIORITY_FILE"] = str(workdir / GNUTLS_CONF)


def with_trace(outcome: Outcome, completed: Completed) -> Outcome:
    """The outcome with what FreeTDS logged of TLS and of the connection as its trace."""
    return replace(outcome, trace=trace_lines(completed.file(DUMP)))
