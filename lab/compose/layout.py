"""What the containers of docker/compose.yaml are given: files with the ownership and modes that the documents ask for.

Minted anew at each start, by the lab's own image, into the volumes of the servers. Clients get the CA's certificates,
never a key.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.compose.servers import INSIDE, Server
from lab.pki.mint import Mint
from lab.situation import LAB_ISSUING, LAB_ROOT, ServerKind
from lab.stages.docker.container import File
from lab.stages.docker.servers import MSSQL, MSSQL_UID, ROOM, nginx_files, sqlserver_files

SENTINEL = 8080
"""The port on which nginx says over plain HTTP that it serves."""
TRUST = "trust"
"""The directory of what clients are given."""
MOUNTS = {ServerKind.HTTPS: ROOM, ServerKind.SQLSERVER: MSSQL}
"""Where a server's volume is mounted."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """The files of a server by their path under its volume, who owns the volume, and the environment of the server."""

    files: Mapping[str, File]
    owner: int
    mode: int
    environment: Mapping[str, str]


def outfit(server: Server, mint: Mint) -> Outfit:
    """What this server is given."""
    side = server.situation.server
    environment: dict[str, str] = {}
    if server.kind is ServerKind.HTTPS:
        files = nginx_files({server.name: side}, {server.name: INSIDE[server.kind]}, SENTINEL, mint)
        owner, mode = 0, 0o755
    else:
        files, environment = sqlserver_files(side, mint)
        owner, mode = MSSQL_UID, 0o770
    mount = MOUNTS[server.kind]
    inside = {str(PurePosixPath(path).relative_to(mount)): file for path, file in files.items()}
    return Outfit(inside, owner, mode, environment)


def trust(mint: Mint) -> Outfit:
    """What clients are given: the root, and the intermediate for those who must complete a chain."""
    texts = {"ca.pem": mint.pem(LAB_ROOT), "intermediate.pem": mint.pem(LAB_ISSUING)}
    return Outfit({name: File(text) for name, text in texts.items()}, 0, 0o755, {})


def lay_out(outfit: Outfit, directory: Path) -> None:
    """Write the files. Each appears whole: a server may be reading the one before.

    Raises OSError; PermissionError when the files are another user's and this process is not root.
    """
    _own(directory, outfit)
    for name, file in outfit.files.items():
        path = directory / name
        if path.parent != directory:
            _own(path.parent, outfit)
        opened, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(opened, "w", encoding="utf-8") as writing:
            writing.write(file.text)
        os.chown(fresh, file.owner, 0)
        Path(fresh).chmod(file.mode)
        Path(fresh).replace(path)


def _own(directory: Path, outfit: Outfit) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    os.chown(directory, outfit.owner, 0)
    directory.chmod(outfit.mode)
