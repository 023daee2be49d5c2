"""The lab in a process of its own, and what it has in Docker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import docker
from tlslab import IMPORTED_FROM
from tlslab.setup import provision
from tlslab.stages.docker import owner_labels

ROOT = Path(__file__).resolve().parents[3]
START_TIMEOUT = 600.0
"""Seconds for the start of a run, which may have to build the images first."""
END_TIMEOUT = 60.0
POLL = 0.1

SMALL = ("run", "--stage", "docker", "--scenario", "expired", "--client", "curl,tsql", "--fix", "renew")
"""The smallest run with both kinds of server, and both kinds of client."""


def until(holds: Callable[[], bool], timeout: float) -> bool:
    """Whether it comes to hold. Docker tells nobody that a label has become rare, so it is asked again and again."""
    deadline = time.monotonic() + timeout
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(POLL)
    return held


class Lab:
    """A program of the lab under way; by default its command line. `environment`: what differs in it."""

    def __init__(
        self, arguments: Sequence[str] = SMALL, environment: Mapping[str, str] | None = None, program: str = ""
    ) -> None:
        start = ["-c", program] if program else ["-m", "tlslab"]
        self.process = subprocess.Popen(
            [sys.executable, "-P", *start, *arguments],
            cwd=ROOT,
            env=os.environ
            | {
                "PYTHONPATH": str(IMPORTED_FROM),
                "TLSLAB_CACHE": str(provision.cache_dir()),
                "PYTHONUNBUFFERED": "1",
            }
            | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell without job control starts background processes with SIGINT ignored, and they hand that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        self.out: list[str] = []
        self.said: list[str] = []
        assert self.process.stdout
        assert self.process.stderr
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines))
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.said))
        ]
        for reader in self._readers:
            reader.start()

    def things(self, client: docker.DockerClient) -> list[str]:
        """What it has on this daemon: containers, networks, volumes and layers."""
        return [name for name, label in labelled(client) if f"/{self.process.pid}/" in label]

    def wait_for_things(self, client: docker.DockerClient, count: int) -> None:
        """Wait until it has so many things on the daemon."""
        assert until(lambda: len(self.things(client)) >= count or self.process.poll() is not None, START_TIMEOUT)
        assert self.process.poll() is None, self.said

    def wait_for_words(self, words: str) -> None:
        """Wait until it has written a line with these words to standard error."""

        def seen() -> bool:
            return any(words in line for line in self.said) or self.process.poll() is not None

        with self._news:
            assert self._news.wait_for(seen, START_TIMEOUT), self.said
        assert self.process.poll() is None, self.said

    def wait(self, timeout: float = START_TIMEOUT) -> int:
        """Its exit status, once all that it wrote has been read."""
        status = self.process.wait(timeout)
        for reader in self._readers:
            reader.join()
        return status

    def wait_until_gone(self, client: docker.DockerClient) -> None:
        """Wait until it has nothing on the daemon any more."""
        assert until(lambda: not self.things(client), END_TIMEOUT), self.things(client)

    @property
    def sentences(self) -> list[str]:
        """What it told in the end, without the progress of the run."""
        return [line.removeprefix("tlslab: ").rstrip() for line in self.said if line.startswith("tlslab: ")]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()

    def _read(self, stream: Iterator[str], lines: list[str]) -> None:
        for line in stream:
            with self._news:
                lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


@contextmanager
def running(
    arguments: Sequence[str] = SMALL, environment: Mapping[str, str] | None = None, program: str = ""
) -> Iterator[Lab]:
    """A lab that is killed at the end, if it still runs."""
    lab = Lab(arguments, environment, program)
    try:
        yield lab
    finally:
        lab.close()


def labelled(client: docker.DockerClient) -> list[tuple[str, str]]:
    """Everything on this daemon that somebody's lab owns, with the label of the owner."""
    api, filters = client.api, {"label": [owner_labels.OWNER]}
    found = [
        (item["Names"][0], item["Labels"][owner_labels.OWNER]) for item in api.containers(all=True, filters=filters)
    ]
    found += [(item["Name"], item["Labels"][owner_labels.OWNER]) for item in api.networks(filters=filters)]
    volumes = api.volumes(filters=filters)["Volumes"] or ()
    found += [(item["Name"], item["Labels"][owner_labels.OWNER]) for item in volumes]
    layers = api.images(filters={**filters, "dangling": True})
    found += [(item["Id"], item["Labels"][owner_labels.OWNER]) for item in layers]
    return [(name, label) for name, label in found if label]


def inventory(client: docker.DockerClient) -> dict[str, set[str]]:
    """Everything on a daemon, of whatever owner: what is there after a run must have been there before. Networks by
    name: the daemon makes its own ones anew when it starts.
    """
    api = client.api
    return {
        "containers": {item["Id"] for item in api.containers(all=True)},
        "networks": {item["Name"] for item in api.networks()},
        "volumes": {item["Name"] for item in api.volumes()["Volumes"] or ()},
        "images": {item["Id"] for item in api.images(all=True)},
    }
