"""Servers in containers: what is put into nginx's, and one that does not settle."""

import asyncio
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest

from tlslab.model.situation import ServerKind, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.docker.container import ContainerSpec
from tlslab.stages.docker.servers import WORKDIR, DockerServer, NginxServer, nginx_files
from tlslab.stages.local.services import ServiceError


def test_nginx_gets_a_block_and_the_certificates_for_each_side(tmp_path: Path) -> None:
    side = healthy(ServerKind.HTTPS).server
    files = nginx_files({"https-1": side}, {"https-1": 8443}, 8080, Mint(Keys(tmp_path)))
    conf = files[f"{WORKDIR}/nginx.conf"].text
    assert "listen 0.0.0.0:8443 ssl" in conf
    for name in ("https-1.chain.pem", "https-1.key.pem"):
        assert f"{WORKDIR}/{name}" in conf
        assert files[f"{WORKDIR}/{name}"].mode == 0o400


class Quiet(DockerServer):
    """A server that never says what it is waited for to say."""

    what = "the server"

    async def _serves(self) -> None:
        """At once."""


def test_a_server_that_does_not_settle_is_a_failure_of_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lines about a client could be missing, and would be taken for those of the next one."""
    monkeypatch.setattr("tlslab.stages.docker.servers.SETTLE_TIMEOUT", 0.2)
    server = Quiet(Mock(), ContainerSpec("image", "name", {}), Mock())
    with pytest.raises(ServiceError, match="the server has not said within"):
        asyncio.run(server._hear_that(lambda: False))
    asyncio.run(server._hear_that(lambda: True))


class Marked:
    """The agent of an nginx that logs all connections of the lab together, once `count` of them were made."""

    def __init__(self, count: int) -> None:
        self.asked: list[str] = []
        self.count = count
        self.server: NginxServer

    async def ask(self, **message: Any) -> dict[str, str]:
        self.asked.append(bytes.fromhex(message["bytes"]).decode().split()[1])
        if len(self.asked) == self.count:
            for number, token in enumerate(self.asked):
                self.server._hear(f'*{number} 8080 127.0.0.1:40000 [- -] "GET {token} HTTP/1.0" 200')
        return {"answer": "Server: nginx/1.22.1\r\n"}


def test_two_logs_that_are_taken_at_once_do_not_take_each_others_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlslab.stages.docker.servers.SETTLE_TIMEOUT", 5)
    side = healthy(ServerKind.HTTPS).server

    async def take() -> None:
        agent = Marked(2)
        pod = Mock(watch=agent, joined={})
        server = agent.server = NginxServer(
            Mock(),
            ContainerSpec("nginx", "name", {}),
            pod,
            {"https-1": 8443, "https-2": 8444},
            8080,
            "",
            {"https-1": side},
        )
        cast(Any, server)._check = agent_is_there
        await asyncio.gather(server.take_log("https-1"), server.take_log("https-2"))

    asyncio.run(take())


async def agent_is_there() -> None:
    """The container runs."""
