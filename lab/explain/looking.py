"""Looking: the commands that tell causes apart, for the client's machine and for the server's. Pure data.

Inside TDS 7.x the handshake travels in packets of SQL Server's protocol (MS-TDS 2.2.6.5), so `openssl s_client` cannot
look there; nmap speaks it, and TDS 8.0 begins with TLS (ALPN `tds/8.0`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tlslab.model.evidence import Phase, Source
from tlslab.model.situation import ServerKind


class System(StrEnum):
    """Where the client runs."""

    LINUX = "linux"
    WINDOWS = "windows"
    MACOS = "macos"


LIBRARIES_OF_A_SYSTEM: dict[str, frozenset[System]] = {
    "schannel*": frozenset({System.WINDOWS}),
    "securetransport*": frozenset({System.MACOS}),
    "sqlclient": frozenset({System.LINUX, System.MACOS}),
    "sqlclient-native": frozenset({System.WINDOWS}),
    "dotnet-framework*": frozenset({System.WINDOWS}),
    "posix": frozenset({System.LINUX, System.MACOS}),
}
"""Libraries that are on some systems alone, by the patterns of their names."""


@dataclass(frozen=True)
class Look:
    """A command to copy (HOST is to be replaced), and what it shows."""

    side: str
    command: str
    shows: str


NMAP = Source(
    "Nmap, nselib/sslcert.lua: it asks TDS (MS SQL Server) for the certificate",
    "https://github.com/nmap/nmap/blob/db4aefddfa348ec815ffa83a109c97e05db88766/nselib/sslcert.lua#L19",
)
TDS = Source(
    "Microsoft, MS-TDS 2.2.6.5, PRELOGIN: the handshake is the payload of TDS packets",
    "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/60f56408-0188-4cd5-8b90-25c6f2423868",
)

CLIENT, SERVER = "client", "server"
_LEAF = "openssl x509 -noout -subject -issuer -dates -ext subjectAltName,extendedKeyUsage"
_CONF = "/var/opt/mssql/mssql.conf"

_HTTPS: tuple[tuple[frozenset[Phase], Look], ...] = (
    (
        frozenset({Phase.VERIFY, Phase.PIN}),
        Look(
            CLIENT,
            "openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null",
            "each certificate that is sent, and `verify error:num=`: 18 self-signed, 19 and 20 unknown CA, 21 behind "
            "20 nothing but the server's own was sent (an intermediate is missing, or there is none), 10 expired, 9 "
            "not yet valid",
        ),
    ),
    (
        frozenset({Phase.VERIFY, Phase.NAME}),
        Look(
            CLIENT,
            f"openssl s_client -connect HOST:443 -servername HOST </dev/null 2>/dev/null | {_LEAF}",
            "whose certificate it is, for which names, from when to when",
        ),
    ),
    (
        frozenset({Phase.HANDSHAKE, Phase.CLOSED}),
        Look(
            CLIENT,
            "openssl s_client -connect HOST:443 -servername HOST -tls1_2 </dev/null",
            "whether TLS 1.2 is spoken; then the same with -tls1_3",
        ),
    ),
    (
        frozenset({Phase.VERIFY, Phase.NAME}),
        Look(
            SERVER, f"{_LEAF} -in FILE", "the same of the file that the server is told to use (nginx: ssl_certificate)"
        ),
    ),
    (
        frozenset({Phase.HANDSHAKE, Phase.CLOSED}),
        Look(SERVER, "nginx -T 2>/dev/null | grep -E 'ssl_(protocols|ciphers|certificate)'", "what nginx is told"),
    ),
)
_SQLSERVER: tuple[tuple[frozenset[Phase], Look], ...] = (
    (
        frozenset({Phase.VERIFY, Phase.NAME, Phase.PIN}),
        Look(
            CLIENT,
            "nmap -Pn -p 1433 --script ssl-cert HOST",
            "the certificate that SQL Server sends; `openssl s_client` cannot look inside TDS 7.x",
        ),
    ),
    (
        frozenset({Phase.VERIFY, Phase.HANDSHAKE, Phase.CLOSED}),
        Look(
            CLIENT,
            "openssl s_client -connect HOST:1433 -alpn tds/8.0 -showcerts </dev/null",
            "the same where the server takes Encrypt=strict (TDS 8.0: SQL Server 2022 and later)",
        ),
    ),
    (
        frozenset({Phase.VERIFY, Phase.NAME}),
        Look(
            SERVER,
            f"{_LEAF} -in \"$(sed -n 's/^ *tlscert *= *//p' {_CONF})\"",
            "the certificate that SQL Server on Linux is told to use; no output: it made its own at start",
        ),
    ),
    (
        frozenset(Phase),
        Look(
            SERVER,
            "grep -aiE 'certificate|TLS|SSL|encrypt|17[0-9]{3}|26[0-9]{3}|4994[0-3]' /var/opt/mssql/log/errorlog",
            "what was loaded at start, and why connections were refused (on Windows: ERRORLOG in the instance's Log)",
        ),
    ),
)
_WINDOWS: tuple[tuple[frozenset[Phase], Look], ...] = (
    (
        frozenset({Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE, Phase.CLOSED}),
        Look(
            CLIENT,
            "Get-WinEvent -FilterHashtable @{LogName='System'; ProviderName='Schannel'} -MaxEvents 20 | Format-List",
            "what Schannel says of the same handshake",
        ),
    ),
    (
        frozenset({Phase.VERIFY}),
        Look(CLIENT, "certutil -verify -urlfetch FILE.cer", "the chain that Windows builds, and what is wrong with it"),
    ),
)


def looks(phases: Iterable[Phase], kinds: Iterable[ServerKind], system: System | None) -> tuple[Look, ...]:
    """The commands for a connection that fails in these phases, to these kinds of server. `system`: the client's."""
    phases, kinds = frozenset(phases), frozenset(kinds)
    table = [
        *(_HTTPS if ServerKind.HTTPS in kinds else ()),
        *(_SQLSERVER if ServerKind.SQLSERVER in kinds else ()),
        *(_WINDOWS if system is System.WINDOWS else ()),
    ]
    return tuple(dict.fromkeys(look for shown_in, look in table if shown_in & phases))
