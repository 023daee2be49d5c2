"""The daemon goes, hangs, comes back: a sentence, and nothing of the run is there when it answers again."""

import signal
from collections.abc import Mapping

import pytest

import docker
from tests.stages.docker.own import OwnDaemon
from tests.stages.docker.process import END_TIMEOUT, Lab, inventory, running, until
from tlslab.stages.docker import reaper

LONG = ("run", "--stage", "docker", "--client", "curl,tsql")
"""A run that takes some seconds once its servers are up."""

NEVER_OVER = """
import dataclasses, pathlib, sys
workdir = pathlib.Path(sys.argv.pop())
from tlslab.stages.docker import build_contexts
recipe = build_contexts.client_recipe
def with_a_step_that_takes_long(*arguments):
    found = recipe(*arguments)
    dockerfile = workdir / "Dockerfile"
    dockerfile.write_text("ARG BASE\\nFROM ${BASE}\\nRUN echo 1 > /one\\nCOPY agent.py /\\nRUN sleep 600\\n")
    return dataclasses.replace(found, dockerfile=dockerfile, trees={})
build_contexts.client_recipe = with_a_step_that_takes_long
from tlslab.cli import main
main()
"""
"""The lab, with a build of the clients' image that stands still in its last step."""


def mid_run(own: OwnDaemon, arguments: tuple[str, ...] = LONG) -> Lab:
    """A run in which the first attempts have been made."""
    lab = Lab(arguments, own.environment)
    try:
        lab.wait_for_words(" attempts")
        lab.wait_for_words(" servers up")
        assert until(lambda: sum(" of " in line for line in lab.said) > 0, END_TIMEOUT)
    except BaseException:
        lab.close()
        raise
    return lab


def assert_told(lab: Lab, *words: str) -> None:
    """It ended with these words in a few sentences, and nothing else that looks like a result or a mistake."""
    assert lab.wait(END_TIMEOUT) == 3, lab.said
    assert lab.out == [], "no half of a table"
    told = " ".join(lab.sentences)
    for word in words:
        assert word in told
    assert sum(not line.startswith("  | ") for line in lab.sentences) <= 3, lab.sentences
    assert "never retrieved" not in " ".join(lab.said)
    assert "Traceback" not in " ".join(lab.said)
    assert "mistake of the lab" not in told


def assert_as_before(client: docker.DockerClient, before: Mapping[str, set[str]]) -> None:
    """Nothing is there that was not there before, after the reaper has had its time."""
    after: dict[str, set[str]] = {}

    def nothing_new() -> bool:
        after.update(inventory(client))
        return all(after[kind] <= before[kind] for kind in before)

    assert until(nothing_new, END_TIMEOUT), {kind: after[kind] - before[kind] for kind in before}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_a_daemon_that_goes_ends_the_run_and_is_cleaned_when_it_is_back(
    own: OwnDaemon, own_client: docker.DockerClient, number: signal.Signals
) -> None:
    before = inventory(own_client)
    lab = mid_run(own)
    try:
        own.end(number)
        assert_told(lab, "has gone in the middle of the run", "could not be removed", "the next run does")
        own.start()
        assert_as_before(own_client, before)
    finally:
        lab.close()


def test_a_daemon_that_is_restarted_in_the_middle_of_a_run_is_cleaned(
    own: OwnDaemon, own_client: docker.DockerClient
) -> None:
    before = inventory(own_client)
    lab = mid_run(own)
    try:
        own.end(signal.SIGKILL)
        own.start()
        assert lab.wait(END_TIMEOUT) == 3, lab.said
        assert "Docker daemon" in " ".join(lab.sentences)
        assert_as_before(own_client, before)
    finally:
        lab.close()


def test_ctrl_c_does_not_wait_for_a_daemon_that_hangs(own: OwnDaemon, own_client: docker.DockerClient) -> None:
    before = inventory(own_client)
    lab = mid_run(own, (*LONG[:3], "--server", "https", "--client", "curl"))
    try:
        own.send(signal.SIGSTOP)
        lab.process.send_signal(signal.SIGINT)
        assert lab.wait(END_TIMEOUT) == 130, lab.said
        assert "could not be removed" in " ".join(lab.sentences)
        assert "Traceback" not in " ".join(lab.said)
    finally:
        own.send(signal.SIGCONT)
        lab.close()
    assert_as_before(own_client, before)


@pytest.mark.parametrize("command", [LONG, ("images", "bookworm")], ids=["run", "images"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "sigkill"])
def test_an_interrupted_build_leaves_no_container_and_no_layer(
    own: OwnDaemon, own_client: docker.DockerClient, tmp_path: object, command: tuple[str, ...], number: signal.Signals
) -> None:
    before = inventory(own_client)
    with running((*command, str(tmp_path)), own.environment, NEVER_OVER) as lab:
        assert until(lambda: any("sleep 600" in line for line in commands(own_client)), END_TIMEOUT), lab.said
        lab.process.send_signal(number)
        assert lab.wait(END_TIMEOUT) in (130, -signal.SIGKILL)
        assert "Traceback" not in " ".join(lab.said)
        assert_as_before(own_client, before)


def test_a_daemon_that_is_killed_while_it_builds_is_cleaned_when_it_is_back(
    own: OwnDaemon, own_client: docker.DockerClient, tmp_path: object
) -> None:
    before = inventory(own_client)
    with running((*LONG, str(tmp_path)), own.environment, NEVER_OVER) as lab:
        assert until(lambda: any("sleep 600" in line for line in commands(own_client)), END_TIMEOUT), lab.said
        own.end(signal.SIGKILL)
        assert_told(lab, "the image client-bookworm cannot be built")
        own.start()
        assert_as_before(own_client, before)


def commands(client: docker.DockerClient) -> list[str]:
    """What runs in the containers of a daemon."""
    return [str(item["Command"]) for item in client.api.containers()]


class Tries:
    """Something that works at the so-and-so-many-th try."""

    def __init__(self, needed: int) -> None:
        self.left = needed

    def __call__(self) -> None:
        self.left -= 1
        if self.left:
            raise ConnectionRefusedError


@pytest.mark.parametrize(("needed", "done"), [(1, True), (3, True)])
def test_the_reaper_tries_until_the_daemon_answers(needed: int, done: bool) -> None:
    assert reaper.reap(Tries(needed), patience=60, retry=0) is done


def test_the_reaper_does_not_try_for_ever() -> None:
    assert not reaper.reap(Tries(0), patience=0, retry=0)
