"""Releases: of which versions a client and what runs it are, and which of them a row is about. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_CONSTRAINT = re.compile(r"(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)")


def numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, without zeros at the end: (1, 1, 1) of `1.1.1w`, () of `main`."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version)
    parts = [int(part) for part in found[1].split(".")] if found else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Versions:
    """Which releases a row is about: by the name of a program or library, bounds that all must hold.

    `Versions.of({"jdk": ">=25", "mssql-jdbc": ">=12.2, <13"})`. One that names nothing is about all releases.
    """

    bounds: tuple[tuple[str, str, tuple[int, ...]], ...] = ()

    @classmethod
    def of(cls, bounds: Mapping[str, str]) -> Self:
        """Raises ValueError for a malformed bound."""
        found: list[tuple[str, str, tuple[int, ...]]] = []
        for name, text in sorted(bounds.items()):
            for part in text.split(","):
                parsed = _CONSTRAINT.fullmatch(part.strip())
                if parsed is None:
                    raise ValueError(f"{name}: {part.strip()!r} is no bound of a version; write >=1.2, <2 or ==1.2.3")
                found.append((name, parsed[1], numbers(parsed[2])))
        return cls(tuple(found))

    def take(self, release: Mapping[str, str]) -> bool:
        """Whether the row is about a release: the version of each program and library of an act, by its name.

        A version without numbers (a local build, or "" where it is unknown) counts as the newest. A program that the
        release does not name has no part in the act: a row of one driver is not about another.
        """
        return all(name in release and _holds(numbers(release[name]), sign, bound) for name, sign, bound in self.bounds)

    def __and__(self, other: "Versions") -> "Versions":
        """The releases that are among both."""
        return Versions(tuple(dict.fromkeys((*self.bounds, *other.bounds))))

    def __str__(self) -> str:
        return ", ".join(f"{name} {sign} {'.'.join(map(str, bound))}" for name, sign, bound in self.bounds)


ALL = Versions()


def _holds(version: tuple[int, ...], sign: str, bound: tuple[int, ...]) -> bool:
    if not version:
        return sign in {">=", ">"}
    match sign:
        case ">=":
            return version >= bound
        case "<=":
            return version <= bound
        case "<":
            return version < bound
        case ">":
            return version > bound
    return version == bound
