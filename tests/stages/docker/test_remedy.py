"""The documented way to trust a CA, followed in a container of each distribution that is here."""

import asyncio
from pathlib import Path

import pytest

import docker
from lab import provision
from lab.pki.keys import Keys
from lab.pki.mint import Mint
from lab.situation import LAB_ROOT, ServerKind, healthy
from lab.stages.docker import remedy
from lab.stages.docker.stage import DockerStage


@pytest.mark.parametrize(
    ("program", "refusal"),
    [
        (("curl", "--silent", "--show-error"), "curl: (60) SSL certificate problem"),
        (("wget", "--tries=1", "-O", "-"), "is not trusted"),
    ],
    ids=["curl", "wget"],
)
def test_update_ca_certificates_makes_a_client_trust_the_lab(
    daemon: docker.DockerClient, tmp_path: Path, program: tuple[str, ...], refusal: str
) -> None:
    situation = healthy(ServerKind.HTTPS)
    mint = Mint(Keys(tmp_path))

    async def follow() -> remedy.Evidence:
        async with DockerStage(provision.cache_dir(), mint) as stage:
            stage.open([situation.client.connect_to])
            await stage.serve([situation])
            return await asyncio.to_thread(
                remedy.install_ca,
                daemon,
                image=stage.client_image("bookworm"),
                network=stage.network,
                labels=stage.labels,
                ca=mint.pem(LAB_ROOT),
                command=(*program, f"https://{situation.client.connect_to}:{stage.port(situation.server)}/"),
            )

    evidence = asyncio.run(follow())
    assert evidence.before.status != 0
    assert refusal in evidence.before.output
    assert "1 added" in evidence.fix.output
    assert evidence.after.status == 0, evidence.after.output
    assert "the connection stands" in evidence.after.output
    assert evidence.changes["/etc/ssl/certs/ca-certificates.crt"] == "changed"
    assert evidence.changes["/etc/ssl/certs/tls-trust-lab.pem"] == "added"
    assert evidence.changes[remedy.CA] == "added"
