"""Files that were replaced while a server runs: the new chain stands on disk, and the old one is shown."""

import asyncio
import sys
from pathlib import Path

import pytest

from tlslab.model.certificate import PAST
from tlslab.model.situation import ServerKind, TLSVersion, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint, certificates
from tlslab.setup import system
from tlslab.stages.local.nginx_process import Nginx
from tlslab.stages.local.stage import LocalStage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the local stage's sandbox is Linux's")


@pytest.mark.parametrize(
    ("kind", "nginx"),
    [
        pytest.param(
            ServerKind.HTTPS,
            True,
            marks=pytest.mark.skipif(
                system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx"
            ),
            id="nginx",
        ),
        pytest.param(ServerKind.HTTPS, False, id="embedded-https"),
        pytest.param(ServerKind.SQLSERVER, False, id="embedded-tds"),
    ],
)
def test_what_stands_on_disk_is_not_what_is_shown(tmp_path: Path, kind: ServerKind, nginx: bool) -> None:
    good = healthy(kind)
    renewed = good.with_leaf(validity=PAST).with_server(on_disk=good.chain)

    async def play() -> None:
        mint = Mint(Keys(tmp_path))
        async with LocalStage(tmp_path, mint, nginx=nginx) as stage:
            stage.open([good.client.connect_to])
            await stage.serve([renewed])
            service, identity = stage.sides[renewed.server]
            assert isinstance(service, Nginx) is nginx
            every = (TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
            shown = await asyncio.to_thread(
                lambda: stage.scan(renewed.server, good.client.connect_to, *every, strict=False)
            )
            on_disk = Path(service.workdir, f"{identity}.chain.pem").read_text()
            assert certificates(shown.certificates[0])[0] == mint.certificate(renewed.chain.leaf)
            assert certificates(on_disk)[0] == mint.certificate(good.chain.leaf)

    asyncio.run(play())
