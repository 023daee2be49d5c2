"""nginx in a container: what is put into it."""

from pathlib import Path

from lab.pki.keys import Keys
from lab.pki.mint import Mint
from lab.situation import ServerKind, healthy
from lab.stages.docker.servers import ROOM, nginx_files


def test_nginx_gets_a_block_and_the_certificates_for_each_side(tmp_path: Path) -> None:
    side = healthy(ServerKind.HTTPS).server
    files = nginx_files({"https-1": side}, {"https-1": 8443}, 8080, Mint(Keys(tmp_path)))
    conf = files[f"{ROOM}/nginx.conf"].text
    assert "listen 0.0.0.0:8443 ssl" in conf
    for name in ("https-1.chain.pem", "https-1.key.pem"):
        assert f"{ROOM}/{name}" in conf
        assert files[f"{ROOM}/{name}"].mode == 0o400
