"""The spec: how a person names a client of a certain version. Pure.

    name                                the version pinned in the project
    name.door                           the same, given what it needs in another way (`requests.ssl-context`)
    name@2.3.13   name@latest           a version of the client's registry
    name@./dist/x-1.0-py3-none-any.whl  a build that is not published: a wheel, a tarball, a folder, a program

Behind any of them, `+package==version` pins a companion in the same environment, as often as needed.
"""

import re
from dataclasses import dataclass

LATEST = "latest"

GRAMMAR = "NAME, NAME@VERSION, NAME@latest or NAME@/PATH, then any number of +PACKAGE==VERSION"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)?")
_VERSION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.!+_-]*[A-Za-z0-9])?")
_PACKAGE = r"(?:@[A-Za-z0-9._-]+/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PIN = r"[A-Za-z0-9][A-Za-z0-9.!_-]*"
_COMPANION = rf"\+{_PACKAGE}=={_PIN}"
_PARTS = re.compile(rf"(?P<head>.*?)(?P<companions>(?:{_COMPANION})*)", re.DOTALL)


class SpecError(ValueError):
    """A spec that the lab cannot read; the message says why and what a valid one looks like."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A package pinned beside the client; its name as written, its exact version."""

    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.package}=={self.version}"


@dataclass(frozen=True, slots=True)
class Spec:
    """A client and where it comes from. Of `version` (`latest` or exact) and `path` at most one is given; with
    neither, the version is the project's.
    """

    name: str
    version: str = ""
    path: str = ""
    companions: tuple[Companion, ...] = ()

    def __str__(self) -> str:
        """The spec as it is written; `parse` gives the same value back."""
        where = f"@{self.path or self.version}" if self.path or self.version else ""
        return self.name + where + "".join(f"+{item}" for item in self.companions)

    @property
    def is_plain(self) -> bool:
        """Whether this is the client as the project pins it, with nothing beside it."""
        return not (self.version or self.path or self.companions)


def is_spec(text: str) -> bool:
    """Whether a word of the command line asks for more than a name or a pattern of names."""
    return "@" in text or re.search(_COMPANION + "$", text) is not None


def parse(text: str) -> Spec:
    """The spec that a person wrote. Raises SpecError."""
    parts = _PARTS.fullmatch(text)
    assert parts is not None  # both of its groups may be empty
    head, sep, where = parts["head"].partition("@")
    if not _NAME.fullmatch(head):
        raise SpecError(f"{text!r} names no client: write {GRAMMAR}")
    if sep and not where:
        raise SpecError(f"{text!r}: which version? Write {GRAMMAR}")
    companions = tuple(_companions(parts["companions"]))
    if len({item.package.lower().replace("_", "-") for item in companions}) < len(companions):
        raise SpecError(f"{text!r} pins a package twice")
    if is_path(where):
        return Spec(head, path=where, companions=companions)
    if sep and not _VERSION.fullmatch(where):
        raise SpecError(f"{text!r}: {where!r} is neither a version nor a path (paths begin with /, ./, ../ or ~)")
    return Spec(head, version=where, companions=companions)


def is_path(where: str) -> bool:
    """Whether this is a path in the file system rather than a version."""
    return where.startswith(("/", "./", "../", "~/")) or where in {".", "..", "~"}


def _companions(text: str) -> list[Companion]:
    found = re.findall(rf"\+({_PACKAGE})==({_PIN})", text)
    return [Companion(package, version) for package, version in found]
