"""The lab's own images under names that stay."""

import docker
from tlslab.matrix.choice import DISTRIBUTIONS
from tlslab.setup import provision
from tlslab.stages.docker import build_contexts as supplies
from tlslab.stages.docker import latest_images as stock


def test_there_is_an_image_for_the_endpoint_and_for_every_distribution() -> None:
    assert set(stock.NAMES) == {stock.ENDPOINT, *DISTRIBUTIONS}
    assert set(stock.USUAL) <= set(stock.NAMES)


def test_the_name_that_stays_is_that_of_the_image_that_a_run_takes(daemon: docker.DockerClient) -> None:
    cache = provision.cache_dir()
    architecture = supplies.architecture_of(str(daemon.version()["Arch"]))
    found = stock.build(daemon, (stock.ENDPOINT,), cache, print)
    assert found == {stock.ENDPOINT: "tlslab/sqlserver-endpoint:latest"}
    recipe = supplies.endpoint_recipe(architecture, cache, print)
    base = daemon.images.get(recipe.base)
    assert daemon.images.get(found[stock.ENDPOINT]).id == daemon.images.get(recipe.tag(str(base.id))).id
