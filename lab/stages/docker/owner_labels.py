"""Ownership: which process owns a container, a network or a layer, as labels; and whether that process still lives.

Things of Docker survive a SIGKILL of the process that made them. Labels name that process: its id, start time, boot,
process namespace, machine and, when the lab itself runs in a container of that daemon, the container. Only what belongs
to a process that provably is dead may be removed. A process of another machine (a shared daemon) cannot be seen from
here, so its things are left alone; one in another container is judged by asking the daemon whether that still runs.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docker.errors import APIError

import docker

PREFIX = "org.tlslab"
RUN = f"{PREFIX}.run"
OWNER = f"{PREFIX}.owner"
_MOUNTED = re.compile(r"/([0-9a-f]{64})/(?:userdata/)?(?:hostname|hosts|resolv\.conf) /etc/")
"""A container's own files as its mounts show them (proc(5), /proc/pid/mountinfo): Docker keeps them in a directory that
has the container's id for its name.
"""
_GROUP = re.compile(r"[/-]([0-9a-f]{64})(?:\.scope)?$", re.MULTILINE)
"""A container's id in /proc/self/cgroup: version 1, or version 2 without a private namespace (cgroup_namespaces(7))."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, so that no other one is ever taken for it (proc(5): `starttime` is in clock ticks since boot).

    `container`: the container of the daemon in which it runs, as `ID@START`; "" when it runs in none.
    """

    machine: str
    boot: str
    namespace: str
    pid: int
    started: str
    container: str = ""

    @property
    def label(self) -> str:
        return "/".join((self.machine, self.boot, self.namespace, str(self.pid), self.started, self.container))


def parse(label: str) -> Owner | None:
    """The owner of this label; None when it names none."""
    try:
        machine, boot, namespace, pid, started, container = label.split("/")
        return Owner(machine, boot, namespace, int(pid), started, container)
    except ValueError:
        return None


def this_process(container: str = "") -> Owner:
    """The owner that this process is, in this container."""
    return Owner(_machine(), _boot(), _namespace(), os.getpid(), _started(os.getpid()) or "", container)


def is_dead(owner: Owner, me: Owner, *, here: bool, runs: Callable[[str], bool]) -> bool:
    """Whether an owner provably does not live any more.

    `me`: this process. `here`: whether the daemon runs on this machine. `runs`: whether a container (`ID@START`) of the
    daemon still runs as it was started then.
    """
    if owner.container and owner.container != me.container:
        return not runs(owner.container)
    if owner.machine != me.machine or not owner.machine:
        return False
    if owner.boot != me.boot:
        # A boot ends every process; but copies of a virtual machine that share a daemon elsewhere differ in this alone.
        return here
    return owner.namespace == me.namespace and _started(owner.pid) != owner.started


def new_run() -> str:
    """An identity for a run, short enough for names."""
    return secrets.token_hex(4)


def labels(run: str, owner: Owner) -> dict[str, str]:
    """The labels of everything that this run makes."""
    return {RUN: run, OWNER: owner.label}


def own_container(client: docker.DockerClient) -> str:
    """The container of this daemon in which this process runs, as `ID@START`; "" when it runs in none.

    Raises APIError when the daemon cannot tell.
    """
    for candidate in dict.fromkeys(candidates()):
        if start := started(client, candidate):
            return f"{candidate}@{start}"
    return ""


def candidates(proc: Path = Path("/proc/self")) -> Iterator[str]:
    """The ids of containers in which a process may run. The daemon has to confirm one of them: it may be another's."""
    for name, pattern in (("mountinfo", _MOUNTED), ("cgroup", _GROUP)):
        with contextlib.suppress(OSError):
            yield from pattern.findall((proc / name).read_text())


def runs(client: docker.DockerClient, container: str) -> bool:
    """Whether a container of the daemon (`ID@START`) still runs as it was started then."""
    identity, _, start = container.partition("@")
    return bool(start) and started(client, identity) == start


def started(client: docker.DockerClient, identity: str) -> str:
    """When a container was started, as the daemon writes it; "" when it does not run, or there is none."""
    try:
        state = client.api.inspect_container(identity)["State"]
    except APIError as problem:
        if problem.status_code == 404:
            return ""
        raise
    return str(state["StartedAt"]) if state["Running"] else ""


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
