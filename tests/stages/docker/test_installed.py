"""The lab as an installed package: its wheel holds what the docker stage needs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import docker
from tlslab.setup import provision
from tlslab.stages.docker import build_contexts

ROOT = Path(__file__).parents[3]
IN_A_CHECKOUT_ALONE = ("docker/lab/", "docker/compose.yaml")
START_TIMEOUT = 600.0
"""Seconds for a run, which may have to build the images first."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of an installed package: a wheel that the project's own build back end made, unpacked."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = place.glob("*.whl")
    with ZipFile(wheel) as opened:
        opened.extractall(place / "site-packages")
    return place / "site-packages"


def tracked() -> list[str]:
    """The files under docker/ that Git knows, without those that only a checkout needs."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "docker"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    if listed.returncode != 0:
        pytest.skip("this is no checkout of Git, so nobody can tell which files belong to it")
    return [name for name in listed.stdout.splitlines() if not name.startswith(IN_A_CHECKOUT_ALONE)]


def test_every_recipe_is_in_the_wheel_as_it_is_here(installed: Path) -> None:
    names = tracked()
    assert "docker/endpoint/Dockerfile" in names
    for name in names:
        packed = installed / "tlslab" / "locks" / name
        assert packed.read_bytes() == (ROOT / name).read_bytes(), name


def test_the_sources_of_the_endpoint_are_in_the_wheel(installed: Path) -> None:
    assert [name for name in build_contexts.ENDPOINT_SOURCES if not (installed / "tlslab" / name).exists()] == []


def test_what_a_checkout_alone_needs_is_not(installed: Path) -> None:
    assert not (installed / "tlslab" / "locks" / "docker" / "lab").exists()


def test_the_installed_package_plays_the_docker_stage(
    daemon: docker.DockerClient, installed: Path, tmp_path: Path
) -> None:
    record = tmp_path / "record.json"
    words = ("run", "--stage", "docker", "--scenario", "expired", "--client", "curl,tsql", "--save", str(record))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tlslab", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed), "TLSLAB_CACHE": str(provision.cache_dir())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = {cell["id"]: cell["broken"] for cell in json.loads(record.read_text())["cells"]}
    assert cells == {
        "expired/renew/curl:bookworm/https": "as-documented",
        "expired/renew/tsql:bookworm/sqlserver": "as-documented",
    }
