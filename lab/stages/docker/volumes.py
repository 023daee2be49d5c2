"""The volumes of servers, filled all at once before any of them starts.

The daemon runs a process of its own for each archive that it unpacks, which takes as long as starting a container: one
archive for all servers, unpacked where all their volumes are mounted, is what keeps their start short.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import docker
from tlslab.stages.docker.container import ContainerSpec, Directory, File, Files, archive, create
from tlslab.stages.docker.daemon_errors import FAILURES, words
from tlslab.stages.stage import StageError

FILLER = PurePosixPath("/volumes")
"""Where the volumes are mounted while they are filled."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume to make. `mount`: where the server has it; `root`: what is there itself; `files`: what is below, by the
    paths of the server.
    """

    name: str
    mount: PurePosixPath
    root: Directory
    files: Files


def fill(client: docker.DockerClient, spec: ContainerSpec, volumes: Sequence[Volume]) -> None:
    """Make these volumes, with the labels of `spec`: it describes a container that is made to fill them, is never
    started, and is gone at the end. Blocks.

    Raises StageError with the daemon's own words.
    """
    api = client.api
    binds = {item.name: {"bind": str(FILLER / item.name), "mode": "rw"} for item in volumes}
    try:
        for item in volumes:
            api.create_volume(item.name, labels=dict(spec.labels))
        filler = create(api, replace(spec, host={"network_mode": "none", "binds": binds}))
        try:
            api.put_archive(filler, "/", archive(contents(volumes)))
        finally:
            with contextlib.suppress(*FAILURES):  # the cleanup of the run removes what is left
                api.remove_container(filler, force=True)
    except FAILURES as problem:
        raise StageError(f"the volumes of the servers cannot be filled: {words(problem)}") from problem


def contents(volumes: Sequence[Volume]) -> Files:
    """What is put into the container that has all of these volumes."""
    found: dict[str, File | Directory] = {}
    for item in volumes:
        found[str(FILLER / item.name)] = item.root
        found |= {
            str(FILLER / item.name / PurePosixPath(path).relative_to(item.mount)): file
            for path, file in item.files.items()
        }
    return found
