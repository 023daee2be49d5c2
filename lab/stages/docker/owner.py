"""Ownership: which process owns a container or a network, as labels; and the removal of what dead owners left.

Containers and networks survive the SIGKILL of whoever made them. Their labels say who that was: process, start time,
boot, process namespace and machine. Only what belongs to a process that provably is dead is removed: a process of
another machine (a shared daemon) or of another process namespace (a container with the daemon's socket) cannot be
seen from here, so its things are left alone.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.errors import APIError

import docker

PREFIX = "org.tlslab"
RUN = f"{PREFIX}.run"
OWNER = f"{PREFIX}.owner"
PASSES = 10
_LATER = {403, 404, 409}
"""Still in use by a container that is just going; not there any more; being removed by somebody else."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, so that no other one is ever taken for it (proc(5): `starttime` is in clock ticks since boot)."""

    machine: str
    boot: str
    namespace: str
    pid: int
    started: str

    @property
    def label(self) -> str:
        return "/".join((self.machine, self.boot, self.namespace, str(self.pid), self.started))


def this_process() -> Owner:
    """The owner that this process is."""
    return Owner(_machine(), _boot(), _namespace(), os.getpid(), _started(os.getpid()) or "")


def is_dead(label: str) -> bool:
    """Whether the owner of this label provably does not live any more."""
    try:
        machine, boot, namespace, pid, started = label.split("/")
        number = int(pid)
    except ValueError:
        return False
    if machine != _machine() or not machine:
        return False
    if boot != _boot():
        return True
    return namespace == _namespace() and _started(number) != started


def new_run() -> str:
    """An identity for a run, short enough for names."""
    return secrets.token_hex(4)


def labels(run: str) -> dict[str, str]:
    """The labels of everything that this run makes."""
    return {RUN: run, OWNER: this_process().label}


def sweep(client: docker.DockerClient) -> list[str]:
    """Remove what dead owners left; the names of what was removed."""
    removed: list[str] = []
    for attributes, remove in _things(client, OWNER):
        if is_dead(_labels(attributes).get(OWNER, "")):
            remove()
            removed.append(_name(attributes))
    return removed


def remove_run(client: docker.DockerClient, run: str) -> None:
    """Remove every container, then every network of a run. What is gone already is no error.

    The daemon goes on making what a process had asked for that has died since: this looks again until nothing is left.
    """
    for _ in range(PASSES):
        found = list(_things(client, f"{RUN}={run}"))
        if not found:
            return
        for _, remove in found:
            remove()


def _things(client: docker.DockerClient, label: str) -> "Iterator[tuple[dict[str, Any], Any]]":
    """What has this label, containers first, as attributes and a function that removes it."""
    api, filters = client.api, {"label": [label]}

    def container(identity: str) -> Any:
        return lambda: _quietly(api.remove_container, identity, v=True, force=True)

    def network(identity: str) -> Any:
        return lambda: _quietly(api.remove_network, identity)

    for item in api.containers(all=True, filters=filters):
        yield item, container(item["Id"])
    for item in api.networks(filters=filters):
        yield item, network(item["Id"])


def _quietly(remove: Any, *arguments: Any, **more: Any) -> None:
    try:
        remove(*arguments, **more)
    except APIError as problem:
        if problem.status_code not in _LATER:
            raise


def _labels(attributes: dict[str, Any]) -> dict[str, str]:
    return attributes.get("Labels") or {}


def _name(attributes: dict[str, Any]) -> str:
    names = attributes.get("Names")
    return str(names[0]).lstrip("/") if names else str(attributes.get("Name", ""))


def _machine() -> str:
    with contextlib.suppress(OSError):
        return Path("/etc/machine-id").read_text().strip() or os.uname().nodename
    return os.uname().nodename


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _namespace() -> str:
    with contextlib.suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return ""


def _started(pid: int) -> str | None:
    """The start time of a process, None when there is none (a zombie is none any more)."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    return None
