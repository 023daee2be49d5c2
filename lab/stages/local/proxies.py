"""The proxies of the local stage: one for each attempt of a client that is told to use one, and gone with it.

A proxy listens in the lab's own process. When an attempt is over, so are its tunnels: what the server writes about them
belongs to that attempt.
"""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tlslab.clients.base import ProxyAddress
from tlslab.model.certificate import Chain
from tlslab.model.proxy import OK
from tlslab.model.situation import ClientSide
from tlslab.pki.mint import Mint
from tlslab.runtime.deadline import deadline
from tlslab.servers.connect_proxy import basic, behind, connect_proxy, interceptor
from tlslab.stages.local.services import ADDRESS, ServiceError
from tlslab.stages.stage import Tunnel

USER = "user"
LOOK_TIMEOUT = 30.0
"""Seconds in which a proxy answers the lab, on a machine that is busy with something else."""
_TLS = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"
"""The beginning of a handshake (RFC 8446, 5.1 and 4)."""


class Proxies:
    """Makes the proxies of one run. `workdir`: where certificates and keys are for a moment."""

    def __init__(self, mint: Mint, workdir: Path) -> None:
        self._mint = mint
        self._workdir = workdir

    @contextlib.asynccontextmanager
    async def before(self, port: int, side: ClientSide) -> AsyncIterator[ProxyAddress]:
        """The proxy of this client side before the server at this port, for as long as the context is open. Where it
        has none, the address is one as people type it. Raises OSError.
        """
        proxy, password = side.proxy, secrets.token_urlsafe(12)
        if proxy is None:
            yield ProxyAddress()
            return
        async with contextlib.AsyncExitStack() as stack:
            leads_to = None
            if proxy.chain is not None:
                presents = self.context(proxy.chain)
                leads_to = await stack.enter_async_context(interceptor(presents, ADDRESS, port, side.connect_to))
            own = await stack.enter_async_context(
                connect_proxy(proxy.lets, basic(USER, password), ADDRESS, port, leads_to)
            )
            yield ProxyAddress(own, USER, password)

    @contextlib.asynccontextmanager
    async def tunnel(self, port: int, side: ClientSide) -> AsyncIterator[Tunnel]:
        """What this client side, which has a proxy, finds at it before the server at this port. Raises OSError, and
        ServiceError where what comes is no answer.
        """
        assert side.proxy
        async with self.before(port, side) as at:
            login = f"Proxy-Authorization: {basic(at.user, at.password)}\r\n" if side.proxy.login else ""
            target = f"{side.connect_to}:{port}"
            request = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{login}\r\n".encode()
            status = await _answer(at.port, _TLS if side.proxy.by_tls else request)
            if status != OK:
                yield Tunnel(status)
                return
            async with behind(ADDRESS, at.port, request) as own:
                yield Tunnel(status, ADDRESS, own)

    def context(self, chain: Chain) -> ssl.SSLContext:
        """With which a proxy presents this chain."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with TemporaryDirectory(dir=self._workdir) as directory:
            file = Path(directory, "chain-and-key.pem")
            file.write_text(self._mint.chain_pem(chain) + self._mint.leaf_key_pem(chain.leaf))
            context.load_cert_chain(file)
        return context


async def _answer(port: int, asked: bytes) -> int:
    """The status with which the proxy at this port answers."""
    reader, writer = await asyncio.open_connection(ADDRESS, port)
    try:
        writer.write(asked)
        async with deadline(LOOK_TIMEOUT):
            version, _, rest = (await reader.readline()).decode("latin-1").partition(" ")
    finally:
        writer.close()
    status = rest.partition(" ")[0]
    if not (version.startswith("HTTP/") and status.isdigit()):
        raise ServiceError(f"the proxy gives no answer: {version} {rest}")
    return int(status)
