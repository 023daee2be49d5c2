"""The registry: where the versions of a client come from, and which packages make one of them. Pure.

An adapter carries one as `Client.registry`; `index` asks it, `environments` installs from it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Requirements = Callable[[str], tuple[str, ...]]


class RegistryKind(StrEnum):
    """Which package manager knows the client."""

    PYPI = "pypi"
    NPM = "npm"
    MAVEN = "maven"
    NUGET = "NuGet"
    """By the .NET SDK, where the user has it (`tlslab.setup.nuget`)."""
    PARTS = "the lab's own list of parts"
    """Files inside packages that are no clients (`tlslab.setup.parts`)."""
    GO = "go"
    """Modules, of which the lab builds the client."""
    CARGO = "cargo"
    """Crates, of which the lab builds the client."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Where a client comes from.

    `package`: the package whose version is the client's. `companions`: packages without which it does not run,
    or that decide what it does, and that it does not bring itself; they are installed in the newest version that goes
    with it unless a spec pins one. `requirements`: the packages that make a version, where that is not
    `package==version`. `more_versions`: versions that `package` does not list, but `requirements` knows. `suffix`: how
    the versions end that the client is made of, where `package` has others as well.
    """

    kind: RegistryKind
    package: str
    companions: tuple[str, ...] = ()
    requirements: Requirements | None = None
    more_versions: tuple[str, ...] = ()
    suffix: str = ""

    def packages(self, version: str) -> tuple[str, ...]:
        """The requirements that make this version of the client, in the words of its package manager."""
        if self.requirements is not None:
            return self.requirements(version)
        return (pin(self.kind, self.package, version),)


def pin(kind: RegistryKind, package: str, version: str) -> str:
    """One version of a package: `pymssql==2.3`, `tedious@19.0`, `group:name:1.2`, `host/module@v1.2`, `crate@1.2`."""
    between = {RegistryKind.NPM: "@", RegistryKind.MAVEN: ":", RegistryKind.GO: "@v", RegistryKind.CARGO: "@"}
    return package + between.get(kind, "==") + version


def unpin(requirement: str) -> tuple[str, str]:
    """The package and the exact version of a pinned requirement of any kind; version "" when it has none."""
    if requirement.count(":") == 2 and "==" not in requirement:
        package, _, version = requirement.rpartition(":")
        return package, version
    # What a crate shall be built with stands in brackets behind its name.
    requirement = re.sub(r"\[[^\[\]]*\]", "", requirement)
    package, _, version = requirement.partition("==")
    if not version and "@" in requirement[1:]:
        package, _, version = requirement.rpartition("@")
        # A module's path begins with a host, its version with a letter (Go Modules Reference).
        version = version.removeprefix("v") if "." in package.partition("/")[0] else version
    return package, version


def order(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A key by which versions sort: their numbers, pre-releases before the release. Behind the numbers of a release may
    stand what it is for (`.jre11`).

    It suffices to name neighbours; the package manager decides which versions fit together.
    """
    numbers = _numbers(version)
    rest = re.sub(r"^\d+(?:\.\d+)*", "", version)
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers, not rest or re.match(r"\.post|\+|\.jre\d+$", rest) is not None, rest


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in release[0].split(".")) if release else ()


def nearest_versions(wanted: str, existing: Iterable[str], count: int = 4) -> list[str]:
    """The existing versions around one that does not exist, oldest first, with the newest of all at the end."""
    ordered = sorted(set(existing), key=order)
    below = [item for item in ordered if order(item) < order(wanted)]
    above = [item for item in ordered if order(item) > order(wanted)]
    half = max(count // 2, 1)
    found = below[-half:] + above[:half]
    return [*found, *(ordered[-1:] if ordered and ordered[-1] not in found else [])]


def newest(versions: Sequence[str]) -> str:
    """The newest release; a pre-release only where there is nothing else. Raises ValueError for none."""
    if not versions:
        raise ValueError("there are no versions")
    releases = [item for item in versions if order(item)[1]]
    return max(releases or versions, key=order)


def says_version(words: str, version: str) -> bool:
    """Whether a program that describes itself in these words is of this version.

    Only the words before the first parenthesis are the program's own; behind it stand its libraries. Programs write
    versions their own way (`18.05.0001` is 18.5.1, and the fourth number of the package 18.6.2.2 is the packaging's),
    so the numbers that both have must agree.
    """
    wanted = _numbers(version)
    own = words.partition("(")[0]
    said = [_numbers(token) for token in re.findall(r"(?<!\d)\d{1,18}(?:\.\d{1,18})+(?!\d)", own)]
    return version in own.split() or any(
        wanted[:both] == numbers[:both] for numbers in said if (both := min(len(numbers), len(wanted)))
    )
