"""A server that is down: it may not read the private key that it is told to use, and ends while it starts.

A process of its own, as a SQL Server is one; no process listens at its port afterwards.
"""

import contextlib
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tlslab.runtime.deadline import deadline
from tlslab.servers.tds.errorlog import CERTIFICATE_UNREADABLE
from tlslab.setup import system
from tlslab.stages.local.services import START_TIMEOUT, Embedded, Listener, ServiceError, reserve
from tlslab.stages.runner import exited
from tlslab.stages.sandbox import Sandbox

SETPRIV = "setpriv"
WITHOUT_OVERRIDE = ("--bounding-set=-dac_override,-dac_read_search", "--")
"""Root reads files against their modes, by two capabilities (capabilities(7)); a program that root starts has the
capabilities in the bounding set.
"""


def obstacle() -> str:
    """Why no process of the lab can be kept from reading a file here, in words; "" where one can."""
    if os.geteuid() == 0 and not system.find_program(SETPRIV):
        return f"root reads what it may not, and {SETPRIV} (of util-linux), which could keep it from that, is not here"
    return ""


class Down(Embedded):
    """The embedded endpoint, with one side, whose key it may not read."""

    _reserved: socket.socket | None = None

    async def start(self, sandbox: Sandbox) -> None:
        """Start it, and wait until it has ended: that it does not, or for another reason than its key, is a problem."""
        (identity,) = self.sides
        try:
            await super().start(sandbox)
        except ServiceError as problem:
            await self._last_lines()
            self._reserved = reserve()
            self.ports = {identity: self._reserved.getsockname()[1]}
            if not any(CERTIFICATE_UNREADABLE.text in line for line in self.start_log(identity)):
                self.problem = f"a server that may not read its key does not say so: {problem}"
        else:
            self.problem = (
                f"on this machine a process reads a file of mode 000 ({self.workdir}), so no key can be kept from it"
            )

    async def take_log(self, identity: str) -> tuple[str, ...]:
        """Nothing: it has ended."""
        return ()

    async def stop(self) -> None:
        await super().stop()
        if self._reserved is not None:
            self._reserved.close()

    def _command(self) -> Sequence[str]:
        limited = (SETPRIV, *WITHOUT_OVERRIDE) if os.geteuid() == 0 else ()
        return (*limited, *super()._command())

    def _listener(self, listener: Listener) -> dict[str, Any]:
        found = super()._listener(listener)
        Path(self.workdir, f"{listener.identity}.key.pem").chmod(0)
        return found

    async def _last_lines(self) -> None:
        """The last lines that it has written beside the reason of its end, read until it has ended."""
        assert self._process
        assert self._process.stdout
        with contextlib.suppress(TimeoutError):
            async with deadline(START_TIMEOUT):
                async for line in self._process.stdout:
                    self._note(json.loads(line))
                await exited(self._process)
