"""What something needs of a machine, as data. Standard library only.

An adapter says it once, as `Client.needs`; what setup installs, what the lab scans a machine for, what its clients lack
and what the images hold is derived from it (`tlslab.setup.all_needs`). What comes from a registry is pinned in
requirements/, npm/, maven/, go/, cargo/ and dotnet/, which name the same packages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages that bring a need, by the packager of a family of distributions; spaces separate several names. "":
    that family has no package of it.
    """

    apt: str = ""
    dnf: str = ""
    zypper: str = ""

    def of(self, family: str) -> tuple[str, ...]:
        """The packages of a family, by its name."""
        return tuple(getattr(self, family).split())


@dataclass(frozen=True, slots=True)
class Program:
    """A program in PATH. `gnutls`: only a build that is linked with GnuTLS says what its adapter knows. `how_to_get`:
    what a person does who wants it, where the packages of the distributions are too old or missing.
    """

    name: str
    packages: Packages
    gnutls: bool = False
    linux_only: bool = False
    how_to_get: str = ""

    @property
    def words(self) -> str:
        """What it is, in a sentence."""
        return f"the program {self.name}"


@dataclass(frozen=True, slots=True)
class Library:
    """A file that the dynamic linker, or a driver manager, loads: `name` in `Machine.files`. `files`: what it is called
    on the systems that the lab knows, globs allowed. `gnutls` as for programs.
    """

    name: str
    files: tuple[str, ...]
    packages: Packages
    words: str
    gnutls: bool = False
    linux_only: bool = False


@dataclass(frozen=True, slots=True)
class PythonPackage:
    """A package from PyPI in the environment of the Python clients; "" is the bare environment."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class PackagedLibrary:
    """A library that a Python package carries: `name` in `Machine.files`."""

    name: str
    package: str
    words: str


@dataclass(frozen=True, slots=True)
class NodePackage:
    """A package from npm, in the lab's own node_modules."""

    name: str


@dataclass(frozen=True, slots=True)
class Jar:
    """The jar of a Maven artifact (`group:name`), without what its POM names: `name` in `Machine.files`."""

    name: str
    artifact: str


@dataclass(frozen=True, slots=True)
class Part:
    """Files that come inside a package of npm or PyPI which is no client (`tlslab.setup.parts`): `name` in
    `Machine.files`."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that setup cannot bring, because no package source of the lab has it: `name` in `Machine.files`.

    `files`: whole paths where it may stand, globs allowed. `how_to_get`: what a person does who wants it.
    """

    name: str
    files: tuple[str, ...]
    words: str
    how_to_get: str


@dataclass(frozen=True, slots=True)
class Built:
    """A program that the lab builds itself, once, into its cache (`tlslab.setup.build`): `name` in `Machine.which`.

    `command` runs in a directory that holds the `sources` and nothing else; in its words, `{compiler}` is the path of
    the compiler, `{program}` that of the program to be made and `{directory}` where it stands. `asks_version`: the
    arguments with which the compiler says its version; another version builds another program. `env`: settings beside
    those of the machine; in a value, `{home}` is a directory in the lab's cache for what the compiler keeps.
    `texts`: files beside the sources that say what else it is built from, by their names. `static`: the program needs
    nothing of the system that it runs on, so that the images of the docker stage hold it too.
    """

    name: str
    sources: tuple[Path, ...]
    compiler: Program
    asks_version: tuple[str, ...]
    command: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    static: bool = False
    executable: bool = True
    """Whether the system starts it itself; else another program runs it, and its compiler need not mark it so."""
    timeout: float = 600.0
    """Seconds for the command."""
    texts: tuple[tuple[str, str], ...] = ()
    by_pinned_go: bool = False
    """Whether its compiler is the Go that the project pins, which the one that is here fetches
    (`tlslab.setup.go_modules`)."""
    uses: "tuple[System, ...]" = ()
    """What of the system its compiler takes beside itself."""

    @property
    def words(self) -> str:
        """What it is, in a sentence."""
        return f"the program {self.name}, which the lab builds with {self.compiler.name}"


Need = Program | Library | PythonPackage | PackagedLibrary | NodePackage | Jar | Part | Brought | Built
System = Program | Library
"""What comes with packages of the system."""

NODE = Program("node", Packages(apt="nodejs", dnf="nodejs", zypper="nodejs"))
NPM = Program("npm", Packages(apt="npm"))
"""What brings packages of Node into the lab's cache, and a client of its own."""
MVN = Program("mvn", Packages(apt="maven"))
"""What brings jars into the lab's cache; no client runs it."""

GO = Program("go", Packages(apt="golang-go", dnf="golang", zypper="go"))
CARGO = Program(
    "cargo",
    Packages(),
    how_to_get="Rust 1.88 or newer with Cargo, by rustup (https://rustup.rs); Debian 12's is too old",
)
"""What builds programs in Rust, and fetches their crates."""
CC = Program("cc", Packages(apt="gcc libc6-dev", dnf="gcc glibc-devel", zypper="gcc glibc-devel"))
PKG_CONFIG = Program("pkg-config", Packages(apt="pkg-config", dnf="pkgconf-pkg-config", zypper="pkg-config"))
OPENSSL_HEADERS = Library(
    "openssl-headers",
    ("libssl.so",),
    Packages(apt="libssl-dev", dnf="openssl-devel", zypper="libopenssl-devel"),
    "what programs are built with that use OpenSSL (libssl.so and its headers)",
    linux_only=True,
)


def of_the_system(needs: Iterable[Need]) -> tuple[System, ...]:
    """What of it comes with packages of the system, each once: also the compilers of what the lab builds, and npm and
    Maven where something comes by them.
    """
    found: list[System] = []
    for need in needs:
        if isinstance(need, Program | Library):
            found.append(need)
        elif isinstance(need, Built):
            found += (need.compiler, *need.uses)
        elif isinstance(need, NodePackage | Part):
            found.append(NPM)
        elif isinstance(need, Jar):
            found.append(MVN)
    return tuple(dict.fromkeys(found))


def from_pypi(needs: Iterable[Need]) -> frozenset[str]:
    """The packages from PyPI."""
    return frozenset(
        need.package if isinstance(need, PackagedLibrary) else need.name
        for need in needs
        if isinstance(need, PackagedLibrary) or (isinstance(need, PythonPackage) and need.name)
    )


def from_npm(needs: Iterable[Need]) -> frozenset[str]:
    """The packages from npm."""
    return frozenset(need.name for need in needs if isinstance(need, NodePackage))


def from_maven(needs: Iterable[Need]) -> tuple[Jar, ...]:
    """The jars, each once."""
    return tuple(dict.fromkeys(need for need in needs if isinstance(need, Jar)))
