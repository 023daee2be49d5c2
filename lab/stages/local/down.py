"""Servers that are down: one may not read the private key that it is told to use, another finds a certificate first in
its file that has another key, and they end while they start.

Each is a process of its own; no process listens at its port afterwards.
"""

import contextlib
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tlslab.runtime.deadline import deadline
from tlslab.servers.tds.certificates import NOT_ITS_KEY
from tlslab.servers.tds.errorlog import CERTIFICATE_UNREADABLE
from tlslab.setup import system
from tlslab.stages.local.nginx_process import Nginx
from tlslab.stages.local.services import START_TIMEOUT, Embedded, Listener, ServiceError, Silent, reserve
from tlslab.stages.runner import exited
from tlslab.stages.sandbox import Sandbox

OTHER_KEY = "key values mismatch"
"""What nginx passes on of OpenSSL where its key is not that of the first certificate (nginx, Configuring HTTPS servers,
SSL certificate chains)."""
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


class NginxDown(Nginx):
    """nginx, with one side, with whose files it does not start."""

    _said: tuple[str, ...] = ()

    async def start(self, sandbox: Sandbox) -> None:
        """Start it, and wait until it has ended: that it does not, or for another reason, is a problem."""
        try:
            await super().start(sandbox)
        except Silent:
            raise
        except ServiceError as problem:
            self._said = self.said()
            if not any(OTHER_KEY in line for line in self._said):
                self.problem = f"an nginx that must not start does not say why: {problem}"
            self.implementation = await self.version()
        else:
            self.problem = "nginx has started, although the first certificate in its file is not that of its key"

    def start_log(self, identity: str) -> tuple[str, ...]:
        return self._said

    async def take_log(self, identity: str) -> tuple[str, ...]:
        """Nothing: it has ended."""
        return ()


class Down(Embedded):
    """The embedded endpoint, with one side, whose key it may not read, or cannot use."""

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
            expected = CERTIFICATE_UNREADABLE.text
            if self.sides[identity].key_readable:  # The HTTPS endpoint has no log of its start as SQL Server has.
                self._start_lines[identity].append(str(problem))
                expected = NOT_ITS_KEY
            if not any(expected in line for line in self.start_log(identity)):
                self.problem = f"a server that must not start does not say why: {problem}"
        else:
            self.problem = (
                f"on this machine a process reads a file of mode 000 ({self.workdir}): no key is kept from it"
            )
            if self.sides[identity].key_readable:
                self.problem = "the endpoint has started with a key that is not that of its certificate"

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
        if not listener.side.key_readable:
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
