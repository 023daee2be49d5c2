"""SQL Server's configuration: `mssql.conf` from a server side.

The same file drives the embedded endpoint and the real server (Microsoft Learn, "Configure SQL Server on Linux with
the mssql-conf tool", section on TLS; keys `network.*`). TLS 1.3 is no value of `tlsprotocols`: it belongs to strict
connections (TDS 8.0).
"""

from tlslab.model.certificate import Anchor, Chain, issuers
from tlslab.model.path import signed
from tlslab.model.situation import ServerEncryption, ServerSide, TLSVersion
from tlslab.servers.cipher_list import USUAL, ciphers

SUPPORTS = frozenset(
    {"tls_min", "tls_max", "security_level", "encryption", "key_readable", "key_exchange", "usual_suites"}
)
"""The options of a server side that SQL Server, or the endpoint in its place, can be set up with
(`tlslab.model.situation.options`).
"""


def cannot_send(chain: Chain) -> str:
    """Why SQL Server does not present this chain, in a sentence; "" when it does.

    It sends its certificate, and behind it the intermediates that it finds in the system's store.
    """
    last: Anchor = chain.leaf
    for item in chain.presented[1:]:
        if item.issuer is None or not signed(item, last):
            break
        last = item
    else:
        if not chain.before:
            return ""
    return "SQL Server sends its own certificate and the intermediates above it, in their order, and nothing else"


def store_of(chain: Chain) -> tuple[Anchor, ...]:
    """What stands in the system's store of a SQL Server that is to present this chain: what it sends beside its own
    certificate, and the root above that.
    """
    sent = chain.presented[1:]
    return (*sent, *issuers(sent[-1])[-1:]) if sent else ()


def mssql_conf(side: ServerSide, certificate: str, key: str) -> str:
    """The text of mssql.conf; `certificate` and `key` are absolute paths, ignored when the server makes its own
    certificate.

    Raises ValueError for a server side that allows TLS 1.3 alone: `tlsprotocols` has no word for it.
    """
    if side.tls_min > TLSVersion.TLSv1_2:
        raise ValueError("mssql.conf cannot say TLS 1.3 alone: network.tlsprotocols takes 1.0, 1.1 and 1.2")
    lines = ["[network]"]
    if side.chain is not None:
        lines += [f"tlscert = {certificate}", f"tlskey = {key}"]
    newest = min(side.tls_max, TLSVersion.TLSv1_2)
    versions = [version.number for version in reversed(TLSVersion) if side.tls_min <= version <= newest]
    lines.append(f"tlsprotocols = {','.join(versions)}")
    if ciphers(side) != USUAL:
        lines.append(f"tlsciphers = {ciphers(side)}")
    lines.append(f"forceencryption = {int(side.encryption.demanded)}")
    if side.encryption is ServerEncryption.STRICT:
        lines.append("forcestrict = 1")
    return "\n".join(lines) + "\n"
