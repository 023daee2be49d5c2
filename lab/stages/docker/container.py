"""A container that the lab talks to: started with its standard streams attached, each line of its output an event.

What the main process of a container says is read as it comes, never polled for. Standard input ends when the lab
does (`StdinOnce`), so that a main process which reads it ends with the lab.
"""

import asyncio
import contextlib
import io
import tarfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from docker.errors import ImageNotFound

import docker
from tlslab.runtime.deadline import deadline
from tlslab.runtime.unattended import unattended
from tlslab.stages.docker.attached_streams import Attached
from tlslab.stages.docker.container_state import fate
from tlslab.stages.docker.daemon_errors import FAILURES, words
from tlslab.stages.stage import StageError

REMOVE_TIMEOUT = 10.0
"""Seconds in which a daemon removes a container that runs."""
STOP_TIMEOUT = 20
"""Seconds that a main process has to end when it is asked to."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is put into a container before it starts."""

    text: str
    mode: int = 0o644
    owner: int = 0


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory that is made in a container before it starts, or gets another owner and mode there."""

    mode: int = 0o755
    owner: int = 0


Files = Mapping[str, File | Directory]
"""What is put into a container, by absolute path; a directory before what is in it."""


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container to make. `host` and `network`: what the SDK's `create_host_config` and
    `create_endpoint_config` take.
    """

    image: str
    name: str
    labels: Mapping[str, str]
    command: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    host: Mapping[str, Any] = field(default_factory=dict)
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Network to the names that the container has there."""
    user: str = ""


class Container:
    """A container under way. `on_line` is called in the event loop, for each line of both output streams."""

    def __init__(self, client: docker.DockerClient, spec: ContainerSpec, on_line: Callable[[str], None]) -> None:
        self._api = client.api
        self.spec = spec
        self._on_line = on_line
        self._attached: Attached | None = None
        self._writing = asyncio.Lock()
        self.id = ""
        self.ended = asyncio.Event()
        """Set while its main process does not run."""
        self.ended.set()

    async def create(self) -> None:
        """Create it. Raises StageError with the daemon's own words."""
        await self._asked(self._create, "created")

    async def start(self) -> None:
        """Attach and start it, created before or now. Raises StageError with the daemon's own words."""
        await self._make(lambda: None if self.id else self._create())

    async def restart(self, files: Files) -> None:
        """End the main process, write these files, and start it again: the same container, of which nothing but these
        files is new. Raises StageError.
        """
        await self._asked(lambda: self._api.stop(self.id, timeout=STOP_TIMEOUT), "stopped")
        try:
            async with deadline(STOP_TIMEOUT):
                await self.ended.wait()
        except TimeoutError:
            raise StageError(f"container {self.spec.name} was stopped, and the daemon does not say so") from None
        self._detach()
        await self._make(lambda: self._api.put_archive(self.id, "/", archive(files)))

    async def _make(self, prepare: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()

        def begin() -> None:
            prepare()
            streams = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            self._attached = Attached(self._api.attach_socket(self.id, params=streams))
            self._api.start(self.id)

        await self._asked(begin, "started")
        self.ended.clear()
        name = f"attached-{self.spec.name}"
        threading.Thread(target=self._read, args=(loop, self._attached), name=name, daemon=True).start()

    async def _asked(self, function: Callable[[], None], what: str) -> None:
        try:
            await unattended(function)
        except FAILURES as problem:
            raise StageError(f"container {self.spec.name} cannot be {what}: {words(problem)}") from problem

    async def write(self, line: str) -> None:
        """Write one line to the main process. Raises OSError when it has gone."""
        attached = self._attached
        assert attached
        async with self._writing:
            await unattended(lambda: attached.write(line.encode() + b"\n"))

    async def address(self, network: str) -> str:
        """Its address on a network."""
        state = await unattended(lambda: self._api.inspect_container(self.id))
        return str(state["NetworkSettings"]["Networks"][network]["IPAddress"])

    async def end(self) -> str:
        """How it has ended, in words (`container_state`). Raises Lost when it is the daemon that has gone."""
        return await unattended(lambda: fate(self._api, self.id))

    async def stop(self) -> None:
        """Remove it, whatever it does."""
        if self._attached is not None:
            self._attached.shutdown()
        if self.id:
            # The reaper removes what cannot be removed now, when the daemon answers again.
            with contextlib.suppress(*FAILURES, TimeoutError):
                async with deadline(REMOVE_TIMEOUT):
                    await unattended(lambda: self._api.remove_container(self.id, v=True, force=True))
        self._detach()

    def _detach(self) -> None:
        if self._attached is not None:
            self._attached.close()
            self._attached = None

    def _create(self) -> None:
        self.id = create(self._api, self.spec)

    def _read(self, loop: asyncio.AbstractEventLoop, attached: Attached) -> None:
        """In a thread, until the container or the lab ends."""
        with contextlib.suppress(RuntimeError):  # the loop may have ended before
            for line in attached.lines():
                loop.call_soon_threadsafe(self._on_line, line)
            loop.call_soon_threadsafe(self.ended.set)


def create(api: docker.APIClient, spec: ContainerSpec) -> str:
    """Create a container, and give its identity. Blocks. Raises StageError when its image is gone."""
    networking = None
    if spec.networks:
        networking = api.create_networking_config(
            # The types want one network, the API takes a map.
            {  # type: ignore[arg-type]
                name: api.create_endpoint_config(aliases=list(names)) for name, names in spec.networks.items()
            }
        )
    try:
        made = api.create_container(
            spec.image,
            list(spec.command) if spec.command is not None else None,
            name=spec.name,
            labels=dict(spec.labels),
            environment=dict(spec.environment),
            user=spec.user or None,
            stdin_open=True,
            host_config=api.create_host_config(**spec.host),
            networking_config=networking,
        )
    except ImageNotFound as problem:
        raise StageError(f"the image {spec.image} is not there any more: was it removed during the run?") from problem
    return str(made["Id"])


def archive(files: Files) -> bytes:
    """A tar archive for the root directory of a container, with the directories above the files left as they are."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, file in files.items():
            info = tarfile.TarInfo(path.lstrip("/"))
            info.mode, info.uid, info.gid = file.mode, file.owner, 0
            if isinstance(file, Directory):
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
                continue
            data = file.text.encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()
