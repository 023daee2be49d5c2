"""mssql.conf: the one file that configures the endpoint and the real SQL Server on Linux alike.

Read: the `[network]` keys about TLS of docs/linux/sql-server-linux-configure-mssql-conf.md, and `forcestrict`
of SQL Server 2025. Everything else in the file is somebody else's business; a `network` key that SQL Server
does not document is named in the log, because a setting that silently does nothing (`tlscacert`) has cost
people days.
"""

import configparser
from dataclasses import dataclass
from pathlib import Path

DEFAULT_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA:"
    "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA"
)
NESTED_PROTOCOLS = ("1.0", "1.1", "1.2")
ALL_PROTOCOLS = ("1.0", "1.1", "1.2", "1.3")

_READ = frozenset({"tlscert", "tlskey", "tlsprotocols", "tlsciphers", "forceencryption", "forcestrict"})
_DOCUMENTED = _READ | {
    "disablesssd",
    "enablekdcfromkrb5conf",
    "forcesecureldap",
    "ipaddress",
    "ipv6dnsrecordslimit",
    "kerberoscredupdatefrequency",
    "kerberoskeytabfile",
    "ldaphostcanon",
    "privilegedadaccount",
    "rpcport",
    "tcpport",
    "trustedcalistfile",
    "uncmapping",
}


class ConfError(Exception):
    """The file cannot be used; the text says which file, which key and what to write instead."""


@dataclass(frozen=True, slots=True)
class MssqlConf:
    """What the endpoint takes from mssql.conf; the defaults are SQL Server's."""

    tlscert: Path | None = None
    tlskey: Path | None = None
    tlsprotocols: tuple[str, ...] | None = None
    tlsciphers: str = DEFAULT_CIPHERS
    forceencryption: bool = False
    forcestrict: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def nested_protocols(self) -> tuple[str, ...]:
        """TLS versions inside TDS 7.x, oldest first: never TLS 1.3, which exists with TDS 8.0 only."""
        allowed = self.tlsprotocols or ALL_PROTOCOLS
        return tuple(p for p in NESTED_PROTOCOLS if p in allowed)

    @property
    def strict_protocols(self) -> tuple[str, ...]:
        """TLS versions under TDS 8.0, oldest first: those of `tlsprotocols`, and always TLS 1.3.

        `tlsprotocols` is about the handshake inside TDS 7.x and documents no 1.3; TLS 1.3 came with TDS 8.0 and is
        on by default (docs/linux/sql-server-linux-encrypted-connections, SQL Server 2025).
        """
        return tuple(p for p in ALL_PROTOCOLS if p in (*(self.tlsprotocols or ALL_PROTOCOLS), "1.3"))


def read(path: Path) -> MssqlConf:
    """Read a file. Raises ConfError when it cannot be read or a value is not one that SQL Server takes."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfError(f"{path} cannot be read: {e}. Give the path of a readable mssql.conf.") from e
    return parse(text, str(path))


def parse(text: str, name: str = "mssql.conf") -> MssqlConf:
    """Read the text of a file that is called `name` in messages. Raises ConfError like `read`."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, default_section="")
    try:
        parser.read_string(text)
    except configparser.Error as e:
        raise ConfError(f"{name} is not an mssql.conf: {' '.join(str(e).split())}") from e
    network = dict(parser["network"]) if parser.has_section("network") else {}
    conf = MssqlConf(
        tlscert=_path(network, "tlscert", name),
        tlskey=_path(network, "tlskey", name),
        tlsprotocols=_protocols(network, name),
        tlsciphers=(network.get("tlsciphers") or "").strip() or DEFAULT_CIPHERS,
        forceencryption=_flag(network, "forceencryption", name),
        forcestrict=_flag(network, "forcestrict", name),
        unknown=tuple(sorted(set(network) - _DOCUMENTED)),
    )
    if (conf.tlscert is None) != (conf.tlskey is None):
        have, lacks = ("tlscert", "tlskey") if conf.tlskey is None else ("tlskey", "tlscert")
        raise ConfError(f"{name}: network.{have} is set and network.{lacks} is not. Set both, or neither.")
    return conf


def _path(network: dict[str, str], key: str, name: str) -> Path | None:
    value = (network.get(key) or "").strip()
    if not value:
        return None
    if "\0" in value or not Path(value).is_absolute():
        raise ConfError(f"{name}: network.{key} = {value!r} is not an absolute path.")
    return Path(value)


def _flag(network: dict[str, str], key: str, name: str) -> bool:
    value = (network.get(key) or "").strip().lower()
    if value in ("", "0", "false"):
        return False
    if value in ("1", "true"):
        return True
    raise ConfError(f"{name}: network.{key} = {value!r} is neither 0 nor 1.")


def _protocols(network: dict[str, str], name: str) -> tuple[str, ...] | None:
    given = [v.strip() for v in (network.get("tlsprotocols") or "").split(",") if v.strip()]
    if wrong := [v for v in given if v not in ALL_PROTOCOLS]:
        raise ConfError(
            f"{name}: network.tlsprotocols has {', '.join(map(repr, wrong))}; "
            f"it takes {', '.join(ALL_PROTOCOLS)}, separated by commas."
        )
    return tuple(p for p in ALL_PROTOCOLS if p in given) or None
