"""The named images: the lab's own images under names that stay, for people and for docker/compose.yaml.

The stage finds its images by tags that carry the hash of their recipe; `latest` is put on the same image.
"""

import platform
from collections.abc import Iterable
from pathlib import Path

import docker
from tlslab.setup import installer, provision
from tlslab.setup.installer import Echo
from tlslab.stages.docker import base_images, build_contexts, image_building, owner_labels, reaper
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS
from tlslab.stages.docker.image_building import Recipe

ENDPOINT = "endpoint"
"""The lab's own endpoint, which stands in for SQL Server."""
NAMES = (ENDPOINT, *sorted(DISTRIBUTIONS))
"""The endpoint, and the clients of each distribution."""
USUAL = (ENDPOINT, DEFAULT)
"""What a run takes when nothing else is asked for."""


def fetch(names: Iterable[str], cache: Path, echo: Echo) -> None:
    """Have in the cache all that these images are built from. Needs no Docker. Raises StageError, InstallError."""
    for name in names:
        if name != ENDPOINT and build_contexts.clients_of_node(DISTRIBUTIONS[name]):
            # A recipe does without them where they cannot be had; a user who fetches for later has to learn of it.
            provision.ensure_node_modules(echo)
        _recipe(name, build_contexts.architecture_of(platform.machine()), cache, echo)


def build(client: docker.DockerClient, names: Iterable[str], cache: Path, echo: Echo) -> dict[str, str]:
    """Have these images; their tags by name. Raises StageError, APIError as `own_container` does."""
    architecture = build_contexts.architecture_of(str(client.version()["Arch"]))
    run = owner_labels.new_run()
    labels = owner_labels.labels(run, owner_labels.this_process(owner_labels.own_container(client)))
    found: dict[str, str] = {}
    with reaper.watched(run), installer.locked(cache / "docker.lock", echo):
        for name in names:
            recipe = _recipe(name, architecture, cache, echo)
            base_images.ensure_base(client, recipe.base, labels, cache, echo)
            image = client.images.get(image_building.build(client, recipe, labels, echo))
            found[name] = f"tlslab/{recipe.name}:latest"
            image.tag(found[name])
    return found


def _recipe(name: str, architecture: str, cache: Path, echo: Echo) -> Recipe:
    if name == ENDPOINT:
        return build_contexts.endpoint_recipe(architecture, cache, echo)
    return build_contexts.client_recipe(DISTRIBUTIONS[name], architecture, cache, echo)
