"""Nothing of a run is left in Docker, however the run ends, and nothing of anybody else's is touched."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import docker
from lab import provision
from lab.stages.docker import left, owner

ROOT = Path(__file__).resolve().parents[3]
START_TIMEOUT = 600.0
"""Seconds for the start of a run, which may have to build the images first."""
END_TIMEOUT = 40.0
POLL = 0.1

RUN = ("run", "--stage", "docker", "--scenario", "expired", "--client", "curl,tsql", "--fix", "renew")


def until(holds: Callable[[], bool], timeout: float) -> bool:
    """Whether it comes to hold. Docker tells nobody that a label has become rare, so it is asked again and again."""
    deadline = time.monotonic() + timeout
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(POLL)
    return held


class Lab:
    """A run of the lab in a process of its own."""

    def __init__(self, client: docker.DockerClient) -> None:
        self._client = client
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "lab", *RUN],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TLSLAB_CACHE": str(provision.cache_dir())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell without job control starts background processes with SIGINT ignored, and they hand that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        self.said: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    @property
    def things(self) -> list[str]:
        """What it has in Docker."""
        return [name for name, label in self._labels(owner.OWNER) if f"/{self.process.pid}/" in label]

    def wait_for_containers(self, count: int) -> None:
        assert until(lambda: len(self.things) >= count or self.process.poll() is not None, START_TIMEOUT), self.said
        assert self.process.poll() is None, self.said

    def wait_until_gone(self) -> None:
        self.process.wait(END_TIMEOUT)
        assert until(lambda: not self.things, END_TIMEOUT), self.things

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reading.join()
        assert self.process.stderr
        self.process.stderr.close()

    def _labels(self, label: str) -> list[tuple[str, str]]:
        api, filters = self._client.api, {"label": [label]}
        found = [(item["Names"][0], item["Labels"][label]) for item in api.containers(all=True, filters=filters)]
        return found + [(item["Name"], item["Labels"][label]) for item in api.networks(filters=filters)]

    def _read(self) -> None:
        assert self.process.stderr
        self.said.extend(self.process.stderr)


@pytest.fixture
def lab(daemon: docker.DockerClient) -> Iterator[Lab]:
    run = Lab(daemon)
    try:
        yield run
    finally:
        run.close()


def test_nothing_is_left_after_a_run(lab: Lab) -> None:
    lab.wait_for_containers(1)
    assert lab.process.wait(START_TIMEOUT) == 0, lab.said
    assert lab.things == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "sigkill"])
@pytest.mark.parametrize("count", [1, 5], ids=["at the start", "with servers up"])
def test_nothing_is_left_after_the_lab_has_died(lab: Lab, number: signal.Signals, count: int) -> None:
    lab.wait_for_containers(count)
    lab.process.send_signal(number)
    lab.wait_until_gone()


def test_what_a_dead_owner_left_is_swept_and_what_a_living_one_has_is_not(daemon: docker.DockerClient) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        here = owner.this_process()
        dead = owner.Owner(here.machine, here.boot, here.namespace, process.pid, stat[19])
        process.kill()
    of_dead = daemon.networks.create("tlslab-test-dead", labels={owner.OWNER: dead.label})
    of_living = daemon.networks.create("tlslab-test-living", labels={owner.OWNER: here.label})
    of_others = daemon.networks.create("tlslab-test-others", labels={"org.example": "1"})
    try:
        assert "tlslab-test-dead" in left.sweep(daemon, here)
        names = {item.name for item in daemon.networks.list()}
        assert "tlslab-test-dead" not in names
        assert {"tlslab-test-living", "tlslab-test-others"} <= names
    finally:
        of_living.remove()
        of_others.remove()
        if any(item.id == of_dead.id for item in daemon.networks.list()):
            of_dead.remove()
