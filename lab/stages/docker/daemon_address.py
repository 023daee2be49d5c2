"""The address of the Docker daemon, read as the docker command reads it: DOCKER_HOST, else DOCKER_CONTEXT, else the
context of `docker context use`, else the socket of this machine.
"""

import hashlib
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.tls import TLSConfig

from tlslab.stages.stage import StageError

DEFAULT_HOST = "unix:///var/run/docker.sock"
DEFAULT_CONTEXT = "default"
CA, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"
"""The files of a daemon's TLS (Docker's documentation, "Protect the Docker daemon socket")."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a daemon is. `said_by`: what named it, for people. `certificates`: the directory with the files of its TLS,
    None when it speaks none.
    """

    host: str
    said_by: str
    certificates: Path | None = None
    verify: bool = True

    @property
    def socket(self) -> str:
        """The path of its Unix socket; "" when it has none."""
        return self.host.removeprefix("unix://") if self.host.startswith("unix://") else ""


def find(environment: Mapping[str, str]) -> Address:
    """The address that the environment names. Raises StageError when that is a context that cannot be read."""
    if host := environment.get("DOCKER_HOST"):
        return Address(host, "DOCKER_HOST", _own_certificates(environment) if _is_remote(host) else None)
    directory = Path(environment.get("DOCKER_CONFIG") or _home(environment) / ".docker")
    if name := environment.get("DOCKER_CONTEXT"):
        said_by = f"DOCKER_CONTEXT={name}"
    elif name := _current_context(directory):
        said_by = f"the docker context {name}"
    if name and name != DEFAULT_CONTEXT:
        return _of_context(directory, name, said_by)
    return Address(DEFAULT_HOST, "")


def tls(address: Address) -> TLSConfig | bool:
    """What the SDK is told of a daemon's TLS. A client certificate is optional, as for the docker command.

    Raises StageError when the files are not there or not what they should be.
    """
    place = address.certificates
    if place is None:
        return False
    ca, certificate, key = (place / name for name in (CA, CERTIFICATE, KEY))
    own = certificate.exists() or key.exists()
    wanted = [*([ca] if address.verify else []), *([certificate, key] if own else [])]
    if absent := [path.name for path in wanted if not path.exists()]:
        raise StageError(
            f"the Docker daemon at {address.host} is to be reached over TLS, and {' and '.join(absent)} cannot be "
            f"found in {place}. Put {CA}, {CERTIFICATE} and {KEY} there, or name their directory in DOCKER_CERT_PATH"
        )
    try:
        context = ssl.create_default_context(cafile=ca if address.verify else None)
        if own:
            context.load_cert_chain(certificate, key, password=lambda: "")
    except OSError as problem:  # ssl.SSLError is one
        raise StageError(
            f"the files for the TLS of the Docker daemon at {address.host} cannot be used ({place}: {problem}). They "
            f"have to be PEM, readable, without a passphrase, and {KEY} has to belong to {CERTIFICATE}"
        ) from problem
    pair = (str(certificate), str(key)) if own else None
    return TLSConfig(client_cert=pair, ca_cert=str(ca) if address.verify else None, verify=address.verify)


def _is_remote(host: str) -> bool:
    return host.startswith(("tcp://", "https://"))


def _own_certificates(environment: Mapping[str, str]) -> Path | None:
    """The directory, when DOCKER_TLS_VERIFY is set to anything at all (Docker's documentation of the command)."""
    if not environment.get("DOCKER_TLS_VERIFY"):
        return None
    return Path(environment.get("DOCKER_CERT_PATH") or _home(environment) / ".docker")


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment["HOME"]) if environment.get("HOME") else Path.home()


def _current_context(directory: Path) -> str:
    try:
        return str(json.loads((directory / "config.json").read_text(encoding="utf-8"))["currentContext"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _of_context(directory: Path, name: str, said_by: str) -> Address:
    """The docker endpoint of a context, as the docker command stores it."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    stored = directory / "contexts" / "meta" / digest / "meta.json"
    try:
        endpoint = json.loads(stored.read_text(encoding="utf-8"))["Endpoints"]["docker"]
        host, verify = str(endpoint["Host"]), not endpoint.get("SkipTLSVerify", False)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise StageError(
            f"{said_by} names no Docker daemon that can be found ({stored}: {type(problem).__name__}). `docker context "
            "ls` shows the contexts that there are; DOCKER_HOST names a daemon without one"
        ) from problem
    certificates = directory / "contexts" / "tls" / digest / "docker"
    has_tls = _is_remote(host) and (certificates.is_dir() or not verify)
    return Address(host, said_by, certificates if has_tls else None, verify)
