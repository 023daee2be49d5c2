"""Nothing of a run is left in Docker, however the run ends, and nothing of anybody else's is touched."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import docker
from tests.stages.docker.process import END_TIMEOUT, running
from tlslab.stages.docker import cleanup, owner_labels


def test_nothing_is_left_after_a_run(daemon: docker.DockerClient) -> None:
    with running() as lab:
        lab.wait_for_things(daemon, 1)
        assert lab.wait() == 0, lab.said
        assert lab.things(daemon) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "sigkill"])
@pytest.mark.parametrize("things", [1, 6, 0], ids=["at the start", "while servers start", "with servers up"])
def test_nothing_is_left_after_the_lab_has_died(
    daemon: docker.DockerClient, number: signal.Signals, things: int
) -> None:
    with running() as lab:
        if things:
            lab.wait_for_things(daemon, things)
        else:
            lab.wait_for_words("up after")
        lab.process.send_signal(number)
        assert lab.wait(END_TIMEOUT) in (130, -signal.SIGKILL)
        lab.wait_until_gone(daemon)
        assert not any("Traceback" in line for line in lab.said)
        assert lab.out == [], "no half of a table"


def test_what_a_dead_owner_left_is_swept_and_what_a_living_one_has_is_not(daemon: docker.DockerClient) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        here = owner_labels.this_process()
        dead = owner_labels.Owner(here.machine, here.boot, here.namespace, process.pid, stat[19])
        process.kill()
    of_dead = daemon.networks.create("tlslab-test-dead", labels={owner_labels.OWNER: dead.label})
    daemon.volumes.create("tlslab-test-dead-volume", labels={owner_labels.OWNER: dead.label})
    of_living = daemon.networks.create("tlslab-test-living", labels={owner_labels.OWNER: here.label})
    of_others = daemon.networks.create("tlslab-test-others", labels={"org.example": "1"})
    try:
        assert {"tlslab-test-dead", "tlslab-test-dead-volume"} <= {*cleanup.sweep(daemon, here)}
        names = {item.name for item in daemon.networks.list()}
        assert "tlslab-test-dead" not in names
        assert {"tlslab-test-living", "tlslab-test-others"} <= names
    finally:
        of_living.remove()
        of_others.remove()
        if any(item.id == of_dead.id for item in daemon.networks.list()):
            of_dead.remove()
