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

from docker.errors import APIError, ImageNotFound

import docker
from lab.installer import Echo
from lab.stages.docker.container import words
from lab.stages.docker.owner import PREFIX
from lab.stages.stage import StageError

RECIPE = f"{PREFIX}.recipe"
NAME = f"{PREFIX}.image"
STANDIN = f"{PREFIX}.standin"
LINES_SHOWN = 8
_STEP = re.compile(r"Step \d+/\d+ : (\w+)")
_LAYER = re.compile(r" ---> ([0-9a-f]{12,64})$")


def recipes() -> Path:
    """The directory with the Dockerfiles: the checkout's, or lab/locks/docker in an installed package."""
    here = Path(__file__).resolve().parents[2]
    return here / "locks" / "docker" if (here / "locks").is_dir() else here.parent / "docker"


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


def build(client: docker.DockerClient, recipe: Recipe, echo: Echo) -> str:
    """The tag of the image of this recipe, built unless it is there. The base must be there.

    Raises StageError with the last words of a build that failed; nothing of it is left behind.
    """
    base = client.images.get(recipe.base)
    tag = recipe.tag(str(base.id))
    if has(client, tag):
        return tag
    echo(f"building the image {tag} on {recipe.base}")
    arguments, labels = {**recipe.arguments, "BASE": recipe.base}, {RECIPE: tag.rpartition(":")[2], NAME: recipe.name}
    with context(recipe) as packed:
        run_build(client, recipe.name, packed, tag, labels, arguments)
    return tag


def run_build(
    client: docker.DockerClient,
    name: str,
    packed: io.BytesIO,
    tag: str,
    labels: Mapping[str, str],
    arguments: Mapping[str, str] | None = None,
) -> None:
    """Build a context under this tag. Raises StageError as `build` does, which calls the image `name`."""
    said: list[str] = []
    try:
        with _clean_after(client, said):
            for line in client.api.build(
                fileobj=packed,
                custom_context=True,
                tag=tag,
                buildargs=dict(arguments or {}),
                labels=dict(labels),
                rm=True,
                forcerm=True,
                decode=True,
            ):
                if "error" in line:
                    raise StageError(failure(name, str(line["error"]).strip(), said))
                said += [part for part in str(line.get("stream", "")).splitlines() if part.strip()]
    except (APIError, OSError) as problem:
        raise StageError(failure(name, words(problem), said)) from problem


@contextlib.contextmanager
def _clean_after(client: docker.DockerClient, said: list[str]) -> Iterator[None]:
    """Remove the layers that a build made before it failed: the daemon keeps them, without a name, as a cache."""
    try:
        yield
    except BaseException:
        for layer in reversed(new_layers(said)):
            with contextlib.suppress(APIError):
                client.api.remove_image(layer, noprune=True)
        raise


def new_layers(said: Iterable[str]) -> list[str]:
    """The images that the classic builder made, from what it said: not the base, and none that was there before."""
    made: list[str] = []
    new = False
    for line in said:
        if step := _STEP.match(line):
            new = step[1] != "FROM"
        elif "---> Using cache" in line:
            new = False
        elif new and (layer := _LAYER.match(line)):
            made.append(layer[1])
    return made


def failure(name: str, why: str, said: Iterable[str]) -> str:
    """What to tell of a build that failed."""
    lines = [f"the image {name} cannot be built: {why}", *(f"  | {line}" for line in list(said)[-LINES_SHOWN:])]
    if "no space left" in " ".join(lines).lower():
        lines.append("The daemon's disk is full: `docker system df` shows by what, `docker system prune` makes room.")
    return "\n".join(lines)


def context(recipe: Recipe) -> io.BytesIO:
    """The build context as a tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        _add(tar, "Dockerfile", recipe.dockerfile.read_bytes())
        for name, text in recipe.texts.items():
            _add(tar, name, text.encode())
        for name, tree in recipe.trees.items():
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
    """Pull an image; "" when it is there then, else why it cannot be had."""
    try:
        client.images.pull(tag)
    except (APIError, OSError) as problem:
        return words(problem)
    return ""


def name_of(client: docker.DockerClient, tag: str) -> str:
    """The name of the recipe of an image, whatever tag it has now; "" for an image that the lab did not build."""
    return str(client.images.get(tag).labels.get(NAME, ""))


def is_standin(client: docker.DockerClient, tag: str) -> bool:
    """Whether the image of this tag was built by the lab in place of the published one."""
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
