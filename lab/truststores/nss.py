"""An NSS database: what Firefox keeps in its profile, and Chromium in ~/.pki/nssdb (certutil(1))."""

from tlslab.setup.needs import Packages, Program
from tlslab.truststores.kind import Kind, Laid, each

CERTUTIL = Program("certutil", Packages(apt="libnss3-tools", dnf="nss-tools", zypper="mozilla-nss-tools"))
TRUSTED = "CP,,"
"""A CA that may issue certificates for servers (C), and a server that is trusted itself (P)."""


def _database(path: str, pem: str) -> Laid:
    files = {f"{path}/ca-{number}.pem": item for number, item in enumerate(each(pem))}
    database = f"sql:{path}"
    return Laid(
        path,
        files,
        (
            (CERTUTIL.name, "-N", "-d", database, "--empty-password"),
            *(
                (CERTUTIL.name, "-A", "-d", database, "-n", name.rpartition("/")[2], "-t", TRUSTED, "-i", name)
                for name in files
            ),
        ),
    )


KIND = Kind("nss", "NSS database", ".pki/nssdb", _database, needs=(CERTUTIL,))
