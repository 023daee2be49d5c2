"""The environments: each version of a client in one of its own, in the lab's cache.

    <cache>/versions/requests/<label>-<digest of what was asked>/   the lock that it came to
    <cache>/versions/<label>-<digest of the lock>/                  the environment, built from the lock

The lab resolves a request once, so a version that is in the cache needs no network and stays what it was; `tlslab
clients remove` forgets it. The installer builds: atomically, under a lock, with hashes. A run holds a shared lock
on each environment that it uses; nothing that is in use is removed.
"""

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import tlslab
from tlslab.clients.base import PROBES, Client, Machine
from tlslab.setup import build, crates, go_modules, installer, jars, nuget, parts, provision
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import Built
from tlslab.setup.versions.index import CRATES_LOCK, JARS_LOCK, LOCK, MANIFEST, MODULES_LOCK, NPM_LOCK, Index, scratch
from tlslab.setup.versions.registry import Registry, RegistryKind, nearest_versions, newest, pin, unpin
from tlslab.setup.versions.spec import LATEST, Spec, SpecError
from tlslab.stages.machine import links_gnutls, node_packages, python_packages

LOCAL = "local"
"""The version of a build of one's own that says none."""
KEEP = 20
"""How many environments stay when others are pruned."""
PROJECT = PROBES / "SqlClient.csproj"
"""What is built with a release from NuGet."""
ABOUT, USED, PROGRAM = "about.json", "used", "program"
_ALONE = {RegistryKind.MAVEN: "a jar", RegistryKind.GO: "a program", RegistryKind.CARGO: "a program"}
"""What clients of these kinds are, whose packages bring what they need."""
_CHECKOUTS = {RegistryKind.GO: "go.mod", RegistryKind.CARGO: "Cargo.toml"}
"""The file that a checkout has, of clients that are built from one."""
_LOCKS = {
    RegistryKind.NPM: NPM_LOCK,
    RegistryKind.MAVEN: JARS_LOCK,
    RegistryKind.GO: MODULES_LOCK,
    RegistryKind.CARGO: CRATES_LOCK,
}
_NOT_THE_CONTENT = (".git", ".hg", "__pycache__", "node_modules", "target", ".venv", "build", "dist", "*.egg-info")


class UnknownVersion(SpecError):
    """A version that does not exist; the message names the nearest that do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a version brings with it, instead of what the machine offers."""

    label: str
    """The client's name in a run: `odbc18@18.5.1`."""
    version: str
    """The version that was asked for, as its registry writes it; "" for a program, which is only asked."""
    home: Path
    python: str = ""
    python_packages: Mapping[str, str] = field(default_factory=dict)
    node_modules: str = ""
    node_packages: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    which: Mapping[str, str] = field(default_factory=dict)
    gnutls: frozenset[str] = frozenset()

    def on(self, machine: Machine) -> Machine:
        """The machine as this version sees it: with its own packages, without those of other clients."""
        if self.python:
            kept = {
                name: path for name, path in machine.files.items() if name not in ("odbc18", "mssqlodbc", "certifi")
            }
            machine = replace(machine, python=self.python, python_packages=self.python_packages, files=kept)
        if self.node_modules:
            machine = replace(machine, node_modules=self.node_modules, node_packages=self.node_packages)
        own = {*self.files, *self.which}
        return replace(
            machine,
            files={**machine.files, **self.files},
            which={**machine.which, **self.which},
            gnutls=frozenset(name for name in machine.gnutls if name not in own) | self.gnutls,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be installed: the label, the version, and the words for the package manager."""

    label: str
    version: str
    kind: RegistryKind
    requirements: tuple[str, ...]

    @property
    def key(self) -> str:
        """A name for a directory: equal for equal requests on equal machines."""
        return f"{directory_name(self.label)}-{digest(self.kind, *self.requirements, tag())}"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a finished environment, kept inside it. `says`: the program's own words about its version."""

    name: str
    label: str
    version: str
    request: str
    says: str


def tag() -> str:
    """What an environment depends on beside its packages."""
    return f"{platform.system()}-{platform.machine()}-{installer.python_tag()}"


def directory_name(label: str) -> str:
    """The label for a path: env(1), through which clients are started, takes a program with `=` for a variable."""
    return re.sub(r"[^A-Za-z0-9@._+~-]+", "-", label)


def digest(*words: str) -> str:
    """Twelve hexadecimal digits for these words."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def pinned_version(package: str, kind: RegistryKind) -> str:
    """The version of a package that the project pins. Raises KeyError when it pins none."""
    if kind is RegistryKind.MAVEN:
        return jars.pinned(package).version
    if kind is RegistryKind.GO:
        return go_modules.pinned(package).version.removeprefix("v")
    if kind is RegistryKind.CARGO:
        return crates.pinned(package).version
    if kind is RegistryKind.NPM:
        manifest = json.loads((tlslab.LOCKS / "npm" / MANIFEST).read_text(encoding="utf-8"))
        return str(manifest["dependencies"][package])
    lock = (tlslab.LOCKS / "requirements" / "clients.txt").read_text(encoding="utf-8")
    return dict(line.split()[0].split("==") for line in lock.splitlines() if "==" in line and line[0].isalnum())[
        package
    ]


def requirements_for(registry: Registry, client: tuple[str, ...], spec: Spec) -> tuple[str, ...]:
    """The words for the package manager: what makes the client, then its companions, pinned or not."""
    given = {normalised(item.package) for item in spec.companions}
    own = {normalised(unpin(item)[0]) for item in client}
    loose = [name for name in registry.companions if normalised(name) not in {*given, *own}]
    return (*client, *(pin(registry.kind, item.package, item.version) for item in spec.companions), *loose)


def normalised(package: str) -> str:
    """The package's name as registries compare it."""
    return package.lower().replace("_", "-")


class Environments:
    """The environments of a cache. Locks taken by `provide` are held until the process ends."""

    def __init__(self, cache: Path, echo: Echo, index: Index | None = None) -> None:
        self._cache = cache
        self._home = cache / "versions"
        self._echo = echo
        self._index = index or Index(cache, echo)
        self._in_use: list[int] = []

    def provide(self, client: Client, spec: Spec) -> Environment:
        """The environment of this version, built unless it is here.

        Raises SpecError for a version that cannot be chosen, UnknownVersion for one that does not exist, InstallError
        when it cannot be had.
        """
        if spec.path and not client.registry:
            return self._program(client, spec)
        if client.registry is None:
            raise SpecError(
                f"{client.name} comes with the system, so its version cannot be chosen here; "
                f"a program of your own can: {client.name}@/path/to/it"
                if client.program or client.library
                else f"{client.name} comes with the system, and its version cannot be chosen"
            )
        if client.registry.kind is RegistryKind.NUGET:
            return self._from_nuget(client, spec)
        if client.registry.kind is RegistryKind.PARTS:
            return self._part(client, client.registry, spec)
        if spec.companions and client.registry.kind in _ALONE:
            raise SpecError(
                f"{client.name} is {_ALONE[client.registry.kind]} alone: no package can be pinned beside it"
            )
        if spec.path and client.library and _is_library(client.registry, Path(spec.path).expanduser()):
            return self._program(client, spec)
        request = self._request(client, client.registry, spec)
        lock = self._lock(client.registry, request)
        home = self._build(client, request, lock)
        self._hold(home)
        return self._describe(home, request, client)

    def finished(self, environment: Environment, says: str) -> None:
        """Note what the program itself said of its version, so that it is not asked at each start."""
        if about := self._about(environment.home):
            self._note(environment.home, replace(about, says=says))

    def says(self, environment: Environment) -> str:
        """What the program said of its version when the environment was finished; "" before."""
        return about.says if (about := self._about(environment.home)) else ""

    def discard(self, environment: Environment) -> None:
        """Remove an environment that is not what it should be, and the lock that it was built from."""
        self._remove(environment.home, force=True)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all environments, the most recently used first."""
        return tuple(about.label for _, about in self._homes())

    def remove(self, label: str) -> list[str]:
        """Remove the environments of this label; one sentence each."""
        return [self._remove(home) for home, about in self._homes() if about.label == label]

    def prune(self, keep: int = KEEP) -> list[str]:
        """Remove all but the most recently used environments, and what is left of abandoned ones; one sentence each."""
        sentences = [self._remove(home) for home, _ in self._homes()[keep:]]
        wanted = [lock.read_text(encoding="utf-8") for lock in (self._home / "requests").glob("*/*") if lock.is_file()]
        for content in (self._home / "builds").glob("[!.]*"):
            if not any(content.name in lock for lock in wanted):
                shutil.rmtree(content, ignore_errors=True)
        return sentences

    def cached_latest(self, client: str) -> str:
        """The newest version of a client that is here without companions of its own; "" when there is none."""
        found = [about for _, about in self._homes() if about.name == client]
        versions = [about.version for about in found if about.label == f"{client}@{about.version}"]
        return newest(versions) if versions else ""

    # --- what to install

    def _request(self, client: Client, registry: Registry, spec: Spec) -> Request:
        if spec.path:
            package, version, mark = self._local(registry, Path(spec.path).expanduser().absolute())
            label = f"{client.name}@{version}~{mark}"
            own: tuple[str, ...] = (f"{_in_directory(registry)}{package}",)
        else:
            version = self._version(client, registry, spec)
            label = f"{client.name}@{version}"
            own = registry.packages(version)
        label += "".join(f"+{item}" for item in spec.companions)
        return Request(label, version, registry.kind, requirements_for(registry, own, spec))

    def _version(self, client: Client, registry: Registry, spec: Spec) -> str:
        if spec.version == LATEST:
            known = self._versions(registry)
            if known:
                return newest(known)
            here = self.cached_latest(client.name)
            if not here:
                raise InstallError(
                    f"which version of {client.name} is the latest? {registry.kind.value} does not answer, and none "
                    "is in the cache. Check the network, or name a version."
                )
            self._echo(f"{registry.kind.value} does not answer; the newest {client.name} in the cache is {here}")
            return here
        if spec.version:
            return spec.version
        return pinned_version(registry.package, registry.kind)

    def _versions(self, registry: Registry) -> tuple[str, ...]:
        listed = self._index.versions(registry.kind, registry.package)
        return (*_own(registry, listed), *registry.more_versions) if listed else ()

    def _local(self, registry: Registry, path: Path) -> tuple[Path, str, str]:
        """A build of the user's own, copied into the cache: the package, its version, a mark of its content."""
        if not path.exists():
            raise SpecError(f"there is no {path}")
        if registry.kind is RegistryKind.MAVEN:
            raise SpecError(f"{path} is no file: build the jar, and give that")
        manifest = _CHECKOUTS.get(registry.kind)
        if manifest and not (path / manifest).is_file():
            raise SpecError(f"{path} is no folder with a {manifest}")
        suffix = ".tgz" if registry.kind is RegistryKind.NPM else ".whl"
        if path.is_file() and path.suffix != suffix:
            raise SpecError(f"{path} is no {suffix} file: give one, or the folder of a project that makes one")
        content = content_digest(path)
        home = self._home / "builds" / content
        if not home.is_dir():
            with scratch(home.parent) as fresh:
                self._bring(registry.kind, path, Path(fresh))
                if not home.is_dir():
                    (Path(fresh) / "content").rename(home)
        package = next(home.iterdir())
        if manifest:
            return package, LOCAL, content[:6]
        version = package.name.removesuffix(".whl").split("-")[1] if suffix == ".whl" else npm_version(package)
        return package, version, content[:6]

    def _bring(self, kind: RegistryKind, path: Path, fresh: Path) -> None:
        content = fresh / "content"
        content.mkdir()
        if path.is_file():
            shutil.copy(path, content)
            return
        if kind in _CHECKOUTS:
            shutil.copytree(path, content / "module", ignore=shutil.ignore_patterns(".git", "target"))
            return
        self._echo(f"building {path}")
        # In a copy: builds leave files behind.
        source = fresh / "source"
        shutil.copytree(path, source, symlinks=True, ignore=shutil.ignore_patterns("node_modules", ".venv"))
        (self._index.pack if kind is RegistryKind.NPM else self._index.build_wheel)(source, content)
        shutil.rmtree(source)

    # --- resolving and building

    def _lock(self, registry: Registry, request: Request) -> Path:
        """The directory with the lock of a request, resolved now unless it was before."""
        home = self._home / "requests" / request.key
        if home.is_dir():
            return home
        self._echo(f"{request.label}: asking {request.kind.value} what it takes")
        with scratch(home.parent) as fresh:
            problem = self._index.resolve(request.kind, request.requirements, Path(fresh))
            if problem is not None:
                raise self._unresolved(registry, request, problem)
            with installer.locked(home.parent / f"{request.key}.lock", self._echo):
                if not home.is_dir():
                    Path(fresh).rename(home)
                    Path(fresh).mkdir()  # `scratch` expects a directory to remove
        return home

    def _unresolved(self, registry: Registry, request: Request, problem: str) -> Exception:
        """Why a request cannot be resolved: a version that does not exist, no network, or packages that exclude each
        other.
        """
        for requirement in request.requirements:
            package, version = unpin(requirement)
            is_path = "/" in requirement.removeprefix("@").partition("/")[2] and request.kind is not RegistryKind.GO
            if not version or is_path:
                continue
            if request.kind is RegistryKind.CARGO and crates.NOT_FOUND not in problem:
                continue  # it names the newest alone, so that one may exist which it does not name
            listed = self._index.versions(request.kind, package)
            if not listed or version in listed:
                continue
            if package == registry.package:
                own = (*_own(registry, listed), *registry.more_versions)
                return UnknownVersion(self._unknown(request, package, version, own))
            return UnknownVersion(self._unknown(request, package, version, listed))
        return InstallError(
            f"cannot resolve {request.label} ({', '.join(request.requirements)}):\n{problem}\n"
            "Check the network and the settings of pip, npm, Maven, Go or Cargo. What is in the cache still works: "
            f"{', '.join(self.labels) or 'nothing yet'}."
        )

    def _unknown(self, request: Request, package: str, version: str, listed: tuple[str, ...]) -> str:
        near = ", ".join(nearest_versions(version, listed))
        client = request.label.partition("@")[0]
        if request.kind is RegistryKind.PYPI and version in self._index.versions(request.kind, package, wheels=False):
            return (
                f"{package} {version} has no wheel for this machine ({tag()}); the nearest that have one: {near}. "
                f"Build one (pip wheel --no-deps {package}=={version}) and name it: {client}@/PATH"
            )
        return f"{request.label}: there is no {package} {version}; the nearest are {near}"

    def _build(self, client: Client, request: Request, lock: Path) -> Path:
        name = _LOCKS.get(request.kind, LOCK)
        home = (
            self._home / f"{directory_name(request.label)}-{digest((lock / name).read_text(encoding='utf-8'), tag())}"
        )
        if request.kind is RegistryKind.NPM:
            provision.install_node_packages(home, lock, self._echo, request.label)
        elif request.kind is RegistryKind.MAVEN:
            for jar in jars.read_lock((lock / name).read_text(encoding="utf-8")):
                jars.install(jar, home, self._echo, self._cache)
        elif request.kind is RegistryKind.GO:
            modules = go_modules.read_lock((lock / name).read_text(encoding="utf-8"))
            home.mkdir(parents=True, exist_ok=True)
            build.into(replace(_built(client), texts=go_modules.manifest(modules)), home / PROGRAM, self._echo)
        elif request.kind is RegistryKind.CARGO:
            program = _built(client)
            text = (lock / name).read_text(encoding="utf-8")
            texts = crates.manifest(program.name, program.sources[0].name, crates.read_lock(text))
            home.mkdir(parents=True, exist_ok=True)
            build.into(replace(program, texts=texts), home / PROGRAM, self._echo)
        else:
            if installer.is_ready(home) and not _holds(home, lock / LOCK):
                self._echo(f"{request.label} is damaged; building it again")
                (home / installer.READY).unlink(missing_ok=True)
            installer.ensure(
                home,
                lock / LOCK,
                self._echo,
                request.label,
                compiled=True,
                downloads=self._cache / "downloads",
                pip=self._index.pip(),
            )
        if self._about(home) is None:
            self._note(home, About(client.name, request.label, request.version, request.key, ""))
            for sentence in self.prune():
                self._echo(sentence)
        return home

    def _describe(self, home: Path, request: Request, client: Client) -> Environment:
        common = Environment(request.label, request.version, home)
        if request.kind is RegistryKind.NPM:
            modules = home / "node_modules"
            return replace(common, node_modules=str(modules), node_packages=node_packages(modules))
        if request.kind is RegistryKind.MAVEN:
            return replace(common, files={client.library: str(next(home.glob("*.jar")))})
        if request.kind in _CHECKOUTS:
            program = _built(client).name
            return replace(common, which={program: str(home / PROGRAM / program)})
        packages = site_packages(home)
        return replace(
            common,
            python=str(home / "bin" / "python"),
            python_packages=python_packages(packages),
            files={name: str(path) for name, path in provision.packaged_files(packages).items()},
        )

    def _from_nuget(self, client: Client, spec: Spec) -> Environment:
        """The client's probe, built by the user's SDK with a release from NuGet."""
        if spec.path or spec.companions or spec.version in ("", LATEST):
            raise SpecError(f"{client.name} is built with a release that NuGet has; name one: {client.name}@7.1.1")
        label = f"{client.name}@{spec.version}"
        sources = [path.read_text(encoding="utf-8") for path in (PROJECT, PROJECT.with_suffix(".cs"))]
        home = self._home / f"{directory_name(label)}-{digest(*sources, tag())}"
        try:
            program = nuget.publish(PROJECT, spec.version, home, self._cache, self._echo)
        except nuget.NoSuchRelease as problem:
            raise UnknownVersion(str(problem)) from problem
        files = {client.library: str(program), f"{nuget.SDK}-sdk": str(nuget.sdk())}
        return Environment(label, spec.version, home, files=files)

    def _part(self, client: Client, registry: Registry, spec: Spec) -> Environment:
        """A file inside a package that is no client's, of a version that the project knows; or one of the user's."""
        if spec.path:
            return self._program(client, spec)
        if spec.companions:
            raise SpecError(f"{client.name} is one file: no package can be pinned beside it")
        known = parts.versions(registry.package)
        version = known[0] if spec.version in ("", LATEST) else spec.version
        label = f"{client.name}@{version}"
        if version not in known:
            near = ", ".join(nearest_versions(version, known))
            raise UnknownVersion(f"{label}: no package of {version} is known; the nearest are {near}")
        part = parts.pinned(registry.package, version)
        parts.ensure([part], self._echo, self._index.pip)
        return Environment(label, version, part.home, files={client.library: str(part.path)})

    def _program(self, client: Client, spec: Spec) -> Environment:
        """A program or a library of the user's own, used at its own path."""
        path = Path(spec.path).expanduser().absolute()
        if spec.companions:
            raise SpecError(f"{client.name} at a path is used as it is: no package can be pinned beside it")
        if not (client.program or client.library):
            raise SpecError(f"{client.name} is no single program, so a path says nothing")
        if not path.is_file() or (client.program and not os.access(path, os.X_OK)):
            raise SpecError(f"{path} is no {'program' if client.program else 'library'}")
        if "=" in str(path):
            raise SpecError(
                f"{path} cannot be run by the lab: env(1) takes a program with `=` in its path for a variable"
            )
        key = client.program or client.library
        named = {key: str(path)}
        return Environment(
            f"{client.name}@{path.name}~{content_digest(path)[:6]}",
            "",
            self._home / f"{client.name}-at-{digest(str(path))}",
            which=named if client.program else {},
            files={} if client.program else named,
            gnutls=frozenset({key}) if links_gnutls(path) else frozenset(),
        )

    # --- what is here

    def _homes(self) -> list[tuple[Path, About]]:
        """All environments, the most recently used first."""
        found = [(home, about) for home in self._home.glob("*@*") if (about := self._about(home))]
        return sorted(found, key=lambda item: _last_use(item[0]), reverse=True)

    def _note(self, home: Path, about: About) -> None:
        with tempfile.NamedTemporaryFile("w", dir=home, prefix=f".{ABOUT}.", delete=False, encoding="utf-8") as fresh:
            fresh.write(json.dumps(asdict(about), indent=1) + "\n")
        Path(fresh.name).replace(home / ABOUT)

    def _about(self, home: Path) -> About | None:
        try:
            return About(**json.loads((home / ABOUT).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _hold(self, home: Path) -> None:
        """Mark an environment as used now, and as in use until this process ends."""
        descriptor = os.open(home / USED, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        os.utime(home / USED, (time.time(), time.time()))
        self._in_use.append(descriptor)

    def _remove(self, home: Path, *, force: bool = False) -> str:
        about = self._about(home)
        label = about.label if about else home.name
        descriptor = os.open(home / USED, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not force:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return f"{label} is in use by another run and stays"
        else:
            if about:
                shutil.rmtree(self._home / "requests" / about.request, ignore_errors=True)
            # Renamed first: what is half removed must not look like an environment.
            gone = home.with_name(f".gone-{os.getpid()}-{home.name}")
            home.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
            return f"removed {label}"
        finally:
            os.close(descriptor)


def site_packages(home: Path) -> Path:
    """Where the packages of a Python environment are."""
    version = installer.python_tag().removeprefix("py")
    return home / "lib" / f"python{version}" / "site-packages"


def content_digest(path: Path) -> str:
    """A digest of a file, or of the files of a folder, without those that building and version control leave there."""
    total = hashlib.sha256()
    if path.is_file():
        total.update(path.read_bytes())
        return total.hexdigest()
    for file in sorted(item for item in path.rglob("*") if item.is_file()):
        inside = file.relative_to(path)
        if not any(part.match(pattern) for part in map(Path, inside.parts) for pattern in _NOT_THE_CONTENT):
            total.update(f"{inside}\0{file.stat().st_size}\0".encode())
            total.update(file.read_bytes())
    return total.hexdigest()


def npm_version(package: Path) -> str:
    """The version of a tarball that npm made: `tedious-19.0.0.tgz`."""
    name = package.name.removesuffix(".tgz")
    versions = [name[place + 1 :] for place, letter in enumerate(name) if letter == "-" and name[place + 1].isdigit()]
    return versions[0] if versions else LOCAL


def _holds(home: Path, lock: Path) -> bool:
    """Whether an environment has every package of its lock."""
    here = {normalised(name) for name in python_packages(site_packages(home))}
    lines = [line.split()[0] for line in lock.read_text(encoding="utf-8").splitlines() if line.strip()]
    return all(normalised(line.partition("==")[0]) in here for line in lines)


def _built(client: Client) -> Built:
    """The program of a client that the lab builds."""
    return next(need for need in client.needs if isinstance(need, Built))


def _in_directory(registry: Registry) -> str:
    """What stands before the directory of a checkout, in a requirement."""
    if registry.kind is RegistryKind.GO:
        return registry.package + go_modules.IN_DIRECTORY
    if registry.kind is RegistryKind.CARGO:
        return registry.packages(LOCAL)[0].partition("@")[0] + crates.IN_DIRECTORY
    return ""


def _own(registry: Registry, versions: Iterable[str]) -> tuple[str, ...]:
    """Those of the versions that the client is made of."""
    return tuple(version for version in versions if version.endswith(registry.suffix))


def _is_library(registry: Registry, path: Path) -> bool:
    """Whether a path is the client's library itself, and not what a package manager makes one of."""
    return path.is_file() and (registry.kind is RegistryKind.MAVEN or ".so" in path.name)


def _last_use(home: Path) -> tuple[float, str]:
    used = home / USED
    return (used.stat().st_mtime if used.exists() else home.stat().st_mtime), home.name
