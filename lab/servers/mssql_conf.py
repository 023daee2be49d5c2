"""SQL Server's configuration: `mssql.conf` from a server side.

The same file drives the embedded endpoint and the real server (Microsoft Learn, "Configure SQL Server on Linux with
the mssql-conf tool", section on TLS; keys `network.*`). TLS 1.3 is no value of `tlsprotocols`: it belongs to strict
connections (TDS 8.0).
"""

from tlslab.model.situation import ServerEncryption, ServerSide, TLSVersion

SUPPORTS = frozenset({"tls_min", "tls_max", "security_level", "encryption", "key_readable"})
"""The options of a server side that SQL Server, or the endpoint in its place, can be set up with
(`tlslab.model.situation.options`).
"""


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
    lines.append(f"forceencryption = {int(side.encryption is not ServerEncryption.OFF)}")
    if side.encryption is ServerEncryption.STRICT:
        lines.append("forcestrict = 1")
    return "\n".join(lines) + "\n"
