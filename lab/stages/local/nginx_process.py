"""The real nginx, as a process of this machine."""

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from pathlib import Path

from tlslab.model.situation import ServerSide
from tlslab.pki.mint import Mint
from tlslab.pki.revocation import answer_of_ocsp
from tlslab.runtime.deadline import deadline
from tlslab.runtime.tasks import abandon
from tlslab.servers import nginx
from tlslab.servers.nginx_log import NginxLog
from tlslab.stages.local.services import ADDRESS, START_TIMEOUT, Service, ServiceError, Silent, reserve, reserve_both
from tlslab.stages.runner import Process, clean_environment, end, exited, forget, start
from tlslab.stages.sandbox import Sandbox

POLL = 0.005
"""Seconds between two tries to connect to nginx: it has no way to say that it listens."""
LINES_SHOWN = 8
_SAID, _VERSION = "nginx.log", "nginx.version"


class Nginx(Service):
    """One nginx."""

    implementation = "nginx"
    real = True

    def __init__(
        self, program: str, workdir: Path, mint: Mint, sides: Mapping[str, ServerSide], names: Mapping[str, str]
    ) -> None:
        super().__init__(workdir, mint, sides, names)
        self._program = program
        self._sentinel = 0
        self._reserved: list[socket.socket] = []
        self._log = NginxLog(())
        self._read = 0
        """Bytes of its output that the log has."""

    async def start(self, sandbox: Sandbox) -> None:
        held = [(reserve(),), *(reserve_both() if side.ipv6 else (reserve(),) for side in self.sides.values())]
        self._reserved = [item for both in held for item in both]
        self._sentinel, *ports = (first.getsockname()[1] for first, *_ in held)
        self.ports = dict(zip(self.sides, ports, strict=True))
        self._log = NginxLog(ports)
        blocks = nginx.blocks_of(self.sides, self.ports)
        for block in blocks:
            chain, key = self.mint.chain_pem(block.chain), self.mint.leaf_key_pem(block.chain.leaf)
            clients = self.mint.pem(*block.side.client_anchors)
            for name, text in nginx.files(block, chain, key, clients).items():
                self.write(name, text)
            if block.side.staple is not None and nginx.staples(block):
                answer = answer_of_ocsp(self.mint, block.chain.leaf, block.side.staple)
                (self.workdir / nginx.staple_file(block)).write_bytes(answer)
        self.write("nginx.conf", nginx.configuration(self.workdir, ADDRESS, blocks, self._sentinel))
        self._sandbox = sandbox
        self._process = await self._run(_SAID, *nginx.command(self._program, self.workdir))
        await self._answer()
        self.replace_files()
        self.implementation = await self.version()

    async def _run(self, said: str, *argv: str) -> Process:
        """Start nginx; its output goes to a file of this name: nginx would block on a full pipe. It opens the file a
        second time, and both write at the end.
        """
        assert self._sandbox
        with (self.workdir / said).open("ab") as output:
            return await start(
                self._sandbox,
                argv,
                self.workdir,
                clean_environment(self.workdir),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    async def take_log(self, identity: str) -> tuple[str, ...]:
        await self._answer()
        with (self.workdir / _SAID).open("rb") as file:
            file.seek(self._read)
            lines, end_of_line, _ = file.read().rpartition(b"\n")
        self._read += len(lines + end_of_line)
        self._log.add(lines.decode("utf-8", errors="replace").split("\n"))
        return self._log.take(self.ports[identity])

    async def stop(self) -> None:
        await super().stop()
        for item in self._reserved:
            item.close()

    async def _answer(self) -> None:
        """Wait for an answer of the sentinel, or for nginx's death."""
        assert self._process
        death = asyncio.ensure_future(exited(self._process))
        answer = asyncio.ensure_future(self._ask())
        try:
            with contextlib.suppress(TimeoutError):
                async with deadline(START_TIMEOUT):
                    await asyncio.wait({death, answer}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done() and not answer.exception():
                return
            reason = f" ({answer.exception()!r})" if answer.done() else ""
            kind = ServiceError if answer.done() or death.done() else Silent
            raise kind(f"nginx does not answer{reason}: {self._last_words()}")
        finally:
            await abandon([death, answer])

    def _last_words(self) -> str:
        return " | ".join(self.said()[-LINES_SHOWN:]) or "it said nothing"

    def said(self) -> tuple[str, ...]:
        """The lines that it has written."""
        lines = (self.workdir / _SAID).read_text(errors="replace").split("\n")
        return tuple(line for line in lines if line)

    async def _ask(self) -> None:
        reader, writer = await self._connect()
        try:
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            if not await reader.read():
                raise ServiceError("nginx closed the connection without an answer")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the sentinel; while nginx is starting no process listens there yet."""
        assert self._process
        while True:
            try:
                return await asyncio.open_connection(ADDRESS, self._sentinel)
            except ConnectionRefusedError:
                if self._process.has_ended:
                    raise
                await asyncio.sleep(POLL)

    async def version(self) -> str:
        """Program and version, as it says itself. Raises Silent."""
        assert self._sandbox
        asked = await self._run(_VERSION, self._program, "-v")
        try:
            async with deadline(START_TIMEOUT):
                await exited(asked)
        except TimeoutError:
            raise Silent(f"`{self._program} -v` did not end within {START_TIMEOUT:.0f} s") from None
        finally:
            await end(self._sandbox, asked)
            await forget(asked)
        return (self.workdir / _VERSION).read_text(errors="replace").strip().removeprefix("nginx version: ")
