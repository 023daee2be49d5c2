"""The first run on a machine: every command that installs something, in a process of its own, with an empty cache.

What is installed is a real driver, packed again from the environment of the clients. No index is asked.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.versions.wheels import repack, requirements_of
from tlslab import IMPORTED_FROM
from tlslab.setup import provision

ROOT = Path(__file__).resolve().parents[1]
DRIVER = "python-tds"
CACHE = provision.cache_dir()
PYTEST = ("pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", f"--rootdir={ROOT}",
          f"--config-file={ROOT / 'pyproject.toml'}", str(ROOT / "tests" / "matrix" / "test_matrix.py"))  # fmt: skip
PART = ("--scenario", "expired", "--fix", "renew")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The driver. Beside it lies everything that it needs, and pip is told to look nowhere else."""
    packages = provision.clients_site_packages()
    if packages is None:
        pytest.skip("the Python clients are not installed: ./tlslab setup")
    shelf = tmp_path_factory.mktemp("shelf")
    for name in requirements_of(packages, DRIVER) | requirements_of(packages, "pyopenssl"):
        repack(packages, name, shelf)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "PYTEST_"))]:
            patch.delenv(name)
        for tool in ("PIP", "UV"):
            patch.setenv(f"{tool}_NO_INDEX", "1")
            patch.setenv(f"{tool}_FIND_LINKS", str(shelf))
        yield next(shelf.glob("python_tds-*.whl"))


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((*PYTEST, "--lab-client={}", "--lab-scenario=expired", "--lab-fix=renew"), id="pytest"),
        pytest.param(("tlslab", "run", "--client", "{}", *PART), id="run"),
        pytest.param(("tlslab", "compare", "{}", "{}", *PART), id="compare"),
        pytest.param(("tlslab", "clients", "--defaults", "--client", "{}"), id="clients"),
    ],
)
def test_the_first_run_installs_a_version_and_plays_it(wheel: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    if "pytest" not in command:  # one cache is really empty: making the keys and the other clients takes long
        (tmp_path / "cache").mkdir()
        for here in (*CACHE.glob("keys"), *CACHE.glob("clients-*")):
            (tmp_path / "cache" / here.name).symlink_to(here)
    module, *arguments = (word.format(f"{DRIVER}@{wheel}") for word in command)
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        cwd=tmp_path,
        env=os.environ | {"TLSLAB_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(IMPORTED_FROM)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert f"{DRIVER}@" in done.stdout
    assert list((tmp_path / "cache" / "versions").glob(f"{DRIVER}@*")), "nothing was installed"
