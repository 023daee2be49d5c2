"""Which image runs as SQL Server: Microsoft's where it can be had, else the lab's own endpoint; or what a person asks
for, which the lab replaces by no other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tlslab.stages.stage import StageError

REPOSITORY = "mcr.microsoft.com/mssql/server"
RELEASES = ("2019", "2022", "2025")
USUAL = "2022"
ENDPOINT = "endpoint"
"""The word with which a person asks for the lab's own endpoint."""
_YEAR = re.compile(r"20\d\d")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The image, and why it is not the expected one; "" when it is."""

    image: str
    note: str = ""


def image_of(wanted: str) -> str:
    """The image that is meant by what a person asks for; "" for the lab's own endpoint.

    Raises StageError for a year of which there is no release.
    """
    if wanted == ENDPOINT:
        return ""
    release = wanted or USUAL
    if release in RELEASES:
        return f"{REPOSITORY}:{release}-latest"
    if _YEAR.fullmatch(release):
        raise StageError(f"there is no image of SQL Server {release} for Linux, but of {', '.join(RELEASES)}")
    return wanted


def choose(
    wanted: str,
    *,
    required: bool,
    endpoint: str,
    has: Callable[[str], bool],
    pull: Callable[[str], str],
    is_endpoint: Callable[[str], bool],
) -> Chosen:
    """The image to run. `required`: SQL Server itself or nothing. `endpoint`: the image of the lab's own. `pull`: why
    an image cannot be pulled, "" when it was.

    Raises StageError when what is asked for cannot be had.
    """
    image = image_of(wanted) or endpoint
    refused = "" if has(image) else pull(image)
    if refused and not wanted and not required:
        return Chosen(endpoint, f"{image} cannot be had ({refused}), so the lab's own endpoint takes its place")
    if refused:
        instead = "without --require-vendor-image" if required else "with --sqlserver-image endpoint"
        raise StageError(
            f"the image {image} is not here and cannot be pulled ({refused}). Bring it: `docker pull {image}`, or "
            "`docker save` it where it can be had and `docker load` it here. Or let the lab's own endpoint stand in: "
            f"{instead}"
        )
    if required and is_endpoint(image):
        raise StageError(f"{image} is the lab's own endpoint, and --require-vendor-image asks for SQL Server itself")
    return Chosen(image)
