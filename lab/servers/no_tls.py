"""What is met at a server's port when no such server is there: another service, silence, or an early end.

HTTP and SSH answer as they do to a client that begins with TLS or TDS: HTTP with the status 400, SSH with its banner
(RFC 4253, 4.2) before the client has said anything.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tlslab.model.situation import Refusal, Speaks
from tlslab.servers.https_endpoint import response
from tlslab.servers.listener import Events, Limits
from tlslab.servers.streams import Channel, address_of
from tlslab.servers.tds.errorlog import printable

FIRST_WORD_SECONDS = 0.5
"""How long a connection that is to be reset waits for what the client says first, which the reset would overtake."""
_METHOD = 16
"""Bytes in which an HTTP request shows that it is one; the longest registered methods have fewer letters."""
_BANNER = b"SSH-2.0-tlslab\r\n"
_MISMATCH = b"Invalid SSH identification string.\r\n"


@dataclass(frozen=True, slots=True)
class NoTlsOptions:
    """One listener that speaks neither TLS nor TDS. `refusal`: how it ends a connection early."""

    speaks: Speaks
    refusal: Refusal = Refusal.CLOSE
    limits: Limits = field(default_factory=Limits)


class NoTlsEndpoint:
    """One such listener."""

    def __init__(self, options: NoTlsOptions, events: Events) -> None:
        self._options = options
        self._events = events

    def start(self) -> None:
        """Nothing is left to do in the background."""

    async def serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
        admit: Callable[[], None],
        *,
        full: bool,
    ) -> None:
        """Meet one client as this listener meets every one. Raises Marked for the lab's own marker."""
        client = address_of(writer, "peername").host
        channel = Channel(reader, writer)
        reset = False
        try:
            async with asyncio.timeout(self._options.limits.idle_seconds):
                match self._options.speaks:
                    case Speaks.HTTP:
                        did = await _http(channel)
                    case Speaks.SSH:
                        did = await _ssh(channel)
                    case Speaks.NOTHING:
                        did = await _listen(channel)
                    case _:
                        reset = self._options.refusal is Refusal.RESET
                        did = await end_early(channel, self._options.refusal)
        except TimeoutError:
            did = f"The client waited for {self._options.limits.idle_seconds:g} seconds; closed."
        except OSError as e:
            did = f"The connection was lost: {e}."
        finally:
            await channel.close(reset=reset)
        self._events.line(number, f"{datetime.now():%Y-%m-%d %H:%M:%S} {printable(did)} client: {client}")


async def _http(channel: Channel) -> str:
    head = b""
    while (b"\r\n\r\n" not in head and head.split(b" ")[0].isalpha() and len(head) < _METHOD) or not head:
        data = await channel.read_raw()
        if not data:
            return "The client closed before it had sent a request."
        head += data
    answer = response(head)
    await channel.write(answer)
    status = answer.split(b"\r\n", 1)[0].decode()
    return f"{status} in clear."


async def _ssh(channel: Channel) -> str:
    await channel.write(_BANNER)
    if not await channel.read_raw():
        return "The client closed at the banner of SSH."
    with contextlib.suppress(ConnectionError):
        await channel.write(_MISMATCH)
    return "The client does not speak SSH."


async def _listen(channel: Channel) -> str:
    while await channel.read_raw():
        pass
    return "The client gave up: it got no answer."


async def end_early(channel: Channel, refusal: Refusal) -> str:
    """End a connection before it has come to anything, and say so. FIN goes out at once, and what the client still
    sends is read: else the kernel would answer it with RST. Raises OSError.
    """
    if refusal is Refusal.RESET:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WORD_SECONDS):
                await channel.read_raw()
        return "The connection was reset before TLS began."
    channel.shut_down()
    await _listen(channel)
    return "The connection was closed before TLS began."
