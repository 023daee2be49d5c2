"""Bringing what the clients need into the lab's cache, and finding it there."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tlslab.setup import installer, provision

DEBIAN = {"ID": "debian"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def lay_driver(site_packages: Path, *, where: str) -> Path:
    """A file where the wheel mssql-python-odbc 18.6.2 has its driver."""
    driver = site_packages / "mssql_python_odbc" / "libs" / where / "lib" / "libmsodbcsql-18.6.so.2.1"
    driver.parent.mkdir(parents=True)
    driver.touch()
    return driver


@pytest.mark.parametrize(
    ("os_release", "family"),
    [
        ({"ID": "debian"}, "debian_ubuntu"),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "debian_ubuntu"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "debian_ubuntu"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "rhel"),
        ({"ID": "fedora"}, "rhel"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "suse"),
        ({"ID": "opensuse-tumbleweed"}, "suse"),
        ({"ID": "alpine"}, "alpine"),
        ({"ID": "arch"}, None),
        ({}, None),
    ],
)
def test_the_drivers_directory_follows_the_distribution(os_release: Mapping[str, str], family: str | None) -> None:
    assert provision.driver_family(os_release) == family


@pytest.mark.parametrize(("machine", "directory"), [("x86_64", "x86_64"), ("aarch64", "arm64"), ("AMD64", "x86_64")])
def test_the_odbc_driver_is_the_one_for_this_machine(machine: str, directory: str, tmp_path: Path) -> None:
    lay_driver(tmp_path, where=f"linux/rhel/{directory}")
    wanted = lay_driver(tmp_path, where=f"linux/debian_ubuntu/{directory}")
    assert provision.odbc_driver(tmp_path, DEBIAN, machine) == wanted


@pytest.mark.parametrize(
    ("os_release", "machine"),
    [({"ID": "alpine"}, "x86_64"), (DEBIAN, "aarch64"), (DEBIAN, "riscv64"), ({}, "x86_64")],
)
def test_a_machine_that_the_driver_was_not_built_for_has_none(
    os_release: Mapping[str, str], machine: str, tmp_path: Path
) -> None:
    lay_driver(tmp_path, where="linux/debian_ubuntu/x86_64")
    assert provision.odbc_driver(tmp_path, os_release, machine) is None


def test_an_empty_cache_has_no_clients(cache: Path) -> None:
    assert provision.clients_python() is None
    assert provision.clients_site_packages() is None
    assert provision.node_modules() is None


def test_a_half_built_environment_of_the_clients_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(commands: object, *_: object) -> None:
        (environment / "bin").mkdir(parents=True)
        (environment / "bin" / "python").symlink_to(installer.base_python())

    environment = provision._clients_environment()
    build(None)
    assert provision.clients_python() is None
    monkeypatch.setattr(installer, "build", build)
    assert provision.ensure_clients_venv(lambda _: None) == environment / "bin" / "python"
    assert provision.clients_python() == environment / "bin" / "python"


def test_node_clients_without_npm_are_a_sentence_with_the_command(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(installer.InstallError, match="tedious needs npm, which is not installed"):
        provision.ensure_node_modules(lambda _: None)


def test_a_node_that_is_too_old_for_tedious_is_a_sentence(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, words in (("npm", "exit 1"), ("node", "echo v12.22.9")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{words}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(installer.InstallError, match=r"Node 18\.17 or newer; .* is v12\.22\.9"):
        provision.ensure_node_modules(lambda _: None)


def test_a_failed_npm_leaves_nothing_half_installed_and_says_its_last_words(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = f'/bin/mkdir node_modules; echo $npm_config_cache $* >"{tmp_path}/called"; echo no network; exit 1'
    for name, words in (("npm", npm), ("node", "echo v20.1.0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{words}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("npm_config_cache", raising=False)
    with pytest.raises(installer.InstallError, match="no network"):
        provision.ensure_node_modules(lambda _: None)
    assert provision.node_modules() is None
    assert [path.name for path in cache.iterdir() if path.is_dir()] == []
    called = (tmp_path / "called").read_text()
    assert called.startswith(f"{cache}/downloads/npm ci --ignore-scripts")
    assert " -g" not in called
