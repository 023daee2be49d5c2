"""Images: built from the lab's Dockerfiles, each under a tag that carries a hash of its recipe.

An image whose recipe has changed has another tag, so that an old one is never taken for it. What is built from is the
Dockerfile, the files beside it and the base image's own id. Only the classic builder's features are used.
"""

import contextlib
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.errors import ImageNotFound
from docker.utils import parse_repository_tag

import docker
from docker import auth
from tlslab import PROGRAM
from tlslab.setup.installer import Echo
from tlslab.stages.docker import cleanup
from tlslab.stages.docker.daemon import readable_config
from tlslab.stages.docker.daemon_errors import FAILURES, timed_out, words
from tlslab.stages.docker.owner_labels import PREFIX, RUN
from tlslab.stages.stage import StageError

RECIPE = f"{PREFIX}.recipe"
NAME = f"{PREFIX}.image"
STANDIN = f"{PREFIX}.standin"
LINES_SHOWN = 8
STEP_TIMEOUT = 900
"""Seconds for which a step of a build may say nothing."""
_NO_NEWS = re.compile(r" ---> |Removing intermediate container|Step \d+/\d+ : LABEL ")
_UNAUTHORISED = re.compile(
    r"unauthorized|denied|authentication required|incorrect username|no basic auth", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an image is built. `trees`: directories to lay beside the Dockerfile, by the name that it calls them;
    `texts`: files to write there. `key` stands for the content of the trees, which may be large.
    """

    name: str
    dockerfile: Path
    base: str
    key: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    trees: Mapping[str, Path | None] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def tag(self, base_id: str) -> str:
        """The image's tag on a base with this id: `tlslab/client-bookworm:0123456789ab`."""
        parts = [self.dockerfile.read_text(), base_id, self.key, self.name]
        parts += [json.dumps(each, sort_keys=True) for each in (dict(self.arguments), dict(self.texts))]
        return f"tlslab/{self.name}:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:12]}"


def build(client: docker.DockerClient, recipe: Recipe, owner: Mapping[str, str], echo: Echo) -> str:
    """The tag of the image of this recipe, built unless it is there. The base must be there.

    `owner`: the labels of the run that builds (`owner_labels.labels`); what an interrupted build leaves has them.
    Raises StageError with the last words of a build that failed; nothing of it is left behind.
    """
    base = client.images.get(recipe.base)
    tag = recipe.tag(str(base.id))
    if has(client, tag):
        return tag
    echo(f"building the image {tag} on {recipe.base}")
    with context(recipe, owner) as packed:
        labels = {RECIPE: tag.rpartition(":")[2], NAME: recipe.name}
        run_build(client, recipe.name, packed, tag, labels, owner, {**recipe.arguments, "BASE": recipe.base})
    if older := len(client.images.list(f"tlslab/{recipe.name}")) - 1:
        echo(f"there are {older} older ones of it; {PROGRAM} images --prune removes those that nobody uses")
    return tag


def run_build(
    client: docker.DockerClient,
    name: str,
    packed: io.BytesIO,
    tag: str,
    labels: Mapping[str, str],
    owner: Mapping[str, str],
    arguments: Mapping[str, str] | None = None,
) -> None:
    """Build a context whose Dockerfile is `owned` under this tag. Raises StageError as `build` does, which calls the
    image `name`.
    """
    said: list[str] = []
    try:
        with readable_config(), _clean_after(client, owner):
            for line in client.api.build(
                fileobj=packed,
                custom_context=True,
                tag=tag,
                buildargs=dict(arguments or {}),
                labels={**labels, **dict.fromkeys(owner, "")},  # a finished image has no owner
                timeout=STEP_TIMEOUT,
                rm=True,
                forcerm=True,
                decode=True,
            ):
                if "error" in line:
                    raise StageError(failure(name, str(line["error"]).strip(), said))
                said.append(str(line.get("stream", "")))
    except FAILURES as problem:
        raise StageError(failure(name, words(problem), said)) from problem


@contextlib.contextmanager
def _clean_after(client: docker.DockerClient, owner: Mapping[str, str]) -> Iterator[None]:
    """Remove the layers of a build that fails: the daemon keeps them, without a name, as a cache."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(*FAILURES):
            cleanup.remove_layers(client, owner[RUN])
        raise


def owned(dockerfile: str, owner: Mapping[str, str]) -> str:
    """The Dockerfile with the labels of the run that builds before everything else, so that every layer and every
    container of the build has them: those that are given to a build itself are put on its last layer alone.
    """
    label = "LABEL " + " ".join(f"{name}={json.dumps(value)}" for name, value in owner.items())
    lines = [f"{line}\n{label}" if line.startswith("FROM ") else line for line in dockerfile.splitlines()]
    return "\n".join(lines) + "\n"


def failure(name: str, why: str, said: Iterable[str]) -> str:
    """What to tell of a build that failed; `said`: what it printed, in whatever parts."""
    shown = [line for line in "".join(said).splitlines() if line.strip() and not _NO_NEWS.match(line)]
    lines = [f"the image {name} cannot be built: {why}", *(f"  | {line}" for line in shown[-LINES_SHOWN:])]
    return "\n".join(lines) + hint(" ".join(lines))


def hint(text: str) -> str:
    """What to do about what the daemon says there, when that is known."""
    if "no space left" in text.lower():
        return "\nThe daemon's disk is full: `docker system df` shows by what, `docker system prune` makes workdir."
    return ""


def context(recipe: Recipe, owner: Mapping[str, str]) -> io.BytesIO:
    """The build context as a tar archive, with a Dockerfile that is `owned`."""
    return pack({**recipe.texts, "Dockerfile": owned(recipe.dockerfile.read_text(), owner)}, recipe.trees)


def pack(texts: Mapping[str, str], trees: Mapping[str, Path | None]) -> io.BytesIO:
    """Files and directories as a tar archive; None is an empty directory."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in texts.items():
            _add(tar, name, text.encode())
        for name, tree in trees.items():
            if tree is None:
                directory = tarfile.TarInfo(name)
                directory.type, directory.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(directory)
            else:
                tar.add(tree, name, filter=_plain)
    packed.seek(0)
    return packed


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if "__pycache__" in info.name.split("/"):
        return None
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = 0
    return info


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def has(client: docker.DockerClient, tag: str) -> bool:
    """Whether the daemon has an image of this tag."""
    try:
        client.images.get(tag)
    except ImageNotFound:
        return False
    return True


def pull(client: docker.DockerClient, tag: str) -> str:
    """Pull an image; "" when it is there then, else why it cannot be had.

    A registry may take as long as it wants, as long as the daemon hears from it (`daemon.TIMEOUT`).
    """
    repository, version = parse_repository_tag(tag)
    try:
        with readable_config():
            for line in _pulling(client.api, repository, version or "latest"):
                if "error" in line:
                    return _refused(str(line["error"]), tag)
    except StageError as problem:
        return str(problem)
    except FAILURES as problem:
        if timed_out(problem):
            return f"its registry has not been heard of for {client.api.timeout} s"
        return _refused(words(problem), tag)
    return ""


def _pulling(api: docker.APIClient, repository: str, version: str) -> Iterator[Mapping[str, Any]]:
    """What the daemon says while it pulls, line by line. The SDK's own `pull` waits for a line for ever."""
    header = auth.get_config_header(api, auth.resolve_repository_name(repository)[0])
    response = api.post(
        f"{api.base_url}/v{api.api_version}/images/create",
        params={"fromImage": repository, "tag": version},
        headers={"X-Registry-Auth": header} if header else {},
        stream=True,
        timeout=api.timeout,
    )
    with response:
        if not response.ok:
            yield {"error": response.json()["message"]}
            return
        yield from map(json.loads, response.iter_lines())


def _refused(said: str, tag: str) -> str:
    if not _UNAUTHORISED.search(said):
        return said + hint(said)
    host = tag.partition("/")[0]
    registry = f" {host}" if "." in host or ":" in host else ""
    return f"{said}. `docker login{registry}` renews the credentials, `docker logout{registry}` forgets them"


def name_of(client: docker.DockerClient, tag: str) -> str:
    """The name of the recipe of an image, whatever tag it has now; "" for an image that the lab did not build."""
    return str(client.images.get(tag).labels.get(NAME, ""))


def is_standin(client: docker.DockerClient, tag: str) -> bool:
    """Whether the lab built the image of this tag as a stand-in for the published one."""
    return STANDIN in client.images.get(tag).labels


def digest(paths: Iterable[Path]) -> str:
    """A hash of files and of everything in directories, by name and content."""
    found = hashlib.sha256()
    for path in paths:
        for file in sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]:
            if "__pycache__" not in file.parts:
                found.update(f"{file.relative_to(path) if path.is_dir() else file.name}\0".encode())
                found.update(file.read_bytes() + b"\0")
    return found.hexdigest()[:16]
