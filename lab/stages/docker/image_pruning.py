"""The pruning: which images of the lab a daemon keeps, and which of them the lab may remove.

Each change of a recipe brings an image under a new tag, and the old one stays: another checkout may have that recipe
still, and a machine without a network could not build it again. So the lab removes old images on request alone. It
removes an image that provably is the lab's (the tag repeats the recipe's hash that the image carries), has no other
name, is used by no container, and is not among the last used of its name.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docker.errors import APIError

import docker
from tlslab.stages.docker.daemon_errors import words
from tlslab.stages.docker.image_building import NAME, RECIPE

MARKS = Path("docker", "used")
"""Where in the cache the lab notes when an image was last used: the daemon does not know."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An image: `created` and `used` in seconds since the epoch, `size` in bytes. `containers`: how many are of it,
    whether they run or not. `other_names`: tags beside its own.
    """

    tag: str
    name: str
    created: float
    size: int
    containers: int = 0
    other_names: tuple[str, ...] = ()
    used: float = 0.0

    @property
    def last(self) -> float:
        """When the image was last used."""
        return max(self.created, self.used)

    def __str__(self) -> str:
        day = datetime.fromtimestamp(self.last, UTC).date().isoformat()
        reasons = [f"used by {self.containers} container(s)"] if self.containers else []
        about = [
            f"{self.size / 1e6:.0f} MB",
            f"last used {day}",
            *reasons,
            *(f"also {tag}" for tag in self.other_names),
        ]
        return f"{self.tag} ({', '.join(about)})"


def _mark_of(cache: Path, tag: str) -> Path:
    return cache / MARKS / tag.replace("/", "+").replace(":", "+")


def mark(cache: Path, tags: Iterable[str], now: float | None = None) -> None:
    """Note that these images are used now."""
    for tag in tags:
        path = _mark_of(cache, tag)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(time.time() if now is None else now))


def shelf(client: docker.DockerClient, cache: Path) -> tuple[Shelved, ...]:
    """The images that the lab has built there, by name, the last used first."""
    containers = [item["ImageID"] for item in client.api.containers(all=True)]
    found: list[Shelved] = []
    for image in client.images.list(filters={"label": [NAME]}):
        name, recipe = str(image.labels[NAME]), image.labels.get(RECIPE, "")
        own = f"tlslab/{name}:{recipe}"
        if own not in image.tags:  # an image that a user built on one of the lab's: it inherits the labels
            continue
        found.append(
            Shelved(
                own,
                name,
                datetime.fromisoformat(image.attrs["Created"]).timestamp(),
                int(image.attrs["Size"]),
                containers.count(image.id),
                tuple(tag for tag in image.tags if tag != own),
                _marked(cache, own),
            )
        )
    return tuple(sorted(found, key=lambda item: (item.name, -item.last)))


def outdated(images: Iterable[Shelved], keep: int) -> list[Shelved]:
    """The images that the lab may remove when it keeps `keep` of each name."""
    seen: Counter[str] = Counter()
    late: list[Shelved] = []
    for image in sorted(images, key=lambda item: -item.last):
        seen[image.name] += 1
        if seen[image.name] > keep:
            late.append(image)
    return [image for image in late if not image.containers and not image.other_names]


def prune(client: docker.DockerClient, cache: Path, keep: int) -> list[str]:
    """Remove the outdated images; one sentence each."""
    return [_remove(client, image) for image in outdated(shelf(client, cache), keep)]


def _remove(client: docker.DockerClient, image: Shelved) -> str:
    try:
        client.api.remove_image(image.tag)
    except APIError as problem:
        return f"{image} stays: {words(problem)}"
    return f"{image} removed"


def _marked(cache: Path, tag: str) -> float:
    try:
        return float(_mark_of(cache, tag).read_text())
    except (OSError, ValueError):
        return 0.0
