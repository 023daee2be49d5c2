"""Clients in a container that do not do as they should: the agent answers within the limit, whatever they do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import docker
from tlslab.clients.base import Invocation
from tlslab.stages.docker.client_images import order, wanted
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.container_agent import Agent
from tlslab.stages.docker.owner_labels import labels, new_run, this_process
from tlslab.stages.stage import Lost, StageError

PATIENCE = 15.0
"""Seconds within which every answer to an order of one second has to come: the agent gives stragglers five."""


def with_agent(
    client: docker.DockerClient,
    image: str,
    act: Callable[[Agent], Awaitable[Any]],
    command: tuple[str, ...] | None = None,
) -> Any:
    """What comes of an act with an agent in a container of this image, which is removed afterwards."""

    async def play() -> Any:
        run = new_run()
        spec = ContainerSpec(image, f"tlslab-{run}-agent", labels(run, this_process()), command, host={"init": True})
        agent = Agent(client, spec)
        try:
            await agent.start()
            return await act(agent)
        finally:
            await agent.stop()

    return asyncio.run(play())


def clients_of(lab_images: tuple[str, ...]) -> str:
    return next(tag for tag in lab_images if "client" in tag)


def answer(client: docker.DockerClient, image: str, script: str) -> dict[str, Any]:
    """The answer to an order that runs this shell script for a second at most."""

    async def act(agent: Agent) -> Any:
        invocation = Invocation(("sh", "-c", script), timeout=1.0)
        return await agent.ask(**order(invocation, "/tmp/room"))

    began = time.monotonic()
    said: dict[str, Any] = with_agent(client, image, act)
    assert time.monotonic() - began < PATIENCE
    return said


@pytest.mark.parametrize(
    ("script", "status", "out"),
    [
        pytest.param("echo on; sleep 60", None, "on\n", id="hangs"),
        pytest.param("trap '' TERM INT HUP; echo on; while :; do sleep 1; done", None, "on\n", id="ignores signals"),
        pytest.param("echo on; setsid sleep 60 & sleep 0.5; exit 3", 3, "on\n", id="leaves one who holds its pipes"),
        pytest.param("echo on; setsid sleep 60; exit 3", None, "on\n", id="waits for one who has left"),
        pytest.param("exec 0<&-; echo on", 0, "on\n", id="reads nothing"),
        pytest.param("head -c 3000000 /dev/zero | tr '\\0' x", 0, "x" * (1 << 20), id="says too much"),
    ],
)
def test_the_agent_answers(
    daemon: docker.DockerClient, lab_images: tuple[str, ...], script: str, status: int | None, out: str
) -> None:
    said = answer(daemon, clients_of(lab_images), script)
    assert said["exit_status"] == status
    assert said["stdout"] == out


def test_a_container_that_dies_at_its_start_is_quoted(daemon: docker.DockerClient, lab_images: tuple[str, ...]) -> None:
    command = ("sh", "-c", "echo no licence was accepted; exit 7")
    with pytest.raises(Lost, match=r"has ended .*\(exit status 7\): no licence was accepted"):
        with_agent(daemon, clients_of(lab_images), lambda agent: agent.ask(inspect=wanted()), command)


def test_a_container_whose_program_is_not_there_is_quoted(
    daemon: docker.DockerClient, lab_images: tuple[str, ...]
) -> None:
    with pytest.raises(Lost, match=r"has ended .*\(exit status 127\): .*no-such-program"):
        with_agent(daemon, clients_of(lab_images), lambda agent: agent.ask(inspect=wanted()), ("no-such-program",))


def test_an_image_that_was_removed_meanwhile_is_named(daemon: docker.DockerClient) -> None:
    with pytest.raises(StageError, match=r"the image tlslab-test/gone:1 is not there any more"):
        with_agent(daemon, "tlslab-test/gone:1", lambda agent: agent.ask(inspect=wanted()))


@pytest.mark.parametrize(
    "act",
    [lambda container: container.remove(force=True), lambda container: container.kill()],
    ids=["removed", "killed"],
)
def test_a_container_that_somebody_ends_is_lost_with_the_reason(
    daemon: docker.DockerClient, lab_images: tuple[str, ...], act: Callable[[Any], None]
) -> None:
    """Removing kills first, so there is a moment between."""

    async def end(agent: Agent) -> None:
        waiting = asyncio.create_task(
            agent.ask(
                limit=60, workdir="/tmp/r", argv=["sleep", "60"], env={}, files={}, stdin="", collect=[], timeout=60
            )
        )
        await agent.ask(inspect=wanted())
        (container,) = daemon.containers.list(filters={"name": agent.name})
        await asyncio.to_thread(act, container)
        await waiting

    with pytest.raises(Lost, match=r"somebody has removed it|ended from outside \(SIGKILL\), by somebody"):
        with_agent(daemon, clients_of(lab_images), end)
