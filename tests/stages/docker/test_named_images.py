"""The lab's own images under names that stay."""

import docker
from tlslab.matrix.choice import DISTRIBUTIONS
from tlslab.setup import provision
from tlslab.stages.docker import build_contexts, named_images


def test_there_is_an_image_for_the_endpoint_and_for_every_distribution() -> None:
    assert set(named_images.NAMES) == {named_images.ENDPOINT, *DISTRIBUTIONS}
    assert set(named_images.USUAL) <= set(named_images.NAMES)


def test_the_name_that_stays_is_that_of_the_image_that_a_run_takes(daemon: docker.DockerClient) -> None:
    cache = provision.cache_dir()
    architecture = build_contexts.architecture_of(str(daemon.version()["Arch"]))
    found = named_images.build(daemon, (named_images.ENDPOINT,), cache, print)
    assert found == {named_images.ENDPOINT: "tlslab/sqlserver-endpoint:latest"}
    recipe = build_contexts.endpoint_recipe(architecture, cache, print)
    base = daemon.images.get(recipe.base)
    assert daemon.images.get(found[named_images.ENDPOINT]).id == daemon.images.get(recipe.tag(str(base.id))).id
