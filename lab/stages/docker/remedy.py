"""The documented trust fix, followed to the letter in a container: install a CA into the system's store, and prove it.

Debian's way (update-ca-certificates(8)): the certificate goes to /usr/local/share/ca-certificates with the ending .crt,
then `update-ca-certificates` is run. The container is a fresh one each time; what the fix changed in it is evidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import docker
from lab.stages.docker.container import File, archive
from lab.stages.stage import StageError

CA = "/usr/local/share/ca-certificates/tls-trust-lab.crt"
COMMAND = ("update-ca-certificates",)
LIMIT = 20
"""Seconds for one command in the container: an exec has no time limit of its own."""
_CHANGES = {0: "changed", 1: "added", 2: "deleted"}
"""Docker Engine API, "Get changes on a container's filesystem"."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command came to."""

    status: int
    output: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A command before and after the fix, what the fix said, and every path that it changed."""

    before: Said
    fix: Said
    after: Said
    changes: Mapping[str, str]


def install_ca(
    client: docker.DockerClient, *, image: str, network: str, labels: Mapping[str, str], ca: str, command: Sequence[str]
) -> Evidence:
    """Run the command, follow the fix with this CA (PEM), run the command again.

    Raises StageError when the fix fails.
    """
    container = client.containers.create(image, ["sleep", "600"], network=network, labels=dict(labels), init=True)
    try:
        container.start()

        def run(words: Sequence[str]) -> Said:
            done = container.exec_run(["timeout", "-k", "1", str(LIMIT), *words])
            output: bytes = done.output  # type: ignore[assignment]  # bytes, unless a stream is asked for
            return Said(done.exit_code or 0, output.decode(errors="replace"))

        before = run(command)
        container.put_archive("/", archive({CA: File(ca)}))
        fix = run(COMMAND)
        if fix.status != 0:
            raise StageError(f"{COMMAND[0]} failed in {image} (exit status {fix.status}): {fix.output.strip()}")
        after = run(command)
        changes = {str(item["Path"]): _CHANGES[int(item["Kind"])] for item in container.diff() or ()}
        return Evidence(before, fix, after, changes)
    finally:
        container.remove(force=True, v=True)
