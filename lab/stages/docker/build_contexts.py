"""Build contexts: files that the lab lays beside Dockerfiles, fetched on the host by its lock files, kept in its cache.

A build may not be able to reach a package index, and must not be given the host's certificates for it: they are what is
under test. So pip unpacks the wheels here, for the image's Python, and the build copies them.
"""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import tlslab
from tlslab.runtime import child
from tlslab.setup import all_needs, build, installer, jars, provision
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import Brought, Built, Jar, Library, Part, Program, from_npm
from tlslab.stages import leftovers
from tlslab.stages.clock import FAKETIME
from tlslab.stages.docker import image_building
from tlslab.stages.docker.distributions import CLIENTS, DEFAULT, DISTRIBUTIONS, Distribution
from tlslab.stages.docker.image_building import Recipe
from tlslab.stages.stage import StageError

PIP_TIMEOUT = 900.0
"""Seconds in which pip fetches and unpacks the wheels of an image."""
ENDPOINT = "sqlserver-endpoint"
ENDPOINT_PACKAGES = ("asn1crypto", "cryptography", "cffi", "pycparser")
ENDPOINT_SOURCES = (
    *("__init__.py", "model/__init__.py", "model/certificate.py", "model/environment.py", "model/path.py"),
    *("model/proxy.py", "model/situation.py", "servers"),
    *(
        "pki/__init__.py",
        "pki/scan.py",
        "stages/__init__.py",
        "stages/docker/__init__.py",
        "stages/docker/pod_agent.py",
    ),
)
"""What of the lab the endpoint's image holds."""
DRIVER, DRIVER_PYTHON = "mssql-python-odbc", "3.11"


def client_recipe(distribution: Distribution, architecture: str, cache: Path, echo: Echo) -> Recipe:
    """How the client image of a distribution is built, with everything fetched for it. Raises StageError."""
    lock = tlslab.LOCKS / "requirements" / distribution.lock
    family = distribution.family
    site = wheels(lock, (), distribution.python, architecture, cache, echo, family.driver)
    driver: dict[str, Path | None] = {}
    if not requirements(lock.read_text(), (DRIVER,)):
        # The wheel of Microsoft's driver asks for a newer Python than the driver itself, which is not written in it.
        found = wheels(lock.with_name(CLIENTS), (DRIVER,), DRIVER_PYTHON, architecture, cache, echo, family.driver)
        driver = {f"site/{item.name}": item for item in sorted(found.iterdir())}
    modules: Path | None = None
    absent = dict(distribution.absent)
    if of_node := clients_of_node(distribution):
        try:
            modules = provision.ensure_node_modules(echo)
        except InstallError as problem:
            absent |= dict.fromkeys(of_node, " ".join(str(problem).split()))
    programs, without = programs_and_jars(distribution, architecture, echo)
    absent |= without
    here = tlslab.LOCKS / "docker" / "client"
    manifest = [tlslab.LOCKS / "npm" / "package-lock.json"] if modules else []
    return Recipe(
        name=f"client-{distribution.name}",
        dockerfile=here / family.dockerfile,
        base=distribution.base,
        key=image_building.digest([lock, lock.with_name(CLIENTS), *manifest, *programs.values()]),
        arguments={
            "PACKAGES": " ".join(packages(distribution)),
            "PYTHON": distribution.interpreter,
            **({"MODULES": " ".join(distribution.modules)} if distribution.modules else {}),
        },
        trees={"site": site, **driver, "node_modules": modules, "programs": None, "jars": None, **programs},
        texts={
            "agent.py": (here / "agent.py").read_text(),
            "leftovers.py": Path(leftovers.__file__).read_text(),
            "absent.json": json.dumps(absent, sort_keys=True),
        },
    )


def packages(distribution: Distribution) -> tuple[str, ...]:
    """What is installed with a distribution's own packager: what the clients need that can be had there, and what
    lays out their trust stores.
    """
    family, needs = distribution.family, all_needs.of_clients()
    wanted = [need for name in needs if name not in distribution.absent for need in needs[name]]
    wanted += [*all_needs.of_stores(), FAKETIME]
    named = [name for need in wanted if isinstance(need, Program | Library) for name in need.packages.of(family.name)]
    return tuple(dict.fromkeys((*family.packages, *(distribution.renamed.get(name, name) for name in named))))


def clients_of_node(distribution: Distribution) -> tuple[str, ...]:
    """The clients that come from npm and can be had there."""
    needs = all_needs.of_clients()
    return tuple(name for name in needs if name not in distribution.absent and from_npm(needs[name]))


def programs_and_jars(
    distribution: Distribution, architecture: str, echo: Echo
) -> tuple[dict[str, Path], dict[str, str]]:
    """The programs that the lab builds here and an image can run, and the jars that it fetches here, by their place
    beside the Dockerfile; and the clients that go without theirs, with the reason.
    """
    programs: dict[str, Path] = {}
    without: dict[str, str] = {}
    image, here = f"Linux {architecture}", f"{platform.system()} {architecture_of('')}"
    for client, needs in all_needs.of_clients().items():
        for need in needs:
            if isinstance(need, Part | Brought):
                without[client] = f"{need.words}: the images do not hold it"
            if client in distribution.absent or not (
                isinstance(need, Jar) or (isinstance(need, Built) and need.static)
            ):
                continue
            try:
                if isinstance(need, Jar):
                    programs[f"jars/{need.name}.jar"] = jars.ensure([need.artifact], echo)[need.artifact]
                    continue
                if image != here:
                    raise InstallError(f"{need.name} is built on this machine ({here}), and the image is for {image}")
                programs[f"programs/{need.name}"] = build.ensure(need, echo)
            except InstallError as problem:
                without[client] = " ".join(str(problem).split())
    return programs, without


def endpoint_recipe(architecture: str, cache: Path, echo: Echo) -> Recipe:
    """How the endpoint's image is built. Raises StageError."""
    base = DISTRIBUTIONS[DEFAULT]
    lock = tlslab.LOCKS / "requirements" / "lab.txt"
    site = wheels(lock, ENDPOINT_PACKAGES, base.python, architecture, cache, echo)
    package = Path(tlslab.__file__).resolve().parent
    sources = {f"tlslab/{name}": package / name for name in ENDPOINT_SOURCES}
    return Recipe(
        name=ENDPOINT,
        dockerfile=tlslab.LOCKS / "docker" / "endpoint" / "Dockerfile",
        base=base.base,
        key=image_building.digest([lock, *sources.values()]),
        trees={"site": site, **sources},
        texts={"start.py": (tlslab.LOCKS / "docker" / "endpoint" / "start.py").read_text()},
    )


def wheels(
    lock: Path, only: Iterable[str], python: str, architecture: str, cache: Path, echo: Echo, driver: str = ""
) -> Path:
    """A directory with the packages of a lock file (all, or only these) unpacked for this Python on Linux.

    Versions and hashes are those of the lock file. `driver`: which of Microsoft's drivers are kept
    (`tlslab.setup.provision.DRIVER_FAMILIES`). Raises StageError with pip's last words.
    """
    pins = requirements(lock.read_text(), tuple(only))
    parts = [
        "site",
        image_building.digest([lock]),
        str(len(pins)),
        f"py{python}",
        *([driver] if driver else []),
        architecture,
    ]
    target = cache / "docker" / "-".join(parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with installer.locked(target.with_name(f"{target.name}.lock"), echo):
        if target.is_dir():
            return target
        for abandoned in target.parent.glob(f"{target.name}.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        echo(f"fetching the wheels of {lock.name} for Python {python}")
        fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}.new-", dir=target.parent))
        try:
            chosen = fresh / "requirements.txt"
            chosen.write_text("\n".join(pins))
            try:
                done = child.run(
                    pip_command(fresh / "site", chosen, python, architecture), timeout=PIP_TIMEOUT, together=True
                )
            except subprocess.TimeoutExpired:
                raise StageError(f"pip has not fetched the wheels of {lock.name} within {PIP_TIMEOUT:.0f} s") from None
            if done.returncode != 0:
                said = done.stdout.decode(errors="replace")
                raise StageError(image_building.failure(f"with {lock.name}", "its wheels cannot be fetched", [said]))
            _prune(fresh / "site", driver, architecture)
            (fresh / "site").rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return target


def pip_command(target: Path, pins: Path, python: str, architecture: str) -> list[str]:
    """pip, unpacking wheels for another Python than the one it runs on (pip install, `--platform`)."""
    tag = python.replace(".", "")
    platforms = ["manylinux1", "manylinux2010", "manylinux2014", *(f"manylinux_2_{minor}" for minor in range(5, 40))]
    return [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--target", str(target), "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--implementation", "cp", "--python-version", python, "--abi", f"cp{tag}", "--abi", "abi3", "--abi", "none"),
        *(word for name in platforms for word in ("--platform", f"{name}_{architecture}")),
        *("--requirement", str(pins)),
    ]


def requirements(lock: str, only: tuple[str, ...]) -> list[str]:
    """The pins of a lock file, each with its hashes; `only` these packages, when there are any."""
    pins: list[str] = []
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            pins.append(line)
        elif pins and line.strip() and not line.strip().startswith("#"):
            pins[-1] += f"\n{line}"
    return [pin for pin in pins if not only or pin.partition("==")[0] in only]


def architecture_of(daemon: str) -> str:
    """The daemon's architecture as wheels call it."""
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(daemon, daemon or platform.machine())


def _prune(site: Path, driver: str, architecture: str) -> None:
    """Take out Microsoft's drivers for other systems: a client image offers the one that is there."""
    libraries = site / "mssql_python_odbc" / "libs"
    kept = libraries / "linux" / driver / provision.DRIVER_ARCHITECTURES[architecture]
    for directory in [*libraries.glob("linux/*/*"), libraries / "macos", libraries / "windows"]:
        if directory != kept:
            shutil.rmtree(directory, ignore_errors=True)
    for directory in libraries.glob("linux/*"):
        if directory != kept.parent:
            shutil.rmtree(directory, ignore_errors=True)
