"""What the containers of docker/compose.yaml are given: files with the ownership and modes that the documents ask for.

Minted anew at each start, by the lab's own image, into the volumes of the servers. Clients get the CA's certificates,
never a key.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tlslab.compose.servers import INSIDE, Server
from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT
from tlslab.model.situation import ServerKind
from tlslab.pki.mint import Mint
from tlslab.stages.docker.container import Directory, File, Files
from tlslab.stages.docker.servers import WORKDIR, nginx_files
from tlslab.stages.docker.sqlserver_container import MSSQL, MSSQL_UID, sqlserver_files

SENTINEL = 8080
"""The port on which nginx says over plain HTTP that it serves."""
TRUST = "trust"
"""The directory of what clients are given."""
MOUNTS = {ServerKind.HTTPS: WORKDIR, ServerKind.SQLSERVER: MSSQL}
"""Where a server's volume is mounted."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """The files in a volume, by their path there, and whose the volume is."""

    files: Files
    volume: Directory


def outfit(server: Server, mint: Mint) -> Outfit:
    """What this server is given. Raises ValueError as `mssql_conf` does."""
    side, mount = server.situation.server, MOUNTS[server.kind]
    files: Files
    if server.kind is ServerKind.HTTPS:
        files, volume = (
            nginx_files({server.name: side}, {server.name: INSIDE[server.kind]}, SENTINEL, mint),
            Directory(),
        )
    else:
        files, volume = sqlserver_files(side, mint), Directory(0o770, MSSQL_UID)
    return Outfit({str(PurePosixPath(path).relative_to(mount)): item for path, item in files.items()}, volume)


def trust(mint: Mint) -> Outfit:
    """What clients are given: the root, and the intermediate for clients that must complete a chain."""
    texts = {"ca.pem": mint.pem(LAB_ROOT), "intermediate.pem": mint.pem(LAB_ISSUING)}
    return Outfit({name: File(text) for name, text in texts.items()}, Directory())


def lay_out(outfit: Outfit, directory: Path) -> None:
    """Write the files. Each appears whole: a server may be reading the one before.

    Raises OSError; PermissionError when the files are another user's and this process is not root.
    """
    _make(directory, outfit.volume)
    for name, item in outfit.files.items():
        path = directory / name
        if isinstance(item, Directory):
            _make(path, item)
            continue
        opened, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(opened, "w", encoding="utf-8") as writing:
            writing.write(item.text)
        _give(Path(fresh), item)
        Path(fresh).replace(path)


def _make(path: Path, item: Directory) -> None:
    path.mkdir(parents=True, exist_ok=True)
    _give(path, item)


def _give(path: Path, item: File | Directory) -> None:
    os.chown(path, item.owner, 0)
    path.chmod(item.mode)
