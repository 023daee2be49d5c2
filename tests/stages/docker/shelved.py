"""The images that tests build on a daemon which is not their own: gone when the last of them has ended."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

from docker.errors import APIError

import docker
from tlslab.stages.docker import base_images
from tlslab.stages.docker.distributions import DISTRIBUTIONS
from tlslab.stages.docker.image_building import NAME, STANDIN

BASES = {base_images.NGINX, *(item.base for item in DISTRIBUTIONS.values())}
"""What the lab's images are built on; pulled where that is possible."""


@contextlib.contextmanager
def as_before(client: docker.DockerClient, place: Path) -> Iterator[None]:
    """Afterwards the daemon has those images of the lab that it had before, and no others that nobody uses. `place`: a
    directory that all processes of the session share; the last of them removes what has come since the first began.
    """
    known = place / "images-before.json"
    with (place / "images-users.lock").open("a") as users:
        with _alone(place):
            if not known.exists():
                known.write_text(json.dumps(sorted(tags(client))))
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with _alone(place), contextlib.suppress(BlockingIOError):  # another process still works with them
                fcntl.flock(users, fcntl.LOCK_UN)
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(client, tags(client) - {*json.loads(known.read_text())})
                known.unlink()


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    with (place / "images.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tags(client: docker.DockerClient) -> set[str]:
    """The names of the lab's images on a daemon, and of what they are built on."""
    found: set[str] = set()
    for image in client.images.list():
        labelled = NAME in image.labels or STANDIN in image.labels
        found |= {tag for tag in image.tags if labelled or tag in BASES}
    return found


def _remove(client: docker.DockerClient, names: set[str]) -> None:
    # Images before what they are built on.
    for name in sorted(names, key=lambda name: name in BASES):
        with contextlib.suppress(APIError):  # a container uses it, or another lab was faster
            client.images.remove(name)
