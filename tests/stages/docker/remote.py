"""A way to a daemon over the network: a port of this machine that leads to a socket, and the files of its TLS.

    python -m tests.stages.docker.remote SOCKET PORT

leads the other way, from a socket to a port: where it runs in another network than whoever connects, into that. It ends
with its standard input.
"""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_PART = 1 << 16


@contextmanager
def forwarded(path: Path) -> Iterator[int]:
    """A port on 127.0.0.1 that leads to this Unix socket."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="forwarder")
    thread.start()
    leading = Leading(lambda: asyncio.open_unix_connection(str(path)))

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(leading, "127.0.0.1", 0)

    async def end() -> None:
        server.close()
        await leading.end()

    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Leading:
    """What is called with each connection, and leads it to one that `connect` makes."""

    def __init__(self, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._connect = connect
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = asyncio.current_task()
        assert own
        self._under_way.add(own)
        there_reader, there_writer = await self._connect()
        both = [asyncio.create_task(_pump(*pair)) for pair in ((reader, there_writer), (there_reader, writer))]
        try:
            # Nobody who speaks to a daemon closes one direction alone.
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            for end in (writer, there_writer):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()
            self._under_way.discard(own)

    async def end(self) -> None:
        """End every connection."""
        under_way = [*self._under_way]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction, to its end."""
    with contextlib.suppress(OSError):
        while part := await reader.read(_PART):
            writer.write(part)
            await writer.drain()


def certificates(place: Path, ca: trustme.CA, own: trustme.CA | None = None, name: str = "client.test") -> Path:
    """A directory as DOCKER_CERT_PATH names it: the CA to trust, and a certificate for this name of the CA `own`."""
    place.mkdir(exist_ok=True)
    ca.cert_pem.write_to_path(str(place / "ca.pem"))
    if own is not None:
        issued = own.issue_cert(name)
        issued.cert_chain_pems[0].write_to_path(str(place / "cert.pem"))
        issued.private_key_pem.write_to_path(str(place / "key.pem"))
    return place


async def main(path: str, port: int) -> None:
    """Lead from the socket to the port, until the end of standard input."""
    async with await asyncio.start_unix_server(Leading(lambda: asyncio.open_connection("127.0.0.1", port)), path):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
