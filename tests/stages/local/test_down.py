"""A server that may not read its key: it ends, for that reason and no other, and nobody listens at its port."""

import asyncio
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tlslab.model.situation import ServerKind, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import system
from tlslab.stages.local import down
from tlslab.stages.local.down import Down
from tlslab.stages.local.services import ADDRESS, Listener
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


def test_root_without_setpriv_is_an_obstacle_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "find_program", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "setpriv" in down.obstacle()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not down.obstacle()
