"""What is left in Docker: removing the containers, networks, volumes and layers of a run, or of owners that are dead.

A layer here is an image without a name that no other one is built on: the daemon keeps those of a build that did not
come to its end. Images with a name stay: the next run starts with them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from docker.errors import APIError

import docker
from tlslab.stages.docker import owner_labels
from tlslab.stages.docker.owner_labels import OWNER, RUN, Owner

PASSES = 10
_LATER = {403, 404, 409}
"""Still in use by a container that is just ending; not there any more; another process is removing it."""


def sweep(client: docker.DockerClient, me: Owner) -> list[str]:
    """Remove what dead owners left; the names of what was removed. `me`: this process."""
    removed: list[str] = []
    known: dict[str, bool] = {}
    for attributes, remove in _things(client, OWNER):
        label = (attributes.get("Labels") or {}).get(OWNER, "")
        if label not in known:
            known[label] = _is_dead(client, label, me)
        if known[label]:
            remove()
            removed.append(_name(attributes))
    return removed


def remove_run(client: docker.DockerClient, run: str) -> None:
    """Remove every container, network, volume and layer of a run. What is gone already is no error.

    The daemon goes on making what a dead process had asked for: this function lists again until nothing is left.
    """
    for _ in range(PASSES):
        found = list(_things(client, f"{RUN}={run}"))
        if not found:
            return
        for _, remove in found:
            remove()


def remove_layers(client: docker.DockerClient, run: str) -> None:
    """Remove the layers of a run's builds that did not come to their end."""
    for item in _layers(client, f"{RUN}={run}"):
        _quietly(client.api.remove_image, item["Id"])


def _layers(client: docker.DockerClient, label: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.api.images(filters={"label": [label], "dangling": True})
    return found


def _is_dead(client: docker.DockerClient, label: str, me: Owner) -> bool:
    found = owner_labels.parse(label)
    here = client.api.base_url.startswith("http+docker://")  # how the SDK writes a Unix socket
    return found is not None and owner_labels.is_dead(
        found, me, here=here, runs=lambda item: owner_labels.runs(client, item)
    )


def _things(client: docker.DockerClient, label: str) -> Iterator[tuple[dict[str, Any], Callable[[], None]]]:
    """What has this label, as attributes and a function that removes it; containers first, for they use the others."""
    api, filters = client.api, {"label": [label]}

    def container(identity: str) -> Callable[[], None]:
        return lambda: _quietly(api.remove_container, identity, v=True, force=True)

    def network(identity: str) -> Callable[[], None]:
        return lambda: _quietly(api.remove_network, identity)

    def volume(name: str) -> Callable[[], None]:
        return lambda: _quietly(api.remove_volume, name)

    def layer(identity: str) -> Callable[[], None]:
        return lambda: _quietly(api.remove_image, identity)

    for item in api.containers(all=True, filters=filters):
        yield item, container(item["Id"])
    for item in api.networks(filters=filters):
        yield item, network(item["Id"])
    for item in api.volumes(filters=filters)["Volumes"] or ():
        yield item, volume(item["Name"])
    for item in _layers(client, label):
        yield item, layer(item["Id"])


def _quietly(remove: Callable[..., Any], *arguments: Any, **more: Any) -> None:
    try:
        remove(*arguments, **more)
    except APIError as problem:
        if problem.status_code not in _LATER:
            raise


def _name(attributes: dict[str, Any]) -> str:
    names = attributes.get("Names")
    return str(names[0]).lstrip("/") if names else str(attributes.get("Name") or attributes["Id"])
