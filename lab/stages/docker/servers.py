"""Servers in containers: what they have in common, and nginx, of which one plays all HTTPS sides that it starts with.

They listen in a pod, each side on a port of its own, so that any number of sides can have the same name. What they log
is read from their output as it comes.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import docker
from tlslab.model.situation import ServerSide
from tlslab.pki.mint import Mint
from tlslab.runtime.deadline import deadline
from tlslab.runtime.tasks import abandon
from tlslab.servers import nginx
from tlslab.servers.nginx_log import NginxLog
from tlslab.stages.docker.container import Container, ContainerSpec, Directory, File, Files
from tlslab.stages.docker.container_agent import Agent
from tlslab.stages.docker.pod import Pod
from tlslab.stages.docker.volumes import Volume
from tlslab.stages.local.services import SETTLE_TIMEOUT, ServiceError, Silent

LINES_SHOWN = 8
WORKDIR = PurePosixPath("/lab")
OWN = "127.0.0.1"
"""Where the lab's own connections come from in a pod."""


class DockerServer(ABC):
    """A container that plays some sides. `watch` is the agent in the servers' network namespace."""

    what: str

    def __init__(self, client: docker.DockerClient, spec: ContainerSpec, watch: Agent) -> None:
        self._container = Container(client, spec, self._hear)
        self._watch = watch
        self._news = asyncio.Condition()
        self._lines: list[str] = []
        self._marks = 0
        self._notices: set[asyncio.Task[None]] = set()

    @property
    def real(self) -> bool:
        return True

    async def create(self) -> None:
        """Create its container, once its pod has been created and its volume filled. Raises StageError."""
        await self._container.create()

    async def begin(self, files: Files | None = None) -> None:
        """Start it, with what its volume holds, or start it again with these files, and wait until it serves. Raises
        ServiceError with its own last words, Silent, StageError when Docker does not start it.
        """
        if files is None:
            await self._container.start()
        else:
            await self._container.restart(files)
        starting = asyncio.ensure_future(self._serves())
        ended = asyncio.ensure_future(self._container.ended.wait())
        try:
            await asyncio.wait({starting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                return
            how = await self._container.end()
            raise ServiceError(f"{self.what} has ended while it started ({how}): {self._last_words()}")
        except (TimeoutError, OSError) as problem:
            raise Silent(f"{self.what} does not serve ({problem!r}): {self._last_words()}") from problem
        finally:
            await abandon([starting, ended])

    async def stop(self) -> None:
        """Remove it."""
        await self._container.stop()

    @abstractmethod
    async def _serves(self) -> None:
        """Return when the server serves."""

    def _hear(self, line: str) -> None:
        self._lines.append(line)
        notice = asyncio.ensure_future(self._notify())
        self._notices.add(notice)
        notice.add_done_callback(self._notices.discard)

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _hear_that(self, settled: Callable[[], bool]) -> None:
        """Wait until the server's lines tell that it has dealt with the lab's own connection. Raises ServiceError when
        they do not: its lines about a client may be missing then.
        """
        try:
            async with deadline(SETTLE_TIMEOUT), self._news:
                await self._news.wait_for(settled)
        except TimeoutError:
            raise ServiceError(
                f"{self.what} has not said within {SETTLE_TIMEOUT:.0f} s that it has dealt with a connection of the "
                f"lab: {self._last_words()}"
            ) from None

    async def _check(self) -> None:
        if self._container.ended.is_set():
            raise ServiceError(f"{self.what} has ended ({await self._container.end()}): {self._last_words()}")

    def _last_words(self) -> str:
        return " | ".join(self._lines[-LINES_SHOWN:]) or "without a word"


class NginxServer(DockerServer):
    """nginx, from its image."""

    what = "nginx"
    problem = ""
    """Why nothing can be attempted at its sides, once it has been started."""

    def __init__(
        self,
        client: docker.DockerClient,
        spec: ContainerSpec,
        pod: Pod,
        ports: Mapping[str, int],
        sentinel: int,
        note: str,
        sides: Mapping[str, ServerSide],
    ) -> None:
        """`ports`: of these sides in its pod. `note`: what there is to say of its image."""
        self._volume = spec.name
        command = ("nginx", "-c", f"{WORKDIR}/nginx.conf")
        super().__init__(client, replace(spec, command=command, host=mounted(spec, pod, WORKDIR)), pod.watch)
        self.ports = ports
        self._sides = sides
        self._sentinel = sentinel
        self._note = note
        self._taken = 0
        self._log = NginxLog(ports.values())
        self._version = "nginx"

    @property
    def implementation(self) -> str:
        return f"{self._version} ({self._note})"

    @property
    def sides(self) -> Mapping[str, ServerSide]:
        """The sides that it plays, by their identity."""
        return self._sides

    def start_log(self, identity: str) -> tuple[str, ...]:
        return ()

    def volume(self, mint: Mint) -> Volume:
        """The volume with which it starts."""
        return Volume(self._volume, WORKDIR, Directory(), nginx_files(self._sides, self.ports, self._sentinel, mint))

    async def _serves(self) -> None:
        await self._settle()

    async def take_log(self, identity: str) -> tuple[str, ...]:
        """The lines about this side since they were last taken, once nginx has dealt with everything.

        Raises ServiceError when nginx has ended, or does not deal with everything in time; Lost, OSError as `Agent.ask`
        does.
        """
        await self._check()
        await self._settle()
        fresh, self._taken = self._lines[self._taken :], len(self._lines)
        self._log.add(fresh)
        return self._log.take(self.ports[identity])

    async def _settle(self) -> None:
        self._marks += 1
        begin = len(self._lines)
        token = f"/mark-{self._marks}"
        request = f"GET {token} HTTP/1.0\r\n\r\n".encode().hex()
        answer = await self._watch.ask(do="mark", port=self._sentinel, bytes=request)
        found = re.search(r"^Server: (.+?)\r?$", answer["answer"], re.MULTILINE)
        self._version = found[1] if found else self._version
        await self._hear_that(lambda: any(f"GET {token} " in line for line in self._lines[begin:]))


def mounted(spec: ContainerSpec, pod: Pod, mount: PurePosixPath) -> dict[str, Any]:
    """What `create_host_config` takes for a server: a container in this pod, with the volume of its own name."""
    return {**spec.host, **pod.joined, "binds": {spec.name: {"bind": str(mount), "mode": "rw"}}}


def nginx_files(
    sides: Mapping[str, ServerSide], ports: Mapping[str, int], sentinel: int, mint: Mint
) -> dict[str, File]:
    """What is put into the nginx container, and its configuration."""
    blocks = nginx.blocks_of(sides, ports)
    workdir = Path(WORKDIR)
    found = {f"{WORKDIR}/nginx.conf": File(nginx.configuration(workdir, "0.0.0.0", blocks, sentinel))}
    for block in blocks:
        texts = nginx.files(block, mint.chain_pem(block.chain), mint.leaf_key_pem(block.chain.leaf))
        found |= {f"{WORKDIR}/{name}": File(text, 0o400) for name, text in texts.items()}
    return found
