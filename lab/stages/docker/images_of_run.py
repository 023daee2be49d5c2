"""The images that a run wants, as they are here, pulled, built or stood in for; or the reason why one is not."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import docker
from tlslab.clients.base import Missing
from tlslab.setup import installer
from tlslab.setup.installer import Echo
from tlslab.stages.docker import base_images, build_contexts, image_building, image_pruning, sqlserver_image
from tlslab.stages.docker.distributions import DISTRIBUTIONS, Distribution
from tlslab.stages.stage import StageError


class Wanted:
    """The images of a run, once they have been brought.

    `endpoint`: the lab's own; `sqlserver`: what runs as SQL Server; `clients`: by distribution; `missing`: the
    distributions without an image, and what brings it; `notes`: what a record has to say of them.
    """

    endpoint: str
    sqlserver: str

    def __init__(self, client: docker.DockerClient, cache: Path, labels: Mapping[str, str], echo: Echo) -> None:
        """`labels`: those of the run that builds."""
        self._client = client
        self._cache = cache
        self._labels = labels
        self._echo = echo
        self.clients: dict[str, str] = {}
        self.missing: dict[str, Missing] = {}
        self.notes: list[str] = []

    def bring(
        self,
        distributions: Iterable[str],
        sqlserver: str,
        *,
        architecture: str,
        require_vendor: bool,
        on_host: bool,
    ) -> None:
        """Have every image. Under a lock: two runs at once must not build the same. `sqlserver`: as a person asks for
        it (`tlslab.stages.docker.sqlserver_image`). `on_host`: clients run on this machine, too.

        Raises StageError when servers cannot be had, or there would be no clients at all.
        """
        with installer.locked(self._cache / "docker.lock", self._echo):
            self.endpoint = self._build(build_contexts.endpoint_recipe(architecture, self._cache, self._echo))
            self.sqlserver = self._choose(sqlserver, required=require_vendor)
            said = {name: self._lacks(DISTRIBUTIONS[name], architecture) for name in distributions}
            lost = [f"{name}: {why}" for name, why in said.items() if why]
            if not (self.clients or on_host):
                raise StageError("\n".join(lost))
            for words in lost:
                self._echo(f"left out is {words}")
            self._have(base_images.NGINX)
            image_pruning.mark(self._cache, [self.endpoint, *self.clients.values()])

    def is_endpoint(self, image: str) -> bool:
        """Whether this is the lab's own endpoint, whatever its tag."""
        return image_building.name_of(self._client, image) == build_contexts.ENDPOINT

    def is_standin(self, image: str) -> bool:
        """Whether the lab built this image as a stand-in for the published one."""
        return image_building.is_standin(self._client, image)

    def _choose(self, wanted: str, *, required: bool) -> str:
        found = sqlserver_image.choose(
            wanted,
            required=required,
            endpoint=self.endpoint,
            has=lambda image: image_building.has(self._client, image),
            pull=lambda image: image_building.pull(self._client, image),
            is_endpoint=self.is_endpoint,
        )
        self.notes += [found.note] if found.note else []
        return found.image

    def _lacks(self, distribution: Distribution, architecture: str) -> str:
        """Have the image of a distribution's clients; "" when it is there, else why it is not."""
        name = distribution.name
        try:
            self._have(distribution.base)
            recipe = build_contexts.client_recipe(distribution, architecture, self._cache, self._echo)
            self.clients[name] = image_building.build(self._client, recipe, self._labels, self._echo)
            return ""
        except base_images.BaseMissing as problem:
            said, self.missing[name] = str(problem), problem.missing
        except StageError as problem:
            said = str(problem)
            why = " | ".join(line.strip(" |") for line in said.splitlines())
            self.missing[name] = Missing(f"the image of {name} ({why})", "the next run tries to build it again")
        return said

    def _build(self, recipe: image_building.Recipe) -> str:
        self._have(recipe.base)
        return image_building.build(self._client, recipe, self._labels, self._echo)

    def _have(self, base: str) -> None:
        base_images.ensure_base(self._client, base, self._labels, self._cache, self._echo)
        note = f"{base} is a stand-in built from Debian's packages"
        if self.is_standin(base) and note not in self.notes:
            self.notes.append(note)
