"""NuGet: a program of .NET, built by the SDK that the user has, with one package in the release that is named."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tlslab.runtime import child
from tlslab.setup import installer
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.system import find_program

SDK = "dotnet"
PUBLISH_TIMEOUT = 600.0
"""Seconds in which the SDK restores the package and publishes the program."""
NO_SUCH_RELEASE = ("NU1102", "NU1103", "NU1101")
"""NuGet's codes for a version, or a package, that no source has."""


class NoSuchRelease(InstallError):
    """No source of NuGet's has this release."""


def sdk() -> Path:
    """The program of the SDK. Raises InstallError where there is none."""
    program = find_program(SDK)
    if program is None:
        raise InstallError(f"releases from NuGet need the .NET SDK, 8 or newer, and there is no `{SDK}` in PATH")
    return program


def publish(project: Path, release: str, home: Path, cache: Path, echo: Echo) -> Path:
    """The program of a project, published into `home` unless it is there: its assembly.

    Raises InstallError when there is no SDK, or when it failed; NoSuchRelease when no source has the release.
    """
    made = home / "out" / f"{project.stem}.dll"
    if made.is_file():
        return made
    program = sdk()
    home.parent.mkdir(parents=True, exist_ok=True)
    with installer.locked(home.with_name(f"{home.name}.lock"), echo) as descriptor:
        if made.is_file():  # the process that held the lock has built it
            return made
        echo(f"building {project.stem} with {release} from NuGet (once) into {home}")
        fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}.new-", dir=home.parent))
        try:
            for source in (project, *project.parent.glob("*.cs")):
                shutil.copy(source, fresh)
            _run(program, fresh / project.name, release, cache, descriptor)
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(mode=0o755)
            (fresh / "out").rename(home / "out")
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return made


def _run(program: Path, project: Path, release: str, cache: Path, descriptor: int) -> None:
    own = str(cache / "downloads" / SDK)
    env = os.environ | {
        "DOTNET_CLI_HOME": own,
        "NUGET_PACKAGES": f"{own}/packages",
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        "DOTNET_NOLOGO": "1",
    }
    command = [str(program), "publish", str(project), "-c", "Release", "-o", "out", f"-p:Release={release}"]
    try:
        done = child.run(
            command, timeout=PUBLISH_TIMEOUT, cwd=project.parent, env=env, pass_fds=(descriptor,), together=True
        )
    except (subprocess.TimeoutExpired, OSError) as problem:
        raise InstallError(f"cannot build with {release} from NuGet: {problem}") from problem
    if done.returncode == 0:
        return
    said = done.stdout.decode(errors="replace")
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
    failed = NoSuchRelease if any(code in said for code in NO_SUCH_RELEASE) else InstallError
    raise failed("\n".join([f"cannot build with {release} from NuGet ({' '.join(command)}):", *lines[:4]]))
