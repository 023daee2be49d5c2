"""The Docker daemon: finds the one that answers, and says in a sentence what is wrong when none does."""

import os
import socket
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from docker.credentials.errors import StoreError
from docker.errors import APIError
from docker.utils.config import find_config_file
from urllib3 import disable_warnings
from urllib3.exceptions import InsecureRequestWarning

import docker
from tlslab import CONTAINED
from tlslab.stages.docker import daemon_address
from tlslab.stages.docker.daemon_address import Address
from tlslab.stages.docker.daemon_errors import FAILURES, chain, timed_out
from tlslab.stages.stage import StageError

TIMEOUT = 120
"""Seconds that one request may take; for a build, the lab waits line by line."""
KNOCK_TIMEOUT = 20
"""Seconds in which a daemon says its version."""
POOL = 32
"""Connections to the daemon that are kept: one for each request under way."""
OLDEST_API = (1, 40)
"""Docker 19.03. The lab uses nothing newer."""
_ASKS_FOR_TLS = "HTTP request to an HTTPS server"
"""What Go's server answers to plain HTTP (net/http)."""


def connect(environment: Mapping[str, str] = os.environ, *, knock: float = KNOCK_TIMEOUT) -> docker.DockerClient:
    """A client of the daemon that the environment names, which has said its version within `knock` seconds.

    Raises StageError with what to do.
    """
    place = daemon_address.find(environment)
    if place.host.startswith("ssh://"):
        raise StageError(_forwarded(place))
    tls = daemon_address.tls(place)
    try:
        if tls and not place.verify:
            disable_warnings(InsecureRequestWarning)  # the user's context asks for it
        with readable_config():
            _knock(place, knock)
            # The first client is told a version, so that it asks for none while it still believes the environment.
            with docker.APIClient(
                place.host,
                version=_written(OLDEST_API),
                tls=tls,
                timeout=knock,  # type: ignore[arg-type]
            ) as asking:
                asking.trust_env = False
                version: dict[str, Any] = asking.version(api_version=False)
            check_version(version, place.host)
            client = docker.DockerClient(
                place.host, version=version["ApiVersion"], tls=tls, timeout=TIMEOUT, max_pool_size=POOL
            )
    except (*FAILURES, ValueError) as problem:
        raise StageError(sentence(problem, place, contained=bool(environment.get(CONTAINED)))) from problem
    # Else REQUESTS_CA_BUNDLE would override the daemon's CA (docker/docker-py, issue 2433).
    client.api.trust_env = False
    return client


def check_version(version: Mapping[str, Any], host: str) -> None:
    """Raises StageError for a daemon that is too old for the lab, or that runs other containers."""
    spoken = tuple(int(part) for part in str(version["ApiVersion"]).split("."))
    if spoken < OLDEST_API:
        raise StageError(
            f"the Docker daemon at {host} is too old (version {version['Version']}, API {version['ApiVersion']}): "
            "the lab needs Docker 19.03 or newer"
        )
    if version.get("Os", "linux") != "linux":
        raise StageError(f"the Docker daemon at {host} runs {version['Os']} containers; the lab's are Linux containers")


@contextmanager
def readable_config() -> Iterator[None]:
    """What goes wrong with the docker command's own configuration in here (credentials, their helpers) is told as such.

    Raises StageError.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".* not installed or not available in PATH")
            yield
    except (StoreError, *FAILURES, ValueError) as problem:
        if isinstance(problem, StoreError) or _is_about_credentials(problem):
            raise StageError(
                f"the docker command's configuration ({find_config_file()!s}) cannot be used: {problem!s}. Correct it "
                "(`docker login` writes it; a helper that `credsStore` or `credHelpers` names has to be installed), or "
                "let DOCKER_CONFIG name an empty directory"
            ) from problem
        raise


def _is_about_credentials(problem: BaseException) -> bool:
    """Whether the SDK failed while it read credentials, which it also reads in calls that do not need them."""
    trace, modules = problem.__traceback__, set()
    while trace:
        modules.add(trace.tb_frame.f_globals.get("__name__"))
        trace = trace.tb_next
    return "docker.auth" in modules


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _knock(place: Address, timeout: float) -> None:
    """Connect to a daemon on a socket of this machine: the SDK hides what is wrong there, and leaks a socket."""
    if place.socket:
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(timeout)
            knocking.connect(place.socket)


def _forwarded(place: Address) -> str:
    there = urlsplit(place.host)
    port = f"-p {there.port} " if there.port else ""
    whom = there.netloc.rpartition(":")[0] if there.port else there.netloc
    return (
        f"the lab reaches no Docker daemon over ssh by itself ({place.host}, said by {place.said_by}). Let ssh forward "
        f"its socket: `ssh -nNT -L /tmp/far.sock:/var/run/docker.sock {port}{whom} &`, then set "
        "DOCKER_HOST=unix:///tmp/far.sock"
    )


def sentence(problem: BaseException, place: Address, *, contained: bool = False) -> str:
    """What went wrong on the way to a daemon, and what to do next; `contained`: for a lab in a container."""
    causes = chain(problem)

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(item, kinds) for item in causes)

    where = f"the Docker daemon at {place.host}" + (f" ({place.said_by})" if place.said_by else "")
    if has(ssl.SSLError):
        return _about_tls(next(item for item in causes if isinstance(item, ssl.SSLError)), where, place)
    if has(PermissionError):
        return (
            f"this user may not use the Docker daemon (no permission on {place.socket or place.host}). Add the user to "
            "the group `docker` (`sudo usermod -aG docker $USER`, then log in again), or run the lab with sudo"
        )
    if has(FileNotFoundError) and contained:
        return (
            f"the lab is in a container, and {place.socket or place.host} is not in there. Start it with "
            "`docker run -v /var/run/docker.sock:/var/run/docker.sock ...`"
        )
    if has(FileNotFoundError):
        return (
            f"no Docker daemon is here ({place.socket or place.host} does not exist). Install Docker (Debian, Ubuntu: "
            "`apt-get install docker.io`) and start it (`sudo systemctl start docker`), or set DOCKER_HOST to one that "
            "runs elsewhere"
        )
    if has(ConnectionRefusedError):
        return f"{where} is not running. Start it (`sudo systemctl start docker`), or set DOCKER_HOST to one that runs"
    if has(ConnectionResetError, BrokenPipeError) and place.certificates:
        return _about_client(f"{where} hangs up; it may refuse this client's certificate", place)
    if has(ConnectionResetError, BrokenPipeError):
        return (
            f"{where} hangs up without an answer. If it speaks TLS alone, set DOCKER_TLS_VERIFY=1, and "
            "DOCKER_CERT_PATH to the directory with its ca.pem and your cert.pem and key.pem"
        )
    if has(socket.gaierror):
        return f"{where} cannot be found: no such name. Is it written correctly?"
    if timed_out(problem):
        return f"{where} does not answer. Is it alive (`docker version`), and the way to it open?"
    if _ASKS_FOR_TLS in str(problem):
        return (
            f"{where} speaks TLS alone. Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the directory with its ca.pem"
        )
    if isinstance(problem, APIError):
        return f"{where} refuses: {problem.explanation or problem}"
    return f"no Docker daemon can be reached at {place.host}: {problem}. Check DOCKER_HOST, and `docker version`"


def _about_tls(problem: ssl.SSLError, where: str, place: Address) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {where} is refused: {problem.verify_message}. "
            f"{place.certificates}/{daemon_address.CA} has to be the CA that signed it, and the name in DOCKER_HOST "
            "one of those in it"
        )
    reason = str(problem.reason or problem)
    if "ALERT" in reason:
        return _about_client(f"{where} refuses this client's certificate ({reason.lower().replace('_', ' ')})", place)
    if "WRONG_VERSION" in reason:
        return f"{where} speaks no TLS on this port (with TLS it usually is 2376). Or unset DOCKER_TLS_VERIFY"
    return f"TLS with {where} fails: {problem}"


def _about_client(what: str, place: Address) -> str:
    return (
        f"{what}. {daemon_address.CERTIFICATE} and {daemon_address.KEY} in {place.certificates} have to be there, and "
        "signed by a CA that the daemon trusts"
    )
