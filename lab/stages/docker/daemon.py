"""The Docker daemon: finds the one that answers, and says in a sentence what is wrong when none does.

DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are honoured as the docker command honours them.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests
from docker.errors import APIError, DockerException
from docker.tls import TLSConfig

import docker
from lab.stages.stage import StageError

DEFAULT_HOST = "unix:///var/run/docker.sock"
TIMEOUT = 120
"""Seconds that one request may take; building is waited for by line."""
POOL = 32
"""Connections to the daemon that are kept: one for each request under way."""
CONTAINED = "TLSLAB_IMAGE"
"""The variable that the lab's own image sets (docker/lab/Dockerfile)."""
OLDEST_API = (1, 40)
"""Docker 19.03. The lab uses nothing newer."""


def connect(environment: Mapping[str, str] = os.environ) -> docker.DockerClient:
    """A client of the daemon that the environment names. Raises StageError with what to do."""
    host = environment.get("DOCKER_HOST") or DEFAULT_HOST
    try:
        _knock(host)
        client = docker.DockerClient(
            base_url=host, tls=_tls(environment), version="auto", timeout=TIMEOUT, max_pool_size=POOL
        )
        version = client.version()
    except (DockerException, requests.RequestException, OSError, ValueError) as problem:
        raise StageError(sentence(problem, host, contained=bool(environment.get(CONTAINED)))) from problem
    spoken = tuple(int(part) for part in str(version["ApiVersion"]).split("."))
    if spoken < OLDEST_API:
        raise StageError(
            f"the Docker daemon at {host} is too old (version {version['Version']}, API {version['ApiVersion']}): "
            "the lab needs Docker 19.03 or newer"
        )
    if version.get("Os", "linux") != "linux":
        raise StageError(f"the Docker daemon at {host} runs {version['Os']} containers; the lab's are Linux containers")
    return client


def _knock(host: str) -> None:
    """Connect to a daemon on a socket of this machine: the SDK hides what is wrong there, and leaks a socket."""
    if host.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(TIMEOUT)
            knocking.connect(urlsplit(host).path)


def _tls(environment: Mapping[str, str]) -> TLSConfig | bool:
    if not environment.get("DOCKER_TLS_VERIFY"):
        return False
    path = environment.get("DOCKER_CERT_PATH") or str(Path.home() / ".docker")
    return TLSConfig(client_cert=(f"{path}/cert.pem", f"{path}/key.pem"), ca_cert=f"{path}/ca.pem", verify=True)


def sentence(problem: BaseException, host: str, *, contained: bool = False) -> str:
    """What went wrong on the way to the daemon at `host`, and what to do; `contained`: for a lab in a container."""
    chain = list(_chain(problem))
    path = urlsplit(host).path if host.startswith("unix://") else ""
    if any(isinstance(item, PermissionError) for item in chain):
        return (
            f"this user may not use the Docker daemon (no permission on {path or host}). Add the user to the group "
            "`docker` (`sudo usermod -aG docker $USER`, then log in again), or run the lab with sudo"
        )
    if any(isinstance(item, FileNotFoundError) for item in chain):
        if contained:
            return (
                f"the lab is in a container, and {path or host} is not in there. Start it with "
                "`docker run -v /var/run/docker.sock:/var/run/docker.sock ...`"
            )
        return (
            f"no Docker daemon is here ({path or host} does not exist). Install Docker (Debian, Ubuntu: "
            "`apt-get install docker.io`) and start it (`sudo systemctl start docker`), or set DOCKER_HOST to one that "
            "runs elsewhere"
        )
    if any(isinstance(item, ConnectionRefusedError) for item in chain):
        return (
            f"the Docker daemon at {host} is not running. Start it (`sudo systemctl start docker`), "
            "or set DOCKER_HOST to one that runs"
        )
    if any(isinstance(item, TimeoutError | requests.Timeout) for item in chain):
        return f"the Docker daemon at {host} does not answer within {TIMEOUT} s. Is it alive (`docker version`)?"
    if isinstance(problem, APIError):
        return f"the Docker daemon at {host} refuses: {problem.explanation or problem}"
    return f"no Docker daemon can be reached at {host}: {problem}. Check DOCKER_HOST, and `docker version`"


def _chain(problem: BaseException | None) -> "list[BaseException]":
    """The exception and everything that it came from, also what libraries hide in arguments."""
    found: list[BaseException] = []
    waiting: list[object] = [problem]
    while waiting:
        item = waiting.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found
