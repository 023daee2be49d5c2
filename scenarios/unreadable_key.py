"""Unreadable key: the account that SQL Server runs as may not read the private key, and the server does not start."""

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import NOT_SERVING
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CLOSED_FOLDER,
    MSSQL_CONF,
    SQL_CONTAINERS,
    SQL_LINUX,
    SQL_MESSAGES,
    WRONG_PERMISSIONS,
    section,
)


@scenario(
    title="SQL Server may not read its private key, and does not start",
    kinds={ServerKind.SQLSERVER},
    conditions=[NOT_SERVING],
    sources=[
        section(MSSQL_CONF, "Specify TLS settings"),
        section(SQL_LINUX, "Generate certificate"),
        SQL_MESSAGES,
        CLOSED_FOLDER,
        WRONG_PERMISSIONS,
    ],
)
def unreadable_key(healthy: Situation) -> Situation:
    """Certificate and key are in order, but the key belongs to somebody else, and the account `mssql` (uid 10001 in
    Microsoft's containers) may not read it. SQL Server on Linux then shuts down: it does not fall back on a certificate
    of its own.

    **Symptom.** Clients see no TLS at all: "Connection refused", "Login timeout expired" (ODBC, after its whole login
    timeout), `ECONNREFUSED`. It begins with the restart after the certificate was installed, on every client at once,
    and looks like a network fault or a closed firewall.

    **Cause.** The files were made or copied by root and kept their owner, or they are the account's and a folder above
    them is closed to it: on Debian and Ubuntu /etc/ssl/private, where Microsoft's own example puts the key, is open to
    root alone, or to the group ssl-cert as well. Files that are mounted into a container keep the numbers of the host's owner.

    **Look.** On the server, not at the client: `systemctl status mssql-server`, then the end of
    /var/opt/mssql/log/errorlog (`docker logs CONTAINER`): error 49940, "Unable to open one or more of the user-specified
    certificate file(s). Verify that the certificate file(s) exist with read permissions for the user and group running
    SQL Server", and 49939, "The server is being shut down"; people also report "Unable to open certificate file using
    correct permissions". The errorlog does not say which file. `sudo -u mssql cat KEY >/dev/null` does, for the files of
    `network.tlscert` and `network.tlskey`; `namei -l KEY` shows owner and mode of the file and of every folder above it.

    **Fix.** Give the files to the account, and keep them in a folder that it may enter. Nothing on the client helps.
    Opening the key to everybody would help, and give it away.
    """
    return healthy.with_server(key_readable=False)


@unreadable_key.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "`chown mssql:mssql CERTIFICATE KEY; chmod 400 CERTIFICATE KEY`. In a container: `chown 10001:0`, or mode 440 and group 0.",
        "The folder: mode 700 and owned by `mssql`, or 755; /var/opt/mssql/certs is one. Not /etc/ssl/private as it is.",
        "`mssql-conf set network.tlscert CERTIFICATE`, the same for `network.tlskey`, where the files have moved.",
        "`systemctl restart mssql-server`; the errorlog then says that the certificate was successfully loaded for encryption.",
    ],
    sources=[
        section(MSSQL_CONF, "Specify TLS settings"),
        section(SQL_LINUX, "Generate certificate"),
        SQL_CONTAINERS,
    ],
)
def give_files_to_account(broken: Situation) -> Situation:
    """Give certificate and key to the account of the server."""
    return broken.with_server(key_readable=True)
