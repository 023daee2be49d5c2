"""The distributions in which clients run on the docker stage: one value holds everything that the lab knows of each.

To add one is to add a value to `DISTRIBUTIONS` (docs/adding-a-distribution.md). Only values stand here, so that the
command line can name them without the cost of anything that builds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tlslab.model.evidence import Source
from tlslab.stages.trust_procedure import CA, Way

CLIENTS = "clients.txt"

REGISTER = Source(
    'Microsoft, Encrypt connections to SQL Server on Linux, section "Register the certificate on your client '
    'machine (Windows, Linux, or macOS)"',
    "https://github.com/MicrosoftDocs/sql-docs/blob/c17b18a452045d940c04f09b5f0d78fc1c171112"
    "/docs/linux/sql-server-linux-encrypted-connections.md",
)
DEBIAN_MANUAL = Source(
    "update-ca-certificates(8), Debian",
    "https://manpages.debian.org/trixie/ca-certificates/update-ca-certificates.8.en.html",
)
DEBIAN_README = Source(
    "Debian's and Ubuntu's package ca-certificates, debian/README.Debian",
    "https://code.amethyst.name/public-mirrors/ca-certificates/src/commit/d4d6ab167ec7fa7e37db43ca36657c3a1f83c60a"
    "/debian/README.Debian",
)
UBUNTU_MANUAL = Source(
    "update-ca-certificates(8), Ubuntu",
    "https://manpages.ubuntu.com/manpages/noble/man8/update-ca-certificates.8.html",
)
RED_HAT = Source(
    "Red Hat Enterprise Linux 9, Securing networks, Using shared system certificates",
    "https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/securing_networks"
    "/using-shared-system-certificates_securing-networks",
)
SUSE_README = Source("openSUSE, ca-certificates, README", "https://github.com/openSUSE/ca-certificates")

NAME = "tls-trust-lab"
"""The name of the certificate, without suffix, in the stores that a way puts it into."""


@dataclass(frozen=True, slots=True)
class Family:
    """Distributions that share a packager, by whose name adapters call their packages (`tlslab.setup.needs.Packages`).
    `dockerfile`: in docker/client. `driver`: the directory of Microsoft's driver in its wheel
    (`provision.DRIVER_FAMILIES`). `packages`: what an image has beside what its clients need. `ways`: how each of them
    is documented to be told of a CA.
    """

    name: str
    dockerfile: str
    driver: str
    packages: tuple[str, ...]
    ways: tuple[Way, ...]


def _copied(directory: str, command: str, *sources: Source) -> Way:
    return Way(command, (f"cp {CA} {directory}/{NAME}.crt", command), sources)


# A person marks the new certificate in a dialog. Here the same questions are asked and answered on a terminal: 1 is
# yes, and all certificates are to be active.
_ANSWERED = (
    "all=$(find /usr/share/ca-certificates -name '*.crt' | wc -l); "
    "printf '1\\n1-%s\\n' \"$all\" | script -qec 'dpkg-reconfigure -f teletype ca-certificates' /dev/null"
)
DPKG_RECONFIGURE = Way(
    "dpkg-reconfigure",
    (f"cp {CA} /usr/share/ca-certificates/{NAME}.crt", _ANSWERED),
    (REGISTER, DEBIAN_README),
    # /var/lib/dpkg/info/ca-certificates.config of every such system: trust_new=no when it is reconfigured.
    remark="it asks which certificates to activate, and a new one is not marked: answered by nobody, as in a "
    "Dockerfile, it ends well and trusts nothing new",
)

APT = Family(
    "apt",
    "apt.Dockerfile",
    "debian_ubuntu",
    ("python3", "ca-certificates"),
    (
        _copied("/usr/local/share/ca-certificates", "update-ca-certificates", DEBIAN_MANUAL, UBUNTU_MANUAL),
        DPKG_RECONFIGURE,
    ),
)
# FreeTDS comes from EPEL: Red Hat has none.
DNF = Family(
    "dnf",
    "dnf.Dockerfile",
    "rhel",
    ("python3.11", "ca-certificates"),
    (_copied("/etc/pki/ca-trust/source/anchors", "update-ca-trust", REGISTER, RED_HAT),),
)
ZYPPER = Family(
    "zypper",
    "zypper.Dockerfile",
    "suse",
    ("python311", "ca-certificates", "ca-certificates-mozilla"),
    (_copied("/usr/share/pki/trust/anchors", "update-ca-certificates", REGISTER, SUSE_README),),
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where clients run.

    `base`: the image that it is built on; `python`, `interpreter`: the version and the program that run the Python
    clients; `lock`: their lock file; `renamed`: packages that have another name here than in their family; `modules`:
    dnf's module streams; `absent`: clients that cannot be had there, with the reason; `built`: whether it was ever
    built and played, or only written.
    """

    name: str
    title: str
    base: str
    family: Family
    python: str
    interpreter: str = "python3"
    lock: str = CLIENTS
    renamed: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    built: bool = False


def _old_node(version: str) -> dict[str, str]:
    return {
        "tedious": f"tedious needs Node 18.17, and this distribution has {version}",
        "node-https": f"this distribution's Node {version} is older than what the probe is written for",
        "node-fetch": f"fetch came with Node 18, and this distribution has {version}",
        "undici": f"undici needs Node 18.17, and this distribution has {version}",
        "axios": f"this distribution's Node {version} is older than what the probe is written for",
    }


_OPENSSL_GIT = "its git stands on a libcurl with OpenSSL, and the lab knows the words of the one with GnuTLS"
_OPENSSL_APT = "its apt stands on OpenSSL, and the lab knows the words of the one with GnuTLS"
_NO_APT = "this distribution has another packager"
_NO_FREETDS = "openSUSE has no official package of FreeTDS for this release"


_NO_MONO = "mono's compiler builds its probe on the lab's machine, and the images hold no mono"
_NOT_IN_IMAGES = {
    **dict.fromkeys(
        ("dotnet-httpclient", "dotnet-httpclient.httpwebrequest", "mono-httpwebrequest", "sqlclient-mono"), _NO_MONO
    ),
    "npm": "a distribution's package of npm brings hundreds of others, and the images do without",
}
DISTRIBUTIONS: Mapping[str, Distribution] = {
    item.name: replace(item, absent={**item.absent, **_NOT_IN_IMAGES})
    for item in (
        Distribution("bookworm", "Debian 12 (bookworm)", "debian:bookworm-slim", APT, "3.11", built=True),
        Distribution(
            "bullseye",
            "Debian 11 (bullseye)",
            "debian:bullseye-slim",
            APT,
            "3.9",
            lock="clients-py39.txt",
            absent={
                "openssl": "the lab gives s_client the option -no-CAstore, which came with OpenSSL 3.0",
                "mssql-python": "mssql-python needs Python 3.10, and this distribution has 3.9",
                **dict.fromkeys(("mssql-rs", "mssqlodbc"), "Microsoft's drivers in Rust need glibc 2.34, here is 2.31"),
                **_old_node("12"),
            },
            built=True,
        ),
        Distribution(
            "trixie",
            "Debian 13 (trixie)",
            "debian:trixie-slim",
            APT,
            "3.13",
            absent={"apt": _OPENSSL_APT},
            built=True,
        ),
        Distribution(
            "forky",
            "Debian 14 (forky)",
            "debian:forky-slim",
            APT,
            "3.14",
            absent={"apt": _OPENSSL_APT},
            built=True,
        ),
        Distribution(
            "ubuntu-22.04",
            "Ubuntu 22.04",
            "ubuntu:22.04",
            APT,
            "3.10",
            lock="clients-py310.txt",
            absent=_old_node("12"),
        ),
        Distribution("ubuntu-24.04", "Ubuntu 24.04", "ubuntu:24.04", APT, "3.12"),
        # Not UBI 9: FreeTDS is in EPEL, whose package epel-release Rocky has in its own repositories and UBI has not.
        Distribution(
            "rocky-9",
            "Rocky Linux 9",
            "rockylinux/rockylinux:9",
            DNF,
            "3.11",
            interpreter="python3.11",
            modules=("nodejs:20",),
            absent={"apt": _NO_APT, "git": _OPENSSL_GIT},
        ),
        Distribution(
            "leap-15.6",
            "openSUSE Leap 15.6",
            "opensuse/leap:15.6",
            ZYPPER,
            "3.11",
            interpreter="python3.11",
            renamed={"nodejs": "nodejs20"},
            absent={"tsql": _NO_FREETDS, "tdsodbc": _NO_FREETDS, "apt": _NO_APT, "git": _OPENSSL_GIT},
        ),
    )
}
"""By name; clients run in the first one unless the user names another."""
NAMES = tuple(DISTRIBUTIONS)
DEFAULT = NAMES[0]
