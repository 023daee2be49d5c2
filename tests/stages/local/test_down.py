"""A server that may not read its key: it ends, for that reason and no other, and nobody listens at its port."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tlslab.model.situation import ServerKind, ServerSide, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import system
from tlslab.stages.local import down
from tlslab.stages.local.down import Down, NginxDown
from tlslab.stages.local.services import ADDRESS, Listener, Service
from tlslab.stages.sandbox import Sandbox

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the local stage's sandbox is Linux's"),
    pytest.mark.skipif(bool(down.obstacle()), reason=down.obstacle()),
]
SIDE = replace(healthy(ServerKind.SQLSERVER).server, key_readable=False)


class Open(Down):
    """One whose key can be read, as on a machine that asks for no mode."""

    def _listener(self, listener: Listener) -> dict[str, Any]:
        found = super()._listener(listener)
        Path(self.workdir, f"{listener.identity}.key.pem").chmod(0o600)
        return found


class Damaged(Down):
    """One whose certificate is none."""

    def _listener(self, listener: Listener) -> dict[str, Any]:
        found = super()._listener(listener)
        Path(self.workdir, f"{listener.identity}.chain.pem").write_text("no PEM")
        return found


async def started(kind: type[Down], sandbox: Sandbox, workdir: Path) -> Down:
    workdir.mkdir()
    server = kind(ServerKind.SQLSERVER, "Lab-0123", workdir, Mint(Keys(workdir)), {"one": SIDE}, {"one": "db.lab.test"})
    await server.start(sandbox)
    return server


def test_it_says_why_it_ends_and_nobody_listens_at_its_port(sandbox: Sandbox, tmp_path: Path) -> None:
    async def play() -> None:
        server = await started(Down, sandbox, tmp_path / "room")
        try:
            assert not server.problem
            # MicrosoftDocs/sql-docs, Database Engine events and errors: 49940 and 49939.
            said = "\n".join(server.start_log("one"))
            assert "Error: 49940, Severity: 16, State: 1." in said
            assert "Error: 49939, Severity: 16, State: 1." in said
            assert f"(uid {os.geteuid()})" not in said, "SQL Server does not say which account"
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((ADDRESS, server.ports["one"]), timeout=10)
            assert await server.take_log("one") == ()
        finally:
            await server.stop()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("kind", "words"), [(Open, "a process reads a file of mode 000"), (Damaged, "holds no PEM certificate")]
)
def test_one_that_is_up_or_down_for_another_reason_is_no_proof(
    sandbox: Sandbox, tmp_path: Path, kind: type[Down], words: str
) -> None:
    async def play() -> str:
        server = await started(kind, sandbox, tmp_path / "room")
        await server.stop()
        return server.problem

    assert words in asyncio.run(play())


def nginx_down(workdir: Path, side: ServerSide) -> Service:
    program = system.find_program("nginx")
    assert program
    return NginxDown(str(program), workdir, Mint(Keys(workdir)), {"one": side}, {"one": "shop.lab.test"})


def endpoint_down(workdir: Path, side: ServerSide) -> Service:
    return Down(ServerKind.HTTPS, "", workdir, Mint(Keys(workdir)), {"one": side}, {"one": "shop.lab.test"})


both_servers = pytest.mark.parametrize(
    ("made", "words"),
    [
        pytest.param(
            nginx_down,
            "key values mismatch",
            marks=pytest.mark.skipif(
                system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx"
            ),
            id="nginx",
        ),
        pytest.param(endpoint_down, "the private key does not belong to the certificate", id="embedded"),
    ],
)


@both_servers
@pytest.mark.parametrize("good", [False, True])
def test_a_web_server_whose_certificate_is_not_the_first_ends_and_says_why(
    sandbox: Sandbox, tmp_path: Path, made: Callable[[Path, ServerSide], Service], words: str, good: bool
) -> None:
    web = healthy(ServerKind.HTTPS)
    side = web.server if good else web.with_chain(before=web.chain.presented[1:], after=()).server

    async def play() -> None:
        server = made(tmp_path, side)
        try:
            await server.start(sandbox)
            assert ("has started" in server.problem) is good
            if not good:
                assert not server.problem
                assert any(words in line for line in server.start_log("one"))
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((ADDRESS, server.ports["one"]), timeout=10)
                assert await server.take_log("one") == ()
        finally:
            await server.stop()

    asyncio.run(play())


def test_root_without_setpriv_is_an_obstacle_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "find_program", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "setpriv" in down.obstacle()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not down.obstacle()
